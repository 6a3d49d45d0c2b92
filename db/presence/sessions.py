"""Sessions, the running processes of an agent, and the heartbeat that each of them sends."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from db.core import validation
from db.core.batches import rounds
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import BadInput
from db.core.queries import q, required
from db.core.records import Session, Task
from db.core.transaction import Transaction
from db.presence import activity, presence

if TYPE_CHECKING:
    from db.core.statements import BeatRow, NewsSinceBeatsRow

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
    beat = _Beat(caller, name, quiet_seconds)
    if new_activity is None:
        run = partial(_beat_together, database)
        pulse, is_away = required(await database.batches.join((_beat_together, caller.visible_rooms), beat, run))
    else:
        async with database.transaction() as tx:
            [found] = await _beat_together(tx, [beat])
            if isinstance(found, BadInput):
                raise found
            pulse, is_away = found
            await activity.set_activity(tx, caller, new_activity, max(pulse.next_within_seconds, activity.TTL_SECONDS))
    if is_away:
        await presence.mark_seen(database, caller.agent_id)
    return pulse


@dataclass(frozen=True, slots=True)
class _Beat:
    """One heartbeat, in the session of this name."""

    caller: Caller
    label: str
    quiet_seconds: int | None

    @property
    def reader(self) -> dict[str, Any]:
        """Whose it is, and the rooms that are open to it."""
        return {"agent_id": self.caller.agent_id, "room_ids": self.caller.visible_rooms}


async def _beat_together(on: Database | Transaction, beats: Sequence[_Beat]) -> list[tuple[Pulse, bool] | BadInput]:
    """The pulse of each, and whether some room takes its agent for away; BAD_INPUT where it has too many sessions.

    Those who see the same rooms share two statements. The first writes; the other reads, once the first has waited for
    whoever was taking something back.
    """
    answers: list[tuple[Pulse, bool] | BadInput] = [_too_many_sessions()] * len(beats)
    for turn in rounds(beats, lambda beat: beat.caller.agent_id):
        written = await _write(on, turn)
        for position, answer in await _read(
            on, [(position, beat, written[position]) for position, beat in turn if position in written]
        ):
            answers[position] = answer
    return answers


async def _write(on: Database | Transaction, turn: Sequence[tuple[int, _Beat]]) -> "dict[int, BeatRow]":
    """What was written of each, by its position; one that has ended makes room for a session, where there is none."""
    written: dict[int, BeatRow] = {}
    for attempt in range(2):
        missing = [(position, beat) for position, beat in turn if position not in written]
        if not missing:
            break
        if attempt:
            for _, beat in missing:
                await q.delete_oldest_session(on, agent_id=beat.caller.agent_id)
        asked = [
            beat.reader | {"token_id": beat.caller.token_id, "label": beat.label, "quiet_seconds": beat.quiet_seconds}
            for _, beat in missing
        ]
        for row in await q.beat(on, beats=asked, most=validation.MAX_SESSIONS):
            written[missing[row["position"] - 1][0]] = row
    return written


async def _read(
    on: Database | Transaction, written: "Sequence[tuple[int, _Beat, BeatRow]]"
) -> list[tuple[int, tuple[Pulse, bool]]]:
    if not written:
        return []
    asked = [
        beat.reader
        | {
            "renewed": row["renewed"],
            "since": row["news_since"].isoformat(),
            "until": required(row["last_beat_at"]).isoformat(),
        }
        for _, beat, row in written
    ]
    news: defaultdict[int, list[NewsSinceBeatsRow]] = defaultdict(list)
    for row in await q.news_since_beats(on, beats=asked):
        news[row["position"] - 1].append(row)
    return [
        (position, (_pulse(beat.caller, row, news[at]), row["away"]))
        for at, (position, beat, row) in enumerate(written)
    ]


def _pulse(caller: Caller, beat: "BeatRow", news: "Sequence[NewsSinceBeatsRow]") -> Pulse:
    leases, lost, stale = ([Task.of(row) for row in news if row["news"] == kind] for kind in ("LEASE", "LOST", "STALE"))
    soonest = min([news[0]["idle_after"] or _IDLE_AFTER, *(task.lease_seconds or _IDLE_AFTER for task in leases)])
    return Pulse(
        session=Session.of(beat),
        leases=leases,
        lost=[task for task in lost if caller.sees_record(task)],
        stale=[task for task in stale if caller.sees_record(task)],
        unacknowledged=news[0]["unacknowledged"],
        next_within_seconds=max(1, soonest // 3),
    )


async def _opened(on: Database | Transaction, agent_id: int, attempt: Callable[[], Awaitable[T | None]]) -> T:
    """What a statement answers that may start a session; one that has ended makes room, where there is none."""
    found = await attempt()
    if found is None:
        await q.delete_oldest_session(on, agent_id=agent_id)
        found = await attempt()
    if found is None:
        raise _too_many_sessions()
    return found


def _too_many_sessions() -> BadInput:
    most = validation.MAX_SESSIONS
    return BadInput(
        "session",
        f"You have {most} sessions that were heard of within an hour, which is as many as one agent may have.",
        "Send the `session` of one that goes on: 'me { sessions { label lastSeenAt } }' lists them.",
        most,
    )
