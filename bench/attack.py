"""What the others notice while one client does its worst.

    python -m bench.attack [--seconds 10] [--only NAME ...] [--rate-limit 200]

One server with its defaults, one client in a process of its own that attacks with a token of its own, and a second
client that sends a small query all the while. For each attack: how long the small query took, what the attacker was
answered, and the server's resident memory before, at its highest, and two seconds after.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import multiprocessing
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import websockets

from bench.attack_lists import attack_on, list_fields, many_of_everything
from goalroom.execution.engine_internals import graphql_schema
from goalroom.postgres.embedded import Cluster
from resolvers.build import schema as goalroom_schema
from tests.e2e.commands import Server
from tests.e2e.team import Agent, hire, make_room

SMALL = "{ me { name } }"
CREATE = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
COMMENT = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"

_LANES = 16
_TASKS = 200


class Attacker:
    """One client that means no good, and what it was answered."""

    def __init__(self, url: str, token: str, seconds: float) -> None:
        self.url, self.token = url, token
        self.until = time.monotonic() + seconds
        self.answers: Counter[str] = Counter()

    @property
    def head(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "content-type": "application/json"}

    async def flood(self, document: Callable[[int], str]) -> None:
        """Documents that no cache knows, on many connections, as fast as they are answered."""

        async def lane(http: httpx.AsyncClient) -> None:
            while time.monotonic() < self.until:
                response = await http.post("/graphql", json={"query": document(random.getrandbits(40))})
                found = response.json().get("errors")
                self.answers[found[0]["extensions"]["code"] if found else "OK"] += 1

        async with httpx.AsyncClient(base_url=self.url, headers=self.head, timeout=60) as http:
            await asyncio.gather(*(lane(http) for _ in range(_LANES)))

    async def silent_sockets(self) -> None:
        """Two thousand at a time that never init, and new ones for those that are closed."""
        address = self.url.replace("http", "ws", 1) + "/graphql"

        async def hold() -> None:
            while time.monotonic() < self.until:
                try:
                    async with websockets.connect(
                        address, subprotocols=[websockets.Subprotocol("graphql-transport-ws")], open_timeout=30
                    ) as socket:
                        await asyncio.wait_for(socket.wait_closed(), max(self.until - time.monotonic(), 0.1))
                        self.answers[f"closed {socket.close_code}"] += 1
                except (OSError, TimeoutError, websockets.WebSocketException) as error:
                    self.answers[type(error).__name__] += 1
                await asyncio.sleep(1)

        await asyncio.gather(*(hold() for _ in range(2_000)))

    async def slow_bodies(self) -> None:
        """Two thousand requests whose bodies come byte by byte."""
        await self._raw(2_000, b"Content-Length: 900000\r\n\r\n", b"x")

    async def slow_heads(self) -> None:
        """Two thousand requests whose heads never end."""
        await self._raw(2_000, b"", b"X-Slow: x\r\n")

    async def deaf_readers(self) -> None:
        """A thousand streams of everything from the beginning, of which nothing is ever read."""
        body = json.dumps({"query": 'subscription { events(room: "bench", after: "R2.0") { cursor data } }'}).encode()
        await self._raw(1_000, b"Accept: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(body) + body, b"")

    async def churn(self) -> None:
        """Subscriptions on thirty sockets, each left as soon as it was begun."""
        address = self.url.replace("http", "ws", 1) + "/graphql"
        payload = {"query": 'subscription { events(room: "bench", after: "R2.0") { cursor data } }'}

        async def hold() -> None:
            async with websockets.connect(
                address, subprotocols=[websockets.Subprotocol("graphql-transport-ws")], open_timeout=30
            ) as socket:
                await socket.send(json.dumps({"type": "connection_init", "payload": {"token": self.token}}))
                for name in itertools.count():
                    if time.monotonic() >= self.until:
                        return
                    await socket.send(json.dumps({"id": str(name), "type": "subscribe", "payload": payload}))
                    said = json.loads(await socket.recv())
                    self.answers[said["type"]] += 1
                    await socket.send(json.dumps({"id": str(name), "type": "complete"}))

        await asyncio.gather(*(hold() for _ in range(30)))

    async def _raw(self, count: int, rest: bytes, piece: bytes) -> None:
        where = urlsplit(self.url)
        head = "".join(f"{name}: {value}\r\n" for name, value in self.head.items())
        start = f"POST /graphql HTTP/1.1\r\nHost: {where.netloc}\r\n{head}".encode() + rest

        async def one() -> None:
            reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=1)
            writer.write(start)
            with contextlib.suppress(OSError):
                while time.monotonic() < self.until and not writer.is_closing():
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(1)
                    if piece and reader.at_eof():
                        break
            first = await reader.read(12) if not writer.is_closing() else b""
            self.answers[first.decode(errors="replace") or "nothing"] += 1
            writer.transport.abort()

        done = await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)
        self.answers.update(type(error).__name__ for error in done if isinstance(error, Exception))


def circular(n: int) -> str:
    return f"# {n}\n" + "{ rooms { agents " * 1 + "{ rooms { agents " * 50 + "{ id }" + " } }" * 50 + " }"


def bomb(n: int) -> str:
    spreads = "".join(f"fragment F{k} on Room {{ ...F{k + 1} ...F{k + 1} }} " for k in range(145))
    return f"{{ rooms {{ ...F0 }} }} {spreads} fragment F90 on Room {{ id a{n}: name }}"


def aliases(n: int) -> str:
    return "{ " + " ".join(f"a{n}_{k}: me {{ id }}" for k in range(10_000)) + " }"


def literals(n: int) -> str:
    return f'{{ task(id: "{n}{"x" * 990_000}") {{ id }} }}'


def wrong(n: int) -> str:
    """As long as a document may be, and wrong everywhere."""
    return f"{{ rooms {{ n{n}: name " + " ".join(f"nothing{k}" for k in range(1_500)) + " } }"


def costly(n: int) -> str:
    """As much as may be asked for, and all of it is there."""
    fields = " ".join(f"a{k}: title" for k in range(145))
    return f'{{ room(room: "bench") {{ tasks(first: {_TASKS}) {{ nodes {{ a{n}: id {fields} }} }} }} }}'


def joined(n: int) -> str:
    """As much as may be asked for through loaders."""
    fields = " ".join(f"a{k}: creator {{ name }}" for k in range(13))
    return f'{{ room(room: "bench") {{ tasks(first: {_TASKS}) {{ nodes {{ a{n}: id {fields} }} }} }} }}'


def schema(n: int) -> str:
    one = "__schema { types { name description fields { name description args { name type { name } } } } }"
    return "{ " + " ".join(f"a{n}_{k}: {one}" for k in range(10)) + " }"


ATTACKS: dict[str, Callable[[Attacker], Awaitable[None]]] = {
    "nothing": lambda one: asyncio.sleep(one.until - time.monotonic()),
    "100 levels, in circles": lambda one: one.flood(circular),
    "fragments that double 90 times": lambda one: one.flood(bomb),
    "10,000 aliases": lambda one: one.flood(aliases),
    "literals of 1 MB": lambda one: one.flood(literals),
    "20 kB of mistakes": lambda one: one.flood(wrong),
    "the most costly fields": lambda one: one.flood(costly),
    "the most costly references": lambda one: one.flood(joined),
    "the schema ten times": lambda one: one.flood(schema),
    "2,000 sockets that never init": Attacker.silent_sockets,
    "2,000 slow bodies": Attacker.slow_bodies,
    "2,000 slow heads": Attacker.slow_heads,
    "1,000 streams that nobody reads": Attacker.deaf_readers,
    "subscriptions begun and left": Attacker.churn,
}


def attack(
    name: str, document: str | None, url: str, token: str, seconds: float, told: "multiprocessing.Queue[Counter[str]]"
) -> None:
    """The attacker's process. With a document it sends that, else what stands under the name."""
    attacker = Attacker(url, token, seconds)

    async def run() -> None:
        async with asyncio.timeout(seconds + 30):
            if document is None:
                await ATTACKS[name](attacker)
            else:
                await attacker.flood(lambda n: f"# {n}\n{document}")

    with contextlib.suppress(TimeoutError):
        asyncio.run(run())
    told.put(attacker.answers)


