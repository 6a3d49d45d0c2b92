"""The same request again gets the first answer, and nothing is done twice."""

import asyncio

import pytest

from db.core import idempotency
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import BadInput, IdempotencyMismatch, NotFound
from db.core.records import Objective, Room
from db.goals import objective_mutations
from tests import people


@pytest.fixture
async def room(database: Database) -> Room:
    return await people.room(database)


@pytest.fixture
async def ann(database: Database, room: Room) -> Caller:
    return await people.caller(database, "ann", room)


async def make(database: Database, caller: Caller, key: str | None, title: str = "Goal", **more: str) -> Objective:
    return await objective_mutations.create(database, caller, title=title, key=key, **more)  # type: ignore[arg-type]


async def count(database: Database) -> int:
    number: int = await database.fetchval("select count(*) from objective")
    return number


async def test_many_requests_at_once_with_one_key_do_it_once(database: Database, ann: Caller, room: Room) -> None:
    made = await asyncio.gather(*(make(database, ann, "k") for _ in range(12)))

    assert len({one.id for one in made}) == 1
    assert await count(database) == 1
    assert [kind for kind, _ in await people.log(database, room)].count("OBJECTIVE_CREATED") == 1


async def test_another_input_with_the_key_is_refused(database: Database, ann: Caller) -> None:
    await make(database, ann, "k")

    with pytest.raises(IdempotencyMismatch):
        await make(database, ann, "k", "Other")

    assert await count(database) == 1


async def test_a_key_belongs_to_its_caller(database: Database, ann: Caller, room: Room) -> None:
    bob = await people.caller(database, "bob", room)

    assert (await make(database, ann, "k")).id != (await make(database, bob, "k", "Other")).id


async def test_a_key_belongs_to_its_mutation(database: Database, ann: Caller) -> None:
    await make(database, ann, "k")

    async with database.transaction() as tx:
        assert await idempotency.stored_answer(tx, ann, "createTask", "k", ["Other"]) is None


async def test_without_a_key_each_request_is_new(database: Database, ann: Caller) -> None:
    assert (await make(database, ann, None)).id != (await make(database, ann, None)).id


async def test_a_refusal_uses_no_key_up(database: Database, ann: Caller) -> None:
    with pytest.raises(NotFound):
        await make(database, ann, "k", owner="nobody")

    assert (await make(database, ann, "k", "Other")).title == "Other"


async def test_who_waits_for_a_request_that_is_refused_then_does_it(database: Database, ann: Caller) -> None:
    waiting = asyncio.Event()

    async def first() -> None:
        async with database.transaction() as tx:
            await idempotency.stored_answer(tx, ann, "createObjective", "k", "something else")
            waiting.set()
            await asyncio.sleep(0.1)
            raise NotFound("T1")

    async def second() -> Objective:
        await waiting.wait()
        return await make(database, ann, "k")

    refused, made = await asyncio.gather(first(), second(), return_exceptions=True)

    assert isinstance(refused, NotFound)
    assert isinstance(made, Objective)


@pytest.mark.parametrize("key", ["", "x" * 301, "a\0", "\ud800"])
async def test_invalid_keys_are_refused(database: Database, ann: Caller, key: str) -> None:
    with pytest.raises(BadInput):
        await make(database, ann, key)

    assert await count(database) == 0


async def test_keys_are_kept_for_a_day_at_least_and_then_forgotten(database: Database, ann: Caller) -> None:
    for key in ("fresh", "old"):
        await make(database, ann, key)
    await database.execute("update idempotency set created_at = now() - interval '25 hours' where key = 'fresh'")
    await database.execute("update idempotency set created_at = now() - interval '49 hours' where key = 'old'")

    forgotten = await asyncio.gather(*(idempotency.delete_old_keys(database) for _ in range(2)))

    assert sum(forgotten) == 1
    assert await idempotency.delete_old_keys(database) == 0
    assert [row["key"] for row in await database.fetch("select key from idempotency")] == ["fresh"]
