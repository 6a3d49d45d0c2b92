"""How long searches take in a database of a million tasks, with words that are in one of them, in some and in all.

    python -m bench.search [--tasks 1000000] [--rounds 20] [--fresh]

Nine in ten of the tasks are in one room, the others in a hundred rooms. With --fresh Postgres has not looked at the
tables since they were filled. Prints for each word, for `search` and for a page of `tasks(filter: {search: …})` in the
order of claims: the median and the longest of the rounds, over the API's own functions and a warm cache, and the time
that the processor worked for each.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from db.core.database import Database
from db.core.enums import TaskOrder
from db.core.migrations import migrate
from db.core.records import Room
from db.overviews import search
from db.tasks import task_lists
from db.tasks.task_lists import TaskFilter
from goalroom.postgres.embedded import Cluster
from tests import many_tasks, people

SEARCHES = {
    "in one task": "issue4243",
    "in each 20,000th": "word4243",
    "part of a path": "module42.py",
    "Chinese, in each thousandth": "登录",
    "Chinese, one letter": "登",
    "in each 200th": "rare",
    "in each 50th": "fiftieth",
    "in each tenth": "tenth",
    "in all": "everybody",
    "two that are in all": "everybody task",
    "a phrase in all": '"everybody logs in"',
    "all without a tenth": "everybody -tenth",
    "in the last quarter alone": "late",
    "in none": "nowhere",
}


def processor_time(backends: list[int]) -> float:
    """Seconds that this process and these of Postgres have worked: what other programs do leaves them as they are."""
    waited = [Path(f"/proc/{backend}/schedstat").read_text("ascii").split()[0] for backend in backends]
    return time.process_time() + sum(int(nanoseconds) for nanoseconds in waited) / 1e9


async def measure(tasks: int, rounds: int, *, fresh: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder) / "postgres") as cluster:
        await migrate(cluster.url)
        database = await Database.connect(cluster.url, size=1)
        rooms = [await people.room(database, f"room-{number}") for number in range(101)]
        caller = await people.caller(database, "ann", *rooms)
        began = time.monotonic()
        await many_tasks.fill(database, caller, [room.id for room in rooms], tasks)
        print(f"{tasks} tasks made in {time.monotonic() - began:.0f} s")
        if not fresh:
            await database.execute("vacuum analyze search_document")
            await database.execute("vacuum analyze task")
        backends = [await database.fetchval("select pg_backend_pid()")]

        async def page(room: Room, text: str) -> int:
            narrowing = await task_lists.narrow(database, caller, room.id, TaskFilter(search=text))
            asked = task_lists.page_of(narrowing.of(room.id, None), caller, TaskOrder.CLAIM, 50, None)
            return len((await task_lists.pages(database, [asked]))[asked].items)

        async def ranked(room: Room, text: str) -> int:
            return len(await search.find(database, caller, text, room.name, 20))

        for ask in (page, ranked):
            for room in rooms[:2]:
                for name, text in SEARCHES.items():
                    found = await ask(room, text)
                    took = []
                    worked = processor_time(backends)
                    for _ in range(rounds):
                        before = time.perf_counter()
                        await ask(room, text)
                        took.append(1000 * (time.perf_counter() - before))
                    worked = 1000 * (processor_time(backends) - worked) / rounds
                    print(
                        f"{ask.__name__} {room.name} {name}: {found} found, {statistics.median(took):.1f} ms,"
                        f" at most {max(took):.1f} ms; {worked:.1f} ms of the processor"
                    )
        await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--fresh", action="store_true")
    options = parser.parse_args()
    asyncio.run(measure(options.tasks, options.rounds, fresh=options.fresh))
