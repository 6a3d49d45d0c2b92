"""Who fell silent is marked, told, and in the end relieved; what nobody could say is not held against anyone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind
from db.core.errors import NotHolder
from db.core.records import Room, Task
from db.operations import outage_grace, room_mutations
from db.presence import sessions
from db.tasks import claims, comment_mutations, lease_expiry, staleness, task_progress
from tests.clock import advance
from tests.factories import World

STALE, RECLAIM, LEASE = 100, 50, 10_000
OUTAGE = 60

# For the time that a test itself takes.
MARGIN = 20


def t(task: Task) -> str:
    return ids.of(ids.TASK, task.id)


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room(stale_after_seconds=STALE, reclaim_after_seconds=RECLAIM, lease_seconds=LEASE)


@pytest.fixture
async def ann(world: World, room: Room) -> Caller:
    return await world.agent("ann", rooms=[room])


async def held(database: Database, world: World, room: Room, holder: Caller) -> Task:
    return await claims.claim(database, holder, t(await world.task(room)))


async def now(database: Database, task: Task) -> Task:
    return Task.of(await database.fetchrow("select * from task where id = $1", task.id))


async def events(database: Database, *kinds: str) -> list[tuple[int, dict[str, Any]]]:
    rows = await database.fetch("select task_id, data from event where kind = any($1) order by room_id, seq", kinds)
    return [(row["task_id"], row["data"]) for row in rows]


async def inbox(database: Database, agent: Caller) -> list[str]:
    return [
        row["kind"]
        for row in await database.fetch("select kind from inbox_item where agent_id = $1 order by id", agent.agent_id)
    ]


async def test_a_task_without_progress_is_stale_and_its_holder_is_notified(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    task = await held(database, world, room, ann)
    await advance(database, STALE - MARGIN)
    assert await staleness.mark_stale(database) == 0

    await advance(database, MARGIN)
    assert await staleness.mark_stale(database) == 1

    stale = await now(database, task)
    assert stale.stale_since is not None
    assert (stale.status, stale.fence) == (task.status, 1)
    row = await database.fetchrow("select actor_id, task_id, agent_id, data from event where kind = 'TASK_STALE'")
    assert (row["actor_id"], row["task_id"], row["agent_id"]) == (None, task.id, ann.agent_id)
    assert row["data"]["holder"] == "ann"
    assert datetime.fromisoformat(row["data"]["silentSince"]) == stale.claimed_at
    item = await database.fetchrow("select kind, summary, task_id from inbox_item where agent_id = $1", ann.agent_id)
    assert (item["kind"], item["task_id"]) == ("STALE", task.id)
    assert f"taken back in {RECLAIM} s" in item["summary"]


async def test_each_time_that_a_task_is_stale_is_notified_once(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    task = await held(database, world, room, ann)
    await advance(database, STALE)
    assert [await staleness.mark_stale(database) for _ in range(2)] == [1, 0]

    await comment_mutations.add(database, ann, t(task), CommentKind.PROGRESS, "Half way", None)
    assert (await now(database, task)).stale_since is None
    await advance(database, STALE)
    assert [await staleness.mark_stale(database) for _ in range(2)] == [1, 0]

    assert await inbox(database, ann) == ["STALE", "STALE"]


async def test_progress_ends_staleness_and_a_heartbeat_does_not(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    task = await held(database, world, room, ann)
    other = await world.agent("other", rooms=[room])
    await advance(database, STALE)
    await staleness.mark_stale(database)

    await comment_mutations.add(database, other, t(task), CommentKind.PROGRESS, "I hear it goes well", None)
    await comment_mutations.add(database, ann, t(task), CommentKind.NOTE, "Only a note", None)
    await task_progress.renew(database, ann, t(task))
    pulse = await sessions.heartbeat(database, ann)

    assert [stale.id for stale in pulse.stale] == [task.id]
    assert pulse.leases[0].lease_expires_at is not None
    assert pulse.leases[0].lease_expires_at - datetime.now(UTC) > timedelta(seconds=LEASE - 5)
    assert (await now(database, task)).stale_since is not None
    await task_progress.write_notes(database, ann, t(task), "What I know", append=True)
    assert (await now(database, task)).stale_since is None
    assert (await sessions.heartbeat(database, ann)).stale == []


@pytest.mark.parametrize("announced_by", ["heartbeat", "renewal"])
async def test_a_task_with_quiet_seconds_is_not_stale(
    database: Database, world: World, room: Room, ann: Caller, announced_by: str
) -> None:
    task = await held(database, world, room, ann)
    await advance(database, STALE)
    await staleness.mark_stale(database)

    if announced_by == "heartbeat":
        await sessions.heartbeat(database, ann, quiet_seconds=3 * LEASE)
    else:
        await task_progress.renew(database, ann, t(task), quiet_seconds=3 * LEASE)

    assert (await now(database, task)).stale_since is None
    await advance(database, 3 * LEASE - MARGIN)
    assert await staleness.mark_stale(database) == await lease_expiry.reclaim_expired(database) == 0
    await task_progress.renew(database, ann, t(task))
    await advance(database, STALE)
    assert await staleness.mark_stale(database) == 0
    await advance(database, MARGIN)
    assert await staleness.mark_stale(database) == 1


async def test_a_task_that_stays_stale_is_taken_back(database: Database, world: World, room: Room, ann: Caller) -> None:
    task = await held(database, world, room, ann)
    await sessions.heartbeat(database, ann)
    await advance(database, STALE)
    await staleness.mark_stale(database)
    await advance(database, RECLAIM - MARGIN)
    assert await lease_expiry.reclaim_expired(database) == 0

    await advance(database, MARGIN)
    assert await lease_expiry.reclaim_expired(database) == 1

    free = await now(database, task)
    assert (free.status, free.assignee_id, free.stale_since, free.fence, free.attempts) == ("TODO", None, None, 2, 1)
    told = {"reason": "stale", "holder": "ann", "fence": 2, "attempts": 1, "status": "TODO"}
    assert await events(database, "TASK_RECLAIMED") == [(task.id, told)]
    assert await inbox(database, ann) == ["STALE", "LEASE_LOST"]
    assert [lost.id for lost in (await sessions.heartbeat(database, ann)).lost] == [task.id]
    with pytest.raises(NotHolder):
        await task_progress.renew(database, ann, t(task))


async def test_without_a_limit_a_stale_task_stays_where_it_is(database: Database, world: World, room: Room) -> None:
    patient = await world.room(stale_after_seconds=STALE, reclaim_after_seconds=None, lease_seconds=80_000)
    ann = await world.agent("ann", rooms=[room, patient])
    task = await held(database, world, patient, ann)
    await advance(database, STALE)
    await staleness.mark_stale(database)

    await advance(database, 70_000)

    assert await lease_expiry.reclaim_expired(database) == 0
    assert (await now(database, task)).assignee_id == ann.agent_id
    summary = await database.fetchval("select summary from inbox_item where agent_id = $1", ann.agent_id)
    assert "taken back" not in summary


async def test_a_task_without_a_lease_is_not_stale(database: Database, world: World, ann: Caller, room: Room) -> None:
    task = await held(database, world, room, ann)
    await advance(database, LEASE)

    assert await staleness.mark_stale(database) == 0
    assert await lease_expiry.reclaim_expired(database) == 1

    assert [data["reason"] for _, data in await events(database, "TASK_RECLAIMED")] == ["expired"]
    assert (await now(database, task)).status == "TODO"


@pytest.mark.parametrize("reason", ["stale", "expired"])
async def test_the_last_loss_blocks_the_task_and_tells_the_blockers_channel(
    database: Database, world: World, reason: str
) -> None:
    room = await world.room(stale_after_seconds=STALE, reclaim_after_seconds=RECLAIM, max_attempts=2)
    ann = await world.agent("ann", rooms=[room])
    task = await world.task(room, title="Rock")

    for _ in range(2):
        await claims.claim(database, ann, t(task), lease_seconds=10 if reason == "expired" else LEASE)
        await advance(database, STALE)
        await staleness.mark_stale(database)
        await advance(database, RECLAIM)
        assert await lease_expiry.reclaim_expired(database) == 1

    why = "It was taken back 2 times, and nobody got it done. Find out why, then unblockTask."
    blocked = await now(database, task)
    assert (blocked.status, blocked.assignee_id, blocked.attempts, blocked.blocked_reason) == ("BLOCKED", None, 2, why)
    assert [data["reason"] for _, data in await events(database, "TASK_RECLAIMED")] == [reason] * 2
    assert await events(database, "TASK_BLOCKED") == [(task.id, {"reason": why})]
    said = await database.fetch(
        "select author_id, body from message join channel on channel.id = channel_id where channel.name = 'blockers'"
    )
    assert [tuple(row) for row in said] == [(None, f"{t(task)} 'Rock' is blocked. {why}")]
    unblocked = await task_progress.unblock(database, ann, t(task))
    assert (unblocked.status, unblocked.attempts, unblocked.ready) == ("TODO", 0, True)


async def test_a_room_that_never_gives_up_offers_it_again_and_again(database: Database, world: World) -> None:
    room = await world.room(max_attempts=None)
    ann = await world.agent("ann", rooms=[room])
    task = await world.task(room)

    for _ in range(7):
        await claims.claim(database, ann, t(task), lease_seconds=1)
        await advance(database, 1)
        await lease_expiry.reclaim_expired(database)

    assert ((await now(database, task)).status, (await now(database, task)).attempts) == ("TODO", 7)


async def test_a_longer_stale_time_clears_stale_marks_and_a_shorter_one_keeps_them(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    old, new = [await held(database, world, room, ann) for _ in range(2)]
    await database.execute("update task set claimed_at = claimed_at - interval '300 seconds' where id = $1", old.id)
    await advance(database, STALE)
    assert await staleness.mark_stale(database) == 2
    creator = await world.creator()

    await room_mutations.update(database, creator, room.name, {"stale_after_seconds": STALE + 50})

    assert ((await now(database, old)).stale_since is None, (await now(database, new)).stale_since is None) == (
        False,
        True,
    )
    assert await staleness.mark_stale(database) == 0
    await room_mutations.update(database, creator, room.name, {"stale_after_seconds": STALE})
    assert await staleness.mark_stale(database) == 1


async def test_any_number_of_sweepers_mark_and_take_back_once(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    made = [await held(database, world, room, ann) for _ in range(30)]
    await advance(database, STALE)
    assert sum(await asyncio.gather(*(staleness.mark_stale(database) for _ in range(6)))) == len(made)
    await advance(database, RECLAIM)
    assert sum(await asyncio.gather(*(lease_expiry.reclaim_expired(database) for _ in range(6)))) == len(made)

    for kind in ("TASK_STALE", "TASK_RECLAIMED"):
        assert sorted(task for task, _ in await events(database, kind)) == [task.id for task in made]
    assert sorted(await inbox(database, ann)) == ["LEASE_LOST"] * len(made) + ["STALE"] * len(made)


async def test_an_outage_extends_leases_and_makes_no_task_stale(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    await outage_grace.record_alive(database)
    running, quiet, over = [await held(database, world, room, ann) for _ in range(3)]
    await task_progress.renew(database, ann, t(quiet), quiet_seconds=STALE)
    await database.execute("update task set lease_expires_at = now() - interval '1 second' where id = $1", over.id)
    await advance(database, STALE - 10)
    before = [await now(database, task) for task in (running, quiet, over)]

    await outage_grace.record_alive(database)
    await advance(database, OUTAGE, serving=False)
    await outage_grace.record_alive(database)

    after = [await now(database, task) for task in (running, quiet, over)]
    for old, new in zip(before[:2], after[:2], strict=True):
        assert old.lease_expires_at is not None
        assert new.lease_expires_at is not None
        assert timedelta(0) <= new.lease_expires_at - old.lease_expires_at < timedelta(seconds=MARGIN)
    assert before[1].quiet_until is not None
    assert after[1].quiet_until is not None
    assert timedelta(0) <= after[1].quiet_until - before[1].quiet_until < timedelta(seconds=MARGIN)
    assert after[2].lease_expires_at is not None
    assert after[2].lease_expires_at < datetime.now(UTC) - timedelta(seconds=OUTAGE)
    assert await staleness.mark_stale(database) == 0
    await advance(database, STALE - MARGIN)
    assert await staleness.mark_stale(database) == 0
    await advance(database, MARGIN)
    assert await staleness.mark_stale(database) == 1
    # The announced silence had as much left after the outage as before it.
    await advance(database, MARGIN)
    assert await staleness.mark_stale(database) == 1


async def test_an_outage_postpones_taking_back_what_was_stale(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    await outage_grace.record_alive(database)
    task = await held(database, world, room, ann)
    await advance(database, STALE)
    await staleness.mark_stale(database)

    await advance(database, LEASE, serving=False)
    await outage_grace.record_alive(database)

    assert await lease_expiry.reclaim_expired(database) == 0
    assert (await now(database, task)).stale_since is not None
    await advance(database, RECLAIM)
    assert await lease_expiry.reclaim_expired(database) == 1


async def test_while_a_server_runs_no_lease_is_extended(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    await outage_grace.record_alive(database)
    task = await held(database, world, room, ann)
    resumed = await database.fetchval("select resumed_at from uptime")

    for _ in range(3):
        await advance(database, 1, serving=False)
        await outage_grace.record_alive(database)

    expected = task.lease_expires_at - timedelta(seconds=3) if task.lease_expires_at else None
    assert (await now(database, task)).lease_expires_at == expected
    assert await database.fetchval("select resumed_at from uptime") == resumed - timedelta(seconds=3)


async def test_an_outage_ends_once_however_many_processes_find_it(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    await outage_grace.record_alive(database)
    task = await held(database, world, room, ann)
    await advance(database, OUTAGE, serving=False)

    await asyncio.gather(*(outage_grace.record_alive(database) for _ in range(8)))

    lengthened = (await now(database, task)).lease_expires_at
    assert lengthened is not None
    assert task.lease_expires_at is not None
    assert timedelta(0) <= lengthened - task.lease_expires_at < timedelta(seconds=MARGIN)


async def test_the_first_record_of_uptime_ends_no_outage(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    task = await held(database, world, room, ann)
    await database.execute("delete from uptime")

    await asyncio.gather(*(outage_grace.record_alive(database) for _ in range(4)))

    assert (await now(database, task)).lease_expires_at == task.lease_expires_at
    assert (
        await database.fetchval("select count(*) from uptime where alive_at = resumed_at or alive_at > resumed_at") == 1
    )


async def in_review(database: Database, world: World, room: Room, reviewer: Caller, *, volunteered: bool) -> Task:
    author = await world.agent(rooms=[room])
    task = await world.task(room, assignee=author.name)
    await database.execute(
        "update task set status = 'VALIDATING', submitted_by_id = $2, submitted_at = now(), reviewer_id = $3,"
        " reviewer_volunteered = $4, review_taken_at = now() where id = $1",
        task.id,
        author.agent_id,
        reviewer.agent_id,
        volunteered,
    )
    return task


async def test_a_review_that_was_taken_goes_back_when_its_reviewer_is_gone(
    database: Database, world: World, room: Room
) -> None:
    cancelled, here = [await world.agent(name, rooms=[room]) for name in ("gone", "here")]
    taken = await in_review(database, world, room, cancelled, volunteered=True)
    kept = [
        await in_review(database, world, room, cancelled, volunteered=False),
        await in_review(database, world, room, here, volunteered=True),
    ]
    await database.execute("update agent set last_seen_at = now()")
    await advance(database, room.offline_after_seconds - MARGIN)
    assert await staleness.release_reviews(database) == 0

    await advance(database, MARGIN)
    await sessions.heartbeat(database, here)
    given_back = await asyncio.gather(*(staleness.release_reviews(database) for _ in range(4)))

    assert sum(given_back) == 1
    row = await database.fetchrow("select * from task where id = $1", taken.id)
    assert (row["status"], row["reviewer_id"], row["reviewer_volunteered"], row["review_taken_at"]) == (
        "VALIDATING",
        None,
        False,
        None,
    )
    author = await database.fetchval("select name from agent where id = $1", row["assignee_id"])
    assert await events(database, "TASK_ASSIGNED") == [(taken.id, {"assignee": author, "reviewer": None})]
    assert [(await now(database, task)).reviewer_id for task in kept] == [cancelled.agent_id, here.agent_id]


async def test_an_outage_takes_no_review_from_anyone(database: Database, world: World, room: Room) -> None:
    await outage_grace.record_alive(database)
    reviewer = await world.agent(rooms=[room])
    await in_review(database, world, room, reviewer, volunteered=True)
    await database.execute("update agent set last_seen_at = now()")

    await advance(database, 2 * room.offline_after_seconds, serving=False)
    await outage_grace.record_alive(database)

    assert await staleness.release_reviews(database) == 0
    await advance(database, room.offline_after_seconds)
    assert await staleness.release_reviews(database) == 1
