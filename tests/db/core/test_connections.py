"""Which errors say that the database can't serve now, and what clients are told of them."""

import asyncio
from typing import Any

import asyncpg
import pytest

from db.core.connection_errors import unavailable
from db.core.database import Database
from db.core.errors import Unavailable
from db.operations import disk


async def test_who_waits_too_long_for_a_connection_is_told_that_the_database_is_busy(database_url: str) -> None:
    database = await Database.connect(database_url, size=1, acquire_timeout=0.1)
    async with database.connection():
        with pytest.raises(Unavailable, match="The database is busy"):
            await database.fetchval("select 1")

        database.mark_unavailable()
        with pytest.raises(Unavailable, match="can't be reached"):
            await database.fetchval("select 1")
    await database.close()


async def test_statements_that_gave_way_or_took_too_long_say_so(database_url: str) -> None:
    one, other = await asyncpg.connect(database_url), await asyncpg.connect(database_url)
    await one.execute("set statement_timeout = 50")
    with pytest.raises(asyncpg.QueryCanceledError) as too_slow:
        await one.execute("select pg_sleep(10)")
    await one.execute("set statement_timeout = 0")

    async def lock_both(connection: Any, first: int, second: int) -> list[BaseException]:
        try:
            async with connection.transaction():
                await connection.execute("select pg_advisory_xact_lock($1)", first)
                await asyncio.sleep(0.2)
                await connection.execute("select pg_advisory_xact_lock($1)", second)
        except asyncpg.DeadlockDetectedError as error:
            return [error]
        return []

    outcomes = await asyncio.gather(lock_both(one, 1, 2), lock_both(other, 2, 1))
    await one.close()
    await other.close()

    told = [unavailable(error) for error in (too_slow.value, *outcomes[0], *outcomes[1])]
    assert [one and one.why.partition(":")[0] for one in told] == ["The database is busy", "The room is busy"]
    assert [unavailable(error) for error in (ValueError(), asyncpg.UniqueViolationError())] == [None, None]


async def test_a_full_disk_is_known_until_something_can_be_written(database_url: str) -> None:
    database = await Database.connect(database_url, size=1)
    with pytest.raises(asyncpg.DiskFullError) as full:
        await database.execute("do $$ begin raise 'no space' using errcode = 'disk_full'; end $$")
    was_full = database.is_disk_full
    still_full = await disk.is_full(database)

    assert (was_full, still_full, database.is_disk_full) == (True, False, False)
    told = unavailable(full.value)
    assert told is not None
    assert (told.retry_after_seconds, told.why.partition(":")[0]) == (10, "The database's disk is full")
    await database.close()


async def test_no_connection_but_the_first_asks_what_arrays_are(database_url: str) -> None:
    database = await Database.connect(database_url, size=2)
    taken = "select $1::bigint[], $2::text[], $3::timestamptz[], $4::smallint[], $5::bytea[], $6::boolean[], $7::int[]"
    asked: list[str] = []
    async with database.connection() as first, database.connection() as second:
        assert first.get_server_pid() != second.get_server_pid()
        second.add_query_logger(lambda query: asked.append(query.query))
        answered = await second.fetchrow(taken, [1], ["a"], [], [2], [b"b"], [True], [3])

    assert asked == [taken]
    assert [*answered] == [[1], ["a"], [], [2], [b"b"], [True], [3]]
    await database.close()
