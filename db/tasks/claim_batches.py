"""Claims that wait in this process for tasks of the same kind, taken in one statement and one commit."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from db.core import idempotency
from db.core.batches import rounds
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, TaskStatus
from db.core.errors import IdempotencyMismatch, Unavailable
from db.core.queries import q
from db.core.records import Room, Task
from db.core.transaction import Committed, Transaction
from db.rooms import rooms


@dataclass(frozen=True, slots=True)
class Search:
    """What a claim asks for, looked up: at most `most` tasks of the room, of this objective's `subtree`.

    `request` is what its key, if it has one, stands for.
    """

    caller: Caller
    room_id: int
    objective: str | None
    subtree: Sequence[int] | None
    labels: Sequence[str] | None
    session_id: int | None
    lease_seconds: int | None
    most: int
    key: idempotency.Key | None
    request: object

    @property
    def kind(self) -> Hashable:
        """Those who ask for tasks of one kind, and can do the same, share a statement."""
        labels = None if self.labels is None else tuple(self.labels)
        return claim, self.room_id, self.objective, labels, self.caller.capabilities


async def claim(database: Database, search: Search, is_gone: Callable[[], bool]) -> tuple[Room, list[Task]]:
    """The room as it was, and the tasks; UNAVAILABLE where by its turn nobody waits for them any more: `is_gone`.

    Where nothing is found among the best, because others are taking all of it, looks further.
    """
    run = partial(_claim_together, database)
    claimed = await database.batches.join(search.kind, search, run, weight=search.most, is_gone=is_gone)
    if claimed is None:
        raise Unavailable(why="Nothing was claimed: the client hung up, or the server is stopping.")
    if claimed.tasks or claimed.is_full or claimed.room.paused or not await _is_any_left(database, search):
        return claimed.room, claimed.tasks
    [further] = await _claim_together(database, [search], wide=True)
    if isinstance(further, IdempotencyMismatch):
        raise further
    return further.room, further.tasks


@dataclass(frozen=True, slots=True)
class _Claimed:
    """What was found for one search; `is_full`: nothing, for the caller holds all that it may."""

    room: Room
    tasks: list[Task]
    is_full: bool = False


async def _is_any_left(database: Database, search: Search) -> bool:
    return bool(
        await q.candidates_left(
            database,
            room_id=search.room_id,
            agent_id=search.caller.agent_id,
            objectives=search.subtree,
            labels=search.labels,
        )
    )


async def _claim_together(
    database: Database, searches: Sequence[Search], *, wide: bool = False
) -> list[_Claimed | IdempotencyMismatch]:
    """What each gets, in their order. The one statement stands alone where nothing else must be held with it."""
    room = await rooms.get(database, searches[0].room_id)
    if room.wip_limit is None and all(search.key is None for search in searches):
        return [_Claimed(room, tasks) for tasks in await _claim_and_log(database, room, searches, wide=wide)]
    answers: dict[int, _Claimed | IdempotencyMismatch] = {}
    # Two requests with one key: the second gets what the first was given.
    for turn in rounds(searches, lambda search: search.key):
        async with database.transaction() as tx:
            found = await _claim_in_transaction(tx, room, [search for _, search in turn], wide=wide)
        answers.update(zip((number for number, _ in turn), found, strict=True))
    return [answers[number] for number in range(len(searches))]


async def _claim_and_log(database: Database, room: Room, searches: Sequence[Search], *, wide: bool) -> list[list[Task]]:
    """Claim in statements that are transactions of their own, until each has what it wants or finds nothing more."""
    claimed: list[list[Task]] = [[] for _ in searches]
    wants = [search.most for search in searches]
    while any(wants):
        found, log_end = await _claim(database, room, searches, wants, wide=wide, logged=True)
        if log_end:
            kinds = [EventKind.TASK_CLAIMED for tasks in found for _ in tasks]
            database.publish(Committed({room.id: log_end}, kinds))
        for tasks, more in zip(claimed, found, strict=True):
            tasks.extend(more)
        # A resource that one statement fills up lets the next look at other tasks.
        wants = [want - len(more) if more else 0 for want, more in zip(wants, found, strict=True)]
    return claimed


async def _claim_in_transaction(
    tx: Transaction, room: Room, searches: Sequence[Search], *, wide: bool
) -> list[_Claimed | IdempotencyMismatch]:
    answers = await _answered_before(tx, room, searches)
    open_ = [search for search, answer in zip(searches, answers, strict=True) if answer is None]
    wants = await _wants(tx, room, open_)
    if sum(wants) > 1:
        await q.lock_resources_of_room(tx, room_id=room.id)
    claimed = await _claim_in_rounds(tx, room, open_, wants, wide=wide)
    await idempotency.store_answers(
        tx,
        {
            search.key: [[task.id, task.fence] for task in tasks]
            for search, tasks in zip(open_, claimed, strict=True)
            if search.key is not None and tasks
        },
    )
    found = iter(_Claimed(room, tasks, is_full=not want) for tasks, want in zip(claimed, wants, strict=True))
    return [next(found) if answer is None else answer for answer in answers]


async def _answered_before(
    tx: Transaction, room: Room, searches: Sequence[Search]
) -> list[_Claimed | IdempotencyMismatch | None]:
    """For each search what an earlier one with its key got, where the caller still holds it; None for all others."""
    requests = {search.key: search.request for search in searches if search.key is not None}
    stored = await idempotency.stored_answers(tx, requests) if requests else {}
    fences = {task: fence for answer in stored.values() if isinstance(answer, list) for task, fence in answer}
    rows = await q.tasks_by_keys(tx, task_ids=list(fences)) if fences else []
    tasks = {row["id"]: Task.of(row) for row in rows}
    answers: list[_Claimed | IdempotencyMismatch | None] = []
    for search in searches:
        answer = stored.get(search.key) if search.key is not None else None
        if isinstance(answer, IdempotencyMismatch):
            answers.append(answer)
            continue
        held = [tasks[task] for task, fence in answer or () if _is_held(tasks[task], search.caller, fence)]
        answers.append(_Claimed(room, held) if held else None)
    return answers


def _is_held(task: Task, caller: Caller, fence: int) -> bool:
    return (
        caller.sees_record(task)
        and task.assignee_id == caller.agent_id
        and task.fence == fence
        and task.status is TaskStatus.DOING
    )


async def _wants(tx: Transaction, room: Room, searches: Sequence[Search]) -> list[int]:
    """How many each may get: the room's limit is for all that an agent holds, and asks for, together."""
    if room.wip_limit is None or not searches:
        return [search.most for search in searches]
    agents = sorted({search.caller.agent_id for search in searches})
    await q.lock_agents(tx, agent_ids=agents)
    held = await q.held_counts(tx, room_id=room.id, agent_ids=agents)
    left = dict.fromkeys(agents, room.wip_limit) | {row["agent_id"]: room.wip_limit - row["tasks"] for row in held}
    wants = []
    for search in searches:
        want = max(0, min(search.most, left[search.caller.agent_id]))
        left[search.caller.agent_id] -= want
        wants.append(want)
    return wants


