"""Lets tasks and objectives that came from a file follow what changed there, in the name of the server."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from db.core import ids
from db.core.enums import FINISHED, EventKind, InboxKind, ObjectiveStatus, TaskStatus
from db.core.queries import q, required
from db.core.records import Objective, Task
from db.core.text import camel_case
from db.core.transaction import Transaction
from db.goal_tree import objectives
from db.goals import objective_mutations
from db.operations.import_batches import BATCH_OF_TEXTS, batches
from db.operations.import_plan import Change, Known, NewObjective, NewTask
from db.tasks import leaving, readiness

# The objective of a task, and the task that it is a part of.
Place: TypeAlias = tuple[int | None, int | None]

REOPENED = "It is open again in the file that it came from."

# The columns that a part is kept in, by the names of a new task or objective; the others are told apart below.
_TASK_COLUMNS = {
    "title": "title",
    "description": "description",
    "priority": "priority",
    "labels": "labels",
    "notes": "notes",
    "estimate": "estimate_minutes",
    "not_before": "not_before",
    "due_at": "due_at",
}
_OBJECTIVE_COLUMNS = ("title", "description", "due_at")


async def change_tasks(
    tx: Transaction,
    known: Known,
    agents: Mapping[str, int],
    places: Mapping[str, Place],
    changes: Sequence[Change[NewTask]],
) -> list[Task]:
    """Write them, and tell of them; answers those whose status changed, whose dependents are the caller's to count.

    `places` are the objectives and parents of those that move.
    """
    by_key = {known.tasks[change.new.ref].key: change for change in changes}
    columns = {key: _columns(change, agents, places.get(change.new.ref)) for key, change in by_key.items()}
    rows = []
    for batch in batches(sorted(columns.items()), BATCH_OF_TEXTS):
        rows += await q.change_imported_tasks(tx, changes=[{"id": key, "changes": changed} for key, changed in batch])
    await _move_subtasks(tx, known, places)
    await _replace_criteria(tx, by_key)
    moved = []
    for row in sorted(rows, key=lambda row: row["id"]):
        task, change = Task.of(row), by_key[row["id"]]
        before = TaskStatus(known.tasks[change.new.ref].status)
        told = _told(change, before)
        if change.new.ref in places:
            objective, parent = places[change.new.ref]
            told["objective"] = None if objective is None else ids.of(ids.OBJECTIVE, objective)
            told["parent"] = None if parent is None else ids.of(ids.TASK, parent)
        if told:
            tx.append_task_event(EventKind.TASK_UPDATED, task, None, {"changes": told})
        if "assignee" in change.parts:
            reviewer = await _name(tx, task.reviewer_id)
            data = {"assignee": change.new.assignee, "reviewer": reviewer}
            tx.append_task_event(EventKind.TASK_ASSIGNED, task, None, data)
            text = f"{ids.of(ids.TASK, task.id)} '{task.title}' is assigned to you."
            tx.notify(
                None if task.finished else task.assignee_id,
                task.room_id,
                InboxKind.ASSIGNED,
                text,
                by=None,
                task=task.id,
            )
        if task.status is not before:
            tx.count_move(task.room_id, before, task.status)
            await _tell_status(tx, task, before)
            moved.append(task)
    await leaving.end_subagents(tx, [task.id for task in moved if task.finished], None)
    return moved


async def _move_subtasks(tx: Transaction, known: Known, places: Mapping[str, Place]) -> None:
    moves = [(known.tasks[ref].key, known.tasks[ref].objective, objective) for ref, (objective, _) in places.items()]
    moves = [move for move in sorted(moves, key=itemgetter(0)) if move[1] != move[2]]
    rows = await q.move_subtasks(
        tx,
        task_ids=[key for key, _, _ in moves],
        froms=[before for _, before, _ in moves],
        tos=[after for _, _, after in moves],
    )
    for row in sorted(rows, key=itemgetter("id")):
        task = Task.of(row)
        objective = None if task.objective_id is None else ids.of(ids.OBJECTIVE, task.objective_id)
        tx.append_task_event(EventKind.TASK_UPDATED, task, None, {"changes": {"objective": objective}})


def _columns(change: Change[NewTask], agents: Mapping[str, int], place: Place | None) -> dict[str, Any]:
    new = change.new
    columns: dict[str, Any] = {
        column: getattr(new, column) for part, column in _TASK_COLUMNS.items() if part in change.parts
    }
    if "assignee" in change.parts:
        columns["assignee_id"] = None if new.assignee is None else agents[new.assignee]
    if place is not None:
        columns["objective_id"], columns["parent_id"] = place
    if "status" in change.parts:
        columns |= {"status": new.status, "result": new.result, "blocked_reason": new.blocked_reason, "attempts": 0}
        columns |= {"finished_at": new.finished_at, "reason_ends": False, "reason_stands": False}
        columns |= {"ready_notice_due": False}
    return columns


async def _replace_criteria(tx: Transaction, changes: Mapping[int, Change[NewTask]]) -> None:
    keys = [key for key, change in changes.items() if "criteria" in change.parts]
    await q.delete_criteria_of(tx, task_ids=keys)
    rows = [
        (key, position, text, met)
        for key in keys
        for position, (text, met) in enumerate(changes[key].new.criteria, start=1)
    ]
    for batch in batches(rows, BATCH_OF_TEXTS):
        task_ids, positions, texts, met = zip(*batch, strict=True)
        await q.import_criteria(tx, task_ids=task_ids, positions=positions, texts=texts, met=met)


def _told(change: Change[NewTask], before: TaskStatus) -> dict[str, Any]:
    """In the contract's words, but for what has an event of its own."""
    new = change.new
    told = {camel_case(column): getattr(new, column) for part, column in _TASK_COLUMNS.items() if part in change.parts}
    if "priority" in told:
        told["priority"] = f"P{new.priority}"
    if "criteria" in change.parts:
        told["criteria"] = [text for text, _ in new.criteria]
    if "status" in change.parts and new.status is before:
        told |= {"reason": new.blocked_reason} if before is TaskStatus.BLOCKED else {"result": new.result}
    return told


