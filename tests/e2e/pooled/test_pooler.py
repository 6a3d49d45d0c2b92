"""Two servers behind a PgBouncer that hands out sessions for one transaction each."""

import signal
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.e2e.commands import Server, run
from tests.e2e.pooled import pooler
from tests.e2e.pooled.pooler import Pooler
from tests.e2e.team import Agent
from tests.patience import PATIENCE_S

pytestmark = pooler.needed


@pytest.fixture
def own_pooler(postgres_url: str) -> Generator[Pooler]:
    made = Pooler(postgres_url)
    yield made
    made.remove()


def options(made: Pooler, database: str) -> tuple[str, ...]:
    return ("--database-url", made.url(database), "--direct-database-url", database)


def ready(server: Server) -> int:
    return httpx.get(f"{server.url}/readyz", timeout=5).status_code


def until(code: int, server: Server) -> float:
    """How many seconds it took until /readyz said so."""
    began = time.monotonic()
    while ready(server) != code:
        assert time.monotonic() - began < PATIENCE_S
        time.sleep(0.05)
    return time.monotonic() - began


async def test_commands_and_servers_work_through_a_pooler(
    empty_database: str, own_pooler: Pooler, tmp_path: Path
) -> None:
    home, given = tmp_path / "a", options(own_pooler, empty_database)
    with (
        Server("--data-dir", home, *given) as one,
        Server("--data-dir", tmp_path / "b", *given) as other,
    ):
        token = (home / "admin-token").read_text().strip()
        async with httpx.AsyncClient() as http:
            here, there = Agent(token, [one.url], http), Agent(token, [other.url], http)
            await here.ask('mutation { createTask(input: {title: "Sift", room: "main", criteria: ["Fine"]}) { id } }')
            claimed = await there.ask('mutation { claimNextTask(input: {room: "main"}) { task { id } } }')
        made = run("token", "smith", "--data-dir", home, *given)
        looked = run("doctor", "--data-dir", home, *given)
        exported = run("export", "--data-dir", home, *given)

    assert claimed["claimNextTask"]["task"]["id"] == "T1"
    assert (made.returncode, made.stderr) == (0, "")
    assert looked.returncode == 0, looked.stdout
    assert "ok    pooler: each transaction sets idle_in_transaction_session_timeout, " in looked.stdout
    assert '"title":"Sift"' in exported.stdout


def test_a_pooler_that_is_away_or_hangs_is_told_and_forgiven(
    empty_database: str, own_pooler: Pooler, tmp_path: Path
) -> None:
    with Server("--data-dir", tmp_path / "home", *options(own_pooler, empty_database)) as server:
        token = (tmp_path / "home" / "admin-token").read_text().strip()
        assert ready(server) == 200

        own_pooler.signal(signal.SIGSTOP)
        hanging = until(503, server)
        began = time.monotonic()
        answer = httpx.post(
            f"{server.url}/graphql", json={"query": "{ rooms { name } }"},
            headers={"authorization": f"Bearer {token}"}, timeout=20,
        )  # fmt: skip
        answered = time.monotonic() - began
        own_pooler.signal(signal.SIGCONT)
        back = until(200, server)

        own_pooler.stop()
        gone = until(503, server)
        own_pooler.start()
        until(200, server)

    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert answered < 5
    assert max(hanging, back, gone) < 2


def test_a_server_refuses_a_pooler_that_forgets_prepared_statements(
    empty_database: str, postgres_url: str, tmp_path: Path
) -> None:
    forgetful = Pooler(postgres_url, prepared=0)
    try:
        ended = run("serve", "--port", "0", "--data-dir", tmp_path, *options(forgetful, empty_database))
    finally:
        forgetful.remove()

    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert "doesn't keep prepared statements: PgBouncer does from 1.21 on" in line


def test_a_way_around_the_pooler_is_of_no_use_without_one(tmp_path: Path) -> None:
    ended = run("doctor", "--data-dir", tmp_path, "--direct-database-url", "postgresql://127.0.0.1:1/x")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == ("goalroom: --direct-database-url is of the same database as --database-url: set both.\n")
