"""What tasks wait for, for people and agents to read: the facts behind the stored `ready`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from db.core import ids
from db.core.database import Database
from db.core.enums import WaitKind
from db.core.queries import q
from db.core.records import Resource, Task, Wait
from db.core.transaction import Transaction
from db.resources import resources

if TYPE_CHECKING:
    from db.core.statements import WaitsOfTasksRow

# What a wait says, of the task or objective that it is for.
_REASONS = {
    WaitKind.DEPENDENCY: "{} is unfinished",
    WaitKind.TRACK: "{} comes before it on its track",
    WaitKind.SUBTASK: "its subtask {} is unfinished",
    WaitKind.OBJECTIVE: "{} is a draft",
    WaitKind.CRITERIA: "it has no criteria yet, and the room asks for them: setCriteria",
    WaitKind.PAUSED: "the room is paused",
}


async def waits_of(on: Database | Transaction, tasks: Sequence[Task]) -> dict[int, list[Wait]]:
    """Everything that each of these tasks waits for: SUBTASK holds back its end, others its start."""
    return await waits_by_task(on, [task.id for task in tasks])


async def waits_by_task(on: Database | Transaction, task_ids: Sequence[int]) -> dict[int, list[Wait]]:
    """As `waits_of`, by the tasks' keys. What a finished task waited for is no wait any more."""
    found: dict[int, list[Wait]] = {task_id: [] for task_id in task_ids}
    for row in await q.waits_of_tasks(on, task_ids=task_ids):
        found[row["task_id"]].append(_wait(row))
    return found


def subtasks(rows: Iterable[Mapping[str, Any]]) -> list[Wait]:
    """The waits for these subtasks, which are unfinished."""
    return [_on_task(WaitKind.SUBTASK, row["id"], row["title"]) for row in rows]


def facts(waits: Sequence[Wait]) -> list[Mapping[str, object]]:
    """As they stand in a refusal."""
    return [wait.facts() for wait in waits]


def _wait(row: "WaitsOfTasksRow") -> Wait:
    kind, other, title = WaitKind(row["kind"]), row["other_id"], row["title"] or ""
    match kind:
        case WaitKind.RESOURCE:
            return resources.wait_for(Resource.of(row))
        case WaitKind.REASON:
            return Wait(kind, title)
        case WaitKind.SCHEDULE:
            return Wait(kind, f"it starts no earlier than {row['until']:%Y-%m-%d %H:%M:%S} UTC", until=row["until"])
        case WaitKind.PROPOSAL:
            reason = f"{_named(ids.PROPOSAL, other, title)} is undecided"
            return Wait(kind, reason, proposal_id=other, until=row["until"])
        case WaitKind.OBJECTIVE:
            return Wait(kind, _REASONS[kind].format(_named(ids.OBJECTIVE, other, title)), objective_id=other)
    return Wait(kind, _REASONS[kind]) if other is None else _on_task(kind, other, title)


def _on_task(kind: WaitKind, other: int, title: str) -> Wait:
    return Wait(kind, _REASONS[kind].format(_named(ids.TASK, other, title)), task_id=other)


def _named(letter: str, key: int | None, title: str) -> str:
    return f"{ids.of(letter, key or 0)} '{title}'"
