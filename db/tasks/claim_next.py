"""Claiming the best tasks that are ready, and waiting for one."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass, replace

from db.core import idempotency, validation
from db.core.callers import Caller, refresh_caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import CursorExpired
from db.core.queries import q
from db.core.records import Task
from db.core.transaction import Topic
from db.events import event_log
from db.events.feed import Feed
from db.events.long_polls import wait_for_any
from db.goal_tree import objectives
from db.rooms import rooms
from db.tasks import claim_batches
from db.tasks.claim_batches import Search
from db.tasks.claim_nothing import NothingToClaim, why_nothing
from db.tasks.claims import open_session

# What can make something claimable for somebody who waits.
_MAKES_CLAIMABLE = frozenset(
    {
        EventKind.ROOM_UPDATED,
        EventKind.TASK_CREATED,
        EventKind.TASK_UPDATED,
        EventKind.TASK_ASSIGNED,
        EventKind.TASK_RELEASED,
        EventKind.TASK_UNBLOCKED,
        EventKind.TASK_RECLAIMED,
        EventKind.TASK_BLOCKED,
        EventKind.TASK_SUBMITTED,
        EventKind.TASK_REVIEWED,
        EventKind.TASK_REOPENED,
        EventKind.TASK_DONE,
        EventKind.TASK_CANCELLED,
        EventKind.RESOURCE_CHANGED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """What a claim asks for: only from this objective's subtree, only with all of these labels."""

    room: str | None = None
    objective: str | None = None
    labels: Sequence[str] | None = None
    session: str | None = None
    lease_seconds: int | None = None


async def claim_next(
    database: Database,
    feed: Feed,
    caller: Caller,
    request: ClaimRequest,
    *,
    most: int = 1,
    wait_seconds: int = 0,
    mutation: str = "claimNextTask",
    key: str | None = None,
    cancelled: asyncio.Event,
) -> tuple[list[Task], NothingToClaim | None]:
    """The best ready tasks that the caller may take, up to `most`; where there is none, why.

    Waits up to `wait_seconds` for one, woken by the room's log or by a change of what the agent can do, until
    `cancelled` is set.
    """
    validation.integer("limit", most, 1, validation.MAX_LIST)
    validation.integer("waitSeconds", wait_seconds, 0, validation.MAX_WAIT)
    search = await _search(database, caller, request, most, idempotency.key_of(caller, mutation, key))
    if wait_seconds == 0:
        room, claimed = await claim_batches.claim(database, search, cancelled.is_set)
        return claimed, None if claimed else await why_nothing(database, caller, room)
    deadline = asyncio.get_running_loop().time() + wait_seconds
    async with feed.states(Topic.AGENT, _capabilities).watch(caller.agent_id) as able:
        while True:
            seen, could = await q.log_extents(database, room_ids=[search.room_id]), able.state
            room, claimed = await claim_batches.claim(database, search, cancelled.is_set)
            if claimed:
                return claimed, None
            rest = deadline - asyncio.get_running_loop().time()
            place = event_log.Place(seen[0]["epoch"], seen[0]["seq"])
            news = (_next_claimable(feed, search.room_id, place), able.wait_for_change(could))
            if not await wait_for_any(news, rest, cancelled):
                return [], await why_nothing(database, caller, room)
            # Revoked tokens and lost memberships take effect at once.
            caller = await refresh_caller(database, caller)
            caller.must_work(search.room_id, request.room or "room")
            search = replace(search, caller=caller)


async def _capabilities(database: Database, agent_ids: Sequence[int]) -> dict[int, Sequence[str]]:
    """What each of these agents can do."""
    rows = await q.agents_by_ids(database, agent_ids=agent_ids)
    return {row["id"]: tuple(row["capabilities"]) for row in rows}


async def _search(
    database: Database, caller: Caller, request: ClaimRequest, most: int, key: idempotency.Key | None
) -> Search:
    if request.lease_seconds is not None:
        validation.integer("leaseSeconds", request.lease_seconds, 1, validation.MAX_LEASE)
    objective = None
    if request.room is None and request.objective is not None:
        objective = await objectives.find(database, caller, request.objective)
        room_id = objective.room_id
    else:
        room_id = await rooms.find_key(database, caller, request.room)
    caller.must_work(room_id, request.room or "room")
    if objective is None and request.objective is not None:
        objective = await objectives.find(database, caller, request.objective)
        validation.same_room("objective", request.objective, objective.room_id, room_id)
    return Search(
        caller=caller,
        room_id=room_id,
        objective=request.objective,
        subtree=None if objective is None else await objectives.subtree(database, objective.id),
        labels=validation.keys("labels", request.labels) if request.labels else None,
        session_id=await open_session(database, caller, request.session),
        lease_seconds=request.lease_seconds,
        most=most,
        key=key,
        request=[asdict(request), most],
    )


async def _next_claimable(feed: Feed, room_id: int, place: event_log.Place) -> None:
    # Where the log is another since a standby was promoted, that is news too.
    with suppress(CursorExpired):
        async with aclosing(feed.follow(room_id, place.seq, epoch=place.epoch)) as events:
            async for event in events:
                if event.kind in _MAKES_CLAIMABLE:
                    return
