"""Claims a second, and whether they depend on what can't be claimed.

Rooms side by side in one database, claimed from in turn, so that a noisy machine is noisy for all of them:

    python -m bench.claims [--rounds 7] [--claims 400] [--big 1000000]

Prints the median of the rounds for each room, and its ratio to the first.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.migrations import migrate
from db.events.feed import Feed
from db.operations import room_mutations
from db.tasks import claim_next, readiness
from goalroom.postgres.embedded import Cluster

_CLIENTS = 16
_PART = 50_000

# Tasks in bulk, straight into the table: what is measured is claiming them.
_TASKS = """
insert into task (room_id, creator_id, title, requirement_id, priority, created_at, status, finished_at)
select $1, $2, 'Task ' || n, $3, $4, now() - interval '30 days' + n * interval '1 millisecond', $5,
       case when $5 = 'DONE' then now() end
  from generate_series($7::int + 1, $7::int + $6::int) n
"""

_DEPENDENCIES = """
insert into dependency (task_id, depends_on_id, kind, created_by_id)
select id, $2, 'BLOCKS', $3 from task where room_id = $1 and priority = 0
"""


class Setting:
    """One room, and an agent for each client that claims from it."""

    def __init__(self, database: Database, name: str) -> None:
        self.database, self.name = database, name
        self.rates: list[float] = []

    async def open(self) -> None:
        async with self.database.transaction() as tx:
            room = await room_mutations.open_room(tx, self.name, self.name, actor=None)
        assert room is not None
        self.room_id = room.id
        await self.database.execute("update room set require_done_criteria = false where id = $1", room.id)
        self.agents = [await self._agent(f"{self.name}-{n}") for n in range(_CLIENTS)]
        self.plain = await self.requirement([])
        self.rare = await self.requirement(["rare"])

    async def _agent(self, name: str) -> Caller:
        agent_id = await self.database.fetchval("insert into agent (name) values ($1) returning id", name)
        await self.database.execute(
            "insert into room_member (room_id, agent_id) values ($1, $2)", self.room_id, agent_id
        )
        seen = frozenset({self.room_id})
        return Caller(agent_id, name, AgentKind.AGENT, Role.MEMBER, (), seen, token_id=0)

    async def requirement(self, capabilities: list[str], *resources: int) -> int:
        number: int = await self.database.fetchval(
            "insert into requirement (capabilities, resources) values ($1, $2)"
            " on conflict (capabilities, resources) do update set capabilities = excluded.capabilities returning id",
            capabilities,
            resources,
        )
        return number

    async def resource(self, name: str, capacity: int, in_use: int) -> int:
        number: int = await self.database.fetchval(
            "insert into resource (room_id, name, capacity, in_use, failure_threshold, cooldown_seconds)"
            " values ($1, $2, $3, $4, 5, 60) returning id",
            self.room_id,
            name,
            capacity,
            in_use,
        )
        return number

    async def tasks(
        self, count: int, *, requirement: int | None = None, priority: int = 2, status: str = "TODO"
    ) -> None:
        kind = self.plain if requirement is None else requirement
        # In parts that end before statements time out.
        for begun in range(0, count, _PART):
            part = min(_PART, count - begun)
            await self.database.execute(
                _TASKS, self.room_id, self.agents[0].agent_id, kind, priority, status, part, begun
            )

    async def waiting(self, count: int) -> None:
        """Tasks that stand first in the order of claims, and wait for one that is never finished."""
        blocker = await self.database.fetchval(
            "insert into task (room_id, creator_id, title, requirement_id, priority)"
            " values ($1, $2, 'Never', $3, 3) returning id",
            self.room_id,
            self.agents[0].agent_id,
            self.rare,
        )
        await self.tasks(count, priority=0)
        await self.database.execute(_DEPENDENCIES, self.room_id, blocker, self.agents[0].agent_id)
        async with self.database.transaction() as tx:
            await readiness.recompute(tx, self.room_id)

    async def measure(self, feed: Feed, count: int) -> None:
        """One round: all clients claim, `count` tasks together."""
        left = iter(range(count))
        began = time.perf_counter()
        await asyncio.gather(*(self._claim(feed, agent, left) for agent in self.agents))
        self.rates.append(count / (time.perf_counter() - began))

    async def _claim(self, feed: Feed, agent: Caller, left: Iterator[int]) -> None:
        wanted = claim_next.ClaimRequest(room=f"R{self.room_id}")
        for _ in left:
            got, _nothing = await claim_next.claim_next(self.database, feed, agent, wanted, cancelled=asyncio.Event())
            assert len(got) == 1


def main(rounds: int, count: int, big: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder)) as cluster:
        asyncio.run(_compare(cluster.url, rounds, count, big))


async def _compare(url: str, rounds: int, count: int, big: int) -> None:
    await migrate(url)
    database = await Database.connect(url)
    feed = Feed(database)
    need = count * (rounds + 1)
    names = (
        "ready-alone",
        "behind-20000-waiting",
        "one-of-ten-fits",
        "behind-20000-for-full-resources",
        "each-needs-a-resource",
        f"among-{big}",
    )
    made = [Setting(database, name) for name in names]
    alone, behind, among_others, beside, needing, crowded = made
    for setting in made:
        await setting.open()
        if setting is not needing:
            await setting.tasks(need)
    for n in range(20):
        full = await beside.requirement([], await beside.resource(f"full-{n}", 1, 1))
        await beside.tasks(1_000, requirement=full, priority=0)
    wide = [await needing.requirement([], await needing.resource(f"wide-{n}", need, 0)) for n in range(4)]
    for n, requirement in enumerate(wide):
        await needing.tasks(need // 4, requirement=requirement, priority=n)
    await behind.waiting(20_000)
    await among_others.tasks(need * 9, requirement=among_others.rare, priority=0)
    await crowded.tasks(big - need, status="DONE")
    await database.pool.execute("vacuum analyze", timeout=1800)
    for round_number in range(rounds + 1):
        for setting in made:
            await setting.measure(feed, count)
            if round_number == 0:
                setting.rates.clear()
    first = statistics.median(alone.rates)
    print(f"{_CLIENTS} clients, {rounds} rounds of {count} claims in each room, in turn; claims/s")
    for setting in made:
        median = statistics.median(setting.rates)
        spread = f"{min(setting.rates):.0f} to {max(setting.rates):.0f}"
        print(f"{setting.name:>24}: median {median:6.0f} ({spread}), {median / first:.2f} of the first")
    await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--claims", type=int, default=400)
    parser.add_argument("--big", type=int, default=1_000_000)
    given = parser.parse_args()
    main(given.rounds, given.claims, given.big)
