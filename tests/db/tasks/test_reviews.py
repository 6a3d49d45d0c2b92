"""Submissions and verdicts: one verdict each, by one reviewer, who is a stranger to the author."""

import asyncio
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from db.core import ids
from db.core.callers import Caller, authenticate
from db.core.database import Database
from db.core.enums import TaskStatus, Verdict
from db.core.errors import (
    CriteriaUnmet,
    Forbidden,
    NotFound,
    NotReady,
    Refused,
    ReviewRequired,
    SelfReview,
    WrongStatus,
)
from db.core.records import Room, Task
from db.events.feed import Feed
from db.rooms import agents
from db.rooms.agents import NewAgent
from db.tasks import assignment, claim_next, claims, reviews, submissions, task_cancel
from db.tasks.reviews import CriterionVerdict, NewReview
from db.tasks.submissions import CriterionResult, NewArtifact, Submission
from tests.factories import World

APPROVED, CHANGES = (
    NewReview(verdict=Verdict.APPROVED),
    NewReview(verdict=Verdict.CHANGES_REQUESTED, comment="Add tests"),
)


def t(task: Task) -> str:
    return ids.of(ids.TASK, task.id)


@dataclass
class Gate:
    """A room that asks for reviews, an author and two reviewers."""

    database: Database
    world: World
    room: Room
    author: Caller
    reviewer: Caller
    other: Caller

    async def submitted(self, summary: str = "It works", **new: Any) -> Task:
        task = await self.world.task(self.room, **new)
        await claims.claim(self.database, self.author, t(task))
        return await submissions.submit(self.database, self.author, t(task), Submission(summary=summary))

    async def now(self, task: Task) -> Task:
        return Task.of((await self.database.fetch("select * from task where id = $1", task.id))[0])

    async def told(self, caller: Caller) -> list[tuple[str, str]]:
        rows = await self.database.fetch(
            "select kind, summary from inbox_item where agent_id = $1 order by id", caller.agent_id
        )
        return [(row["kind"], row["summary"]) for row in rows]

    async def log(self, task: Task) -> list[tuple[str, Any]]:
        rows = await self.database.fetch("select kind, data from event where task_id = $1 order by seq", task.id)
        return [(row["kind"], row["data"]) for row in rows]

    async def subagent(self, parent: Caller, name: str) -> Caller:
        """A child of the agent, made for a task that it holds."""
        task = await self.world.task(self.room)
        await claims.claim(self.database, parent, t(task))
        _agent, token = await agents.register(self.database, parent, NewAgent(name=name, spawned_for=t(task)))
        return await authenticate(self.database, token)


@pytest.fixture
async def gate(database: Database, world: World) -> Gate:
    room = await world.room("gate", require_review=True)
    people = [await world.agent(name, rooms=[room]) for name in ("author", "reviewer", "other")]
    return Gate(database, world, room, *people)


async def test_a_submission_keeps_its_owner_and_waits_without_a_lease(gate: Gate) -> None:
    task = await gate.world.task(gate.room, criteria=["It is fast"], reviewer="reviewer")
    await claims.claim(gate.database, gate.author, t(task))
    (criterion,) = await gate.database.fetch("select id from criterion where task_id = $1", task.id)
    result = CriterionResult(id=f"Q{criterion['id']}", met=True, evidence="0.1 s")

    submitted = await submissions.submit(
        gate.database,
        gate.author,
        t(task),
        Submission(summary="It works", criteria=[result], artifacts=[NewArtifact(url="https://example.org/1")]),
    )

    assert (submitted.status, submitted.assignee_id) == (TaskStatus.VALIDATING, gate.author.agent_id)
    assert (submitted.lease_expires_at, submitted.result, submitted.fence) == (None, "It works", 1)
    assert await gate.told(gate.reviewer) == [
        ("REVIEW_REQUESTED", f"{t(task)} '{task.title}', handed in by author, waits for your verdict: reviewTask.")
    ]
    comments = await gate.database.fetch("select kind, body from comment where task_id = $1", task.id)
    assert [tuple(row) for row in comments] == [("SUBMISSION", "It works")]
    assert (await gate.log(task))[-1] == ("TASK_SUBMITTED", {"result": "It works", "fence": 1, "reviewer": "reviewer"})
    message = await gate.database.fetchrow(
        "select channel.name, message.body, message.author_id from message join channel on channel.id = channel_id"
    )
    assert message["name"] == "reviews"
    assert message["body"] == f"{t(task)} '{task.title}', handed in by author, waits for reviewer's verdict."
    assert message["author_id"] is None


