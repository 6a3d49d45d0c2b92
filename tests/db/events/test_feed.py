"""Followers of a room's log get every event after their cursor, in order, once each, whatever happens meanwhile."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.core.connection_errors import is_away
from db.core.database import Database
from db.core.enums import EventKind
from db.core.migrations import migrate
from db.core.queries import q, required
from db.events import event_log
from db.events.feed import Feed
from goalroom.postgres import data_dir
from goalroom.postgres.embedded import Cluster
from tests.conftest import NewCluster
from tests.patience import PATIENCE_S
from tests.size import sized

ROOMS = (0, 1, 2)


async def write(database: Database, *room_ids: int) -> None:
    """One act that logs something in each of these rooms."""
    async with database.transaction() as tx:
        for room_id in room_ids:
            tx.append_event(room_id, EventKind.TASK_CREATED, data={"title": "x"})


async def new_log(database: Database, name: str = "web", events: int = 0) -> int:
    """A room whose log holds so many events."""
    room = required(await q.insert_room(database, name=name, title=name))
    await q.open_log(database, room_id=room["id"])
    for _ in range(events):
        await write(database, room["id"])
    room_id: int = room["id"]
    return room_id


def elsewhere(database: Database) -> Database:
    """Another process, whose nudges get lost."""
    return Database(database.pool)


@asynccontextmanager
async def opened(database: Database, **options: Any) -> AsyncGenerator[Feed]:
    feed = Feed(database, **options)
    yield feed
    await feed.close()
    assert not feed.watched


async def take(feed: Feed, room_id: int, seq: int, count: int) -> list[int]:
    """The numbers of the next events after seq."""
    seqs: list[int] = []
    async with asyncio.timeout(PATIENCE_S), aclosing(feed.follow(room_id, seq)) as events:
        async for event in events:
            seqs.append(event.seq)
            if len(seqs) == count:
                break
    return seqs


class Counting(Database):
    """A database that says how often events were read from it."""

    def __init__(self, pool: Any) -> None:
        super().__init__(pool)
        self.reads = 0

    async def fetch(self, statement: str, *parameters: object) -> list[Any]:
        self.reads += "from event" in statement
        return await super().fetch(statement, *parameters)


async def test_what_was_missed_comes_first_and_then_what_happens(database: Database) -> None:
    room = await new_log(database, events=3)
    async with opened(database) as feed:
        following = asyncio.create_task(take(feed, room, 1, 4))
        await asyncio.sleep(0.05)

        await write(database, room)
        await write(database, room)

        assert await following == [2, 3, 4, 5]


async def test_an_event_is_read_once_however_many_follow(database: Database) -> None:
    room = await new_log(database, events=20)
    counting = Counting(database.pool)
    async with opened(counting, page=10) as feed:
        following = [asyncio.create_task(take(feed, room, seq, 30 - seq)) for seq in [0, 5, 12, 20] * 25]
        await asyncio.sleep(0.2)

        for _ in range(10):
            await write(counting, room)
        answers = await asyncio.gather(*following)

    assert answers == [list(range(seq + 1, 31)) for seq in [0, 5, 12, 20] * 25]
    # Two pages of what was there before, and each act when it happened.
    assert counting.reads <= 12


async def test_a_slow_follower_gets_events_that_left_the_cache(database: Database) -> None:
    room = await new_log(database, events=1)
    async with opened(database, cache=5, page=3) as feed, aclosing(feed.follow(room, 0)) as slow:
        assert (await anext(slow)).seq == 1

        fast = asyncio.create_task(take(feed, room, 1, 40))
        for _ in range(40):
            await write(database, room)
        assert await fast == list(range(2, 42))

        assert [(await anext(slow)).seq for _ in range(40)] == list(range(2, 42))


async def test_long_texts_don_t_pile_up_in_memory_and_arrive_all_the_same(database: Database) -> None:
    room = await new_log(database)
    async with opened(database, page=5) as feed, aclosing(feed.follow(room, 0)) as slow:
        fast = asyncio.create_task(take(feed, room, 0, 30))
        await asyncio.sleep(0.05)
        for _ in range(30):
            async with database.transaction() as tx:
                tx.append_event(room, EventKind.TASK_UPDATED, data={"changes": {"description": "x" * 500_000}})
        assert await fast == list(range(1, 31))

        assert [(await anext(slow)).seq for _ in range(30)] == list(range(1, 31))


async def test_events_without_a_notification_are_found_by_polling(database: Database) -> None:
    room = await new_log(database)
    async with opened(database, poll_seconds=0.05) as feed:
        following = asyncio.create_task(take(feed, room, 0, 2))
        await asyncio.sleep(0.05)

        await write(elsewhere(database), room)
        await write(elsewhere(database), room)

        assert await following == [1, 2]


async def test_poll_now_reads_at_once(database: Database) -> None:
    room = await new_log(database)
    async with opened(database, poll_seconds=60) as feed:
        following = asyncio.create_task(take(feed, room, 0, 1))
        await asyncio.sleep(0.05)
        await write(elsewhere(database), room)
        await asyncio.sleep(0.05)
        assert not following.done()

        feed.poll_now()

        assert await following == [1]


async def test_a_change_between_looking_and_waiting_is_not_missed(database: Database) -> None:
    room = await new_log(database, events=2)
    async with opened(database) as feed, feed.watch(room) as watch:
        seen = watch.seq
        assert seen == 2
        await write(database, room)
        await asyncio.sleep(0.05)

        assert await watch.wait(seen, timeout=1)
        assert not await watch.wait(watch.seq, timeout=0.01)


async def test_a_room_is_watched_while_somebody_follows_it(database: Database) -> None:
    room = await new_log(database, events=1)
    async with opened(database) as feed:
        one, two = feed.follow(room, 0), feed.follow(room, 0)
        assert feed.watched == frozenset()

        await anext(one)
        await anext(two)
        assert feed.watched == {room}

        await one.aclose()
        assert feed.watched == {room}
        await two.aclose()
        assert feed.watched == frozenset()


async def test_rooms_are_told_apart(database: Database) -> None:
    web, ops = await new_log(database, "web"), await new_log(database, "ops")
    async with opened(database) as feed:
        following = asyncio.gather(take(feed, web, 0, 2), take(feed, ops, 0, 3))
        await asyncio.sleep(0.05)

        await write(database, web, ops)
        await write(database, ops)
        await write(database, ops, web)

        assert list(await following) == [[1, 2], [1, 2, 3]]


async def test_a_cursor_ahead_of_this_process_waits_for_what_follows_it(database: Database) -> None:
    room = await new_log(database)
    async with opened(database) as feed, feed.watch(room):
        await write(elsewhere(database), room)
        following = asyncio.create_task(take(feed, room, await event_log.start(database, room, None), 1))
        await asyncio.sleep(0.02)

        await write(database, room)

        assert await following == [2]


async def test_a_cancelled_follower_leaves_its_page_to_the_others(database: Database) -> None:
    room = await new_log(database, events=5)
    async with opened(database) as feed, feed.watch(room):
        impatient, patient = (asyncio.create_task(take(feed, room, 0, 5)) for _ in range(2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        impatient.cancel()

        assert await patient == [1, 2, 3, 4, 5]


async def test_deleted_rows_do_not_hold_up_followers(database: Database) -> None:
    room = await new_log(database, events=8)
    await database.execute("delete from event where room_id = $1 and seq in (3, 4, 7, 8)", room)
    async with opened(database, page=2) as feed:
        following = asyncio.create_task(take(feed, room, 0, 6))
        await asyncio.sleep(0.1)

        for _ in range(2):
            await write(database, room)

        assert await following == [1, 2, 5, 6, 9, 10]


Step = tuple[str, int, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(ROOMS), st.integers(1, 6)),
        st.tuples(st.just("write to all"), st.just(0), st.integers(1, 4)),
        st.tuples(st.just("follow"), st.sampled_from(ROOMS), st.integers(0, 100)),
        st.tuples(st.just("read"), st.integers(0, 5), st.integers(1, 12)),
        st.tuples(st.just("resume"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("lose nudges"), st.integers(0, 1), st.just(0)),
        st.tuples(st.just("pause"), st.integers(0, 3), st.just(0)),
    ),
    max_size=40,
)


class Follower:
    """Follows a room from somewhere, as slowly as it is told to, and may drop and come back with its cursor."""

    def __init__(self, feed: Feed, room_id: int, seq: int) -> None:
        self.feed, self.room_id, self.begin = feed, room_id, seq
        self.seqs: list[int] = []
        self.events = feed.follow(room_id, seq)

    @property
    def seq(self) -> int:
        return self.seqs[-1] if self.seqs else self.begin

    async def read(self, most: int) -> None:
        for _ in range(most):
            self.seqs.append((await anext(self.events)).seq)

    async def resume(self) -> None:
        await self.events.aclose()
        self.events = self.feed.follow(self.room_id, self.seq)


class Play:
    """Three rooms, those who follow them, and those who write."""

    def __init__(self, database: Database, feed: Feed, rooms: list[int]) -> None:
        self.database, self.feed, self.rooms = database, feed, rooms
        self.writer = database
        self.writing: list[asyncio.Task[None]] = []
        self.followers: list[Follower] = []

    async def step(self, what: str, subject: int, amount: int) -> None:
        match what:
            case "write":
                self.write(amount, self.rooms[subject])
            case "write to all":
                self.write(amount, *self.rooms)
            case "follow" if len(self.followers) < 6:
                end = await self.end(self.rooms[subject])
                self.followers.append(Follower(self.feed, self.rooms[subject], end * amount // 100))
            case "read" if subject < len(self.followers):
                follower = self.followers[subject]
                await follower.read(min(amount, await self.end(follower.room_id) - follower.seq))
            case "resume" if subject < len(self.followers):
                await self.followers[subject].resume()
            case "lose nudges":
                self.writer = self.database if subject else elsewhere(self.database)
            case "pause":
                await asyncio.sleep(subject / 1000)

    def write(self, acts: int, *rooms: int) -> None:
        self.writing += [asyncio.create_task(write(self.writer, *rooms)) for _ in range(acts)]

    async def end(self, room_id: int) -> int:
        return await event_log.start(self.database, room_id, None)

    async def finish(self) -> None:
        await asyncio.gather(*self.writing)
        for follower in self.followers:
            end = await self.end(follower.room_id)
            await follower.read(end - follower.seq)
            assert follower.seqs == list(range(follower.begin + 1, end + 1))
            await follower.events.aclose()
        assert not self.feed.watched


async def play(url: str, steps: list[Step], cache: int, page: int) -> None:
    database = await Database.connect(url, size=4)
    feed = Feed(database, cache=cache, page=page, poll_seconds=0.02)
    try:
        playing = Play(database, feed, [await new_log(database, f"room-{number}") for number in ROOMS])
        for step in steps:
            await playing.step(*step)
        await playing.finish()
    finally:
        await feed.close()
        for statement in ("delete from event", "delete from room_log", "delete from room"):
            await database.execute(statement)
        await database.close()


def test_each_follower_sees_every_event_once_and_in_order(database_url: str) -> None:
    @settings(max_examples=sized(25, 60), deadline=timedelta(seconds=20), suppress_health_check=list(HealthCheck))
    @given(STEPS, st.integers(1, 8), st.integers(1, 5))
    def any_play(steps: list[Step], cache: int, page: int) -> None:
        async def within_time() -> None:
            async with asyncio.timeout(PATIENCE_S):
                await play(database_url, steps, cache, page)

        asyncio.run(within_time())

    any_play()


def restart(home: Path) -> None:
    """As when the machine's Postgres dies and is started again."""
    server = int((home / data_dir.CLUSTER / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(server, signal.SIGQUIT)
    while (home / data_dir.CLUSTER / "postmaster.pid").exists():
        time.sleep(0.01)
    with Cluster(home):
        pass


async def test_nothing_is_lost_or_doubled_while_postgres_restarts(tmp_path: Path, new_cluster: NewCluster) -> None:
    cluster = new_cluster(tmp_path)
    await asyncio.to_thread(cluster.start)
    await migrate(cluster.url)
    database = await Database.connect(cluster.url, size=4)
    room = await new_log(database, events=10)
    async with opened(database, cache=50, page=20, poll_seconds=0.1) as feed:
        following = [asyncio.create_task(take(feed, room, 0, 1_500)) for _ in range(5)]
        done = asyncio.Event()

        async def work() -> None:
            while not done.is_set():
                try:
                    await write(database, room)
                except Exception as error:
                    if not is_away(error):
                        raise
                    await asyncio.sleep(0.05)

        workers = [asyncio.create_task(work()) for _ in range(3)]
        await asyncio.sleep(0.1)
        await asyncio.to_thread(restart, tmp_path)
        answers = await asyncio.gather(*following)
        done.set()
        await asyncio.gather(*workers)

    assert answers == [list(range(1, 1_501))] * 5
    await database.close()
    await asyncio.to_thread(cluster.stop)
