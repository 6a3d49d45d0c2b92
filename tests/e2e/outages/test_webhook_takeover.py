"""Webhooks whose holder is killed, and a receiver that does its worst: every event arrives, in order."""

import asyncio
import random
import signal
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any, Self

import httpx

from tests.client import Client
from tests.conftest import Site
from tests.e2e.commands import PATIENCE, Server
from tests.receiver import SECRET, TAKEN, Answer, Received, Receiver, answering, closing, hanging
from tests.size import FULL, sized

EVENTS = sized(300, 800)
KILLS = 3
BATCH = 15

CREATE = "mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { id cursor } }"
TASKS = "mutation ($tasks: [BatchTaskInput!]!, $room: ID) { createTasks(input: {tasks: $tasks, room: $room}) { id } }"
STATE = "query ($id: ID!) { node(id: $id) { ... on Webhook { cursor active failures } } }"
LOG = """query ($room: ID!, $after: String) { events(room: $room, after: $after, first: 200, kinds: [TASK_CREATED])
    { nodes { id } pageInfo { hasNextPage endCursor } } }"""


def at_its_worst(dice: random.Random, elsewhere: Receiver) -> Answer:
    """Takes most of what comes, and the rest at the second or third attempt. At full size it hangs once."""
    worst, bad = (
        [hanging] * FULL,
        [
            answering(500),
            answering(413),
            answering(302, f"location: {elsewhere.url}"),
            answering(429, "retry-after: 1"),
            closing,
        ],
    )
    left: dict[str, int] = {}

    async def answer(received: Received, writer: asyncio.StreamWriter) -> None:
        failing = left.setdefault(received.id, dice.choice([1, 2]) if dice.random() < 0.05 else 0)
        left[received.id] = failing - 1
        refusal = worst.pop() if failing > 0 and worst else dice.choice(bad)
        await (refusal if failing > 0 else TAKEN)(received, writer)

    return answer


async def test_every_event_arrives_in_order_whoever_is_killed(site: Site, tmp_path: Path) -> None:
    dice = random.Random(14)
    async with AsyncExitStack() as stack:
        elsewhere = await stack.enter_async_context(Receiver())
        receiver = await stack.enter_async_context(Receiver(answer=at_its_worst(dice, elsewhere)))
        servers = stack.enter_context(_Servers(site, tmp_path))
        client = await stack.enter_async_context(servers.client())
        await client.execute('mutation { createRoom(input: {name: "hooks"}) { id } }')
        hook = {"room": "hooks", "url": receiver.url, "secret": SECRET, "kinds": ["TASK_CREATED"]}
        webhook = (await client.execute(CREATE, input=hook))["createWebhook"]
        for part in range(KILLS + 1):
            tasks = [{"task": {"title": f"Task {number}"}} for number in range(BATCH)]
            for _ in range(EVENTS // (KILLS + 1) // BATCH):
                await client.execute(TASKS, tasks=tasks, room="hooks")
            if part < KILLS:
                await receiver.until(len(receiver.received) + 3)
                await servers.kill_who_delivers()
                client = await stack.enter_async_context(servers.client())
        expected = await _log(client, webhook["cursor"])
        async with asyncio.timeout(sized(PATIENCE, 900)):
            # Only asking tells.
            while (await client.execute(STATE, id=webhook["id"]))["node"]["cursor"] != await _end(client):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        state = (await client.execute(STATE, id=webhook["id"]))["node"]

    assert len(expected) == EVENTS // (KILLS + 1) // BATCH * BATCH * (KILLS + 1)
    assert receiver.ids == [f"{event}.{webhook['id']}" for event in expected]
    assert elsewhere.received == []
    bodies: dict[str, set[str]] = {}
    for one in receiver.received:
        bodies.setdefault(one.id, set()).add(one.body)
    assert all(len(same) == 1 for same in bodies.values())
    assert (state["active"], state["failures"]) == (True, 0)
    one = receiver.received[0].json
    assert one["url"] == f"https://goalroom.example/rooms/hooks/tasks/{one['task']['id']}"


class _Servers:
    """Two server processes; the one that delivers is killed, and another is started in its place."""

    def __init__(self, site: Site, home: Path) -> None:
        self._site, self._home, self._stack = site, home, ExitStack()
        self._running: list[Server] = []

    def __enter__(self) -> Self:
        self._running = [self._start(), self._start()]
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def client(self) -> Client:
        return Client(self._running[0].url, self._site.token)

    async def kill_who_delivers(self) -> None:
        async with asyncio.timeout(PATIENCE):
            # Only asking tells.
            while not (found := [server for server in self._running if await _delivers(server)]):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        [victim] = found
        await asyncio.to_thread(victim.stop, signal.SIGKILL)
        self._running.remove(victim)
        self._running.append(await asyncio.to_thread(self._start))

    def _start(self) -> Server:
        home = self._home / str(len(list(self._home.iterdir())))
        home.mkdir()
        server = Server(
            "--data-dir", home, "--database-url", self._site.database_url, "--rate-limit", "0",
            GOALROOM_ADMIN_TOKEN=self._site.token, GOALROOM_WEBHOOK_ALLOW="127.0.0.1/32",
            GOALROOM_WEBHOOK_SCHEDULE="0.1,0.1,0.1,0.1", GOALROOM_PUBLIC_URL="https://goalroom.example/",
        )  # fmt: skip
        return self._stack.enter_context(server)


async def _delivers(server: Server) -> bool:
    async with httpx.AsyncClient(base_url=server.url) as http:
        return "goalroom_webhooks 1.0" in (await http.get("/metrics")).text


async def _end(client: Client) -> str:
    page = (await client.execute('{ events(room: "hooks", last: 1) { pageInfo { endCursor } } }'))["events"]
    cursor: str = page["pageInfo"]["endCursor"]
    return cursor


async def _log(client: Client, after: str) -> list[str]:
    found: list[str] = []
    while True:
        page: Any = (await client.execute(LOG, room="hooks", after=after))["events"]
        found += [event["id"] for event in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]
