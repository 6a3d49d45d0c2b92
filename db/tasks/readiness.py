"""What a task waits for, counted on its row, and the notifications when it becomes ready.

Every act that changes what tasks wait for holds the room's lock and calls one of these functions, in its own
transaction: so `ready` is never seen to differ from what it follows from. Only the clock needs no lock: a schedule that
has come concerns one row, and is looked at again once that row is locked.
"""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from db.core import ids
from db.core.database import Database
from db.core.enums import EventKind, TaskStatus
from db.core.errors import DependencyCycle
from db.core.queries import q
from db.core.records import Room, Task
from db.core.transaction import Transaction
from db.events import unblocked_tasks

# What one transaction clears at most.
_BATCH = 500


async def recount(tx: Transaction, tasks: Sequence[int], actor: int | None) -> None:
    """Set what these tasks wait for from scratch, but for their tracks, and tell of those that became ready."""
    _notify(tx, await q.recount(tx, task_ids=tasks), actor)


async def settle_track(tx: Transaction, room_id: int, objective_id: int | None, track: str, actor: int | None) -> None:
    """Let the first unfinished task of the track start, and none behind it."""
    await _settle_track(tx, room_id, objective_id, track, actor, None)


async def leave_track(tx: Transaction, task_id: int) -> None:
    """The task is on no track any more, so it waits for none."""
    await q.leave_track(tx, task_id=task_id)


async def task_ended(
    tx: Transaction, task: Task, actor: int | None, *, has_blockers: bool = True, has_dependents: bool = True
) -> None:
    """The task is done or cancelled: whatever waited for it waits for one thing less.

    False is said by those who know, under the room's lock, that there is no such edge.
    """
    if has_blockers:
        await q.shift_blockers(tx, task_id=task.id, by=-1)
    if has_dependents:
        _notify(tx, await q.shift_dependents(tx, task_id=task.id, by=-1), actor, cleared_by=task)
    if task.track is not None:
        await _settle_track(tx, task.room_id, task.objective_id, task.track, actor, task)


async def task_reopened(tx: Transaction, task: Task, actor: int | None) -> None:
    """The task is unfinished again: what depends on it waits again, and so may the task itself."""
    await q.shift_blockers(tx, task_id=task.id, by=1)
    await q.shift_dependents(tx, task_id=task.id, by=1)
    await recount(tx, [task.id], actor)
    if task.track is not None:
        await _settle_track(tx, task.room_id, task.objective_id, task.track, actor, None)
    await refuse_cycles(tx, [task.id])


async def drafts_changed(tx: Transaction, objective_ids: Sequence[int], in_draft: bool, actor: int | None) -> None:  # noqa: FBT001  # the new value of the column
    """These objectives are below a draft now, or no longer: `in_draft` was just set on them."""
    _notify(tx, await q.set_drafts(tx, objective_ids=objective_ids, in_draft=in_draft), actor)


async def criteria_rule_changed(tx: Transaction, room: Room, actor: int | None) -> None:
    """The room began, or ceased, to ask for criteria before work starts."""
    rows = await q.apply_criteria_rule(tx, room_id=room.id, required=room.require_done_criteria)
    _notify(tx, rows, actor)


async def clear_schedules(database: Database) -> int:
    """Let the tasks start whose notBefore has come; answers how many."""
    async with database.transaction() as tx:
        rows = await q.clear_schedules(tx, most=_BATCH)
        _notify(tx, rows, None)
    return len(rows)


async def notify_startable(database: Database) -> int:
    """Tell of tasks that were cleared while a resource or the room's pause held them back, and can start now."""
    async with database.transaction() as tx:
        rows = await q.take_ready_notices(tx, room_id=None, most=_BATCH)
        for row in rows:
            cleared(tx, row["id"], None)
    return len(rows)


async def room_resumed(tx: Transaction, room_id: int, actor: int) -> None:
    """Tell of what was cleared during the room's pause; of more than a batch the sweeper tells."""
    for row in await q.take_ready_notices(tx, room_id=room_id, most=_BATCH):
        cleared(tx, row["id"], actor)


async def recompute(tx: Transaction, room_id: int) -> None:
    """Set everything that is stored about waiting in a room from scratch, and tell nobody: after a bulk load."""
    await q.recount(tx, task_ids=[row["id"] for row in await q.room_task_ids(tx, room_id=room_id)])
    for row in await q.room_tracks(tx, room_id=room_id):
        await q.settle_track(tx, room_id=room_id, objective_id=row["objective_id"], track=row["track"])


async def refuse_cycles(tx: Transaction, tasks: Sequence[int]) -> None:
    """DEPENDENCY_CYCLE where one of these tasks waits for itself, over dependencies, tracks and subtasks together."""
    graph: dict[int, set[int]] = {}
    for row in await q.waits_reached_from(tx, task_ids=tasks):
        graph.setdefault(row["task_id"], set()).add(row["on_id"])
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        # graphlib names each node before the one that waits for it.
        path: list[int] = cycle.args[1][:0:-1]
        first = next((at for at, task in enumerate(path) if task in tasks), 0)
        round_trip = [*path[first:], *path[: first + 1]]
        raise DependencyCycle(path=[ids.of(ids.TASK, task) for task in round_trip]) from None


async def _settle_track(
    tx: Transaction, room_id: int, objective_id: int | None, track: str, actor: int | None, cleared_by: Task | None
) -> None:
    rows = await q.settle_track(tx, room_id=room_id, objective_id=objective_id, track=track)
    _notify(tx, rows, actor, cleared_by=cleared_by)


def _notify(tx: Transaction, rows: Sequence[Any], actor: int | None, *, cleared_by: Task | None = None) -> None:
    """Queue the news of each row that became clear; the words of a block that ended before that stand in the log."""
    for row in rows:
        resumes = row.get("resumes", False)
        if resumes or (row["ready"] and not row["was_ready"]):
            cleared(tx, row["id"], actor, cleared_by=cleared_by, resumes=resumes)
        elif row.get("reason_over"):
            tx.append_task_event(EventKind.TASK_UPDATED, Task.of(row), actor, {"changes": {"reason": None}})


def cleared(
    tx: Transaction, task_id: int, actor: int | None, *, cleared_by: Task | None = None, resumes: bool = False
) -> None:
    """Notify the task's owner of it once the task can start, unless that is the owner's own doing."""
    by = cleared_by.id if cleared_by else None
    unblocked_tasks.clear(tx, task_id, _cause(cleared_by), actor, cleared_by=by, resumes=resumes)


def _cause(cleared_by: Task | None) -> str:
    if cleared_by is None:
        return "All is clear"
    end = "was cancelled" if cleared_by.status is TaskStatus.CANCELLED else "is finished"
    return f"{ids.of(ids.TASK, cleared_by.id)} '{cleared_by.title}' {end}"
