"""Whether a server stays as it was: sockets and leases come and go for minutes, and nothing of them may be left.

    python -m bench.soak [--minutes 15] [--sockets 40] [--workers 16]

Sockets and event streams are opened, subscribe, and are closed, half of them without a word. Workers claim tasks,
complete them, give them back, or fall silent until a lease of two seconds is over, and wait with long polls. Once in
ten seconds the server's memory, files, tasks and connections are noted. At the end all stop, and what is left is
compared with what was there before they began.
"""

import argparse
import asyncio
import itertools
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import psutil
import websockets
from prometheus_client.parser import text_string_to_metric_families

from goalroom.postgres.embedded import Cluster
from tests.e2e.commands import Server
from tests.e2e.team import Agent, codes, hire, make_room

_SAMPLE_SECONDS = 10.0
_REST_SECONDS = 15.0
_OPEN_TASKS = 100

CREATE = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
CLAIM = "mutation { claimNextTask(input: {waitSeconds: 2}) { task { id } lease { fence } } }"
COMPLETE = "mutation($input: SubmitTaskInput!) { completeTask(input: $input) { id } }"
RELEASE = "mutation($input: ReleaseTaskInput!) { releaseTask(input: $input) { id } }"
RENEW = "mutation($task: ID!) { renewLease(input: {task: $task}) { expiresAt } }"
WATCH = "subscription { events { cursor kind task { title status } } }"


@dataclass(frozen=True)
class Sample:
    """What the server has at one moment."""

    mib: float
    files: int
    tasks: int
    connections: int
    followers: int
    postgres: int


@dataclass
class Soak:
    """A server, those who use it, and what they did."""

    server: Server
    database_url: str
    admin: Agent
    until: float
    done: Counter[str] = field(default_factory=Counter)

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    async def sample(self) -> Sample:
        page = (await self.admin.http.get(f"{self.server.url}/metrics")).text
        found = {
            sample.name: sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
            if not sample.labels
        }
        connection = await asyncpg.connect(self.database_url)
        backends = await connection.fetchval(
            "select count(*) from pg_stat_activity where application_name like 'goalroom%'"
        )
        await connection.close()
        process = psutil.Process(self.server.process.pid)
        return Sample(
            mib=process.memory_info().rss / 2**20,
            files=process.num_fds(),
            tasks=int(found["goalroom_tasks"]),
            connections=int(found["goalroom_connections"]),
            followers=int(found["goalroom_followers"]),
            postgres=backends,
        )

    async def sockets(self, token: str, dice: random.Random) -> None:
        """One after the other, until it is over."""
        url = self.server.url.replace("http://", "ws://") + "/graphql"
        protocol = websockets.Subprotocol("graphql-transport-ws")
        while not self.is_over:
            async with websockets.connect(url, subprotocols=[protocol], ping_timeout=None, open_timeout=60) as socket:
                await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
                try:
                    await socket.recv()
                except websockets.ConnectionClosed:
                    # A machine that is too busy says so: come back later.
                    self.done["turned away"] += 1
                    continue
                for name in "ab":
                    await socket.send(json.dumps({"id": name, "type": "subscribe", "payload": {"query": WATCH}}))
                with suppress(TimeoutError):
                    async with asyncio.timeout(dice.uniform(0.2, 3)):
                        async for _ in socket:
                            self.done["events over sockets"] += 1
                self.done["sockets"] += 1
                if dice.random() < 0.5:
                    socket.transport.abort()

    async def streams(self, token: str, dice: random.Random) -> None:
        headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
        while not self.is_over:
            with suppress(TimeoutError):
                async with (
                    asyncio.timeout(dice.uniform(0.2, 3)),
                    self.admin.http.stream(
                        "POST", f"{self.server.url}/graphql", json={"query": WATCH}, headers=headers
                    ) as answer,
                ):
                    async for line in answer.aiter_lines():
                        self.done["events over streams"] += line.startswith("data: {")
            self.done["streams"] += 1

    async def work(self, agent: Agent, dice: random.Random) -> None:
        while not self.is_over:
            claim = (await agent.ask(CLAIM))["claimNextTask"]
            if claim["task"] is None:
                continue
            task, fence = claim["task"]["id"], claim["lease"]["fence"]
            self.done["claims"] += 1
            what = dice.random()
            if what < 0.3:
                # The lease runs out, and somebody else gets the task.
                await asyncio.sleep(dice.uniform(2, 3))
                self.done["silences"] += 1
            elif what < 0.5:
                await agent.send(RENEW, task=task)
                handoff = {"done": "Half", "pending": "Half"}
                await agent.send(RELEASE, input={"task": task, "handoff": handoff})
            else:
                await asyncio.sleep(dice.uniform(0, 0.2))
                answer = await agent.send(COMPLETE, input={"task": task, "summary": "Done", "fence": fence})
                self.done["completions"] += not codes(answer)

    async def supply(self) -> None:
        """As many tasks as were finished since."""
        for n in itertools.count():
            if self.is_over:
                return
            made = self.done["tasks"] - self.done["completions"]
            batch = [{"task": {"title": f"Task {n}"}} for _ in range(_OPEN_TASKS - made)]
            if batch:
                await self.admin.ask(CREATE, input={"room": "soak", "tasks": batch})
                self.done["tasks"] += len(batch)
            await asyncio.sleep(1)

    async def watch(self) -> list[Sample]:
        samples = []
        while not self.is_over:
            await asyncio.sleep(_SAMPLE_SECONDS)
            if self.is_over:
                break
            samples.append(await self.sample())
            print(f"{self.until - time.monotonic():6.0f} s left: {samples[-1]}", flush=True)
        return samples


