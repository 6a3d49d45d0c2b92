"""The schedules of rooms: made, changed, deleted and read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypedDict

from db.core import idempotency, ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, EventKind, Role
from db.core.errors import BadInput, Forbidden, NotFound
from db.core.grouping import grouped
from db.core.queries import q, required
from db.core.records import Room, Schedule
from db.core.transaction import Transaction
from db.rooms import rooms
from db.schedules import cron
from db.tasks import task_insert
from db.tasks.task_create import NewTask

# How many of its coming times are told at once.
MOST_TIMES = 20
_TIMES = ("not_before", "due_at")
_FIND = "'room { schedules { id title } }' lists the schedules."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """A schedule to make: what its tasks are made of, and when."""

    cron: str
    timezone: str
    skip_while_open: bool
    task: NewTask


class Changes(TypedDict, total=False):
    """What is to change of a schedule; what is left out stays."""

    cron: str
    timezone: str
    skip_while_open: bool
    active: bool
    task: NewTask


async def create(database: Database, caller: Caller, room: str | None, new: NewSchedule, key: str | None) -> Schedule:
    """Make a schedule, whose first task comes at its next time; the same key again answers with the same one."""
    expression, timezone = cron.check(new.cron), validation.zone("timezone", new.timezone)
    async with database.transaction() as tx:
        reference = room or new.task.room
        found = await rooms.find(tx, caller, reference)
        caller.must_work(found.id, reference or found.name)
        request = [room, expression, timezone, new.skip_while_open, asdict(new.task)]
        known = await idempotency.stored_answer(tx, caller, "createSchedule", key, request)
        if known is not None:
            return await find(tx, caller, ids.of(ids.SCHEDULE, known))
        # Two at once would both find room for the last one.
        await rooms.lock(tx, found.id)
        if await q.count_schedules(tx, room_id=found.id) >= validation.MAX_SCHEDULES:
            raise BadInput(
                "room",
                f"{found.name} has {validation.MAX_SCHEDULES} schedules, which is as many as a room may have.",
                f"Delete one with deleteSchedule: {_FIND}",
                validation.MAX_SCHEDULES,
            )
        row = await q.insert_schedule(
            tx,
            room_id=found.id,
            creator_id=caller.agent_id,
            cron=expression,
            timezone=timezone,
            skip_while_open=new.skip_while_open,
            template=await _template(tx, caller, found, new.task),
            next_at=next(cron.times(expression, timezone, required(await q.moment(tx)))),
        )
        made = Schedule.of(required(row))
        append_event(tx, made, caller.agent_id, "CREATED")
        await idempotency.store_answer(tx, caller, "createSchedule", key, made.id)
    return made


async def update(database: Database, caller: Caller, reference: str, changes: Changes) -> Schedule:
    """Change it. Switched on again, or with other times, it goes on from now."""
    if "cron" in changes:
        changes["cron"] = cron.check(changes["cron"])
    if "timezone" in changes:
        validation.zone("timezone", changes["timezone"])
    async with database.transaction() as tx:
        before, now = await _locked(tx, caller, reference)
        after = replace(
            before,
            cron=changes.get("cron", before.cron),
            timezone=changes.get("timezone", before.timezone),
            skip_while_open=changes.get("skip_while_open", before.skip_while_open),
        )
        if "task" in changes:
            room = await rooms.get(tx, before.room_id)
            after = replace(after, template=await _template(tx, caller, room, changes["task"]))
        if not changes.get("active", before.active):
            after = replace(after, next_at=None)
        elif not before.active or (after.cron, after.timezone) != (before.cron, before.timezone):
            after = replace(after, next_at=next(cron.times(after.cron, after.timezone, now)))
        if after != before:
            await write(tx, after)
            append_event(tx, after, caller.agent_id, "UPDATED")
    return after


async def delete(database: Database, caller: Caller, reference: str) -> bool:
    """Delete it: it makes no more tasks, and those that it made stay. NOT_FOUND where it isn't there."""
    async with database.transaction() as tx:
        schedule, _now = await _locked(tx, caller, reference)
        await q.delete_schedule(tx, schedule_id=schedule.id)
        append_event(tx, schedule, caller.agent_id, "DELETED")
    return True