async def test_completing_needs_a_room_without_reviews(gate: Gate) -> None:
    task = await gate.world.task(gate.room)
    await claims.claim(gate.database, gate.author, t(task))

    with pytest.raises(ReviewRequired):
        await submissions.complete(gate.database, gate.author, t(task), Submission(summary="Done"))

    assert (await gate.now(task)).status is TaskStatus.DOING


async def test_a_submission_shows_evidence_for_every_criterion(gate: Gate) -> None:
    task = await gate.world.task(gate.room, criteria=["It is fast", "It is small"])
    await claims.claim(gate.database, gate.author, t(task))
    first, second = [
        f"Q{row['id']}"
        for row in await gate.database.fetch("select id from criterion where task_id = $1 order by position", task.id)
    ]

    with pytest.raises(CriteriaUnmet) as refused:
        await submissions.submit(
            gate.database,
            gate.author,
            t(task),
            Submission(summary="Half", criteria=[CriterionResult(id=first, met=True)]),
        )

    assert refused.value.unmet == [second]
    assert (await gate.now(task)).status is TaskStatus.DOING
    assert await gate.database.fetchval("select count(*) from comment") == 0


async def test_a_task_with_open_parts_is_not_handed_in(gate: Gate) -> None:
    parent = await gate.world.task(gate.room)
    part = await gate.world.task(gate.room, parent=t(parent))
    await claims.claim(gate.database, gate.author, t(parent))

    with pytest.raises(NotReady) as refused:
        await submissions.submit(gate.database, gate.author, t(parent), Submission(summary="Done"))

    assert [(wait["kind"], wait["task"]) for wait in refused.value.waiting_on] == [("SUBTASK", t(part))]


async def test_a_part_that_came_during_the_review_holds_back_the_approval(gate: Gate) -> None:
    task = await gate.submitted()
    part = await gate.world.task(gate.room, parent=t(task))

    with pytest.raises(NotReady):
        await reviews.review(gate.database, gate.reviewer, t(task), APPROVED)
    assert (await gate.now(task)).status is TaskStatus.VALIDATING

    await task_cancel.cancel(gate.database, gate.reviewer, t(part), "Not needed")
    assert (await reviews.review(gate.database, gate.reviewer, t(task), APPROVED)).status is TaskStatus.DONE


async def test_approval_ends_the_task_and_frees_what_waits(gate: Gate) -> None:
    task = await gate.submitted()
    waiting = await gate.world.task(gate.room, depends_on=[t(task)], assignee="other")

    approved = await reviews.review(
        gate.database, gate.reviewer, t(task), NewReview(verdict=Verdict.APPROVED, comment="Well done")
    )

    assert (approved.status, approved.reviewer_id) == (TaskStatus.DONE, gate.reviewer.agent_id)
    assert (await gate.now(waiting)).ready
    assert [kind for kind, _ in await gate.told(gate.other)] == ["ASSIGNED", "UNBLOCKED"]
    assert await gate.told(gate.author) == [
        ("APPROVED", f"{t(task)} '{task.title}': reviewer approved it. Well done"),
    ]
    assert [kind for kind, _ in (await gate.log(task))[-3:]] == ["COMMENT_ADDED", "TASK_REVIEWED", "TASK_DONE"]


