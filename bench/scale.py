"""Several server processes on one Postgres: claims, messages and their fan-out, and what Postgres waits for meanwhile.

    python -m bench.scale [--processes 1,2,4,8,16] [--rooms 1,50] [--broadcast postgres,redis] [--seconds 5]

On a machine whose cores all of it shares it shows contention and CPU, not speed. What is UNAVAILABLE, because so many
processes wait for a core, is tried again and counted. A combination that takes longer than four minutes is given up,
and the next one begins. `redis` needs Redis or Valkey here.
"""

import argparse
import asyncio
import itertools
import json
import secrets
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import psutil
import websockets

from goalroom.postgres.embedded import Cluster
from tests.conftest import new_database
from tests.e2e.commands import Server
from tests.e2e.team import Agent, make_room

_CLIENTS, _SUBSCRIBERS = 16, 32
_SAMPLE_SECONDS, _WARM_SECONDS = 0.05, 1.0
_LONGEST_SECONDS = 240
_CLAIM = "mutation($room: ID!) { claimNextTask(input: {room: $room}) { task { id } } }"
_SAY = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
_HEAR = "subscription($room: ID!) { messageSent(room: $room) { message { body } } }"
_TASKS = """
insert into task (room_id, creator_id, title, requirement_id)
select room.id, (select min(id) from agent), 'Task ' || n,
       (select id from requirement where capabilities = '{}' and resources = '{}')
  from room, generate_series(1, $1::integer) n
 where room.name like 'scale-%'"""
_WAITS = """
select coalesce(wait_event_type || ':' || wait_event, 'CPU') as what
  from pg_stat_activity
 where datname = current_database() and state = 'active' and pid <> pg_backend_pid()"""


@dataclass
class Site:
    """Servers on one database, their rooms, and what they and Postgres use."""

    servers: Sequence[Server]
    rooms: Sequence[str]
    token: str
    postgres: psutil.Process
    waits: Counter[str] = field(default_factory=Counter)

    def cpu(self) -> tuple[float, float]:
        """Seconds of the servers and of Postgres so far. What a backend used that has ended is left out."""
        return sum(map(_used, (psutil.Process(one.process.pid) for one in self.servers))), sum(
            map(_used, self.postgres.children())
        )


