"""Silence does what a few numbers beside the table say: when a task is stale, and when it is taken back."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind
from db.core.errors import NotHolder, StaleLease
from db.core.records import Task
from db.operations import outage_grace
from db.presence import sessions
from db.tasks import claims, comment_mutations, lease_expiry, staleness, task_progress
from tests.clock import advance
from tests.factories import World
from tests.size import sized

# In hundreds of seconds, with the times that pass halfway between: what a test itself takes decides nothing.
STALE, RECLAIM, LEASE = 300, 200, 700

ACTS = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([110, 210, 310])),
    st.tuples(st.just("outage"), st.sampled_from([210, 910])),
    st.tuples(st.just("progress"), st.sampled_from(["comment", "notes"])),
    st.tuples(st.just("beat"), st.none() | st.sampled_from([200, 400, 1200])),
    st.tuples(st.just("renew"), st.none() | st.sampled_from([200, 1200])),
    st.tuples(st.just("claim")),
)


@dataclass
class Claim:
    """What is left of the lease and of the announced silence, and how long nothing was heard."""

    lease: float = LEASE
    quiet: float = 0
    silent: float = 0
    stale: bool = False
    stale_for: float = 0

    def age(self, seconds: float) -> None:
        self.silent = max(0, self.silent + seconds - self.quiet)
        self.quiet = max(0, self.quiet - seconds)
        self.lease -= seconds
        self.stale_for += seconds

    def announce(self, quiet: int | None, *, longest: bool) -> None:
        if quiet is not None:
            self.quiet = max(self.quiet, quiet) if longest else quiet
            self.silent, self.stale = 0, False
        self.lease = max(self.lease, LEASE, self.quiet)


@dataclass
class Model:
    """The task as the rules want it, beside the task as it is."""

    database: Database
    ann: Caller
    task: int
    claim_: Claim | None = None
    fence: int = 0
    log: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return ids.of(ids.TASK, self.task)

    async def wait(self, seconds: float) -> None:
        await advance(self.database, seconds)
        if self.claim_:
            self.claim_.age(seconds)

    async def outage(self, seconds: float) -> None:
        await outage_grace.record_alive(self.database)
        await advance(self.database, seconds, serving=False)
        await outage_grace.record_alive(self.database)
        if self.claim_:
            # The lease and the announced silence lose nothing, and what was silence before begins anew.
            self.claim_.silent = self.claim_.stale_for = 0

    async def progress(self, how: str) -> None:
        if how == "notes":
            await self.held(task_progress.write_notes(self.database, self.ann, self.name, "So far", append=False))
        elif self.claim_:
            await comment_mutations.add(self.database, self.ann, self.name, CommentKind.PROGRESS, "So far", None)
        if self.claim_:
            self.claim_.silent, self.claim_.stale = 0, False
            self.claim_.announce(None, longest=True)

    async def beat(self, quiet: int | None) -> None:
        pulse = await sessions.heartbeat(self.database, self.ann, quiet_seconds=quiet)
        if self.claim_:
            self.claim_.announce(quiet, longest=True)
        assert [task.id for task in pulse.leases] == ([self.task] if self.claim_ else [])
        assert [task.id for task in pulse.stale] == ([self.task] if self.claim_ and self.claim_.stale else [])

    async def renew(self, quiet: int | None) -> None:
        await self.held(task_progress.renew(self.database, self.ann, self.name, quiet_seconds=quiet))
        if self.claim_:
            self.claim_.announce(quiet, longest=False)

    async def claim(self) -> None:
        await claims.claim(self.database, self.ann, self.name)
        if self.claim_:
            self.claim_.announce(None, longest=True)
        else:
            self.claim_, self.fence = Claim(), self.fence + 1

    async def held(self, act: Any) -> None:
        """Refused exactly where the task isn't held."""
        try:
            await act
        except (NotHolder, StaleLease):
            assert self.claim_ is None
        else:
            assert self.claim_ is not None

    async def sweep(self) -> None:
        """What the clock does, done by two sweepers at once, and expected of the numbers."""
        await asyncio.gather(*(lease_expiry.reclaim_expired(self.database) for _ in range(2)))
        if self.claim_ and (self.claim_.lease <= 0 or (self.claim_.stale and self.claim_.stale_for >= RECLAIM)):
            self.log.append(("TASK_RECLAIMED", "expired" if self.claim_.lease <= 0 else "stale"))
            self.claim_, self.fence = None, self.fence + 1
        await asyncio.gather(*(staleness.mark_stale(self.database) for _ in range(2)))
        if self.claim_ and not self.claim_.stale and self.claim_.quiet <= 0 and self.claim_.silent >= STALE:
            self.log.append(("TASK_STALE", None))
            self.claim_.stale, self.claim_.stale_for = True, 0

    async def check(self) -> None:
        row = Task.of(await self.database.fetchrow("select * from task where id = $1", self.task))
        assert (row.status == "DOING", row.fence) == (self.claim_ is not None, self.fence)
        assert (row.stale_since is not None) == (self.claim_ is not None and self.claim_.stale)
        events = await self.database.fetch(
            "select kind, data ->> 'reason' as reason from event"
            " where task_id = $1 and kind in ('TASK_STALE', 'TASK_RECLAIMED') order by seq",
            self.task,
        )
        assert [(event["kind"], event["reason"]) for event in events] == self.log
        told = await self.database.fetch(
            "select kind from inbox_item where task_id = $1 and kind in ('STALE', 'LEASE_LOST') order by id", self.task
        )
        said = {"TASK_STALE": "STALE", "TASK_RECLAIMED": "LEASE_LOST"}
        assert [item["kind"] for item in told] == [said[kind] for kind, _ in self.log]


@settings(
    max_examples=sized(12, 30),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(ACTS, min_size=4, max_size=20))
def test_staleness_matches_the_model(database_url: str, acts: list[tuple[Any, ...]]) -> None:
    async def play() -> None:
        database = await Database.connect(database_url, size=3)
        try:
            world = World(database)
            suffix = await database.fetchval("select count(*) from room")
            room = await world.room(
                f"room-{suffix}",
                stale_after_seconds=STALE,
                reclaim_after_seconds=RECLAIM,
                lease_seconds=LEASE,
                max_attempts=None,
            )
            ann = await world.agent(f"ann-{suffix}", rooms=[room])
            model = Model(database, ann, (await world.task(room)).id)
            await model.claim()
            for name, *given_ in acts:
                await getattr(model, name)(*given_)
                await model.sweep()
                await model.check()
        finally:
            await database.close()

    asyncio.run(play())
