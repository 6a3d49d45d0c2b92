"""What clients can read of the rooms' logs, and watch as it is written."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

import strawberry

from db.core import ids, records
from db.events import event_log
from db.overviews import event_filters
from db.presence import presence_feed
from schema.context import Info
from schema.types.enums import EventKind
from schema.types.events.event import Event, EventConnection
from schema.types.events.subscription_payloads import PresenceChange, TaskChange, TaskUnblocked

T = TypeVar("T")


@strawberry.type
class EventQuery:
    @strawberry.field(
        description="The room's log, oldest first: `first` (100 by default) after a cursor or from its beginning, "
        "or the `last` ones before a cursor or its end."
    )
    async def events(
        self,
        info: Info,
        room: strawberry.ID | None = None,
        after: str | None = None,
        before: str | None = None,
        kinds: list[EventKind] | None = None,
        first: int | None = None,
        last: int | None = None,
    ) -> EventConnection:
        page = await event_log.events(
            info.context.database,
            info.context.caller,
            room,
            after=after,
            before=before,
            kinds=kinds,
            first=first,
            last=last,
        )
        return EventConnection.of(page)


# These return a generator rather than being one: what is wrong with the request is refused at once, and 'now' is the
# moment at which the subscription is accepted.
@strawberry.type
class EventSubscription:
    @strawberry.subscription(description="The room's log as it is written.")
    async def events(
        self,
        info: Info,
        room: strawberry.ID | None = None,
        after: str | None = None,
        kinds: list[EventKind] | None = None,
    ) -> AsyncGenerator[Event, None]:
        wanted = await event_filters.of_room(info.context.database, info.context.caller, room, after, kinds=kinds)
        return follow(info, wanted, Event.of)

    @strawberry.subscription(description="Tasks that just became ready because the last thing they waited for cleared.")
    async def task_unblocked(
        self,
        info: Info,
        room: strawberry.ID | None = None,
        assignee: strawberry.ID | None = None,
        objective: strawberry.ID | None = None,
        after: str | None = None,
    ) -> AsyncGenerator[TaskUnblocked, None]:
        wanted = await event_filters.of_unblocked_tasks(
            info.context.database, info.context.caller, room, after, assignee=assignee, objective=objective
        )
        return follow(info, wanted, TaskUnblocked.of)

    @strawberry.subscription(description="Changes of the agents' presence, and of what they say that they are doing.")
    async def presence_changed(
        self, info: Info, room: strawberry.ID | None = None, after: str | None = None
    ) -> AsyncGenerator[PresenceChange, None]:
        kinds = [EventKind.PRESENCE_CHANGED]
        wanted = await event_filters.of_room(info.context.database, info.context.caller, room, after, kinds=kinds)
        return _follow_presence(info, wanted)

    @strawberry.subscription(description="Any change of one task, of an objective's subtree, or of the room's tasks.")
    async def task_changed(
        self,
        info: Info,
        room: strawberry.ID | None = None,
        task: strawberry.ID | None = None,
        objective: strawberry.ID | None = None,
        after: str | None = None,
    ) -> AsyncGenerator[TaskChange, None]:
        wanted = await event_filters.of_task_changes(
            info.context.database, info.context.caller, room, after, task=task, objective=objective
        )
        return follow(info, wanted, TaskChange.of)


async def follow(
    info: Info, wanted: event_filters.EventFilter, payload: Callable[[records.Event], T]
) -> AsyncGenerator[T, None]:
    """What is wanted of a room's log, as the caller may see it, without end."""
    context = info.context
    async with aclosing(context.feed.follow(wanted.room_id, wanted.seq)) as events:
        async for event in events:
            # It changes meanwhile: with the rooms that it is in.
            caller = context.caller
            caller.must_see(wanted.room_id, ids.of(ids.ROOM, wanted.room_id))
            if await wanted.matches(event):
                context.forget()
                yield payload(event.shown_to(caller.agent_id, caller.name))


async def _follow_presence(info: Info, wanted: event_filters.EventFilter) -> AsyncGenerator[PresenceChange, None]:
    context = info.context
    async with aclosing(presence_feed.follow(context.feed, wanted.room_id, wanted.seq)) as changes:
        async for change in changes:
            context.caller.must_see(wanted.room_id, ids.of(ids.ROOM, wanted.room_id))
            if not isinstance(change, records.Event) or await wanted.matches(change):
                context.forget()
                yield PresenceChange.of(change)