def _used(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return times.user + times.system
    return 0.0


@contextmanager
def redis_at(folder: Path) -> Iterator[str]:
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        raise SystemExit("There is neither Valkey nor Redis here: --broadcast postgres")
    socket = folder / "redis.sock"
    process = subprocess.Popen(  # noqa: S603  # a program of the system
        [program, "--port", "0", "--unixsocket", socket, "--save", ""], stdout=subprocess.DEVNULL, cwd=folder
    )
    try:
        while not socket.exists():
            time.sleep(0.01)
        yield f"unix://{socket}"
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def site(
    cluster: Cluster, folder: Path, processes: int, rooms: int, broadcast: str | None
) -> AsyncGenerator[Site]:
    token = f"gr_{secrets.token_urlsafe(32)}"
    environment = {"GOALROOM_ADMIN_TOKEN": token} | ({"GOALROOM_BROADCAST_URL": broadcast} if broadcast else {})
    async with new_database(cluster.url) as url:
        options = ("--database-url", url, "--rate-limit", "0")
        servers = [
            Server(*options, "--data-dir", folder / secrets.token_hex(4), **environment) for _ in range(processes)
        ]
        with ExitStack() as stack, ThreadPoolExecutor(4) as pool:
            # The first migrates.
            started = [stack.enter_context(servers[0]), *pool.map(Server.__enter__, servers[1:])]
            for server in started[1:]:
                stack.push(server)
            names = [f"scale-{n}" for n in range(rooms)]
            async with httpx.AsyncClient(timeout=60) as http:
                admin = Agent(token, [started[0].url], http)
                for name in names:
                    await make_room(admin, name)
                await admin.ask('mutation { createTask(input: {title: "First", room: "scale-0"}) { id } }')
            pid = int((folder / "postgres" / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
            connection = await asyncpg.connect(url)
            await connection.execute(_TASKS, 20_000 // rooms)
            await connection.execute("analyze")
            made = Site(started, names, token, psutil.Process(pid))
            sampling = asyncio.create_task(_sample(connection, made))
            try:
                yield made
            finally:
                sampling.cancel()
                await asyncio.gather(sampling, return_exceptions=True)
                await connection.close()


async def _sample(connection: asyncpg.Connection, site: Site) -> None:
    while True:
        site.waits.update(row["what"] for row in await connection.fetch(_WAITS))
        await asyncio.sleep(_SAMPLE_SECONDS)


@dataclass
class Rate:
    """How many a second, what each took of the servers' and of Postgres's CPU, and what Postgres was seen at."""

    a_second: float
    server_ms: float
    postgres_ms: float
    waits: str
    unavailable: int

    def __str__(self) -> str:
        refused = f"; {self.unavailable} UNAVAILABLE" if self.unavailable else ""
        return f"{self.a_second:.0f} | {self.server_ms:.2f} | {self.postgres_ms:.2f} | {self.waits}{refused}"


async def measured(site: Site, seconds: float, act: Callable[[httpx.AsyncClient, str, str], Awaitable[bool]]) -> Rate:
    """All clients act for so long, each at a server and in rooms by turns, when they have done so for a second."""
    done, refused, began, before = 0, 0, time.monotonic() + _WARM_SECONDS, site.cpu()
    end = began + seconds

    async def begin() -> None:
        nonlocal done, refused, began, before
        await asyncio.sleep(_WARM_SECONDS)
        site.waits.clear()
        done, refused, began, before = 0, 0, time.monotonic(), site.cpu()

    async def work(number: int) -> None:
        nonlocal done, refused
        async with httpx.AsyncClient(timeout=60, headers={"authorization": f"Bearer {site.token}"}) as http:
            url = f"{site.servers[number % len(site.servers)].url}/graphql"
            for n in itertools.count(number):
                if time.monotonic() >= end:
                    return
                if await act(http, url, site.rooms[n % len(site.rooms)]):
                    done += 1
                else:
                    refused += 1
                    await asyncio.sleep(_WARM_SECONDS)

    await asyncio.gather(begin(), *map(work, range(_CLIENTS)))
    took, after = time.monotonic() - began, site.cpu()
    total = sum(site.waits.values()) or 1
    waits = ", ".join(f"{name} {100 * count // total} %" for name, count in site.waits.most_common(4))
    server, postgres = (1000 * (now - then) / max(done, 1) for then, now in zip(before, after, strict=True))
    return Rate(done / took, server, postgres, waits, refused)


async def _do(http: httpx.AsyncClient, url: str, query: str, variables: dict[str, object]) -> bool:
    """Whether it was done, or is UNAVAILABLE."""
    answer = (await http.post(url, json={"query": query, "variables": variables})).json()
    errors = answer.get("errors", [])
    if any(error["extensions"]["code"] != "UNAVAILABLE" for error in errors):
        raise SystemExit(str(errors))
    return not errors


async def claim(http: httpx.AsyncClient, url: str, room: str) -> bool:
    return await _do(http, url, _CLAIM, {"room": room})


async def say(http: httpx.AsyncClient, url: str, room: str) -> bool:
    return await _do(http, url, _SAY, {"input": {"room": room, "channel": "ops", "body": str(time.monotonic())}})


async def hear(site: Site, number: int, delays: list[float]) -> None:
    """One subscriber, which notes how long after it was sent each message came."""
    server, room = site.servers[number % len(site.servers)], site.rooms[number // len(site.servers) % len(site.rooms)]
    url = server.url.replace("http://", "ws://") + "/graphql"
    async with websockets.connect(url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": site.token}}))
        await socket.recv()
        payload = {"query": _HEAR, "variables": {"room": room}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "next":
                delays.append(time.monotonic() - float(message["payload"]["data"]["messageSent"]["message"]["body"]))


async def run(processes: Sequence[int], rooms: Sequence[int], backends: Sequence[str], seconds: float) -> None:
    with tempfile.TemporaryDirectory() as name, Cluster(Path(name) / "postgres") as cluster, ExitStack() as stack:
        folder = Path(name)
        urls = {"postgres": None, "redis": stack.enter_context(redis_at(folder)) if "redis" in backends else None}
        print("| processes | rooms | broadcast | what | a second | server, ms | Postgres, ms | Postgres seen at |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for count, number, backend in itertools.product(processes, rooms, backends):
            head = f"| {count} | {number} | {backend} |"
            try:
                async with (
                    asyncio.timeout(_LONGEST_SECONDS),
                    site(cluster, folder, count, number, urls[backend]) as made,
                ):
                    await _print_rows(head, made, seconds)
            except TimeoutError:
                print(f"{head} given up after {_LONGEST_SECONDS} s | | | | |", flush=True)


async def _print_rows(head: str, made: Site, seconds: float) -> None:
    print(f"{head} claims | {await measured(made, seconds, claim)} |", flush=True)
    delays: list[float] = []
    hearing = [asyncio.create_task(hear(made, n, delays)) for n in range(_SUBSCRIBERS)]
    await asyncio.sleep(1)
    print(f"{head} messages | {await measured(made, seconds, say)} |", flush=True)
    await asyncio.sleep(1)
    for task in hearing:
        task.cancel()
    await asyncio.gather(*hearing, return_exceptions=True)
    rate, median = len(delays) / (seconds + _WARM_SECONDS), 1000 * statistics.median(delays or [0])
    print(f"{head} fan-out | {rate:.0f} | | | median {median:.0f} ms to {_SUBSCRIBERS} |", flush=True)


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=_numbers, default=[1, 2, 4, 8, 16])
    parser.add_argument("--rooms", type=_numbers, default=[1, 50])
    parser.add_argument("--broadcast", default="postgres")
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    asyncio.run(run(given.processes, given.rooms, given.broadcast.split(","), given.seconds))
