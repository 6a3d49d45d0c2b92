"""Two servers behind Debian's nginx with our configuration: as root, `pytest tests/e2e/deploy/behind_nginx.py`.

Named so that the everyday test run, which asks for no nginx, does not find it.
"""

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from goalroom.server import bind
from tests.client import Client
from tests.conftest import NewCluster
from tests.e2e.commands import Server
from tests.e2e.deploy import deployment
from tests.patience import PATIENCE_S

TOKEN = "the-admin-token-of-the-servers-behind-nginx"
CREATE = 'mutation($title: String!) { createTask(input: {room: "main", title: $title, criteria: ["So"]}) { id } }'
LOG = 'subscription($after: String) { events(room: "main", after: $after) { cursor kind task { title } } }'
END = '{ events(room: "main", last: 1) { pageInfo { endCursor } } }'
COUNTED = 'goalroom_requests_total{code="OK",operation="createTask"} '


@dataclass
class Site:
    """What a client sees, and what is behind it."""

    url: str
    servers: list[Server]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, new_cluster: NewCluster) -> Generator[Site]:
    folder = tmp_path_factory.mktemp("nginx")
    with ExitStack() as stack:
        postgres = stack.enter_context(new_cluster(folder / "postgres"))
        servers = [
            stack.enter_context(
                Server("--database-url", postgres.url, "--data-dir", folder / str(number), GOALROOM_ADMIN_TOKEN=TOKEN)
            )
            for number in range(2)
        ]
        with bind("127.0.0.1", 0) as listener:
            address = f"127.0.0.1:{listener.getsockname()[1]}"
        configuration = folder / "nginx.conf"
        configuration.write_text(deployment.nginx([urlsplit(server.url).netloc for server in servers], address))
        # As an image of nginx starts it.
        more = f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;"
        command = ["nginx", "-p", str(folder), "-c", str(configuration), "-g", more]
        subprocess.run([*command, "-t"], check=True)  # noqa: S603  # the system's
        nginx = stack.enter_context(subprocess.Popen(command))  # noqa: S603  # the system's
        stack.callback(nginx.terminate)
        _until_it_answers(f"http://{address}/healthz")
        yield Site(f"http://{address}", servers)


def _until_it_answers(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            httpx.get(url).raise_for_status()
        except httpx.HTTPError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@pytest.fixture
async def client(site: Site) -> AsyncGenerator[Client]:
    async with Client(site.url, TOKEN) as client:
        yield client


async def _end_of_log(client: Client) -> str:
    end: str = (await client.execute(END))["events"]["pageInfo"]["endCursor"]
    return end


def _titles(events: list[dict[str, Any]]) -> list[str]:
    return [event["task"]["title"] for event in events if event["kind"] == "TASK_CREATED"]


def _created_at(server: Server) -> float:
    lines = httpx.get(f"{server.url}/metrics").text.splitlines()
    return sum(float(line.removeprefix(COUNTED)) for line in lines if line.startswith(COUNTED))


async def test_requests_are_spread_over_both(site: Site, client: Client) -> None:
    await asyncio.gather(*(client.execute(CREATE, title=f"T{n}") for n in range(40)))

    made = [_created_at(server) for server in site.servers]
    assert sum(made) == 40
    assert min(made) >= 5


async def test_a_stream_passes_each_event_on_at_once(site: Site, client: Client) -> None:
    after = await _end_of_log(client)
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "text/event-stream"}
    body = {"query": LOG, "variables": {"after": after}}
    async with (
        httpx.AsyncClient(timeout=PATIENCE_S) as http,
        http.stream("POST", f"{site.url}/graphql", json=body, headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        for number in range(5):
            await client.execute(CREATE, title=f"Streamed {number}")
            async with asyncio.timeout(2):
                heard = await anext(line async for line in lines if line.startswith("data: {"))
            assert f"Streamed {number}" in heard


async def test_a_page_opens_a_socket_from_its_own_address_alone(site: Site, client: Client) -> None:
    address = f"ws{site.url.removeprefix('http')}/graphql"
    protocols: Any = ["graphql-transport-ws"]
    async with connect(address, subprotocols=protocols, origin=site.url) as socket:  # type: ignore[arg-type]  # a NewType of str
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": TOKEN}}))
        assert await socket.recv() == '{"type":"connection_ack"}'
    with pytest.raises(InvalidStatus):
        await connect(address, subprotocols=protocols, origin="http://elsewhere.example")  # type: ignore[arg-type]  # a NewType of str

    after = await _end_of_log(client)
    async with aclosing(client.subscribe(LOG, after=after)) as log:
        await client.execute(CREATE, title="By socket")
        async with asyncio.timeout(PATIENCE_S):
            events = [(await anext(log))["events"]]
    assert _titles(events) == ["By socket"]


async def test_a_long_poll_is_answered_at_once(client: Client, site: Site) -> None:
    made = await client.execute('mutation { registerAgent(input: {name: "waiting", rooms: ["main"]}) { token } }')
    async with Client(site.url, made["registerAgent"]["token"]) as agent:
        poll = "query($wait: Int!) { inbox(waitSeconds: $wait) { nodes { kind } } }"
        began = time.monotonic()
        waiting = asyncio.create_task(agent.execute(poll, wait=60))
        await asyncio.sleep(1)
        await client.execute('mutation { sendMessage(input: {room: "main", to: ["waiting"], body: "Go"}) { id } }')
        assert (await waiting)["inbox"]["nodes"] == [{"kind": "DIRECT"}]
        assert time.monotonic() - began < 5


async def test_metrics_are_not_for_everybody_and_the_page_is(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.url) as http:
        found = [(await http.get(path)).status_code for path in ("/metrics", "/", "/graphiql", "/readyz")]

    assert found == [404, 200, 200, 200]


async def test_what_was_asked_of_a_server_that_is_killed_is_asked_of_the_other(site: Site, client: Client) -> None:
    """The last one: afterwards there is one server."""
    after = await _end_of_log(client)
    site.servers[0].process.kill()
    site.servers[0].process.wait()

    titles = [f"After {number}" for number in range(10)]
    for title in titles:
        await client.execute(CREATE, title=title)

    async with aclosing(client.subscribe(LOG, after=after)) as log:
        async with asyncio.timeout(PATIENCE_S):
            events = [(await anext(log))["events"] for _ in titles]
    assert _titles(events) == titles