async def notice(victim: Agent, process: psutil.Process, going: Callable[[], bool]) -> tuple[list[float], int]:
    """How long a small query took, in milliseconds, each time, and the highest memory seen meanwhile."""
    taken, highest = [], 0
    while going():
        began = time.perf_counter()
        await victim.ask(SMALL)
        taken.append(1000 * (time.perf_counter() - began))
        highest = max(highest, process.memory_info().rss)
        await asyncio.sleep(0.02)
    return taken, highest


def row(name: str, taken: list[float], memory: tuple[int, int, int], answers: Counter[str]) -> str:
    quantiles = statistics.quantiles(taken, n=100)
    said = ", ".join(f"{count} {answer}" for answer, count in answers.most_common(4)) or "nothing"
    times = f"{quantiles[49]:.0f} | {quantiles[98]:.0f} | {max(taken):.0f}"
    return f"| {name} | {times} | {' | '.join(f'{one / 2**20:.0f}' for one in memory)} | {said} |"


def chosen(among: Iterable[str], names: list[str] | None) -> Iterator[str]:
    return (name for name in among if not names or any(part in name for part in names))


def on_lists(roots: dict[str, str]) -> dict[str, str]:
    """A row for each list of the schema: its name and the document."""
    graphql = graphql_schema(goalroom_schema)
    return {f"list {kind}.{field}": attack_on(graphql, kind, field, roots) for kind, field in list_fields(graphql)}


