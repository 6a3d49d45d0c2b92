"""All that can be done with work, by several agents in any order: what happens is what the model of the rules says."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from db.conversation.comments import NewHandoff
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, CommentKind, DependencyKind, ObjectiveStatus, Role, Verdict
from db.core.errors import Refused
from db.events.feed import Feed
from db.goals import objective_mutations
from db.operations import room_mutations
from db.presence import sessions
from db.resources import resources
from db.tasks import (
    assignment,
    claim_next,
    claims,
    comment_mutations,
    criteria,
    dependencies,
    lease_expiry,
    readiness,
    reviews,
    staleness,
    submissions,
    task_cancel,
    task_create,
    task_progress,
)
from db.tasks.reviews import CriterionVerdict, NewReview
from db.tasks.submissions import CriterionResult, Submission
from db.tasks.task_create import NewTask
from tests import model
from tests.clock import advance
from tests.invariants import check_what_is_stored
from tests.size import sized

T = TypeVar("T")

MANY, AGENT = st.integers(0, 30), st.integers(0, 4)
# Every deadline of the model lies some seconds off the hundreds at which things happen: real time is no matter.
HUNDREDS = st.sampled_from([100, 300, 700, 1500])
QUIET = 750
_MAYBE = st.booleans()


class Work(RuleBasedStateMachine):
    """A planner, a parent with child and grandchild, and a stranger who can do more, in one room with all its gates."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.said = 0
        self.heard = 0

    @initialize(
        gates=st.tuples(_MAYBE, _MAYBE, _MAYBE), wip=st.sampled_from([None, 2]), attempts=st.sampled_from([None, 1, 3])
    )
    def room(self, gates: tuple[bool, bool, bool], wip: int | None, attempts: int | None) -> None:
        self.database = self.runner.run(Database.connect(self.url, size=2))
        self.feed = Feed(self.database)
        rules = model.Rules(*gates, wip=wip, max_attempts=attempts)
        self.runner.run(self._open(rules))
        for _ in range(4):
            self.create(
                0, 2, None, drafted=False, track=None, has_criteria=True, needs=[], able=False, later=False, on=[]
            )

    async def _open(self, rules: model.Rules) -> None:
        suffix = await self.database.fetchval("select count(*) from room")
        async with self.database.transaction() as tx:
            made = await room_mutations.open_room(tx, f"work-{suffix}", "Work", actor=None)
        assert made is not None
        self.room_id = made.id
        names = ("planner", "parent", "child", "grandchild", "stranger")
        self.callers = [await _member(self.database, made.id, f"{name}-{suffix}") for name in names]
        keys = [caller.agent_id for caller in self.callers]
        for above, below in pairwise(keys[1:4]):
            await self.database.execute("update agent set parent_id = $1 where id = $2", above, below)
        await self.database.execute("update agent set capabilities = '{welding}' where id = $1", keys[4])
        changes = {
            "require_done_criteria": rules.criteria,
            "require_review": rules.review,
            "require_handoff": rules.handoff,
            "wip_limit": rules.wip,
            "max_attempts": rules.max_attempts,
            "lease_seconds": model.LEASE,
            "stale_after_seconds": model.STALE_AFTER,
            "reclaim_after_seconds": model.RECLAIM_AFTER,
            "offline_after_seconds": 31_536_000,
        }
        await room_mutations.update(self.database, self.callers[0], f"R{made.id}", changes)
        objective = await objective_mutations.create(self.database, self.callers[0], room=f"R{made.id}", title="Goal")
        self.objective = f"O{objective.id}"
        parents = {keys[2]: keys[1], keys[3]: keys[2]}
        able = {keys[4]: frozenset({"welding"})}
        agents = {key: model.Agent(key, parents.get(key), able.get(key, frozenset())) for key in keys}
        self.model = model.Model(agents, rules)
        for name, capacity in (("one", 1), ("many", None)):
            await resources.define(
                self.database,
                self.callers[0],
                room=f"R{made.id}",
                name=name,
                capacity={"capacity": capacity},
                failure_threshold=model.THRESHOLD,
                cooldown_seconds=model.COOLDOWN,
            )
            self.model.resources[name] = model.Resource(capacity)

    # What every rule does: the act on both sides, and the comparison

    def act(self, doing: Awaitable[T], refusable: model.Codes) -> T | None:
        """Both sides refuse, for a reason that the model knows, or neither does."""

        async def outcome() -> tuple[T | None, str | None]:
            try:
                return await doing, None
            except Refused as refused:
                return None, refused.code.value

        done, code = self.runner.run(outcome())
        assert (code in refusable) if refusable else code is None, (code, refusable)
        self.runner.run(self._check_news())
        return done

    async def _check_news(self) -> None:
        """Whatever was told since the last look to be clear to go on is ready, and is told of once."""
        news = await self.rows(
            """select seq, task_id from event
                where room_id = $1 and kind = 'TASK_UNBLOCKED' and seq > $2 and (data ->> 'ready')::boolean""",
            self.room_id,
            self.heard,
        )
        self.heard = max([self.heard, *(row["seq"] for row in news)])
        told = [row["task_id"] for row in news]
        assert len(set(told)) == len(told)
        # One that the act itself has just made is not in the model yet.
        assert all(self.model.ready(self.model.tasks[key]) for key in told if key in self.model.tasks)

    def task(self, at: int, *statuses: str) -> model.Task:
        """One that has such a status as long as there is one: most acts on any other are refused."""
        every = list(self.model.tasks.values())
        fitting = [task for task in every if task.status in statuses] or every
        return fitting[at % len(fitting)]

    def owner(self, task: model.Task, otherwise: int, *, usually: bool) -> Caller:
        """Its owner, usually: most acts of others are refused."""
        mine = [caller for caller in self.callers if caller.agent_id == task.assignee]
        return mine[0] if usually and mine else self.callers[otherwise]

    def words(self) -> str:
        self.said += 1
        return f"Word {self.said}"

    @rule(
        by=AGENT,
        priority=st.integers(0, 3),
        parent=st.none() | MANY,
        drafted=_MAYBE,
        track=st.none() | st.sampled_from([("left", None), ("left", 1), ("right", 2)]),
        has_criteria=st.sampled_from([True, True, False]),
        needs=st.lists(st.sampled_from(["one", "many"]), unique=True),
        able=st.sampled_from([False, False, True]),
        later=st.sampled_from([False, False, True]),
        on=st.lists(MANY, max_size=2),
    )
    def create(  # what a task can be like
        self,
        by: int,
        priority: int,
        parent: int | None,
        *,
        drafted: bool,
        track: tuple[str, int | None] | None,
        has_criteria: bool,
        needs: list[str],
        able: bool,
        later: bool,
        on: list[int],
    ) -> None:
        above = self.task(parent) if parent is not None and self.model.tasks else None
        depends = {self.task(at).key for at in on} if self.model.tasks else set()
        new = model.Task(
            key=0,
            born=len(self.model.tasks),
            priority=priority,
            parent=above.key if above else None,
            drafted=drafted or (above is not None and above.drafted),
            track=track[0] if track else None,
            order=track[1] if track else None,
            criteria=has_criteria,
            capabilities=frozenset({"welding"}) if able else frozenset(),
            needs=frozenset(needs),
            not_before=self.model.now + 350 if later else None,
            depends=depends,
        )
        wanted = NewTask(
            title="A task",
            room=f"R{self.room_id}",
            priority=priority,
            parent=f"T{above.key}" if above else None,
            objective=self.objective if drafted else None,
            track=new.track,
            track_order=new.order,
            criteria=["It works"] if has_criteria else [],
            capabilities=sorted(new.capabilities),
            resources=sorted(new.needs),
            not_before=datetime.now(UTC) + timedelta(seconds=350) if later else None,
            depends_on=[f"T{key}" for key in sorted(depends)],
        )
        refusable = self.model.create(new)
        made = self.act(task_create.create(self.database, self.callers[by], wanted, None), refusable)
        if made is not None:
            del self.model.tasks[0]
            new.key = made.id
            self.model.tasks[made.id] = new

    @rule(by=AGENT, at=MANY)
    def claim(self, by: int, at: int) -> None:
        task, caller = self.task(at, "TODO"), self.callers[by]
        refusable = self.model.claim(caller.agent_id, task)
        self.act(claims.claim(self.database, caller, f"T{task.key}", session=f"session {at % 2}"), refusable)

    @rule(by=AGENT)
    def claim_next(self, by: int) -> None:
        caller = self.callers[by]
        expected = self.model.claim_next(caller.agent_id)
        wanted = claim_next.ClaimRequest(room=f"R{self.room_id}", session="next")
        found = self.act(
            claim_next.claim_next(self.database, self.feed, caller, wanted, cancelled=asyncio.Event()), set()
        )
        assert found is not None
        assert [task.id for task in found[0]] == ([expected.key] if expected else [])

    @rule(by=AGENT)
    def keep_busy(self, by: int) -> None:
        """Most acts need something that is held."""
        if not any(task.status == "DOING" for task in self.model.tasks.values()):
            self.pause(paused=False)
            self.draft(draft=False)
            self.claim_next(by)

    async def _results(self, task: model.Task, *, met: bool) -> list[CriterionResult]:
        rows = await self.rows("select id from criterion where task_id = $1 order by position", task.key)
        return [CriterionResult(id=f"Q{row['id']}", met=met) for row in rows]

    @rule(by=AGENT, at=MANY, usually=st.sampled_from([True, True, False]), met=st.sampled_from([True, True, False]))
    def hand_in(self, by: int, at: int, *, usually: bool, met: bool) -> None:
        """As the room wants it, and at times as it doesn't."""
        task, words = self.task(at, "DOING"), self.words()
        caller = self.owner(task, by, usually=usually)
        results = self.runner.run(self._results(task, met=met))
        submission = Submission(summary=words, criteria=results)
        if self.model.rules.review == (at % 4 != 0):
            refusable = self.model.submit(caller.agent_id, task, words, met=met)
            self.act(submissions.submit(self.database, caller, f"T{task.key}", submission), refusable)
        else:
            refusable = self.model.complete(caller.agent_id, task, words, met=met)
            self.act(submissions.complete(self.database, caller, f"T{task.key}", submission), refusable)

    @rule(by=AGENT, to=AGENT, at=MANY)
    def whole_life(self, by: int, to: int, at: int) -> None:
        """The usual way of things, which chance alone takes too rarely."""
        self.claim(by, at)
        self.hand_in(by, at * 4 + 1, usually=True, met=True)
        self.review(to, at, approves=True, accepts=True)

    @rule(by=AGENT)
    def claim_next_review(self, by: int) -> None:
        caller = self.callers[by]
        expected = self.model.claim_next_review(caller.agent_id)
        found = self.act(reviews.claim_next(self.database, caller, f"R{self.room_id}"), set())
        assert (found.id if found else None) == (expected.key if expected else None)

    @rule(by=AGENT, at=MANY, approves=_MAYBE, accepts=st.sampled_from([True, True, False]))
    def review(self, by: int, at: int, *, approves: bool, accepts: bool) -> None:
        task, caller, words = self.task(at, "VALIDATING"), self.callers[by], self.words()
        refusable = self.model.review(caller.agent_id, task, words, approves=approves, accepts=accepts)
        rows = self.runner.run(self._results(task, met=True))
        given = NewReview(
            verdict=Verdict.APPROVED if approves else Verdict.CHANGES_REQUESTED,
            comment=words,
            criteria=[] if accepts else [CriterionVerdict(id=row.id, accepted=False) for row in rows],
        )
        self.act(reviews.review(self.database, caller, f"T{task.key}", given), refusable)

    @rule(by=AGENT, at=MANY, usually=st.sampled_from([True, True, False]), hands_over=_MAYBE)
    def release(self, by: int, at: int, *, usually: bool, hands_over: bool) -> None:
        task = self.task(at, "DOING", "BLOCKED")
        caller, handoff = self.owner(task, by, usually=usually), self._handoff(hands_over=hands_over)
        refusable = self.model.release(caller.agent_id, task, handoff.text() if handoff else None)
        self.act(task_progress.release(self.database, caller, f"T{task.key}", handoff=handoff), refusable)

    def _handoff(self, *, hands_over: bool) -> NewHandoff | None:
        return NewHandoff(self.words(), "The rest") if hands_over else None

    @rule(by=AGENT, at=MANY, usually=st.sampled_from([True, True, False]), says=_MAYBE, on=st.lists(MANY, max_size=2))
    def block(self, by: int, at: int, *, usually: bool, says: bool, on: list[int]) -> None:
        task, words = self.task(at, "DOING"), self.words()
        caller, others = self.owner(task, by, usually=usually), [self.task(other) for other in on]
        if not says and not others:
            return
        reason = words if says else None
        refusable = self.model.block(caller.agent_id, task, reason, others)
        references = [f"T{other.key}" for other in others]
        doing = task_progress.block(self.database, caller, f"T{task.key}", reason=reason, depends_on=references)
        self.act(doing, refusable)

    @rule(by=AGENT, at=MANY)
    def unblock(self, by: int, at: int) -> None:
        task, caller = self.task(at, "BLOCKED"), self.callers[by]
        refusable = self.model.unblock(caller.agent_id, task)
        self.act(task_progress.unblock(self.database, caller, f"T{task.key}"), refusable)

    @rule(by=AGENT, at=MANY, on=MANY, adds=st.sampled_from([True, True, False]))
    def depend(self, by: int, at: int, on: int, *, adds: bool) -> None:
        task, other, caller = self.task(at), self.task(on), self.callers[by]
        edge = (self.database, caller, f"T{task.key}", f"T{other.key}", DependencyKind.BLOCKS)
        if adds:
            refusable = self.model.depend(caller.agent_id, task, other)
            self.act(dependencies.add(*edge), refusable)
        else:
            refusable = self.model.undepend(caller.agent_id, task, other)
            self.act(dependencies.remove(*edge), refusable)

    @rule(by=AGENT, at=MANY)
    def cancel(self, by: int, at: int) -> None:
        task, caller, words = self.task(at, "TODO", "DOING", "BLOCKED"), self.callers[by], self.words()
        refusable = self.model.cancel(caller.agent_id, task, words)
        self.act(task_cancel.cancel(self.database, caller, f"T{task.key}", words), refusable)

    @rule(by=AGENT, at=MANY)
    def reopen(self, by: int, at: int) -> None:
        task, caller = self.task(at, "DONE", "CANCELLED"), self.callers[by]
        words = "Not done after all"
        refusable = self.model.reopen(caller.agent_id, task, words)
        self.act(task_cancel.reopen(self.database, caller, f"T{task.key}", words), refusable)

    @rule(by=AGENT, to=st.none() | AGENT, judge=st.none() | AGENT, at=MANY, hands_over=_MAYBE)
    def assign(self, by: int, to: int | None, judge: int | None, at: int, *, hands_over: bool) -> None:
        task, caller, handoff = self.task(at), self.callers[by], self._handoff(hands_over=hands_over)
        named = {"assignee": to, "reviewer": judge}
        keys = {role: self.callers[one].agent_id for role, one in named.items() if one is not None}
        refusable = self.model.assign(caller.agent_id, task, handoff.text() if handoff else None, **keys)
        changes: Any = {role: f"A{key}" for role, key in keys.items()}
        self.act(assignment.assign(self.database, caller, f"T{task.key}", changes, handoff), refusable)

    @rule(by=AGENT, at=MANY)
    def set_criteria(self, by: int, at: int) -> None:
        task, caller, words = self.task(at), self.callers[by], self.words()
        creator = self.runner.run(self.rows("select creator_id from task where id = $1", task.key))[0]["creator_id"]
        refusable = self.model.set_criteria(caller.agent_id, task, creator, words)
        self.act(criteria.set_all(self.database, caller, f"T{task.key}", [words]), refusable)

    @rule(by=AGENT, at=MANY, usually=_MAYBE, progress=_MAYBE)
    def say(self, by: int, at: int, *, usually: bool, progress: bool) -> None:
        task, words = self.task(at, "DOING"), self.words()
        caller = self.owner(task, by, usually=usually)
        refusable = self.model.say(caller.agent_id, task, words, progress=progress)
        kind = CommentKind.PROGRESS if progress else CommentKind.NOTE
        self.act(comment_mutations.add(self.database, caller, f"T{task.key}", kind, words, None), refusable)

    @rule(by=AGENT, quiet=st.sampled_from([None, None, QUIET]))
    def beat(self, by: int, quiet: int | None) -> None:
        caller = self.callers[by]
        self.model.heartbeat(caller.agent_id, quiet)
        self.act(sessions.heartbeat(self.database, caller, label="next", quiet_seconds=quiet), set())

    @rule(name=st.sampled_from(["one", "many"]), ok=_MAYBE)
    def report(self, name: str, *, ok: bool) -> None:
        self.model.report(name, ok=ok)
        room = f"R{self.room_id}"
        doing = resources.report(self.database, self.callers[0], room=room, resource=name, ok=ok, detail=None)
        self.act(doing, set())

    @rule(seconds=HUNDREDS)
    def time_passes(self, seconds: int) -> None:
        """With what it brings to schedules and breakers; leases and silence are swept later."""
        self.model.now += seconds

        async def pass_by() -> None:
            await advance(self.database, seconds)
            while await readiness.clear_schedules(self.database):
                pass
            await resources.half_open_cooled(self.database)

        self.runner.run(pass_by())
        self.model.cool()
        self.runner.run(self._check_news())

    @rule()
    def sweep(self) -> None:
        async def sweep_all() -> None:
            while await lease_expiry.reclaim_expired(self.database):
                pass
            while await staleness.mark_stale(self.database):
                pass
            while await readiness.notify_startable(self.database):
                pass

        self.runner.run(sweep_all())
        self.model.sweep()
        self.runner.run(self._check_news())
        self.runner.run(self._check_nothing_is_owed())

    async def _check_nothing_is_owed(self) -> None:
        """After a sweep, what still waits to be told of can't start."""
        owed = await self.rows("select id from task where room_id = $1 and ready_notice_due", self.room_id)
        assert not any(self.model.ready(self.model.tasks[row["id"]]) for row in owed)

    @rule(paused=st.sampled_from([False, False, False, True]))
    def pause(self, *, paused: bool) -> None:
        self.model.rules.paused = paused
        self.act(room_mutations.update(self.database, self.callers[0], f"R{self.room_id}", {"paused": paused}), set())

    @rule(draft=st.sampled_from([False, False, False, True]))
    def draft(self, *, draft: bool) -> None:
        self.model.draft = draft
        rows = self.runner.run(self.rows("select status from objective where id = $1", int(self.objective[1:])))
        if rows[0]["status"] == "DONE" and not draft:
            return
        status = ObjectiveStatus.DRAFT if draft else ObjectiveStatus.ACTIVE
        self.act(objective_mutations.update(self.database, self.callers[0], self.objective, {"status": status}), set())

    async def rows(self, sql: str, *parameters: object) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await self.database.fetch(sql, *parameters)
        return found

    # What holds after each step

    @invariant()
    def both_sides_agree(self) -> None:
        if hasattr(self, "model"):
            self.runner.run(self._compare())

    async def _compare(self) -> None:
        await check_what_is_stored(self.database, self.room_id)
        claimable = """select t.*, t.ready and not r.paused
               and t.requirement_id in (select id from available_requirement) as shown_ready
          from task t join room r on r.id = t.room_id where t.room_id = $1"""
        stored = {row["id"]: row for row in await self.rows(claimable, self.room_id)}
        assert stored.keys() == self.model.tasks.keys()
        for task in self.model.tasks.values():
            row = stored[task.key]
            assert {name: row[name] for name in ("status", "assignee_id", "reviewer_id", "fence", "attempts")} == {
                "status": task.status,
                "assignee_id": task.assignee,
                "reviewer_id": task.reviewer,
                "fence": task.fence,
                "attempts": task.attempts,
            }
            assert row["shown_ready"] == self.model.ready(task)
            assert (row["stale_since"] is not None) == (task.stale_since is not None)
            assert (row["blocked_reason"] is not None) == (task.reason is not None)
        for row in await self.rows("select * from resource where room_id = $1", self.room_id):
            resource = self.model.resources[row["name"]]
            assert (row["breaker"], row["failures"], row["probe_task_id"], row["in_use"]) == (
                resource.breaker,
                resource.failures,
                resource.probe,
                len(self.model.holders(row["name"])),
            )
        await self._check_promises(stored)

    async def _check_promises(self, stored: dict[int, asyncpg.Record]) -> None:
        """Nothing said is lost; nothing is done where reviews are asked for without a stranger's approval."""
        kept: dict[int, list[str]] = {key: [] for key in stored}
        for row in await self.rows("select task_id, body from comment where room_id = $1", self.room_id):
            kept[row["task_id"]].append(row["body"])
        for task in self.model.tasks.values():
            assert len(kept[task.key]) == len(task.comments)
            assert all(any(words in body for body in kept[task.key]) for words in task.comments)
            if task.status == "DONE" and self.model.rules.review:
                verdict, judge, author = task.verdicts[-1]
                assert verdict == "APPROVED"
                assert not self.model.related(judge, author)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.runner.run(self.database.close())
        self.runner.close()


async def _member(database: Database, room_id: int, name: str) -> Caller:
    agent_id = await database.fetchval("insert into agent (name, kind) values ($1, 'HUMAN') returning id", name)
    await database.execute("insert into room_member (room_id, agent_id) values ($1, $2)", room_id, agent_id)
    return Caller(agent_id, name, AgentKind.HUMAN, Role.ADMIN, (), frozenset({room_id}), token_id=0)


def test_work_matches_the_model(database_url: str) -> None:
    class OnThisDatabase(Work):
        url = database_url

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=sized(12, 20),
            stateful_step_count=sized(40, 60),
            deadline=timedelta(seconds=30),
            suppress_health_check=list(HealthCheck),
        ),
    )
