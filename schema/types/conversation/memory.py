"""Memory as clients see it: what must outlast a session."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry
from strawberry.scalars import JSON

from db.core import records
from db.rooms import agents
from schema.context import Info
from schema.types.rooms import agent as agent_types

if TYPE_CHECKING:
    from schema.types.rooms.agent import Agent


@strawberry.type(
    description="A value under a key, in the scope of a room, an objective, a task or an agent (its own sessions alone "
    "read and write it)."
)
class Memory:
    scope: strawberry.ID = strawberry.field(
        description="The id of the room, objective, task or agent that it belongs to."
    )
    key: str = strawberry.field(description="Its name in the scope.")
    value: JSON = strawberry.field(description="The stored value.")
    version: int = strawberry.field(description="Grows by one with every write.")
    updated_at: datetime = strawberry.field(description="When it was last written.")
    expires_at: datetime | None = strawberry.field(description="When it expires; null means never.")
    author_id: strawberry.Private[int]

    @classmethod
    def of(cls, memory: records.Memory) -> Self:
        return cls(
            scope=strawberry.ID(memory.scope),
            key=memory.key,
            value=JSON(memory.value),
            version=memory.version,
            updated_at=memory.updated_at,
            expires_at=memory.expires_at,
            author_id=memory.author_id,
        )

    @strawberry.field(description="Who wrote it last.")
    async def author(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]:
        author = await info.context.one(agents.by_ids, self.author_id)
        return agent_types.Agent.of(author)  # type: ignore[arg-type]  # agents are never deleted


@strawberry.input(description="A value to store under a key.")
class RememberInput:
    scope: strawberry.ID = strawberry.field(description="A room, an objective, a task, or the caller itself.")
    key: str = strawberry.field(description="Its name in the scope.")
    value: JSON = strawberry.field(description="Any JSON but null, up to 64 KiB as compact JSON and 100 levels deep.")
    if_version: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only if the stored version is this one; 0 means only if there is none. Otherwise "
        "VERSION_CONFLICT.",
    )
    ttl_seconds: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Seconds until it expires. Left out, its expiry stays as it is; null removes it.",
    )


@strawberry.input(description="A stored value to delete.")
class ForgetInput:
    scope: strawberry.ID = strawberry.field(description="The scope that it is stored in.")
    key: str = strawberry.field(description="Its name in the scope.")
