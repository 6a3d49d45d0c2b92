"""Tokens as their agent and ADMINs see them."""

from datetime import datetime
from typing import Self

import strawberry

from db.core import ids, records
from schema.caller_dependence import DEPENDS_ON_CALLER
from schema.context import Info
from schema.types.enums import Role


@strawberry.type(description="What is known of a token. Its text was shown once.")
class Token:
    id: strawberry.ID = strawberry.field(description="What revokeTokens takes.")
    label: str = strawberry.field(description="What it is for.")
    role: Role = strawberry.field(description="What it lets its bearer do.")
    created_at: datetime = strawberry.field(description="When it was created.")
    expires_at: datetime | None = strawberry.field(description="When it expires; null is never.")
    last_used_at: datetime | None = strawberry.field(description="To the minute; null if it was never used.")
    browser_session: bool = strawberry.field(
        description="Whether it is the session of a browser that is signed in to the dashboard. It ends when signed "
        "out, with the token that it was begun with, or after 30 days unused."
    )

    key: strawberry.Private[int]

    @strawberry.field(
        description="Whether the caller speaks by it: of browser sessions, whether it is this browser's.",
        metadata=DEPENDS_ON_CALLER,
    )
    def current(self, info: Info) -> bool:
        return info.context.caller.token_id == self.key

    @classmethod
    def of(cls, token: records.Token) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.TOKEN, token.id)),
            label=token.label,
            role=token.role,
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            browser_session=token.is_browser_session,
            key=token.id,
        )
