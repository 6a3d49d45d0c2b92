"""Brings a database up to date: the files of sql/migrations, forward only, each in a transaction of its own."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

import asyncpg

from db.core import session
from db.core.queries import q

OLDEST_POSTGRES = 15

_NAME = re.compile(r"(\d{4}_\w+)\.sql")
# Any number will do, as long as nothing else in the database locks it.
_LOCK_KEY = 0x60A1_4004


class CannotMigrate(Exception):  # noqa: N818  # it says what the operator can do
    """The database can't be brought up to date: one line that says why."""


def migrations() -> dict[str, str]:
    """What this version knows, in order: names, each with its statements."""
    found = ((_NAME.fullmatch(file.name), file) for file in (files("sql") / "migrations").iterdir())
    return dict(sorted((match[1], file.read_text("utf-8")) for match, file in found if match))


async def migrate(url: str) -> list[str]:
    """Apply what is missing, and say what that was. From several machines at once: one does it, the others wait."""
    known = migrations()
    async with exclusive_connection(url) as connection:
        if connection.get_server_version().major < OLDEST_POSTGRES:
            raise CannotMigrate(f"Goalroom needs Postgres {OLDEST_POSTGRES} or newer.")
        if (encoding := await q.server_encoding(connection)) != "UTF8":
            raise CannotMigrate(f"Goalroom needs a database with the encoding UTF8; this one has {encoding}.")
        done = await applied(connection)
        if unknown := sorted(done - known.keys()):
            raise CannotMigrate(
                f"The database is newer than this Goalroom, which doesn't know {unknown[-1]}: update it."
            )
        missing = [name for name in known if name not in done]
        for name in missing:
            await _apply(connection, name, known[name])
        return missing


async def pending(on: Any) -> list[str]:
    """What a database still lacks; empty where it is up to date."""
    done = await applied(on)
    return [name for name in migrations() if name not in done]


@asynccontextmanager
async def exclusive_connection(url: str) -> AsyncGenerator[Any]:
    """A connection on which to do what only one process at a time may do to a database."""
    connection = await session.connect(url, seconds=10)
    try:
        await q.wait_for_turn(connection, key=_LOCK_KEY)
        yield connection
    finally:
        # The lock ends with the connection.
        connection.terminate()


async def applied(on: Any) -> set[str]:
    """The names of those that were."""
    if not await q.has_migration_table(on):
        return set()
    return {row["name"] for row in await q.applied_migrations(on)}


async def _apply(connection: Any, name: str, statements: str) -> None:
    try:
        async with connection.transaction():
            if not await q.has_migration_table(connection):
                await q.make_migration_table(connection)
            await connection.execute(statements)
            await q.record_migration(connection, name=name)
    except asyncpg.PostgresError as error:
        raise CannotMigrate(f"Migration {name} failed: {error}.") from error
