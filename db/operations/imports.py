"""Import files of other tools: what was imported before is found by its id there, and not made twice."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from db.core import validation
from db.core.database import Database
from db.core.enums import AgentKind
from db.core.queries import q, required
from db.core.records import Room
from db.core.transaction import Transaction
from db.operations import bootstrap, room_mutations
from db.operations.import_plan import Known, KnownObjective, KnownTask, Plan, Ref
from db.operations.import_writer import Writer
from db.rooms import agents, rooms

_NO_GATES = {"require_done_criteria": False, "require_review": False, "require_handoff": False}


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it."""

    room: Room
    agents: int


async def load(database: Database, name: str, source: str, plan: Callable[[Known], Plan]) -> Made:
    """Write what the plan makes of what the room of this name holds by then; the room is made where there is none."""
    validation.room_name(name)
    async with database.transaction() as tx:
        room, admin = await _room(tx, name)
        known = await _known(tx, room.id, source)
        planned = plan(known)
        if not planned.objectives and not planned.tasks:
            return Made(room, 0)
        writer = Writer(tx, room, admin, source, known)
        made = await writer.bring_agents(planned.agents())
        await writer.write(planned)
        return Made(room, made)


async def _room(tx: Transaction, name: str) -> tuple[Room, int]:
    """The room, locked, and the key of the admin, who is the author of what has none."""
    admin = await agents.ensure(tx, bootstrap.ADMIN, kind=AgentKind.HUMAN)
    row = await q.room_by_name(tx, name=name)
    if row is None and await room_mutations.open_room(tx, name, name, actor=None):
        row = required(await q.room_by_name(tx, name=name))
        await q.change_room(tx, room_id=row["id"], changes=_NO_GATES)
        await rooms.add_member(tx, admin, [row["id"]], actor=None)
    row = row or required(await q.room_by_name(tx, name=name))
    return await rooms.lock(tx, row["id"]), admin.id


async def _known(tx: Transaction, room_id: int, source: str) -> Known:
    found = {
        row["ref"]: KnownTask(row["id"], row["objective_id"], row["open"])
        for row in await q.imported_tasks(tx, room_id=room_id, source=source)
    }
    ref_of: dict[int, Ref] = {task.key: ref for ref, task in found.items()}
    rows = await q.imported_objectives(tx, room_id=room_id, source=source)
    within: dict[int, list[Ref]] = defaultdict(list)
    still_open: set[Ref] = set()
    for row in await q.tasks_within(tx, objective_ids=[row["id"] for row in rows]):
        within[row["objective_id"]].append(ref_of.get(row["task_id"], row["task_id"]))
        if row["open"] and row["task_id"] not in ref_of:
            still_open.add(row["task_id"])
    all_ids = [row["id"] for row in await q.room_task_ids(tx, room_id=room_id)]
    waits = await q.waits_reached_from(tx, task_ids=all_ids)
    return Known(
        {
            row["ref"]: KnownObjective(row["id"], row["in_draft"], row["cancelled"], tuple(within[row["id"]]))
            for row in rows
        },
        found,
        [(ref_of.get(row["task_id"], row["task_id"]), ref_of.get(row["on_id"], row["on_id"])) for row in waits],
        still_open,
    )
