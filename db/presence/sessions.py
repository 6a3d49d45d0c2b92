"""Sessions, the running processes of an agent, and the heartbeat that each of them sends."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from db.conversation import inbox
from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import BadInput
from db.core.queries import q, required
from db.core.records import Agent, Session, Task
from db.core.transaction import Transaction
from db.presence import activity, presence

# The session of an agent that doesn't tell its processes apart.
DEFAULT_LABEL = "default"

# What one sweep deletes at most.
_BATCH = 500

# How often to beat where neither a lease nor a room says so.
_IDLE_AFTER = 300


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a heartbeat answers; `leases` are the tasks whose lease it renewed."""

    agent: Agent
    session: Session
    leases: Sequence[Task]
    lost: Sequence[Task]
    stale: Sequence[Task]
    unacknowledged: int
    next_within_seconds: int


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Session]:
    """Sessions by key."""
    return {row["id"]: Session.of(row) for row in await q.sessions_by_ids(database, session_ids=keys)}


async def of_agents(database: Database, keys: Sequence[int]) -> dict[int, list[Session]]:
    """The sessions of each agent, the latest heard of first."""
    sessions = defaultdict(list)
    for row in await q.sessions_of_agents(database, agent_ids=keys):
        sessions[row["agent_id"]].append(Session.of(row))
    return sessions


async def ensure(on: Database | Transaction, agent_id: int, label: str) -> int:
    """The key of the agent's session of this name, started where there is none."""
    validation.key("session", label)
    known = await q.session_by_label(on, agent_id=agent_id, label=label)
    if known is not None:
        return known
    return await open_session(on, agent_id, label)


async def open_session(on: Database | Transaction, agent_id: int, label: str) -> int:
    """The key of the agent's session of this name, heard of now, or started where there is none.

    BAD_INPUT where the agent has as many as it may have, and none of them has ended.
    """
    validation.key("session", label)
    most = validation.MAX_SESSIONS
    session = await q.open_session(on, agent_id=agent_id, label=label, most=most)
    if session is None:
        await q.delete_oldest_session(on, agent_id=agent_id)
        session = await q.open_session(on, agent_id=agent_id, label=label, most=most)
    if session is None:
        raise BadInput(
            "session",
            f"You have {most} sessions that were heard of within an hour, which is as many as one agent may have.",
            "Send the `session` of one that goes on: 'me { sessions { label lastSeenAt } }' lists them.",
            most,
        )
    return session


async def delete_ended(database: Database) -> int:
    """Delete a batch of the sessions that were not heard of for a week; answers how many."""
    return len(await q.delete_ended_sessions(database, most=_BATCH))


async def heartbeat(
    database: Database,
    caller: Caller,
    *,
    label: str | None = None,
    quiet_seconds: int | None = None,
    new_activity: activity.NewActivity | None = None,
) -> Pulse:
    """Renew all leases of the caller that still run, and say what it lost and what waits for it.

    A lease then lasts, and its task is not stale, for `quiet_seconds` at least. What is said of the caller's activity
    lasts until the next beat is due.
    """
    caller.must_not_observe()
    name = validation.key("session", DEFAULT_LABEL if label is None else label)
    if quiet_seconds is not None:
        validation.integer("quietSeconds", quiet_seconds, 1, validation.MAX_DURATION)
    async with database.transaction() as tx:
        # The order counts: what was taken back before these locks is found as lost below, and whatever is taken back
        # after them comes after this beat.
        renewed = [
            Task.of(row)
            for row in await q.renew_held(
                tx, agent_id=caller.agent_id, room_ids=caller.visible_rooms, quiet_seconds=quiet_seconds
            )
        ]
        away = await q.touch_agent(tx, agent_id=caller.agent_id, token_id=caller.token_id)
        await ensure(tx, caller.agent_id, name)
        beat = required(await q.beat_session(tx, agent_id=caller.agent_id, label=name))
        lost = [Task.of(row) for row in await q.lost_since(tx, agent_id=caller.agent_id, since=beat["news_since"])]
        stale = [Task.of(row) for row in await q.stale_held(tx, agent_id=caller.agent_id)]
        unacknowledged = await inbox.count(tx, inbox.filter_of(caller))
        idle_after = await q.soonest_idle(tx, agent_id=caller.agent_id) or _IDLE_AFTER
        soonest = min([idle_after, *(task.lease_seconds or _IDLE_AFTER for task in renewed)])
        next_within = max(1, soonest // 3)
        if new_activity is not None:
            await activity.set_activity(tx, caller, new_activity, max(next_within, activity.TTL_SECONDS))
        if away:
            await presence.come_online(tx, caller.agent_id)
        agent = Agent.of(required(await q.agent_by_id(tx, agent_id=caller.agent_id)))
    return Pulse(
        agent=agent,
        session=Session.of(beat),
        leases=sorted(renewed, key=lambda task: task.id),
        lost=[task for task in lost if caller.sees_record(task)],
        stale=[task for task in stale if caller.sees_record(task)],
        unacknowledged=unacknowledged,
        next_within_seconds=next_within,
    )
