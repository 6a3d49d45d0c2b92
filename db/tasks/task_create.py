"""How tasks come into being: one, or many with dependencies between them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from db.core import idempotency, ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import DependencyKind, EventKind, InboxKind, ObjectiveStatus
from db.core.errors import BadInput, DependencyCycle
from db.core.queries import q
from db.core.records import Room, Task
from db.core.transaction import Transaction
from db.goal_tree import objectives
from db.goal_tree.references import Lookups, find_task
from db.rooms import rooms
from db.tasks import criteria, readiness


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
    async with database.transaction() as tx:
        found = await _room_of_new(tx, caller, room_reference, batch[0].task)
        caller.must_work(found.id, room_reference or found.name)
        request = [room_reference, [asdict(item) for item in batch]]
        keys = await idempotency.stored_answer(tx, caller, mutation, key, request)
        if keys is None:
            keys = await _insert(tx, caller, await rooms.lock(tx, found.id), batch)
            await idempotency.store_answer(tx, caller, mutation, key, keys)
        made = [Task.of(row) for row in await q.tasks_by_keys(tx, task_ids=keys)]
        for task in made:
            # The first answer to this key may be of a room that the caller has left since.
            caller.must_see(task.room_id, ids.of(ids.TASK, task.id))
        return made


async def _room_of_new(tx: Transaction, caller: Caller, reference: str | None, new: NewTask) -> Room:
    """The room said, or that of the objective, parent or task that the new one belongs to, or the caller's only one."""
    if reference is None and (place := new.objective or new.parent or new.discovered_from):
        find_place = objectives.find if new.objective else find_task
        return await rooms.get(tx, (await find_place(tx, caller, place)).room_id)
    return await rooms.find(tx, caller, reference)


async def _insert(tx: Transaction, caller: Caller, room: Room, batch: Sequence[BatchTask]) -> list[int]:
    """Insert the tasks with all that belongs to them, and count what they wait for and what waits for them."""
    lookups = Lookups(tx, caller, room)
    rows = [await _row(lookups, item.task) for item in batch]
    for objective in dict.fromkeys(row["objective_id"] for row in rows if row["objective_id"] is not None):
        await objectives.part_added(tx, objective, caller.agent_id)
    made = [row["id"] for row in await q.insert_tasks(tx, room_id=room.id, creator_id=caller.agent_id, tasks=rows)]
    by_ref = {item.ref: task_id for item, task_id in zip(batch, made, strict=True) if item.ref is not None}

    edges: list[tuple[int, int, DependencyKind]] = []
    for item, task_id in zip(batch, made, strict=True):
        new = item.task
        blockers = [(await lookups.task("dependsOn", ref)).id for ref in validation.items("dependsOn", new.depends_on)]
        blockers += [by_ref[ref] for ref in item.depends_on_refs]
        if task_id in blockers:
            raise DependencyCycle(path=[ids.of(ids.TASK, task_id)] * 2)
        edges += [(task_id, blocker, DependencyKind.BLOCKS) for blocker in blockers]
        if new.discovered_from is not None:
            source = await lookups.task("discoveredFrom", new.discovered_from)
            edges.append((task_id, source.id, DependencyKind.DISCOVERED_FROM))
    await _insert_details(lookups, batch, made)
    await _insert_edges(tx, caller, edges)

    blockers_of_all = [on for _, on, kind in edges if kind is DependencyKind.BLOCKS]
    await readiness.recount(tx, [*made, *blockers_of_all], caller.agent_id)
    tracks = {(row["objective_id"], row["track"]) for row in rows if row["track"] is not None}
    for objective, track in sorted(tracks, key=str):
        await readiness.settle_track(tx, room.id, objective, track, caller.agent_id)
    await readiness.refuse_cycles(tx, made)

    for row, task_id in zip(rows, made, strict=True):
        tx.append_event(
            room.id,
            EventKind.TASK_CREATED,
            actor=caller.agent_id,
            task=task_id,
            objective=row["objective_id"],
            data={"title": row["title"], "priority": f"P{row['priority']}", "dependsOn": _ids_on(task_id, edges)},
        )
        summary = f"{ids.of(ids.TASK, task_id)} '{row['title']}' is assigned to you."
        tx.notify(row["assignee_id"], room.id, InboxKind.ASSIGNED, summary, by=caller.agent_id, task=task_id)
    if room.paused:
        assigned = [task_id for task_id, row in zip(made, rows, strict=True) if row["assignee_id"] is not None]
        await q.owe_ready_notices(tx, task_ids=assigned)
    for objective in dict.fromkeys(row["objective_id"] for row in rows if row["objective_id"] is not None):
        await objectives.parts_changed(tx, objective, caller.agent_id)
    return made


