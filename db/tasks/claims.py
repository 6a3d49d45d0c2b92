"""Claims: one owner at a time, under a lease, with a fence."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from db.core import idempotency, ids, validation
from db.core.callers import Caller, still
from db.core.database import Database
from db.core.errors import (
    AlreadyClaimed,
    AssignedToOther,
    BadInput,
    CriteriaFrozen,
    CriteriaRequired,
    MissingCapabilities,
    NotReady,
    Paused,
    WipLimit,
)
from db.core.queries import q
from db.core.records import EventKind, Room, Task, TaskStatus
from db.core.rules import Move, check_move
from db.core.transaction import Transaction
from db.events.feed import Feed
from db.goal_tree import objectives
from db.goal_tree.references import find_task
from db.resources import resources
from db.rooms import rooms
from db.tasks import criteria as criteria_rules
from db.tasks import lease_expiry, waits

# A room where so many of the best candidates are locked at once has its claims on the way.
_LOOK_FURTHEST = 4096

# How many of the best candidates a claim looks at: more than there are connections, so that each of those that claim
# at once still finds one that nobody has locked.
_LOOK = 64

# What can make something claimable for somebody who waits.
_OPENINGS = frozenset(
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
class Wanted:
    """What a claim asks for: only from this objective's subtree, only with all of these labels."""

    room: str | None = None
    objective: str | None = None
    labels: Sequence[str] | None = None
    session: str | None = None
    lease_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why a claim came back empty, and what would change that."""

    reason: str
    todo: int
    waiting: int
    assigned_to_others: int
    need_criteria: int
    missing_capabilities: Sequence[str]
    wip_limit_reached: bool
    paused: bool
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Search:
    """A claim's wish, looked up."""

    room_id: int
    objectives: Sequence[int] | None
    labels: Sequence[str] | None
    session_id: int | None
    lease_seconds: int | None


async def claim_next(
    database: Database,
    feed: Feed,
    caller: Caller,
    wanted: Wanted,
    *,
    most: int = 1,
    wait_seconds: int = 0,
    mutation: str = "claimNextTask",
    key: str | None = None,
    gone: asyncio.Event,
) -> tuple[list[Task], Nothing | None]:
    """The best ready tasks that the caller may take, up to `most`; where there is none, why.

    Waits up to `wait_seconds` for one, woken by the room's log, until `gone` says that nobody wants the answer.
    """
    validation.integer("limit", most, 1, validation.MAX_LIST)
    validation.integer("waitSeconds", wait_seconds, 0, validation.MAX_WAIT)
    search = await _search(database, caller, wanted)
    deadline = asyncio.get_running_loop().time() + wait_seconds
    while True:
        seen = await q.log_ends(database, room_ids=[search.room_id]) if wait_seconds else []
        room, claimed = await _claim_some(database, caller, wanted, search, most, (mutation, key))
        if claimed:
            return claimed, None
        rest = deadline - asyncio.get_running_loop().time()
        if rest <= 0 or gone.is_set() or not await _opening(feed, search.room_id, seen[0]["seq"], rest, gone):
            return [], await _nothing(database, caller, room)
        # Revoked tokens and lost memberships take effect at once.
        caller = await still(database, caller)
        caller.must_work(search.room_id, wanted.room or "room")


async def _search(database: Database, caller: Caller, wanted: Wanted) -> _Search:
    if wanted.lease_seconds is not None:
        validation.integer("leaseSeconds", wanted.lease_seconds, 1, validation.MAX_LEASE)
    if wanted.room is None and wanted.objective is not None:
        room_id = (await objectives.find(database, caller, wanted.objective)).room_id
    else:
        room_id = (await rooms.find(database, caller, wanted.room)).id
    caller.must_work(room_id, wanted.room or "room")
    subtree = None
    if wanted.objective is not None:
        objective = await objectives.find(database, caller, wanted.objective)
        if objective.room_id != room_id:
            raise BadInput("objective", f"{wanted.objective} is in another room.")
        subtree = await objectives.subtree(database, objective.id)
    labels = validation.keys("labels", wanted.labels) if wanted.labels else None
    return _Search(room_id, subtree, labels, await _session(database, caller, wanted.session), wanted.lease_seconds)


async def _session(on: Database | Transaction, caller: Caller, label: str | None) -> int | None:
    if label is None:
        return None
    number: int = await q.open_session(on, agent_id=caller.agent_id, label=validation.key("session", label))
    return number


