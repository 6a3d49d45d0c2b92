"""Stored readiness has no drift: whatever is done, in whatever order, it equals what follows from the plain rows."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, DependencyKind, ObjectiveStatus, Role
from db.core.errors import Refused
from db.core.records import Task
from db.events.feed import Feed
from db.goals import objective_mutations
from db.operations import room_mutations
from db.tasks import (
    claim_next,
    claims,
    dependencies,
    lease_expiry,
    readiness,
    submissions,
    task_cancel,
    task_create,
    task_progress,
    task_update,
)
from db.tasks.submissions import Submission
from db.tasks.task_create import BatchTask, NewTask
from tests.invariants import check_what_is_stored
from tests.size import sized

T = TypeVar("T")

MANY = st.integers(min_value=0, max_value=30)
MOST_OBJECTIVES = 5
FUTURE, PAST = datetime(2400, 1, 1, tzinfo=UTC), datetime(2001, 1, 1, tzinfo=UTC)


class Readiness(RuleBasedStateMachine):
    """Acts on one room by two agents; refusals are fine, for a refused act must change nothing either."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.tasks: list[int] = []
        self.objectives: list[int] = []

    def run(self, act: Awaitable[T]) -> T | None:
        async def refusable() -> T | None:
            try:
                return await act
            except Refused:
                return None

        return self.runner.run(refusable())

    @initialize()
    def room(self) -> None:
        async def made() -> tuple[Database, list[Caller], int]:
            database = await Database.connect(self.url, size=2)
            suffix = await database.fetchval("select count(*) from room")
            async with database.transaction() as tx:
                room = await room_mutations.open_room(tx, f"machine-{suffix}", "Machine", actor=None)
            assert room is not None
            await database.execute(
                "update room set require_review = false, require_handoff = false, max_attempts = 3 where id = $1",
                room.id,
            )
            callers = [await _member(database, room.id, f"agent-{suffix}-{n}") for n in ("a", "b")]
            return database, callers, room.id

        self.database, self.callers, self.room_id = self.runner.run(made())
        self.feed = Feed(self.database)
        for _ in range(5):
            self.create(0, [], None, len(self.objectives), None, None, criteria=True, not_before=None)

    def task(self, at: int) -> str:
        return f"T{self.tasks[at % len(self.tasks)]}" if self.tasks else "T999999"

    def task_in(self, at: int, *statuses: str) -> str:
        """One that has such a status, as long as there is one: most acts on any other are refused."""
        found = self.runner.run(
            self.rows("select id from task where room_id = $1 and status = any($2) order by id", self.room_id, statuses)
        )
        return f"T{found[at % len(found)]['id']}" if found else self.task(at)

    def objective(self, at: int) -> str | None:
        """One of the objectives, or none."""
        choice = at % (len(self.objectives) + 1)
        return f"O{self.objectives[choice]}" if choice < len(self.objectives) else None

    @rule(
        caller=st.integers(0, 1),
        depends=st.lists(MANY, max_size=3),
        parent=st.none() | MANY,
        objective=MANY,
        track=st.none() | st.sampled_from(["left", "right"]),
        order=st.none() | st.integers(1, 3),
        criteria=st.booleans(),
        not_before=st.none() | st.sampled_from([FUTURE, PAST]),
    )
    def create(
        self,
        caller: int,
        depends: list[int],
        parent: int | None,
        objective: int,
        track: str | None,
        order: int | None,
        criteria: bool,  # noqa: FBT001  # hypothesis calls it
        not_before: datetime | None,
    ) -> None:
        new = NewTask(
            title="A task",
            room=f"R{self.room_id}",
            depends_on=[self.task(at) for at in depends] if self.tasks else [],
            parent=self.task(parent) if parent is not None and self.tasks else None,
            objective=self.objective(objective),
            track=track,
            track_order=order,
            criteria=["It works"] if criteria else [],
            not_before=not_before,
        )
        made = self.run(task_create.create(self.database, self.callers[caller], new, None))
        if made is not None:
            self.tasks.append(made.id)

    @rule(
        items=st.lists(
            st.fixed_dictionaries(
                {
                    "refs": st.lists(st.integers(0, 3), max_size=3),
                    "depends": st.lists(MANY, max_size=2),
                    "parent": st.none() | MANY,
                    "objective": MANY,
                    "track": st.none() | st.sampled_from(["left", "right"]),
                    "criteria": st.booleans(),
                }
            ),
            min_size=1,
            max_size=4,
        )
    )
    def create_batch(self, items: list[dict[str, Any]]) -> None:
        """With dependencies on any of the batch, which may be circles."""
        batch = [
            BatchTask(
                task=NewTask(
                    title="One of many",
                    depends_on=[self.task(at) for at in item["depends"]] if self.tasks else [],
                    parent=self.task(item["parent"]) if item["parent"] is not None and self.tasks else None,
                    objective=self.objective(item["objective"]),
                    track=item["track"],
                    criteria=["It works"] if item["criteria"] else [],
                ),
                ref=str(place),
                depends_on_refs=[str(ref) for ref in item["refs"] if ref < len(items)],
            )
            for place, item in enumerate(items)
        ]
        made = self.run(task_create.create_many(self.database, self.callers[0], f"R{self.room_id}", batch, None))
        self.tasks += [task.id for task in made or ()]

    @rule(parent=MANY, draft=st.booleans())
    def create_objective(self, parent: int, draft: bool) -> None:  # noqa: FBT001  # hypothesis calls it
        if len(self.objectives) >= MOST_OBJECTIVES:
            return
        made = self.run(
            objective_mutations.create(
                self.database,
                self.callers[0],
                room=f"R{self.room_id}",
                title="An objective",
                parent=self.objective(parent),
            )
        )
        if made is not None:
            self.objectives.append(made.id)
            if draft:
                self.change_objective(len(self.objectives) - 1, "DRAFT")

    @rule(at=MANY, status=st.sampled_from(["DRAFT", "ACTIVE", "ACTIVE", "CANCELLED"]))
    def change_objective(self, at: int, status: str) -> None:
        objective = self.objective(at)
        if objective is not None:
            changes: objective_mutations.ObjectiveChanges = {"status": ObjectiveStatus(status)}
            self.run(objective_mutations.update(self.database, self.callers[0], objective, changes))

    @rule(at=MANY, to=MANY)
    def move_objective(self, at: int, to: int) -> None:
        objective = self.objective(at)
        if objective is not None:
            self.run(objective_mutations.move(self.database, self.callers[0], objective, self.objective(to)))

    @rule(at=MANY, on=MANY)
    def depend(self, at: int, on: int) -> None:
        edge = (self.task(at), self.task(on), DependencyKind.BLOCKS)
        self.run(dependencies.add(self.database, self.callers[0], *edge))

    @rule(at=MANY, on=MANY)
    def undepend(self, at: int, on: int) -> None:
        edge = (self.task(at), self.task(on), DependencyKind.BLOCKS)
        self.run(dependencies.remove(self.database, self.callers[0], *edge))

    @rule(caller=st.integers(0, 1))
    def claim_next(self, caller: int) -> None:
        wanted = claim_next.ClaimRequest(room=f"R{self.room_id}")
        self.run(
            claim_next.claim_next(self.database, self.feed, self.callers[caller], wanted, cancelled=asyncio.Event())
        )

    @rule(caller=st.integers(0, 1), at=MANY)
    def claim(self, caller: int, at: int) -> None:
        task = self.task_in(at, "TODO")
        ready = self.runner.run(self.rows("select ready, assignee_id from task where id = $1", int(task[1:])))
        claimed = self.run(claims.claim(self.database, self.callers[caller], task))
        paused = self.runner.run(self.rows("select paused from room where id = $1", self.room_id))[0]["paused"]
        if ready and ready[0]["ready"] and not paused:
            mine = ready[0]["assignee_id"] in (None, self.callers[caller].agent_id)
            assert (claimed is not None) == mine

    @rule(at=MANY)
    def expire(self, at: int) -> None:
        task = self.task_in(at, "DOING")

        async def age() -> None:
            await self.database.execute(
                "update task set lease_expires_at = now() - interval '1 second' where id = $1 and status = 'DOING'",
                int(task[1:]),
            )
            await lease_expiry.reclaim_expired(self.database)

        self.run(age())

    @rule(at=MANY)
    def complete(self, at: int) -> None:
        task = self.task_in(at, "DOING")
        self.as_holder(task, lambda caller: self._complete(caller, task))

    async def _complete(self, caller: Caller, task: str) -> Task:
        rows = await self.rows("select id from criterion where task_id = $1", int(task[1:]))
        results = [submissions.CriterionResult(id=f"Q{row['id']}", met=True) for row in rows]
        return await submissions.complete(self.database, caller, task, Submission(summary="Done", criteria=results))

    @rule(caller=st.integers(0, 1), at=MANY)
    def claim_and_complete(self, caller: int, at: int) -> None:
        """The usual way of things, which chance alone takes too rarely."""
        self.claim(caller, at)
        self.complete(at)

    @rule(at=MANY)
    def release(self, at: int) -> None:
        task = self.task_in(at, "DOING", "BLOCKED")
        self.as_holder(task, lambda caller: task_progress.release(self.database, caller, task, handoff=None))

    @rule(at=MANY, reason=st.none() | st.just("A reason"), on=st.lists(MANY, max_size=2))
    def block(self, at: int, reason: str | None, on: list[int]) -> None:
        task, blockers = self.task_in(at, "DOING"), [self.task(blocker) for blocker in on]
        self.as_holder(
            task, lambda caller: task_progress.block(self.database, caller, task, reason=reason, depends_on=blockers)
        )

    @rule(at=MANY)
    def unblock(self, at: int) -> None:
        self.run(task_progress.unblock(self.database, self.callers[0], self.task_in(at, "BLOCKED")))

    @rule(at=MANY)
    def cancel(self, at: int) -> None:
        self.run(task_cancel.cancel(self.database, self.callers[0], self.task(at), "No need"))

    @rule(at=MANY)
    def reopen(self, at: int) -> None:
        task = self.task_in(at, "DONE", "CANCELLED")
        self.run(task_cancel.reopen(self.database, self.callers[0], task, "Not done after all"))

    @rule(at=MANY, objective=MANY)
    def move(self, at: int, objective: int) -> None:
        self.run(
            task_update.update(self.database, self.callers[0], self.task(at), {"objective": self.objective(objective)})
        )

    @rule(at=MANY, track=st.none() | st.sampled_from(["left", "right"]), order=st.none() | st.integers(1, 3))
    def change_track(self, at: int, track: str | None, order: int | None) -> None:
        changes: task_update.TaskChanges = {"track": track, "track_order": order}
        self.run(task_update.update(self.database, self.callers[0], self.task(at), changes))

    @rule(at=MANY, parent=st.none() | MANY)
    def change_parent(self, at: int, parent: int | None) -> None:
        to = None if parent is None else self.task(parent)
        self.run(task_update.update(self.database, self.callers[0], self.task(at), {"parent": to}))

    @rule(at=MANY, not_before=st.none() | st.sampled_from([FUTURE, PAST]))
    def schedule(self, at: int, not_before: datetime | None) -> None:
        self.run(task_update.update(self.database, self.callers[0], self.task(at), {"not_before": not_before}))

    @rule(at=MANY)
    def time_comes(self, at: int) -> None:
        async def come() -> None:
            await self.database.execute(
                "update task set not_before = now() - interval '1 second' where id = $1 and not_before is not null",
                int(self.task(at)[1:]),
            )
            while await readiness.clear_schedules(self.database):
                pass

        self.run(come())

    @rule(required=st.booleans())
    def ask_for_criteria(self, required: bool) -> None:  # noqa: FBT001  # hypothesis calls it
        self.change_room({"require_done_criteria": required})

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:  # noqa: FBT001  # hypothesis calls it
        self.change_room({"paused": paused})

    def change_room(self, changes: dict[str, Any]) -> None:
        self.run(room_mutations.update(self.database, self.callers[0], f"R{self.room_id}", changes))

    def as_holder(self, task: str, act: Callable[[Caller], Awaitable[Task]]) -> None:
        rows = self.runner.run(self.rows("select assignee_id from task where id = $1", int(task[1:])))
        for caller in self.callers:
            if rows and rows[0]["assignee_id"] == caller.agent_id:
                self.run(act(caller))

    async def rows(self, sql: str, *parameters: object) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await self.database.fetch(sql, *parameters)
        return found

    @invariant()
    def what_is_stored_follows_from_the_rows(self) -> None:
        if hasattr(self, "database"):
            self.runner.run(check_what_is_stored(self.database, self.room_id))

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.runner.run(self.database.close())
        self.runner.close()


async def _member(database: Database, room_id: int, name: str) -> Caller:
    agent_id = await database.fetchval("insert into agent (name) values ($1) returning id", name)
    await database.execute("insert into room_member (room_id, agent_id) values ($1, $2)", room_id, agent_id)
    return Caller(
        agent_id=agent_id,
        name=name,
        kind=AgentKind.HUMAN,
        role=Role.ADMIN,
        capabilities=(),
        rooms=frozenset({room_id}),
        token_id=0,
    )


def test_stored_readiness_never_drifts(database_url: str) -> None:
    class OnThisDatabase(Readiness):
        url = database_url

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=sized(10, 25),
            stateful_step_count=40,
            deadline=timedelta(seconds=30),
            suppress_health_check=list(HealthCheck),
        ),
    )
