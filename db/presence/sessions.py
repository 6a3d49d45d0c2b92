"""Sessions, the running processes of an agent, and the heartbeat that each of them sends."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import BadInput
from db.core.queries import q, required
from db.core.records import Session, Task
from db.core.transaction import Transaction
from db.presence import activity, presence

if TYPE_CHECKING:
    from db.core.statements import BeatRow

T = TypeVar("T")

# The session of an agent that doesn't tell its processes apart.
DEFAULT_LABEL = "default"

# What one sweep deletes at most.
_BATCH = 500

# How often to beat where neither a lease nor a room says so.
_IDLE_AFTER = 300


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a heartbeat answers; `leases` are the tasks whose lease it renewed."""

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
    return await _opened(on, agent_id, partial(q.open_session, on, agent_id=agent_id, label=label, most=most))


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
    if new_activity is None:
        pulse, is_away = await _beat(database, caller, name, quiet_seconds)
    else:
        async with database.transaction() as tx:
            pulse, is_away = await _beat(tx, caller, name, quiet_seconds)
            await activity.set_activity(tx, caller, new_activity, max(pulse.next_within_seconds, activity.TTL_SECONDS))
    if is_away:
        await presence.mark_seen(database, caller.agent_id)
    return pulse


async def _beat(
    on: Database | Transaction, caller: Caller, label: str, quiet_seconds: int | None
) -> tuple[Pulse, bool]:
    """The pulse, and whether some room takes the agent for away.

    One statement writes; the other reads, once the first has waited for whoever was taking something back.
    """
    beat = await _write_beat(on, caller, label, quiet_seconds)
    rows = await q.news_since_beat(
        on,
        agent_id=caller.agent_id,
        room_ids=caller.visible_rooms,
        renewed=beat["renewed"],
        since=beat["news_since"],
        until=required(beat["last_beat_at"]),
    )
    leases, lost, stale = ([Task.of(row) for row in rows if row["news"] == kind] for kind in ("LEASE", "LOST", "STALE"))
    soonest = min([rows[0]["idle_after"] or _IDLE_AFTER, *(task.lease_seconds or _IDLE_AFTER for task in leases)])
    pulse = Pulse(
        session=Session.of(beat),
        leases=leases,
        lost=[task for task in lost if caller.sees_record(task)],
        stale=[task for task in stale if caller.sees_record(task)],
        unacknowledged=rows[0]["unacknowledged"],
        next_within_seconds=max(1, soonest // 3),
    )
    return pulse, beat["away"]


async def _write_beat(on: Database | Transaction, caller: Caller, label: str, quiet_seconds: int | None) -> "BeatRow":
    beat = partial(
        q.beat,
        on,
        agent_id=caller.agent_id,
        token_id=caller.token_id,
        room_ids=caller.visible_rooms,
        label=label,
        quiet_seconds=quiet_seconds,
        most=validation.MAX_SESSIONS,
    )
    return await _opened(on, caller.agent_id, beat)


async def _opened(on: Database | Transaction, agent_id: int, attempt: Callable[[], Awaitable[T | None]]) -> T:
    """What a statement answers that may start a session; one that has ended makes room, where there is none."""
    found = await attempt()
    if found is None:
        await q.delete_oldest_session(on, agent_id=agent_id)
        found = await attempt()
    if found is None:
        most = validation.MAX_SESSIONS
        raise BadInput(
            "session",
            f"You have {most} sessions that were heard of within an hour, which is as many as one agent may have.",
            "Send the `session` of one that goes on: 'me { sessions { label lastSeenAt } }' lists them.",
            most,
        )
    return found
