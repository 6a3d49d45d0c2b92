"""A log drops what is older than its room keeps: the oldest first, nothing else, and nobody takes it for a gap."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.conversation import message_lists, message_send
from db.conversation.message_lists import MessagePage
from db.conversation.message_send import NewMessage
from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import CursorExpired
from db.core.queries import q, required, text_of
from db.core.records import Event, Room
from db.events import event_log
from db.events.feed import Feed
from db.events.retention import drop_old_events
from db.operations import doctor
from db.overviews import event_filters
from db.tasks import claims
from db.webhooks import webhooks
from tests import people
from tests.clock import advance
from tests.factories import World
from tests.patience import PATIENCE_S
from tests.plans import kept_plan, scans
from tests.size import sized

KEPT, DAY = 60, 86_400


class Log:
    """A room that keeps events for a minute, and the cursors of its log."""

    def __init__(self, database: Database, room: Room, caller: Caller) -> None:
        self.database, self.room, self.caller = database, room, caller

    async def write(self, count: int = 1, kind: EventKind = EventKind.MEMORY_WRITTEN, **facts: Any) -> None:
        async with self.database.transaction() as tx:
            for _ in range(count):
                tx.append_event(self.room.id, kind, **facts)

    async def drop(self, newest: int = 0, batch: int = 1_000) -> list[int]:
        """By how many the log got shorter, batch by batch."""
        dropped = []
        while passed := await drop_old_events(self.database, newest=newest, batch=batch):
            dropped.append(passed)
        return dropped

    async def age(self) -> None:
        await advance(self.database, KEPT + 1)

    async def extent(self) -> tuple[int, int]:
        extent = await event_log.extent_of(self.database, self.room.id)
        return extent.oldest, extent.seq

    def cursor(self, seq: int) -> str:
        return event_log.cursor(self.room.id, seq)

    async def seqs(self, **asked: Any) -> list[int]:
        page = await event_log.events(self.database, self.caller, self.room.name, **asked)
        return [event.seq for event in page.items]

    async def refused(self, **asked: Any) -> str:
        """The oldest cursor that a refusal names."""
        with pytest.raises(CursorExpired) as refusal:
            await self.seqs(**asked)
        return refusal.value.oldest

    async def stored(self) -> list[str]:
        """The kinds of what is in the table before the beginning of the log."""
        rows = await self.database.fetch(
            "select kind from event join room_log using (room_id)"
            " where room_id = $1 and event.seq <= oldest order by event.seq",
            self.room.id,
        )
        return [row["kind"] for row in rows]


@asynccontextmanager
async def opened(database: Database, **options: Any) -> AsyncGenerator[Feed]:
    feed = Feed(database, **options)
    yield feed
    await feed.close()


@pytest.fixture
async def log(database: Database, world: World) -> Log:
    room = await world.room("web", keep_events_seconds=KEPT)
    caller = await world.agent("ann", rooms=[room])
    return Log(database, room, caller)


async def healthy(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        assert await doctor.problems(connection) == []
    finally:
        await connection.close()


async def test_what_is_too_old_goes_in_batches_and_the_newest_stay(log: Log, database_url: str) -> None:
    _, before = await log.extent()
    await log.write(20)
    assert await log.drop() == []

    await log.age()
    await log.write(3)

    assert await log.drop(newest=10, batch=5) == [5] * ((before + 13) // 5) + [(before + 13) % 5] * (
        (before + 13) % 5 > 0
    )
    assert await log.extent() == (before + 13, before + 23)
    assert await log.seqs(last=200) == list(range(before + 14, before + 24))
    assert await log.drop(newest=0) == [7]
    assert await log.seqs(last=200) == list(range(before + 21, before + 24))
    await healthy(database_url)


async def test_a_room_that_says_nothing_keeps_everything(database: Database, world: World) -> None:
    room = await world.room("web")
    log = Log(database, room, await world.agent("ann", rooms=[room]))
    await log.write(5)
    await advance(database, 365 * DAY)

    assert await log.drop() == []
    assert (await log.extent())[0] == 0


async def test_a_cursor_from_before_what_is_kept_has_expired(log: Log) -> None:
    await log.write(20)
    await log.age()
    await log.write(3)
    await log.drop()
    oldest, end = await log.extent()
    assert oldest == end - 3

    for expired in (0, 1, oldest - 1):
        assert await log.refused(after=log.cursor(expired)) == log.cursor(oldest)
        assert await log.refused(before=log.cursor(expired), last=5) == log.cursor(oldest)
        with pytest.raises(CursorExpired):
            await event_log.start(log.database, log.room.id, log.cursor(expired))
    assert await log.seqs(after=log.cursor(oldest)) == [end - 2, end - 1, end]
    assert await log.seqs() == [end - 2, end - 1, end]
    assert await log.seqs(before=log.cursor(oldest), last=5) == []
    assert await event_log.start(log.database, log.room.id, log.cursor(oldest)) == oldest


async def test_pages_end_at_the_beginning_of_the_log(log: Log, world: World) -> None:
    task = (await world.task(log.room)).id
    await claims.claim(log.database, log.caller, ids.of(ids.TASK, task))
    await log.age()
    await log.write(3)
    await log.drop()
    oldest, end = await log.extent()
    assert await log.stored() != []

    page = await event_log.events(log.database, log.caller, log.room.name, last=200)

    assert ([event.seq for event in page.items], page.has_previous) == (list(range(oldest + 1, end + 1)), False)
    assert await log.seqs(kinds=[EventKind.TASK_CLAIMED]) == []
    gone = await log.database.fetchval("select id from event where room_id = $1 order by seq limit 1", log.room.id)
    assert await event_log.by_ids(log.database, [gone]) == {}
    [history] = (await event_log.history(log.database, [(task, 50, 0)])).values()
    assert history.items == []


async def test_messages_stay_and_are_found_from_any_cursor(log: Log) -> None:
    for n in range(6):
        await message_send.send(
            log.database, log.caller, NewMessage(room="web", channel="general", body=f"Word {n}"), None
        )
        await log.write(2)

    async def read(**asked: Any) -> tuple[list[str], list[str]]:
        key: MessagePage = await message_lists.requested_page(
            log.database, log.room.id, log.caller.agent_id, channel="general", **asked
        )
        page = (await message_lists.pages(log.database, [key]))[key]
        return [message.body for message in page.items], list(page.cursors)

    everything, cursors = await read()
    await log.age()
    await log.write(1)
    await log.drop()

    assert await read() == (everything, cursors)
    assert await read(after=cursors[1]) == (everything[2:], cursors[2:])
    assert await read(last=2, before=cursors[3]) == (everything[1:3], cursors[1:3])
    assert await log.refused(after=cursors[1])


async def test_what_is_asked_of_old_events_is_known_for_ever(log: Log, world: World) -> None:
    first, second = await world.objective(log.room), await world.objective(log.room)
    task = await world.task(log.room, objective=ids.of(ids.OBJECTIVE, first.id))
    await claims.claim(log.database, log.caller, ids.of(ids.TASK, task.id))
    await log.age()
    await log.write(1)
    await log.drop()

    assert await q.has_held(log.database, task_id=task.id, agent_id=log.caller.agent_id)
    below = event_filters.Subtree(log.database, first.id)
    await log.write(
        kind=EventKind.TASK_UPDATED, task=task.id, objective=second.id, data={"changes": {"objective": f"O{second.id}"}}
    )
    [moved] = (await event_log.events(log.database, log.caller, "web", last=1)).items
    assert await below.contains(moved)


async def test_a_follower_at_the_end_goes_on_and_one_that_is_too_slow_is_refused(log: Log) -> None:
    await log.write(30)
    _, end = await log.extent()
    async with (
        opened(log.database, cache=4, page=3) as feed,
        aclosing(feed.follow(log.room.id, end - 30)) as slow,
        aclosing(feed.follow(log.room.id, end)) as quick,
    ):
        assert (await anext(slow)).seq == end - 29
        waiting = asyncio.ensure_future(anext(quick))
        await asyncio.sleep(0.05)

        await log.age()
        await log.write(2)
        await log.drop()

        assert (await waiting).seq == end + 1
        assert (await anext(quick)).seq == end + 2
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(CursorExpired) as refusal:
                # What is in memory is still handed on, and then there is a gap.
                await read_until(slow, end)
        assert refusal.value.oldest == log.cursor(end)


async def read_until(events: AsyncGenerator[Event], seq: int) -> None:
    while (await anext(events)).seq < seq:
        pass


async def test_a_batch_reads_its_own_events_by_the_primary_key(log: Log) -> None:
    await log.write(5_000)
    await log.database.execute("analyze event, room_log, room, webhook")
    async with log.database.pool.acquire() as connection:
        dropping = await kept_plan(connection, text_of(q.drop_events))
        looking = await kept_plan(connection, text_of(q.lock_log_to_shorten))

    assert set(scans(dropping, "event")) == {"event_pkey"}
    assert set(scans(looking, "event")) == {"event_pkey"}


async def test_what_an_active_webhook_has_not_settled_waits_for_it(log: Log) -> None:
    await log.write(20)
    await log.age()
    _, end = await log.extent()
    made = [
        await q.insert_webhook(
            log.database, room_id=log.room.id, url="https://a", secret="s", kinds=[], labels=[], settled_seq=seq
        )
        for seq in (end - 10, end - 5)
    ]
    first, second = (required(one)["id"] for one in made)

    async def switch(webhook: int, *, on: bool) -> None:
        await log.database.execute("update webhook set active = $2 where id = $1", webhook, on)

    await log.drop(batch=3)
    assert await log.extent() == (end - 10, end)
    await log.database.execute("update webhook set settled_seq = $2 where id = $1", first, end - 8)
    await log.drop()
    assert await log.extent() == (end - 8, end)
    await switch(first, on=False)
    await log.drop()
    assert await log.extent() == (end - 5, end)
    await switch(second, on=False)
    await log.drop()
    assert await log.extent() == (end, end)

    admin = await people.admin(log.database)
    for after in (None, log.cursor(end - 1)):
        with pytest.raises(CursorExpired) as refusal:
            await webhooks.resume(log.database, admin, ids.of(ids.WEBHOOK, first), after)
        assert refusal.value.oldest == log.cursor(end)
    assert not await log.database.fetchval("select bool_or(active) from webhook")
    resumed = await webhooks.resume(log.database, admin, ids.of(ids.WEBHOOK, first), log.cursor(end))
    assert (resumed.active, resumed.settled_seq) == (True, end)


async def test_processes_that_drop_at_once_drop_each_event_once(log: Log, database_url: str) -> None:
    await log.write(300)
    await log.age()
    _, end = await log.extent()
    others = [await Database.connect(database_url, size=2) for _ in range(3)]

    async def all_of(database: Database) -> int:
        return sum(await Log(database, log.room, log.caller).drop(batch=7))

    dropped = await asyncio.gather(*map(all_of, others), *(log.write(1) for _ in range(50)))

    assert sum(one or 0 for one in dropped) + sum(await log.drop()) == end
    assert await log.extent() == (end, end + 50)
    await healthy(database_url)
    for other in others:
        await other.close()


async def test_claims_do_not_wait_for_a_batch_and_a_batch_waits_for_no_claim(log: Log, world: World) -> None:
    tasks = [ids.of(ids.TASK, (await world.task(log.room)).id) for _ in range(2)]
    await log.age()

    async with log.database.transaction() as dropping:
        assert await q.lock_log_to_shorten(dropping, newest=0)
        async with asyncio.timeout(PATIENCE_S):
            await claims.claim(log.database, log.caller, tasks[0])
    async with log.database.transaction() as claiming:
        await claiming.execute("select from task where id = $1 for no key update", ids.key(ids.TASK, tasks[1]))
        async with asyncio.timeout(PATIENCE_S):
            assert await log.drop()


Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write", "write", "age", "drop", "drop", "follow", "read", "read"]),
        st.integers(1, 20),
        st.integers(1, 6),
    ),
    max_size=30,
)


class Follower:
    """Gets each event after the last, until what comes next is gone."""

    def __init__(self, log: Log, feed: Feed, seq: int) -> None:
        self.log, self.seq, self.refused = log, seq, False
        self.events = feed.follow(log.room.id, seq)

    async def read(self, most: int) -> None:
        _, end = await self.log.extent()
        for _ in range(min(most, end - self.seq)):
            if self.refused:
                return
            oldest, _ = await self.log.extent()
            try:
                event = await anext(self.events)
            except CursorExpired as refusal:
                named, self.refused = refusal.oldest, True
                break
            assert event.seq == self.seq + 1
            self.seq = event.seq
        else:
            return
        assert self.seq < oldest
        assert named == self.log.cursor(oldest)


async def play(url: str, steps: list[Step]) -> None:
    database = await Database.connect(url, size=4)
    world = World(database)
    room = await world.room(f"web-{secrets.token_hex(8)}", keep_events_seconds=KEPT)
    log = Log(database, room, await world.agent("ann", rooms=[room]))
    followers: list[Follower] = []
    old = 0
    async with opened(database, cache=3, page=4, poll_seconds=0.02) as feed:
        for what, amount, size in steps:
            oldest, end = await log.extent()
            match what:
                case "write":
                    await log.write(amount, [EventKind.MEMORY_WRITTEN, EventKind.TASK_CLAIMED][size % 2])
                case "age":
                    old = end
                    await log.age()
                case "drop":
                    await log.drop(newest=amount, batch=size)
                    assert await log.extent() == (max(oldest, min(old, end - amount)), end)
                case "follow" if len(followers) < 4:
                    followers.append(Follower(log, feed, oldest + (end - oldest) * amount // 20))
                case "read" if followers:
                    await followers[amount % len(followers)].read(size)
        for follower in followers:
            await follower.read(10_000)
            _, end = await log.extent()
            assert follower.refused or follower.seq == end
            await follower.events.aclose()
    await database.execute("update room set keep_events_seconds = null")
    await healthy(url)
    await database.close()


def test_each_follower_gets_every_event_or_is_told_that_it_is_gone(database_url: str) -> None:
    @settings(max_examples=sized(12, 40), deadline=timedelta(seconds=30), suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def any_play(steps: list[Step]) -> None:
        async def within_time() -> None:
            async with asyncio.timeout(PATIENCE_S):
                await play(database_url, steps)

        asyncio.run(within_time())

    any_play()
