"""Insights as clients see them, and what they send about them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import ids, records
from db.core.pagination import Page
from db.reflections import insights, reflections
from db.rooms import agents
from db.tasks import task_loaders
from schema.context import Info
from schema.types.enums import InsightStatus
from schema.types.node import Node
from schema.types.pagination import PageInfo, edges_of
from schema.types.reflections.reflection import Reflection
from schema.types.rooms import agent as agent_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.rooms.agent import Agent
    from schema.types.tasks.task import Task


@strawberry.type(description="Reflections that say the same thing.")
class Insight(Node):
    title: str = strawberry.field(description="In the words of the first of them.")
    score: float = strawberry.field(
        description="How strongly it recurs: more reflections from more agents, more recently, score higher."
    )
    status: InsightStatus = strawberry.field(description="What was decided of it.")
    reason: str = strawberry.field(description="Why it was dismissed.")
    created_at: datetime = strawberry.field(description="When it was found.")
    record: strawberry.Private[records.Insight]

    @classmethod
    def of(cls, insight: records.Insight) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.INSIGHT, insight.id)),
            title=insight.title,
            score=insight.score,
            status=insight.status,
            reason=insight.reason,
            created_at=insight.created_at,
            record=insight,
        )

    @strawberry.field(description="The reflections, oldest first.")
    async def reflections(self, info: Info) -> list[Reflection]:
        found = await info.context.many(reflections.of_insights, self.record.id)
        return [Reflection.of(one) for one in found]

    @strawberry.field(description="Who said it, in the order in which they first did.")
    async def agents(self, info: Info) -> list[Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]]:
        found = await info.context.many(reflections.of_insights, self.record.id)
        authors = dict.fromkeys(one.author_id for one in found)
        return [agent_types.Agent.of(await info.context.required(agents.by_ids, ids.AGENT, key)) for key in authors]

    @strawberry.field(description="What came of it, once it was promoted.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")] | None:
        key = self.record.task_id
        task = None if key is None else await info.context.one(task_loaders.by_ids, key)
        return task_types.Task.of(task) if task else None


@strawberry.type(description="An insight at its place in a page.")
class InsightEdge:
    cursor: str = strawberry.field(description="Hand it back as `after` to go on from here.")
    node: Insight = strawberry.field(description="The insight.")


@strawberry.type(description="A page of insights, best first.")
class InsightConnection:
    nodes: list[Insight] = strawberry.field(description="The insights.")
    edges: list[InsightEdge] = strawberry.field(description="The insights, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where this page is in its list.")
    room_id: strawberry.Private[int]
    asked: strawberry.Private[InsightStatus | None]

    @classmethod
    def of(cls, page: Page[records.Insight], room_id: int, asked: InsightStatus | None) -> Self:
        nodes = [Insight.of(insight) for insight in page.items]
        edges = edges_of(InsightEdge, page, nodes)
        return cls(nodes=nodes, edges=edges, page_info=PageInfo.of(page), room_id=room_id, asked=asked)

    @strawberry.field(description="How many there are in all.")
    async def total_count(self, info: Info) -> int:
        return await insights.count(info.context.database, self.room_id, self.asked)
