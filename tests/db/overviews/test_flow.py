"""How work flowed, against a plain count of the same tasks."""

import random
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest

from db.core.database import Database
from db.core.errors import BadInput
from db.core.records import Room
from db.overviews import flow
from tests.factories import World

STEP = 600


async def make_history(database: Database, world: World, room: Room, objective_id: int, seed: int) -> datetime:
    """Tasks that were made, begun and ended at any time in the last hours; answers when they were looked at."""
    dice = random.Random(seed)
    now = datetime.now(UTC)
    await database.execute("update objective set created_at = $2 where id = $1", objective_id, now - timedelta(hours=3))
    for n in range(60):
        task = await world.task(room, objective=f"O{objective_id}" if n % 2 else None)
        created = now - timedelta(seconds=dice.randint(1, 12_000))
        started = created + (now - created) * dice.random() if dice.random() < 0.8 else None
        ended = (started or created) + (now - (started or created)) * dice.random() if dice.random() < 0.6 else None
        status = dice.choice(["DONE", "DONE", "CANCELLED"]) if ended else "TODO"
        await database.execute(
            "update task set created_at = $2, started_at = $3, finished_at = $4, status = $5 where id = $1",
            task.id,
            created,
            started,
            ended,
            status,
        )
    return now


@pytest.mark.parametrize("seed", range(3))
async def test_steps_count_what_happened_in_them(database: Database, world: World, seed: int) -> None:
    room, other = await world.room(), await world.room()
    objective = await world.objective(room)
    await make_history(database, world, room, objective.id, seed)
    await make_history(database, world, other, (await world.objective(other)).id, seed + 100)
    tasks = await database.fetch("select * from task where room_id = $1", room.id)

    keys = [flow.flow_key(room.id, 12, STEP), flow.flow_key(other.id, 2, 60), flow.flow_key(room.id, 1, STEP)]
    found = await flow.of_rooms(database, keys)

    steps = found[keys[0]]
    assert [len(found[key]) for key in keys] == [12, 2, 1]
    assert [after.begins for after in steps[1:]] == [before.ends for before in steps[:-1]]
    assert steps[-1].begins <= datetime.now(UTC)
    assert steps[-1].begins.timestamp() % STEP == 0
    for step in steps:
        ended = [one for one in tasks if one["finished_at"] and step.begins <= one["finished_at"] < step.ends]
        done = [one for one in ended if one["status"] == "DONE"]
        took = [(one["finished_at"] - one["started_at"]).total_seconds() for one in done if one["started_at"]]
        assert step.created == sum(step.begins <= one["created_at"] < step.ends for one in tasks)
        assert step.done == len(done)
        assert step.in_progress == sum(
            one["started_at"] is not None
            and one["started_at"] < step.ends
            and not (one["finished_at"] and one["finished_at"] < step.ends)
            for one in tasks
        )
        assert step.cycle_seconds == (pytest.approx(median(took)) if took else None)


async def test_a_burn_up_counts_what_there_was_and_what_was_done_by_then(database: Database, world: World) -> None:
    room = await world.room()
    root = await world.objective(room)
    below = await world.objective(room, parent=f"O{root.id}")
    await make_history(database, world, room, below.id, 1)
    await database.execute("update objective set created_at = now() - interval '2 hours' where id = $1", root.id)
    tasks = await database.fetch("select * from task where objective_id = $1", below.id)

    keys = [flow.burn_up_key(root.id, 9), flow.burn_up_key(below.id, 2)]
    found = await flow.of_objectives(database, keys)

    marks = found[keys[0]]
    assert [len(found[key]) for key in keys] == [9, 2]
    assert marks[-1].at - marks[0].at >= timedelta(hours=2)
    for mark in marks:
        there = [one for one in tasks if one["created_at"] <= mark.at]
        cancelled = [one for one in there if one["status"] == "CANCELLED" and one["finished_at"] <= mark.at]
        assert mark.tasks == len(there) - len(cancelled)
        assert mark.done == sum(one["status"] == "DONE" and one["finished_at"] <= mark.at for one in tasks)
    assert found[keys[1]][-1] == flow.Mark(found[keys[1]][-1].at, marks[-1].tasks, marks[-1].done)


async def test_a_finished_objective_ends_where_it_finished(database: Database, world: World) -> None:
    room = await world.room()
    objective = await world.objective(room)
    await make_history(database, world, room, objective.id, 2)
    await database.execute("update objective set status = 'DONE', finished_at = now() where id = $1", objective.id)
    ended = await database.fetchval("select finished_at from objective where id = $1", objective.id)

    marks = (await flow.of_objectives(database, [(objective.id, 5)]))[objective.id, 5]

    assert abs(marks[-1].at - ended) < timedelta(milliseconds=1)


async def test_a_room_without_tasks_has_steps_of_nothing(database: Database, world: World) -> None:
    key = flow.flow_key((await world.room()).id, 3, 3600)
    assert [
        (step.created, step.done, step.in_progress, step.cycle_seconds)
        for step in (await flow.of_rooms(database, [key]))[key]
    ] == [(0, 0, 0, None)] * 3


@pytest.mark.parametrize(("points", "seconds"), [(0, 60), (201, 60), (24, 0), (24, 31_536_001)])
def test_too_much_is_refused(points: int, seconds: int) -> None:
    with pytest.raises(BadInput):
        flow.flow_key(1, points, seconds)
