"""Claims that wait together: their order, and who among them gets nothing."""

import asyncio

import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import Unavailable
from db.core.records import Task
from db.events.feed import Feed
from db.operations import agent_mutations
from db.tasks import claim_next
from db.tasks.claim_next import ClaimRequest
from tests.factories import World


async def claim(database: Database, caller: Caller, *, cancelled: bool = False) -> list[Task]:
    gone = asyncio.Event()
    if cancelled:
        gone.set()
    got, _ = await claim_next.claim_next(database, Feed(database), caller, ClaimRequest(), cancelled=gone)
    return got


async def test_those_who_wait_are_served_in_the_order_in_which_they_came(database: Database, world: World) -> None:
    room = await world.room()
    made = [await world.task(room) for _ in range(12)]
    agents = [await world.agent(rooms=[room]) for _ in range(6)]

    got = await asyncio.gather(*(claim(database, agent) for agent in [*agents, *agents]))

    assert [[task.id for task in each] for each in got] == [[task.id] for task in made]
    assert [task.assignee_id for [task] in got] == [agent.agent_id for agent in [*agents, *agents]]
    logged = await database.fetch("select task_id from event where kind = 'TASK_CLAIMED' order by seq")
    assert [row["task_id"] for row in logged] == [task.id for task in made]


async def test_whoever_hung_up_gets_nothing_and_the_others_do(database: Database, world: World) -> None:
    room = await world.room()
    made = [await world.task(room) for _ in range(3)]
    here, gone, also_here = [await world.agent(rooms=[room]) for _ in range(3)]

    first, refused, second = await asyncio.gather(
        claim(database, here), claim(database, gone, cancelled=True), claim(database, also_here), return_exceptions=True
    )

    assert isinstance(refused, Unavailable)
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert [task.id for task in first + second] == [task.id for task in made[:2]]
    assert await database.fetchval("select count(*) from task where status = 'DOING'") == 2
    assert await database.fetchval("select count(*) from event where kind = 'TASK_CLAIMED'") == 2


@pytest.mark.parametrize("changes_first", [True, False])
async def test_what_an_agent_can_do_by_now_counts_and_not_what_it_could_when_it_asked(
    database: Database, world: World, *, changes_first: bool
) -> None:
    room = await world.room()
    welding, plain = await world.task(room, capabilities=["welding"], priority=0), await world.task(room)
    agents = [await world.agent(rooms=[room], capabilities=["welding"]) for _ in range(2)]
    changed, same = agents if changes_first else reversed(agents)
    await agent_mutations.update(database, changed, changed.name, {"capabilities": []})

    got = dict(zip(agents, await asyncio.gather(*(claim(database, agent) for agent in agents)), strict=True))

    assert [task.id for task in got[same]] == [welding.id]
    assert [task.id for task in got[changed]] == [plain.id]