async def _claim_in_rounds(
    tx: Transaction, room: Room, searches: Sequence[Search], wants: Sequence[int], *, wide: bool
) -> list[list[Task]]:
    """Claim until all have what they want: a resource that one round fills up lets the next look at other tasks."""
    claimed: list[list[Task]] = [[] for _ in searches]
    while any(short := [want - len(tasks) for want, tasks in zip(wants, claimed, strict=True)]):
        found, _ = await _claim(tx, room, searches, short, wide=wide, logged=False)
        if not any(found):
            break
        for search, tasks, more in zip(searches, claimed, found, strict=True):
            tasks.extend(more)
            for task in more:
                data = {"fence": task.fence, "expiresAt": task.lease_expires_at}
                tx.append_task_event(EventKind.TASK_CLAIMED, task, search.caller.agent_id, data)
    return claimed


async def _claim(
    on: Database | Transaction,
    room: Room,
    searches: Sequence[Search],
    wants: Sequence[int],
    *,
    wide: bool,
    logged: bool,
) -> tuple[list[list[Task]], int]:
    """What one statement claims for each, and where the log ends with it, if it is logged."""
    slots = [number for number, want in enumerate(wants) for _ in range(want)]
    rows = await q.claim_next(
        on,
        room_id=room.id,
        agent_ids=[searches[slot].caller.agent_id for slot in slots],
        session_ids=[searches[slot].session_id for slot in slots],
        lease_seconds=[searches[slot].lease_seconds or room.lease_seconds for slot in slots],
        objectives=searches[0].subtree,
        labels=searches[0].labels,
        wide=wide,
        logged=logged,
    )
    claimed: list[list[Task]] = [[] for _ in searches]
    for row in rows:
        claimed[slots[row["number"] - 1]].append(Task.of(row))
    return claimed, rows[0]["log_end"] if rows else 0
