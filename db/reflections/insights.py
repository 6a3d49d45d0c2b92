"""Insights: what several agents learned alike, until somebody makes a task of it or dismisses it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, InsightStatus
from db.core.errors import BadInput, NotFound, WrongStatus
from db.core.pagination import Page, decode, encode
from db.core.queries import q, required
from db.core.records import Insight, Reflection, Task
from db.core.transaction import Transaction
from db.reflections import insight_matching
from db.rooms import rooms
from db.tasks import task_insert
from db.tasks.task_create import BatchTask, NewTask

_CURSOR = "insight"


async def promote(database: Database, caller: Caller, reference: str, task: NewTask | None) -> Task:
    """Make a task of an insight, the one given or one with its title and its reflections; again: the same task."""
    async with database.transaction() as tx:
        insight = await _locked(tx, caller, reference)
        if insight.task_id is not None:
            return Task.of(required(await q.task_by_id(tx, task_id=insight.task_id)))
        _must_be_open(reference, insight)
        room = await rooms.get(tx, insight.room_id)
        new = task or await _task_of(tx, insight)
        await rooms.must_be(tx, caller, "task", new.room, room.id)
        made = (await task_insert.insert(tx, room, caller, [BatchTask(task=new)]))[0]
        await _close(tx, caller, insight, InsightStatus.PROMOTED, task=made)
        return made


async def dismiss(database: Database, caller: Caller, reference: str, reason: str) -> Insight:
    """Decide that nothing comes of it, and say why; two more who say it open it again."""
    if not validation.text("reason", reason).strip():
        raise BadInput("reason", "reason is empty.", "Say why nothing is to come of it.")
    async with database.transaction() as tx:
        insight = await _locked(tx, caller, reference)
        _must_be_open(reference, insight)
        await _close(tx, caller, insight, InsightStatus.DISMISSED, reason=reason)
        return replace(insight, status=InsightStatus.DISMISSED, reason=reason)


async def page(
    database: Database, room_id: int, *, status: InsightStatus | None, first: int, after: str | None
) -> Page[Insight]:
    """The room's insights, best first."""
    most = validation.page("first", first)
    rank, key = decode(_CURSOR, after, float, int) if after is not None else (None, None)
    rows = await q.insights_of_room(
        database, room_id=room_id, status=status, after_rank=rank, after_id=key, most=most + 1
    )
    return Page.of([Insight.of(row) for row in rows], most, _cursor_of, resumed=after is not None)


async def count(database: Database, room_id: int, status: InsightStatus | None) -> int:
    """How many insights the room has."""
    return required(await q.count_insights(database, room_id=room_id, status=status))


async def by_ids(database: Database, keys: Sequence[int]) -> Mapping[int, Insight]:
    """Insights by key."""
    return {row["id"]: Insight.of(row) for row in await q.insights_by_ids(database, insight_ids=keys)}


def _cursor_of(insight: Insight) -> str:
    return encode(_CURSOR, insight.rank, insight.id)


async def _locked(tx: Transaction, caller: Caller, reference: str) -> Insight:
    """The insight, locked behind its room, by a caller who works there."""
    rows = await q.insights_by_ids(tx, insight_ids=[ids.key(ids.INSIGHT, reference)])
    if not rows or not caller.sees(rows[0]["room_id"]):
        raise NotFound(reference, "'room { insights { nodes { id title } } }' lists the insights.")
    caller.must_work(rows[0]["room_id"], reference)
    await rooms.lock(tx, rows[0]["room_id"])
    # Only now does it stay as it is.
    return Insight.of((await q.insights_by_ids(tx, insight_ids=[rows[0]["id"]]))[0])


def _must_be_open(reference: str, insight: Insight) -> None:
    if insight.status is not InsightStatus.OPEN:
        raise WrongStatus(id=reference, status=insight.status.value, allowed=[InsightStatus.OPEN.value])


async def _task_of(tx: Transaction, insight: Insight) -> NewTask:
    rows = await q.reflections_of_insights(tx, insight_ids=[insight.id])
    said = [f"{ids.of(ids.REFLECTION, row['id'])}\n\n{insight_matching.text(Reflection.of(row))}" for row in rows]
    return NewTask(title=insight.title, description="\n\n---\n\n".join(said)[: validation.MAX_TEXT])


async def _close(
    tx: Transaction,
    caller: Caller,
    insight: Insight,
    status: InsightStatus,
    *,
    task: Task | None = None,
    reason: str = "",
) -> None:
    task_id = task.id if task else None
    await q.close_insight(tx, insight_id=insight.id, status=status, task_id=task_id, reason=reason)
    tx.append_event(
        insight.room_id,
        EventKind.INSIGHT_CLOSED,
        actor=caller.agent_id,
        task=task_id,
        data={
            "insight": ids.of(ids.INSIGHT, insight.id),
            "status": status.value,
            "task": None if task is None else ids.of(ids.TASK, task.id),
            "reason": reason,
        },
    )
