"""How tasks come into being: one, or many with dependencies between them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial

from db.core import idempotency, ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import BadInput, Refused
from db.core.queries import q, required
from db.core.records import Room, Task
from db.core.transaction import Transaction
from db.goal_tree import objectives
from db.goal_tree.references import find_task
from db.rooms import rooms
from db.tasks import task_insert


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task to make. References are ids, or names of rooms and agents, as the client sent them."""

    title: str
    room: str | None = None
    objective: str | None = None
    parent: str | None = None
    description: str = ""
    priority: int = 2
    labels: Sequence[str] = ()
    capabilities: Sequence[str] = ()
    criteria: Sequence[str] = ()
    depends_on: Sequence[str] = ()
    track: str | None = None
    track_order: int | None = None
    assignee: str | None = None
    reviewer: str | None = None
    role: str = ""
    instructions: str = ""
    resources: Sequence[str] = ()
    key_results: Sequence[str] = ()
    not_before: datetime | None = None
    due_at: datetime | None = None
    estimate_minutes: int | None = None
    discovered_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTask:
    """A task of a batch: `ref` names it inside the batch, `depends_on_refs` are such names."""

    task: NewTask
    ref: str | None = None
    depends_on_refs: Sequence[str] = ()


async def create(database: Database, caller: Caller, new: NewTask, key: str | None) -> Task:
    """Make a task; the same key again answers with the same task."""
    return (await _create(database, caller, "createTask", new.room, [BatchTask(task=new)], key))[0]


async def create_many(
    database: Database, caller: Caller, room: str | None, batch: Sequence[BatchTask], key: str | None
) -> list[Task]:
    """Make all of them or none, in the order given, with dependencies between them by their refs."""
    validation.items("tasks", batch, most=validation.MAX_BATCH, least=1)
    refs = [validation.key("ref", item.ref) for item in batch if item.ref is not None]
    known = set(refs)
    if len(known) < len(refs):
        twice = next(ref for ref in refs if refs.count(ref) > 1)
        raise BadInput("ref", f"The ref {twice!r} is used twice in this batch.")
    for item in batch:
        for ref in validation.items("dependsOnRefs", item.depends_on_refs):
            if ref not in known:
                raise BadInput("dependsOnRefs", f"No task of this batch has the ref {ref!r}.")
    said = {reference for reference in (room, *(item.task.room for item in batch)) if reference is not None}
    if len(said) > 1:
        raise BadInput("room", "All tasks of a batch must be in the same room: send `room` once, beside `tasks`.")
    return await _create(database, caller, "createTasks", next(iter(said), None), batch, key)


async def _create(
    database: Database,
    caller: Caller,
    mutation: str,
    room_reference: str | None,
    batch: Sequence[BatchTask],
    key: str | None,
) -> list[Task]:
    if key is None:
        room_id = await _room_key(database, caller, room_reference, batch[0].task)
        run = partial(_create_together, database, room_id)
        made = await database.batches.join((_create_together, room_id), (caller, batch), run, weight=len(batch))
        return required(made)
    async with database.transaction() as tx:
        found = await _room_of_new(tx, caller, room_reference, batch[0].task)
        caller.must_work(found.id, room_reference or found.name)
        request = [room_reference, [asdict(item) for item in batch]]
        keys = await idempotency.stored_answer(tx, caller, mutation, key, request)
        if keys is None:
            new = await task_insert.insert(tx, await rooms.lock(tx, found.id), caller, batch)
            await idempotency.store_answer(tx, caller, mutation, key, [task.id for task in new])
            return new
        known = [Task.of(row) for row in await q.tasks_by_keys(tx, task_ids=keys)]
        for task in known:
            # The first answer to this key may be of a room that the caller has left since.
            caller.must_see(task.room_id, ids.of(ids.TASK, task.id))
        return known


async def _create_together(
    database: Database, room_id: int, requests: Sequence[tuple[Caller, Sequence[BatchTask]]]
) -> list[list[Task] | Refused]:
    """The tasks of each request that waits for the room, in one transaction, so that the room is locked once."""
    try:
        async with database.transaction() as tx:
            return await task_insert.insert_each(tx, await rooms.lock(tx, room_id), requests)
    except Refused as refusal:
        if len(requests) == 1:
            return [refusal]
    # One that is refused when its tasks are in their place takes the others with it: so each comes alone.
    return [(await _create_together(database, room_id, [request]))[0] for request in requests]


async def _room_key(database: Database, caller: Caller, reference: str | None, new: NewTask) -> int:
    """The room of the new task, in which the caller works."""
    if reference is None and _belongs_to(new):
        room = await _room_of_new(database, caller, None, new)
        caller.must_work(room.id, room.name)
        return room.id
    room_id = await rooms.find_key(database, caller, reference)
    caller.must_work(room_id, reference or "room")
    return room_id


async def _room_of_new(on: Database | Transaction, caller: Caller, reference: str | None, new: NewTask) -> Room:
    """The room said, or that of the objective, parent or task that the new one belongs to, or the caller's only one."""
    if reference is None and (place := _belongs_to(new)):
        find_place = objectives.find if new.objective else find_task
        return await rooms.get(on, (await find_place(on, caller, place)).room_id)
    return await rooms.find(on, caller, reference)


def _belongs_to(new: NewTask) -> str | None:
    return new.objective or new.parent or new.discovered_from
