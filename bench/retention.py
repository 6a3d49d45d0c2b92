"""Whether claims feel that their room's log gets shorter, and what a batch costs.

    python -m bench.retention [--events 1000000] [--rounds 10] [--seconds 2]

16 clients claim from a room with so many events that are too old. By turns nothing else happens, and another process
drops them as fast as it can, which a server does with pauses for all its other sweeps. Prints how long claims took then
and otherwise, and Postgres's plan of the first batch.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.claims import Setting
from db.core.callers import Caller
from db.core.database import Database
from db.core.migrations import migrate
from db.core.queries import q, text_of
from db.events import retention
from db.events.feed import Feed
from db.tasks import claim_next
from goalroom.postgres.embedded import Cluster

_PART, _TASKS_PART = 50_000, 5_000
# Each fourth is of a kind that stays in the table.
_EVENTS = """
with log as (update room_log set seq = seq + $2 where room_id = $1 returning seq - $2 as seq)
insert into event (room_id, seq, kind, actor_id, task_id, data, at)
select $1, log.seq + n, case n % 4 when 0 then 'TASK_CLAIMED' else 'COMMENT_ADDED' end, null, n,
       '{"comment": "C1", "words": "What an event says, about as long as most are"}', now() - interval '1 day'
  from log, generate_series(1, $2::int) n
"""


def drop(url: str, until: float) -> tuple[int, list[float]]:
    """Drop until then: how many events, and how long each batch took."""
    return asyncio.run(_drop(url, until))


async def _drop(url: str, until: float) -> tuple[int, list[float]]:
    database = await Database.connect(url, size=1)
    dropped, batches = 0, list[float]()
    while time.time() < until:
        began = time.perf_counter()
        passed = await retention.drop_old_events(database)
        if not passed:
            break
        dropped += passed
        batches.append(time.perf_counter() - began)
    await database.close()
    return dropped, batches


async def _plan(database: Database, room_id: int) -> str:
    """Postgres's plan of one batch, and what it read, all of which is rolled back."""
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        # The server has one plan for all parameters, which stand in the order in which the statement has them.
        await connection.execute("set local plan_cache_mode = force_generic_plan")
        await connection.execute(f"prepare dropping as {text_of(q.drop_events)}")
        asked = f"explain (analyze, buffers, costs off) execute dropping(10000, {room_id}, 2000)"
        lines = [row[0] for row in await connection.fetch(asked)]
        await transaction.rollback()
    return "\n".join(lines)


async def _claim(setting: Setting, feed: Feed, seconds: float) -> list[float]:
    """How long each claim took, of all clients together."""
    taken: list[float] = []
    end = time.perf_counter() + seconds

    async def client(agent: Caller) -> None:
        wanted = claim_next.ClaimRequest(room=f"R{setting.room_id}")
        while (began := time.perf_counter()) < end:
            got, _ = await claim_next.claim_next(setting.database, feed, agent, wanted, cancelled=asyncio.Event())
            assert len(got) == 1, "there were too few tasks"
            taken.append(time.perf_counter() - began)

    await asyncio.gather(*(client(agent) for agent in setting.agents))
    return taken


async def _measure(url: str, given: argparse.Namespace) -> None:
    await migrate(url)
    database = await Database.connect(url)
    feed, setting = Feed(database), Setting(database, "busy")
    await setting.open()
    # In parts that end before statements time out.
    for begun in range(0, given.tasks, _TASKS_PART):
        await setting.tasks(min(_TASKS_PART, given.tasks - begun))
    await database.execute("update event set at = at - interval '1 day'")
    for begun in range(0, given.events, _PART):
        await database.execute(_EVENTS, setting.room_id, min(_PART, given.events - begun))
    await database.pool.execute("vacuum analyze task, event, room_log", timeout=600)
    loop = asyncio.get_running_loop()
    alone: list[float] = []
    during: list[float] = []
    again: list[float] = []
    dropped, batches = 0, list[float]()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
        await loop.run_in_executor(processes, drop, url, 0.0)
        await database.execute("update room set keep_events_seconds = 3600 where id = $1", setting.room_id)
        plan = await _plan(database, setting.room_id)
        await _claim(setting, feed, 1)
        for _ in range(given.rounds):
            alone += await _claim(setting, feed, given.seconds)
            dropping = loop.run_in_executor(processes, drop, url, time.time() + given.seconds)
            during += await _claim(setting, feed, given.seconds)
            passed, took = await dropping
            dropped, batches = dropped + passed, batches + took
            again += await _claim(setting, feed, given.seconds)
    assert batches, "there was nothing to drop"
    for name, taken in (("alone", alone), ("while events are dropped", during), ("alone again", again)):
        print(f"{name:26} {len(taken):6} claims, median {_ms(taken, 50)}, 99th percentile {_ms(taken, 99)} ms")
    ratio, control = _at(during, 99) / _at(alone, 99), _at(again, 99) / _at(alone, 99)
    print(f"99th percentile: {ratio:.2f} times as long as alone; the same once more: {control:.2f}")
    print(
        f"dropped {dropped} events, {dropped / sum(batches):.0f} a second of the dropping process;"
        f" a batch {_ms(batches, 50)} ms, the longest {max(batches) * 1000:.0f} ms"
    )
    print(plan)
    await feed.close()
    await database.close()


def _at(taken: Sequence[float], percent: int) -> float:
    return statistics.quantiles(taken, n=100, method="inclusive")[percent - 1]


def _ms(taken: Sequence[float], percent: int) -> str:
    return f"{_at(taken, percent) * 1000:5.1f}"


def main(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder)) as cluster:
        asyncio.run(_measure(cluster.url, given))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--tasks", type=int, default=150_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=2.0)
    main(parser.parse_args())
