"""Claims are planned once for all calls, and the plans that are kept read the indexes of ready tasks at any size."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from db.core import ids
from db.core.callers import Caller, authenticate_all
from db.core.database import Database
from db.core.migrations import migrate
from db.core.queries import q, texts_of
from db.core.records import Objective, Room
from db.events.feed import Feed
from db.tasks import claim_next, claims
from db.tasks.claim_next import ClaimRequest
from tests.factories import World
from tests.plans import add_tasks, kept_plan, planned_anew, scans

CALLS = 8
# Beyond some ten thousand tasks the planner makes those claims anew that are narrowed by labels or an objective.
SIZES = [1_000, 5_000]
# Where what is claimed is looked for, and where it is found by its key.
READY, KEY = {"task_ready", "task_ready_assigned"}, {"task_pkey"}


@pytest.fixture
async def alone(empty_database: str) -> AsyncGenerator[Database]:
    """One connection, which has prepared nothing, to a database whose statistics change when the test says so."""
    await migrate(empty_database)
    opened = await Database.connect(empty_database, size=1)
    await opened.execute("alter table task set (autovacuum_enabled = false)")
    yield opened
    await opened.close()


async def work(database: Database, agents: list[Caller], room: Room, objective: Objective) -> None:
    """Claim in every way, often enough that what is planned anew shows."""
    plain, limited = ClaimRequest(room=f"R{room.id}"), ClaimRequest(room=f"R{room.id}", labels=["x"])
    narrowed = ClaimRequest(room=f"R{room.id}", objective=f"O{objective.id}")
    feed = Feed(database)

    async def claim(caller: Caller, request: ClaimRequest, most: int, key: str | None) -> int:
        got, _ = await claim_next.claim_next(
            database, feed, caller, request, most=most, key=key, cancelled=asyncio.Event()
        )
        return len(got)

    for number in range(CALLS):
        for request in (plain, limited, narrowed):
            assert await claim(agents[0], request, 1, None) == 1
            assert await claim(agents[0], request, 3, f"{id(request)} {number}") == 3
        assert await asyncio.gather(*(claim(agent, plain, 1, None) for agent in agents)) == [1] * len(agents)
        one = await database.fetchval(
            "select max(id) from task where room_id = $1 and ready and assignee_id is null", room.id
        )
        await claims.claim(database, agents[1], ids.of(ids.TASK, one))
        await authenticate_all(database, [b"nobody"])


@pytest.mark.parametrize("wip_limit", [None, 500])
async def test_a_claim_is_planned_once_for_all_calls(alone: Database, wip_limit: int | None) -> None:
    world = World(alone)
    room, other = await world.room(wip_limit=wip_limit), await world.room()
    agents = [await world.agent(rooms=[room]) for _ in range(3)]
    objective = await world.objective(room)
    await world.task(other, capabilities=["rust"])
    await world.task(room)
    await add_tasks(alone, other, SIZES[1])
    await add_tasks(alone, room, 1_000)
    await alone.execute("analyze")

    await work(alone, agents, room, objective)

    assert [text for text in await planned_anew(alone) if "pg_prepared" not in text and "max(id)" not in text] == []


async def test_kept_plans_of_claims_read_the_indexes_of_ready_tasks(alone: Database) -> None:
    world = World(alone)
    room = await world.room()
    await world.agent(rooms=[room])
    await world.objective(room)
    await world.task(room)
    made = 0
    wrong = {}
    for size in SIZES:
        await add_tasks(alone, room, size - made)
        made = size
        for known in (False, True):
            if known:
                await alone.execute("analyze")
            async with alone.connection() as connection:
                for text in texts_of(q.claim_next):
                    read = set(scans(await kept_plan(connection, text), "task"))
                    # A small table is read as it lies where few of its tasks fit; before it is known, by any index.
                    narrowed = "labels @>" in text or "objective_id = any" in text or "limit 4096" in text
                    is_right = read <= READY | KEY if known else "Seq Scan" not in read
                    if not read >= KEY or not (is_right or narrowed):
                        wrong[size, known, text] = read

    assert wrong == {}