async def main(seconds: float, names: list[str] | None, rate_limit: int) -> None:
    """Print a row for each attack."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        cluster = Cluster(Path(folder) / "postgres")
        cluster.start()
        stack.callback(cluster.stop)
        server = stack.enter_context(
            Server(
                *("--database-url", cluster.url, "--data-dir", Path(folder) / "server"),
                *("--rate-limit", str(rate_limit)),
            )
        )
        process = psutil.Process(server.process.pid)
        admin_token = (Path(folder) / "server" / "admin-token").read_text().strip()
        spawn = multiprocessing.get_context("spawn")
        async with httpx.AsyncClient(timeout=60) as http:
            admin = Agent(admin_token, [server.url], http)
            await make_room(admin, "bench")
            tasks: list[dict[str, object]] = [{"task": {"title": f"Task {n}"}} for n in range(_TASKS)]
            made = (await admin.ask(CREATE, input={"room": "bench", "tasks": tasks}))["createTasks"]
            for _ in range(200):
                await admin.ask(COMMENT, input={"on": made[0]["id"], "body": "x" * 10_000})
                await asyncio.sleep(0.01)
            victim = await hire(admin, "victim", "bench", [server.url])
            print(
                "| attack | median ms | p99 ms | worst ms | MiB before | at most | after | the attacker was answered |"
            )
            print("| --- | --- | --- | --- | --- | --- | --- | --- |")
            await make_room(admin, "lists")
            lister = await hire(admin, "lister", "lists", [server.url])
            documents = on_lists(await many_of_everything(admin, lister))
            for number, name in enumerate(chosen([*ATTACKS, *documents], names)):
                document = documents.get(name)
                enemy = lister if document else await hire(admin, f"enemy-{number}", "bench", [server.url])
                told: multiprocessing.Queue[Counter[str]] = spawn.Queue()
                before = process.memory_info().rss
                attacking = spawn.Process(target=attack, args=(name, document, server.url, enemy.token, seconds, told))
                attacking.start()
                taken, highest = await notice(victim, process, lambda told=told: told.empty())  # type: ignore[misc]
                answers = told.get()
                attacking.join()
                await asyncio.sleep(2)
                print(row(name, taken, (before, highest, process.memory_info().rss), answers), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="parts of the names of attacks")
    parser.add_argument("--rate-limit", type=int, default=200)
    given = parser.parse_args()
    asyncio.run(main(given.seconds, given.only, given.rate_limit))
