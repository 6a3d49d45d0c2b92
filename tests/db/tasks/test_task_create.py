"""New tasks of many who create at once: they share a transaction, and nothing else."""

import asyncio
from typing import Any

import pytest

from db.core import ids
from db.core.database import Database
from db.core.enums import EventKind, ObjectiveStatus, TaskStatus
from db.core.errors import DependencyCycle, NotFound, NotHolder, Refused, WrongStatus
from db.core.records import Task
from db.goals import objective_mutations
from db.tasks import claims, submissions, task_create
from db.tasks.submissions import Submission
from db.tasks.task_create import BatchTask, NewTask
from tests.factories import World
from tests.invariants import check_what_is_stored

ROUNDS = 20


async def test_each_of_many_gets_its_own_tasks_or_its_own_refusal(database: Database, world: World) -> None:
    room = await world.room()
    agents = [await world.agent(rooms=[room]) for _ in range(8)]
    other = ids.of(ids.TASK, (await world.task(await world.room())).id)
    cancelled = ids.of(ids.OBJECTIVE, (await world.objective(room)).id)
    await objective_mutations.update(database, await world.creator(), cancelled, {"status": ObjectiveStatus.CANCELLED})
    loop = [BatchTask(task=NewTask(title="Loop"), ref="a", depends_on_refs=["a"])]

    def create(number: int) -> Any:
        caller = agents[number % 8]
        new: dict[str, Any] = {"title": f"Task {number}", "room": room.name}
        match number % 5:
            case 0:
                return task_create.create(database, caller, NewTask(**new, depends_on=[other]), None)
            case 1:
                return task_create.create(database, caller, NewTask(**new, objective=cancelled), None)
            case 2:
                return task_create.create_many(database, caller, room.name, loop, None)
            case _:
                return task_create.create(database, caller, NewTask(**new), None)

    answers = await asyncio.gather(*(create(number) for number in range(40)), return_exceptions=True)

    refusals = {0: NotFound, 1: WrongStatus, 2: DependencyCycle}
    for number, answer in enumerate(answers):
        if number % 5 in refusals:
            assert isinstance(answer, refusals[number % 5]), answer
        else:
            assert isinstance(answer, Task)
            assert (answer.title, answer.creator_id) == (f"Task {number}", agents[number % 8].agent_id)
    made = {answer.id for answer in answers if isinstance(answer, Task)}
    rows = await database.fetch("select id from task where room_id = $1", room.id)
    assert {row["id"] for row in rows} == made
    events = await database.fetch("select task_id, actor_id from event where kind = 'TASK_CREATED'")
    told = {row["task_id"]: row["actor_id"] for row in events if row["task_id"] in made}
    assert told == {answer.id: answer.creator_id for answer in answers if isinstance(answer, Task)}
    await check_what_is_stored(database, room.id)


async def test_a_dependency_that_ends_while_others_are_created_on_it_unblocks_each_of_them_once(
    database: Database, database_url: str, world: World
) -> None:
    """On two databases as of two processes: whoever comes first, what waits is told exactly once that it can go on."""
    elsewhere = await Database.connect(database_url, size=4)
    room = await world.room()
    holder, creator = [await world.agent(rooms=[room]) for _ in range(2)]
    waited = []
    for _ in range(ROUNDS):
        blocker = ids.of(ids.TASK, (await world.task(room)).id)
        await claims.claim(database, holder, blocker)
        new = NewTask(title="After it", room=room.name, depends_on=[blocker], assignee=holder.name)
        creations = [task_create.create(elsewhere, creator, new, None) for _ in range(4)]

        *made, _done = await asyncio.gather(
            *creations, submissions.complete(database, holder, blocker, Submission(summary="Done"))
        )

        waited += [(task.id, task.open_dependencies) for task in made]
    await elsewhere.close()

    rows = await database.fetch("select id, ready, status, open_dependencies from task where title = 'After it'")
    assert {(row["ready"], row["status"], row["open_dependencies"]) for row in rows} == {(True, TaskStatus.TODO, 0)}
    events = await database.fetch("select task_id from event where kind = $1", EventKind.TASK_UNBLOCKED)
    assert sorted(row["task_id"] for row in events) == sorted(task for task, waits in waited if waits)
    items = await database.fetch("select task_id from inbox_item where kind = 'UNBLOCKED'")
    assert not items, "the holder knows of its own act"
    await check_what_is_stored(database, room.id)


async def test_each_of_many_completes_its_own_task_or_is_refused_alone(database: Database, world: World) -> None:
    room = await world.room()
    goal = ids.of(ids.OBJECTIVE, (await world.objective(room)).id)
    agents = [await world.agent(rooms=[room]) for _ in range(8)]
    held = [ids.of(ids.TASK, (await world.task(room, objective=goal)).id) for _ in range(16)]
    for number, task in enumerate(held):
        await claims.claim(database, agents[number % 8], task)
    last = await world.task(room, depends_on=held[::2], assignee=agents[0].name)

    def complete(number: int) -> Any:
        # Each odd one is somebody else's.
        caller = agents[(number + number % 2) % 8]
        return submissions.complete(database, caller, held[number], Submission(summary=f"Done {number}"))

    answers = await asyncio.gather(*map(complete, range(16)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Task, NotHolder] * 8
    rows = await database.fetch("select status, result from task where objective_id is not null order by id")
    expected = [(TaskStatus.DOING, "") if n % 2 else (TaskStatus.DONE, f"Done {n}") for n in range(16)]
    assert [(row["status"], row["result"]) for row in rows] == expected
    told = await database.fetch("select task_id from event where kind = 'TASK_UNBLOCKED'")
    assert [row["task_id"] for row in told] == [last.id]
    comments = await database.fetch("select task_id from comment where kind = 'SUBMISSION' order by task_id")
    assert [ids.of(ids.TASK, row["task_id"]) for row in comments] == held[::2]
    await check_what_is_stored(database, room.id)


async def test_a_task_that_is_refused_leaves_nothing_of_its_batch(database: Database, world: World) -> None:
    room = await world.room()
    caller = await world.agent(rooms=[room])
    batch = [BatchTask(task=NewTask(title=f"Task {n}", assignee=caller.name if n else "nobody")) for n in range(3)]
    before = await database.fetchval("select seq from room_log where room_id = $1", room.id)

    with pytest.raises(Refused):
        await task_create.create_many(database, caller, room.name, batch, None)

    assert await database.fetch("select id from task where room_id = $1", room.id) == []
    assert await database.fetchval("select seq from room_log where room_id = $1", room.id) == before
