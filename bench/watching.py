"""What watching costs: how fast an unblocking is pushed, and what a reader that reads nothing takes.

    python -m bench.watching latency [--times 200]
    python -m bench.watching slow-reader [--events 20000] [--seconds 60]
    python -m bench.watching fan-out [--sockets 1000] [--events 5] [--rounds 10]

`latency`: a task is completed on one server process while a subscriber listens on another; the time from the answer in
the completing client to the push in the subscribing one, both in this process. Negative: the push came first.

`slow-reader`: that many events are written without a reader, and then again while a subscriber reads nothing, for the
given time at least; what the server's resident memory grew by each time, and whether the subscriber then receives every
event in order.

`fan-out`: so many sockets of 20 agents have the same subscription, then tasks are created, so many at once. The time
from the request to the last socket's last message, what that makes a second, and the CPU time of the server for each
message; and what a socket with its subscription adds to the server's memory.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import cast

import httpx
import psutil
import uvloop
import websockets
from websockets.asyncio.client import ClientConnection

from goalroom.postgres.embedded import Cluster
from tests.e2e.commands import Server
from tests.e2e.team import Agent, hire, make_room, read_log

CREATE = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
CLAIM = "mutation($task: ID!) { claimTask(input: {task: $task}) { lease { fence } } }"
COMPLETE = 'mutation($task: ID!) { completeTask(input: {task: $task, summary: "Done"}) { id } }'
COMMENT = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"
UNBLOCKED = "subscription($room: ID) { taskUnblocked(room: $room) { task { id } } }"
CHANGED = 'subscription { taskChanged(room: "bench") { cursor kind at task { id title status } actor { name } } }'
EVENTS = "subscription($room: ID, $after: String) { events(room: $room, after: $after) { cursor } }"

_BATCH = 100
_WRITERS = 16


@contextlib.asynccontextmanager
async def servers(count: int) -> AsyncGenerator[tuple[list[Server], Agent]]:
    """So many server processes on one database, and the admin."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        cluster = stack.enter_context(Cluster(Path(folder) / "postgres"))
        running = [
            stack.enter_context(Server("--database-url", cluster.url, "--data-dir", Path(folder) / f"server-{n}"))
            for n in range(count)
        ]
        token = (Path(folder) / "server-0" / "admin-token").read_text().strip()
        async with httpx.AsyncClient() as http:
            yield running, Agent(token, [running[0].url], http)


@contextlib.asynccontextmanager
async def subscribed(
    server: Server, token: str, document: str, **variables: object
) -> AsyncGenerator[ClientConnection]:
    """A socket on which the subscription's payloads arrive."""
    url = server.url.replace("http://", "ws://") + "/graphql"
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(url, subprotocols=[protocol], ping_timeout=None) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
        await socket.recv()
        await socket.send(
            json.dumps({"id": "1", "type": "subscribe", "payload": {"query": document, "variables": variables}})
        )
        yield socket


