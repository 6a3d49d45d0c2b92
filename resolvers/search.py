"""What clients can search."""

import asyncio

import strawberry

from db.overviews import search
from resolvers import nodes
from schema.context import Info
from schema.types.absent import or_none
from schema.types.node import Node


@strawberry.type
class SearchQuery:
    @strawberry.field(description="Full text over tasks, objectives, comments and messages, best first.")
    async def search(
        self, info: Info, query: str, room: strawberry.ID | None = strawberry.UNSET, first: int | None = 20
    ) -> list[Node]:
        most = 20 if first is None else first
        found = await search.find(info.context.database, info.context.caller, query, or_none(room), most)
        shown = await asyncio.gather(*(nodes.visible(info, letter, key) for letter, key in found))
        return [node for node in shown if node is not None]
