"""A webhook's cursor, two processes that want to hold it, and a clock: what each may do is what the model says."""

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from db.core.database import Database
from db.core.enums import EventKind
from db.core.queries import q
from db.core.records import Event, Room
from db.operations import room_mutations
from db.webhooks import cursors, webhooks
from db.webhooks.cursors import Held
from db.webhooks.outbound import Attempt
from db.webhooks.webhooks import NewWebhook
from tests import people
from tests.receiver import SECRET
from tests.size import sized

SECONDS = 1_000.0
SCHEDULE = (0.0, 0.0)
WHO = st.sampled_from(["one", "two"])
STATUS = st.sampled_from([None, 302, 410, 500])


class _Anywhere:
    async def why_out_of_bounds(self, _url: str) -> str | None:
        return None

    async def post(self, *_: str) -> Attempt:
        raise AssertionError


@dataclass
class Model:
    """The webhook as it must be. `begun`: the event whose delivery was begun, with how often that failed."""

    settled: int
    begun: int | None = None
    attempts: int = 0
    steps: int = 0
    failures: int = 0
    active: bool = True
    run: int = 0
    holder: str | None = None
    is_over: bool = False


class Holding(RuleBasedStateMachine):
    """Events, processes that take turns at holding the webhook, and an ADMIN who resumes it."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()

    @initialize()
    def room(self) -> None:
        self.database = self.runner.run(Database.connect(self.url, size=2))
        self.runner.run(self._open())

    async def _open(self) -> None:
        count = await self.database.fetchval("select count(*) from room")
        self.root = await people.admin(self.database)
        # Nothing of the examples before this one is held any more.
        await self.database.execute("delete from webhook")
        self.place: Room = await room_mutations.create(self.database, self.root, f"holding-{count}", settings={})
        new = NewWebhook(url="https://hook.example/", secret=SECRET, kinds=[], labels=[])
        made = await webhooks.create(self.database, _Anywhere(), self.root, self.place.name, new)
        self.webhook, self.model = made, Model(settled=made.settled_seq)
        self.held: dict[str, Held] = {who: Held(made.id, who, 0) for who in ("one", "two")}

    def may(self, who: str) -> bool:
        """Whether this process, as it knows the webhook, holds it."""
        return self.model.holder == who and self.held[who].run == self.model.run

    async def next(self) -> Event | None:
        """The first event that isn't settled."""
        rows = await q.events_after(self.database, room_id=self.place.id, seq=self.model.settled, most=1)
        return Event.of(rows[0]) if rows else None

    @rule()
    def something_happens(self) -> None:
        async def append() -> None:
            async with self.database.transaction() as tx:
                tx.append_event(self.place.id, EventKind.TASK_CREATED)

        self.runner.run(append())

    @rule(who=WHO)
    def hold(self, who: str) -> None:
        found = self.runner.run(cursors.hold(self.database, who, SECONDS))
        model = self.model
        free = model.active and (model.holder in (None, who) or model.is_over)
        assert found == ([Held(self.webhook.id, who, model.run)] if free else [])
        if free:
            model.holder, model.is_over = who, False
            self.held[who] = found[0]

    @rule()
    def the_time_is_over(self) -> None:
        self.runner.run(self.database.execute("update webhook set held_until = now() - interval '1 second'"))
        self.model.is_over = self.model.holder is not None

    @rule(who=WHO)
    def let_go(self, who: str) -> None:
        self.runner.run(cursors.let_go(self.database, who))
        if self.model.holder == who:
            self.model.holder, self.model.is_over = None, False

    @rule(who=WHO)
    def begin(self, who: str) -> None:
        event = self.runner.run(self.next())
        if event is None:
            return
        number = self.runner.run(cursors.begin_attempt(self.database, self.held[who], event.seq, f"{event.seq}"))
        may = self.may(who) and self.model.active and not self.model.is_over
        assert number == (self.model.attempts + 1 if may else None)
        if may:
            self.model.begun, self.model.settled = event.seq, event.seq - 1

    @rule(who=WHO)
    def settle(self, who: str) -> None:
        event = self.runner.run(self.next())
        if event is None or event.seq != self.model.begun:
            return
        done = self.runner.run(cursors.settle(self.database, self.held[who], event, 1, Attempt(204, "", 1)))
        assert done == self.may(who)
        if done:
            self.model = Model(event.seq, active=self.model.active, run=self.model.run, holder=self.model.holder,
                               is_over=self.model.is_over)  # fmt: skip

    @rule(who=WHO, status=STATUS)
    def fail(self, who: str, status: int | None) -> None:
        event = self.runner.run(self.next())
        if event is None or event.seq != self.model.begun:
            return
        attempt, model = Attempt(status, "It failed.", 1), self.model
        found = self.runner.run(cursors.fail(self.database, self.held[who], event, 1, attempt, SCHEDULE))
        assert (found is not None) == self.may(who)
        if found is None:
            return
        model.attempts, model.steps, model.failures = model.attempts + 1, model.steps + 1, model.failures + 1
        if status == 410:
            model.active = False
        elif model.steps > len(SCHEDULE):
            model.settled, model.begun, model.attempts, model.steps = event.seq, None, 0, 0
        assert (found.gave_up, found.webhook.active) == (model.begun is None, model.active)

    @rule(who=WHO)
    def pass_over(self, who: str) -> None:
        event = self.runner.run(self.next())
        if event is None or self.model.begun is not None:
            return
        moved = self.runner.run(cursors.pass_over(self.database, self.held[who], event.seq))
        assert moved == (self.may(who) and self.model.active)
        if moved:
            self.model.settled = event.seq

    @rule(back=st.none() | st.integers(0, 3))
    def resume(self, back: int | None) -> None:
        model, reference = self.model, f"W{self.webhook.id}"
        seq = None if back is None else max(0, model.settled - back)
        after = None if seq is None else f"R{self.place.id}.{seq}"
        self.runner.run(webhooks.resume(self.database, self.root, reference, after))
        model.active, model.run, model.steps, model.failures = True, model.run + 1, 0, 0
        if seq is not None:
            model.settled, model.begun, model.attempts = seq, None, 0

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        row: Any = self.runner.run(self.database.fetchrow("select * from webhook"))
        found = Model(row["settled_seq"], row["begun_seq"], row["attempts"], row["steps"], row["failures"],
                      row["active"], row["run"], row["holder"], self.model.is_over)  # fmt: skip
        assert found == self.model
        assert row["body"] == (None if row["begun_seq"] is None else f"{row['begun_seq']}")

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.runner.run(self.database.close())
        self.runner.close()


def test_only_who_holds_it_moves_the_cursor_and_it_skips_nothing(database_url: str) -> None:
    Holding.url = database_url
    profile = settings(
        max_examples=sized(25, 50),
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Holding, settings=profile)