async def latency(times: int) -> None:
    """Print the median and the 99th percentile of push minus answer."""
    async with servers(2) as (running, admin):
        await make_room(admin, "bench")
        pairs: list[tuple[str, str]] = []
        for _ in range(times // (_BATCH // 2)):
            batch: list[dict[str, object]] = []
            for n in range(_BATCH // 2):
                batch.append({"ref": f"b{n}", "task": {"title": f"Blocker {n}"}})
                batch.append({"dependsOnRefs": [f"b{n}"], "task": {"title": f"Waiter {n}"}})
            made = (await admin.ask(CREATE, input={"room": "bench", "tasks": batch}))["createTasks"]
            pairs += [(made[at]["id"], made[at + 1]["id"]) for at in range(0, len(made), 2)]
        answered: dict[str, float] = {}
        pushed: dict[str, float] = {}
        async with subscribed(running[1], admin.token, UNBLOCKED, room="bench") as socket:
            await asyncio.sleep(0.5)

            async def listen() -> None:
                while len(pushed) < len(pairs):
                    message = json.loads(await socket.recv())
                    if message["type"] == "next":
                        pushed[message["payload"]["data"]["taskUnblocked"]["task"]["id"]] = time.perf_counter()

            listening = asyncio.create_task(listen())
            for blocker, waiter in pairs:
                await admin.ask(CLAIM, task=blocker)
                await admin.ask(COMPLETE, task=blocker)
                answered[waiter] = time.perf_counter()
                await asyncio.sleep(0.01)
            await asyncio.wait_for(listening, 10)
    taken = sorted(1000 * (pushed[waiter] - answered[waiter]) for _, waiter in pairs)
    print(f"push on another process after the answer, {len(taken)} times: median {statistics.median(taken):.1f} ms,")
    print(f"  from {taken[0]:.1f} to {taken[-1]:.1f} ms, 99th percentile {taken[int(0.99 * len(taken))]:.1f} ms")


async def slow_reader(events: int, seconds: float) -> None:
    """Print the server's memory before and after, and what the reader got."""
    async with servers(1) as (running, admin):
        server = psutil.Process(running[0].process.pid)
        await make_room(admin, "bench")
        task = (await admin.ask(CREATE, input={"room": "bench", "tasks": [{"task": {"title": "Talk"}}]}))["createTasks"]
        writers = [await hire(admin, f"writer-{n}", "bench", [running[0].url]) for n in range(_WRITERS)]

        async def write(agent: Agent, count: int) -> None:
            for n in range(count):
                await agent.ask(COMMENT, input={"on": task[0]["id"], "body": f"Word {n}"})

        await asyncio.gather(*(write(agent, 50) for agent in writers))
        cold = server.memory_info().rss
        await asyncio.gather(*(write(agent, events // _WRITERS) for agent in writers))
        begin = (await read_log(admin, "bench"))[-1]["cursor"]
        async with subscribed(running[0], admin.token, EVENTS, room="bench", after=begin) as socket:
            before = server.memory_info().rss
            began = time.perf_counter()
            await asyncio.gather(*(write(agent, events // _WRITERS) for agent in writers))
            wrote = time.perf_counter() - began
            await asyncio.sleep(max(0.0, seconds - wrote))
            after = server.memory_info().rss
            log = [event["cursor"] for event in await read_log(admin, "bench")]
            expected = log[log.index(begin) + 1 :]
            got: list[str] = []
            while len(got) < len(expected):
                message = json.loads(await asyncio.wait_for(socket.recv(), 20))
                if message["type"] == "next":
                    got.append(message["payload"]["data"]["events"]["cursor"])
    print(
        f"{len(expected)} events written in {wrote:.0f} s while the reader read nothing for {max(seconds, wrote):.0f} s"
    )
    print(f"resident memory: {cold / 2**20:.1f} MiB at first, {before / 2**20:.1f} after as many without a reader,")
    print(f"  {after / 2**20:.1f} after those that the reader did not read")
    print(f"then received {len(got)}, in order and without a gap: {got == expected}")


class _Counter(asyncio.Protocol):
    """A socket of a client that counts the frames it gets, and looks no further."""

    def __init__(self, host: str, token: str, document: str, heard: asyncio.Queue[float]) -> None:
        self._host, self._token, self._document, self._heard = host, token, document, heard
        self._data, self._is_open, self._frames, self._wanted = b"", False, 0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        head = (
            f"GET /graphql HTTP/1.1\r\nhost: {self._host}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
        )
        self._transport.write(head.encode())

    def wait_for(self, frames: int) -> None:
        """Put the time into the queue when so many more have come."""
        self._wanted = self._frames + frames

    def data_received(self, data: bytes) -> None:
        data = self._data + data
        if not self._is_open:
            self._is_open = b"\r\n\r\n" in data
            self._data = data.partition(b"\r\n\r\n")[2] if self._is_open else data
            if self._is_open:
                self._say({"type": "connection_init", "payload": {"token": self._token}})
                self._say({"id": "1", "type": "subscribe", "payload": {"query": self._document}})
            return
        at = 0
        while at + 4 <= len(data):
            size = data[at + 1]
            begin = at + 2
            if size == 126:
                size, begin = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if begin + size > len(data):
                break
            # Neither acknowledged connections nor pings are counted.
            is_counted = data.startswith(b'{"id"', begin)
            self._frames += is_counted
            at = begin + size
            if is_counted and self._frames == self._wanted:
                self._heard.put_nowait(time.perf_counter())
        self._data = data[at:]

    def _say(self, message: dict[str, object]) -> None:
        text = json.dumps(message).encode()
        size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
        self._transport.write(b"\x81" + size + b"\0\0\0\0" + text)


def _same(counter: _Counter) -> _Counter:
    return counter


async def fan_out(sockets: int, events: int, rounds: int) -> None:
    """Print messages a second, the last socket's time, CPU and memory of the server."""
    async with servers(1) as (running, admin):
        server = psutil.Process(running[0].process.pid)
        await make_room(admin, "bench")
        tokens = [(await hire(admin, f"agent-{n}", "bench", [running[0].url])).token for n in range(20)]
        host, port = running[0].url.removeprefix("http://").split(":")
        heard: asyncio.Queue[float] = asyncio.Queue()
        loop, made = asyncio.get_running_loop(), list[_Counter]()

        async def connect(count: int) -> None:
            for n in range(count):
                counter = _Counter(f"{host}:{port}", tokens[n % 20], CHANGED, heard)
                await loop.create_connection(partial(_same, counter), host, int(port))
                made.append(counter)
            await asyncio.sleep(2 + count / 200)

        async def measure() -> float:
            for counter in made:
                counter.wait_for(events)
            begun = time.perf_counter()
            tasks = [{"task": {"title": f"Task {n}"}} for n in range(events)]
            await admin.ask(CREATE, input={"room": "bench", "tasks": tasks})
            last = [await asyncio.wait_for(heard.get(), 60) for _ in made]
            return max(last) - begun

        # What the first costs is made once.
        await connect(20)
        await measure()
        before = server.memory_info().rss
        await connect(sockets - 20)
        after = server.memory_info().rss
        await measure()
        used = sum(server.cpu_times()[:2])
        taken = sorted([await measure() for _ in range(rounds)])
        used = sum(server.cpu_times()[:2]) - used
    median, messages = statistics.median(taken), sockets * events
    print(f"{sockets} sockets, {events} events at once, {rounds} times: {messages / median:,.0f} messages/s,")
    print(f"  the last socket's last after {1000 * median:.0f} ms ({1000 * taken[0]:.0f} to {1000 * taken[-1]:.0f}),")
    print(f"  {1e6 * used / messages / rounds:.1f} us of the server's CPU for each")
    print(f"{(after - before) / (sockets - 20) / 1024:.1f} KiB of memory for each socket beyond the first 20")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_subparsers(dest="which", required=True)
    one = which.add_parser("latency")
    one.add_argument("--times", type=int, default=200)
    two = which.add_parser("slow-reader")
    two.add_argument("--events", type=int, default=20_000)
    two.add_argument("--seconds", type=float, default=60)
    three = which.add_parser("fan-out")
    three.add_argument("--sockets", type=int, default=1_000)
    three.add_argument("--events", type=int, default=5)
    three.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args()
    if given.which == "latency":
        asyncio.run(latency(given.times))
    elif given.which == "fan-out":
        uvloop.run(fan_out(given.sockets, given.events, given.rounds))
    else:
        asyncio.run(slow_reader(given.events, given.seconds))
