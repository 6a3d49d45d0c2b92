"""Who a task is for: its owner, its reviewer, and what they are told."""

from typing import Literal, TypedDict

from db.conversation import comments
from db.conversation.comments import NewHandoff
from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import STARTED, CommentKind, EventKind, InboxKind, TaskStatus
from db.core.errors import BadInput, HandoffRequired, WrongStatus
from db.core.queries import q, required
from db.core.records import Room, Task
from db.core.transaction import Transaction
from db.goal_tree.references import UNFINISHED, Lookups
from db.resources import resources
from db.rooms import agents, rooms
from db.tasks import reviews
from db.tasks.task_guard import Held, locked_task


class Assignment(TypedDict, total=False):
    """What assignTask may change: what is left out stays, None clears."""

    assignee: str | None
    reviewer: str | None
    role: str | None
    instructions: str | None


async def assign(
    database: Database, caller: Caller, reference: str, changes: Assignment, handoff: NewHandoff | None
) -> Task:
    """Give a task an owner, a reviewer, a role, instructions; held work changes hands, with a handoff if asked for."""
    if handoff is not None:
        handoff.checked()
    late_text = handoff.text() if handoff else ""
    async with locked_task(database, caller, reference, text=late_text) as (tx, held):
        task = held.task
        room = await rooms.get(tx, task.room_id)
        if task.finished:
            raise WrongStatus(id=held.id, status=task.status.value, allowed=UNFINISHED)
        lookups = Lookups(tx, caller, room)
        assignee = await _agent(lookups, changes, "assignee", task.assignee_id)
        reviewer = await _agent(lookups, changes, "reviewer", task.reviewer_id)
        role = validation.text("role", changes.get("role", task.role) or "", most=validation.MAX_KEY)
        instructions = validation.text("instructions", changes.get("instructions", task.instructions) or "")
        moves = assignee != task.assignee_id
        if moves and task.status in STARTED and task.assignee_id is not None:
            _check_move_of_work(held, room, assignee, handoff)
        reviews_it = task.status is TaskStatus.VALIDATING and reviewer != task.reviewer_id
        if reviews_it and reviewer is not None:
            await reviews.require_unrelated_reviewer(tx, task, reviewer)
        row = required(
            await q.assign_task(
                tx,
                task_id=task.id,
                assignee_id=assignee,
                reviewer_id=reviewer,
                role=role,
                instructions=instructions,
                names_reviewer="reviewer" in changes,
                moves=moves and task.status is TaskStatus.DOING,
            )
        )
        if moves:
            await resources.release(tx, held.holds, caller.agent_id, worked=False)
        if handoff is not None:
            body = handoff.text()
            await comments.write(
                tx, room.id, CommentKind.HANDOFF, body, author=caller.agent_id, task=task.id, handoff=handoff
            )
        people = (assignee, reviewer, task.assignee_id, task.reviewer_id)
        named = await agents.by_ids(tx, [key for key in people if key is not None])
        names = [named[key].name if key is not None else None for key in people]
        data = {
            "assignee": names[0],
            "reviewer": names[1],
            "previous": {"assignee": names[2], "reviewer": names[3]},
        }
        loser = task.assignee_id if moves and task.status is TaskStatus.DOING else None
        tx.append_task_event(EventKind.TASK_ASSIGNED, task, caller.agent_id, data, loser=loser)
        if reviews_it:
            text = f"{held.id} '{task.title}' waits for your verdict: reviewTask."
            tx.notify(reviewer, room.id, InboxKind.REVIEW_REQUESTED, text, by=caller.agent_id, task=task.id)
        # A handoff is news to whoever has the task already, too.
        if moves or handoff is not None:
            _notify_assignee(tx, caller, task, assignee, handoff)
        if moves and task.status is TaskStatus.DOING:
            text = f"{held.id} '{task.title}' was taken from you by @{caller.name}: it has another owner now."
            tx.notify(task.assignee_id, task.room_id, InboxKind.LEASE_LOST, text, by=caller.agent_id, task=task.id)
        return Task.of(row)


async def _agent(
    lookups: Lookups, changes: Assignment, role: Literal["assignee", "reviewer"], before: int | None
) -> int | None:
    """Who has the role from now on."""
    reference = changes.get(role)
    if reference is None:
        return None if role in changes else before
    return await lookups.agent(reference)


def _check_move_of_work(held: Held, room: Room, assignee: int | None, handoff: NewHandoff | None) -> None:
    """Begun work changes hands with a handoff, where the room asks for one, and without a lease it keeps an owner."""
    if room.require_handoff and handoff is None:
        raise HandoffRequired(task=held.id)
    if held.task.status is not TaskStatus.DOING and assignee is None:
        raise BadInput("assignee", f"{held.id} is {held.task.status}: it must keep an assignee. Send another one.")


def _notify_assignee(
    tx: Transaction, caller: Caller, task: Task, assignee: int | None, handoff: NewHandoff | None
) -> None:
    name = f"{ids.of(ids.TASK, task.id)} '{task.title}'"
    kind = InboxKind.HANDOFF if handoff else InboxKind.ASSIGNED
    how = "is handed to you; read its handoff first." if handoff else "is assigned to you."
    tx.notify(assignee, task.room_id, kind, f"{name} {how}", by=caller.agent_id, task=task.id)
