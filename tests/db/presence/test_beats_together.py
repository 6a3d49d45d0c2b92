"""Heartbeats that wait for one another share two statements, and each answers as it would alone."""

import asyncio
from dataclasses import dataclass

import pytest

from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput
from db.core.records import Room
from db.presence import sessions
from db.presence.sessions import Pulse
from tests import people
from tests.db.rooms.test_agents import held_task
from tests.e2e.pooled import pooler

AGENTS = 12


@dataclass
class Team:
    """Agents of one room, each holding one task more than the one before it."""

    room: Room
    members: list[Caller]
    held: list[list[str]]


@pytest.fixture
async def team(database: Database) -> Team:
    room = await people.room(database, require_handoff=False)
    members = [await people.caller(database, f"agent-{n}", room) for n in range(AGENTS)]
    held = [[await held_task(database, room, member) for _ in range(n % 4)] for n, member in enumerate(members)]
    return Team(room, members, held)


async def together(database: Database, *beats: tuple[Caller, str]) -> list[Pulse | BaseException]:
    """What they answer, all sent while the first still runs."""
    return await asyncio.gather(
        *(sessions.heartbeat(database, caller, label=label) for caller, label in beats), return_exceptions=True
    )


def leases(pulse: Pulse | BaseException) -> list[str]:
    assert isinstance(pulse, Pulse), pulse
    return [f"T{task.id}" for task in pulse.leases]


async def test_each_renews_its_own_leases_in_its_own_session(database: Database, team: Team) -> None:
    ends = "select id, lease_expires_at from task where status = 'DOING'"
    before = {row["id"]: row["lease_expires_at"] for row in await database.fetch(ends)}

    pulses = await together(database, *((member, f"main-{n}") for n, member in enumerate(team.members)))

    assert [leases(pulse) for pulse in pulses] == team.held
    for n, (member, pulse) in enumerate(zip(team.members, pulses, strict=True)):
        assert isinstance(pulse, Pulse)
        assert (pulse.session.agent_id, pulse.session.label) == (member.agent_id, f"main-{n}")
    after = {row["id"]: row["lease_expires_at"] for row in await database.fetch(ends)}
    assert all(after[task] > before[task] for task in before)


@pooler.unpooled
async def test_they_share_two_statements(database_url: str, team: Team) -> None:
    sent: list[str] = []
    own = await Database.connect(database_url, size=1, acquire_timeout=60)
    async with own.pool.acquire() as connection:
        connection.add_query_logger(lambda record: sent.append(record.query))
    try:
        for member in team.members:
            await sessions.heartbeat(own, member)
        sent.clear()

        await together(own, *((member, "default") for member in team.members))
    finally:
        await own.close()

    assert len(sent) == 2, sent


async def test_one_agent_beats_in_several_sessions_at_once(database: Database, team: Team) -> None:
    busy = team.members[3]

    pulses = await together(database, *((busy, f"process-{n}") for n in range(5)), (team.members[1], "default"))

    assert [leases(pulse) for pulse in pulses] == [team.held[3]] * 5 + [team.held[1]]
    labels = await database.fetch("select label from session where agent_id = $1", busy.agent_id)
    assert {row["label"] for row in labels} >= {f"process-{n}" for n in range(5)}


async def test_who_has_too_many_sessions_is_refused_alone(database: Database, team: Team) -> None:
    full, other = team.members[2], team.members[3]
    await database.execute(
        "insert into session (agent_id, label) select $1, n::text from generate_series(1, $2) as n",
        full.agent_id,
        validation.MAX_SESSIONS,
    )
    [task] = (
        f"T{row['id']}"
        for row in await database.fetch(
            "update task set lease_expires_at = now() + interval '5 seconds' where id = $1 returning id",
            int(team.held[2][0][1:]),
        )
    )

    pulses = await together(database, (other, "first"), (full, "one-more"), (other, "second"))

    assert isinstance(pulses[1], BadInput)
    assert [leases(pulses[0]), leases(pulses[2])] == [team.held[3]] * 2
    soon = "select lease_expires_at < now() + interval '6 seconds' from task where id = $1"
    assert await database.fetchval(soon, int(task[1:]))


async def test_each_is_told_its_own_losses_once(database: Database, team: Team) -> None:
    await together(database, *((member, "default") for member in team.members))
    lost = [tasks[0] for tasks in team.held if tasks]
    async with database.transaction() as tx:
        for task in lost:
            row = await tx.fetchrow("select room_id, assignee_id from task where id = $1", int(task[1:]))
            await tx.execute(
                "update task set status = 'TODO', assignee_id = null, claimed_at = null, lease_seconds = null,"
                " lease_expires_at = null where id = $1",
                int(task[1:]),
            )
            tx.append_event(row["room_id"], EventKind.TASK_RECLAIMED, task=int(task[1:]), agent=row["assignee_id"])

    first = await together(database, *((member, "default") for member in team.members))
    second = await together(database, *((member, "default") for member in team.members))

    assert [[f"T{task.id}" for task in pulse.lost] for pulse in first if isinstance(pulse, Pulse)] == [
        tasks[:1] for tasks in team.held
    ]
    assert [pulse.lost for pulse in second if isinstance(pulse, Pulse)] == [[]] * AGENTS
