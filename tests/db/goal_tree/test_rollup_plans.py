"""What rolls up is read by index, with one plan for all calls, and a room's counts read nothing of what is finished."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import pytest

from db.core import ids
from db.core.database import Database
from db.core.migrations import migrate
from db.core.queries import q, texts_of
from db.core.records import TaskCounts
from db.goal_tree import objective_tree
from db.tasks import task_cancel
from tests.factories import World
from tests.plans import add_tasks, kept_plan, planned_anew, scans

TABLES = ("objective", "task", "key_result")
INDEXES = {"objective_pkey", "objective_parent", "objective_children", "task_by_objective", "key_result_objective"}


@pytest.fixture
async def alone(empty_database: str) -> AsyncGenerator[Database]:
    """One connection, which has prepared nothing, to a database whose statistics change when the test says so."""
    await migrate(empty_database)
    opened = await Database.connect(empty_database, size=1)
    for table in TABLES:
        await opened.execute(f"alter table {table} set (autovacuum_enabled = false)")
    yield opened
    await opened.close()


async def test_trees_are_rolled_up_by_index_with_one_plan(alone: Database) -> None:
    world = World(alone)
    room = await world.room()
    await world.agent(rooms=[room])
    root = await world.objective(room)
    await world.task(room)
    await alone.execute(
        "insert into objective (id, room_id, parent_id, title)"
        " select $2::bigint + n, $1, $2 + n / 10, 'Goal ' || n from generate_series(1, 3000) n",
        room.id,
        root.id,
    )
    await add_tasks(alone, room, 3_000)
    await alone.execute("update task set objective_id = $1::bigint + id % 3000", root.id)
    await alone.execute(
        "insert into key_result (objective_id, title, start, target, current)"
        " select $1::bigint + n, 'Users', 0, 1, 0 from generate_series(0, 3000, 3) n",
        root.id,
    )
    [text] = texts_of(q.parts_of_trees)

    for known in (False, True):
        if known:
            await alone.execute("analyze")
        async with alone.connection() as connection:
            plan = await kept_plan(connection, text)
        assert {scan for table in TABLES for scan in scans(plan, table)} <= INDEXES
        for asked in ([root.id], list(range(root.id, root.id + 50)), [root.id + 3_000]):
            for _ in range(4):
                assert (await objective_tree.rollups(alone, asked)).keys() == set(asked)
    assert await planned_anew(alone) == []


async def test_the_counts_of_a_room_read_nothing_of_what_is_finished_or_waits(alone: Database) -> None:
    world = World(alone)
    room = await world.room()
    creator = await world.creator()
    first, second, *_ = [await world.task(room) for _ in range(5)]
    await task_cancel.cancel(alone, creator, ids.of(ids.TASK, first.id), "Not wanted")
    await alone.execute(
        "insert into task (room_id, creator_id, title, requirement_id, status, finished_at)"
        " select room_id, creator_id, 'Done', requirement_id, 'DONE', now() from task, generate_series(1, 3000)"
        " where id = $1",
        second.id,
    )
    await alone.execute(
        "insert into task (room_id, creator_id, title, requirement_id, open_dependencies)"
        " select room_id, creator_id, 'Waits', requirement_id, 1 from task, generate_series(1, 3000) where id = $1",
        second.id,
    )
    await alone.execute("update room_log set done = 3000, tasks = tasks + 6000")
    await alone.execute("analyze task")
    [text] = texts_of(q.task_counts_of_rooms)

    counts = await objective_tree.counts_of_rooms(alone, [room.id])
    [[explained]] = await alone.fetch(f"explain (analyze, format json) {text}", [room.id])

    assert counts == {room.id: TaskCounts(total=6_005, todo=3_004, ready=4, done=3_000, cancelled=1)}
    assert most_rows(explained[0]["Plan"], "task") <= 4


def most_rows(plan: Mapping[str, Any], table: str) -> float:
    """How many rows a part of the plan read of the table at most, those that it left out among them."""
    here = (
        plan.get("Actual Rows", 0) + plan.get("Rows Removed by Filter", 0) if plan.get("Relation Name") == table else 0
    )
    return max([here, *(most_rows(part, table) for part in plan.get("Plans", ()))])
