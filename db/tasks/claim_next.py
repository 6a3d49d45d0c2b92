"""Claiming the best tasks that are ready, and waiting for one."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any

from db.core import idempotency, validation
from db.core.callers import Caller, refresh_caller
from db.core.database import Database
from db.core.enums import EventKind, TaskStatus
from db.core.queries import q, required
from db.core.records import Room, Task
from db.core.transaction import Committed, Topic, Transaction
from db.events.feed import Feed
from db.goal_tree import objectives
from db.rooms import rooms
from db.tasks.claim_nothing import NothingToClaim, why_nothing
from db.tasks.claims import open_session

# How many of the best candidates a claim looks at: more than there are connections, so that each of those that claim
# at once still finds one that nobody has locked.
_LOOK = 64

# A room where so many of the best candidates are locked at once has its claims on the way.
_LOOK_FURTHEST = 4096

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


@dataclass(frozen=True, slots=True)
class _Search:
    """What a claim asks for, looked up: at most `most` tasks of the room, under this key of this mutation."""

    request: ClaimRequest
    room_id: int
    objectives: Sequence[int] | None
    labels: Sequence[str] | None
    session_id: int | None
    most: int
    mutation: str
    key: str | None


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
    search = await _search(database, caller, request, most, mutation, key)
    if wait_seconds == 0:
        room, claimed = await _claim_some(database, caller, search)
        return claimed, None if claimed else await why_nothing(database, caller, room)
    deadline = asyncio.get_running_loop().time() + wait_seconds
    async with feed.states(Topic.AGENT, _capabilities).watch(caller.agent_id) as able:
        while True:
            seen, could = await q.log_ends(database, room_ids=[search.room_id]), able.state
            room, claimed = await _claim_some(database, caller, search)
            if claimed:
                return claimed, None
            rest = deadline - asyncio.get_running_loop().time()
            news = (_next_claimable(feed, search.room_id, seen[0]["seq"]), able.wait_for_change(could))
            if not await _wait(news, rest, cancelled):
                return [], await why_nothing(database, caller, room)
            # Revoked tokens and lost memberships take effect at once.
            caller = await refresh_caller(database, caller)
            caller.must_work(search.room_id, request.room or "room")


async def _capabilities(database: Database, agent_ids: Sequence[int]) -> dict[int, Sequence[str]]:
    """What each of these agents can do."""
    rows = await q.agents_by_ids(database, agent_ids=agent_ids)
    return {row["id"]: tuple(row["capabilities"]) for row in rows}


async def _search(
    database: Database, caller: Caller, request: ClaimRequest, most: int, mutation: str, key: str | None
) -> _Search:
    if request.lease_seconds is not None:
        validation.integer("leaseSeconds", request.lease_seconds, 1, validation.MAX_LEASE)
    objective = None
    if request.room is None and request.objective is not None:
        objective = await objectives.find(database, caller, request.objective)
        room_id = objective.room_id
    else:
        room_id = (await rooms.find(database, caller, request.room)).id
    caller.must_work(room_id, request.room or "room")
    if objective is None and request.objective is not None:
        objective = await objectives.find(database, caller, request.objective)
        validation.same_room("objective", request.objective, objective.room_id, room_id)
    return _Search(
        request,
        room_id,
        None if objective is None else await objectives.subtree(database, objective.id),
        validation.keys("labels", request.labels) if request.labels else None,
        await open_session(database, caller, request.session),
        most,
        mutation,
        key,
    )


async def _claim_some(database: Database, caller: Caller, search: _Search) -> tuple[Room, list[Task]]:
    """Claim up to `most`, looking further while all that was looked at is being taken by others.

    Each attempt is a transaction of its own: what it locked in vain is not held while the next waits for more.
    """
    look = _LOOK + search.most
    while True:
        room = Room.of(required(await q.room_by_id(database, room_id=search.room_id)))
        claimed = await _attempt(database, caller, room, search, look)
        if claimed or claimed is None or room.paused or look > _LOOK_FURTHEST:
            return room, claimed or []
        if not await q.candidates_left(
            database, room_id=room.id, agent_id=caller.agent_id, objectives=search.objectives, labels=search.labels
        ):
            return room, []
        look *= 8


async def _attempt(database: Database, caller: Caller, room: Room, search: _Search, look: int) -> list[Task] | None:
    """What can be claimed now, or None where the caller holds all that it may.

    The one statement stands alone where nothing else must be held together with it.
    """
    most = search.most
    if search.key is None and room.wip_limit is None and most == 1:
        claimed, log_end = await _claim(database, caller, room, search, most, look)
        if claimed:
            database.publish(Committed({room.id: log_end}, [EventKind.TASK_CLAIMED] * len(claimed)))
        return claimed
    async with database.transaction() as tx:
        asked = [asdict(search.request), most]
        again = await idempotency.stored_answer(tx, caller, search.mutation, search.key, asked)
        if again is not None and (held := await _still_held(tx, caller, [(task, fence) for task, fence in again])):
            return held
        if room.wip_limit is not None:
            await q.lock_agent(tx, agent_id=caller.agent_id)
            most = min(most, room.wip_limit - await q.held_count(tx, room_id=room.id, agent_id=caller.agent_id))
            if most <= 0:
                return None
        claimed, log_end = await _claim_all(tx, caller, room, search, most, look)
        if claimed:
            fences = [[task.id, task.fence] for task in claimed]
            await idempotency.store_answer(tx, caller, search.mutation, search.key, fences)
    if claimed:
        database.publish(Committed({room.id: log_end}, [EventKind.TASK_CLAIMED] * len(claimed)))
    return claimed


async def _still_held(tx: Transaction, caller: Caller, claimed: Sequence[tuple[int, int]]) -> list[Task]:
    """Of the tasks and fences that an earlier call with the same key claimed, those that the caller still holds."""
    rows = await q.tasks_by_keys(tx, task_ids=[task for task, _ in claimed])
    fences = dict(claimed)
    return [
        task
        for task in map(Task.of, rows)
        if caller.sees_record(task)
        and task.assignee_id == caller.agent_id
        and task.fence == fences[task.id]
        and task.status is TaskStatus.DOING
    ]


async def _claim_all(
    tx: Transaction, caller: Caller, room: Room, search: _Search, most: int, look: int
) -> tuple[list[Task], int]:
    """Claim in rounds until there are `most`: a resource that one round fills up lets the next look at other tasks."""
    if most > 1:
        await q.lock_resources_of_room(tx, room_id=room.id)
    claimed, log_end = await _claim(tx, caller, room, search, most, look)
    found = len(claimed)
    while found and len(claimed) < most:
        more, end = await _claim(tx, caller, room, search, most - len(claimed), look)
        found, claimed, log_end = len(more), claimed + more, max(log_end, end)
    return claimed, log_end


async def _claim(
    on: Database | Transaction, caller: Caller, room: Room, search: _Search, most: int, look: int
) -> tuple[list[Task], int]:
    """What one statement claims, and where the log ends with it."""
    rows = await q.claim_next(
        on,
        room_id=room.id,
        agent_id=caller.agent_id,
        objectives=search.objectives,
        labels=search.labels,
        session_id=search.session_id,
        lease_seconds=search.request.lease_seconds or room.lease_seconds,
        most=most,
        look=look,
    )
    return [Task.of(row) for row in rows], rows[0]["log_end"] if rows else 0


# A claim that a killed process left undone makes no event: so whoever waits looks again after a while all the same.
_LOOK_AGAIN_S = 5.0


async def _wait(news: Iterable[Coroutine[Any, Any, object]], seconds: float, cancelled: asyncio.Event) -> bool:
    """Wait for any of these news; False where the time is over or nobody waits for the answer any more."""
    waiters = {asyncio.create_task(one) for one in (*news, cancelled.wait())}
    try:
        await asyncio.wait(waiters, timeout=min(seconds, _LOOK_AGAIN_S), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
    return seconds > 0 and not cancelled.is_set()


async def _next_claimable(feed: Feed, room_id: int, seq: int) -> None:
    async with aclosing(feed.follow(room_id, seq)) as events:
        async for event in events:
            if event.kind in _MAKES_CLAIMABLE:
                return
