"""The tasks that an act unblocks: each is told of once, at the end of the transaction, if it can start then."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from db.core import ids
from db.core.enums import EventKind, InboxKind, TaskStatus
from db.core.queries import q
from db.core.transaction import Transaction


@dataclass(frozen=True, slots=True)
class _Clearance:
    """Why a task is clear to go on: words for its owner, and what the event says."""

    cause: str
    actor: int | None
    data: Mapping[str, object]
    # Whether it was BLOCKED: the log tells of the end of that in any case.
    resumes: bool = False
    # Whether its owner hears of it by another item of the same act.
    told: bool = False


@dataclass(frozen=True, slots=True)
class Startable:
    """A task that can start, and whether its owner still has to be told."""

    id: int
    title: str
    room_id: int
    objective_id: int | None
    assignee_id: int | None
    told: bool = False


def clear(
    tx: Transaction,
    task_id: int,
    cause: str,
    actor: int | None,
    *,
    cleared_by: int | None = None,
    resumes: bool = False,
    told: bool = False,
) -> None:
    """Queue the news that nothing on the task's row holds it back; the transaction has that row locked.

    It is told at the end, and only if the task can start then: what else the act changes counts, and what a
    resource or the room's pause holds back is told once they don't. `resumes` is whether it was BLOCKED, `told` whether
    its owner hears of it by another item of the same act.
    """
    data = {"clearedBy": None if cleared_by is None else ids.of(ids.TASK, cleared_by)}
    tx.last_step(_UnblockedTasks).cleared[task_id] = _Clearance(cause, actor, data, resumes, told)


def resource_freed(tx: Transaction, task: Startable, resource: str, actor: int | None) -> None:
    """Queue the news that the task can start, for it can have this resource now; its row need not be locked."""
    why = _Clearance(f"{resource} is free", actor, {"clearedBy": None, "resource": resource})
    tx.last_step(_UnblockedTasks).startable[task.id] = task, why


@dataclass(slots=True)
class _UnblockedTasks:
    cleared: dict[int, _Clearance] = field(default_factory=dict)
    startable: dict[int, tuple[Startable, _Clearance]] = field(default_factory=dict)

    async def run(self, tx: Transaction) -> None:
        """Queue event and item of each task, behind all that the act did."""
        rows = await q.settle_cleared(tx, task_ids=list(self.cleared)) if self.cleared else ()
        settled = {row["id"]: row for row in rows}
        for task_id, why in self.cleared.items():
            row = settled[task_id]
            if row["status"] == TaskStatus.TODO and (row["startable"] or why.resumes):
                place = (row["room_id"], row["objective_id"], row["assignee_id"])
                _tell(tx, Startable(task_id, row["title"], *place, told=why.told), why, ready=row["startable"])
        for task, why in self.startable.values():
            if task.id not in self.cleared:
                _tell(tx, task, why, ready=True)


def _tell(tx: Transaction, task: Startable, why: _Clearance, *, ready: bool) -> None:
    kind, data = EventKind.TASK_UNBLOCKED, {**why.data, "ready": ready}
    tx.append_event(task.room_id, kind, actor=why.actor, task=task.id, objective=task.objective_id, data=data)
    if ready and not task.told:
        text = f"{why.cause}: {ids.of(ids.TASK, task.id)} '{task.title}' is clear to go on."
        tx.notify(task.assignee_id, task.room_id, InboxKind.UNBLOCKED, text, by=why.actor, task=task.id)