async def soak(minutes: float, sockets: int, workers: int) -> None:
    """Print what the server had at rest, at work, and at rest again."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "postgres")
        cluster.start()
        try:
            with Server(
                "--database-url", cluster.url, "--data-dir", Path(folder) / "server", "--rate-limit", "0"
            ) as one:
                token = (Path(folder) / "server" / "admin-token").read_text().strip()
                limits = httpx.Limits(max_connections=None, max_keepalive_connections=workers)
                async with httpx.AsyncClient(limits=limits, timeout=60) as http:
                    await _run(Soak(one, cluster.url, Agent(token, [one.url], http), 0), minutes, sockets, workers)
        finally:
            cluster.stop()


async def _run(one: Soak, minutes: float, sockets: int, workers: int) -> None:
    await make_room(one.admin, "soak", leaseSeconds=2, maxAttempts=None)
    agents = [await hire(one.admin, f"worker-{n}", "soak", [one.server.url]) for n in range(workers)]
    await asyncio.sleep(2)
    before = await one.sample()
    print(f"at rest before: {before}", flush=True)
    one.until = time.monotonic() + 60 * minutes
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(one.watch())
        group.create_task(one.supply())
        for n, agent in enumerate(agents):
            group.create_task(one.work(agent, random.Random(n)))
        for n in range(sockets):
            share = one.sockets if n % 4 else one.streams
            group.create_task(share(agents[n % workers].token, random.Random(1_000 + n)))
    await one.admin.http.aclose()
    async with httpx.AsyncClient(timeout=60) as one.admin.http:
        await asyncio.sleep(_REST_SECONDS)
        after = await one.sample()
    samples = watching.result()
    fifth = max(len(samples) // 5, 1)
    early, late = (
        statistics.median(sample.mib for sample in part) for part in (samples[fifth : 2 * fifth], samples[-fifth:])
    )
    print(f"at rest after: {after}")
    print(f"did: {dict(one.done)}")
    print(f"memory at work, median: {early:.1f} MiB in the second fifth of the time, {late:.1f} MiB in the last")
    assert late < early * 1.1, "memory grows"
    assert after.tasks <= before.tasks, "tasks are left"
    assert (after.connections, after.followers) == (0, 0), "connections are left"
    assert after.files <= before.files + after.postgres - before.postgres, "files are left open"


def main() -> None:
    """The entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--sockets", type=int, default=40)
    parser.add_argument("--workers", type=int, default=16)
    options = parser.parse_args()
    asyncio.run(soak(options.minutes, options.sockets, options.workers))


if __name__ == "__main__":
    main()