async def _claim_some(
    database: Database, caller: Caller, wanted: Wanted, search: _Search, most: int, keyed: tuple[str, str | None]
) -> tuple[Room, list[Task]]:
    """Claim up to `most`, looking further while all that was looked at is being taken by others.

    Each attempt is a transaction of its own: what it locked in vain is not held while the next waits for more.
    """
    look = _LOOK + most
    while True:
        room = Room.of(await q.room_by_id(database, room_id=search.room_id))
        claimed = await _attempt(database, caller, room, wanted, search, most, look, keyed)
        if claimed or claimed is None or room.paused or look > _LOOK_FURTHEST:
            return room, claimed or []
        if not await q.candidates_left(
            database, room_id=room.id, agent_id=caller.agent_id, objectives=search.objectives, labels=search.labels
        ):
            return room, []
        look *= 8


async def _attempt(
    database: Database,
    caller: Caller,
    room: Room,
    wanted: Wanted,
    search: _Search,
    most: int,
    look: int,
    keyed: tuple[str, str | None],
) -> list[Task] | None:
    """What can be claimed now, or None where the caller holds all that it may.

    The one statement stands alone where nothing else must be held together with it.
    """
    mutation, key = keyed
    if key is None and room.wip_limit is None and most == 1:
        claimed, log_end = await _claim(database, caller, room, search, most, look)
        if claimed:
            database.publish(room.id, log_end, [EventKind.TASK_CLAIMED] * len(claimed))
        return claimed
    async with database.transaction() as tx:
        again = await idempotency.answer_of(tx, caller, mutation, key, [asdict(wanted), most])
        if again is not None:
            held = [Task.of(row) for row in await q.tasks_by_keys(tx, task_ids=[task for task, _ in again])]
            fences = dict(map(tuple, again))
            still = [task for task in held if task.assignee_id == caller.agent_id and task.fence == fences[task.id]]
            still = [task for task in still if task.status is TaskStatus.DOING]
            if still:
                return still
        if room.wip_limit is not None:
            await q.lock_agent(tx, agent_id=caller.agent_id)
            most = min(most, room.wip_limit - await q.held_count(tx, room_id=room.id, agent_id=caller.agent_id))
            if most <= 0:
                return None
        claimed, log_end = await _claim_all(tx, caller, room, search, most, look)
        if claimed:
            await idempotency.keep(tx, caller, mutation, key, [[task.id, task.fence] for task in claimed])
    if claimed:
        database.publish(room.id, log_end, [EventKind.TASK_CLAIMED] * len(claimed))
    return claimed


async def _claim_all(
    tx: Transaction, caller: Caller, room: Room, search: _Search, most: int, look: int
) -> tuple[list[Task], int]:
    """One statement after the other until there are `most`: what one fills up makes way for others in the next."""
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
        lease_seconds=search.lease_seconds or room.lease_seconds,
        most=most,
        look=look,
    )
    return [Task.of(row) for row in rows], rows[0]["log_end"] if rows else 0


# A claim that a killed process left undone makes no event: so whoever waits looks again after a while all the same.
_LOOK_AGAIN_S = 5.0


