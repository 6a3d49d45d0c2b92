"""A primary is killed and its standby promoted: what was answered is there, and whoever watched goes on or is told."""

import asyncio
from collections.abc import Generator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.conftest import NewCluster
from tests.e2e.commands import Server, run
from tests.e2e.outages.outage_load import COMMENT, CREATE, team_on
from tests.e2e.pooled import pooler
from tests.e2e.replication.standby import Replicated
from tests.e2e.team import Agent, codes, make_room, read_log
from tests.patience import PATIENCE_S
from tests.size import sized

BODIES = """query($task: ID!, $after: String) {
  task(id: $task) { comments(first: 200, after: $after) { nodes { id body } pageInfo { hasNextPage endCursor } } } }"""
EVENTS = 'query($after: String) { events(room: "busy", after: $after) { nodes { cursor } } }'


@pytest.fixture
def replicated(tmp_path: Path, new_cluster: NewCluster) -> Generator[Replicated]:
    primary = new_cluster(tmp_path / "postgres")
    primary.start()
    made = Replicated(primary, tmp_path / "postgres", tmp_path / "standby")
    yield made
    made.stop()
    primary.stop()


async def comments(admin: Agent, task: str) -> dict[str, str]:
    """All bodies, and their ids."""
    found: dict[str, str] = {}
    after = None
    while True:
        page = (await admin.ask(BODIES, task=task, after=after))["task"]["comments"]
        for node in page["nodes"]:
            assert node["body"] not in found, "written twice"
            found[node["body"]] = node["id"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pooler.unpooled
async def test_no_answered_write_is_missing_and_subscribers_go_on(replicated: Replicated, tmp_path: Path) -> None:
    await replicated.wait_for_standby()
    async with team_on(replicated.primary, replicated.url, tmp_path, writers=sized(4, 8)) as team:
        answered: list[int] = []

        async def fail_over() -> None:
            await asyncio.sleep(sized(2, 10))
            answered.append(len(team.answers))
            replicated.kill_primary()
            await asyncio.sleep(1)
            await replicated.promote()
            async with asyncio.timeout(PATIENCE_S):
                while len(team.answers) < 2 * answered[0]:  # noqa: ASYNC110  # writers count
                    await asyncio.sleep(0.1)

        await team.work(fail_over())
        found, log = await comments(team.admin, team.task), await team.log()

    assert answered[0] > 0
    assert {body: found.get(body) for body in team.answers} == team.answers
    # Cursors tell another epoch since then; the numbers go on.
    numbers = [int(cursor.rpartition(".")[2]) for cursor in team.seen]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert [int(cursor.rpartition(".")[2]) for cursor in log][: len(numbers)] == numbers
    assert len({cursor.count(".") for cursor in team.seen}) == 2


@pooler.unpooled
async def test_what_no_standby_has_is_not_answered_and_is_there_once_when_one_is_back(
    replicated: Replicated, tmp_path: Path
) -> None:
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        with Server("--database-url", replicated.url, "--data-dir", tmp_path / "server") as server:
            admin = Agent((tmp_path / "server" / "admin-token").read_text().strip(), [server.url], http)
            await make_room(admin, "busy")
            task = (await admin.ask(CREATE, input={"room": "busy", "title": "Talk"}))["createTask"]["id"]
            await replicated.wait_for_standby()
            said = {"on": task, "body": "Said", "idempotencyKey": "once"}
            replicated.standby.stop()
            # Postgres commits what is not waited for any more, and then finds the first answer without writing.
            refused = [await send_once(admin, COMMENT, input=said) for _ in range(sized(1, 2))]
            read = await comments(admin, task)
            replicated.standby.start()
            answered = (await admin.ask(COMMENT, input=said))["addComment"]["id"]
            found = await comments(admin, task)

    assert [codes(answer) for answer in refused] == [["UNAVAILABLE"]] * len(refused)
    assert read.keys() <= {"Said"}
    assert found == {"Said": answered}


async def send_once(agent: Agent, document: str, **variables: object) -> dict[str, Any]:
    """As Agent.send, but for one attempt."""
    body = {"query": document, "variables": variables}
    response = await agent.http.post(
        f"{agent.urls[0]}/graphql", json=body, headers={"Authorization": f"Bearer {agent.token}"}
    )
    answer: dict[str, Any] = response.json()
    return answer


@pooler.unpooled
async def test_what_an_asynchronous_standby_lost_is_told(replicated: Replicated, tmp_path: Path) -> None:
    async with httpx.AsyncClient() as http:
        with Server("--database-url", replicated.url, "--data-dir", tmp_path / "server") as server:
            admin = Agent((tmp_path / "server" / "admin-token").read_text().strip(), [server.url], http)
            await make_room(admin, "busy")
            task = (await admin.ask(CREATE, input={"room": "busy", "title": "Talk"}))["createTask"]["id"]
            kept = (await read_log(admin, "busy"))[-1]["cursor"]
            await until_replicated(replicated, kept)
            await replicated.cut_off()
            for n in range(5):
                await admin.ask(COMMENT, input={"on": task, "body": f"Lost {n}"})
            lost = [event["cursor"] for event in await read_log(admin, "busy")]
            lost = lost[lost.index(kept) + 1 :]
            replicated.kill_primary()
            await replicated.promote()

            refused = [await admin.send(EVENTS, after=cursor) for cursor in lost]
            await admin.ask(COMMENT, input={"on": task, "body": "Found"})
            refused += [await admin.send(EVENTS, after=cursor) for cursor in lost]
            went_on = await admin.ask(EVENTS, after=kept)
            found = await comments(admin, task)

    assert len(lost) >= 5
    assert [codes(answer) for answer in refused] == [["CURSOR_EXPIRED"]] * len(refused)
    assert list(found) == ["Found"]
    [cursor] = [node["cursor"] for node in went_on["events"]["nodes"]]
    assert cursor.count(".") == 2
    assert cursor.rpartition(".")[2] == lost[0].rpartition(".")[2]


async def test_a_replica_is_exported(replicated: Replicated, tmp_path: Path) -> None:
    with Server("--database-url", replicated.primary.url, "--data-dir", tmp_path / "server") as server:
        async with httpx.AsyncClient() as http:
            admin = Agent((tmp_path / "server" / "admin-token").read_text().strip(), [server.url], http)
            await make_room(admin, "busy")
            await admin.ask(CREATE, input={"room": "busy", "title": "Copied"})
            await until_replicated(replicated, (await read_log(admin, "busy"))[-1]["cursor"])

        exported = run("export", "--database-url", replicated.standby.url)
        refused = run("token", "smith", "--database-url", replicated.standby.url)
        looked = run("doctor", "--database-url", replicated.standby.url)

    assert (exported.returncode, exported.stderr) == (0, "")
    assert '"title":"Copied"' in exported.stdout
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].endswith("cannot execute INSERT in a read-only transaction")
    assert "WRONG database: Postgres" in looked.stdout


async def until_replicated(replicated: Replicated, cursor: str) -> None:
    """Until the standby has this event too."""
    room, seq = map(int, cursor.removeprefix("R").split("."))
    connection = await asyncpg.connect(replicated.standby.url)
    async with asyncio.timeout(PATIENCE_S):
        while (await connection.fetchval("select max(seq) from event where room_id = $1", room) or 0) < seq:  # noqa: ASYNC110  # another server's
            await asyncio.sleep(0.05)
    await connection.close()
