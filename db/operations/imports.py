"""Import files of other tools: what was imported before is found by its id there, and follows what changed there."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from db.core import ids, validation
from db.core.database import Database
from db.core.enums import AgentKind
from db.core.errors import room_archived
from db.core.queries import q, required
from db.core.records import Room
from db.core.transaction import Transaction
from db.operations import bootstrap, import_memory, room_mutations
from db.operations.import_batches import BATCH_OF_TEXTS, batches
from db.operations.import_memory import Memory
from db.operations.import_plan import Known, KnownObjective, KnownTask, Plan, Ref
from db.operations.import_writer import Writer
from db.rooms import agents, rooms

_NO_GATES = {"require_done_criteria": False, "require_review": False, "require_handoff": False}
# What is to be placed: by the ids in the file, a digest of all that it says of each.
Said = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it."""

    room: str
    agents: int = 0
    removed_dependencies: int = 0


async def load(database: Database, name: str, source: str, said: Said, plan: Callable[[Known], Plan]) -> Made:
    """Write what the plan makes of what the room of this name holds by then; the room is made where there is none."""
    validation.room_name(name)
    async with database.transaction() as tx:
        room, admin = await _room(tx, name)
        known = await _known(tx, room.id, source, said)
        planned = plan(known)
        if planned.is_empty():
            return Made(room.name)
        writer = Writer(tx, room, admin, source, known)
        made = await writer.bring_agents(planned.agents())
        removed = await writer.write(planned)
        return Made(room.name, made, removed)


async def preview(database: Database, name: str, source: str, said: Said, plan: Callable[[Known], Plan]) -> Made:
    """What `load` would do, of which nothing is done."""
    validation.room_name(name)
    async with database.transaction() as tx:
        room = await q.room_by_name(tx, name=name)
        planned = plan(await _known(tx, room["id"], source, said) if room else Known())
        names = sorted(planned.agents())
        there = await q.agents_by_names(tx, names=names)
        return Made(name, len(names) - len(there), len(planned.removed_dependencies))


async def _room(tx: Transaction, name: str) -> tuple[Room, int]:
    """The room, locked, and the key of the admin, who is the author of what has none."""
    admin = await agents.ensure(tx, bootstrap.ADMIN, kind=AgentKind.HUMAN)
    row = await q.room_by_name(tx, name=name)
    if row is None and await room_mutations.open_room(tx, name, name, actor=None):
        row = required(await q.room_by_name(tx, name=name))
        await q.change_room(tx, room_id=row["id"], changes=_NO_GATES)
        await rooms.add_member(tx, admin, [row["id"]], actor=None)
    row = row or required(await q.room_by_name(tx, name=name))
    room = await rooms.lock(tx, row["id"])
    if room.archived_at is not None:
        raise room_archived(ids.of(ids.ROOM, room.id))
    return room, admin.id


async def _known(tx: Transaction, room_id: int, source: str, said: Said) -> Known:
    tasks = {
        row["ref"]: KnownTask(row["id"], row["objective_id"], row["open"])
        for row in await q.imported_tasks(tx, room_id=room_id, source=source)
    }
    ref_of: dict[int, Ref] = {task.key: ref for ref, task in tasks.items()}
    rows = await q.imported_objectives(tx, room_id=room_id, source=source)
    within: dict[int, list[Ref]] = defaultdict(list)
    still_open: set[Ref] = set()
    for row in await q.tasks_within(tx, objective_ids=[row["id"] for row in rows]):
        within[row["objective_id"]].append(ref_of.get(row["task_id"], row["task_id"]))
        if row["open"] and row["task_id"] not in ref_of:
            still_open.add(row["task_id"])
    objectives = {
        row["ref"]: KnownObjective(row["id"], row["in_draft"], row["cancelled"], tuple(within[row["id"]]))
        for row in rows
    }
    memories = await _memories(tx, room_id, source, said, [*tasks, *objectives])
    all_ids = [row["id"] for row in await q.room_task_ids(tx, room_id=room_id)]
    waits = await q.waits_reached_from(tx, task_ids=all_ids)
    return Known(
        objectives | await _changed_objectives(tx, objectives, memories),
        tasks | await _changed_tasks(tx, tasks, memories),
        [(ref_of.get(row["task_id"], row["task_id"]), ref_of.get(row["on_id"], row["on_id"])) for row in waits],
        still_open,
        {row["id"]: row["parent_id"] for row in await q.room_objective_parents(tx, room_id=room_id)},
    )


async def _memories(tx: Transaction, room_id: int, source: str, said: Said, known: Sequence[str]) -> dict[str, Memory]:
    """Of those of which the file says something else than before what was placed of them."""
    refs = [ref for ref in known if ref in said]
    rows = await q.imported_memories(tx, room_id=room_id, source=source, refs=refs)
    found = {row["ref"]: Memory.of(row["placed"]) for row in rows}
    return {ref: memory for ref in refs if (memory := found.get(ref, Memory())).said != said[ref]}


async def _changed_tasks(
    tx: Transaction, tasks: Mapping[str, KnownTask], memories: Mapping[str, Memory]
) -> dict[str, KnownTask]:
    changed = {task.key: ref for ref, task in tasks.items() if ref in memories}
    await q.lock_imported_tasks(tx, task_ids=sorted(changed))
    found = {}
    # In batches, for texts are long and only their digests stay.
    for keys in batches(sorted(changed), BATCH_OF_TEXTS):
        for row in await q.imported_task_values(tx, task_ids=keys):
            values: dict[str, Any] = dict(row)
            key, met, place = values.pop("id"), values.pop("met"), (values.pop("objective_id"), values.pop("parent_id"))
            values["criteria"] = list(zip(row["criteria"], met, strict=True))
            now = import_memory.task_parts(**values) | {"place": import_memory.place(*place)}
            ref = changed[key]
            found[ref] = replace(tasks[ref], memory=memories[ref], now=now, status=row["status"])
    return found


async def _changed_objectives(
    tx: Transaction, objectives: Mapping[str, KnownObjective], memories: Mapping[str, Memory]
) -> dict[str, KnownObjective]:
    changed = {objective.key: ref for ref, objective in objectives.items() if ref in memories}
    found = {}
    for row in await q.imported_objective_values(tx, objective_ids=sorted(changed)):
        now = import_memory.objective_parts(
            title=row["title"],
            description=row["description"],
            status=row["status"],
            owner=row["owner"],
            due_at=row["due_at"],
        ) | {"place": import_memory.place(row["parent_id"], None)}
        ref = changed[row["id"]]
        found[ref] = replace(objectives[ref], memory=memories[ref], now=now, keeps_status=row["keeps_status"])
    return found
