"""Lists of tasks as clients ask for them: page by page."""

from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db import records, task_lists
from db.paging import Page
from db.task_lists import TaskList
from resolvers.context import Info
from schema.types import task as task_types
from schema.types.enums import TaskOrder
from schema.types.given import or_none
from schema.types.paging import PageInfo
from schema.types.task_filter import TaskFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.types.task import Task

_AFTER = "Hand it back as `after` to go on from here."


@strawberry.type(description="A task at its place in a page.")
class TaskEdge:
    cursor: str = strawberry.field(description=_AFTER)
    node: Annotated["Task", strawberry.lazy("schema.types.task")] = strawberry.field(description="The task.")


@strawberry.type(description="A page of tasks.")
class TaskConnection:
    nodes: list[Annotated["Task", strawberry.lazy("schema.types.task")]] = strawberry.field(description="The tasks.")
    edges: list[TaskEdge] = strawberry.field(description="The tasks, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")
    found: strawberry.Private[TaskList]

    @classmethod
    async def of(
        cls,
        info: Info,
        room_id: int,
        wanted: TaskFilter | None,
        order: TaskOrder | None,
        *,
        first: int | None,
        after: str | None,
        within: "Sequence[int] | None" = None,
    ) -> Self:
        """The tasks of a room, or of some of its objectives."""
        database, caller = info.context.database, info.context.caller
        narrowed = wanted.wanted() if wanted else task_lists.TaskFilter()
        found = await task_lists.find(database, caller, room_id, narrowed, within=within)
        most = 50 if first is None else first
        page: Page[records.Task] = await task_lists.page(
            database, found, order or TaskOrder.CLAIM, first=most, after=or_none(after)
        )
        nodes = [task_types.Task.of(task) for task in page.items]
        edges = [TaskEdge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)]
        return cls(nodes=nodes, edges=edges, page_info=PageInfo.of(page), found=found)

    @strawberry.field(description="How many there are in all.")
    async def total_count(self, info: Info) -> int:
        return await task_lists.count(info.context.database, self.found)
