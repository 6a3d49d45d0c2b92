"""Presence, sessions and heartbeats."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, Presence, Role
from db.core.errors import BadInput, Forbidden
from db.core.queries import q
from db.core.records import Room
from db.operations import room_mutations
from db.presence import presence, sessions
from db.presence.presence import Thresholds, presence_at
from db.presence.sessions import Pulse
from db.rooms import agents
from db.tasks import assignment, staleness
from tests import people
from tests.clock import advance
from tests.db.rooms.test_agents import held_task

NOW = datetime(2026, 1, 1, tzinfo=UTC)
# (seconds of silence, idle after, offline after, what it is)
TABLE = [
    (0, 300, 900, Presence.ONLINE),
    (299, 300, 900, Presence.ONLINE),
    (300, 300, 900, Presence.IDLE),
    (899, 300, 900, Presence.IDLE),
    (900, 300, 900, Presence.OFFLINE),
    (None, 300, 900, Presence.OFFLINE),
    (50, 900, 40, Presence.OFFLINE),
    (30, 900, 40, Presence.ONLINE),
    (-5, 300, 900, Presence.ONLINE),
]


async def silent_for(database: Database, caller: Caller, seconds: float | None) -> None:
    await database.execute(
        "update agent set last_seen_at = now() - make_interval(secs => $2::float8) where id = $1",
        caller.agent_id,
        seconds,
    )


async def changes(database: Database, room: Room) -> Sequence[tuple[object, object]]:
    """From and to of every change of presence in the room's log."""
    said = [data for kind, data in await people.log(database, room) if kind == "PRESENCE_CHANGED"]
    return [(data["previous"], data["presence"]) for data in said]


@pytest.mark.parametrize(("silence", "idle", "offline", "expected"), TABLE)
def test_presence_follows_from_when_an_agent_was_last_seen(
    silence: int | None, idle: int, offline: int, expected: Presence
) -> None:
    last_seen_at = None if silence is None else NOW - timedelta(seconds=silence)

    assert presence_at(NOW, last_seen_at, idle, offline) is expected


@pytest.mark.parametrize(("silence", "idle", "offline", "expected"), TABLE)
async def test_the_log_says_the_same(
    database: Database, silence: int | None, idle: int, offline: int, expected: Presence
) -> None:
    web = await people.room(database, idle_after_seconds=idle, offline_after_seconds=offline)
    bob = await people.caller(database, "bob", web)
    await silent_for(database, bob, silence)

    async with database.transaction() as tx:
        await presence.settle(tx, web.id)

    limits = await presence.thresholds(database, [(bob.agent_id, web.id)])
    assert limits[bob.agent_id, web.id].presence((await agents.find(database, bob, "bob")).last_seen_at) is expected
    assert await database.fetchval("select presence from room_member where agent_id = $1", bob.agent_id) == expected


def test_outside_a_room_the_best_of_all_counts() -> None:
    limits = Thresholds(NOW, [(10, 20), (300, 900)])

    assert limits.presence(NOW - timedelta(seconds=15)) is Presence.ONLINE
    assert limits.presence(NOW - timedelta(seconds=400)) is Presence.IDLE


async def test_coming_online_is_logged_once_in_every_room(database: Database) -> None:
    web, other = await people.room(database), await people.room(database, "other")
    bob = await people.caller(database, "bob", web, other)

    await asyncio.gather(*(presence.mark_seen(database, bob.agent_id) for _ in range(5)))
    await presence.mark_seen(database, bob.agent_id)

    assert await changes(database, web) == await changes(database, other) == [("OFFLINE", "ONLINE")]


async def test_many_sweeps_at_once_log_a_change_of_presence_once(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)
    await presence.mark_seen(database, bob.agent_id)

    await silent_for(database, bob, 300)
    await asyncio.gather(*(presence.sweep(database) for _ in range(4)))
    await silent_for(database, bob, 900)
    await asyncio.gather(*(presence.sweep(database) for _ in range(4)))

    assert await changes(database, web) == [("OFFLINE", "ONLINE"), ("ONLINE", "IDLE"), ("IDLE", "OFFLINE")]


