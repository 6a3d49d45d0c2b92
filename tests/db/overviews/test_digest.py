"""Digests: what they tell, of which time, and how they are posted."""

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput
from db.core.records import Room, Task
from db.operations import room_mutations
from db.overviews import digest, digest_markdown, digest_posting
from db.overviews.digest import Digest, Entry, Listed
from db.presence import presence
from db.rooms import rooms
from db.tasks import claims, lease_expiry, submissions, task_cancel, task_progress
from db.tasks.submissions import Submission
from tests.factories import World


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room(max_attempts=2)


@pytest.fixture
async def ann(world: World, room: Room) -> Caller:
    return await world.agent("ann", rooms=[room])


async def told(database: Database, room: Room, since: datetime | None = None) -> Digest:
    return (await digest.of_rooms(database, [(room.id, since)]))[room.id, since]


def keys(listed: Listed[Entry]) -> list[int]:
    return [entry.task.id for entry in listed.items]


def t(task: Task) -> str:
    return ids.of(ids.TASK, task.id)


async def finish(database: Database, caller: Caller, task: Task) -> None:
    await claims.claim(database, caller, t(task))
    await submissions.complete(database, caller, t(task), Submission(summary="Done"))


async def lose(database: Database, caller: Caller, task: Task) -> None:
    await claims.claim(database, caller, t(task))
    await database.execute("update task set lease_expires_at = now() - interval '1 second' where id = $1", task.id)
    assert await lease_expiry.reclaim_expired(database) == 1


async def block(database: Database, caller: Caller, task: Task, **why: Any) -> None:
    await claims.claim(database, caller, t(task))
    await task_progress.block(database, caller, t(task), **{"reason": None} | why)


async def due(database: Database, room: Room, ago: str = "5 hours") -> None:
    """Have the last digest, or the room's beginning, be so long ago."""
    await database.execute(
        "update room set created_at = created_at - $2::text::interval, digested_at = digested_at - $2::text::interval"
        " where id = $1",
        room.id,
        ago,
    )


async def posted(database: Database, room: Room) -> list[dict[str, Any]]:
    rows = await database.fetch(
        "select event.data, event.actor_id, message.body, message.author_id, channel.name as channel, message.id as key"
        "  from event left join message on message.id = event.message_id left join channel on channel.id = channel_id"
        " where event.room_id = $1 and event.kind = 'DIGEST_POSTED' order by seq",
        room.id,
    )
    return [dict(row) for row in rows]


