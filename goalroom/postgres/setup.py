"""Connects to the operator's Postgres or the embedded one, and brings it up to date."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from db.core.database import Database
from db.core.migrations import CannotMigrate, exclusive_connection, migrate
from db.core.pooled_sessions import keeps_prepared_statements
from db.operations import bootstrap
from goalroom.command_error import CommandError
from goalroom.postgres import admin_token, data_dir
from goalroom.postgres.embedded import Cluster
from goalroom.settings import Settings


@asynccontextmanager
async def postgres(settings: Settings) -> AsyncGenerator[str]:
    """The URL of a Postgres that runs until this is left; the embedded one unless the settings name another.

    Sessions are made there, whatever is between the pool and it.
    """
    if settings.database_url is not None:
        data_dir.close_to_others(settings.data_dir)
        yield settings.direct_database_url or settings.database_url
        return
    cluster = Cluster(settings.data_dir)
    keeper = None
    # In a thread, and so not to be cancelled: whoever is told to stop meanwhile waits, and then stops it.
    starting = asyncio.ensure_future(asyncio.to_thread(cluster.start))
    try:
        await asyncio.shield(starting)
        keeper = asyncio.create_task(cluster.keep())
        yield cluster.url
    finally:
        if keeper is not None:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
        await _finish(_stop(cluster, starting))


async def _stop(cluster: Cluster, starting: asyncio.Future[None]) -> None:
    await asyncio.wait([starting])
    await asyncio.to_thread(cluster.stop)


async def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Do this to its end, however often we are told to stop: what it ends would otherwise run on."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])
    task.result()


async def bring_up_to_date(url: str) -> list[str]:
    """The migrations that were missing, applied."""
    with as_command_errors(url):
        try:
            return await migrate(url)
        except (asyncpg.ClientConfigurationError, ValueError) as error:
            raise CommandError(f"The database URL is wrong: {error}.", 2) from error


async def check_pooler(url: str) -> None:
    """A CommandError where the pooler forgets prepared statements, of which every statement is one."""
    with as_command_errors(url):
        if not await keeps_prepared_statements(url):
            raise CommandError(
                f"The pooler {_shown(url)} doesn't keep prepared statements: PgBouncer does from 1.21 on, with "
                "max_prepared_statements above 0."
            )


@asynccontextmanager
async def bootstrapped(settings: Settings) -> AsyncGenerator[str]:
    """The URL of a Postgres that is up to date and has what every database starts with."""
    async with postgres(settings) as url:
        await bring_up_to_date(url)
        with as_command_errors(url):
            async with exclusive_connection(url):
                database = await Database.connect(url, size=1)
                try:
                    keep = partial(admin_token.keep, settings.data_dir)
                    await bootstrap.bootstrap(database, admin_token=settings.admin_token, keep_token=keep)
                finally:
                    await database.close()
        yield url


@asynccontextmanager
async def opened_to_read(settings: Settings) -> AsyncGenerator[Database]:
    """The database, or a replica of it that is up to date, for a command that changes nothing."""
    async with postgres(settings) as url:
        await bring_up_to_date(url)
        with as_command_errors(url):
            database = await Database.connect(url)
            try:
                yield database
            finally:
                await database.close()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Database]:
    """The database, for a command that works on it directly."""
    async with bootstrapped(settings) as url:
        with as_command_errors(url):
            database = await Database.connect(url)
            try:
                yield database
            finally:
                await database.close()


@contextmanager
def as_command_errors(url: str) -> Generator[None]:
    """Turn errors that an operator can fix into a CommandError that names the database, and never its password."""
    try:
        yield
    except CannotMigrate as error:
        raise CommandError(str(error)) from error
    except (
        OSError,
        TimeoutError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        # None of several hosts is the primary.
        asyncpg.InternalClientError,
    ) as error:
        why = "it doesn't answer" if isinstance(error, TimeoutError) else str(error)
        raise CommandError(f"The database {_shown(url)} can't be used: {why}") from error


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}" or "embedded"
