"""What subscriptions send: each with the cursor from which to go on."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.conversation import message_lists
from db.core import ids, records
from db.events import event_log
from db.overviews import event_filters
from db.presence.presence_feed import ActivityChange
from db.rooms import agents
from db.tasks import task_loaders
from schema.caller_dependence import MAY_SHOW_DIRECT_MESSAGES
from schema.context import Info
from schema.types.conversation import message as message_types
from schema.types.enums import EventKind, Presence
from schema.types.events.event import agent_in_room, task_of
from schema.types.presence import activity as activity_types
from schema.types.rooms import agent as agent_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.conversation.message import Message
    from schema.types.presence.activity import Activity
    from schema.types.rooms.agent import Agent
    from schema.types.tasks.task import Task

_CURSOR = "Hand it back as `after` to go on from here."


@strawberry.type(description="A task that just became ready.")
class TaskUnblocked:
    cursor: str = strawberry.field(description=_CURSOR)
    at: datetime = strawberry.field(description="When it became ready.")
    event: strawberry.Private[records.Event]

    @classmethod
    def of(cls, event: records.Event) -> Self:
        return cls(cursor=event_log.cursor_of(event), at=event.at, event=event)

    @strawberry.field(description="The task that is ready.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")]:
        return task_types.Task.of(await info.context.required(task_loaders.by_ids, ids.TASK, self.event.task_id or 0))

    @strawberry.field(description="The last thing it waited for.")
    async def cleared_by(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")] | None:
        return await task_of(info, event_filters.cleared_by(self.event))


@strawberry.type(description="An agent whose presence or activity changed.")
class PresenceChange:
    cursor: str = strawberry.field(description=_CURSOR)
    at: datetime = strawberry.field(description="When it changed.")
    agent_id: strawberry.Private[int]
    room_id: strawberry.Private[int]
    moved: strawberry.Private[records.Event | None]
    doing: strawberry.Private[records.Activity | None]

    @classmethod
    def of(cls, change: records.Event | ActivityChange) -> Self:
        moved = change if isinstance(change, records.Event) else None
        return cls(
            cursor=event_log.cursor(change.room_id, change.seq, change.epoch),
            at=change.at,
            agent_id=change.agent_id or 0,
            room_id=change.room_id,
            moved=moved,
            doing=None if isinstance(change, records.Event) else change.activity,
        )

    @strawberry.field(description="Whose presence or activity changed.")
    async def agent(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]:
        # Agents are never deleted.
        return await agent_in_room(info, self.agent_id, self.room_id)  # type: ignore[return-value]

    @strawberry.field(description="Its presence now.")
    async def presence(self, info: Info) -> Presence:
        return Presence(self.moved.data["presence"]) if self.moved else await self._as_it_is(info)

    @strawberry.field(description="Its presence before.")
    async def previous(self, info: Info) -> Presence:
        return Presence(self.moved.data["previous"]) if self.moved else await self._as_it_is(info)

    @strawberry.field(description="What the agent says that it is doing; null if it says nothing, or that has ended.")
    async def activity(
        self, info: Info
    ) -> Annotated["Activity", strawberry.lazy("schema.types.presence.activity")] | None:
        if self.moved:
            return await activity_types.activity_of(info, self.agent_id)
        return activity_types.Activity.of(self.doing) if self.doing else None

    async def _as_it_is(self, info: Info) -> Presence:
        agent = await info.context.one(agents.by_ids, self.agent_id)
        return await agent_types.presence_of(info, agent, self.room_id) if agent else Presence.OFFLINE


@strawberry.type(description="A message at its place in the room's log.")
class MessageSent:
    cursor: str = strawberry.field(description=_CURSOR)
    event: strawberry.Private[records.Event]

    @classmethod
    def of(cls, event: records.Event) -> Self:
        return cls(cursor=event_log.cursor_of(event), event=event)

    @strawberry.field(description="The message.", metadata=MAY_SHOW_DIRECT_MESSAGES)
    async def message(self, info: Info) -> Annotated["Message", strawberry.lazy("schema.types.conversation.message")]:
        key = self.event.message_id or 0
        return message_types.Message.of(await info.context.required(message_lists.by_ids, ids.MESSAGE, key))


@strawberry.type(description="Any change of a task.")
class TaskChange:
    cursor: str = strawberry.field(description=_CURSOR)
    kind: EventKind = strawberry.field(description="What happened to it.")
    at: datetime = strawberry.field(description="When it happened.")
    event: strawberry.Private[records.Event]

    @classmethod
    def of(cls, event: records.Event) -> Self:
        return cls(cursor=event_log.cursor_of(event), kind=event.kind, at=event.at, event=event)

    @strawberry.field(description="The task, as it is now.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")]:
        return task_types.Task.of(await info.context.required(task_loaders.by_ids, ids.TASK, self.event.task_id or 0))

    @strawberry.field(description="Who did it; null for the server.")
    async def actor(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")] | None:
        return await agent_in_room(info, self.event.actor_id, self.event.room_id)
