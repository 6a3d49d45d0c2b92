"""Processes that tell each other of news by way of Redis, which may go away at any moment."""

import asyncio
import shutil
import signal
import statistics
import subprocess
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from db.core.database import Database
from db.core.transaction import Committed, Topic
from goalroom.broadcast.notifier import CHANNEL
from goalroom.broadcast.redis import RedisBroadcast
from tests.db.events.test_feed import new_log, take, write
from tests.e2e.commands import Server, run
from tests.e2e.team import Agent
from tests.patience import PATIENCE_S
from tests.processes import process

PROGRAM = shutil.which("valkey-server") or shutil.which("redis-server")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is neither Valkey nor Redis here")


class Redis:
    """One that keeps nothing, on a socket of its own."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self.url = f"unix://{self._socket}"
        self.start()

    def start(self) -> None:
        self._socket.unlink(missing_ok=True)
        options = ("--port", "0", "--unixsocket", self._socket, "--save", "", "--appendonly", "no")
        self.process = subprocess.Popen(  # noqa: S603  # a program of the system
            [PROGRAM or "", *options], stdout=subprocess.DEVNULL, cwd=self._socket.parent
        )
        deadline = time.monotonic() + PATIENCE_S
        while not self._socket.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Generator[Redis]:
    made = Redis(tmp_path)
    yield made
    made.kill()


async def test_what_one_process_commits_the_other_hears_of_within_milliseconds(
    database: Database, database_url: str, redis: Redis
) -> None:
    room = await new_log(database)
    async with (
        process(database_url, broadcast_url=redis.url) as here,
        process(database_url, broadcast_url=redis.url) as there,
    ):
        delays = []
        async with there.feed.watch(room) as watch:
            for seq in range(50):
                await write(here.database, room)
                committed = time.perf_counter()
                assert await watch.wait(seq, timeout=5)
                delays.append(time.perf_counter() - committed)

    assert statistics.median(delays) < 0.02


async def test_a_redis_that_is_killed_in_the_middle_costs_nobody_an_event(
    database: Database, database_url: str, redis: Redis
) -> None:
    room = await new_log(database)
    async with (
        process(database_url, broadcast_url=redis.url, poll_seconds=0.2) as here,
        process(database_url, broadcast_url=redis.url, poll_seconds=0.2) as there,
    ):
        following = [asyncio.create_task(take(one.feed, room, 0, 300)) for one in (here, there) for _ in range(3)]
        for n in range(150):
            await asyncio.gather(*(write(one.database, room) for one in (here, there)))
            if n == 50:
                redis.kill()
            if n == 100:
                redis.start()

        assert await asyncio.gather(*following) == [list(range(1, 301))] * 6


async def test_news_are_told_again_once_it_is_back(database: Database, database_url: str, redis: Redis) -> None:
    room = await new_log(database)
    async with (
        process(database_url, broadcast_url=redis.url) as here,
        process(database_url, broadcast_url=redis.url) as there,
    ):
        following = asyncio.create_task(take(there.feed, room, 0, 3))
        redis.kill()
        async with asyncio.timeout(PATIENCE_S):
            while there.backend.listening.is_set():  # type: ignore[attr-defined]  # noqa: ASYNC110  # of Redis's
                await asyncio.sleep(0.01)
        for _ in range(3):
            await write(here.database, room)
        # No poll helps within this time, but each process looks by itself while nobody can tell it anything.
        assert await following == [1, 2, 3]

        redis.start()
        async with asyncio.timeout(PATIENCE_S):
            await there.backend.listening.wait()  # type: ignore[attr-defined]  # of Redis's
            await here.backend.listening.wait()  # type: ignore[attr-defined]  # of Redis's
            await asyncio.sleep(1.2)
            await write(here.database, room)
            assert await take(there.feed, room, 3, 1) == [4]


async def test_tokens_that_are_revoked_are_told_of_while_it_is_away(database_url: str, redis: Redis) -> None:
    async with (
        process(database_url, broadcast_url=redis.url) as here,
        process(database_url, broadcast_url=redis.url) as there,
    ):
        heard: asyncio.Queue[int | None] = asyncio.Queue()
        redis.kill()
        await asyncio.sleep(0.1)
        there.nudges.on_agent_changed(heard.put_nowait)
        here.database.publish(Committed(changes=frozenset({(Topic.AGENT, 5)})))
        async with asyncio.timeout(PATIENCE_S):
            # Anybody may have changed.
            assert await heard.get() is None

        redis.start()
        async with asyncio.timeout(PATIENCE_S):
            for one in (here, there):
                await one.backend.listening.wait()  # type: ignore[attr-defined]  # of Redis's
            # What was said before the other could hear it is made up for by a look; from now on it is told.
            await asyncio.sleep(1.2)
            here.database.publish(Committed(changes=frozenset({(Topic.AGENT, 6)})))
            while await heard.get() != 6:
                pass


async def test_who_is_cancelled_while_something_is_sent_ends(redis: Redis) -> None:
    broadcast = RedisBroadcast(redis.url)
    await broadcast.publish(CHANNEL, "connected")

    for steps in range(40):
        sending = asyncio.create_task(broadcast.publish(CHANNEL, "cancelled"))
        for _ in range(steps):
            await asyncio.sleep(0)
        was_running = sending.cancel()
        await asyncio.wait([sending])

        assert sending.cancelled() == was_running, f"after {steps} steps of the loop"
    await broadcast.disconnect()


async def test_one_that_hangs_is_found_out(database_url: str, redis: Redis) -> None:
    async with process(database_url, broadcast_url=redis.url) as here:
        redis.process.send_signal(signal.SIGSTOP)
        try:
            async with asyncio.timeout(5):
                while here.backend.listening.is_set():  # type: ignore[attr-defined]  # noqa: ASYNC110  # of Redis's
                    await asyncio.sleep(0.05)
        finally:
            redis.process.send_signal(signal.SIGCONT)
        async with asyncio.timeout(PATIENCE_S):
            await here.backend.listening.wait()  # type: ignore[attr-defined]  # of Redis's


async def test_servers_start_and_serve_with_it_and_without(empty_database: str, redis: Redis, tmp_path: Path) -> None:
    options = ("--database-url", empty_database, "--broadcast-url", redis.url)
    with Server("--data-dir", tmp_path / "a", *options) as one:
        redis.kill()
        with Server("--data-dir", tmp_path / "b", *options) as other:
            token = (tmp_path / "a" / "admin-token").read_text().strip()
            async with httpx.AsyncClient() as http:
                for server in (one, other):
                    assert (await http.get(f"{server.url}/readyz")).status_code == 200
                    await Agent(token, [server.url], http).ask("{ rooms { name } }")
            async with asyncio.timeout(PATIENCE_S):
                while "Redis is away" not in other.said():  # noqa: ASYNC110  # it is said by another process
                    await asyncio.sleep(0.1)
            assert other.stop() == 0

    refused = run("serve", "--data-dir", tmp_path / "c", "--broadcast-url", "amqp://somewhere")
    assert (refused.returncode, refused.stderr) == (
        2,
        "goalroom: --broadcast-url: must look like redis://HOST:PORT/NUMBER, or be that of a Postgres\n",
    )
