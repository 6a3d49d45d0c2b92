import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import pytest

from db.core import migrations
from db.core.migrations import CannotMigrate


@pytest.fixture
async def connection(empty_database: str) -> AsyncGenerator[Any]:
    opened = await asyncpg.connect(empty_database)
    yield opened
    await opened.close()


async def tables(connection: Any) -> set[str]:
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    return {row["tablename"] for row in rows}


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = [int(name[:4]) for name in migrations.migrations()]

    assert numbers == list(range(1, len(numbers) + 1))


async def test_an_empty_database_gets_them_all_in_order_and_once(empty_database: str, connection: Any) -> None:
    assert await migrations.pending(connection) == list(migrations.migrations())

    assert await migrations.migrate(empty_database) == list(migrations.migrations())

    assert await migrations.pending(connection) == []
    assert await migrations.migrate(empty_database) == []
    assert {"room", "task", "event", "schema_migration"} <= await tables(connection)


async def test_of_many_at_once_one_does_the_work(empty_database: str) -> None:
    done = await asyncio.gather(*(migrations.migrate(empty_database) for _ in range(5)))

    assert sorted(done) == [[]] * 4 + [list(migrations.migrations())]


async def test_an_older_database_gets_what_it_lacks(
    empty_database: str, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrations.migrate(empty_database)
    newer = migrations.migrations() | {"9999_tomorrow": "create table tomorrow (id bigint)"}
    monkeypatch.setattr(migrations, "migrations", lambda: newer)

    assert await migrations.pending(connection) == ["9999_tomorrow"]
    assert await migrations.migrate(empty_database) == ["9999_tomorrow"]
    assert "tomorrow" in await tables(connection)


async def test_one_that_fails_leaves_nothing_of_itself_and_those_before_it(
    empty_database: str, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = migrations.migrations() | {"9999_broken": "create table half (id bigint); select 1 / 0"}
    monkeypatch.setattr(migrations, "migrations", lambda: broken)

    with pytest.raises(CannotMigrate, match="Migration 9999_broken failed: division by zero"):
        await migrations.migrate(empty_database)

    assert await migrations.pending(connection) == ["9999_broken"]
    assert "half" not in await tables(connection)
    assert "task" in await tables(connection)


async def test_a_database_of_a_newer_version_is_left_alone(empty_database: str, connection: Any) -> None:
    await migrations.migrate(empty_database)
    await connection.execute("insert into schema_migration (name) values ('9999_tomorrow')")

    with pytest.raises(CannotMigrate, match="newer than this Goalroom, which doesn't know 9999_tomorrow"):
        await migrations.migrate(empty_database)

    assert await migrations.pending(connection) == []


async def test_a_database_of_another_encoding_is_refused(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(
        "create database latin encoding 'LATIN1' locale_provider libc lc_collate 'C' lc_ctype 'C' template template0"
    )

    with pytest.raises(CannotMigrate, match="has LATIN1"):
        await migrations.migrate(postgres_url.replace("/postgres?", "/latin?"))

    await connection.execute("drop database latin with (force)")
    await connection.close()
