"""What subscriptions send: each with the cursor from which to go on."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db import log, records, watching
from resolvers.context import Info
from schema.types.enums import EventKind, Presence
from schema.types.event import agent_in_room, task_of
from schema.types.message import message_of

if TYPE_CHECKING:
    from schema.types.agent import Agent
    from schema.types.message import Message
    from schema.types.task import Task

_CURSOR = "Hand it back as `after` to go on from here."


@strawberry.type(description="A task that just became ready.")
class TaskUnblocked:
    cursor: str = strawberry.field(description=_CURSOR)
    at: datetime = strawberry.field(description="When it became ready.")
    event: strawberry.Private[records.Event]

    @classmethod
    def of(cls, event: records.Event) -> Self:
        return cls(cursor=log.cursor_of(event), at=event.at, event=event)

    @strawberry.field(description="The task that is ready.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.task")]:
        return await task_of(info, self.event.task_id)  # type: ignore[return-value]  # tasks are never deleted

    @strawberry.field(description="The last thing it waited for.")
    async def cleared_by(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.task")] | None:
        return await task_of(info, watching.cleared_by(self.event))


@strawberry.type(description="An agent that came, fell silent or left.")
class PresenceChange:
    cursor: str = strawberry.field(description=_CURSOR)
    presence: Presence = strawberry.field(description="What it is now.")
    previous: Presence = strawberry.field(description="What it was before.")
    at: datetime = strawberry.field(description="When it changed.")
    event: strawberry.Private[records.Event]

    @classmethod
    def of(cls, event: records.Event) -> Self:
        return cls(
            cursor=log.cursor_of(event),
            presence=Presence(event.data["presence"]),
            previous=Presence(event.data["previous"]),
            at=event.at,
            event=event,
        )

    @strawberry.field(description="Whose presence changed.")
    async def agent(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.agent")]:
        # Agents are never deleted.
        return await agent_in_room(info, self.event.agent_id, self.event.room_id)  # type: ignore[return-value]


@strawberry.type(description="A message at its place in the room's log.")
class MessageSent:
    cursor: str = strawberry.field(description=_CURSOR)
    event: strawberry.Private[records.Event]

    @classmethod
    def of(cls, event: records.Event) -> Self:
        return cls(cursor=log.cursor_of(event), event=event)

    @strawberry.field(description="The message.")
    async def message(self, info: Info) -> Annotated["Message", strawberry.lazy("schema.types.message")]:
        return await message_of(info, self.event.message_id)  # type: ignore[return-value]  # only what is open is sent


@strawberry.type(description="Any change of a task.")
class TaskChange:
    cursor: str = strawberry.field(description=_CURSOR)
    kind: EventKind = strawberry.field(description="What happened to it.")
    at: datetime = strawberry.field(description="When it happened.")
    event: strawberry.Private[records.Event]

    @classmethod
    def of(cls, event: records.Event) -> Self:
        return cls(cursor=log.cursor_of(event), kind=event.kind, at=event.at, event=event)

    @strawberry.field(description="The task, as it is now.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.task")]:
        return await task_of(info, self.event.task_id)  # type: ignore[return-value]  # tasks are never deleted

    @strawberry.field(description="Who did it; null for the server.")
    async def actor(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.agent")] | None:
        return await agent_in_room(info, self.event.actor_id, self.event.room_id)
