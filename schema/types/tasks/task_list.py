"""Lists of tasks as clients ask for them: page by page."""

from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import records
from db.core.pagination import Page
from db.tasks import task_lists
from db.tasks.task_lists import TaskList
from schema.context import Info
from schema.types.absent import or_none
from schema.types.enums import TaskOrder
from schema.types.pagination import PageInfo, edges_of
from schema.types.tasks import task as task_types
from schema.types.tasks.task_filter import TaskFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.types.tasks.task import Task

_AFTER = "Hand it back as `after` to go on from here."


@strawberry.type(description="A task at its place in a page.")
class TaskEdge:
    cursor: str = strawberry.field(description=_AFTER)
    node: Annotated["Task", strawberry.lazy("schema.types.tasks.task")] = strawberry.field(description="The task.")


@strawberry.type(description="A page of tasks.")
class TaskConnection:
    nodes: list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]] = strawberry.field(
        description="The tasks."
    )
    edges: list[TaskEdge] = strawberry.field(description="The tasks, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where this page is in its list.")
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
        """The tasks of a room, or of some of its objectives, read together with the other lists of the request."""
        caller = info.context.caller
        wished = wanted.wanted() if wanted else task_lists.TaskFilter()
        narrowing = await info.context.one(task_lists.narrowings, (caller, room_id, wished))
        found = narrowing.of(room_id, within)  # type: ignore[union-attr]  # each has one, or was refused
        most = 50 if first is None else first
        asked = task_lists.page_of(found, caller, order or TaskOrder.CLAIM, most, or_none(after))
        page: Page[records.Task] = await info.context.one(task_lists.pages, asked) or Page([], [])
        nodes = [task_types.Task.of(task) for task in page.items]
        edges = edges_of(TaskEdge, page, nodes)
        return cls(nodes=nodes, edges=edges, page_info=PageInfo.of(page), found=found)

    @strawberry.field(description="How many there are in all.")
    async def total_count(self, info: Info) -> int:
        return await info.context.one(task_lists.counts, self.found) or 0