async def test_changes_bring_the_task_back_to_its_author_first_of_all(gate: Gate) -> None:
    task = await gate.submitted(priority=3)
    await gate.world.task(gate.room, priority=0, assignee="author")

    sent_back = await reviews.review(gate.database, gate.reviewer, t(task), CHANGES)
    claimed, _nothing = await claim_next.claim_next(
        gate.database, Feed(gate.database), gate.author, claim_next.ClaimRequest(), cancelled=asyncio.Event()
    )

    assert (sent_back.status, sent_back.assignee_id, sent_back.attempts) == (TaskStatus.TODO, gate.author.agent_id, 0)
    assert [one.id for one in claimed] == [task.id]
    assert (await gate.told(gate.author))[-1] == (
        "CHANGES_REQUESTED",
        f"{t(task)} '{task.title}': reviewer requests changes; claimTask takes it up again. Add tests",
    )
    again = await submissions.submit(gate.database, gate.author, t(task), Submission(summary="With tests"))
    assert again.reviewer_id == gate.reviewer.agent_id
    assert [kind for kind, _ in await gate.told(gate.reviewer)] == ["REVIEW_REQUESTED"]
    assert (await reviews.review(gate.database, gate.reviewer, t(task), APPROVED)).status is TaskStatus.DONE
    given = (await reviews.of_tasks(gate.database, [task.id]))[task.id]
    assert [review.verdict for review in given] == [Verdict.CHANGES_REQUESTED, Verdict.APPROVED]


async def test_the_author_and_its_relatives_do_not_judge_the_work(gate: Gate) -> None:
    child = await gate.subagent(gate.author, "child")
    sibling = await gate.subagent(gate.author, "sibling")
    grandchild = await gate.subagent(child, "grandchild")
    nephew = await gate.subagent(sibling, "nephew")
    of_author, of_child, of_grandchild = [await gate.world.task(gate.room) for _ in range(3)]
    for author, task in ((gate.author, of_author), (child, of_child), (grandchild, of_grandchild)):
        await claims.claim(gate.database, author, t(task))
        await submissions.submit(gate.database, author, t(task), Submission(summary="Done"))

    for task, judge in (
        (of_author, gate.author),
        (of_author, child),
        (of_author, sibling),
        (of_child, gate.author),
        (of_child, sibling),
        (of_author, grandchild),
        (of_child, nephew),
        (of_grandchild, gate.author),
        (of_grandchild, sibling),
        (of_grandchild, nephew),
    ):
        with pytest.raises(SelfReview):
            await reviews.review(gate.database, judge, t(task), APPROVED)
        assert await reviews.claim_next(gate.database, judge, None) is None

    submitted = [of_author, of_child, of_grandchild]
    assert [(await gate.now(task)).status for task in submitted] == [TaskStatus.VALIDATING] * 3
    assert await gate.database.fetchval("select count(*) from review") == 0
    taken = await reviews.claim_next(gate.database, gate.reviewer, None)
    assert taken is not None
    assert taken.id == of_author.id


async def test_the_database_itself_refuses_relatives_and_done_without_a_verdict(gate: Gate) -> None:
    child = await gate.subagent(gate.author, "child")
    grandchild = await gate.subagent(child, "grandchild")
    task = await gate.submitted()
    insert = (
        "insert into review (task_id, submission, author_id, reviewer_id, verdict) values ($1, 1, $2, $3, 'APPROVED')"
    )

    for reviewer in (gate.author, child, grandchild):
        with pytest.raises(asyncpg.CheckViolationError):
            await gate.database.execute(insert, task.id, gate.author.agent_id, reviewer.agent_id)
    with pytest.raises(asyncpg.CheckViolationError):
        await gate.database.execute("update task set status = 'DONE', finished_at = now() where id = $1", task.id)
    await gate.database.execute(insert, task.id, gate.author.agent_id, gate.other.agent_id)
    with pytest.raises(asyncpg.UniqueViolationError):
        await gate.database.execute(insert, task.id, gate.author.agent_id, gate.reviewer.agent_id)


