"""What tasks wait for, for people and agents to read: the facts behind the stored `ready`."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from db.core import ids
from db.core.database import Database
from db.core.enums import TaskStatus, WaitKind
from db.core.grouping import grouped
from db.core.queries import q
from db.core.records import Task, Wait
from db.core.transaction import Transaction
from db.resources import resources


async def waits_of(on: Database | Transaction, tasks: Sequence[Task]) -> dict[int, list[Wait]]:
    """Everything that each of these tasks waits for, in seven statements. SUBTASK holds back its end, others its start.

    What a finished task waited for is no wait any more.
    """
    unfinished = [task for task in tasks if not task.finished]
    keys = [task.id for task in unfinished]
    blocked = partial(_on_task, WaitKind.DEPENDENCY, "{} is unfinished")
    behind = partial(_on_task, WaitKind.TRACK, "{} comes before it on its track")
    blockers = grouped(await q.open_blockers(on, task_ids=keys), "task_id", blocked)
    ahead = grouped(await q.ahead_on_tracks(on, task_ids=keys), "task_id", behind)
    asked = [task.id for task in unfinished if task.open_proposals]
    questions = grouped(await q.open_proposals_of(on, task_ids=asked), "task_id", _on_proposal) if asked else {}
    subtasks = grouped(await q.unfinished_subtasks(on, task_ids=keys), "task_id", _incomplete)
    drafted = sorted({task.objective_id for task in unfinished if task.waits_for_objective and task.objective_id})
    drafts = {row["asked"]: row for row in await q.drafts_above(on, objective_ids=drafted)}
    lacking = await resources.unavailable(
        on, sorted({t.requirement_id for t in unfinished if t.status is TaskStatus.TODO})
    )
    paused = {
        row["id"] for row in await q.rooms_by_ids(on, room_ids=sorted({t.room_id for t in unfinished})) if row["paused"]
    }
    return {task.id: [] for task in tasks} | {
        task.id: [
            *blockers.get(task.id, ()),
            *ahead.get(task.id, ()),
            *(_before_start(task, drafts, paused=task.room_id in paused) if task.status is TaskStatus.TODO else ()),
            *(map(resources.wait_for, lacking.get(task.requirement_id, ())) if task.status is TaskStatus.TODO else ()),
            *questions.get(task.id, ()),
            *(_reason(task) if task.status is TaskStatus.BLOCKED else ()),
            *subtasks.get(task.id, ()),
        ]
        for task in unfinished
    }


def subtasks(rows: Iterable[Mapping[str, Any]]) -> list[Wait]:
    """The waits for these subtasks, which are unfinished."""
    return [_incomplete(row) for row in rows]


def facts(waits: Sequence[Wait]) -> list[Mapping[str, object]]:
    """As they stand in a refusal."""
    return [wait.facts() for wait in waits]


def _on_task(kind: WaitKind, how: str, row: Any) -> Wait:
    return Wait(kind, how.format(f"{ids.of(ids.TASK, row['id'])} '{row['title']}'"), task_id=row["id"])


_incomplete = partial(_on_task, WaitKind.SUBTASK, "its subtask {} is unfinished")


def _on_proposal(row: Any) -> Wait:
    reason = f"{ids.of(ids.PROPOSAL, row['id'])} '{row['title']}' is undecided"
    return Wait(WaitKind.PROPOSAL, reason, proposal_id=row["id"], until=row["closes_at"])


def _before_start(task: Task, drafts: Mapping[int, Any], *, paused: bool) -> list[Wait]:
    found = []
    if task.waits_for_criteria:
        found.append(Wait(WaitKind.CRITERIA, "it has no criteria yet, and the room asks for them: setCriteria"))
    if task.waits_for_schedule and task.not_before is not None:
        reason = f"it starts no earlier than {task.not_before:%Y-%m-%d %H:%M:%S} UTC"
        found.append(Wait(WaitKind.SCHEDULE, reason, until=task.not_before))
    draft = drafts.get(task.objective_id or 0) if task.waits_for_objective else None
    if draft is not None:
        reason = f"{ids.of(ids.OBJECTIVE, draft['id'])} '{draft['title']}' is a draft"
        found.append(Wait(WaitKind.OBJECTIVE, reason, objective_id=draft["id"]))
    if paused:
        found.append(Wait(WaitKind.PAUSED, "the room is paused"))
    return found


def _reason(task: Task) -> list[Wait]:
    return [] if task.blocked_reason is None else [Wait(WaitKind.REASON, task.blocked_reason)]
