"""How fast lost work is taken back, and what claims in the same room feel of it.

    python -m bench.sweeper [--rounds 5] [--tasks 20000] [--sweepers 2] [--alone 5]

In each round 16 clients claim alone for some seconds, and then while as many leases as asked for have just ended and
sweepers, each in a process of its own, take all of them back. Prints the medians of the rounds.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.claims import Setting
from db.core.callers import Caller
from db.core.database import Database
from db.core.migrations import migrate
from db.events.feed import Feed
from db.tasks import claim_next, lease_expiry
from goalroom.postgres.embedded import Cluster

# Held by the clients in turn, their leases all over.
_EXPIRED = """
insert into task (room_id, creator_id, title, requirement_id, priority, status, assignee_id, fence, claimed_at,
                  started_at, lease_seconds, lease_expires_at)
select $1, $2, 'Lost ' || n, $3, 3, 'DOING', ($4::bigint[])[1 + n % cardinality($4::bigint[])], 1,
       now() - interval '1 hour', now() - interval '1 hour', 60, now() - interval '1 second'
  from generate_series(1, $5::int) n
"""

_LEFT = "select exists (select from task where status = 'DOING' and lease_expires_at <= now())"


@dataclass(frozen=True, slots=True)
class Round:
    """What one round measured."""

    alone: float
    during: float
    seconds: float
    longest: float
    taken: int


def take_back(url: str) -> tuple[int, float, float]:
    """Take back all that is lost, as a server process does: how much, the longest transaction, and when it was done."""
    return asyncio.run(_take_back(url))


async def _take_back(url: str) -> tuple[int, float, float]:
    database = await Database.connect(url, size=1)
    taken, longest = 0, 0.0
    while await database.fetchval(_LEFT):
        began = time.perf_counter()
        taken += await lease_expiry.reclaim_expired(database)
        longest = max(longest, time.perf_counter() - began)
    ended = time.time()
    await database.close()
    return taken, longest, ended


async def _claim_until(setting: Setting, feed: Feed, over: asyncio.Event) -> float:
    """Claims a second of all clients together, until it is over."""
    claimed, began = 0, time.perf_counter()

    async def client(agent: Caller) -> None:
        nonlocal claimed
        wanted = claim_next.ClaimRequest(room=f"R{setting.room_id}")
        while not over.is_set():
            got, _nothing = await claim_next.claim_next(
                setting.database, feed, agent, wanted, cancelled=asyncio.Event()
            )
            claimed += len(got)

    await asyncio.gather(*(client(agent) for agent in setting.agents))
    return claimed / (time.perf_counter() - began)


async def _claim_for(setting: Setting, feed: Feed, seconds: float) -> float:
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, over.set)
    return await _claim_until(setting, feed, over)


async def _round(
    setting: Setting, feed: Feed, given: argparse.Namespace, processes: ProcessPoolExecutor, url: str
) -> Round:
    await setting.tasks(20_000)
    alone = await _claim_for(setting, feed, given.alone)
    holders = [agent.agent_id for agent in setting.agents]
    await setting.database.execute(_EXPIRED, setting.room_id, holders[0], setting.plain, holders, given.tasks)
    await setting.database.pool.execute("vacuum analyze task", timeout=300)
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    began = time.time()
    sweepers = [loop.run_in_executor(processes, take_back, url) for _ in range(given.sweepers)]
    claiming = asyncio.create_task(_claim_until(setting, feed, over))
    swept = await asyncio.gather(*sweepers)
    over.set()
    return Round(
        alone=alone,
        during=await claiming,
        seconds=max(ended for _, _, ended in swept) - began,
        longest=max(longest for _, longest, _ in swept),
        taken=sum(taken for taken, _, _ in swept),
    )


async def _measure(url: str, given: argparse.Namespace) -> Sequence[Round]:
    await migrate(url)
    database = await Database.connect(url)
    feed = Feed(database)
    setting = Setting(database, "sweeping")
    await setting.open()
    with ProcessPoolExecutor(given.sweepers, multiprocessing.get_context("spawn")) as processes:
        # Processes start, and connect once, before anything is measured.
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(processes, take_back, url) for _ in range(given.sweepers)))
        rounds = [await _round(setting, feed, given, processes, url) for _ in range(given.rounds)]
    await database.close()
    return rounds


def main(given: argparse.Namespace) -> None:
    """Measure on a Postgres of its own, and say what came out."""
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder)) as cluster:
        rounds = asyncio.run(_measure(cluster.url, given))
    assert all(one.taken == given.tasks for one in rounds), rounds
    for one in rounds:
        print(
            f"taken back in {one.seconds:5.1f} s, {one.taken / one.seconds:6.0f} tasks/s, longest transaction"
            f" {one.longest * 1000:4.0f} ms; claims/s alone {one.alone:4.0f}, meanwhile {one.during:4.0f}"
            f" ({one.during / one.alone:.2f})"
        )
    seconds = statistics.median(one.seconds for one in rounds)
    print(
        f"median of {len(rounds)}: {given.tasks} tasks in {seconds:.1f} s, {given.tasks / seconds:.0f} tasks/s;"
        f" claims {statistics.median(one.during / one.alone for one in rounds):.2f} of what they are alone;"
        f" longest transaction of all {max(one.longest for one in rounds) * 1000:.0f} ms"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--sweepers", type=int, default=2)
    parser.add_argument("--alone", type=float, default=5.0)
    main(parser.parse_args())
