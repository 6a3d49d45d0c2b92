"""How long searches take in a database of a million tasks, with words that are in one of them, in some and in all.

    python -m bench.search [--tasks 1000000] [--rounds 20] [--minutes 20]

Half of the tasks are in one room, the others in a hundred rooms. Filling ends after so many minutes with what is there.
Prints median and longest of the rounds for each search, over the API's own functions and a warm cache.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from db.core.callers import Caller
from db.core.database import Database
from db.core.migrations import migrate
from db.overviews import search
from goalroom.postgres.embedded import Cluster
from tests import people

_PART = 10_000

# Tasks in bulk, straight into the table: what is measured is finding them.
_TASKS = """
insert into task (room_id, creator_id, title, description, requirement_id)
select case when n % 2 = 0 then $1::bigint else ($2::bigint[])[1 + n / 2 % 100] end, $3, 'Task ' || n,
       'Everybody logs in. ' || case when n % 10 = 0 then 'Every tenth is slow. ' else '' end
         || case when n % 1000 = 0 then '登录页面出现错误 ' else '' end
         || 'See src/part' || n % 5000 || '/module' || n % 700 || '.py and https://tracker.example/issues?id=' || n
         || ' for the word' || n % 20000 || ' and the word' || n::bigint * 7919 % 50000,
       $4
  from generate_series($5::int + 1, $5::int + $6::int) n
"""

SEARCHES = {
    "in one task": "424242",
    "in some tasks of each room": "word4242",
    "part of a path": "module42.py",
    "Chinese": "登录",
    "Chinese, one letter": "错",
    "in every tenth": "slow",
    "in all": "everybody",
    "two that are in all": "everybody task",
    "a phrase in all": '"everybody logs in"',
    "all without a tenth": "everybody -slow",
    "in none": "nowhere",
}


async def fill(database: Database, caller: Caller, big: int, others: list[int], tasks: int, deadline: float) -> int:
    """Make the tasks; answers how many there are at the end."""
    requirement = await database.fetchval(
        "insert into requirement (capabilities, resources) values ('{}', '{}') on conflict do nothing returning id"
    ) or await database.fetchval("select id from requirement where capabilities = '{}' and resources = '{}'")
    for made in range(0, tasks, _PART):
        if time.monotonic() > deadline:
            return made
        await database.execute(_TASKS, big, others, caller.agent_id, requirement, made, min(_PART, tasks - made))
    return tasks


async def measure(tasks: int, rounds: int, minutes: float) -> None:
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder) / "postgres") as cluster:
        await migrate(cluster.url)
        database = await Database.connect(cluster.url, size=2)
        rooms = [await people.room(database, f"room-{number}") for number in range(101)]
        caller = await people.caller(database, "ann", *rooms)
        began = time.monotonic()
        made = await fill(database, caller, rooms[0].id, [room.id for room in rooms[1:]], tasks, began + 60 * minutes)
        await database.execute("vacuum analyze search_document")
        await database.execute("vacuum analyze task")
        size = await database.fetchval("select pg_size_pretty(pg_total_relation_size('search_document'))")
        print(f"{made} tasks made in {time.monotonic() - began:.0f} s; what searches read takes {size}")
        for room in ("room-0", "room-1"):
            for name, text in SEARCHES.items():
                found = await search.find(database, caller, text, room, 20)
                took = []
                for _ in range(rounds):
                    before = time.perf_counter()
                    await search.find(database, caller, text, room, 20)
                    took.append(1000 * (time.perf_counter() - before))
                print(
                    f"{room} {name}: {len(found)} found, {statistics.median(took):.1f} ms, at most {max(took):.1f} ms"
                )
        await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=20)
    options = parser.parse_args()
    asyncio.run(measure(options.tasks, options.rounds, options.minutes))
