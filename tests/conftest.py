"""A real Postgres for each worker, a migrated database in it that every test finds empty, and a server to speak to."""

import os
import secrets
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest

from db.database import Database
from db.migrate import migrate
from goalroom.embedded import Cluster
from tests.client import Client
from tests.e2e.commands import Server
from tests.world import World

_SERVER_ENV = "GOALROOM_TEST_DATABASE_URL"


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """A Postgres on which databases may be made: the embedded one, or the operator's that the environment names."""
    if given := os.environ.get(_SERVER_ENV):
        yield given
        return
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster.url


@asynccontextmanager
async def _new_database(postgres_url: str) -> AsyncGenerator[str]:
    """The URL of an empty database, which is gone afterwards."""
    name = f"test_{secrets.token_hex(8)}"
    server = await asyncpg.connect(postgres_url)
    try:
        await server.execute(f"create database {name} encoding 'UTF8' template template0")
        yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
        await server.execute(f"drop database {name} with (force)")
    finally:
        await server.close()


@pytest.fixture
async def empty_database(postgres_url: str) -> AsyncGenerator[str]:
    """A database in which there is nothing."""
    async with _new_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
async def _migrated(postgres_url: str) -> AsyncGenerator[tuple[str, str]]:
    """The URL of this worker's database, and the statements that empty it."""
    async with _new_database(postgres_url) as url:
        await migrate(url)
        connection = await asyncpg.connect(url)
        tables = await connection.fetch(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_migration'"
        )
        # As a replica it asks no foreign key and no trigger, so that any order will do.
        deletions = [f"delete from {table['tablename']}" for table in tables]  # noqa: S608  # our own tables
        emptying = "; ".join(["set session_replication_role = replica", *deletions])
        # Migrations leave a row or two: the first test starts as the others do.
        await connection.execute(emptying)
        await connection.close()
        yield url, emptying


@pytest.fixture
async def database_url(_migrated: tuple[str, str]) -> AsyncGenerator[str]:
    """A migrated database, emptied after the test."""
    url, emptying = _migrated
    yield url
    connection = await asyncpg.connect(url)
    await connection.execute(emptying)
    await connection.close()


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    opened = await Database.connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


@pytest.fixture(scope="session")
async def server(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[str, str]]:
    """`goalroom serve` on a database of its own: its URL, and the token of its ADMIN. Tests make rooms of their own."""
    token = f"gr_{secrets.token_urlsafe(32)}"
    async with _new_database(postgres_url) as url:
        arguments = ("--data-dir", tmp_path_factory.mktemp("server"), "--database-url", url, "--rate-limit", "0")
        with Server(*arguments, GOALROOM_ADMIN_TOKEN=token) as running:
            yield running.url, token


@pytest.fixture
async def admin(server: tuple[str, str]) -> AsyncGenerator[Client]:
    """The server's ADMIN."""
    async with Client(*server) as client:
        yield client
