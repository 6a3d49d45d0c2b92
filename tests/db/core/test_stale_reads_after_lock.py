"""Acts that waited for a task: they decide on the row as it is once they have it, not as it was when they asked."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import TaskStatus
from db.core.errors import AlreadyClaimed
from db.core.records import Room, Task
from db.resources import resources
from db.tasks import claims, task_progress
from tests.factories import World
from tests.invariants import check_what_is_stored
from tests.patience import PATIENCE_S

T = TypeVar("T")


@asynccontextmanager
async def changed_while_waiting(
    database: Database, task: Task, act: Callable[[], Awaitable[T]]
) -> AsyncGenerator[tuple[Any, asyncio.Future[T]]]:
    """A connection that holds the task until the block ends, and the act, which waits for it meanwhile."""
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("select from task where id = $1 for no key update", task.id)
        waiting = asyncio.ensure_future(act())
        async with asyncio.timeout(PATIENCE_S):
            await _somebody_waits(database)
        yield connection, waiting


async def _somebody_waits(database: Database) -> None:
    waits = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    while True:
        if await database.fetch(waits):
            return
        await asyncio.sleep(0.01)


async def need(connection: Any, task: Task, resource_id: int) -> None:
    """Let the task need this resource, by a requirement that nobody has seen yet."""
    await connection.execute(
        "with made as (insert into requirement (capabilities, resources) values ('{}', array[$2::bigint]) returning id)"
        " update task set requirement_id = made.id from made where task.id = $1",
        task.id,
        resource_id,
    )


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room()


@pytest.fixture
async def ann(world: World, room: Room) -> Caller:
    return await world.agent("ann", rooms=[room])


@pytest.fixture
async def repo(database: Database, ann: Caller) -> int:
    """The key of a resource that one task at a time may hold."""
    made = await resources.define(
        database,
        ann,
        room=None,
        name="repo",
        capacity={"capacity": 1},
        failure_threshold=1,
        cooldown_seconds=60,
    )
    return made.id


async def test_a_claim_takes_what_its_task_needs_by_then(
    database: Database, world: World, room: Room, ann: Caller, repo: int
) -> None:
    task = await world.task(room)

    async with changed_while_waiting(database, task, lambda: claims.claim(database, ann, f"T{task.id}")) as (
        connection,
        waiting,
    ):
        await need(connection, task, repo)
    claimed = await waiting

    assert claimed.status is TaskStatus.DOING
    assert await database.fetchval("select in_use from resource") == 1
    await check_what_is_stored(database, room.id)


async def test_a_release_frees_what_its_task_needs_by_then(
    database: Database, world: World, room: Room, ann: Caller, repo: int
) -> None:
    task = await world.task(room)
    await claims.claim(database, ann, f"T{task.id}")

    async with changed_while_waiting(
        database, task, lambda: task_progress.release(database, ann, f"T{task.id}", handoff=None)
    ) as (connection, waiting):
        await need(connection, task, repo)
        await connection.execute("update resource set in_use = 1")
    await waiting

    assert await database.fetchval("select in_use from resource") == 0
    await check_what_is_stored(database, room.id)


async def test_a_refusal_names_who_holds_the_task_by_then(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    task, bob = await world.task(room), await world.agent("bob", rooms=[room])

    async with changed_while_waiting(database, task, lambda: claims.claim(database, ann, f"T{task.id}")) as (
        connection,
        waiting,
    ):
        await connection.execute(
            "update task set status = 'DOING', assignee_id = $2, claimed_at = now(), lease_seconds = 60,"
            " lease_expires_at = now() + interval '1 minute' where id = $1",
            task.id,
            bob.agent_id,
        )

    with pytest.raises(AlreadyClaimed) as refused:
        await waiting
    assert refused.value.holder == "bob"
