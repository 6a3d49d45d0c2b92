"""A team at work while its Postgres goes away: what is written, seen and said to a balancer meanwhile, and how fast."""

import asyncio
import itertools
import json
import signal
import time
from collections.abc import AsyncGenerator, Awaitable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import websockets

from goalroom.postgres import data_dir
from goalroom.postgres.embedded import Cluster
from tests.e2e.commands import Server
from tests.e2e.team import Agent, codes, hire, make_room, read_log

COMMENT = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"
CREATE = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
EVENTS = "subscription($room: ID, $after: String) { events(room: $room, after: $after) { cursor kind task { title } } }"

_SAMPLE_SECONDS = 0.05


@dataclass
class Outage:
    """One: when it began, began to end and was over, by our clock, and how long it took until that was noticed."""

    began: float = 0.0
    ending: float = 0.0
    ended: float = 0.0
    noticed_s: float = 0.0
    ready_again_s: float = 0.0
    written_again_s: float = 0.0


@dataclass
class Team:
    """Writers who try again until they are answered, a reader whose socket stays, and a balancer that asks."""

    cluster: Cluster
    home: Path
    servers: list[Server]
    admin: Agent
    writers: list[Agent]
    task: str
    begin: str
    written: list[str] = field(default_factory=list)
    written_at: list[float] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    readiness: list[tuple[float, int]] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, number: int, agent: Agent) -> None:
        """Until it is done; each comment has a key, so that an answer that was lost can be asked for again."""
        for n in itertools.count():
            if self.done.is_set():
                return
            body = f"Word {number}-{n}"
            said = {"on": self.task, "body": body, "idempotencyKey": f"{number}-{n}"}
            self.answers[body] = (await agent.ask(COMMENT, input=said))["addComment"]["id"]
            self.written_at.append(time.monotonic())

    async def read(self) -> None:
        """On one socket, from before the first outage to after the last."""
        url = self.servers[-1].url.replace("http://", "ws://") + "/graphql"
        protocol = websockets.Subprotocol("graphql-transport-ws")
        async with websockets.connect(url, subprotocols=[protocol], ping_timeout=None) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"token": self.admin.token}}))
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            payload = {"query": EVENTS, "variables": {"room": "busy", "after": self.begin}}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            while True:
                try:
                    message = json.loads(await asyncio.wait_for(socket.recv(), 3))
                except TimeoutError:
                    if self.done.is_set():
                        return
                    continue
                if message["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                    continue
                assert message["type"] == "next", message
                assert "errors" not in message["payload"], message
                event = message["payload"]["data"]["events"]
                self.seen.append(event["cursor"])
                assert (event["task"] is None) == (event["kind"] == "PRESENCE_CHANGED"), event

    async def ask_readiness(self) -> None:
        while not self.done.is_set():
            answer = await self.admin.http.get(f"{self.servers[0].url}/readyz", timeout=10)
            self.readiness.append((time.monotonic(), answer.status_code))
            await asyncio.sleep(_SAMPLE_SECONDS)

    async def work(self, upset: Awaitable[None]) -> None:
        """Everybody works while this goes on, and ends when it is over."""

        async def upset_and_end() -> None:
            try:
                await upset
            finally:
                self.done.set()

        async with asyncio.timeout(240):
            await asyncio.gather(
                upset_and_end(), self.ask_readiness(), self.read(),
                *(self.write(n, agent) for n, agent in enumerate(self.writers)),
            )  # fmt: skip

    async def restart(self, away_seconds: float) -> Outage:
        """Postgres is stopped, and started after so long."""
        outage = Outage()
        await asyncio.to_thread(self.cluster.stop)
        outage.began = time.monotonic()
        await asyncio.sleep(away_seconds)
        outage.ending = time.monotonic()
        await asyncio.to_thread(self.cluster.start)
        outage.ended = time.monotonic()
        return outage

    async def freeze(self, during: Awaitable[None]) -> Outage:
        """Postgres is there, and does nothing at all, until this is over."""
        outage = Outage()
        processes = _processes(self.home)
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        outage.began = time.monotonic()
        try:
            await during
        finally:
            outage.ending = time.monotonic()
            # The children first: who is woken alone would miss them.
            for process in reversed(processes):
                process.send_signal(signal.SIGCONT)
        outage.ended = time.monotonic()
        return outage

    def measure(self, outage: Outage) -> Outage:
        """How long the change for the worse and for the better took to be noticed; for when all is over."""
        outage.noticed_s = next(at for at, code in self.readiness if at > outage.began and code == 503) - outage.began
        outage.ready_again_s = (
            next(at for at, code in self.readiness if at > outage.ended and code == 200) - outage.ended
        )
        outage.written_again_s = next(at for at in self.written_at if at > outage.ended) - outage.ended
        return outage

    def untruths(self, outage: Outage, within: float) -> list[tuple[float, int]]:
        """What /readyz said wrongly so long after the outage began, or ended."""
        return [
            (at - outage.began, code)
            for at, code in self.readiness
            if (outage.began + within < at < outage.ending and code == 200)
            or (outage.ended + within < at < outage.ended + within + 1 and code != 200)
        ]

    async def log(self) -> list[str]:
        """The cursors of all that happened since the team began."""
        cursors = [event["cursor"] for event in await read_log(self.admin, "busy")]
        return cursors[cursors.index(self.begin) + 1 :]


@asynccontextmanager
async def team(folder: Path, *, writers: int = 8) -> AsyncGenerator[Team]:
    """Two servers on a Postgres that no command starts or stops."""
    cluster = Cluster(folder / "postgres")
    cluster.start()
    with ExitStack() as stack:
        stack.callback(cluster.stop)
        async with team_on(cluster, cluster.url, folder, writers=writers) as working:
            yield working


@asynccontextmanager
async def team_on(cluster: Cluster, url: str, folder: Path, *, writers: int) -> AsyncGenerator[Team]:
    """Two servers that reach this Postgres at this URL."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(Server("--database-url", url, "--data-dir", folder / f"server-{n}")) for n in range(2)
        ]
        urls = [server.url for server in servers]
        token = (folder / "server-0" / "admin-token").read_text().strip()
        async with httpx.AsyncClient() as http:
            admin = Agent(token, urls, http)
            await make_room(admin, "busy")
            task = (await admin.ask(CREATE, input={"room": "busy", "title": "Talk"}))["createTask"]["id"]
            hired = [await hire(admin, f"writer-{n}", "busy", urls) for n in range(writers)]
            begin = (await read_log(admin, "busy"))[-1]["cursor"]
            yield Team(cluster, folder / "postgres" / data_dir.CLUSTER, servers, admin, hired, task, begin)


async def try_once(team: Team) -> tuple[float, list[str], str | None]:
    """One request that nobody repeats: the seconds that it took, the codes, and what Retry-After says."""
    began = time.monotonic()
    answer = await team.admin.http.post(
        f"{team.servers[0].url}/graphql",
        json={"query": "{ rooms { name } }"},
        headers={"Authorization": f"Bearer {team.admin.token}"},
        timeout=30,
    )
    said: dict[str, Any] = answer.json()
    return time.monotonic() - began, codes(said), answer.headers.get("retry-after")


def _processes(home: Path) -> list[psutil.Process]:
    """Postgres and what it forked."""
    postmaster = psutil.Process(int((home / "postmaster.pid").read_text().split("\n", 1)[0]))
    return [postmaster, *postmaster.children(recursive=True)]