async def test_only_the_reviewer_that_was_set_decides(gate: Gate) -> None:
    task = await gate.submitted(reviewer="reviewer")

    with pytest.raises(Forbidden):
        await reviews.review(gate.database, gate.other, t(task), APPROVED)
    assert await reviews.claim_next(gate.database, gate.other, None) is None

    assert (await gate.now(task)).status is TaskStatus.VALIDATING
    await assignment.assign(gate.database, gate.author, t(task), {"reviewer": "other"}, None)
    assert [kind for kind, _ in await gate.told(gate.other)] == ["REVIEW_REQUESTED"]
    assert (await reviews.review(gate.database, gate.other, t(task), APPROVED)).status is TaskStatus.DONE


async def test_a_relative_is_not_made_the_reviewer_of_a_submission(gate: Gate) -> None:
    task = await gate.submitted()

    with pytest.raises(SelfReview):
        await assignment.assign(gate.database, gate.other, t(task), {"reviewer": "author"}, None)

    assert (await gate.now(task)).reviewer_id is None


async def test_a_reviewer_that_may_not_judge_this_author_gives_way(gate: Gate) -> None:
    task = await gate.submitted(reviewer="author")

    assert task.reviewer_id is None
    taken = await reviews.claim_next(gate.database, gate.reviewer, None)
    assert taken is not None
    assert taken.id == task.id


async def test_who_owns_it_by_now_is_not_its_author(gate: Gate) -> None:
    task = await gate.submitted()
    await assignment.assign(gate.database, gate.reviewer, t(task), {"assignee": "other"}, None)

    with pytest.raises(SelfReview):
        await reviews.review(gate.database, gate.author, t(task), APPROVED)

    sent_back = await reviews.review(gate.database, gate.reviewer, t(task), CHANGES)
    assert sent_back.assignee_id == gate.other.agent_id
    assert [kind for kind, _ in await gate.told(gate.author)] == ["CHANGES_REQUESTED"]
    assert [kind for kind, _ in await gate.told(gate.other)] == ["ASSIGNED", "CHANGES_REQUESTED"]


async def test_the_word_on_each_criterion_is_kept(gate: Gate) -> None:
    task = await gate.world.task(gate.room, criteria=["Fast", "Small"])
    await claims.claim(gate.database, gate.author, t(task))
    rows = await gate.database.fetch("select id from criterion where task_id = $1 order by position", task.id)
    first, second = [f"Q{row['id']}" for row in rows]
    met = Submission(summary="Done", criteria=[CriterionResult(id=one, met=True) for one in (first, second)])
    await submissions.submit(gate.database, gate.author, t(task), met)
    word = [CriterionVerdict(id=first, accepted=True), CriterionVerdict(id=second, accepted=False, note="2 MB")]

    with pytest.raises(CriteriaUnmet) as refused:
        await reviews.review(gate.database, gate.reviewer, t(task), NewReview(verdict=Verdict.APPROVED, criteria=word))
    assert refused.value.unmet == [second]
    with pytest.raises(NotFound):
        await reviews.review(
            gate.database,
            gate.reviewer,
            t(task),
            NewReview(verdict=Verdict.APPROVED, criteria=[CriterionVerdict(id="Q999999", accepted=True)]),
        )

    async def accepted() -> list[bool | None]:
        rows = await gate.database.fetch("select accepted from criterion where task_id = $1 order by position", task.id)
        return [row["accepted"] for row in rows]

    assert await accepted() == [None, None]
    changes = NewReview(verdict=Verdict.CHANGES_REQUESTED, comment="Too big", criteria=word)
    await reviews.review(gate.database, gate.reviewer, t(task), changes)
    assert await accepted() == [True, False]
    body = await gate.database.fetchval("select body from comment where task_id = $1 and kind = 'REVIEW'", task.id)
    assert body == f"Too big\n\n{second} not accepted: 2 MB"
    await claims.claim(gate.database, gate.author, t(task))
    await submissions.submit(gate.database, gate.author, t(task), met)
    assert await accepted() == [None, None]
    await reviews.review(gate.database, gate.reviewer, t(task), APPROVED)
    assert await accepted() == [True, True]


