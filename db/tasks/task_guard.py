"""Lock a task for a write, check its holder, and save the text of writes that come too late."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from db.conversation.comments import preserve_late_text
from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import Role, TaskStatus
from db.core.errors import BadInput, NotFound, NotHolder, StaleLease, WrongStatus
from db.core.queries import q, required
from db.core.records import Criterion, Room, Task, Wait
from db.core.transaction import Transaction
from db.goal_tree.references import find_task
from db.tasks import waits

if TYPE_CHECKING:
    from db.core.statements import LockTasksToEndRow


@dataclass(frozen=True, slots=True)
class Parts:
    """What decides whether a task may end, and what follows: the waits are those for its open subtasks."""

    criteria: Sequence[Criterion]
    open_subtasks: Sequence[Wait]
    has_blockers: bool
    has_dependents: bool
    has_subagents: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A locked task, the name of its owner, whether its lease still runs, and what the write to it says."""

    task: Task
    assignee: str | None
    lease_runs: bool
    by_caller: bool
    text: str
    parts: Parts | None = None

    @property
    def holds(self) -> dict[int, int]:
        """The requirement whose resources it holds, by task: only DOING tasks hold any."""
        return {self.task.id: self.task.requirement_id} if self.task.status is TaskStatus.DOING else {}

    @property
    def id(self) -> str:
        return ids.of(ids.TASK, self.task.id)


@asynccontextmanager
async def locked_task(
    database: Database, caller: Caller, reference: str, *, fence: int | None = None, text: str = ""
) -> AsyncGenerator[tuple[Transaction, Held]]:
    """A transaction with this task locked; what a write says that came too late for its claim is kept as a note."""
    async with preserve_late_text(database, caller), database.transaction() as tx:
        yield tx, await hold(tx, caller, reference, fence=fence, text=text)


@asynccontextmanager
async def locked_room_and_task(
    database: Database,
    caller: Caller,
    reference: str,
    *,
    fence: int | None = None,
    text: str = "",
    to_end: bool = False,
) -> AsyncGenerator[tuple[Transaction, Room, Held]]:
    """As `locked_task`, with the room locked before: for what changes what tasks wait for, or the goal tree's shape.

    `to_end`: with its parts, for an act that ends it.

    The room comes first in every transaction, then tasks and objectives, then what they hold, the inboxes, and the log.
    """
    async with preserve_late_text(database, caller), database.transaction() as tx:
        if caller.role is Role.OBSERVER:
            # Whoever may not change it doesn't hold up those who do.
            caller.must_work((await find_task(tx, caller, reference)).room_id, reference)
        key = ids.key(ids.TASK, reference)
        room = await q.lock_room_of_task(tx, task_id=key, room_ids=caller.visible_rooms)
        if room is None:
            raise NotFound(reference)
        if to_end:
            row = next(iter(await q.lock_tasks_to_end(tx, room_id=room["id"], task_ids=[key])), None)
            held = held_to_end(row, caller, reference, fence=fence, text=text)
        else:
            held = await hold(tx, caller, reference, fence=fence, text=text)
        yield tx, Room.of(room), held


async def hold(tx: Transaction, caller: Caller, reference: str, *, fence: int | None = None, text: str = "") -> Held:
    """Lock the task for a write by anyone who works in its room.

    STALE_LEASE where the write is the late one of a claim that is over: it carries an older fence, or it is its
    holder's after the lease ran out. `text` is what it says, which is then kept.
    """
    row = await q.lock_task(tx, task_id=ids.key(ids.TASK, reference))
    return _held(row, caller, reference, fence, text)


def held_to_end(
    row: "LockTasksToEndRow | None", caller: Caller, reference: str, *, fence: int | None, text: str
) -> Held:
    """As `hold`, of a task that was locked to be ended: with its parts."""
    held = _held(row, caller, reference, fence, text)
    ending = required(row)
    parts = Parts(
        [Criterion.of(one) for one in ending["criteria"]],
        waits.subtasks(ending["open_subtasks"]),
        ending["has_blockers"],
        ending["has_dependents"],
        ending["has_subagents"],
    )
    return replace(held, parts=parts)


def _held(row: Any, caller: Caller, reference: str, fence: int | None, text: str) -> Held:
    if row is None:
        raise NotFound(reference)
    caller.must_work(row["room_id"], reference)
    task = Task.of(row)
    mine = task.status is TaskStatus.DOING and task.assignee_id == caller.agent_id
    if fence is not None and fence > task.fence:
        raise BadInput("fence", f"{reference} has never had the fence {fence}; its fence is {task.fence}.")
    if (fence is not None and fence < task.fence) or (mine and not row["lease_runs"]):
        holder = row["assignee_name"] if row["lease_runs"] else None
        raise StaleLease(task=ids.of(ids.TASK, task.id), fence=task.fence, holder=holder, text=text)
    return Held(task, row["assignee_name"], row["lease_runs"], mine, text)


async def require_holder(tx: Transaction, held: Held, caller: Caller) -> None:
    """NOT_HOLDER for anybody but the task's holder; WRONG_STATUS where nobody could be it."""
    if not held.by_caller:
        await require_owner(tx, held, caller, (TaskStatus.DOING,))


async def require_owner(tx: Transaction, held: Held, caller: Caller, statuses: Sequence[TaskStatus]) -> None:
    """NOT_HOLDER unless the caller owns the task, WRONG_STATUS unless it has one of these statuses.

    What a former holder says is kept, as with an old fence.
    """
    task = held.task
    mine = task.assignee_id == caller.agent_id
    if task.finished or (mine and task.status not in (*statuses, TaskStatus.TODO)):
        allowed = [status.value for status in statuses]
        text = "" if mine and task.status is not TaskStatus.CANCELLED else await late_text(tx, held, caller)
        raise WrongStatus(id=held.id, status=task.status.value, allowed=allowed, text=text)
    if not mine or task.status not in statuses:
        holder = held.assignee if task.status in statuses else None
        raise NotHolder(task=held.id, holder=holder, text=await late_text(tx, held, caller))


async def late_text(tx: Transaction, held: Held, caller: Caller) -> str:
    """What the write says, if its author once held the task."""
    if held.text and await q.has_held(tx, task_id=held.task.id, agent_id=caller.agent_id):
        return held.text
    return ""