async def _opening(feed: Feed, room_id: int, seq: int, seconds: float, gone: asyncio.Event) -> bool:
    """Wait until something may be claimable; False where the time is over or nobody waits for the answer any more."""
    waiters = {
        asyncio.create_task(_next_opening(feed, room_id, seq)),
        asyncio.create_task(gone.wait()),
    }
    try:
        await asyncio.wait(waiters, timeout=min(seconds, _LOOK_AGAIN_S), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
    return not gone.is_set()


async def _next_opening(feed: Feed, room_id: int, seq: int) -> None:
    async with aclosing(feed.follow(room_id, seq)) as events:
        async for event in events:
            if event.kind in _OPENINGS:
                return


async def _nothing(database: Database, caller: Caller, room: Room) -> Nothing:
    """Why there was nothing for this caller, in numbers and in a sentence."""
    why = await q.why_nothing(database, room_id=room.id, agent_id=caller.agent_id)
    lacking = [
        row["capability"] for row in await q.lacking_for_ready(database, room_id=room.id, agent_id=caller.agent_id)
    ]
    held = await q.held_count(database, room_id=room.id, agent_id=caller.agent_id)
    full = room.wip_limit is not None and held >= room.wip_limit
    return Nothing(
        reason=_reason(room, why, lacking, full=full),
        todo=why["todo"],
        waiting=why["waiting"],
        assigned_to_others=why["assigned_to_others"],
        need_criteria=why["need_criteria"],
        missing_capabilities=lacking,
        wip_limit_reached=full,
        paused=room.paused,
        retry_at=why["retry_at"],
    )


def _reason(room: Room, why: Mapping[str, Any], lacking: Sequence[str], *, full: bool) -> str:
    if room.paused:
        return "The room is paused: nothing can be claimed until it goes on."
    if full:
        return f"You hold as many tasks as this room allows at once: {room.wip_limit}. Finish or release one."
    if why["todo"] == 0:
        return "There is no task to do in this room."
    parts = [
        f"{why['waiting']} wait for something else" if why["waiting"] else "",
        f"{why['need_criteria']} need criteria first (setCriteria)" if why["need_criteria"] else "",
        f"{why['assigned_to_others']} are assigned to others" if why["assigned_to_others"] else "",
        f"some ask for capabilities that you don't have ({', '.join(lacking)})" if lacking else "",
    ]
    said = "; ".join(part for part in parts if part) or "none of them fits what you asked for"
    return f"Of {why['todo']} tasks to do, none is for you now: {said}."


async def claim(
    database: Database,
    caller: Caller,
    reference: str,
    *,
    criteria: Sequence[str] | None = None,
    session: str | None = None,
    lease_seconds: int | None = None,
) -> Task:
    """Take this task, if it is ready; its holder's own claim is renewed. Sets the criteria of a task that has none."""
    if lease_seconds is not None:
        validation.integer("leaseSeconds", lease_seconds, 1, validation.MAX_LEASE)
    texts = criteria_rules.checked(criteria) if criteria else None
    async with database.transaction() as tx:
        found = await find_task(tx, caller, reference)
        caller.must_work(found.room_id, reference)
        room = await (rooms.lock(tx, found.room_id) if texts else rooms.get(tx, found.room_id))
        if room.wip_limit is not None:
            await q.lock_agent(tx, agent_id=caller.agent_id)
        row = await q.lock_task(tx, task_id=found.id)
        task, holder = Task.of(row), row["assignee_name"]
        if task.status is TaskStatus.DOING and not row["lease_runs"]:
            await lease_expiry.take_back(tx, task.id)
            task = Task.of(await q.task_by_id(tx, task_id=task.id))
        session_id = await _session(tx, caller, session)
        present = [row["text"] for row in await q.criteria_of(tx, task_id=task.id)] if texts else []
        if task.status is TaskStatus.DOING and task.assignee_id == caller.agent_id:
            if texts and texts != present:
                raise _criteria_given(reference) if present else CriteriaFrozen(task=ids.of(ids.TASK, task.id))
            renewed = await q.renew_lease(tx, task_id=task.id, lease_seconds=lease_seconds, quiet_seconds=None)
            return Task.of(renewed)
        needed = (await resources.needs(tx, [task.requirement_id]))[task.requirement_id]
        if needed:
            # Whether they can be had is not to change before they are taken.
            await q.lock_resources(tx, resource_ids=needed)
        await _check(tx, caller, room, task, holder, has_criteria=bool(texts), needed=needed)
        if texts:
            if present:
                raise _criteria_given(reference)
            await criteria_rules.replace(tx, task, texts, caller.agent_id)
        claimed = Task.of(
            await q.claim_task(
                tx,
                task_id=task.id,
                agent_id=caller.agent_id,
                session_id=session_id,
                lease_seconds=lease_seconds or room.lease_seconds,
            )
        )
        await resources.take(tx, claimed, needed)
        tx.append_event(
            room.id,
            EventKind.TASK_CLAIMED,
            actor=caller.agent_id,
            task=task.id,
            objective=task.objective_id,
            data={"fence": claimed.fence, "expiresAt": claimed.lease_expires_at},
        )
        return claimed


def _criteria_given(reference: str) -> BadInput:
    return BadInput("criteria", f"{reference} has criteria already.", "Claim it without `criteria`.")


async def _check(
    tx: Transaction,
    caller: Caller,
    room: Room,
    task: Task,
    holder: str | None,
    *,
    has_criteria: bool,
    needed: Sequence[int],
) -> None:
    """Refuse the claim where the task is held, not the caller's to take, or not ready."""
    name = ids.of(ids.TASK, task.id)
    if task.status is TaskStatus.DOING and task.lease_expires_at is not None:
        raise AlreadyClaimed(task=name, holder=holder or "", expires_at=task.lease_expires_at)
    check_move(task.id, task.status, Move.CLAIM)
    if task.assignee_id not in (None, caller.agent_id):
        raise AssignedToOther(task=name, assignee=holder or "")
    if room.paused:
        raise Paused(room=room.name)
    missing = await q.missing_capabilities(tx, requirement_id=task.requirement_id, agent_id=caller.agent_id)
    if missing:
        raise MissingCapabilities(task=name, missing=missing)
    others = task.open_dependencies or task.waits_for_track or task.waits_for_objective or task.waits_for_schedule
    if others or (needed and await resources.unavailable(tx, [task.requirement_id])):
        found = (await waits.waits_of(tx, [task]))[task.id]
        raise NotReady(task=name, waiting_on=waits.facts(found))
    if task.waits_for_criteria and not has_criteria:
        raise CriteriaRequired(task=name)
    if room.wip_limit is not None:
        held = await q.held_count(tx, room_id=room.id, agent_id=caller.agent_id)
        if held >= room.wip_limit:
            raise WipLimit(limit=room.wip_limit)
