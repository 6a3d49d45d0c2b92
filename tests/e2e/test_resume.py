"""Nothing is lost or out of order: subscribers of the same that drop, on servers and a database that do too."""

import asyncio
import json
import random
import signal
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from goalroom.postgres.embedded import Cluster
from tests.e2e.commands import Server
from tests.e2e.team import Agent, hire, make_room, read_log
from tests.size import sized

WRITES, WRITERS, READERS, DROPS = sized(300, 1_500), 16, sized(3, 4), sized(8, 60)

EVENTS = "subscription($room: ID, $after: String) { events(room: $room, after: $after) { cursor kind } }"
COMMENT = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"
CREATE = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"


class Reader:
    """Follows the room's log from a cursor, drops many times, and comes back to one of the servers each time."""

    def __init__(self, token: str, urls: list[str], after: str, written: asyncio.Event, seed: int) -> None:
        self.token, self.urls, self.after, self.written = token, urls, after, written
        self.seen: list[str] = []
        self.drops = 0
        self.dice = random.Random(seed)

    async def read(self) -> None:
        """Until all is written and nothing came for two seconds."""
        while True:
            stay = self.dice.randint(1, WRITES // DROPS) if self.drops < DROPS else 10 * WRITES
            try:
                async with self._subscribed() as socket:
                    if not await self._take(socket, stay):
                        return
            except (OSError, websockets.WebSocketException, AssertionError):
                await asyncio.sleep(0.1)
            self.drops += 1

    async def _take(self, socket: ClientConnection, most: int) -> bool:
        """Up to so many events; False where all is written and no more come."""
        taken = 0
        while taken < most:
            try:
                message = json.loads(await asyncio.wait_for(socket.recv(), 2))
            except TimeoutError:
                if self.written.is_set():
                    return False
                continue
            if message["type"] == "ping":
                await socket.send(json.dumps({"type": "pong"}))
                continue
            assert message["type"] == "next", message
            self.after = message["payload"]["data"]["events"]["cursor"]
            self.seen.append(self.after)
            taken += 1
        return True

    @asynccontextmanager
    async def _subscribed(self) -> AsyncGenerator[ClientConnection]:
        target = self.dice.choice(self.urls).replace("http://", "ws://") + "/graphql"
        async with websockets.connect(target, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"token": self.token}}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            payload = {"query": EVENTS, "variables": {"room": "busy", "after": self.after}}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            try:
                yield socket
            finally:
                # As a network does it, with no goodbye and with frames still on their way.
                socket.transport.abort()


async def test_subscribers_that_come_back_get_every_event_once_and_in_order(
    shared_postgres: Cluster, tmp_path: Path
) -> None:
    with ExitStack() as stack:

        def start(number: int) -> Server:
            data_dir = tmp_path / f"server-{number}"
            return stack.enter_context(Server("--database-url", shared_postgres.url, "--data-dir", data_dir))

        first, second = start(0), start(1)
        urls = [first.url, second.url]
        token = (tmp_path / "server-0" / "admin-token").read_text().strip()
        async with httpx.AsyncClient() as http:
            admin = Agent(token, urls, http)
            await make_room(admin, "busy")
            begin = (await read_log(admin, "busy"))[-1]["cursor"]
            task = (await admin.ask(CREATE, input={"room": "busy", "title": "Talk"}))["createTask"]["id"]
            writers = [await hire(admin, f"writer-{n}", "busy", urls) for n in range(WRITERS)]
            written = asyncio.Event()
            tokens = [token, *(agent.token for agent in writers[: READERS - 1])]
            readers = [Reader(token, urls, begin, written, seed) for seed, token in enumerate(tokens, 1)]

            async def upset() -> None:
                await asyncio.sleep(2)
                await asyncio.to_thread(shared_postgres.stop)
                await asyncio.to_thread(shared_postgres.start)
                await asyncio.sleep(2)
                await asyncio.to_thread(second.stop, signal.SIGKILL)
                urls[1] = (await asyncio.to_thread(start, 1)).url

            async def write_all() -> None:
                await asyncio.gather(upset(), *(_write(agent, n, task) for n, agent in enumerate(writers)))
                written.set()

            reading = (reader.read() for reader in readers)
            await asyncio.wait_for(asyncio.gather(write_all(), *reading), timeout=240)
            log = [event["cursor"] for event in await read_log(admin, "busy")]

    expected = log[log.index(begin) + 1 :]
    assert len(expected) >= WRITES
    for reader in readers:
        assert reader.drops >= DROPS
        assert reader.seen[: len(expected)] == expected


async def _write(agent: Agent, number: int, task: str) -> None:
    for n in range(-(-WRITES // WRITERS)):
        said: dict[str, Any] = {"on": task, "body": f"Word {number}-{n}", "idempotencyKey": f"{number}-{n}"}
        await agent.ask(COMMENT, input=said)
