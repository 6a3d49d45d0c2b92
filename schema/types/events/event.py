"""What happened, as clients read it in a room's log."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry
from strawberry.scalars import JSON

from db.conversation import message_lists
from db.core import ids, records, validation
from db.core.pagination import Page
from db.events import event_log
from db.goal_tree import objectives
from db.proposals import proposal_lists
from db.rooms import agents, rooms
from db.tasks import task_loaders
from schema.caller_dependence import MAY_SHOW_DIRECT_MESSAGES
from schema.context import Info
from schema.types.conversation import message as message_types
from schema.types.enums import EventKind
from schema.types.goals import objective as objective_types
from schema.types.node import Node
from schema.types.pagination import PageInfo, edges_of
from schema.types.proposals import proposal as proposal_types
from schema.types.rooms import agent as agent_types
from schema.types.rooms import room as room_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.conversation.message import Message
    from schema.types.goals.objective import Objective
    from schema.types.proposals.proposal import Proposal
    from schema.types.rooms.agent import Agent
    from schema.types.rooms.room import Room
    from schema.types.tasks.task import Task


@strawberry.type(
    description="One line of the room's log. The log is append-only, in one order, without gaps: what "
    "`after` a cursor returns is all that followed it. Activity, which fades, is not in it."
)
class Event(Node):
    cursor: str = strawberry.field(description="Hand it back as `after` to go on from here.")
    kind: EventKind = strawberry.field(description="What happened.")
    data: JSON = strawberry.field(description="What changed, by kind.", metadata=MAY_SHOW_DIRECT_MESSAGES)
    at: datetime = strawberry.field(description="When it happened.")
    record: strawberry.Private[records.Event]

    @classmethod
    def of(cls, event: records.Event) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.EVENT, event.id)),
            cursor=event_log.cursor_of(event),
            kind=event.kind,
            data=JSON(event.data),
            at=event.at,
            record=event,
        )

    @strawberry.field(description="Where it happened.")
    def room(self, info: Info) -> Annotated["Room", strawberry.lazy("schema.types.rooms.room")]:
        shown = room_types.Room.of
        return info.context.belongs_to(rooms.by_ids, ids.ROOM, self.record, lambda event: event.room_id, shown)

    @strawberry.field(description="Who did it; null for the server.", metadata=MAY_SHOW_DIRECT_MESSAGES)
    def actor(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")] | None:
        return agent_of(info, self.record, lambda event: event.actor_id)

    @strawberry.field(description="The task that it happened to.")
    def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")] | None:
        shown = task_types.Task.of
        return info.context.has_one(task_loaders.by_ids, self.record, lambda event: event.task_id, shown)

    @strawberry.field(description="The objective that it happened to, or that of its task.")
    def objective(self, info: Info) -> Annotated["Objective", strawberry.lazy("schema.types.goals.objective")] | None:
        shown = objective_types.Objective.of
        return info.context.has_one(objectives.by_ids, self.record, lambda event: event.objective_id, shown)

    @strawberry.field(description="The agent that it happened to.")
    def agent(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")] | None:
        return agent_of(info, self.record, lambda event: event.agent_id)

    @strawberry.field(
        description="The message that was sent; null for callers that may not see it.",
        metadata=MAY_SHOW_DIRECT_MESSAGES,
    )
    def message(self, info: Info) -> Annotated["Message", strawberry.lazy("schema.types.conversation.message")] | None:
        shown = message_types.Message.of
        return info.context.has_one(message_lists.by_ids, self.record, lambda event: event.message_id, shown)

    @strawberry.field(description="The proposal that it happened to.")
    def proposal(self, info: Info) -> Annotated["Proposal", strawberry.lazy("schema.types.proposals.proposal")] | None:
        shown = proposal_types.Proposal.of
        return info.context.has_one(proposal_lists.by_ids, self.record, lambda event: event.proposal_id, shown)


def agent_of(info: Info, event: records.Event, key: Callable[[records.Event], int | None]) -> "Agent | None":
    """An agent of the event, as its room sees it."""
    return info.context.has_one(agents.by_ids, event, key, lambda agent: agent_types.Agent.of(agent, event.room_id))


async def agent_in_room(info: Info, agent_id: int | None, room_id: int) -> "Agent | None":
    """The agent as that room sees it."""
    agent = await info.context.one(agents.by_ids, agent_id) if agent_id is not None else None
    return agent_types.Agent.of(agent, room_id) if agent else None


async def task_of(info: Info, task_id: int | None) -> "Task | None":
    """The task of this key."""
    task = await info.context.one(task_loaders.by_ids, task_id) if task_id is not None else None
    return task_types.Task.of(task) if task else None


@strawberry.type(description="An event at its place in a page.")
class EventEdge:
    cursor: str = strawberry.field(description="Hand it back as `after` to go on from here.")
    node: Event = strawberry.field(description="The event.")


@strawberry.type(description="A page of events, oldest first.")
class EventConnection:
    nodes: list[Event] = strawberry.field(description="The events.")
    edges: list[EventEdge] = strawberry.field(description="The events, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where this page is in its list.")

    @classmethod
    def of(cls, page: Page[records.Event]) -> Self:
        nodes = [Event.of(event) for event in page.items]
        edges = edges_of(EventEdge, page, nodes)
        return cls(nodes=nodes, edges=edges, page_info=PageInfo.of(page))


async def history_of(info: Info, task: records.Task, first: int | None, after: str | None) -> EventConnection:
    """The events of a task, read together with those of the other tasks in the request."""
    most = validation.page("first", 50 if first is None else first)
    place = event_log.Place(0, 0) if after is None else event_log.place_of("after", after, task.room_id)
    page = await info.context.one(event_log.history, (task.id, most, place.seq))
    if after is not None:
        # Afterwards, as for `events`.
        (await info.context.required(event_log.extents, ids.ROOM, task.room_id)).behind("after", place)
    return EventConnection.of(page or Page([], []))