async def test_other_thresholds_count_at_once(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)
    await presence.mark_seen(database, bob.agent_id)
    await silent_for(database, bob, 100)

    await room_mutations.update(database, await people.admin(database), "web", {"offline_after_seconds": 50})
    await room_mutations.update(database, await people.admin(database), "web", {"offline_after_seconds": 900})

    assert await changes(database, web) == [("OFFLINE", "ONLINE"), ("ONLINE", "OFFLINE"), ("OFFLINE", "ONLINE")]


async def test_an_open_socket_keeps_agent_and_session_alive_and_writes_seldom(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)

    await presence.keep_alive(database, {bob.agent_id: frozenset({"night", "day"})})
    await silent_for(database, bob, 50)
    quiet = await agents.find(database, bob, "bob")
    await presence.keep_alive(database, {bob.agent_id: frozenset({"night"})})
    same = await agents.find(database, bob, "bob")
    await silent_for(database, bob, 150)
    await presence.keep_alive(database, {bob.agent_id: frozenset()})

    assert same == quiet
    assert {one.label for one in (await sessions.of_agents(database, [bob.agent_id]))[bob.agent_id]} == {"night", "day"}
    assert await database.fetchval("select now() - last_seen_at < '1 s' from agent where id = $1", bob.agent_id)
    assert await changes(database, web) == [("OFFLINE", "ONLINE")]


async def test_a_heartbeat_renews_every_lease_that_still_runs(database: Database) -> None:
    web = await people.room(database)
    bob, eve = await people.caller(database, "bob", web), await people.caller(database, "eve", web)
    running, over = await held_task(database, web, bob, seconds=5), await held_task(database, web, bob, seconds=-1)
    hers = await held_task(database, web, eve, seconds=5)
    before = {row["id"]: row for row in await database.fetch("select * from task")}

    pulse = await sessions.heartbeat(database, bob, label="one")

    after = {f"T{row['id']}": row for row in await database.fetch("select * from task")}
    assert [f"T{task.id}" for task in pulse.leases] == [running]
    assert after[running]["lease_expires_at"] - datetime.now(UTC) > timedelta(seconds=55)
    assert after[running]["updated_at"] == before[after[running]["id"]]["updated_at"]
    assert [after[task] for task in (over, hers)] == [before[after[task]["id"]] for task in (over, hers)]
    assert (pulse.session.label, pulse.session.agent_id, pulse.next_within_seconds) == ("one", bob.agent_id, 20)
    assert await changes(database, web) == [("OFFLINE", "ONLINE")]


async def test_a_renewal_is_a_hot_update(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)
    await held_task(database, web, bob)
    hot = "select n_tup_upd, n_tup_hot_upd from pg_stat_xact_user_tables where relname = 'task'"

    beat: dict[str, Any] = {"agent_id": bob.agent_id, "token_id": None, "room_ids": None, "label": "one"}
    beat["quiet_seconds"] = 5
    async with database.transaction() as tx:
        before = await tx.fetchrow(hot)
        for _ in range(3):
            [written] = await q.beat(tx, beats=[beat], most=9)
            assert len(written["renewed"]) == 1
        after = await tx.fetchrow(hot)

    assert (after["n_tup_upd"] - before["n_tup_upd"], after["n_tup_hot_upd"] - before["n_tup_hot_upd"]) == (3, 3)


async def test_quiet_lengthens_leases_and_keeps_work_from_being_stale(database: Database) -> None:
    web = await people.room(database, stale_after_seconds=10)
    bob = await people.caller(database, "bob", web)
    task = await held_task(database, web, bob)
    await advance(database, 11)
    await staleness.mark_stale(database)

    stale = await sessions.heartbeat(database, bob)
    quiet = await sessions.heartbeat(database, bob, quiet_seconds=1000)
    still = await sessions.heartbeat(database, bob, quiet_seconds=5)
    await staleness.mark_stale(database)

    assert [f"T{one.id}" for one in stale.stale] == [task]
    assert (quiet.stale, still.stale) == ([], [])
    lease = still.leases[0]
    assert lease.lease_expires_at is not None
    assert lease.quiet_until is not None
    assert lease.lease_expires_at - datetime.now(UTC) > timedelta(seconds=990)
    assert lease.quiet_until - datetime.now(UTC) > timedelta(seconds=990)


