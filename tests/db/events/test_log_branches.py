"""A standby that is promoted may lack what the primary logged last: nobody goes on from what is not in the log."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.core.database import Database
from db.core.errors import CursorExpired
from db.core.queries import q
from db.core.records import Event
from db.events import event_log
from db.events.event_log import Place
from db.events.feed import Feed
from tests.db.events.test_feed import elsewhere, new_log, opened, write
from tests.patience import PATIENCE_S
from tests.size import sized

TIMELINE = "create or replace function wal_timeline() returns text language sql return '{:08X}'"
# Epochs that began behind what is left are not there either.
FORGOTTEN = """with gone as (
  delete from log_branch using room_log
   where log_branch.room_id = room_log.room_id and log_branch.seq > room_log.seq
  returning log_branch.*
)
update room_log set epoch = gone.epoch
  from gone
 where gone.room_id = room_log.room_id
   and gone.seq = (select min(seq) from gone here where here.room_id = room_log.room_id)"""


@pytest.fixture
async def database(migrated_database: str) -> AsyncGenerator[Database]:
    """One of the test's own, whose timeline can be another."""
    opened = await Database.connect(migrated_database, size=4)
    yield opened
    await opened.close()


async def promote(database: Database, timeline: int, lost: int = 0) -> None:
    """As a standby is after its promotion that had not received the last events of any room."""
    async with database.transaction() as tx:
        await tx.execute("set local session_replication_role = replica")
        await tx.execute(
            "delete from event using room_log where event.room_id = room_log.room_id and event.seq > room_log.seq - $1",
            lost,
        )
        await tx.execute("update room_log set seq = seq - $1", lost)
        await tx.execute(FORGOTTEN)
        await tx.execute(TIMELINE.format(timeline))


async def next_of(events: AsyncGenerator[Event]) -> Event:
    async with asyncio.timeout(PATIENCE_S):
        return await anext(events)


async def places(database: Database, room: int) -> list[Place]:
    """Of all its events, as they are told now."""
    rows = await q.events_after(database, room_id=room, seq=0, most=1_000)
    return [Place(row["epoch"], row["seq"]) for row in rows]


async def start(database: Database, room: int, place: Place) -> int:
    return await event_log.start(database, room, event_log.cursor(room, place.seq, place.epoch))


async def test_where_nothing_was_lost_followers_and_cursors_go_on(database: Database) -> None:
    room = await new_log(database, events=3)
    before = await places(database, room)
    async with opened(database, poll_seconds=0.05) as feed, aclosing(feed.follow(room, 2)) as events:
        assert (await next_of(events)).seq == 3
        await promote(database, 2)
        assert [await start(database, room, place) for place in before] == [1, 2, 3]

        await write(database, room)
        event = await next_of(events)

    assert event.seq == 4
    assert [place.epoch == 0 for place in [*before, Place(event.epoch, 4)]] == [True, True, True, False]
    assert [await start(database, room, place) for place in before] == [1, 2, 3]
    assert await start(database, room, Place(event.epoch, 4)) == 4
    assert await database.fetchval("select count(*) from log_branch") == 1


async def test_what_was_lost_is_missed_before_anything_else_happens(database: Database) -> None:
    room = await new_log(database, events=5)
    before = await places(database, room)
    async with opened(database, poll_seconds=0.05) as feed, aclosing(feed.follow(room, 4)) as events:
        assert (await next_of(events)).seq == 5
        await promote(database, 2, lost=2)

        for place in before[3:]:
            with pytest.raises(CursorExpired):
                await start(database, room, place)
        assert [await start(database, room, place) for place in before[:3]] == [1, 2, 3]
        with pytest.raises(CursorExpired):
            await next_of(events)


async def test_numbers_that_are_used_again_are_not_taken_for_those_that_were_lost(database: Database) -> None:
    room = await new_log(database, events=5)
    before = await places(database, room)
    async with opened(database, poll_seconds=0.05) as feed:
        ahead, behind = feed.follow(room, 4), feed.follow(room, 1)
        async with aclosing(ahead), aclosing(behind):
            assert [(await next_of(events)).seq for events in (ahead, behind)] == [5, 2]
            await promote(database, 2, lost=2)
            # By another process, so fast that nobody sees the log shorter than it was.
            for _ in range(4):
                await write(elsewhere(database), room)

            with pytest.raises(CursorExpired):
                await next_of(ahead)
            told = [await next_of(behind) for _ in range(5)]
        async with aclosing(feed.follow(room, 4)) as events:
            assert (await next_of(events)).seq == 5

    assert [event.seq for event in told] == [3, 4, 5, 6, 7]
    assert [event.epoch for event in told] == [0] + [told[-1].epoch] * 4
    for place in before[3:]:
        with pytest.raises(CursorExpired) as refused:
            await start(database, room, place)
    assert refused.value.facts() == {"oldest": event_log.cursor(room, 0, told[-1].epoch)}


