"""What clients are told when they start cold."""

import strawberry

from db.overviews import briefing
from schema.context import Info
from schema.types.absent import or_none
from schema.types.overviews.briefing import Briefing


@strawberry.type
class BriefingQuery:
    @strawberry.field(
        description="Everything that a session which remembers nothing needs to go on, most urgent first."
    )
    async def briefing(
        self, info: Info, room: strawberry.ID | None = strawberry.UNSET, max_tokens: int | None = 1000
    ) -> Briefing:
        most = briefing.characters(1000 if max_tokens is None else max_tokens)
        found = await briefing.of(info.context.database, info.context.caller, or_none(room))
        return Briefing(cursor=found.cursor, record=found, most=most)
