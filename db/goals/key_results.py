"""Key results: how far an objective is, in numbers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TypedDict

from db.core import idempotency, ids, rules, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput, NotFound
from db.core.queries import q, required
from db.core.records import KeyResult
from db.core.transaction import Transaction
from db.goal_tree import objectives
from db.rooms import agents, rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKeyResult:
    """A key result to make; `current` is where it starts when left out."""

    title: str
    target: float
    start: float = 0.0
    current: float | None = None
    unit: str = ""
    weight: float = 1.0
    owner: str | None = None


class KeyResultChanges(TypedDict, total=False):
    """What updateKeyResult may change; none of it can be cleared."""

    title: str | None
    unit: str | None
    target: float | None
    current: float | None


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, KeyResult]:
    """Key results by key."""
    return {row["id"]: KeyResult.of(row) for row in await q.key_results_by_ids(database, key_result_ids=keys)}


async def insert(tx: Transaction, room_id: int, objective_id: int, new: NewKeyResult) -> KeyResult:
    """Give the objective a key result. The room's lock is held, and settling the objective is the caller's."""
    current = new.start if new.current is None else new.current
    return KeyResult.of(
        await q.insert_key_result(
            tx,
            objective_id=objective_id,
            title=validation.title("title", new.title),
            unit=validation.text("unit", new.unit, most=validation.MAX_KEY),
            start=validation.number("start", new.start),
            target=validation.number("target", new.target),
            current=validation.number("current", current),
            weight=validation.number("weight", new.weight, least=0),
            owner_id=(await agents.find_member(tx, room_id, new.owner)).id if new.owner is not None else None,
        )
    )


async def create(database: Database, caller: Caller, objective: str, new: NewKeyResult, key: str | None) -> KeyResult:
    """Add a key result to an objective; the same key again answers with the same one."""
    async with database.transaction() as tx:
        found = await objectives.find(tx, caller, objective)
        caller.must_work(found.room_id, objective)
        answer = await idempotency.stored_answer(tx, caller, "createKeyResult", key, [objective, asdict(new)])
        if answer is not None:
            row = required(await q.key_result_by_id(tx, key_result_id=answer))
            caller.must_see(row["room_id"], ids.of(ids.KEY_RESULT, answer))
            return KeyResult.of(row)
        await rooms.lock(tx, found.room_id)
        await objectives.part_added(tx, found.id, caller.agent_id)
        made = await insert(tx, found.room_id, found.id, new)
        _append_event(tx, caller, found.room_id, made, None)
        falls_short = not rules.key_result_complete(made)
        await objectives.parts_changed(tx, found.id, caller.agent_id, measure_opened=falls_short)
        await idempotency.store_answer(tx, caller, "createKeyResult", key, made.id)
        return made


async def update(
    database: Database, caller: Caller, reference: str, changes: KeyResultChanges, note: str | None
) -> KeyResult:
    """Say how far it is, or what it aims for; its objective finishes or goes on accordingly."""
    if note is not None:
        validation.text("note", note)
    for name, value in changes.items():
        if value is None:
            raise BadInput(name, f"{name} can't be null: leave it out to keep it as it is.")
    async with database.transaction() as tx:
        row = await q.key_result_by_id(tx, key_result_id=ids.key(ids.KEY_RESULT, reference))
        if row is None:
            raise NotFound(reference)
        caller.must_work(row["room_id"], reference)
        await rooms.lock(tx, row["room_id"])
        before = KeyResult.of(required(await q.key_result_by_id(tx, key_result_id=row["id"])))
        if not changes and note is None:
            return before
        title, target, current = changes.get("title"), changes.get("target"), changes.get("current")
        unit = changes.get("unit")
        after = KeyResult.of(
            required(
                await q.update_key_result(
                    tx,
                    key_result_id=before.id,
                    title=before.title if title is None else validation.title("title", title),
                    unit=before.unit if unit is None else validation.text("unit", unit, most=validation.MAX_KEY),
                    target=before.target if target is None else validation.number("target", target),
                    current=before.current if current is None else validation.number("current", current),
                )
            )
        )
        _append_event(tx, caller, row["room_id"], after, note, before)
        falls_short_again = rules.key_result_complete(before) and not rules.key_result_complete(after)
        await objectives.parts_changed(tx, after.objective_id, caller.agent_id, measure_opened=falls_short_again)
        return after


def _append_event(
    tx: Transaction,
    caller: Caller,
    room_id: int,
    key_result: KeyResult,
    note: str | None,
    before: KeyResult | None = None,
) -> None:
    was = {} if before is None else {"previous": {"target": before.target, "current": before.current}}
    tx.append_event(
        room_id,
        EventKind.KEY_RESULT_UPDATED,
        actor=caller.agent_id,
        objective=key_result.objective_id,
        data={
            "keyResult": ids.of(ids.KEY_RESULT, key_result.id),
            "title": key_result.title,
            "target": key_result.target,
            "current": key_result.current,
            "note": note,
            **was,
        },
    )