@pytest.mark.parametrize("status", ["TODO", "DOING", "DONE"])
async def test_a_verdict_needs_a_submission(gate: Gate, status: str) -> None:
    task = await gate.world.task(gate.room)
    if status == "DOING":
        await claims.claim(gate.database, gate.author, t(task))
    if status == "DONE":
        task = await gate.submitted()
        await reviews.review(gate.database, gate.reviewer, t(task), APPROVED)

    with pytest.raises(WrongStatus) as refused:
        await reviews.review(gate.database, gate.other, t(task), APPROVED)

    assert (refused.value.status, refused.value.allowed) == (status, ["VALIDATING"])


async def test_many_reviewers_get_a_submission_each_oldest_first(gate: Gate) -> None:
    submitted = [await gate.submitted() for _ in range(6)]
    judges = [await gate.world.agent(rooms=[gate.room]) for _ in range(8)]

    taken = await asyncio.gather(*(reviews.claim_next(gate.database, judge, None) for judge in judges))

    got = sorted(task.id for task in taken if task)
    assert got == [task.id for task in submitted]
    async with asyncio.TaskGroup() as group:
        for judge, task in zip(judges, taken, strict=True):
            if task:
                group.create_task(reviews.review(gate.database, judge, t(task), APPROVED))
    assert {(await gate.now(task)).status for task in submitted} == {TaskStatus.DONE}


async def test_a_reviewer_gets_the_oldest_first_and_what_it_took_again_when_there_is_no_other(gate: Gate) -> None:
    first, second = await gate.submitted(), await gate.submitted()

    got = [await reviews.claim_next(gate.database, gate.reviewer, None) for _ in range(3)]

    assert [task.id for task in got if task] == [first.id, second.id, first.id]
    assert await reviews.claim_next(gate.database, gate.other, None) is None
    kinds = [kind for kind, _ in await gate.log(first)]
    assert kinds.count("TASK_ASSIGNED") == 1


async def test_of_many_verdicts_at_once_one_counts(gate: Gate) -> None:
    task = await gate.submitted()
    judges = [await gate.world.agent(rooms=[gate.room]) for _ in range(6)]

    outcomes = await asyncio.gather(
        *(
            reviews.review(gate.database, judge, t(task), APPROVED if n % 2 else CHANGES)
            for n, judge in enumerate(judges)
        ),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, Task) for outcome in outcomes) == 1
    assert all(isinstance(outcome, Task | Refused) for outcome in outcomes)
    assert await gate.database.fetchval("select count(*) from review") == 1


async def test_a_task_opened_again_forgets_a_reviewer_that_took_it(gate: Gate) -> None:
    named, taken = await gate.submitted(reviewer="reviewer"), await gate.submitted()
    for task in (named, taken):
        await reviews.review(gate.database, gate.reviewer, t(task), APPROVED)

    opened = [await task_cancel.reopen(gate.database, gate.other, t(task), "It broke") for task in (named, taken)]

    assert [task.reviewer_id for task in opened] == [gate.reviewer.agent_id, None]


async def test_who_is_named_with_a_new_task_is_asked_when_it_is_handed_in(gate: Gate) -> None:
    task = await gate.world.task(gate.room, reviewer="reviewer")
    assert await gate.told(gate.reviewer) == []

    await claims.claim(gate.database, gate.author, t(task))
    await submissions.submit(gate.database, gate.author, t(task), Submission(summary="Done"))

    assert [kind for kind, _ in await gate.told(gate.reviewer)] == ["REVIEW_REQUESTED"]