async def test_whoever_comes_late_with_a_place_that_was_lost_is_told(database: Database) -> None:
    room = await new_log(database, events=2)
    async with opened(database, poll_seconds=0.05) as feed:
        events = feed.follow(room, 2, epoch=0)
        await promote(database, 2, lost=1)
        with pytest.raises(CursorExpired):
            await next_of(events)


async def test_a_log_that_became_shorter_unawares_begins_an_epoch(database: Database) -> None:
    """As where a dump was put back below servers that run: there is no other timeline."""
    room = await new_log(database, events=5)
    async with opened(database, poll_seconds=0.05) as feed, aclosing(feed.follow(room, 4)) as events:
        assert (await next_of(events)).seq == 5
        await promote(database, 1, lost=2)
        with pytest.raises(CursorExpired):
            await next_of(events)

    assert (await event_log.extent_of(database, room)).epoch != 0


async def test_a_room_made_after_a_promotion_begins_in_an_epoch_of_its_own(database: Database) -> None:
    await promote(database, 2)
    room = await new_log(database, events=1)

    [place] = await places(database, room)
    assert place.epoch != 0
    with pytest.raises(CursorExpired):
        await start(database, room, Place(0, 1))


async def test_whoever_waits_for_work_looks_again_after_a_promotion(database: Database) -> None:
    room = await new_log(database, events=3)
    async with opened(database, poll_seconds=0.05) as feed, feed.watch(room) as watch:
        waiting = asyncio.ensure_future(watch.wait(watch.seq, timeout=PATIENCE_S))
        await asyncio.sleep(0.05)
        await promote(database, 2, lost=2)
        await write(database, room)

        assert await waiting


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "promote", "follow", "read", "leave", "pause"]), st.integers(0, 6)), max_size=25
)


class Branches:
    """A log as it must be told: the names of its events in order, and for each follower those that it was told."""

    def __init__(self, database: Database, feed: Feed, room: int) -> None:
        self.database, self.feed, self.room = database, feed, room
        self.timeline = 1
        self.log: list[int] = []
        # Of each event that was ever there, by its id: the cursor that its readers have, and the log up to it.
        self.told: dict[int, tuple[Place, list[int]]] = {}
        self.followers: list[tuple[AsyncGenerator[Event], list[int]]] = []

    async def play(self, what: str, amount: int) -> None:
        match what:
            case "write":
                for _ in range(amount):
                    await write(self.database, self.room)
                await self.note()
            case "promote":
                self.timeline += 1
                await promote(self.database, self.timeline, min(amount, len(self.log)))
                await self.note()
            case "follow":
                seen = self.log[: len(self.log) * amount // 6]
                place = self.told[seen[-1]][0] if seen else None
                events = self.feed.follow(self.room, len(seen), epoch=place.epoch if place else None)
                self.followers.append((events, list(seen)))
            case "read" if amount < len(self.followers):
                await self.read(*self.followers[amount], 1)
            case "leave" if amount < len(self.followers):
                await self.followers.pop(amount)[0].aclose()
            case "pause":
                await asyncio.sleep(amount / 200)

    async def note(self) -> None:
        rows = await q.events_after(self.database, room_id=self.room, seq=0, most=1_000)
        self.log = [row["id"] for row in rows]
        for at, row in enumerate(rows):
            told = Place(row["epoch"], row["seq"]), self.log[: at + 1]
            assert self.told.setdefault(row["id"], told) == told

    async def read(self, events: AsyncGenerator[Event], seen: list[int], most: int) -> None:
        for _ in range(most):
            if seen == self.log:
                return
            try:
                event = await next_of(events)
            except CursorExpired:
                assert seen != self.log[: len(seen)], "it was told nothing that is not in the log"
                self.followers = [one for one in self.followers if one[0] is not events]
                return
            seen.append(event.id)
            assert seen == self.log[: len(seen)]

    async def check(self) -> None:
        for name, (place, through) in self.told.items():
            is_here = through == self.log[: len(through)]
            try:
                begun = await start(self.database, self.room, place)
            except CursorExpired:
                assert not is_here, (name, place)
            else:
                assert is_here, (name, place)
                assert begun == len(through)
        for events, seen in tuple(self.followers):
            await self.read(events, seen, len(self.log))


async def play(url: str, steps: list[Step]) -> None:
    database = await Database.connect(url, size=4)
    feed = Feed(database, cache=4, page=3, poll_seconds=0.01)
    try:
        await database.execute(TIMELINE.format(1))
        branches = Branches(database, feed, await new_log(database))
        for what, amount in steps:
            await branches.play(what, amount)
            await branches.check()
        for events, _ in branches.followers:
            await events.aclose()
    finally:
        await feed.close()
        for table in ("event", "log_branch", "room_log", "room"):
            await database.execute(f"delete from {table}")  # noqa: S608  # our own
        await database.close()


def test_a_cursor_is_good_as_long_as_its_event_is_in_the_log(migrated_database: str) -> None:
    @settings(max_examples=sized(25, 40), suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def any_play(steps: list[Step]) -> None:
        async def within_time() -> None:
            async with asyncio.timeout(PATIENCE_S):
                await play(migrated_database, steps)

        asyncio.run(within_time())

    any_play()
