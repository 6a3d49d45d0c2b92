"""The turns of schedules: each task is made once, by one process, and what can't be made is said."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import ObjectiveStatus
from db.core.records import Room, Schedule
from db.goals import objective_mutations
from db.operations import agent_mutations
from db.schedules import due_schedules, schedules
from db.schedules.schedules import NewSchedule
from db.tasks import claims, submissions, task_cancel
from db.tasks.submissions import Submission
from db.tasks.task_create import NewTask
from tests import people
from tests.clock import advance
from tests.factories import World
from tests.invariants import check_what_is_stored

HOUR = 3600


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room("web")


@pytest.fixture
async def ann(world: World, room: Room) -> Caller:
    return await world.agent("ann", rooms=[room])


async def make(
    database: Database, caller: Caller, *, skip: bool = False, cron: str = "0 * * * *", **task: Any
) -> Schedule:
    new = NewSchedule(cron=cron, timezone="UTC", skip_while_open=skip, task=NewTask(**({"title": "Sweep"} | task)))
    return await schedules.create(database, caller, "web", new, None)


async def turns(database: Database) -> int:
    """How many turns were taken until none was due."""
    taken = 0
    while await due_schedules.take_turn(database):
        taken += 1
    return taken


async def now(database: Database, schedule: Schedule) -> Schedule:
    return (await schedules.by_ids(database, [schedule.id]))[schedule.id]


async def made(database: Database) -> list[Any]:
    return await database.fetch("select * from task order by id")


async def test_a_task_is_made_when_its_time_comes_and_not_before(database: Database, room: Room, ann: Caller) -> None:
    schedule = await make(database, ann, labels=["chore"], priority=1, criteria=["It is clean."], assignee="ann")
    assert await turns(database) == 0

    await advance(database, HOUR)
    assert await turns(database) == 1
    assert await turns(database) == 0

    [task] = await made(database)
    assert (task["title"], task["priority"], task["labels"]) == ("Sweep", 1, ["chore", f"schedule:Z{schedule.id}"])
    assert (task["creator_id"], task["assignee_id"], task["room_id"]) == (ann.agent_id, ann.agent_id, room.id)
    assert await database.fetchval("select text from criterion") == "It is clean."
    after = await now(database, schedule)
    assert (after.last_task_id, after.missed) == (task["id"], 0)
    [event] = [data for kind, data in await people.log(database, room) if kind == "TASK_CREATED"]
    assert event["title"] == "Sweep"
    await check_what_is_stored(database, room.id)


async def test_times_that_passed_while_no_server_ran_make_one_task_together(database: Database, ann: Caller) -> None:
    schedule = await make(database, ann)

    await advance(database, 7 * HOUR, serving=False)
    assert await turns(database) == 1
    assert len(await made(database)) == 1
    assert (await now(database, schedule)).missed == 6

    await advance(database, HOUR)
    assert await turns(database) == 1
    assert (await now(database, schedule)).missed == 0


async def test_a_turn_is_passed_over_while_the_last_task_is_unfinished(
    database: Database, room: Room, ann: Caller
) -> None:
    schedule = await make(database, ann, skip=True)
    for _ in range(3):
        await advance(database, HOUR)
        assert await turns(database) == 1

    [task] = await made(database)
    assert (await now(database, schedule)).missed == 2
    passed = [data for kind, data in await people.log(database, room) if kind == "SCHEDULE_CHANGED"]
    assert [one["change"] for one in passed] == ["CREATED", "PASSED_OVER", "PASSED_OVER"]

    await claims.claim(database, ann, f"T{task['id']}")
    await submissions.complete(database, ann, f"T{task['id']}", Submission(summary="Done"))
    await advance(database, HOUR)
    assert await turns(database) == 1
    assert len(await made(database)) == 2
    assert (await now(database, schedule)).missed == 0


async def test_many_processes_make_each_task_once(
    database: Database, database_url: str, room: Room, ann: Caller
) -> None:
    every = [await make(database, ann, title=f"Chore {number}") for number in range(100)]
    others = [await Database.connect(database_url) for _ in range(3)]
    try:
        for _ in range(2):
            await advance(database, HOUR)
            await asyncio.gather(*(turns(one) for one in [database, *others] for _ in range(3)))
    finally:
        for one in others:
            await one.close()

    titles = Counter(task["title"] for task in await made(database))
    assert titles == {schedule.title: 2 for schedule in every}
    assert {(await now(database, schedule)).missed for schedule in every} == {0}
    await check_what_is_stored(database, room.id)


async def test_a_schedule_whose_task_can_not_be_made_is_switched_off_and_its_creator_told(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    blocker = await world.task(room)
    schedule = await make(database, ann, depends_on=[f"T{blocker.id}"])
    other = await make(database, ann, title="Other")
    await task_cancel.cancel(database, ann, f"T{blocker.id}", "No more")
    before = len(await made(database))

    await advance(database, HOUR)
    assert await turns(database) == 2

    assert (await now(database, schedule)).next_at is None
    assert len(await made(database)) == before + 1, "the other one goes on"
    assert (await now(database, other)).next_at is not None
    [told] = await database.fetch("select * from inbox_item where agent_id = $1 and kind = 'DIRECT'", ann.agent_id)
    assert f"Z{schedule.id}" in told["summary"]
    message = await database.fetchrow("select * from message where id = $1", told["message_id"])
    assert message["author_id"] is None
    assert message["to_ids"] == [ann.agent_id]
    assert f"T{blocker.id} is CANCELLED" in message["body"]
    [ops] = await database.fetch("select * from message where channel_id is not null")
    assert (ops["author_id"], ops["body"], ops["mentions"]) == (None, message["body"], [])
    assert await database.fetchval("select name from channel where id = $1", ops["channel_id"]) == "ops"
    [failed] = [data for kind, data in await people.log(database, room) if data.get("change") == "FAILED"]
    assert (failed["schedule"], failed["active"]) == (f"Z{schedule.id}", False)
    assert await turns(database) == 0


async def test_who_left_fails_it_as_assignee_and_as_creator(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    bob = await world.agent("bob", rooms=[room])
    for_bob, by_bob = await make(database, ann, assignee="bob"), await make(database, bob)
    await agent_mutations.update(database, await world.creator(), "bob", {"rooms": []})

    await advance(database, HOUR)
    assert await turns(database) == 2

    assert [(await now(database, one)).next_at for one in (for_bob, by_bob)] == [None, None]
    assert await made(database) == []


async def test_who_has_no_token_makes_no_tasks(database: Database, ann: Caller) -> None:
    schedule = await make(database, ann)
    await agent_mutations.revoke_tokens(database, ann)

    await advance(database, HOUR)
    assert await turns(database) == 1

    assert (await now(database, schedule)).next_at is None
    assert await made(database) == []


async def test_a_finished_objective_comes_back_with_the_task_and_a_cancelled_one_fails_it(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    finished, given_up = await world.objective(room), await world.objective(room)
    back = await make(database, ann, objective=f"O{finished.id}")
    gone = await make(database, ann, objective=f"O{given_up.id}")
    await objective_mutations.update(database, ann, f"O{finished.id}", {"archived": True})
    await objective_mutations.update(database, ann, f"O{given_up.id}", {"status": ObjectiveStatus.CANCELLED})

    await advance(database, HOUR)
    assert await turns(database) == 2

    assert (await now(database, back)).next_at is not None
    assert (await now(database, gone)).next_at is None
    assert [task["objective_id"] for task in await made(database)] == [finished.id]
    assert await database.fetchval("select archived_at from objective where id = $1", finished.id) is None


@pytest.mark.usefixtures("room")
async def test_a_schedule_of_an_admin_elsewhere_goes_on(database: Database, world: World) -> None:
    root = await world.creator()
    schedule = await make(database, root)

    await advance(database, HOUR)
    assert await turns(database) == 1

    assert (await now(database, schedule)).next_at is not None
    assert len(await made(database)) == 1
