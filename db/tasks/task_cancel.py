"""Cancelling and reopening tasks, and what follows for the tasks that depend on them."""

from collections.abc import Sequence

from db.conversation import comments
from db.core import ids, rules, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import STARTED, CommentKind, EventKind, InboxKind, TaskStatus
from db.core.errors import BadInput
from db.core.queries import q, required
from db.core.records import Task
from db.core.rules import Move
from db.core.transaction import Transaction
from db.goal_tree import objectives
from db.resources import resources
from db.tasks import leaving, readiness
from db.tasks.task_guard import locked_room_and_task


async def cancel(database: Database, caller: Caller, reference: str, reason: str) -> Task:
    """Give a task up for good: what waited for it waits no more."""
    _reason(reason)
    async with locked_room_and_task(database, caller, reference, text=reason) as (tx, _room, held):
        task = await _cancel(tx, held.task, caller.agent_id, reason)
        await _explain(tx, task, f"Cancelled: {reason}", caller.agent_id)
        await leaving.end_subagents(tx, [task.id], caller.agent_id)
        await resources.release(tx, held.holds, caller.agent_id, worked=False)
        if task.objective_id is not None:
            await objectives.parts_changed(tx, task.objective_id, caller.agent_id)
        return Task.of(required(await q.task_by_id(tx, task_id=task.id)))


async def cancel_open_of(tx: Transaction, objective_ids: Sequence[int], actor: int, reason: str) -> None:
    """Cancel every open task of these objectives, whose room is locked; their own status is the caller's to set."""
    rows = await q.open_tasks_of(tx, objective_ids=objective_ids)
    for row in rows:
        task = await _cancel(tx, Task.of(row), actor, reason)
        await _explain(tx, task, f"Cancelled: {reason}", None)
    await leaving.end_subagents(tx, [row["id"] for row in rows], actor)
    held = {row["id"]: row["requirement_id"] for row in rows if row["status"] == TaskStatus.DOING}
    await resources.release(tx, held, actor, worked=False)


async def _cancel(tx: Transaction, task: Task, actor: int, reason: str) -> Task:
    rules.check_move(task.id, task.status, Move.CANCEL)
    cancelled = Task.of(required(await q.cancel_task(tx, task_id=task.id)))
    data = {"reason": reason, "from": task.status.value}
    loser = task.assignee_id if task.status is TaskStatus.DOING else None
    tx.append_task_event(EventKind.TASK_CANCELLED, task, actor, data, loser=loser)
    tx.count_move(task.room_id, task.status, cancelled.status)
    await readiness.task_ended(tx, cancelled, actor)
    if task.status in STARTED:
        text = f"{ids.of(ids.TASK, task.id)} '{task.title}' was cancelled: {reason}"
        tx.notify(task.assignee_id, task.room_id, InboxKind.LEASE_LOST, text, by=actor, task=task.id)
    return cancelled


async def reopen(database: Database, caller: Caller, reference: str, reason: str) -> Task:
    """Open a finished task again, for anybody: what builds on it waits again, or is told if it has begun."""
    _reason(reason)
    async with locked_room_and_task(database, caller, reference) as (tx, _room, held):
        before = held.task
        rules.check_move(before.id, before.status, Move.REOPEN)
        if before.objective_id is not None:
            await objectives.part_added(tx, before.objective_id, caller.agent_id)
        task = Task.of(required(await q.reopen_task(tx, task_id=before.id)))
        await q.reset_criteria(tx, task_id=task.id)
        await readiness.task_reopened(tx, task, caller.agent_id)
        data = {"reason": reason, "from": before.status.value}
        tx.append_task_event(EventKind.TASK_REOPENED, task, caller.agent_id, data)
        tx.count_move(task.room_id, before.status, task.status)
        await _explain(tx, task, f"Reopened: {reason}", caller.agent_id)
        for row in await q.started_dependents(tx, task_id=task.id):
            ground = f"{ids.of(ids.TASK, task.id)} '{task.title}', on which your {ids.of(ids.TASK, row['id'])} builds,"
            text = f"{ground} is open again: {reason}"
            tx.notify(row["assignee_id"], row["room_id"], InboxKind.REOPENED, text, by=caller.agent_id, task=row["id"])
        if task.objective_id is not None:
            await objectives.parts_changed(tx, task.objective_id, caller.agent_id)
        return Task.of(required(await q.task_by_id(tx, task_id=task.id)))


async def _explain(tx: Transaction, task: Task, body: str, author: int | None) -> None:
    """Say why in a comment: whoever comes to the task reads it there. Without an author it is the server's word."""
    kind = CommentKind.SYSTEM if author is None else CommentKind.DECISION
    await comments.write(tx, task.room_id, kind, body, author=author, task=task.id)


def _reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput("reason", "reason is empty: say why in a sentence.")
    validation.text("reason", reason)