async def _tell_status(tx: Transaction, task: Task, before: TaskStatus) -> None:
    match task.status:
        case TaskStatus.DONE:
            tx.append_task_event(EventKind.TASK_DONE, task, None, {"result": task.result, "fence": task.fence})
        case TaskStatus.CANCELLED:
            data = {"reason": task.result, "from": before.value}
            tx.append_task_event(EventKind.TASK_CANCELLED, task, None, data)
        case TaskStatus.BLOCKED:
            blocked: dict[str, object] = {"reason": task.blocked_reason, "dependsOn": []}
            tx.append_task_event(EventKind.TASK_BLOCKED, task, None, blocked)
        case _ if before in FINISHED:
            await _tell_reopened(tx, task, before)
        case _:
            readiness.cleared(tx, task.id, None, resumes=True)


async def _tell_reopened(tx: Transaction, task: Task, before: TaskStatus) -> None:
    tx.append_task_event(EventKind.TASK_REOPENED, task, None, {"reason": REOPENED, "from": before.value})
    for row in await q.started_dependents(tx, task_id=task.id):
        ground = f"{ids.of(ids.TASK, task.id)} '{task.title}', on which your {ids.of(ids.TASK, row['id'])} builds,"
        text = f"{ground} is open again: {REOPENED}"
        tx.notify(row["assignee_id"], row["room_id"], InboxKind.REOPENED, text, by=None, task=row["id"])


async def _name(tx: Transaction, agent: int | None) -> str | None:
    row = None if agent is None else await q.agent_by_id(tx, agent_id=agent)
    return row and row["name"]


async def change_objectives(
    tx: Transaction,
    room: int,
    known: Known,
    agents: Mapping[str, int],
    parents: Mapping[str, int | None],
    changes: Sequence[Change[NewObjective]],
) -> None:
    """Write them, and tell of them; a status is that of one without parts. `parents` are those of what moves."""
    rows, statuses = [], []
    for change in changes:
        new, key = change.new, known.objectives[change.new.ref].key
        columns: dict[str, Any] = {name: getattr(new, name) for name in _OBJECTIVE_COLUMNS if name in change.parts}
        told = {camel_case(name): value for name, value in columns.items()}
        if "owner" in change.parts:
            columns["owner_id"] = None if new.owner is None else agents[new.owner]
            told["owner"] = new.owner
        rows.append({"id": key, "changes": columns})
        if "status" in change.parts:
            statuses.append((key, new.status))
        if told:
            tx.append_event(room, EventKind.OBJECTIVE_UPDATED, objective=key, data={"changes": told})
    for batch in batches(rows, BATCH_OF_TEXTS):
        await q.change_imported_objectives(tx, changes=batch)
    for ref, parent in parents.items():
        before = Objective.of(required(await q.objective_by_id(tx, objective_id=known.objectives[ref].key)))
        await objective_mutations.move_below(tx, before, parent, None)
    for key, status in statuses:
        row = await q.set_objective_status(tx, objective_id=key, status=status)
        if status is ObjectiveStatus.DONE:
            tx.append_event(room, EventKind.OBJECTIVE_FINISHED, objective=key)
        else:
            tx.append_event(
                room, EventKind.OBJECTIVE_UPDATED, objective=key, data={"changes": {"status": status.value}}
            )
        if row is not None and row["parent_id"] is not None:
            await objectives.parts_changed(tx, row["parent_id"], None)
