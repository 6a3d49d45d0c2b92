"""Two server processes, as two feeds on one database: what one commits, followers at the other hear of at once."""

import asyncio
import statistics
import time
from contextlib import aclosing, suppress
from functools import partial

import asyncpg
import pytest

from db.conversation import inbox, message_send
from db.conversation.message_send import NewMessage
from db.core.database import Database
from db.core.enums import ActivityKind
from db.core.transaction import Committed, Topic
from db.events import event_log
from db.events.feed import Feed
from db.presence import activity, presence_feed
from db.presence.activity import NewActivity
from db.presence.presence_feed import ActivityChange
from goalroom.broadcast.notifier import CHANNEL
from tests import people
from tests.db.events.test_feed import new_log, take, write
from tests.patience import PATIENCE_S
from tests.processes import process


async def test_what_one_process_commits_the_other_hears_of_within_milliseconds(
    database: Database, database_url: str
) -> None:
    room = await new_log(database)
    async with process(database_url) as here, process(database_url) as there:
        delays = []
        async with there.feed.watch(room) as watch:
            for seq in range(50):
                await write(here.database, room)
                committed = time.perf_counter()
                assert await watch.wait(seq, timeout=5)
                delays.append(time.perf_counter() - committed)

    assert statistics.median(delays) < 0.02


async def test_many_commits_make_few_notifications(database: Database, database_url: str) -> None:
    room = await new_log(database)
    heard: list[str] = []
    listener = await asyncpg.connect(database_url)
    await listener.add_listener(CHANNEL, lambda *message: heard.append(message[3]))
    async with process(database_url) as here:
        for seq in range(1, 5_001):
            here.database.publish(Committed({room: seq}))
        for other in range(1_000_000, 1_001_000):
            here.database.publish(Committed({other: 1}))
        await asyncio.sleep(0.2)
    await listener.close()

    assert f"r{room}:5000" in heard[0]
    assert sum(len(message.split()) - 1 for message in heard) == 1_001
    assert len(heard) <= 3
    assert max(map(len, heard)) <= 7_000


async def test_a_listener_that_was_cut_off_looks_again(database: Database, database_url: str) -> None:
    room = await new_log(database)
    async with process(database_url) as here, process(database_url) as there:
        following = asyncio.create_task(take(there.feed, room, 0, 3))
        await asyncio.sleep(0.05)
        changed: asyncio.Queue[int | None] = asyncio.Queue()
        there.nudges.on_agent_changed(changed.put_nowait)

        await database.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'goalroom nudges' and datname = current_database()"
        )
        for _ in range(3):
            await write(here.database, room)

        # Both the listeners and the publisher were cut off, and there is no poll to help.
        assert await following == [1, 2, 3]
        async with asyncio.timeout(PATIENCE_S):
            assert await changed.get() is None
        await write(here.database, room)
        assert await take(there.feed, room, 3, 1) == [4]


@pytest.mark.usefixtures("database")
async def test_agents_that_changed_are_told_here_and_there(database_url: str) -> None:
    async with process(database_url) as here, process(database_url) as there:
        heard_here: list[int | None] = []
        heard_there: asyncio.Queue[int | None] = asyncio.Queue()
        here.nudges.on_agent_changed(heard_here.append)
        there.nudges.on_agent_changed(heard_there.put_nowait)

        here.database.publish(Committed(changes=frozenset({(Topic.AGENT, 5)})))
        assert heard_here == [5]

        async with asyncio.timeout(PATIENCE_S):
            while await heard_there.get() != 5:
                pass
        await asyncio.sleep(0.05)
        assert heard_here.count(5) == 1


@pytest.mark.parametrize("noise", ["", "x", "sender r", "sender r1", "sender r1:x a ax r:1", "sender 🙂"])
async def test_malformed_notifications_are_ignored(database: Database, database_url: str, noise: str) -> None:
    room = await new_log(database)
    async with process(database_url) as here, process(database_url) as there:
        await database.execute("select pg_notify($1, $2)", CHANNEL, noise)
        following = asyncio.create_task(take(there.feed, room, 0, 1))
        await asyncio.sleep(0.05)

        await write(here.database, room)

        assert await following == [1]


async def _write_many(database: Database, room: int, count: int) -> None:
    for _ in range(count):
        await write(database, room)


async def test_followers_of_both_processes_see_all_while_both_write(database: Database, database_url: str) -> None:
    room = await new_log(database)
    async with process(database_url) as here, process(database_url) as there:
        following = [asyncio.create_task(take(one.feed, room, 0, 400)) for one in (here, there) for _ in range(5)]
        await asyncio.gather(*(_write_many(one.database, room, 20) for one in (here, there) for _ in range(10)))

        assert await asyncio.gather(*following) == [list(range(1, 401))] * 10


async def test_a_follower_that_leaves_ends_its_room(database: Database, database_url: str) -> None:
    room = await new_log(database, events=1)
    async with process(database_url) as here:
        async with aclosing(here.feed.follow(room, 0)) as events:
            await anext(events)
            assert here.feed.watched == {room}
        assert not here.feed.watched


async def test_an_inbox_is_watched_at_another_process(database: Database, database_url: str) -> None:
    room = await people.room(database)
    ann, bob = [await people.caller(database, name, room) for name in ("ann", "bob")]
    async with process(database_url) as here, process(database_url) as there:
        following = inbox.follow(there.feed, there.database, partial(inbox.filter_of, bob))
        async with aclosing(following), asyncio.timeout(PATIENCE_S):
            for number in range(20):
                # No poll helps: it would take longer than is waited.
                await message_send.send(here.database, ann, NewMessage(channel="ops", body=f"@bob {number}"), None)
                assert (await anext(following)).summary.endswith(f"@bob {number}")


async def test_an_inbox_is_found_without_a_notification(database: Database, database_url: str) -> None:
    room = await people.room(database)
    ann, bob = [await people.caller(database, name, room) for name in ("ann", "bob")]
    deaf, feed = await Database.connect(database_url), Feed(database, poll_seconds=0.05)
    following = inbox.follow(feed, database, partial(inbox.filter_of, bob))
    async with aclosing(following), asyncio.timeout(PATIENCE_S):
        arriving = asyncio.ensure_future(anext(following))
        await asyncio.sleep(0.1)
        await message_send.send(deaf, ann, NewMessage(to=["bob"], body="Psst"), None)
        assert (await arriving).summary == "@ann: Psst"
    await feed.close()
    await deaf.close()


async def test_what_agents_do_is_watched_at_another_process(database: Database, database_url: str) -> None:
    room = await people.room(database)
    ann = await people.caller(database, "ann", room)
    async with process(database_url) as here, process(database_url) as there:
        following = presence_feed.follow(there.feed, room.id, await event_log.start(there.database, room.id, None))
        async with aclosing(following), asyncio.timeout(PATIENCE_S):
            arriving = asyncio.ensure_future(anext(following))
            await asyncio.sleep(0.1)
            for kind in (ActivityKind.THINKING, ActivityKind.TYPING, None, ActivityKind.WAITING):
                await activity.put_activity(here.database, ann, NewActivity(kind=kind), 30)
                change = await arriving
                assert isinstance(change, ActivityChange)
                assert (change.agent_id, change.activity and change.activity.kind) == (ann.agent_id, kind)
                arriving = asyncio.ensure_future(anext(following))
            arriving.cancel()
            with suppress(asyncio.CancelledError):
                await arriving
