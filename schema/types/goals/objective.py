"""Objectives as clients see them: the goal tree."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry

from db.conversation import comment_lists
from db.core import ids, records, validation
from db.core.pagination import Page
from db.goal_tree import objective_tree, objectives
from db.goal_tree.objective_tree import ChildrenKey
from db.overviews import flow
from db.rooms import agents, rooms
from schema.caller_dependence import DEPENDS_ON_CALLER
from schema.context import Info
from schema.types.absent import given, or_none
from schema.types.conversation import comment as comment_types
from schema.types.enums import ObjectiveStatus, TaskOrder
from schema.types.goals import key_result as key_result_types
from schema.types.goals.key_result_inputs import KeyResultInput
from schema.types.node import Node
from schema.types.overviews import flow as flow_types
from schema.types.pagination import PageInfo, edges_of
from schema.types.rooms import agent as agent_types
from schema.types.rooms import room as room_types
from schema.types.tasks import task_list as list_types
from schema.types.tasks.task_counts import TaskCounts
from schema.types.tasks.task_filter import TaskFilter

if TYPE_CHECKING:
    from schema.types.conversation.comment import CommentConnection
    from schema.types.goals.key_result import KeyResult
    from schema.types.overviews.flow import BurnUpMark
    from schema.types.rooms.agent import Agent
    from schema.types.rooms.room import Room
    from schema.types.tasks.task_list import TaskConnection


@strawberry.type(description="A goal. Below it are the objectives and tasks that it takes to reach it.")
class Objective(Node):
    title: str = strawberry.field(description="What is to be reached.")
    description: str = strawberry.field(description="More detail.")
    status: ObjectiveStatus = strawberry.field(description="Its status.")
    weight: float = strawberry.field(description="Weight in its parent's progress.")
    standing: bool = strawberry.field(
        description="Never finishes: a standing queue whose done tasks leave the slim lists by themselves."
    )
    due_at: datetime | None = strawberry.field(description="When it is due.")
    created_at: datetime = strawberry.field(description="When it was created.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    finished_at: datetime | None = strawberry.field(description="When it was done or cancelled.")
    archived_at: datetime | None = strawberry.field(description="When it was archived, if it was.")
    record: strawberry.Private[records.Objective]

    @classmethod
    def of(cls, objective: records.Objective) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.OBJECTIVE, objective.id)),
            title=objective.title,
            description=objective.description,
            status=objective.status,
            weight=objective.weight,
            standing=objective.standing,
            due_at=objective.due_at,
            created_at=objective.created_at,
            updated_at=objective.updated_at,
            finished_at=objective.finished_at,
            archived_at=objective.archived_at,
            record=objective,
        )

    @strawberry.field(description="The room that it is in.")
    def room(self, info: Info) -> Annotated["Room", strawberry.lazy("schema.types.rooms.room")]:
        shown = room_types.Room.of
        return info.context.belongs_to(rooms.by_ids, ids.ROOM, self.record, lambda objective: objective.room_id, shown)

    @strawberry.field(description="The agent that is responsible for it.")
    def owner(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")] | None:
        def shown(agent: records.Agent) -> "Agent":
            return agent_types.Agent.of(agent, self.record.room_id)

        return info.context.has_one(agents.by_ids, self.record, lambda objective: objective.owner_id, shown)

    @strawberry.field(description="The objective that it is a part of; null for a root.")
    def parent(self, info: Info) -> Annotated["Objective", strawberry.lazy("schema.types.goals.objective")] | None:
        return info.context.has_one(objectives.by_ids, self.record, lambda child: child.parent_id, Objective.of)

    @strawberry.field(description="From the root down to the parent.")
    def ancestors(self, info: Info) -> list[Annotated["Objective", strawberry.lazy("schema.types.goals.objective")]]:
        return info.context.has_many(objective_tree.ancestors, self.record, _id, Objective.of)

    @strawberry.field(description="The objectives directly below it, oldest first.")
    def children(
        self,
        info: Info,
        include_archived: bool | None = False,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> Annotated["ObjectiveConnection", strawberry.lazy("schema.types.goals.objective")]:
        most, archived, begin = 50 if first is None else first, bool(include_archived), or_none(after)

        def key(parent: records.Objective) -> ChildrenKey:
            return objective_tree.children_key(parent.room_id, parent.id, archived=archived, first=most, after=begin)

        of = partial(ObjectiveConnection.of_page, key(self.record))
        return info.context.related(objective_tree.children, self.record, key, of)

    @strawberry.field(description="Every descendant down to `depth` levels, parents before children.")
    def subtree(
        self, info: Info, depth: int | None = 3, include_archived: bool | None = False
    ) -> list[Annotated["Objective", strawberry.lazy("schema.types.goals.objective")]]:
        deep = validation.integer("depth", 3 if depth is None else depth, 0, objective_tree.MAX_DEPTH)

        def key(root: records.Objective) -> objective_tree.SubtreeKey:
            return root.id, deep, bool(include_archived)

        return info.context.has_many(objective_tree.subtrees, self.record, key, Objective.of)

    @strawberry.field(description="The key results that measure it.")
    def key_results(self, info: Info) -> list[Annotated["KeyResult", strawberry.lazy("schema.types.goals.key_result")]]:
        return info.context.has_many(objective_tree.key_results_of, self.record, _id, key_result_types.KeyResult.of)

    @strawberry.field(
        description="Tasks of this objective; with `deep`, of its whole subtree.", metadata=DEPENDS_ON_CALLER
    )
    async def tasks(
        self,
        info: Info,
        deep: bool | None = False,
        filter: TaskFilter | None = strawberry.UNSET,  # noqa: A002  # the contract's name
        order_by: TaskOrder | None = TaskOrder.CLAIM,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> Annotated["TaskConnection", strawberry.lazy("schema.types.tasks.task_list")]:
        key = self.record.id
        within = await info.context.many(objective_tree.subtree_keys, key) if deep else [key]
        return await list_types.TaskConnection.of(
            info, self.record.room_id, filter, order_by, first=first, after=after, within=within
        )

    @strawberry.field(
        description="0..1, rolled up: the mean, weighted, of its parts. Parts are its key results, its child "
        "objectives that are not cancelled, and, as one part of weight 1, its own tasks (done over all that are not "
        "cancelled). DONE is 1. No parts is 0."
    )
    def progress(self, info: Info) -> float:
        def shown(rollup: objective_tree.Rollup | None) -> float:
            return rollup.progress if rollup else 0.0

        return info.context.related(objective_tree.rollups, self.record, _id, shown)

    @strawberry.field(description="Counts over the whole subtree.")
    def counts(self, info: Info) -> TaskCounts:
        def shown(rollup: objective_tree.Rollup | None) -> TaskCounts:
            return TaskCounts.of(rollup.counts if rollup else objective_tree.NO_TASKS)

        return info.context.related(objective_tree.rollups, self.record, _id, shown)

    @strawberry.field(
        description="Its progress over time: `points` moments at equal distances, from its creation to its end, "
        "or to now."
    )
    def burn_up(
        self, info: Info, points: int | None = 40
    ) -> list[Annotated["BurnUpMark", strawberry.lazy("schema.types.overviews.flow")]]:
        def key(objective: records.Objective) -> Any:
            return flow.burn_up_key(objective.id, 40 if points is None else points)

        return info.context.has_many(flow.of_objectives, self.record, key, flow_types.BurnUpMark.of)

    @strawberry.field(description="The comments on it, oldest first.")
    async def comments(
        self, info: Info, first: int | None = 50, after: str | None = strawberry.UNSET
    ) -> Annotated["CommentConnection", strawberry.lazy("schema.types.conversation.comment")]:
        wanted = comment_lists.requested_page(objective_id=self.record.id, first=first, after=or_none(after))
        return await comment_types.CommentConnection.of(info, wanted)


def _id(objective: records.Objective) -> int:
    return objective.id


@strawberry.type(description="An objective at its place in a page.")
class ObjectiveEdge:
    cursor: str = strawberry.field(description="Hand it back as `after` to go on from here.")
    node: Objective = strawberry.field(description="The objective.")


@strawberry.type(description="A page of objectives, oldest first.")
class ObjectiveConnection:
    nodes: list[Objective] = strawberry.field(description="The objectives.")
    edges: list[ObjectiveEdge] = strawberry.field(description="The objectives, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where this page is in its list.")
    key: strawberry.Private[ChildrenKey]

    @classmethod
    async def below(
        cls,
        info: Info,
        room_id: int,
        parent: int | None,
        *,
        archived: bool | None,
        first: int | None,
        after: str | None,
    ) -> Self:
        """The children of a parent, or the roots of a room."""
        most = 50 if first is None else first
        key = objective_tree.children_key(room_id, parent, archived=bool(archived), first=most, after=or_none(after))
        return cls.of_page(key, await info.context.one(objective_tree.children, key))

    @classmethod
    def of_page(cls, key: ChildrenKey, found: Page[records.Objective] | None) -> Self:
        page = found or Page([], [])
        nodes = [Objective.of(objective) for objective in page.items]
        edges = edges_of(ObjectiveEdge, page, nodes)
        return cls(nodes=nodes, edges=edges, page_info=PageInfo.of(page), key=key)

    @strawberry.field(description="How many there are in all.")
    async def total_count(self, info: Info) -> int:
        return await info.context.one(objective_tree.child_counts, self.key[:3]) or 0


@strawberry.input(description="An objective to create.")
class CreateObjectiveInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    title: str = strawberry.field(description="What is to be reached.")
    description: str | None = strawberry.field(default=strawberry.UNSET, description="More detail.")
    parent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The objective that it is a part of; left out, it is a root."
    )
    owner: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The agent that is responsible for it."
    )
    weight: float | None = strawberry.field(
        default=strawberry.UNSET, description="Weight in its parent's progress, 0 or more; 1 when left out."
    )
    standing: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether it never finishes.")
    due_at: datetime | None = strawberry.field(default=strawberry.UNSET, description="When it is due.")
    key_results: list[KeyResultInput] | None = strawberry.field(
        default=strawberry.UNSET, description="The key results that measure it."
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same objective."
    )

    def new(self) -> dict[str, Any]:
        """What db makes one of."""
        names = ("room", "description", "parent", "owner", "weight", "standing", "due_at")
        said = {name: value for name, value in given(self, *names).items() if value is not None}
        return {"title": self.title, "new_key_results": [one.new() for one in self.key_results or ()], **said}


@strawberry.input(description="Changes to an objective.")
class UpdateObjectiveInput:
    id: strawberry.ID = strawberry.field(description="The objective.")
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What is to be reached.")
    description: str | None = strawberry.field(default=strawberry.UNSET, description="More detail.")
    owner: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The agent that is responsible for it."
    )
    weight: float | None = strawberry.field(default=strawberry.UNSET, description="Weight in its parent's progress.")
    standing: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether it never finishes.")
    due_at: datetime | None = strawberry.field(default=strawberry.UNSET, description="When it is due.")
    status: ObjectiveStatus | None = strawberry.field(
        default=strawberry.UNSET,
        description="DONE is refused while anything below it is open; CANCELLED also cancels everything below it.",
    )
    archived: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it and everything below it leave the slim lists."
    )

    def changes(self) -> Any:
        """What was said."""
        return given(self, "title", "description", "owner", "weight", "standing", "due_at", "status", "archived")


@strawberry.input(description="An objective to move, and where to.")
class MoveObjectiveInput:
    id: strawberry.ID = strawberry.field(description="The objective.")
    parent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The objective that it becomes a part of; without one, it becomes a root."
    )
