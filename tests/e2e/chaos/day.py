"""One day of a team, from a seed: three servers, one Postgres, agents and followers, and what goes wrong."""

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from goalroom.postgres import data_dir
from goalroom.postgres.embedded import Cluster
from tests.e2e.chaos.faults import Faults
from tests.e2e.chaos.history import History, check
from tests.e2e.chaos.members import Team
from tests.e2e.chaos.proxy import Proxy
from tests.e2e.commands import Server, run
from tests.e2e.team import Agent, hire, make_room, read_log

_ROOM = "day"
_SERVERS, _WORKERS, _TALKERS, _FOLLOWERS = 3, 6, 2, 3
# After the last fault, until all that was created is done.
_CLOSING_S = 120.0
_LEASE_S = 2


async def play(folder: Path, seed: int, seconds: float) -> str:
    """Play it and check it; what was done and what went wrong. AssertionError where a word was not kept."""
    dice = random.Random(seed)
    cluster = Cluster(folder / "postgres")
    cluster.start()
    async with AsyncExitStack() as stack:
        stack.callback(cluster.stop)
        proxies = [Proxy(cluster.url) for _ in range(_SERVERS)]
        for proxy in proxies:
            await stack.enter_async_context(proxy.running())
        servers: list[Server] = []

        async def stop() -> None:
            # In threads: what they say to Postgres goes through us.
            await asyncio.gather(*(asyncio.to_thread(one.__exit__, None, None, None) for one in servers))

        stack.push_async_callback(stop)

        def start(n: int) -> Server:
            port = servers[n].url.rpartition(":")[2] if n < len(servers) else "0"
            place = ("--data-dir", folder / f"server-{n}", "--port", port, "--rate-limit", "0")
            return Server("--database-url", proxies[n].url, *place).__enter__()

        servers += [await asyncio.to_thread(start, n) for n in range(_SERVERS)]
        keeper = asyncio.create_task(cluster.keep())
        stack.callback(keeper.cancel)
        home = folder / "postgres" / data_dir.CLUSTER
        faults = Faults(
            dice, lambda: int((home / "postmaster.pid").read_text().split("\n", 1)[0]), servers, proxies, start
        )
        http = await stack.enter_async_context(httpx.AsyncClient(limits=httpx.Limits(max_connections=None)))
        urls = [server.url for server in servers]
        admin = Agent((folder / "server-0" / "admin-token").read_text().strip(), urls, http, patience_s=3)
        told = await _work(admin, urls, faults, dice, seconds)
        found = await asyncio.to_thread(run, "doctor", "--database-url", cluster.url)
        assert found.returncode == 0, found.stdout + found.stderr
    return f"{told}; faults: {dict(faults.counts)}"


async def _work(admin: Agent, urls: list[str], faults: Faults, dice: random.Random, seconds: float) -> str:
    await make_room(admin, _ROOM, leaseSeconds=_LEASE_S, maxAttempts=None, archiveAfterSeconds=None)
    mentioned = await _hire(admin, "mentioned", urls, dice)
    workers = [await _hire(admin, f"worker-{n}", urls, dice) for n in range(_WORKERS)]
    talkers = [await _hire(admin, f"talker-{n}", urls, dice) for n in range(_TALKERS)]
    begin = (await read_log(admin, _ROOM))[-1]["cursor"]
    team = Team(History(_ROOM), urls)
    history = team.history
    fate = [random.Random(dice.random()) for _ in range(_WORKERS + _TALKERS + _FOLLOWERS + 1)]

    async def faults_and_end() -> None:
        await faults.go_on(seconds)
        team.closing.set()
        async with asyncio.timeout(_CLOSING_S):
            await asyncio.gather(*makers)
            # Whose answer was lost is known to the log alone.
            while len(await read_log(admin, _ROOM, "TASK_DONE")) < len(history.created):  # noqa: ASYNC110  # it is theirs
                await asyncio.sleep(0.5)
        team.all_done.set()

    async with asyncio.TaskGroup() as group:
        makers = [group.create_task(team.create(admin, fate.pop()))]
        for n, agent in enumerate(talkers):
            makers.append(group.create_task(team.talk(agent, f"talker-{n}", fate.pop())))
        for n, agent in enumerate(workers):
            group.create_task(team.work(agent, f"worker-{n}", fate.pop()))
        for n in range(_FOLLOWERS):
            group.create_task(team.follow(f"follower-{n}", admin.token, begin, fate.pop()))
        group.create_task(faults_and_end())
    last = (await read_log(admin, _ROOM))[-1]["cursor"]
    for follower in history.followed:
        await team.catch_up(follower, admin.token, begin, last)
    await check(history, admin, mentioned, begin)
    return history.summary()


async def _hire(admin: Agent, name: str, urls: list[str], dice: random.Random) -> Agent:
    """Each begins at another server."""
    agent = await hire(admin, name, _ROOM, dice.sample(urls, len(urls)))
    agent.patience_s = admin.patience_s
    return agent
