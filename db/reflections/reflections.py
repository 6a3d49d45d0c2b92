"""What agents say of their work when it is done: what worked, what did not, and what to change."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from db.core import idempotency, ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput, NotFound
from db.core.grouping import grouped
from db.core.queries import q, required
from db.core.records import Reflection, Room, Task
from db.core.transaction import Transaction
from db.goal_tree.references import find_task
from db.reflections import insight_matching
from db.rooms import rooms

_MOST_TAGS = 20
_SAME_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReflection:
    """A reflection to add; the task and the room are references, as the client sent them."""

    task: str | None
    room: str | None
    worked: str
    did_not_work: str
    change: str
    tags: Sequence[str]


async def reflect(database: Database, caller: Caller, new: NewReflection, key: str | None) -> Reflection:
    """Add a reflection, to the insight that it fits or makes; the same words within a day are the same reflection."""
    tags = _checked(new)
    async with database.transaction() as tx:
        task = None if new.task is None else await find_task(tx, caller, new.task)
        found = await _room(tx, caller, new, task)
        caller.must_work(found.id, new.task or new.room or found.name)
        known = await idempotency.stored_answer(tx, caller, "reflect", key, astuple(new))
        if known is not None:
            row = (await q.reflections_by_ids(tx, reflection_ids=[known]))[0]
            if not caller.sees(row["room_id"]):
                raise NotFound(ids.of(ids.REFLECTION, known))
            return Reflection.of(row)
        # Two at once that say the same make one insight.
        await rooms.lock(tx, found.id)
        reflection = await _same(tx, caller, found, task, new) or await _add(tx, caller, found, task, new, tags)
        await idempotency.store_answer(tx, caller, "reflect", key, reflection.id)
    return reflection


async def of_tasks(database: Database, keys: Sequence[int]) -> dict[int, list[Reflection]]:
    """The reflections on each task, oldest first."""
    return grouped(await q.reflections_of_tasks(database, task_ids=keys), "task_id", Reflection.of)


async def of_insights(database: Database, keys: Sequence[int]) -> dict[int, list[Reflection]]:
    """The reflections of each insight, oldest first."""
    return grouped(await q.reflections_of_insights(database, insight_ids=keys), "insight_id", Reflection.of)


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Reflection]:
    """Reflections by key."""
    rows = await q.reflections_by_ids(database, reflection_ids=keys)
    return {row["id"]: Reflection.of(row) for row in rows}


def _checked(new: NewReflection) -> list[str]:
    """Its tags, in small letters and each once, where all of it is within its bounds."""
    validation.text("worked", new.worked)
    validation.text("didNotWork", new.did_not_work)
    validation.text("change", new.change)
    if not new.did_not_work.strip() and not new.change.strip():
        raise BadInput(
            "didNotWork",
            "didNotWork and change are both empty.",
            "Say what did not work, or what should change; where all went well, there is nothing to reflect on.",
        )
    tags = validation.items("tags", new.tags, most=_MOST_TAGS)
    return validation.keys("tags", [tag.strip().casefold() for tag in tags])


async def _room(tx: Transaction, caller: Caller, new: NewReflection, task: Task | None) -> Room:
    if task is None:
        return await rooms.find(tx, caller, new.room)
    if new.room is not None:
        named = await rooms.find(tx, caller, new.room)
        validation.same_room("task", new.task, task.room_id, named.id, "Leave `room` out: the task's is meant.")
    return await rooms.get(tx, task.room_id)


async def _same(
    tx: Transaction, caller: Caller, room: Room, task: Task | None, new: NewReflection
) -> Reflection | None:
    row = await q.same_reflection(
        tx,
        author_id=caller.agent_id,
        room_id=room.id,
        task_id=task.id if task else None,
        since=_same_since(caller, task, required(await q.moment(tx))),
        worked=new.worked,
        did_not_work=new.did_not_work,
        change=new.change,
    )
    return Reflection.of(row) if row else None


def _same_since(caller: Caller, task: Task | None, now: datetime) -> datetime:
    """A holder's words since its claim alone, for a room may ask it to reflect on that claim."""
    since = now - _SAME_WITHIN
    if task is None or task.assignee_id != caller.agent_id or task.claimed_at is None:
        return since
    return max(since, task.claimed_at)


async def _add(
    tx: Transaction, caller: Caller, room: Room, task: Task | None, new: NewReflection, tags: Sequence[str]
) -> Reflection:
    row = await q.insert_reflection(
        tx,
        room_id=room.id,
        author_id=caller.agent_id,
        task_id=task.id if task else None,
        worked=new.worked,
        did_not_work=new.did_not_work,
        change=new.change,
        tags=tags,
    )
    reflection = Reflection.of(required(row))
    tx.append_event(
        room.id,
        EventKind.REFLECTION_ADDED,
        actor=caller.agent_id,
        task=reflection.task_id,
        objective=task.objective_id if task else None,
        data={"reflection": ids.of(ids.REFLECTION, reflection.id)},
    )
    await insight_matching.match(tx, reflection)
    return reflection
