"""Follow presence changes from the room's log, and the members' activity, which is not in it."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime

from db.core.records import Activity, Event
from db.core.transaction import Topic
from db.events.feed import Feed
from db.presence import activity


@dataclass(frozen=True, slots=True)
class ActivityChange:
    """An agent began, changed or ended what it does. `seq`: as far as its follower had got in the log."""

    agent_id: int
    room_id: int
    seq: int
    epoch: int
    at: datetime
    activity: Activity | None


async def follow(
    feed: Feed, room_id: int, seq: int, *, epoch: int | None = None
) -> AsyncGenerator[Event | ActivityChange]:
    """The room's log after this number; what members do as it changes from now on. Without end."""
    doings = feed.states(Topic.ACTIVITY, activity.of_rooms)
    async with feed.watch(room_id, epoch=epoch) as log, doings.watch(room_id) as view:
        before = view.state
        happening = asyncio.ensure_future(log.next(seq))
        doing = asyncio.ensure_future(view.wait_for_change(before))
        try:
            while True:
                await asyncio.wait({happening, doing}, return_when=asyncio.FIRST_COMPLETED)
                if doing.done():
                    now = doing.result()
                    doing = asyncio.ensure_future(view.wait_for_change(now))
                    for agent_id, said in activity.changes_between(before, now):
                        yield ActivityChange(agent_id, room_id, seq, log.epoch, datetime.now(UTC), said)
                    before = now
                if happening.done():
                    event = happening.result()
                    seq = event.seq
                    happening = asyncio.ensure_future(log.next(seq))
                    yield event
        finally:
            happening.cancel()
            doing.cancel()
            await asyncio.gather(happening, doing, return_exceptions=True)