async def test_what_was_lost_is_told_once_to_each_session(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)
    lost, back = await held_task(database, web, bob), await held_task(database, web, bob)
    await sessions.heartbeat(database, bob, label="one")
    await sessions.heartbeat(database, bob, label="two")
    await database.execute(
        "update task set status = 'TODO', assignee_id = null, claimed_at = null, lease_seconds = null,"
        " lease_expires_at = null where id = $1",
        int(lost[1:]),
    )
    await database.execute(
        "insert into event (room_id, seq, kind, task_id, agent_id)"
        " select $1, 1000 + n, 'TASK_RECLAIMED', task, $2 from unnest($3::bigint[]) with ordinality as t (task, n)",
        web.id,
        bob.agent_id,
        [int(lost[1:]), int(back[1:])],
    )

    pulses = [await sessions.heartbeat(database, bob, label=label) for label in ("one", "two", "one", "new")]

    assert [[f"T{task.id}" for task in pulse.lost] for pulse in pulses] == [[lost], [lost], [], []]


async def test_a_take_back_under_way_is_lost_in_this_beat_or_the_next(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)
    await sessions.heartbeat(database, bob)
    task = await held_task(database, web, bob, seconds=-1)

    async with database.transaction() as tx:
        await tx.execute(
            "update task set status = 'TODO', assignee_id = null, claimed_at = null, lease_seconds = null,"
            " lease_expires_at = null"
        )
        beating = asyncio.create_task(sessions.heartbeat(database, bob))
        await asyncio.sleep(0.1)
        tx.append_event(web.id, EventKind.TASK_RECLAIMED, task=int(task[1:]), agent=bob.agent_id)
    pulses = [await beating, await sessions.heartbeat(database, bob)]

    # In the first where that waited for the act, in the second where it had asked before: once in all.
    assert [f"T{one.id}" for pulse in pulses for one in pulse.lost] == [task]


async def test_what_is_taken_while_the_beat_answers_is_told_once(database: Database) -> None:
    web = await people.room(database, require_handoff=False)
    bob, eve = await people.caller(database, "bob", web), await people.caller(database, "eve", web)
    tasks = [await held_task(database, web, bob) for _ in range(20)]

    async def beat(times: int) -> list[Pulse]:
        return [await sessions.heartbeat(database, bob) for _ in range(times)]

    await beat(1)
    beating = asyncio.create_task(beat(20))
    for task in tasks:
        await assignment.assign(database, eve, task, {"assignee": "eve"}, handoff=None)
    pulses = [*(await beating), *(await beat(1))]

    assert sorted(f"T{one.id}" for pulse in pulses for one in pulse.lost) == sorted(tasks)
    assert pulses[-1].leases == []


async def test_a_beat_of_one_session_too_many_renews_nothing(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)
    await held_task(database, web, bob)
    for number in range(validation.MAX_SESSIONS):
        await sessions.heartbeat(database, bob, label=f"session-{number}")
    before = await database.fetch("select * from task")

    with pytest.raises(BadInput, match="as many as one agent may have"):
        await sessions.heartbeat(database, bob, label="new", quiet_seconds=1000)

    assert await database.fetch("select * from task") == before
    assert len((await sessions.of_agents(database, [bob.agent_id]))[bob.agent_id]) == validation.MAX_SESSIONS


async def test_a_heartbeat_counts_the_inbox_and_says_when_to_come_back(database: Database) -> None:
    web = await people.room(database, idle_after_seconds=2)
    bob = await people.caller(database, "bob", web)
    await database.execute(
        "insert into inbox_item (agent_id, room_id, kind, summary, acknowledged_at)"
        " values ($1, $2, 'ASSIGNED', 'x', null), ($1, $2, 'ASSIGNED', 'y', now())",
        bob.agent_id,
        web.id,
    )

    first, second = await sessions.heartbeat(database, bob), await sessions.heartbeat(database, bob)

    assert (first.unacknowledged, first.next_within_seconds) == (1, 1)
    assert first.session.id == second.session.id
    assert first.session.label == sessions.DEFAULT_LABEL


async def test_forbidden_and_invalid_heartbeats_are_refused(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)

    with pytest.raises(Forbidden):
        await sessions.heartbeat(database, await people.caller(database, "bob", web, role=Role.OBSERVER))
    for label, quiet in [("", None), ("x" * 101, None), ("\0", None), ("x", 0), ("x", 31_536_001)]:
        with pytest.raises(BadInput):
            await sessions.heartbeat(database, bob, label=label, quiet_seconds=quiet)

    assert await sessions.of_agents(database, [bob.agent_id]) == {}
