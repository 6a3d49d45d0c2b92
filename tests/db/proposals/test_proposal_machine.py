"""Asking, voting, leaving, working in any order: what is accepted, ends, waits and is told is what the model says."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, ProposalKind
from db.core.errors import Refused
from db.core.records import Room
from db.operations import agent_mutations
from db.proposals import proposal_end, proposal_open, voting
from db.proposals.proposal_open import NewEscalation, NewProposal
from db.tasks import claims, submissions, task_create, task_progress
from db.tasks.submissions import Submission
from db.tasks.task_create import NewTask
from tests import people
from tests.db.proposals.proposal_model import ABSTAIN, Model, Proposal, Task
from tests.invariants import check_what_is_stored
from tests.size import sized

NAMES = ("ann", "bob", "hugo", "ida")
WHO, MANY = st.sampled_from(NAMES), st.integers(0, 20)
MAYBE = st.booleans()
FAR = datetime(2100, 1, 1, tzinfo=UTC)


class Asking(RuleBasedStateMachine):
    """Two agents and two people, in one room without gates, and an ADMIN who moves them in and out."""

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
        off = {"require_done_criteria": False, "require_review": False, "require_handoff": False}
        self.place: Room = await people.room(self.database, f"asking-{count}", **off)
        self.root = await people.admin(self.database)
        await self.database.execute("delete from room_member where agent_id = $1", self.root.agent_id)
        self.callers: dict[str, Caller] = {}
        for name in NAMES:
            kind = AgentKind.HUMAN if name in ("hugo", "ida") else AgentKind.AGENT
            self.callers[name] = await people.caller(self.database, f"{name}-{count}", self.place, kind=kind)
        self.names = {caller.agent_id: name for name, caller in self.callers.items()}
        self.model = Model(people={"hugo", "ida"}, here=set(NAMES))
        for at in range(3):
            new = NewTask(title=f"Task {at}", room=f"R{self.place.id}")
            made = await task_create.create(self.database, self.callers["ann"], new, None)
            self.model.tasks.append(Task(made.id))

    def as_(self, name: str) -> Caller:
        caller = self.callers[name]
        return caller if name in self.model.here else replace(caller, rooms=frozenset())

    def tried(self, act: Awaitable[Any], *, accepted: bool) -> Any:
        """What the act answers; it is refused exactly where the model says so."""

        async def run() -> Any:
            try:
                return await act
            except Refused as refusal:
                return refusal

        answer = self.runner.run(run())
        assert isinstance(answer, Refused) is not accepted, answer
        return answer

    def task(self, at: int) -> Task:
        return self.model.tasks[at % len(self.model.tasks)]

    def proposal(self, at: int) -> Proposal:
        return self.model.proposals[at % len(self.model.proposals)]

    @rule(who=WHO, kind=st.sampled_from(ProposalKind), on=st.sets(st.integers(0, 2)), voters=st.integers(1, 4),
          quorum=MANY, closes=MAYBE, default=MAYBE)  # fmt: skip
    def propose(
        self, who: str, kind: ProposalKind, on: set[int], voters: int, quorum: int, *, closes: bool, default: bool
    ) -> None:
        tasks = [self.model.tasks[at] for at in sorted(on)]
        is_vote = kind is ProposalKind.VOTE
        electorate = sorted(self.model.here)[:voters] if is_vote else sorted(self.model.people & self.model.here)
        options = ["a", "b"] if is_vote else ["yes", "no"]
        needed = 1 + quorum % max(1, len(electorate)) if is_vote else 1
        taken = options[1] if default and closes else None
        new = NewProposal(
            room=f"R{self.place.id}",
            kind=kind,
            title="May we?",
            options=options if is_vote else None,
            electorate=[self.callers[name].name for name in electorate] if is_vote else None,
            quorum=needed if is_vote else None,
            closes_at=FAR if closes else None,
            default_option=taken,
            tasks=[f"T{task.id}" for task in tasks],
        )
        accepted = who in self.model.here and bool(electorate if is_vote else self.model.may_decide(who))
        made = self.tried(proposal_open.propose(self.database, self.as_(who), new), accepted=accepted)
        if accepted:
            asked = Proposal(made.id, kind.value, who, options, electorate, needed, taken, closes, tasks)
            self.model.proposals.append(asked)

    @rule(who=WHO, at=MANY, closes=MAYBE, default=MAYBE)
    def escalate(self, who: str, at: int, *, closes: bool, default: bool) -> None:
        task = self.task(at)
        taken = "no" if default and closes else None
        new = NewEscalation(
            task=f"T{task.id}", question="May I?", closes_at=FAR if closes else None, default_option=taken
        )
        holds = who in self.model.here and task.status == "DOING" and task.owner == who
        accepted = holds and bool(self.model.may_decide(who)) and not self.model.is_escalated(task)
        made = self.tried(proposal_open.escalate(self.database, self.as_(who), new), accepted=accepted)
        if accepted:
            electorate = sorted(self.model.people & self.model.here)
            self.model.proposals.append(
                Proposal(made.id, "APPROVAL", who, ["yes", "no"], electorate, 1, taken, closes, [task], escalates=task)
            )
            task.status = "BLOCKED"

    @precondition(lambda self: self.model.proposals)
    @rule(who=WHO, at=MANY, choice=st.integers(0, 3))
    def vote(self, who: str, at: int, choice: int) -> None:
        proposal = self.proposal(at)
        option = [*proposal.options, ABSTAIN, "nonsense"][choice]
        accepted = proposal.status == "OPEN" and self.model.may_vote(who, proposal) and option != "nonsense"
        self.tried(voting.vote(self.database, self.as_(who), f"D{proposal.id}", option, ""), accepted=accepted)
        if accepted:
            proposal.votes[who] = option
            self.model.settle(proposal, who)

    @precondition(lambda self: self.model.proposals)
    @rule(who=WHO, at=MANY)
    def withdraw(self, who: str, at: int) -> None:
        proposal = self.proposal(at)
        accepted = proposal.status == "OPEN" and who == proposal.author and who in self.model.here
        self.tried(voting.withdraw(self.database, self.as_(who), f"D{proposal.id}"), accepted=accepted)
        if accepted:
            self.model.withdraw(proposal, who)

    @precondition(lambda self: any(one.closes and one.status == "OPEN" for one in self.model.proposals))
    @rule(at=MANY)
    def time_passes(self, at: int) -> None:
        closing = [one for one in self.model.proposals if one.closes and one.status == "OPEN"]
        proposal = closing[at % len(closing)]
        self.runner.run(self.database.execute(
            "update proposal set closes_at = now() - interval '1 s' where id = $1", proposal.id))  # fmt: skip
        assert self.runner.run(proposal_end.close_overdue(self.database)) == 1
        self.model.settle(proposal, None, is_over=True)

    @rule(who=WHO)
    def come_and_go(self, who: str) -> None:
        goes = who in self.model.here
        rooms: Sequence[str] = [] if goes else [self.place.name]
        name = self.callers[who].name
        self.runner.run(agent_mutations.update(self.database, self.root, name, {"rooms": rooms}))
        if goes:
            self.model.leave(who)
        else:
            self.model.here.add(who)

    @rule(who=WHO, at=MANY)
    def claim(self, who: str, at: int) -> None:
        task = self.task(at)
        is_free = task.status == "TODO" and task.owner in (None, who) and not self.model.open_on(task)
        is_held = task.status == "DOING" and task.owner == who
        accepted = who in self.model.here and (is_free or is_held)
        self.tried(claims.claim(self.database, self.as_(who), f"T{task.id}"), accepted=accepted)
        if accepted:
            task.status, task.owner = "DOING", who

    @rule(who=WHO, at=MANY)
    def complete(self, who: str, at: int) -> None:
        task = self.task(at)
        accepted = who in self.model.here and task.status == "DOING" and task.owner == who
        done = Submission(summary="Done")
        self.tried(submissions.complete(self.database, self.as_(who), f"T{task.id}", done), accepted=accepted)
        if accepted:
            task.status = "DONE"

    @rule(who=WHO, at=MANY)
    def block(self, who: str, at: int) -> None:
        task = self.task(at)
        accepted = who in self.model.here and task.status == "DOING" and task.owner == who
        self.tried(task_progress.block(self.database, self.as_(who), f"T{task.id}", reason="Stuck"), accepted=accepted)
        if accepted:
            task.status, task.has_reason = "BLOCKED", True

    @rule(who=WHO, at=MANY)
    def unblock(self, who: str, at: int) -> None:
        task = self.task(at)
        accepted = who in self.model.here and task.status == "BLOCKED"
        self.tried(task_progress.unblock(self.database, self.as_(who), f"T{task.id}"), accepted=accepted)
        if accepted:
            task.has_reason = task.stands = False
            task.status = "BLOCKED" if self.model.open_on(task) else "TODO"

    @rule(who=WHO, at=MANY)
    def release(self, who: str, at: int) -> None:
        task = self.task(at)
        accepted = who in self.model.here and task.status in ("DOING", "BLOCKED") and task.owner == who
        self.tried(task_progress.release(self.database, self.as_(who), f"T{task.id}", handoff=None), accepted=accepted)
        if accepted:
            task.owner = None
            if not task.stands:
                task.status, task.has_reason = "TODO", False

    @invariant()
    def everything_is_as_the_model_has_it(self) -> None:
        if hasattr(self, "model"):
            self.runner.run(self._compare())

    async def _compare(self) -> None:
        fetch = self.database.fetch
        for task, row in zip(self.model.tasks, await fetch(
                "select * from task where room_id = $1 order by id", self.place.id), strict=True):  # fmt: skip
            assert (row["status"], self.names.get(row["assignee_id"])) == (task.status, task.owner)
            assert (row["blocked_reason"] is not None, row["reason_stands"]) == (task.has_reason, task.stands)
            assert row["open_proposals"] == len(self.model.open_on(task))
        rows = await fetch("select * from proposal where room_id = $1 order by id", self.place.id)
        assert [(row["status"], row["outcome"], row["by_default"]) for row in rows] == [
            (one.status, one.outcome, one.by_default) for one in self.model.proposals
        ]
        closed = await fetch(
            "select proposal_id from event where room_id = $1 and kind = 'PROPOSAL_CLOSED'", self.place.id
        )
        assert sorted(row["proposal_id"] for row in closed) == [
            one.id for one in self.model.proposals if one.status != "OPEN"
        ]
        items = await fetch("select * from inbox_item where room_id = $1 and proposal_id is not null", self.place.id)
        decided = Counter(
            (self.names[row["agent_id"]], row["proposal_id"]) for row in items if row["kind"] == "DECIDED"
        )
        assert decided == +self.model.told
        waiting = {row["proposal_id"] for row in items if row["kind"] == "PROPOSAL" and row["acknowledged_at"] is None}
        assert waiting <= {one.id for one in self.model.proposals if one.status == "OPEN"}
        comments = await fetch("select task_id from comment where room_id = $1 and kind = 'DECISION'", self.place.id)
        assert Counter(row["task_id"] for row in comments) == Counter(
            task.id for one in self.model.proposals if one.status == "DECIDED" for task in one.tasks
        )
        await check_what_is_stored(self.database, self.place.id)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.runner.run(self.database.close())
        self.runner.close()


def test_proposals_match_the_model(database_url: str) -> None:
    class OnThisDatabase(Asking):
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
