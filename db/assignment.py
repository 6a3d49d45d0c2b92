"""Who a task is for: its owner, its reviewer, and what they are told."""

from typing import TypedDict

from db import agents, bounds, comments, ids, rooms
from db.callers import Caller
from db.comments import NewHandoff, late_words_kept
from db.database import Act, Database
from db.holding import hold
from db.lookups import UNFINISHED, Lookups
from db.queries import q
from db.records import STARTED, CommentKind, EventKind, InboxKind, Task, TaskStatus
from db.refusals import BadInput, HandoffRequired, WrongStatus


class Assignment(TypedDict, total=False):
    """What assignTask may change: what is left out stays, None clears."""

    assignee: str | None
    reviewer: str | None
    instructions: str | None


async def assign(
    database: Database, caller: Caller, reference: str, changes: Assignment, handoff: NewHandoff | None
) -> Task:
    """Give a task an owner, a reviewer, instructions; held work changes hands, with a handoff if asked for."""
    if handoff is not None:
        handoff.checked()
    async with late_words_kept(database, caller), database.act() as act:
        held = await hold(act, caller, reference, text=handoff.text() if handoff else "")
        task = held.task
        room = await rooms.get(act, task.room_id)
        if task.finished:
            raise WrongStatus(id=held.id, status=task.status.value, allowed=UNFINISHED)
        lookups = Lookups(act, caller, room)
        assignee, reviewer = task.assignee_id, task.reviewer_id
        if "assignee" in changes:
            assignee = await lookups.agent(changes["assignee"]) if changes["assignee"] is not None else None
        if "reviewer" in changes:
            reviewer = await lookups.agent(changes["reviewer"]) if changes["reviewer"] is not None else None
        instructions = bounds.text("instructions", changes.get("instructions", task.instructions) or "")
        moves = assignee != task.assignee_id
        leaves_work = moves and task.assignee_id is not None and task.status in STARTED
        if leaves_work and room.require_handoff and handoff is None:
            raise HandoffRequired(task=held.id)
        if task.status in (TaskStatus.BLOCKED, TaskStatus.VALIDATING) and assignee is None and moves:
            raise BadInput("assignee", f"{held.id} is {task.status}: it keeps an owner. Name another one.")
        row = await q.assign_task(
            act,
            task_id=task.id,
            assignee_id=assignee,
            reviewer_id=reviewer,
            instructions=instructions,
            moves=moves and task.status is TaskStatus.DOING,
        )
        if handoff is not None:
            body = handoff.text()
            await comments.write(
                act, room.id, CommentKind.HANDOFF, body, author=caller.agent_id, task=task.id, handoff=handoff
            )
        named = await agents.by_ids(act, [key for key in (assignee, reviewer) if key is not None])
        data = {
            "assignee": named[assignee].name if assignee is not None else None,
            "reviewer": named[reviewer].name if reviewer is not None else None,
        }
        act.record(
            room.id,
            EventKind.TASK_ASSIGNED,
            actor=caller.agent_id,
            task=task.id,
            objective=task.objective_id,
            data=data,
        )
        if moves:
            _tell_of_move(act, caller, task, assignee, handoff)
        return Task.of(row)


def _tell_of_move(act: Act, caller: Caller, task: Task, assignee: int | None, handoff: NewHandoff | None) -> None:
    name = f"{ids.of(ids.TASK, task.id)} '{task.title}'"
    kind = InboxKind.HANDOFF if handoff else InboxKind.ASSIGNED
    how = "is handed to you; read its handoff first." if handoff else "is assigned to you."
    act.tell(assignee, task.room_id, kind, f"{name} {how}", by=caller.agent_id, task=task.id)
    if task.status is TaskStatus.DOING:
        text = f"{name} was taken from you by @{caller.name}: it has another owner now."
        act.tell(task.assignee_id, task.room_id, InboxKind.LEASE_LOST, text, by=caller.agent_id, task=task.id)
