"""Many agents, four server processes, one Postgres: every task is given to one."""

import asyncio
import random
import signal
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import new_database
from tests.e2e.commands import Server
from tests.e2e.team import HOLDING, Agent, check_one_owner, codes, hire, make_room, read_log
from tests.size import sized

AGENTS, SERVERS, TASKS, BATCH = sized(16, 64), sized(2, 4), sized(100, 600), 100
# How often an agent says nothing until its lease is over: some twenty times.
SILENT = 20 / TASKS

CLAIM = """mutation($input: ClaimNextTaskInput) {
  claimNextTask(input: $input) { task { id } lease { fence } nothing { todo } } }"""
COMPLETE = """mutation($input: SubmitTaskInput!) { completeTask(input: $input) { id status } }"""
CREATE = """mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"""


class Servers:
    """Several processes on one database, each with a data directory of its own."""

    def __init__(self, url: str, folder: Path, stack: ExitStack) -> None:
        self._url, self.folder, self._stack = url, folder, stack
        self.running = [self._start(n) for n in range(SERVERS)]

    def _start(self, number: int) -> Server:
        data_dir = self.folder / f"server-{number}"
        return self._stack.enter_context(Server("--database-url", self._url, "--data-dir", data_dir))

    @property
    def urls(self) -> list[str]:
        return [server.url for server in self.running]

    def kill(self, number: int) -> None:
        self.running[number].stop(signal.SIGKILL)

    def start_again(self, number: int) -> None:
        """On another port: its clients find the others meanwhile."""
        self.running[number] = self._start(number)


@pytest.fixture(scope="module")
async def servers(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Servers]:
    async with new_database(postgres_url) as url:
        with ExitStack() as stack:
            yield Servers(url, tmp_path_factory.mktemp("servers"), stack)


@asynccontextmanager
async def admin_of(servers: Servers) -> AsyncGenerator[Agent]:
    token = next(servers.folder.glob("server-*/admin-token")).read_text().strip()
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=AGENTS + 8)) as http:
        yield Agent(token, servers.urls, http)


async def fill(admin: Agent, room: str) -> set[str]:
    made: set[str] = set()
    for _ in range(TASKS // BATCH):
        batch = [{"task": {"title": f"Task {n}"}} for n in range(BATCH)]
        data = await admin.ask(CREATE, input={"room": room, "tasks": batch})
        made |= {task["id"] for task in data["createTasks"]}
    return made


async def hire_all(admin: Agent, room: str, servers: Servers) -> list[Agent]:
    """Each starts at another server, and knows them all."""
    urls = servers.urls
    return [await hire(admin, f"{room}-{n}", room, urls[n % SERVERS :] + urls[: n % SERVERS]) for n in range(AGENTS)]


async def test_every_task_is_given_once(servers: Servers) -> None:
    async with admin_of(servers) as admin:
        await make_room(admin, "all-at-once")
        made = await fill(admin, "all-at-once")
        agents = await hire_all(admin, "all-at-once", servers)

        async def take_all(agent: Agent) -> list[str]:
            taken = []
            while task := (await agent.ask(CLAIM, input={}))["claimNextTask"]["task"]:
                taken.append(task["id"])
            return taken

        taken = [task for each in await asyncio.gather(*map(take_all, agents)) for task in each]
        log = await read_log(admin, "all-at-once", "TASK_CLAIMED")

    assert sorted(taken) == sorted(made)
    assert sorted(event["task"]["id"] for event in log) == sorted(made)


async def test_no_task_has_two_holders_whatever_dies(servers: Servers) -> None:
    """One server is killed and started again, some agents fall silent until their short lease is over, retries race."""
    async with admin_of(servers) as admin:
        await make_room(admin, "hard-times", leaseSeconds=2, maxAttempts=None)
        made = await fill(admin, "hard-times")
        agents = await hire_all(admin, "hard-times", servers)
        done: set[str] = set()
        finished = asyncio.Event()

        async def work(agent: Agent, dice: random.Random) -> None:
            while not finished.is_set():
                key = f"claim-{next(agent.keys)}"
                claim = (await agent.ask(CLAIM, input={"idempotencyKey": key}))["claimNextTask"]
                if claim["task"] is None:
                    if len(done) == len(made):
                        finished.set()
                    await asyncio.sleep(0.2)
                    continue
                if dice.random() < SILENT:
                    await asyncio.sleep(3.5)
                report = {"task": claim["task"]["id"], "summary": "Done", "fence": claim["lease"]["fence"]}
                answer = await agent.send(COMPLETE, input=report)
                # A server that died after the commit leaves its answer unsaid; the second try then finds it done.
                assert set(codes(answer)) <= {"STALE_LEASE", "WRONG_STATUS"}, answer
                if not codes(answer) or codes(answer) == ["WRONG_STATUS"]:
                    done.add(claim["task"]["id"])

        async def upset() -> None:
            await asyncio.sleep(2)
            servers.kill(0)
            await asyncio.sleep(1)
            await asyncio.to_thread(servers.start_again, 0)

        workers = [work(agent, random.Random(n)) for n, agent in enumerate(agents)]
        await asyncio.wait_for(asyncio.gather(upset(), *workers), timeout=240)
        log = await read_log(admin, "hard-times", *HOLDING)

    check_one_owner(log)
    assert {event["task"]["id"] for event in log if event["kind"] == "TASK_DONE"} == made
    assert [event["kind"] for event in log].count("TASK_DONE") == len(made)
    assert any(event["kind"] == "TASK_RECLAIMED" for event in log)
