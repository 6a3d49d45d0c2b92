"""A real Postgres for each worker, a migrated database in it that every test finds empty, and a server to speak to."""

import os
import secrets
import subprocess
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from db.core.database import Database
from db.core.migrations import migrate
from goalroom.postgres.embedded import Cluster
from tests.client import Client
from tests.e2e.commands import Server
from tests.e2e.pooled import pooler
from tests.factories import World

_SERVER_ENV = "GOALROOM_TEST_DATABASE_URL"

# That the machine is slow is no fault of what is tested.
settings.register_profile("goalroom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("goalroom")


if pooler.EVERYWHERE:
    pooler.put_before_pools()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


NewCluster: TypeAlias = Callable[[Path], Cluster]


@pytest.fixture(scope="session")
def new_cluster(tmp_path_factory: pytest.TempPathFactory) -> NewCluster:
    """Makes data directories with a Postgres that never ran, as copies of one: ten times as fast as initdb."""
    made = tmp_path_factory.mktemp("made")
    with Cluster(made):
        pass

    def new(path: Path) -> Cluster:
        # With its owners and modes.
        subprocess.run(["cp", "-a", f"{made}/.", path], check=True)  # noqa: S603, S607  # a tool of the system
        return Cluster(path)

    return new


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Generator[str]:
    """A Postgres on which databases may be made: the embedded one, or the operator's that the environment names."""
    if given := os.environ.get(_SERVER_ENV):
        yield given
        return
    new_cluster: NewCluster = request.getfixturevalue("new_cluster")
    with new_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster.url


@asynccontextmanager
async def new_database(postgres_url: str, template: str = "template0") -> AsyncGenerator[str]:
    """The URL of a database as the template is, or an empty one, which is gone afterwards."""
    name = f"test_{secrets.token_hex(8)}"
    server = await asyncpg.connect(postgres_url)
    try:
        await server.execute(f"create database {name} encoding 'UTF8' template {template}")
        yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
        await server.execute(f"drop database {name} with (force)")
    finally:
        await server.close()


@pytest.fixture
async def empty_database(postgres_url: str) -> AsyncGenerator[str]:
    """A database in which there is nothing."""
    async with new_database(postgres_url) as url:
        yield url


@dataclass(frozen=True)
class Migrated:
    """This worker's database, and what empties it."""

    url: str
    emptying: str
    # Its connection knows the tables, which takes a new one ten times as long as emptying them.
    pool: asyncpg.Pool

    async def empty(self) -> None:
        await self.pool.execute(self.emptying)


@pytest.fixture(scope="session")
async def template(postgres_url: str) -> AsyncGenerator[str]:
    """The name of a migrated database to which nobody is connected."""
    async with new_database(postgres_url) as url:
        await migrate(url)
        yield urlsplit(url).path.removeprefix("/")


@pytest.fixture
async def migrated_database(postgres_url: str, template: str) -> AsyncGenerator[str]:
    """A database of the test's own, as one that was migrated and has not served."""
    async with new_database(postgres_url, template) as url:
        yield url


@pytest.fixture(scope="session")
async def _migrated(postgres_url: str, template: str) -> AsyncGenerator[Migrated]:
    # As a replica it asks no foreign key and no trigger, so that any order will do.
    replica = {"session_replication_role": "replica"}
    async with (
        new_database(postgres_url, template) as url,
        asyncpg.create_pool(url, min_size=1, max_size=1, server_settings=replica) as pool,
    ):
        tables = await pool.fetch(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_migration'"
        )
        emptying = "; ".join(f"delete from {table['tablename']}" for table in tables)  # noqa: S608  # our own
        migrated = Migrated(url, emptying, pool)
        # Migrations leave a row or two: the first test starts as the others do.
        await migrated.empty()
        yield migrated


@asynccontextmanager
async def emptied(migrated: Migrated) -> AsyncGenerator[str]:
    """The URL of the worker's database, which is empty again afterwards."""
    try:
        yield migrated.url
    finally:
        await migrated.empty()


@pytest.fixture
async def database_url(_migrated: Migrated) -> AsyncGenerator[str]:
    """A migrated database, emptied after the test."""
    async with emptied(_migrated) as url:
        yield url


@pytest.fixture(scope="session")
async def _pool(_migrated: Migrated) -> AsyncGenerator[Database]:
    """Its connections know the statements that they prepared, which takes longer than most tests."""
    opened = await Database.connect(_migrated.url)
    yield opened
    await opened.close()


@pytest.fixture
async def database(database_url: str, _pool: Database) -> Database:  # noqa: ARG001  # emptied after the test
    """One that knows nothing of the tests before."""
    return Database(_pool.pool, pooled=_pool.pooled)


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
