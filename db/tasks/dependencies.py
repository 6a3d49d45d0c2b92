"""Dependencies: what a task waits for, and what it is otherwise related to."""

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import DependencyKind, EventKind
from db.core.errors import BadInput, DependencyCycle
from db.core.queries import q, required
from db.core.records import Dependency, Task
from db.core.transaction import Transaction
from db.goal_tree.references import find_task
from db.tasks import readiness
from db.tasks.task_guard import locked_room_and_task


async def add(database: Database, caller: Caller, reference: str, on: str, kind: DependencyKind) -> Dependency:
    """Let the task depend on the other; the same edge again is the same edge. DEPENDENCY_CYCLE names the way round."""
    async with locked_room_and_task(database, caller, reference) as (tx, _room, held):
        task, other = held.task, await _other_end(tx, caller, held.task, on)
        await link(tx, caller, task, other, kind)
        if kind is DependencyKind.BLOCKS:
            await readiness.refuse_cycles(tx, [task.id])
        return Dependency.of(required(await q.dependency_of(tx, task_id=task.id, depends_on_id=other.id, kind=kind)))


async def link(tx: Transaction, caller: Caller, task: Task, other: Task, kind: DependencyKind) -> None:
    """Write the edge, if it is new, and count it. The room is locked, and longer cycles are the caller's to refuse."""
    if task.id == other.id:
        if kind is DependencyKind.BLOCKS:
            raise DependencyCycle(path=[ids.of(ids.TASK, task.id)] * 2)
        raise BadInput("dependsOn", "A task can't be related to itself.")
    new = await q.insert_dependency(
        tx, task_id=task.id, depends_on_id=other.id, kind=kind, created_by_id=caller.agent_id
    )
    if not new:
        return
    if kind is DependencyKind.BLOCKS:
        await readiness.recount(tx, [task.id, other.id], caller.agent_id)
    _append_event(tx, caller, EventKind.DEPENDENCY_ADDED, task, other, kind)


async def remove(database: Database, caller: Caller, reference: str, on: str, kind: DependencyKind) -> Task:
    """Take the edge away; where there is none, nothing changes."""
    async with locked_room_and_task(database, caller, reference) as (tx, _room, held):
        task, other = held.task, await _other_end(tx, caller, held.task, on)
        if await q.delete_dependency(tx, task_id=task.id, depends_on_id=other.id, kind=kind):
            if kind is DependencyKind.BLOCKS:
                await readiness.recount(tx, [task.id, other.id], caller.agent_id)
            _append_event(tx, caller, EventKind.DEPENDENCY_REMOVED, task, other, kind)
        return Task.of(required(await q.task_by_id(tx, task_id=task.id)))


async def _other_end(tx: Transaction, caller: Caller, task: Task, on: str) -> Task:
    """What the edge points at, in the same room, whose lock is held."""
    other = await find_task(tx, caller, on)
    validation.same_room("dependsOn", on, other.room_id, task.room_id, "Dependencies stay within one room.")
    return other


def _append_event(
    tx: Transaction, caller: Caller, kind: EventKind, task: Task, other: Task, edge: DependencyKind
) -> None:
    tx.append_task_event(kind, task, caller.agent_id, {"dependsOn": ids.of(ids.TASK, other.id), "kind": edge.value})
