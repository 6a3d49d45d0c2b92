"""Submitting the result of a task for review or, where the room requires none, completing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn, TypedDict

from db.conversation import comments, messages
from db.conversation.comments import preserve_late_text
from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import ArtifactKind, EventKind, InboxKind, Role
from db.core.errors import BadInput, CriteriaUnmet, NotReady, ReflectionRequired, Refused, ReviewRequired
from db.core.queries import q, required
from db.core.records import Agent, Room, Task, Wait
from db.core.transaction import Transaction
from db.goal_tree import objectives
from db.goal_tree.references import find_task
from db.resources import resources
from db.rooms import agents, rooms
from db.tasks import announcements, criteria, leaving, readiness, waits
from db.tasks.task_guard import Held, hold, locked_room_and_task, require_holder


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionResult:
    id: str
    met: bool
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArtifact:
    url: str
    kind: ArtifactKind = ArtifactKind.LINK
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What came of the work."""

    summary: str
    criteria: Sequence[CriterionResult] = ()
    artifacts: Sequence[NewArtifact] = ()

    def checked(self) -> "Submission":
        if not self.summary.strip():
            raise BadInput("summary", "summary is empty: describe the result in a sentence.")
        validation.text("summary", self.summary)
        for result in validation.items("criteria", self.criteria):
            validation.text("evidence", result.evidence)
        criteria.refuse_repeated([result.id for result in self.criteria], "{id, met}")
        for artifact in validation.items("artifacts", self.artifacts):
            validation.address("url", artifact.url)
            validation.text("title", artifact.title, most=validation.MAX_TITLE)
        return self

    def text(self) -> str:
        """All that it says, as one text."""
        evidence = [f"{result.id}: {result.evidence}" for result in self.criteria if result.evidence]
        links = [f"{artifact.title} {artifact.url}".strip() for artifact in self.artifacts]
        return "\n\n".join([self.summary, *evidence, *links])


async def submit(
    database: Database, caller: Caller, reference: str, submission: Submission, *, fence: int | None = None
) -> Task:
    """Hand the task in for review: its lease ends, it keeps its owner, and its reviewer is told."""
    submission.checked()
    locked = locked_room_and_task(database, caller, reference, fence=fence, text=submission.text(), to_end=True)
    async with locked as (tx, room, held):
        await require_holder(tx, held, caller)
        task = held.task
        said = await _said(tx, caller, room, held, submission)
        await q.forget_verdicts(tx, task_id=task.id)
        reviewer = await _reviewer(tx, caller, task)
        row = required(await q.submit_task(tx, reviewer_id=reviewer.id if reviewer else None, **said))
        await comments.submission_written(tx, row["comment_id"], task, caller.agent_id, said["mentions"])
        submitted = Task.of(row)
        await resources.release(tx, held.holds, caller.agent_id, worked=True)
        tx.append_task_event(
            EventKind.TASK_SUBMITTED,
            task,
            caller.agent_id,
            {
                "result": submission.summary,
                "fence": task.fence,
                "reviewer": reviewer.name if reviewer else None,
            },
        )
        what = f"{held.id} '{task.title}', handed in by {caller.name},"
        if reviewer is not None:
            text = f"{what} waits for your verdict: reviewTask."
            tx.notify(reviewer.id, task.room_id, InboxKind.REVIEW_REQUESTED, text, by=caller.agent_id, task=task.id)
        whose = f"{reviewer.name}'s verdict" if reviewer else "a reviewer: claimNextReview"
        await messages.post(tx, task.room_id, messages.REVIEWS, f"{what} waits for {whose}.")
        return submitted


async def complete(
    database: Database, caller: Caller, reference: str, submission: Submission, *, fence: int | None = None
) -> Task:
    """Finish the task, in a room that asks for no review; whatever waited for it waits no more."""
    submission.checked()
    room_id = await _room_key(database, caller, reference)
    end = _End(caller, ids.key(ids.TASK, reference), reference, submission, fence)
    run = partial(_complete_together, database, room_id)
    async with preserve_late_text(database, caller):
        return required(await database.batches.join((_complete_together, room_id), end, run))


async def _room_key(database: Database, caller: Caller, reference: str) -> int:
    """The room of the task, in which the caller works; who belongs to one alone can complete nothing elsewhere."""
    if caller.role is Role.MEMBER and len(caller.rooms) == 1:
        return next(iter(caller.rooms))
    found = await find_task(database, caller, reference)
    caller.must_work(found.room_id, reference)
    return found.room_id


@dataclass(frozen=True, slots=True)
class _End:
    """A task that its holder completes."""

    caller: Caller
    task_id: int
    reference: str
    submission: Submission
    fence: int | None


