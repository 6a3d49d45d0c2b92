"""Nothing is lost or out of order: a subscriber that drops, on servers and a database that do too."""

import asyncio
import json
import random
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from goalroom.embedded import Cluster
from tests.e2e.commands import Server
from tests.e2e.team import Agent, hire, make_room, read_log

WRITES, WRITERS, DROPS = 5_000, 16, 100

EVENTS = "subscription($room: ID, $after: String) { events(room: $room, after: $after) { cursor kind } }"
COMMENT = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"


@asynccontextmanager
async def subscribed(url: str, token: str, after: str | None) -> AsyncGenerator[ClientConnection]:
    """A socket on which the room's events arrive after the cursor."""
    target = url.replace("http://", "ws://") + "/graphql"
    async with websockets.connect(target, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": EVENTS, "variables": {"room": "busy", "after": after}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        try:
            yield socket
        finally:
            # As a network does it, with no goodbye and with frames still on their way.
            socket.transport.abort()


async def test_a_subscriber_that_comes_back_gets_every_event_once_and_in_order(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "postgres")
    cluster.start()
    with ExitStack() as stack:
        stack.callback(cluster.stop)
        first, second = (
            stack.enter_context(Server("--database-url", cluster.url, "--data-dir", tmp_path / f"server-{n}"))
            for n in range(2)
        )
        token = next(tmp_path.glob("server-*/admin-token")).read_text().strip()
        async with httpx.AsyncClient() as http:
            admin = Agent(token, [first.url, second.url], http)
            await make_room(admin, "busy")
            start = (await read_log(admin, "busy"))[-1]["cursor"]
            create = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
            task = (await admin.ask(create, input={"room": "busy", "title": "Talk"}))["createTask"]["id"]
            writers = [await hire(admin, f"writer-{n}", "busy", [first.url, second.url]) for n in range(WRITERS)]
            written = asyncio.Event()
            seen: list[str] = []
            drops = 0
            urls = [first.url, second.url]

            async def write(agent: Agent, number: int) -> None:
                for n in range(WRITES // WRITERS + 1):
                    key = f"{number}-{n}"
                    await agent.ask(COMMENT, input={"on": task, "body": f"Word {key}", "idempotencyKey": key})

            async def read() -> None:
                dice = random.Random(1)  # noqa: S311  # a test's dice
                nonlocal drops
                after = start
                while True:
                    leave_at = len(seen) + dice.randint(1, WRITES // DROPS) if drops < DROPS else None
                    try:
                        async with subscribed(dice.choice(urls), token, after) as socket:
                            async for event in _events(socket, written):
                                seen.append(event["cursor"])
                                after = event["cursor"]
                                if len(seen) == leave_at:
                                    break
                            else:
                                if written.is_set():
                                    return
                    except (OSError, websockets.WebSocketException, AssertionError):
                        await asyncio.sleep(0.1)
                    drops += 1

            async def upset() -> None:
                await asyncio.sleep(3)
                await asyncio.to_thread(_restart, cluster)
                await asyncio.sleep(3)
                await asyncio.to_thread(second.stop)
                again = await asyncio.to_thread(
                    lambda: Server("--database-url", cluster.url, "--data-dir", tmp_path / "server-1").__enter__()
                )
                stack.callback(again.__exit__, None, None, None)
                urls[1] = again.url

            async def all_writes() -> None:
                await asyncio.gather(upset(), *(write(agent, n) for n, agent in enumerate(writers)))
                written.set()

            await asyncio.wait_for(asyncio.gather(all_writes(), read()), timeout=240)
            log = [event["cursor"] for event in await read_log(admin, "busy")]

    expected = log[log.index(start) + 1 :]
    comments = WRITERS * (WRITES // WRITERS + 1)
    assert len(expected) >= comments
    assert drops >= DROPS
    assert seen[: len(expected)] == expected


async def _events(socket: ClientConnection, written: asyncio.Event) -> AsyncGenerator[dict[str, Any]]:
    """What arrives; ends when all is written and nothing came for two seconds."""
    while True:
        try:
            message = json.loads(await asyncio.wait_for(socket.recv(), 2))
        except TimeoutError:
            if written.is_set():
                return
            continue
        if message["type"] == "next":
            yield message["payload"]["data"]["events"]
        elif message["type"] == "ping":
            await socket.send(json.dumps({"type": "pong"}))
        else:
            assert message["type"] == "complete", message
            return


def _restart(cluster: Cluster) -> None:
    cluster.stop()
    cluster.start()
