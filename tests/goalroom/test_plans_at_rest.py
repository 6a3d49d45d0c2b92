"""What the server asks of itself, over and over, while nobody does anything is planned once for all times."""

import pytest

from db.core.database import Database
from db.core.migrations import migrate
from goalroom.observability.metrics import Metrics
from goalroom.sweeper import SWEEPS, sweep_all
from tests.factories import World
from tests.plans import add_tasks, planned_anew

ROUNDS = 8


@pytest.mark.parametrize(("rooms", "tasks"), [(1, 3_000), (20, 10)])
async def test_at_rest_nothing_is_planned_anew(empty_database: str, rooms: int, tasks: int) -> None:
    await migrate(empty_database)
    database = await Database.connect(empty_database, size=1)
    try:
        world = World(database)
        for _ in range(rooms):
            room = await world.room()
            await world.agent(rooms=[room])
            await world.objective(room)
            await world.task(room)
            await add_tasks(database, room, tasks)
        await database.execute("analyze")
    finally:
        await database.close()
    at_rest = await Database.connect(empty_database, size=1)
    try:
        sweeps = {name: sweep for name, (every, sweep) in SWEEPS.items() if every == 1}
        for _ in range(ROUNDS):
            await sweep_all(at_rest, sweeps, Metrics())

        assert await planned_anew(at_rest) == []
    finally:
        await at_rest.close()
