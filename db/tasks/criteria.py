"""Done criteria: what must hold for a task to be done, written before the work."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import STARTED, EventKind
from db.core.errors import BadInput, CriteriaFrozen, NotFound, WrongStatus
from db.core.queries import q, required
from db.core.records import Criterion, Task
from db.core.transaction import Transaction
from db.goal_tree.references import UNFINISHED
from db.tasks import readiness
from db.tasks.task_guard import locked_room_and_task

T = TypeVar("T")


def checked(texts: Sequence[str]) -> list[str]:
    """The texts of criteria, within their bounds."""
    for text in validation.items("criteria", texts):
        if not text.strip():
            raise BadInput("criteria", "A criterion is empty.")
        validation.text("criteria", text)
    return list(texts)


def refuse_repeated(references: Sequence[str], form: str) -> None:
    """BAD_INPUT where two of them name one criterion; `form` is what to send for each."""
    if len({reference.upper() for reference in references}) < len(references):
        raise BadInput("criteria", f"criteria names a criterion twice: send one {form} for each.")


async def of_task(tx: Transaction, task: Task) -> list[Criterion]:
    """The criteria of the task, in their order."""
    return [Criterion.of(row) for row in await q.criteria_of(tx, task_id=task.id)]


def with_said(task: Task, criteria: Sequence[Criterion], said: Mapping[str, T]) -> list[tuple[Criterion, T | None]]:
    """The criteria of the task, each with what is said of it under its id.

    Of an id that is none of theirs: a refusal whose hint says which there are.
    """
    known = {criterion.id for criterion in criteria}
    by_key = {}
    for reference, one in said.items():
        if not ids.is_of(ids.CRITERION, reference):
            raise BadInput("id", ids.is_not_of(ids.CRITERION, reference), _which(task, criteria))
        key = ids.key(ids.CRITERION, reference)
        if key not in known:
            raise NotFound(ids.of(ids.CRITERION, key), _which(task, criteria))
        by_key[key] = one
    return [(criterion, by_key.get(criterion.id)) for criterion in criteria]


def _which(task: Task, criteria: Sequence[Criterion]) -> str:
    name = ids.of(ids.TASK, task.id)
    if not criteria:
        return f"{name} has no criteria: leave `criteria` out."
    known = ", ".join(ids.of(ids.CRITERION, criterion.id) for criterion in criteria)
    return f"The criteria of {name} are {known}: 'task(id: \"{name}\") {{ criteria {{ id text }} }}' shows them."


async def set_all(database: Database, caller: Caller, reference: str, criteria: Sequence[str]) -> Task:
    """Say what done means. Once work began, only the creator and the reviewer may, and never the holder."""
    texts = checked(criteria)
    async with locked_room_and_task(database, caller, reference, text="\n".join(texts)) as (tx, room, held):
        task = held.task
        if task.finished:
            raise WrongStatus(id=held.id, status=task.status.value, allowed=UNFINISHED)
        begun = task.status in STARTED
        amends = caller.agent_id in (task.creator_id, task.reviewer_id) and caller.agent_id != task.assignee_id
        if begun and not amends:
            raise CriteriaFrozen(task=held.id)
        if begun and not texts and room.require_done_criteria:
            raise BadInput(
                "criteria", "This room requires criteria, and work on this task has started: keep at least one."
            )
        await replace(tx, task, texts, caller.agent_id)
        return Task.of(required(await q.task_by_id(tx, task_id=task.id)))


async def replace(tx: Transaction, task: Task, texts: Sequence[str], actor: int) -> None:
    """Put these criteria in the place of the old ones. The room's lock is held."""
    await q.delete_criteria(tx, task_id=task.id)
    await q.insert_criteria(tx, task_id=task.id, texts=texts)
    await q.touch_task(tx, task_id=task.id)
    await readiness.recount(tx, [task.id], actor)
    tx.append_task_event(EventKind.TASK_UPDATED, task, actor, {"changes": {"criteria": list(texts)}})
