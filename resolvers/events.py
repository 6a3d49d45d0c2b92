"""What clients can read of the rooms' logs, and watch as it is written."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import strawberry

from db.core import ids, records
from db.events import event_log
from db.overviews import event_filters
from db.presence import presence_feed
from schema.context import Info
from schema.event_stream import EventStream
from schema.types.enums import EventKind
from schema.types.events.event import Event, EventConnection
from schema.types.events.subscription_payloads import PresenceChange, TaskChange, TaskUnblocked


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


# These return a stream rather than being one: what is wrong with the request is refused at once, and 'now' is the
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
    ) -> AsyncIterator[Event]:
        wanted = await event_filters.of_room(info.context.database, info.context.caller, room, after, kinds=kinds)
        return EventStream(info.context, wanted, Event.of)

    @strawberry.subscription(description="Tasks that just became ready because the last thing they waited for cleared.")
    async def task_unblocked(
        self,
        info: Info,
        room: strawberry.ID | None = None,
        assignee: strawberry.ID | None = None,
        objective: strawberry.ID | None = None,
        after: str | None = None,
    ) -> AsyncIterator[TaskUnblocked]:
        wanted = await event_filters.of_unblocked_tasks(
            info.context.database, info.context.caller, room, after, assignee=assignee, objective=objective
        )
        return EventStream(info.context, wanted, TaskUnblocked.of)

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
    ) -> AsyncIterator[TaskChange]:
        wanted = await event_filters.of_task_changes(
            info.context.database, info.context.caller, room, after, task=task, objective=objective
        )
        return EventStream(info.context, wanted, TaskChange.of)


async def _follow_presence(info: Info, wanted: event_filters.EventFilter) -> AsyncGenerator[PresenceChange, None]:
    context = info.context
    following = presence_feed.follow(context.feed, wanted.room_id, wanted.seq, epoch=wanted.epoch)
    async with aclosing(following) as changes:
        async for change in changes:
            context.caller.must_see(wanted.room_id, ids.of(ids.ROOM, wanted.room_id))
            if not isinstance(change, records.Event) or await wanted.matches(change, context.caller):
                context.forget()
                yield PresenceChange.of(change)
