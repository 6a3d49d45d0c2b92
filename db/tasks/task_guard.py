"""Who holds a task, and what becomes of a write by somebody who holds it no more."""

from dataclasses import dataclass

from db.core import ids
from db.core.callers import Caller
from db.core.errors import BadInput, NotFound, NotHolder, StaleLease, WrongStatus
from db.core.queries import q
from db.core.records import Task, TaskStatus
from db.core.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Held:
    """A locked task, the name of its owner, and whether its lease still runs."""

    task: Task
    assignee: str | None
    lease_runs: bool
    by_caller: bool

    @property
    def holds(self) -> dict[int, int]:
        """The requirement whose resources it holds, which only a task in work does, as they are freed."""
        return {self.task.id: self.task.requirement_id} if self.task.status is TaskStatus.DOING else {}

    @property
    def id(self) -> str:
        return ids.of(ids.TASK, self.task.id)


async def hold(tx: Transaction, caller: Caller, reference: str, *, fence: int | None = None, text: str = "") -> Held:
    """Lock the task for a write by anyone who works in its room.

    STALE_LEASE where the write is the late one of a claim that is over: it carries an older fence, or it is its
    holder's after the lease ran out. `text` is what it says, which is then kept.
    """
    row = await q.lock_task(tx, task_id=ids.key(ids.TASK, reference))
    if row is None:
        raise NotFound(reference)
    caller.must_work(row["room_id"], reference)
    task = Task.of(row)
    mine = task.status is TaskStatus.DOING and task.assignee_id == caller.agent_id
    if fence is not None and fence > task.fence:
        raise BadInput("fence", f"{reference} has had {task.fence} claims; none has the fence {fence}.")
    if (fence is not None and fence < task.fence) or (mine and not row["lease_runs"]):
        holder = row["assignee_name"] if row["lease_runs"] else None
        raise StaleLease(task=ids.of(ids.TASK, task.id), fence=task.fence, holder=holder, text=text)
    return Held(task, row["assignee_name"], row["lease_runs"], mine)


async def hold_own(
    tx: Transaction, caller: Caller, reference: str, *, fence: int | None = None, text: str = ""
) -> Held:
    """As `hold`, for what its holder alone may do: else NOT_HOLDER, or WRONG_STATUS where nobody could."""
    held = await hold(tx, caller, reference, fence=fence, text=text)
    if not held.by_caller:
        task = held.task
        owned = task.assignee_id == caller.agent_id and task.status in (TaskStatus.BLOCKED, TaskStatus.VALIDATING)
        if task.finished or owned:
            raise WrongStatus(id=held.id, status=task.status.value, allowed=[TaskStatus.DOING.value])
        raise NotHolder(task=held.id, holder=held.assignee if task.status is TaskStatus.DOING else None)
    return held