async def _complete_together(database: Database, room_id: int, ends: Sequence[_End]) -> list[Task | Refused]:
    """What each gets of those who complete a task of the room, in their order and in one transaction.

    All that can refuse one comes before the first that is written for it, so that the others go on. The resources are
    freed when no more tasks are to be locked.
    """
    answers: list[Task | Refused] = []
    async with database.transaction() as tx:
        room = await rooms.lock(tx, room_id)
        if len(ends) > 1:
            await q.lock_tasks_to_end(tx, room_id=room_id, task_ids=[end.task_id for end in ends])
        freed: list[tuple[_End, Held]] = []
        for end in ends:
            try:
                answers.append(await _complete(tx, room, end, freed))
            except Refused as refusal:
                answers.append(refusal)
        if len(freed) > 1:
            # All at once, in the order of their ids: one task's after another's, they'd wait for claims in a circle.
            await resources.lock_held(tx, [held.holds for _, held in freed])
        for end, held in freed:
            await resources.release(tx, held.holds, end.caller.agent_id, worked=True)
            if held.task.objective_id is not None:
                await objectives.parts_changed(tx, held.task.objective_id, end.caller.agent_id)
    return answers


async def _complete(tx: Transaction, room: Room, end: _End, freed: list[tuple[_End, Held]]) -> Task:
    caller, submission = end.caller, end.submission
    held = await hold(tx, caller, end.reference, fence=end.fence, text=submission.text(), to_end=True)
    await require_holder(tx, held, caller)
    task = held.task
    if room.require_review:
        raise ReviewRequired(task=held.id)
    said = await _said(tx, caller, room, held, submission)
    row = required(await q.complete_task(tx, **said))
    await comments.submission_written(tx, row["comment_id"], task, caller.agent_id, said["mentions"])
    done, parts = Task.of(row), required(held.parts)
    data = {"result": submission.summary, "fence": task.fence}
    tx.append_task_event(EventKind.TASK_DONE, task, caller.agent_id, data)
    # What follows from it stands behind it in the log.
    edges = {"has_blockers": parts.has_blockers, "has_dependents": parts.has_dependents}
    await readiness.task_ended(tx, done, caller.agent_id, **edges)
    if row["has_subagents"]:
        await leaving.end_subagents(tx, [task.id], caller.agent_id)
    ships = any(artifact.kind in announcements.SHIPPED for artifact in submission.artifacts)
    if ships or row["has_older_artifacts"]:
        await announcements.shipped(tx, done, caller.name)
    freed.append((end, held))
    return done


async def _reviewer(tx: Transaction, caller: Caller, task: Task) -> Agent | None:
    """The task's reviewer, if it may review this author's work: one that may not would leave it waiting for ever."""
    if task.reviewer_id is None or await agents.related(tx, task.reviewer_id, caller.agent_id):
        return None
    return (await agents.by_ids(tx, [task.reviewer_id]))[task.reviewer_id]


class _Said(TypedDict):
    """What the statements that end or submit a task keep of a submission."""

    task_id: int
    author_id: int
    result: str
    mentions: Sequence[int]
    kinds: Sequence[str]
    urls: Sequence[str]
    titles: Sequence[str]
    criterion_ids: Sequence[int]
    evidence: Sequence[str]


async def _said(tx: Transaction, caller: Caller, room: Room, held: Held, submission: Submission) -> _Said:
    """What is to be kept, once all holds that must."""
    task, parts = held.task, required(held.parts)
    if parts.open_subtasks:
        _refuse_open_subtasks(task, parts.open_subtasks)
    results = criteria.with_said(task, parts.criteria, {result.id: result for result in submission.criteria})
    met = {criterion.id: result.evidence for criterion, result in results if result is not None and result.met}
    unmet = [ids.of(ids.CRITERION, criterion.id) for criterion, _ in results if criterion.id not in met]
    if unmet:
        raise CriteriaUnmet(task=held.id, unmet=unmet)
    if room.require_reflection and not await q.has_reflected(
        tx, author_id=caller.agent_id, task_id=task.id, since=required(task.claimed_at)
    ):
        raise ReflectionRequired(task=held.id)
    return {
        "task_id": task.id,
        "author_id": caller.agent_id,
        "result": submission.summary,
        "mentions": await comments.mentions_of(tx, task.room_id, submission.summary),
        "kinds": [artifact.kind for artifact in submission.artifacts],
        "urls": [artifact.url for artifact in submission.artifacts],
        "titles": [artifact.title for artifact in submission.artifacts],
        "criterion_ids": list(met),
        "evidence": list(met.values()),
    }


async def refuse_open_subtasks(tx: Transaction, task: Task) -> None:
    """NOT_READY where a subtask is unfinished: a task is not done before its parts are."""
    found = waits.subtasks(await q.unfinished_subtasks(tx, task_ids=[task.id]))
    if found:
        _refuse_open_subtasks(task, found)


def _refuse_open_subtasks(task: Task, found: Sequence[Wait]) -> NoReturn:
    raise NotReady(task=ids.of(ids.TASK, task.id), waiting_on=waits.facts(found))