async def test_what_is_over_is_told_of_the_time_since(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    before, after, opened, lost = [await world.task(room) for _ in range(4)]
    await finish(database, ann, before)
    since = await database.fetchval("select clock_timestamp()")
    await finish(database, ann, after)
    await finish(database, ann, opened)
    await task_cancel.reopen(database, ann, t(opened), "Not yet")
    await lose(database, ann, lost)

    whole, lately = await told(database, room), await told(database, room, since)

    assert keys(whole.completed) == [before.id, after.id]
    assert (keys(lately.completed), keys(lately.reclaimed)) == ([after.id], [lost.id])
    assert (whole.since, lately.since) == (room.created_at, since)
    assert lately.until == max(whole.until, lately.until)
    [entry] = lately.reclaimed.items
    assert (entry.reason, lately.names[entry.whose_id or 0]) == ("expired", "ann")


async def test_what_was_imported_counts_by_its_own_end(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    goal = await world.objective(room)
    long_ago = await world.task(room, objective=ids.of(ids.OBJECTIVE, goal.id))
    lately = await world.task(room)
    for task in (long_ago, lately):
        await finish(database, ann, task)
    for table, key, ago in (
        ("task", long_ago.id, "3 days"),
        ("task", lately.id, "1 hour"),
        ("objective", goal.id, "3 days"),
    ):
        # As an import writes it: the log is of today, the end is the file's.
        moved = f"update {table} set finished_at = finished_at - $2::text::interval where id = $1"  # noqa: S608  # our own
        await database.execute(moved, key, ago)
    await due(database, room, "5 days")
    since = await database.fetchval("select now() - interval '1 day'")

    of_a_day, of_all = await told(database, room, since), await told(database, room)

    assert (keys(of_a_day.completed), [one.id for one in of_a_day.finished.items]) == ([lately.id], [])
    assert (keys(of_all.completed), [one.id for one in of_all.finished.items]) == ([long_ago.id, lately.id], [goal.id])


async def test_a_task_taken_back_twice_is_told_once(database: Database, world: World, room: Room, ann: Caller) -> None:
    task = await world.task(room)
    await lose(database, ann, task)
    await lose(database, ann, task)

    facts = await told(database, room)

    assert keys(facts.reclaimed) == [task.id]
    assert [(entry.task.id, entry.reason) for entry in facts.blocked.items] == [
        (task.id, "It was taken back 2 times, and nobody got it done. Find out why, then unblockTask.")
    ]


async def test_what_is_stuck_is_told_longest_first(database: Database, world: World, room: Room, ann: Caller) -> None:
    blocker, young, old, silent, quiet, handed_in = [await world.task(room) for _ in range(6)]
    await block(database, ann, old, reason="No key")
    await block(database, ann, young, depends_on=[t(blocker)])
    await claims.claim(database, ann, t(silent))
    await claims.claim(database, ann, t(quiet))
    await database.execute("update task set stale_since = now() where id = $1", silent.id)
    await database.execute(
        "update task set status = 'VALIDATING', submitted_by_id = $2, submitted_at = now() where id = $1",
        handed_in.id,
        ann.agent_id,
    )
    # A later change of another kind makes it no younger.
    await database.execute("update task set updated_at = now() where id = $1", old.id)

    facts = await told(database, room, await database.fetchval("select clock_timestamp()"))

    assert keys(facts.blocked) == [old.id, young.id]
    assert [(entry.reason, tuple(entry.blockers)) for entry in facts.blocked.items] == [
        ("No key", ()),
        (None, (blocker.id,)),
    ]
    assert (keys(facts.stale), keys(facts.in_review)) == ([silent.id], [handed_in.id])
    assert (facts.counts.blocked, facts.counts.doing, facts.counts.total) == (2, 2, 6)
    assert facts.names == {ann.agent_id: "ann"}


async def test_finished_objectives_are_told(database: Database, world: World, room: Room, ann: Caller) -> None:
    goal, standing = await world.objective(room), await world.objective(room, standing=True)
    for one in (goal, standing):
        await finish(database, ann, await world.task(room, objective=ids.of(ids.OBJECTIVE, one.id)))

    assert [one.id for one in (await told(database, room)).finished.items] == [goal.id]


async def test_who_was_heard_of_is_told_by_name(database: Database, world: World, room: Room, ann: Caller) -> None:
    zoe, bob = [await world.agent(name, rooms=[room]) for name in ("zoe", "bob")]
    await world.agent("silent", rooms=[room])
    await world.agent("stranger", rooms=[await world.room()])
    for caller in (zoe, ann, bob):
        await presence.mark_seen(database, caller.agent_id)
    # Heard of since, and gone; gone long before.
    await database.execute("update room_member set presence = 'OFFLINE' where agent_id <> $1", bob.agent_id)
    await database.execute("update agent set last_seen_at = now() - interval '1 day' where id <> $1", zoe.agent_id)

    facts = await told(database, room)

    assert [agent.name for agent in facts.agents] == ["bob", "zoe"]


async def test_a_list_is_cut_and_says_how_many_there_are(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    task = await world.task(room)
    await block(database, ann, task, reason="Stuck")
    await database.execute(
        "insert into task (room_id, title, status, requirement_id, creator_id, blocked_reason)"
        " select room_id, 'Task', status, requirement_id, creator_id, 'Stuck' from task, generate_series(1, 204)"
    )

    blocked = (await told(database, room)).blocked

    assert (len(blocked.items), blocked.total) == (digest.MOST, 205)


async def test_rooms_are_read_together_and_tell_nothing_of_one_another(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    other = await world.room()
    bob = await world.agent("bob", rooms=[other])
    mine, theirs = await world.task(room), await world.task(other)
    await finish(database, ann, mine)
    await finish(database, bob, theirs)
    future = await database.fetchval("select clock_timestamp() + interval '1 minute'")

    found = await digest.of_rooms(database, [(other.id, None), (room.id, None), (room.id, future)])

    assert keys(found[room.id, None].completed) == [mine.id]
    assert keys(found[other.id, None].completed) == [theirs.id]
    assert isinstance(found[room.id, future], BadInput)


async def test_a_digest_is_posted_when_it_is_due(database: Database, world: World, room: Room, ann: Caller) -> None:
    task = await world.task(room)
    await finish(database, ann, task)
    assert await digest_posting.post_due(database) == 0
    await due(database, room)
    since = (await rooms.get(database, room.id)).created_at

    assert [await digest_posting.post_due(database) for _ in range(2)] == [1, 0]

    [one] = await posted(database, room)
    now = await rooms.get(database, room.id)
    facts = await told(database, room, since)
    assert now.digested_at is not None
    assert (one["actor_id"], one["author_id"], one["channel"]) == (None, None, "ops")
    assert one["data"] == {
        "message": ids.of(ids.MESSAGE, one["key"]),
        "since": since.isoformat(),
        "until": now.digested_at.isoformat(),
        "counts": asdict(facts.counts),
    }
    assert f"{t(task)} `{task.title}`" in one["body"]
    kinds = await database.fetch("select kind from event where room_id = $1 order by seq desc limit 2", room.id)
    assert [row["kind"] for row in kinds] == ["DIGEST_POSTED", "MESSAGE_SENT"]
    assert keys((await told(database, room)).completed) == []


async def test_each_digest_begins_where_the_last_one_ended(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    tasks = [await world.task(room) for _ in range(3)]
    for task in tasks:
        await finish(database, ann, task)
        await database.execute("update room set digest_every_seconds = 0 where id = $1", room.id)
        assert await digest_posting.post_due(database) == 1

    every = await posted(database, room)

    assert [one["data"]["since"] for one in every[1:]] == [one["data"]["until"] for one in every[:-1]]
    assert [[t(task) in one["body"] for task in tasks] for one in every] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


async def test_a_transaction_that_ends_behind_a_digest_is_in_the_next_one(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    """Its transaction, and with it finished_at, began before the digest."""
    task = await world.task(room)
    await claims.claim(database, ann, t(task))
    await due(database, room)

    async with database.transaction() as tx:
        assert await digest_posting.post_due(database) == 1
        await tx.execute(
            "update task set status = 'DONE', finished_at = now(), claimed_at = null, lease_seconds = null,"
            " lease_expires_at = null where id = $1",
            task.id,
        )
        tx.append_event(room.id, EventKind.TASK_DONE, actor=ann.agent_id, task=task.id)
    await database.execute("update room set digest_every_seconds = 0 where id = $1", room.id)
    assert await digest_posting.post_due(database) == 1

    first, second = await posted(database, room)
    assert (t(task) in first["body"], t(task) in second["body"]) == (False, True)
    finished_at = await database.fetchval("select finished_at from task where id = $1", task.id)
    assert finished_at < datetime.fromisoformat(first["data"]["until"])
    assert first["data"]["until"] == second["data"]["since"]


async def test_a_server_that_was_down_for_a_week_posts_one(database: Database, room: Room) -> None:
    await due(database, room, "7 days")

    assert [await digest_posting.post_due(database) for _ in range(2)] == [1, 0]

    [one] = await posted(database, room)
    span = datetime.fromisoformat(one["data"]["until"]) - datetime.fromisoformat(one["data"]["since"])
    assert span >= timedelta(days=7)


async def daily(world: World, **settings: Any) -> Room:
    """A room whose only digest is the daily one."""
    return await world.room(digest_every_seconds=None, digest_at="08:30", **settings)


async def clock_comes_round(database: Database, room: Room, ago: str = "0") -> None:
    """Have the time of day of its daily digest come, so long ago."""
    await database.execute(
        "update room set daily_digest_due_at = clock_timestamp() - $2::text::interval where id = $1", room.id, ago
    )


async def test_a_daily_digest_is_due_when_clocks_in_its_zone_show_the_time(database: Database, world: World) -> None:
    admin = await world.creator()
    here = await daily(world)
    there = await daily(world, timezone="Asia/Tokyo")
    moved = await room_mutations.update(database, admin, here.name, {"timezone": "Asia/Tokyo"})
    off = await room_mutations.update(database, admin, there.name, {"digest_at": None})

    assert here.daily_digest_due_at is not None
    assert there.daily_digest_due_at is not None
    now = await database.fetchval("select clock_timestamp()")
    for due_at, shown in ((here.daily_digest_due_at, (8, 30)), (there.daily_digest_due_at, (23, 30))):
        assert now < due_at <= now + timedelta(days=1)
        assert (due_at.hour, due_at.minute) == shown
    assert moved.daily_digest_due_at == there.daily_digest_due_at
    assert (off.daily_digest_due_at, off.timezone) == (None, "Asia/Tokyo")
    assert await digest_posting.post_due(database) == 0


async def test_a_daily_digest_is_posted_once_a_day_and_each_begins_where_the_last_one_ended(
    database: Database, world: World
) -> None:
    room = await daily(world, timezone="Europe/Berlin")
    ann = await world.agent(rooms=[room])
    tasks = [await world.task(room) for _ in range(2)]
    for task in tasks:
        await finish(database, ann, task)
        await clock_comes_round(database, room)
        assert [await digest_posting.post_due(database) for _ in range(2)] == [1, 0]

    first, second = await posted(database, room)

    assert [[t(task) in one["body"] for task in tasks] for one in (first, second)] == [[True, False], [False, True]]
    assert first["data"]["since"] == room.created_at.isoformat()
    assert second["data"]["since"] == first["data"]["until"]
    now = await rooms.get(database, room.id)
    assert now.daily_digest_due_at is not None
    assert now.daily_digested_at is not None
    assert timedelta() < now.daily_digest_due_at - now.daily_digested_at <= timedelta(hours=25)
    assert (await told(database, room)).since == now.daily_digested_at


async def test_the_first_daily_digest_of_an_old_room_is_of_a_day_and_the_next_of_all_time_between(
    database: Database, world: World
) -> None:
    room = await daily(world)
    await database.execute("update room set created_at = created_at - interval '1 year' where id = $1", room.id)
    await clock_comes_round(database, room)
    await digest_posting.post_due(database)
    await database.execute(
        "update room set daily_digested_at = daily_digested_at - interval '7 days' where id = $1", room.id
    )
    await clock_comes_round(database, room, "6 days")

    assert [await digest_posting.post_due(database) for _ in range(2)] == [1, 0]

    spans = [
        datetime.fromisoformat(one["data"]["until"]) - datetime.fromisoformat(one["data"]["since"])
        for one in await posted(database, room)
    ]
    assert timedelta(days=1) <= spans[0] < timedelta(days=1, minutes=1)
    assert timedelta(days=7) <= spans[1] < timedelta(days=7, minutes=1)


async def test_digests_by_the_interval_and_by_the_time_of_day_know_nothing_of_each_other(
    database: Database, world: World
) -> None:
    room = await world.room(digest_at="08:30")
    ann = await world.agent(rooms=[room])
    task = await world.task(room)
    await finish(database, ann, task)
    await due(database, room)
    await clock_comes_round(database, room)

    assert [await digest_posting.post_due(database) for _ in range(3)] == [1, 1, 0]

    assert [t(task) in one["body"] for one in await posted(database, room)] == [True, True]


async def test_without_an_interval_none_is_posted(database: Database, room: Room) -> None:
    await database.execute("update room set digest_every_seconds = null where id = $1", room.id)
    await due(database, room, "7 days")

    assert await digest_posting.post_due(database) == 0
    assert await posted(database, room) == []


async def test_many_processes_at_once_post_each_digest_once(
    database_url: str, database: Database, world: World, room: Room
) -> None:
    every = [room, *[await world.room() for _ in range(4)]]
    for one in every:
        await due(database, one)
    others = [await Database.connect(database_url, size=4) for _ in range(2)]

    async def sweeping(process: Database) -> int:
        return sum([await digest_posting.post_due(process) for _ in range(10)])

    try:
        counts = await asyncio.gather(*(sweeping(process) for process in others for _ in range(4)))
    finally:
        for process in others:
            await process.close()

    assert sum(counts) == len(every)
    assert [len(await posted(database, one)) for one in every] == [1] * len(every)


async def test_a_room_that_somebody_holds_waits_for_the_next_round(
    database: Database, world: World, room: Room
) -> None:
    other = await world.room()
    for one in (room, other):
        await due(database, one)

    async with database.transaction() as tx:
        await rooms.lock(tx, room.id)
        assert [await digest_posting.post_due(database) for _ in range(2)] == [1, 0]
        assert await posted(database, room) == []

    assert await digest_posting.post_due(database) == 1
    assert [len(await posted(database, one)) for one in (room, other)] == [1, 1]


async def test_webhooks_that_are_switched_off_are_named_without_their_address(database: Database, room: Room) -> None:
    await database.execute(
        "insert into webhook (room_id, url, secret, kinds, labels, settled_seq, active, failures)"
        " select $1, 'https://hook.example/', '', '{}', '{}', 0, many = 0, many from unnest($2::int[]) many",
        room.id, [0, 1, 8],
    )  # fmt: skip
    keys = [row["id"] for row in await database.fetch("select id from webhook where not active order by failures")]

    [found] = (await digest.of_rooms(database, [(room.id, None)])).values()

    said = digest_markdown.markdown(found)
    assert "### Webhooks that are switched off (2)" in said
    assert f"- W{keys[0]}: its receiver failed once\n- W{keys[1]}: its receiver failed 8 times in a row" in said
    assert "hook.example" not in said


async def test_many_digests_take_no_more_statements_than_one(
    database_url: str, database: Database, world: World, room: Room, ann: Caller
) -> None:
    every = [room, *[await world.room() for _ in range(4)]]
    await finish(database, ann, await world.task(room))
    sent: list[str] = []
    reader = await Database.connect(database_url, size=1)
    try:
        async with reader.pool.acquire() as connection:
            connection.add_query_logger(lambda record: sent.append(record.query))
        # The first time the driver asks for types as well.
        await digest.of_rooms(reader, [(room.id, None)])
        sent.clear()
        await digest.of_rooms(reader, [(room.id, None)])
        one = sorted(sent)
        sent.clear()
        await digest.of_rooms(reader, [(some.id, since) for some in every for since in (None, some.created_at)])
    finally:
        await reader.close()

    assert one
    assert sorted(sent) == one
