"""Changing a task's fields, and its place in the goal tree and on a track."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, TaskStatus
from db.core.errors import BadInput, DependencyCycle
from db.core.queries import q, required
from db.core.records import Task
from db.core.text import camel_case
from db.core.transaction import Transaction
from db.goal_tree import objectives
from db.goal_tree.references import Lookups
from db.resources import resources
from db.tasks import readiness
from db.tasks.task_guard import Held, locked_room_and_task


class TaskChanges(TypedDict, total=False):
    """What updateTask may change: what is left out stays, None clears."""

    title: str
    description: str | None
    priority: int
    labels: Sequence[str] | None
    capabilities: Sequence[str] | None
    objective: str | None
    parent: str | None
    track: str | None
    track_order: int | None
    instructions: str | None
    resources: Sequence[str] | None
    key_results: Sequence[str] | None
    not_before: datetime | None
    due_at: datetime | None
    estimate_minutes: int | None


async def update(
    database: Database, caller: Caller, reference: str, changes: TaskChanges, *, fence: int | None = None
) -> Task:
    """Change a task's fields; a new place in the tree or on a track changes what it, and what others, wait for."""
    text = "\n\n".join(f"{name}: {value}" for name, value in changes.items() if value is not None)
    async with locked_room_and_task(database, caller, reference, fence=fence, text=text) as (tx, room, held):
        if not changes:
            return held.task
        before, lookups = held.task, Lookups(tx, caller, room)
        after = Task.of(
            required(await q.update_task(tx, task_id=before.id, **await _changed(lookups, before, changes)))
        )
        if "key_results" in changes:
            linked = await lookups.key_results(changes["key_results"] or ())
            await q.delete_key_result_links(tx, task_id=before.id)
            await q.insert_key_result_links(tx, task_id=before.id, key_result_ids=linked)
        if held.by_caller:
            await q.renew_lease(tx, task_id=before.id, lease_seconds=None, quiet_seconds=None)
        await _settle_place(tx, before, after, caller.agent_id)
        if before.status is TaskStatus.DOING and after.requirement_id != before.requirement_id:
            await _exchange(tx, held, after.requirement_id, caller.agent_id)
        tx.append_task_event(EventKind.TASK_UPDATED, after, caller.agent_id, _said(before, changes))
        return Task.of(required(await q.task_by_id(tx, task_id=before.id)))


# How a column is set from what the client sent; None clears it, where it can be cleared.
_COLUMNS: Mapping[str, Callable[[Any], Any]] = {
    "title": lambda text: validation.title("title", text),
    "description": lambda text: validation.text("description", text or ""),
    "priority": lambda priority: priority,
    "labels": lambda labels: validation.keys("labels", labels or ()),
    "track": lambda track: None if track is None else validation.key("track", track),
    "track_order": lambda order: order,
    "instructions": lambda text: validation.text("instructions", text or ""),
    "not_before": lambda instant: None if instant is None else validation.time("notBefore", instant),
    "due_at": lambda instant: None if instant is None else validation.time("dueAt", instant),
    "estimate_minutes": lambda most: None if most is None else validation.integer("estimateMinutes", most, 0),
}


async def _changed(lookups: Lookups, before: Task, changes: TaskChanges) -> dict[str, Any]:
    """The value of every column that updateTask writes: the old one where nothing was said."""
    for name in ("title", "priority"):
        if name in changes and changes[name] is None:
            raise BadInput(name, f"{name} can't be null: leave it out to keep it as it is.")
    columns = {name: getattr(before, name) for name in (*_COLUMNS, "requirement_id", "objective_id", "parent_id")}
    columns |= {name: _COLUMNS[name](value) for name, value in changes.items() if name in _COLUMNS}
    if "capabilities" in changes or "resources" in changes:
        able = (changes["capabilities"] or ()) if "capabilities" in changes else None
        needed = (changes["resources"] or ()) if "resources" in changes else None
        columns["requirement_id"] = await lookups.changed_requirement(before.requirement_id, able, needed)
    if "objective" in changes:
        objective = changes["objective"]
        columns["objective_id"] = None if objective is None else await lookups.objective(objective)
    if "parent" in changes:
        parent = changes["parent"]
        columns["parent_id"] = None if parent is None else (await lookups.parent(parent)).id
        if columns["parent_id"] == before.id:
            raise DependencyCycle(path=[ids.of(ids.TASK, before.id)] * 2)
    return columns


def _differ(before: Task, after: Task, *columns: str) -> bool:
    return any(getattr(before, column) != getattr(after, column) for column in columns)


async def _settle_place(tx: Transaction, before: Task, after: Task, actor: int) -> None:
    """Settle what may have moved: the task's own waits, its old and new track, its old and new objective."""
    moved = before.objective_id != after.objective_id
    if moved and after.objective_id is not None:
        await objectives.part_added(tx, after.objective_id, actor)
    if moved or before.not_before != after.not_before:
        await readiness.recount(tx, [after.id], actor)
    if _differ(before, after, "objective_id", "track", "track_order"):
        await _settle_tracks(tx, before, after, actor)
    if _differ(before, after, "objective_id", "track", "track_order", "parent_id"):
        await readiness.refuse_cycles(tx, [after.id])
    if moved:
        for objective in (before.objective_id, after.objective_id):
            if objective is not None:
                await objectives.parts_changed(tx, objective, actor)


async def _settle_tracks(tx: Transaction, before: Task, after: Task, actor: int) -> None:
    if after.track is None or after.finished:
        await readiness.leave_track(tx, after.id)
    for task in (before, after):
        if task.track is not None:
            await readiness.settle_track(tx, task.room_id, task.objective_id, task.track, actor)


async def _exchange(tx: Transaction, held: Held, requirement_id: int, actor: int) -> None:
    """A task in work gives back the resources that it needs no more, and takes those that it needs now."""
    task = held.task
    needs = await resources.needs(tx, [task.requirement_id, requirement_id])
    old, new = set(needs[task.requirement_id]), set(needs[requirement_id])
    # All at once, in their order: the two steps below lock them one after the other.
    await q.lock_resources(tx, resource_ids=sorted(old ^ new))
    await resources.acquire(tx, task, sorted(new - old))
    await resources.release_some(tx, {task.id: sorted(old - new)}, actor, worked=False)


# What the log tells the old value of. Texts would make it twice as long, and the rest is not in the task's row.
_TOLD = frozenset(
    ("title", "priority", "labels", "objective", "parent", "track", "track_order", "not_before", "due_at")
)


def _said(before: Task, changes: TaskChanges) -> dict[str, object]:
    """What changed to what and, where that is short, from what."""
    places = {"objective": (ids.OBJECTIVE, before.objective_id), "parent": (ids.TASK, before.parent_id)}
    previous: dict[str, object] = {}
    for name in _TOLD & changes.keys():
        if name in places:
            letter, key = places[name]
            previous[name] = None if key is None else ids.of(letter, key)
        else:
            previous[name] = getattr(before, name)
    said: dict[str, object] = {"changes": _contract_names(changes)}
    return {**said, "previous": _contract_names(previous)} if previous else said


def _contract_names(changes: Mapping[str, object]) -> dict[str, object]:
    def plain(name: str, value: object) -> object:
        return f"P{value}" if name == "priority" else value

    return {camel_case(name): plain(name, value) for name, value in changes.items()}
