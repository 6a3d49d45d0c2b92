"""A real Postgres for each worker, a migrated database in it that every test finds empty, and a server to speak to."""

import os
import secrets
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from db.core.database import Database
from db.core.migrations import migrate
from goalroom.postgres.embedded import Cluster
from tests.client import Client
from tests.e2e.commands import Server
from tests.factories import World

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
async def new_database(postgres_url: str) -> AsyncGenerator[str]:
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
    async with new_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
async def _migrated(postgres_url: str) -> AsyncGenerator[tuple[str, str]]:
    """The URL of this worker's database, and the statements that empty it."""
    async with new_database(postgres_url) as url:
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


@asynccontextmanager
async def emptied(migrated: tuple[str, str]) -> AsyncGenerator[str]:
    """The URL of the worker's database, which is empty again afterwards."""
    url, emptying = migrated
    try:
        yield url
    finally:
        connection = await asyncpg.connect(url)
        await connection.execute(emptying)
        await connection.close()


@pytest.fixture
async def database_url(_migrated: tuple[str, str]) -> AsyncGenerator[str]:
    """A migrated database, emptied after the test."""
    async with emptied(_migrated) as url:
        yield url


@pytest.fixture(scope="session")
async def _pool(_migrated: tuple[str, str]) -> AsyncGenerator[Database]:
    """Its connections know the statements that they prepared, which takes longer than most tests."""
    opened = await Database.connect(_migrated[0])
    yield opened
    await opened.close()


@pytest.fixture
async def database(database_url: str, _pool: Database) -> Database:  # noqa: ARG001  # emptied after the test
    """One that knows nothing of the tests before."""
    return Database(_pool.pool)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


@dataclass(frozen=True)
class Site:
    """A database of its own, for servers that share it, and the token of its ADMIN."""

    database_url: str
    token: str

    def serve(self, data_dir: Path) -> Server:
        arguments = ("--data-dir", data_dir, "--database-url", self.database_url, "--rate-limit", "0")
        return Server(*arguments, GOALROOM_ADMIN_TOKEN=self.token)


@pytest.fixture(scope="session")
async def site(postgres_url: str) -> AsyncGenerator[Site]:
    async with new_database(postgres_url) as url:
        yield Site(url, f"gr_{secrets.token_urlsafe(32)}")


@pytest.fixture(scope="session")
def server(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, str]]:
    """`goalroom serve`: its URL, and the token of its ADMIN. Tests make rooms of their own."""
    with site.serve(tmp_path_factory.mktemp("server")) as running:
        yield running.url, site.token


@pytest.fixture(scope="session")
def other_server(
    site: Site, server: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[str, str]]:
    """A second process on the database of `server`."""
    with site.serve(tmp_path_factory.mktemp("other-server")) as running:
        assert running.url != server[0]
        yield running.url, site.token


@pytest.fixture
async def admin(server: tuple[str, str]) -> AsyncGenerator[Client]:
    """The server's ADMIN."""
    async with Client(*server) as client:
        yield client
