"""Objectives: how they finish by themselves, come back, and leave the slim lists."""

from collections.abc import Sequence

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, ObjectiveStatus
from db.core.errors import NotFound, WrongStatus
from db.core.queries import q, required
from db.core.records import Objective
from db.core.transaction import Transaction
from db.rooms import rooms

# What one transaction archives at most.
_BATCH = 100


async def find(on: Database | Transaction, caller: Caller, reference: str) -> Objective:
    """The objective of this id; NOT_FOUND where the caller may not see its room."""
    row = await q.objective_by_id(on, objective_id=ids.key(ids.OBJECTIVE, reference))
    if row is None:
        raise NotFound(reference)
    caller.must_see(row["room_id"], reference)
    return Objective.of(row)


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Objective]:
    """Objectives by key."""
    return {row["id"]: Objective.of(row) for row in await q.objectives_by_ids(database, objective_ids=keys)}


async def subtree(on: Database | Transaction, *objective_ids: int) -> list[int]:
    """The keys of the objectives, which come first, and of all below them."""
    rows = await q.objectives_below(on, objective_ids=objective_ids)
    return [row["id"] for row in rows]


async def part_added(tx: Transaction, objective_id: int, actor: int | None) -> None:
    """Unarchive the objective and those above it, as work is about to be added. The room's lock is held.

    WRONG_STATUS where it is cancelled: nothing is added to what was given up.
    """
    objective = await must_take_parts(tx, objective_id)
    await unarchive(tx, objective.room_id, [objective_id], actor)


async def must_take_parts(tx: Transaction, objective_id: int) -> Objective:
    """The objective, locked; WRONG_STATUS where it is cancelled."""
    objective = Objective.of(required(await q.lock_objective(tx, objective_id=objective_id)))
    if objective.status is ObjectiveStatus.CANCELLED:
        allowed = [status.value for status in ObjectiveStatus if status is not ObjectiveStatus.CANCELLED]
        raise WrongStatus(id=ids.of(ids.OBJECTIVE, objective.id), status=objective.status.value, allowed=allowed)
    return objective


async def unarchive(tx: Transaction, room_id: int, objective_ids: Sequence[int], actor: int | None) -> None:
    """Put these back into the slim lists, where they were archived, with those above the first of them."""
    above = [row["id"] for row in await q.objectives_above(tx, objective_id=objective_ids[0])]
    for row in await q.bring_back_objectives(tx, objective_ids=[*objective_ids, *above]):
        tx.append_event(
            room_id,
            EventKind.OBJECTIVE_UPDATED,
            actor=actor,
            objective=row["id"],
            data={"changes": {"archived": False}},
        )


async def parts_changed(tx: Transaction, objective_id: int, actor: int | None, *, measure_opened: bool = False) -> None:
    """Finish or reopen the objective as its parts require, then those above it. The room's lock is held.

    One that was done by hand may have key results that fall short, and stays done until there is new work, or, as
    `measure_opened` says, a key result was added or falls short again.
    """
    line = await q.objectives_up_with_parts(tx, objective_id=objective_id)
    while line:
        parts, *line = line
        objective = Objective.of(parts)
        complete = parts["has_part"] and not parts["has_open_work"] and not parts["has_open_key_result"]
        opened = parts["has_open_work"] or (measure_opened and objective.id == objective_id)
        if objective.status is ObjectiveStatus.ACTIVE and complete and not objective.standing:
            await q.set_objective_status(tx, objective_id=objective.id, status=ObjectiveStatus.DONE)
            tx.append_event(objective.room_id, EventKind.OBJECTIVE_FINISHED, actor=actor, objective=objective.id)
        elif objective.status is ObjectiveStatus.DONE and opened:
            await q.set_objective_status(tx, objective_id=objective.id, status=ObjectiveStatus.ACTIVE)
            data = {"changes": {"status": ObjectiveStatus.ACTIVE.value}}
            tx.append_event(
                objective.room_id, EventKind.OBJECTIVE_UPDATED, actor=actor, objective=objective.id, data=data
            )
            await unarchive(tx, objective.room_id, [objective.id], actor)
        else:
            continue
        if objective.parent_id is not None:
            # The parts of those above are others now.
            line = await q.objectives_up_with_parts(tx, objective_id=objective.parent_id)


async def archive(tx: Transaction, room_id: int, objective_ids: Sequence[int], actor: int | None) -> None:
    """Take the objectives out of the slim lists, their subtrees with them. The room's lock is held."""
    for row in await q.archive_objectives(tx, objective_ids=await subtree(tx, *objective_ids)):
        tx.append_event(room_id, EventKind.OBJECTIVE_ARCHIVED, actor=actor, objective=row["id"])


async def archive_finished(database: Database) -> int:
    """Archive what finished long enough ago, a batch in each room; answers how many were due."""
    archived = 0
    for row in await q.rooms_due_for_archive(database):
        async with database.transaction() as tx:
            room = await rooms.lock(tx, row["room_id"])
            due = [one["id"] for one in await q.due_for_archive(tx, room_id=room.id, most=_BATCH)]
            await archive(tx, room.id, due, None)
        archived += len(due)
    return archived
