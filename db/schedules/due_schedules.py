"""The turns of schedules: each makes its task by one process of many, or is passed over."""

import asyncio
from dataclasses import replace
from datetime import datetime

from db.conversation import messages
from db.core import ids
from db.core.callers import Caller, caller_of_agent
from db.core.database import Database
from db.core.enums import FINISHED, TaskStatus
from db.core.errors import NotFound, Refused, WrongStatus
from db.core.queries import q
from db.core.records import Schedule
from db.core.transaction import Transaction
from db.goal_tree.references import UNFINISHED, find_task
from db.rooms import agents, rooms
from db.schedules import cron, schedules
from db.tasks import task_insert
from db.tasks.task_create import BatchTask, NewTask


async def take_turn(database: Database) -> int:
    """Make the task of one schedule that is due; answers whether there was one.

    Times that passed since are one turn. A schedule whose task can't be made is switched off, and its creator is told.
    """
    schedule = None
    try:
        async with database.transaction() as tx:
            row = await q.lock_due_schedule(tx)
            if row is None:
                return 0
            schedule = Schedule.of(row)
            await _take_turn(tx, schedule, row["moment"])
    except Refused as refusal:
        if schedule is None:
            raise
        await _switch_off(database, schedule, refusal)
    return 1


async def _take_turn(tx: Transaction, schedule: Schedule, now: datetime) -> None:
    due_at = schedule.next_at or now
    # A server that was away for a year counts half a million of them.
    turns, next_at = await asyncio.to_thread(cron.passed, schedule.cron, schedule.timezone, due_at, now)
    schedule = replace(schedule, next_at=next_at)
    if schedule.skip_while_open and await _last_is_open(tx, schedule):
        schedule = replace(schedule, missed=schedule.missed + turns)
        last = ids.of(ids.TASK, schedule.last_task_id or 0)
        schedules.append_event(tx, schedule, None, "PASSED_OVER", f"{last} is unfinished.")
    else:
        schedule = replace(schedule, last_task_id=await _make(tx, schedule), missed=turns - 1)
    await schedules.write(tx, schedule)


async def _last_is_open(tx: Transaction, schedule: Schedule) -> bool:
    row = None if schedule.last_task_id is None else await q.task_by_id(tx, task_id=schedule.last_task_id)
    return row is not None and TaskStatus(row["status"]) not in FINISHED


async def _make(tx: Transaction, schedule: Schedule) -> int:
    """The key of a new task, made as if its creator had asked for it now."""
    creator = await caller_of_agent(tx, schedule.creator_id)
    identifier = ids.of(ids.SCHEDULE, schedule.id)
    if creator is None:
        raise NotFound(ids.of(ids.AGENT, schedule.creator_id), "Its creator has no token any more.")
    creator.must_work(schedule.room_id, ids.of(ids.ROOM, schedule.room_id))
    new = schedules.new_task(schedule.template)
    new = replace(
        new, labels=[*(label for label in new.labels if label != f"schedule:{identifier}"), f"schedule:{identifier}"]
    )
    room = await rooms.lock(tx, schedule.room_id)
    await _refuse_cancelled(tx, creator, new)
    return (await task_insert.insert(tx, room, creator, [BatchTask(task=new)]))[0].id


async def _refuse_cancelled(tx: Transaction, creator: Caller, new: NewTask) -> None:
    """A task may be made that waits for a cancelled one; again and again it would be no use to anybody."""
    for reference in new.depends_on:
        blocker = await find_task(tx, creator, reference)
        if blocker.status is TaskStatus.CANCELLED:
            raise WrongStatus(id=reference, status=blocker.status.value, allowed=[*UNFINISHED, TaskStatus.DONE.value])


async def _switch_off(database: Database, failed: Schedule, refusal: Refused) -> None:
    async with database.transaction() as tx:
        row = await q.lock_schedule(tx, schedule_id=failed.id)
        if row is None or Schedule.of(row) != failed:
            # It was changed meanwhile, perhaps so that its task can be made.
            return
        schedule = replace(failed, next_at=None)
        await schedules.write(tx, schedule)
        schedules.append_event(tx, schedule, None, "FAILED", refusal.message())
        creator = (await agents.by_ids(tx, [schedule.creator_id]))[schedule.creator_id]
        said = (
            f"The schedule {ids.of(ids.SCHEDULE, schedule.id)} '{schedule.title}' is switched off, because its task "
            f"can't be created: {refusal.message()} Change it with updateSchedule, and switch it on again with "
            "`active: true`."
        )
        await messages.post(tx, schedule.room_id, messages.OPS, said)
        await messages.post_direct(tx, schedule.room_id, creator, said)
