"""What docs/operations.md says of backups, done: a dump of a running server, put back into a new one."""

import asyncio
import os
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg

from db.core.migrations import migrate
from goalroom.postgres import data_dir
from goalroom.postgres.embedded import Cluster
from tests.conftest import NewCluster
from tests.e2e.commands import Server
from tests.size import long

SEEN = """{ rooms { name title }
  task(id: "T1") { title comments { nodes { body author { name } } } history { nodes { cursor kind } } } }"""
TOLD = [
    'mutation { createTask(input: {title: "Keep", criteria: ["Kept"]}) { id } }',
    'mutation { addComment(input: {on: "T1", body: "For ever"}) { id } }',
    'mutation { updateRoom(input: {room: "main", title: "Kept"}) { title } }',
]

# As the page has it: of two that wait for each other, the one that finds out gives way, and that is the server.
GIVES_WAY = {"PGOPTIONS": "-c deadlock_timeout=1h"}


def ask(server: Server, home: Path, query: str) -> Any:
    token = (home / "admin-token").read_text().strip()
    answer = httpx.post(
        f"{server.url}/graphql", json={"query": query}, headers={"authorization": f"Bearer {token}"}, timeout=20
    ).json()
    assert "errors" not in answer, answer
    return answer["data"]


def tool(name: str, home: Path, *arguments: str | Path) -> None:
    """One of the embedded Postgres's own, at the database of this data directory."""
    with Cluster(home) as cluster:
        command = [cluster.tools / name, "--dbname", cluster.url, *arguments]
        subprocess.run(command, check=True, timeout=60, env=os.environ | GIVES_WAY)  # noqa: S603  # our own tool


def restore(home: Path, dump: Path) -> None:
    tool("pg_restore", home, "--clean", "--if-exists", "--no-owner", "--single-transaction", dump)


def test_a_dump_of_a_running_server_is_put_back_into_a_new_one(
    home: Path, tmp_path: Path, new_cluster: NewCluster
) -> None:
    old, new, dump = home, tmp_path / "new", tmp_path / "goalroom.dump"
    new_cluster(new)
    with Server("--data-dir", old) as server:
        for query in TOLD:
            ask(server, old, query)
        seen = ask(server, old, SEEN)
        tool("pg_dump", old, "--format=custom", "--no-owner", "--file", dump)

    with Server("--data-dir", new):
        restore(new, dump)
    (new / data_dir.ADMIN_TOKEN).write_text((old / data_dir.ADMIN_TOKEN).read_text())
    with Server("--data-dir", new) as server:
        assert ask(server, new, SEEN) == seen
        ask(server, new, TOLD[1])


def test_a_dump_is_put_back_beside_who_takes_the_tables_in_another_order(
    tmp_path: Path, new_cluster: NewCluster
) -> None:
    home, dump, over = tmp_path / "home", tmp_path / "dump", threading.Event()
    with new_cluster(home) as cluster:
        asyncio.run(migrate(cluster.url))
        tool("pg_dump", home, "--format=custom", "--no-owner", "--file", dump)

        def read() -> None:
            while not over.is_set():
                with suppress(psycopg.Error), psycopg.connect(cluster.url) as connection:
                    for table in (b"room", b"webhook", b"agent"):
                        connection.execute(b"select from %b limit 1" % table)
                        time.sleep(0.005)

        with ThreadPoolExecutor(6) as readers:
            for _ in range(6):
                readers.submit(read)
            try:
                restore(home, dump)
            finally:
                over.set()


@long
def test_a_copy_of_a_stopped_servers_directory_is_a_backup(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    with Server("--data-dir", old) as server:
        for query in TOLD:
            ask(server, old, query)
        seen = ask(server, old, SEEN)

    subprocess.run(["cp", "-a", old, new], check=True)  # noqa: S603, S607  # as the page says

    with Server("--data-dir", new) as server:
        assert ask(server, new, SEEN) == seen