def _ids_on(task_id: int, edges: Sequence[tuple[int, int, DependencyKind]]) -> list[str]:
    return [ids.of(ids.TASK, on) for task, on, kind in edges if task == task_id and kind is DependencyKind.BLOCKS]


async def _row(lookups: Lookups, new: NewTask) -> dict[str, Any]:
    """The columns of a new task, within their bounds."""
    parent = await lookups.parent(new.parent) if new.parent is not None else None
    return {
        "objective_id": await _objective(lookups, new, parent),
        "parent_id": parent.id if parent else None,
        "title": validation.title("title", new.title),
        "description": validation.text("description", new.description),
        "priority": new.priority,
        "labels": validation.keys("labels", new.labels),
        "requirement_id": await lookups.requirement(new.capabilities, new.resources),
        "track": validation.key("track", new.track) if new.track is not None else None,
        "track_order": new.track_order,
        "assignee_id": await lookups.agent(new.assignee) if new.assignee is not None else None,
        "reviewer_id": await lookups.agent(new.reviewer) if new.reviewer is not None else None,
        "role": validation.text("role", new.role, most=validation.MAX_KEY),
        "instructions": validation.text("instructions", new.instructions),
        "not_before": validation.time("notBefore", new.not_before) if new.not_before else None,
        "due_at": validation.time("dueAt", new.due_at) if new.due_at else None,
        "estimate_minutes": validation.integer("estimateMinutes", new.estimate_minutes, 0)
        if new.estimate_minutes is not None
        else None,
    }


async def _objective(lookups: Lookups, new: NewTask, parent: Task | None) -> int | None:
    """The one given, or that of the parent, or that of the task that led to this one, unless that is cancelled."""
    if new.objective is not None:
        return await lookups.objective(new.objective)
    if parent is not None:
        return parent.objective_id
    if new.discovered_from is not None:
        found = (await lookups.task("discoveredFrom", new.discovered_from)).objective_id
        row = None if found is None else await q.lock_objective(lookups.tx, objective_id=found)
        if row is not None and row["status"] != ObjectiveStatus.CANCELLED:
            return found
    return None


async def _insert_details(lookups: Lookups, batch: Sequence[BatchTask], made: Sequence[int]) -> None:
    texts_of = [
        (task_id, position, text)
        for item, task_id in zip(batch, made, strict=True)
        for position, text in enumerate(criteria.checked(item.task.criteria), start=1)
    ]
    if texts_of:
        task_ids, positions, texts = zip(*texts_of, strict=True)
        await q.insert_new_criteria(lookups.tx, task_ids=task_ids, positions=positions, texts=texts)
    links = [
        (task_id, key_result)
        for item, task_id in zip(batch, made, strict=True)
        for key_result in await lookups.key_results(item.task.key_results)
    ]
    if links:
        task_ids, linked = zip(*links, strict=True)
        await q.insert_new_key_result_links(lookups.tx, task_ids=task_ids, key_result_ids=linked)


async def _insert_edges(tx: Transaction, caller: Caller, edges: Sequence[tuple[int, int, DependencyKind]]) -> None:
    if edges:
        task_ids, depends_on_ids, kinds = zip(*edges, strict=True)
        await q.insert_dependencies(
            tx, task_ids=task_ids, depends_on_ids=depends_on_ids, kinds=kinds, created_by_id=caller.agent_id
        )
