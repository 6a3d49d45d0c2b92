"""What a holder does with its task while it works on it: renew, write, give back, block."""

from collections.abc import Sequence

from db.conversation import comments
from db.conversation.comments import NewHandoff
from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind, DependencyKind, EventKind, TaskStatus
from db.core.errors import BadInput, HandoffRequired, WrongStatus
from db.core.queries import q, required
from db.core.records import Task
from db.core.transaction import Transaction
from db.events import unblocked_tasks
from db.goal_tree.references import find_task
from db.resources import resources
from db.rooms import rooms
from db.tasks import announcements, dependencies, readiness
from db.tasks.task_guard import Held, locked_room_and_task, locked_task, require_holder, require_owner


async def renew(
    database: Database,
    caller: Caller,
    reference: str,
    *,
    fence: int | None = None,
    lease_seconds: int | None = None,
    quiet_seconds: int | None = None,
) -> Task:
    """Hold the task for longer; with `quiet_seconds`, through a silence that is announced."""
    if lease_seconds is not None:
        validation.integer("leaseSeconds", lease_seconds, 1, validation.MAX_LEASE)
    if quiet_seconds is not None:
        validation.integer("quietSeconds", quiet_seconds, 1, validation.MAX_DURATION)
    async with locked_task(database, caller, reference, fence=fence) as (tx, held):
        await require_holder(tx, held, caller)
        return await _renew(tx, held, lease_seconds, quiet_seconds)


async def _renew(
    tx: Transaction, held: Held, lease_seconds: int | None = None, quiet_seconds: int | None = None
) -> Task:
    return Task.of(
        required(
            await q.renew_lease(tx, task_id=held.task.id, lease_seconds=lease_seconds, quiet_seconds=quiet_seconds)
        )
    )


async def release(
    database: Database, caller: Caller, reference: str, *, handoff: NewHandoff | None, fence: int | None = None
) -> Task:
    """Give the task back for anybody to take, with a handoff where the room asks for one."""
    if handoff is not None:
        handoff.checked()
    late_text = handoff.text() if handoff else ""
    async with locked_task(database, caller, reference, fence=fence, text=late_text) as (tx, held):
        task = held.task
        await require_owner(tx, held, caller, (TaskStatus.DOING, TaskStatus.BLOCKED))
        room = await rooms.get(tx, task.room_id)
        if room.require_handoff and handoff is None:
            raise HandoffRequired(task=held.id)
        row = required(await q.release_task(tx, task_id=task.id))
        await resources.release(tx, held.holds, caller.agent_id, worked=False)
        if handoff is not None:
            body = handoff.text()
            await comments.write(
                tx, room.id, CommentKind.HANDOFF, body, author=caller.agent_id, task=task.id, handoff=handoff
            )
        tx.append_task_event(EventKind.TASK_RELEASED, task, caller.agent_id)
        return Task.of(row)


async def write_notes(
    database: Database, caller: Caller, reference: str, text: str, *, append: bool, fence: int | None = None
) -> Task:
    """Write the page that the task's holders keep; it counts as progress."""
    validation.text("text", text)
    async with locked_task(database, caller, reference, fence=fence, text=text) as (tx, held):
        task = held.task
        await require_owner(tx, held, caller, (TaskStatus.DOING, TaskStatus.BLOCKED, TaskStatus.VALIDATING))
        if append and task.notes and len(task.notes) + len(text) + 2 > validation.MAX_TEXT:
            raise BadInput(
                "text", f"The notes would exceed {validation.MAX_TEXT} characters: replace them instead of appending."
            )
        await q.write_notes(tx, task_id=task.id, text=text, append=append)
        if held.by_caller:
            await _renew(tx, held)
        # Of a long page only what is new goes into the log: everybody who follows the room gets it.
        data = {"changes": {"notes": text}} | ({"append": True} if append else {})
        tx.append_task_event(EventKind.TASK_UPDATED, task, caller.agent_id, data)
        return Task.of(required(await q.task_by_id(tx, task_id=task.id)))


async def block(
    database: Database,
    caller: Caller,
    reference: str,
    *,
    reason: str | None,
    depends_on: Sequence[str] = (),
    fence: int | None = None,
) -> Task:
    """Block a task that can't go on: its holder keeps it without a lease, and is notified when it can go on."""
    if reason is None and not depends_on:
        raise BadInput("reason", "Say what the task waits for: send `reason`, `dependsOn`, or both.")
    if reason is not None:
        if not reason.strip():
            raise BadInput("reason", "reason is empty: say why in a sentence.")
        validation.text("reason", reason)
    locked = locked_room_and_task(database, caller, reference, fence=fence, text=reason or "")
    async with locked as (tx, room, held):
        await require_holder(tx, held, caller)
        task = held.task
        blockers = []
        for blocker_reference in validation.items("dependsOn", depends_on):
            blocker = await find_task(tx, caller, blocker_reference)
            validation.same_room("dependsOn", blocker_reference, blocker.room_id, room.id)
            blockers.append(blocker)
        for blocker in blockers:
            await dependencies.link(tx, caller, task, blocker, DependencyKind.BLOCKS)
        if blockers:
            await readiness.refuse_cycles(tx, [task.id])
        await q.end_reason_with(tx, task_id=task.id, depends_on_ids=[blocker.id for blocker in blockers])
        waits = any(not blocker.finished for blocker in blockers)
        # Words that came with waits end with them: where all are over already, at once.
        words = reason if waits or not blockers else None
        row = required(await q.block_task(tx, task_id=task.id, reason=words, reason_ends=waits and words is not None))
        tx.append_task_event(
            EventKind.TASK_BLOCKED,
            task,
            caller.agent_id,
            {"reason": reason, "dependsOn": [ids.of(ids.TASK, blocker.id) for blocker in blockers]},
        )
        await resources.release(tx, held.holds, caller.agent_id, worked=False)
        if row["status"] == TaskStatus.TODO:
            # By the server: the owner could not know that what it waits for was over.
            last = max(blockers, key=lambda blocker: (blocker.finished_at or task.created_at, blocker.id))
            readiness.cleared(tx, task.id, None, cleared_by=last, resumes=True)
        else:
            await announcements.blocked(tx, task, caller.name, words)
        return Task.of(row)


async def unblock(database: Database, caller: Caller, reference: str) -> Task:
    """Take back the reason that blockTask gave; open dependencies still block."""
    async with locked_room_and_task(database, caller, reference) as (tx, _room, held):
        task = held.task
        if task.status is not TaskStatus.BLOCKED:
            raise WrongStatus(id=held.id, status=task.status.value, allowed=[TaskStatus.BLOCKED.value])
        after = Task.of(required(await q.unblock_task(tx, task_id=task.id)))
        goes_on = after.status is TaskStatus.TODO
        if goes_on:
            unblocked_tasks.clear(tx, task.id, f"@{caller.name} unblocked it", caller.agent_id, resumes=True)
        else:
            tx.append_task_event(EventKind.TASK_UPDATED, task, caller.agent_id, {"changes": {"reason": None}})
        return after
