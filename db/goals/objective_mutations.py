"""What people and agents do with objectives: make, change, move."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from db.core import idempotency, ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, ObjectiveStatus
from db.core.errors import BadInput, ObjectiveCycle, WrongStatus
from db.core.queries import q, required
from db.core.records import Objective
from db.core.transaction import Transaction
from db.goal_tree import objectives
from db.goals import key_results
from db.goals.key_results import NewKeyResult
from db.rooms import agents, rooms
from db.tasks import readiness, task_cancel

# What a refusal names at most of what is still open.
_NAMED = 20

_FINISHED = (ObjectiveStatus.DONE, ObjectiveStatus.CANCELLED)


class ObjectiveChanges(TypedDict, total=False):
    """What updateObjective may change: what is left out stays, None clears."""

    title: str | None
    description: str | None
    owner: str | None
    weight: float | None
    standing: bool | None
    due_at: datetime | None
    status: ObjectiveStatus | None
    archived: bool | None


async def create(
    database: Database,
    caller: Caller,
    *,
    room: str | None = None,
    title: str,
    description: str = "",
    parent: str | None = None,
    owner: str | None = None,
    weight: float = 1.0,
    standing: bool = False,
    due_at: datetime | None = None,
    new_key_results: Sequence[NewKeyResult] = (),
    key: str | None = None,
) -> Objective:
    """Make an objective, with its key results; the same key again answers with the same one."""
    request = [room, title, description, parent, owner, weight, standing, due_at, new_key_results]
    async with database.transaction() as tx:
        above = await objectives.find(tx, caller, parent) if parent is not None else None
        found = await (rooms.get(tx, above.room_id) if above and room is None else rooms.find(tx, caller, room))
        caller.must_work(found.id, room or found.name)
        if above:
            validation.same_room("parent", parent, above.room_id, found.id)
        answer = await idempotency.stored_answer(tx, caller, "createObjective", key, request)
        if answer is not None:
            # It may be in a room that the caller has left since.
            return await objectives.find(tx, caller, ids.of(ids.OBJECTIVE, answer))
        await rooms.lock(tx, found.id)
        if above:
            await objectives.part_added(tx, above.id, caller.agent_id)
            above = Objective.of(required(await q.objective_by_id(tx, objective_id=above.id)))
        row = await q.insert_objective(
            tx,
            room_id=found.id,
            parent_id=above.id if above else None,
            title=validation.title("title", title),
            description=validation.text("description", description),
            in_draft=above is not None and above.in_draft,
            owner_id=(await agents.find_member(tx, found.id, owner)).id if owner is not None else None,
            weight=validation.number("weight", weight, least=0),
            standing=standing,
            due_at=validation.time("dueAt", due_at) if due_at else None,
        )
        data = {"title": title, "parent": _id(above.id if above else None)}
        tx.append_event(found.id, EventKind.OBJECTIVE_CREATED, actor=caller.agent_id, objective=row["id"], data=data)
        for new in validation.items("keyResults", new_key_results):
            await key_results.insert(tx, found.id, row["id"], new)
        await objectives.parts_changed(tx, row["id"], caller.agent_id)
        await idempotency.store_answer(tx, caller, "createObjective", key, row["id"])
        return Objective.of(required(await q.objective_by_id(tx, objective_id=row["id"])))


async def update(database: Database, caller: Caller, reference: str, changes: ObjectiveChanges) -> Objective:
    """Change what the objective says of itself, its status, and whether it stands in the slim lists."""
    async with database.transaction() as tx:
        before = await _locked(tx, caller, reference)
        if not changes:
            return before
        columns = _columns(before, changes)
        columns["owner_id"] = await _owner(tx, before, changes)
        if columns["standing"] and before.status is ObjectiveStatus.DONE:
            # It never finishes: so it goes on.
            await q.set_objective_status(tx, objective_id=before.id, status=ObjectiveStatus.ACTIVE)
        changed = Objective.of(required(await q.update_objective(tx, objective_id=before.id, **columns)))
        status = changes.get("status")
        if status is not None and status is not changed.status:
            changed = await _change_status(tx, caller, changed, status)
        tx.append_event(
            before.room_id,
            EventKind.OBJECTIVE_UPDATED,
            actor=caller.agent_id,
            objective=before.id,
            data={"changes": _said(changes), **_previous(before, changes)},
        )
        await _archive(tx, before, changed, changes, caller.agent_id)
        await _settle(tx, before, changed, caller.agent_id)
        return Objective.of(required(await q.objective_by_id(tx, objective_id=before.id)))


async def move(database: Database, caller: Caller, reference: str, parent: str | None) -> Objective:
    """Put the objective with all below it under another parent, or at the root; OBJECTIVE_CYCLE names the way round."""
    async with database.transaction() as tx:
        before = await _locked(tx, caller, reference)
        above = await objectives.find(tx, caller, parent) if parent is not None else None
        if above is not None:
            validation.same_room("parent", parent, above.room_id, before.room_id)
            await _refuse_cycle(tx, before, above)
        await move_below(tx, before, above.id if above else None, caller.agent_id)
        return Objective.of(required(await q.objective_by_id(tx, objective_id=before.id)))


async def move_below(tx: Transaction, before: Objective, parent_id: int | None, actor: int | None) -> None:
    """Put it there, where that closes no cycle, and let those that it leaves and joins follow. The room is locked."""
    if parent_id is not None:
        await objectives.part_added(tx, parent_id, actor)
    await q.move_objective(tx, objective_id=before.id, parent_id=parent_id)
    await _settle_drafts(tx, before.id, actor)
    tx.append_event(
        before.room_id,
        EventKind.OBJECTIVE_MOVED,
        actor=actor,
        objective=before.id,
        data={"parent": _id(parent_id), "previous": _id(before.parent_id)},
    )
    for changed in (before.parent_id, parent_id):
        if changed is not None:
            await objectives.parts_changed(tx, changed, actor)


async def _locked(tx: Transaction, caller: Caller, reference: str) -> Objective:
    """The objective as it is once the room is locked."""
    found = await objectives.find(tx, caller, reference)
    caller.must_work(found.room_id, reference)
    await rooms.lock(tx, found.room_id)
    return Objective.of(required(await q.objective_by_id(tx, objective_id=found.id)))


def _columns(before: Objective, changes: ObjectiveChanges) -> dict[str, Any]:
    for name in ("title", "weight", "standing", "status", "archived"):
        if name in changes and changes[name] is None:
            raise BadInput(name, f"{name} can't be null: leave it out to keep it as it is.")
    due_at = changes.get("due_at", before.due_at)
    return {
        "title": validation.title("title", changes.get("title", before.title) or ""),
        "description": validation.text("description", changes.get("description", before.description) or ""),
        "weight": validation.number("weight", changes.get("weight", before.weight) or 0.0, least=0),
        "standing": changes.get("standing", before.standing),
        "due_at": validation.time("dueAt", due_at) if due_at else None,
    }


async def _owner(tx: Transaction, before: Objective, changes: ObjectiveChanges) -> int | None:
    if "owner" not in changes:
        return before.owner_id
    owner = changes["owner"]
    return None if owner is None else (await agents.find_member(tx, before.room_id, owner)).id


async def _archive(tx: Transaction, before: Objective, after: Objective, changes: ObjectiveChanges, actor: int) -> None:
    """Archive or unarchive it as requested; one that is reopened is unarchived, unless the request says otherwise."""
    if changes.get("archived"):
        await objectives.archive(tx, before.room_id, [before.id], actor)
    elif "archived" in changes:
        await objectives.unarchive(tx, before.room_id, await objectives.subtree(tx, before.id), actor)
    elif before.status in _FINISHED and after.status not in _FINISHED:
        await objectives.unarchive(tx, before.room_id, [before.id], actor)


async def _settle(tx: Transaction, before: Objective, after: Objective, actor: int) -> None:
    """Finish it if it may now, then those above it. One reopened by hand stays open until a part changes."""
    may_finish = before.status is ObjectiveStatus.DRAFT or (before.standing and not after.standing)
    if after.status is ObjectiveStatus.ACTIVE and may_finish:
        await objectives.parts_changed(tx, after.id, actor)
    elif before.status is not after.status and before.parent_id is not None:
        await objectives.parts_changed(tx, before.parent_id, actor)


async def _change_status(tx: Transaction, caller: Caller, before: Objective, status: ObjectiveStatus) -> Objective:
    """Set its status by hand: DONE requires that nothing below it is open, CANCELLED cancels what is."""
    below = await objectives.subtree(tx, before.id)
    if status is ObjectiveStatus.DONE:
        still_open = await q.open_in_subtree(tx, objective_ids=below, most=_NAMED)
        if still_open or before.standing:
            raise WrongStatus(
                id=ids.of(ids.OBJECTIVE, before.id),
                status=before.status.value,
                allowed=[ObjectiveStatus.DRAFT.value, ObjectiveStatus.ACTIVE.value, ObjectiveStatus.CANCELLED.value],
                open=[ids.of(row["letter"], row["id"]) for row in still_open],
            )
        tx.append_event(before.room_id, EventKind.OBJECTIVE_FINISHED, actor=caller.agent_id, objective=before.id)
    if status is ObjectiveStatus.CANCELLED:
        reason = f"{ids.of(ids.OBJECTIVE, before.id)} was cancelled."
        await task_cancel.cancel_open_of(tx, below, caller.agent_id, reason)
        for row in await q.cancel_objectives(tx, objective_ids=below):
            if row["id"] != before.id:
                data = {"changes": {"status": status.value}}
                tx.append_event(
                    before.room_id, EventKind.OBJECTIVE_UPDATED, actor=caller.agent_id, objective=row["id"], data=data
                )
    after = Objective.of(required(await q.set_objective_status(tx, objective_id=before.id, status=status)))
    await _settle_drafts(tx, before.id, caller.agent_id)
    return after


async def _settle_drafts(tx: Transaction, objective_id: int, actor: int | None) -> None:
    """Store with the subtree, and its tasks, whether they are below a draft."""
    changed = await q.settle_drafts(tx, objective_id=objective_id)
    for in_draft in (True, False):
        concerned = [row["id"] for row in changed if row["in_draft"] is in_draft]
        if concerned:
            await readiness.drafts_changed(tx, concerned, in_draft, actor)


async def _refuse_cycle(tx: Transaction, objective: Objective, above: Objective) -> None:
    line = [above.id, *(row["id"] for row in await q.objectives_above(tx, objective_id=above.id))]
    if objective.id in line:
        path = [objective.id, *line[: line.index(objective.id) + 1]]
        raise ObjectiveCycle(path=[ids.of(ids.OBJECTIVE, key) for key in path])


def _previous(before: Objective, changes: ObjectiveChanges) -> dict[str, object]:
    """What the changed fields were before, of those that are short."""
    was = {"title": before.title, "weight": before.weight, "due_at": before.due_at, "status": before.status.value}
    told = {name: value for name, value in was.items() if name in changes}
    return {"previous": _said(told)} if told else {}


def _said(changes: Mapping[str, object]) -> dict[str, object]:
    return {"dueAt" if name == "due_at" else name: value for name, value in changes.items()}


def _id(key: int | None) -> str | None:
    return None if key is None else ids.of(ids.OBJECTIVE, key)