async def find(on: Database | Transaction, caller: Caller, reference: str) -> Schedule:
    """The schedule of this id; NOT_FOUND where the caller may not see its room."""
    rows = await q.schedules_by_ids(on, schedule_ids=[ids.key(ids.SCHEDULE, reference)])
    if not rows or not caller.sees(rows[0]["room_id"]):
        raise NotFound(reference, _FIND)
    return Schedule.of(rows[0])


async def next_times(database: Database, expression: str, timezone: str, first: int) -> list[datetime]:
    """The next times of a schedule that would have this expression; BAD_INPUT where it is none, or never comes."""
    checked, zone = cron.check(expression), validation.zone("timezone", timezone)
    most = validation.integer("first", first, 1, MOST_TIMES)
    return list(islice(cron.times(checked, zone, required(await q.moment(database))), most))


async def of_rooms(database: Database, keys: Sequence[int]) -> dict[int, list[Schedule]]:
    """The schedules of each room, in the order in which they were made."""
    return grouped(await q.schedules_of_rooms(database, room_ids=keys), "room_id", Schedule.of)


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Schedule]:
    """Schedules by key."""
    return {row["id"]: Schedule.of(row) for row in await q.schedules_by_ids(database, schedule_ids=keys)}


def new_task(template: Mapping[str, Any]) -> NewTask:
    """The task that is made of a stored template."""
    said: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in _TIMES else value for name, value in template.items()
    }
    return NewTask(**said)


async def write(tx: Transaction, schedule: Schedule) -> None:
    """Save its new state. Its row is locked."""
    await q.write_schedule(
        tx,
        schedule_id=schedule.id,
        cron=schedule.cron,
        timezone=schedule.timezone,
        skip_while_open=schedule.skip_while_open,
        template=schedule.template,
        next_at=schedule.next_at,
        last_task_id=schedule.last_task_id,
        missed=schedule.missed,
    )


def append_event(
    tx: Transaction, schedule: Schedule, actor: int | None, change: str, reason: str | None = None
) -> None:
    """Tell the log what became of it: it was CREATED, UPDATED, DELETED, PASSED_OVER, or it FAILED."""
    data = {
        "schedule": ids.of(ids.SCHEDULE, schedule.id),
        "change": change,
        "title": schedule.title,
        "cron": schedule.cron,
        "timezone": schedule.timezone,
        "active": schedule.active,
        "nextAt": schedule.next_at,
        "missed": schedule.missed,
    }
    if reason is not None:
        data["reason"] = reason
    tx.append_event(schedule.room_id, EventKind.SCHEDULE_CHANGED, actor=actor, task=schedule.last_task_id, data=data)


async def _template(tx: Transaction, caller: Caller, room: Room, task: NewTask) -> dict[str, Any]:
    """What is stored of it, where createTask would take it in this room."""
    await rooms.must_be(tx, caller, "task", task.room, room.id)
    if task.discovered_from is not None:
        raise BadInput(
            "discoveredFrom",
            "A task that is made by a schedule is discovered from no other.",
            "Send `objective` for where it belongs, and leave `discoveredFrom` out.",
        )
    # It gets one more, of the schedule.
    validation.items("labels", task.labels, most=validation.MAX_LIST - 1)
    await task_insert.check(tx, caller, room, task)
    said = {field.name: getattr(task, field.name) for field in fields(task)}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in said.items()
        if value not in (None, (), []) and name != "room"
    }


async def _locked(tx: Transaction, caller: Caller, reference: str) -> tuple[Schedule, datetime]:
    """The schedule, locked for a change by somebody who may, and the moment at which it was."""
    row = await q.lock_schedule(tx, schedule_id=ids.key(ids.SCHEDULE, reference))
    if row is None or not caller.sees(row["room_id"]):
        raise NotFound(reference, _FIND)
    caller.must_work(row["room_id"], reference)
    is_steering = caller.kind is AgentKind.HUMAN and row["room_id"] in caller.rooms
    if caller.agent_id != row["creator_id"] and caller.role is not Role.ADMIN and not is_steering:
        raise Forbidden(
            f"Only its creator, the HUMAN members of its room and an ADMIN may change {reference}.",
            "Ask one of them, or create a schedule of your own with createSchedule.",
        )
    return Schedule.of(row), row["moment"]
