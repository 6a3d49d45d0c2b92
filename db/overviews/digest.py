"""What a digest tells: what was finished and lost since a moment, and what is stuck now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from db.core import ids
from db.core.database import Database
from db.core.errors import BadInput, Refused
from db.core.queries import q
from db.core.records import Agent, Insight, Objective, Proposal, Room, Task, TaskCounts, Webhook

T = TypeVar("T")

# What each list of a digest holds at most.
MOST = 200

# A room, and since when; None is since its last scheduled digest.
DigestKey = tuple[int, datetime | None]


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The first of them, and how many there are in all."""

    items: Sequence[T] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A task, since when it stands so, whose it is or was, why, and the keys of the tasks that it waits for."""

    task: Task
    at: datetime
    whose_id: int | None
    reason: str | None = None
    blockers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class OpenProposal:
    """A proposal, and how many unfinished tasks wait for it, directly or through others."""

    proposal: Proposal
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """`names` has the name of every agent that it speaks of, by key."""

    room_id: int
    since: datetime
    until: datetime
    counts: TaskCounts
    undecided: Listed[OpenProposal] = Listed()
    decided: Listed[Proposal] = Listed()
    completed: Listed[Entry] = Listed()
    stale: Listed[Entry] = Listed()
    reclaimed: Listed[Entry] = Listed()
    blocked: Listed[Entry] = Listed()
    in_review: Listed[Entry] = Listed()
    finished: Listed[Objective] = Listed()
    insights: Listed[Insight] = Listed()
    webhooks_off: Listed[Webhook] = Listed()
    agents: Sequence[Agent] = ()
    names: Mapping[int, str]


async def of_rooms(database: Database, keys: Sequence[DigestKey]) -> dict[DigestKey, Digest]:
    """The digests as of one moment, in a fixed number of statements.

    Where `since` is still to come the refusal stands in its place, and a loader raises it.
    """
    found: dict[DigestKey, Any] = {}
    async with database.snapshot() as connection:
        until = await q.moment(connection)
        rows = await q.rooms_by_ids(connection, room_ids=[room_id for room_id, _ in keys])
        rooms = {row["id"]: Room.of(row) for row in rows}
        asked = {}
        for key in keys:
            try:
                asked[key] = (rooms[key[0]], _since(rooms[key[0]], key[1], until))
            except Refused as refusal:
                found[key] = refusal
        digests = await read(connection, list(asked.values()), until)
    return found | dict(zip(asked, digests, strict=True))


def last_digest(room: Room) -> datetime:
    """Since when nothing has been posted: the room's beginning, where nothing ever was."""
    posted = [moment for moment in (room.digested_at, room.daily_digested_at) if moment is not None]
    return max(posted, default=room.created_at)


def _since(room: Room, wanted: datetime | None, until: datetime) -> datetime:
    if wanted is not None and wanted > until:
        here = ids.of(ids.ROOM, room.id)
        raise BadInput(
            "since", f"since is {wanted.isoformat()}, which is in the future: in {here} it is {until.isoformat()}."
        )
    return wanted or last_digest(room)


async def read(on: Any, asked: Sequence[tuple[Room, datetime]], until: datetime) -> list[Digest]:
    """The digests of these rooms since these moments, read on a connection that sees nothing change meanwhile."""
    room_ids = [room.id for room, _ in asked]
    now: dict[str, Any] = {"room_ids": room_ids, "most": MOST}
    sinces: dict[str, Any] = {"room_ids": room_ids, "sinces": [since for _, since in asked]}
    lately = now | sinces | {"until": until}
    counts = {row["id"]: TaskCounts.of(row) for row in await q.task_counts_of_rooms(on, room_ids=room_ids)}
    completed = _listed(await q.digest_completed(on, **lately), _entry)
    reclaimed = _listed(await q.digest_reclaimed(on, **lately), _entry)
    stale = _listed(await q.digest_stale(on, **now), _entry)
    blocked = _listed(await q.digest_blocked(on, **now), _entry)
    in_review = _listed(await q.digest_in_review(on, **now), _entry)
    finished = _listed(await q.digest_finished(on, **lately), Objective.of)
    undecided = _listed(await q.digest_open_proposals(on, **now), _open_proposal)
    decided = _listed(await q.digest_decided(on, **lately), Proposal.of)
    insights = _listed(await q.insights_found(on, **lately), Insight.of)
    webhooks_off = _listed(await q.digest_webhooks_off(on, **now), Webhook.of)
    agents: dict[int, list[Agent]] = {}
    for row in await q.digest_agents(on, **sinces):
        agents.setdefault(row["position"], []).append(Agent.of(row))
    spoken_of = {
        key
        for lists in (completed, reclaimed, stale, blocked, in_review)
        for listed in lists.values()
        for entry in listed.items
        for key in (entry.whose_id, entry.task.reviewer_id)
    } | {one.proposal.author_id for listed in undecided.values() for one in listed.items}
    named = await q.agents_by_ids(on, agent_ids=sorted(key for key in spoken_of if key is not None))
    names = {row["id"]: row["name"] for row in named}
    nothing: Listed[Any] = Listed()
    return [
        Digest(
            room_id=room.id,
            since=since,
            until=until,
            counts=counts.get(room.id, TaskCounts()),
            undecided=undecided.get(position, nothing),
            decided=decided.get(position, nothing),
            completed=completed.get(position, nothing),
            stale=stale.get(position, nothing),
            reclaimed=reclaimed.get(position, nothing),
            blocked=blocked.get(position, nothing),
            in_review=in_review.get(position, nothing),
            finished=finished.get(position, nothing),
            insights=insights.get(position, nothing),
            webhooks_off=webhooks_off.get(position, nothing),
            agents=agents.get(position, []),
            names=names,
        )
        for position, (room, since) in enumerate(asked, start=1)
    ]


def _listed(rows: Iterable[Any], record: Callable[[Any], T]) -> dict[int, Listed[T]]:
    """By position."""
    items: dict[int, list[T]] = {}
    totals: dict[int, int] = {}
    for row in rows:
        items.setdefault(row["position"], []).append(record(row))
        totals[row["position"]] = row["total"]
    return {position: Listed(some, totals[position]) for position, some in items.items()}


def _open_proposal(row: Any) -> OpenProposal:
    return OpenProposal(Proposal.of(row), row["waiting"])


def _entry(row: Any) -> Entry:
    blockers = tuple(row.get("blockers") or ())
    return Entry(Task.of(row), row["at"], row["whose_id"], reason=row.get("reason"), blockers=blockers)
