"""Submitting the result of a task for review or, where the room requires none, completing it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NoReturn, TypedDict

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
from db.tasks.task_guard import Held, held_to_end, locked_room_and_task, require_holder

if TYPE_CHECKING:
    from db.core.statements import CompleteTasksRow, LockTasksToEndRow


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
        row = required(await q.submit_task(tx, reviewer_id=reviewer.id if reviewer else None, **_columns([said])))
        await comments.submission_written(tx, row["comment_id"], task, caller.agent_id, said.mentions)
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
    async with database.transaction() as tx:
        completions = _Completions(tx, await rooms.lock(tx, room_id))
        await completions.lock([end.task_id for end in ends])
        for end in ends:
            await completions.add(end)
        await completions.write()
        await completions.free()
    return completions.answers


@dataclass(slots=True)
class _Completions:
    """The completions of one transaction, in their order: those that follow from none before them in one statement."""

    tx: Transaction
    room: Room
    # An answer for each; until its task is written, the place of one is held by None.
    found: list[Task | Refused | None] = field(default_factory=list)
    # Those that hold all that they must, to be written next, and their places.
    accepted: list[tuple[int, _End, Held, "_Said"]] = field(default_factory=list)
    # The locked tasks that nothing has been written of.
    locked: dict[int, "LockTasksToEndRow"] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    freed: list[tuple[_End, Held]] = field(default_factory=list)

    @property
    def answers(self) -> list[Task | Refused]:
        """What each gets, once all are written."""
        return [answer for answer in self.found if answer is not None]

    async def lock(self, task_ids: Sequence[int]) -> None:
        """Lock the tasks, and what they wait for and what waits for them, in the order of their ids."""
        rows = await q.lock_tasks_to_end(self.tx, room_id=self.room.id, task_ids=task_ids)
        self.locked |= {row["id"]: row for row in rows}

    async def add(self, end: _End) -> None:
        """Accept or refuse the next, which is written at the latest with `write`."""
        if end.task_id not in self.locked:
            # It was completed just now, or may have been taken from its holder since it was read.
            await self.write()
            await self.lock([end.task_id])
        row = self.locked.get(end.task_id)
        caller, submission = end.caller, end.submission
        try:
            held = held_to_end(row, caller, end.reference, fence=end.fence, text=submission.text())
            await require_holder(self.tx, held, caller)
            if self.room.require_review:
                raise ReviewRequired(task=held.id)
            said = await _said(self.tx, caller, self.room, held, submission, self.ended)
        except Refused as refusal:
            self.found.append(refusal)
            return
        self.accepted.append((len(self.found), end, held, said))
        self.found.append(None)
        del self.locked[end.task_id]
        self.ended.add(end.task_id)
        parts = required(held.parts)
        if parts.has_blockers or parts.has_dependents or parts.has_subagents or held.task.track is not None:
            # What follows from it touches other tasks, and is there before the next is ended.
            await self.write()

    async def write(self) -> None:
        """Write all that was accepted, and what follows from each."""
        if not self.accepted:
            return
        now, self.accepted = self.accepted, []
        rows = await q.complete_tasks(self.tx, **_columns([said for *_, said in now]))
        written = {row["id"]: row for row in rows}
        for position, end, held, said in now:
            row = written[held.task.id]
            done = self.found[position] = Task.of(row)
            await self._follow_up(end, held, said, done, row)

    async def _follow_up(self, end: _End, held: Held, said: "_Said", done: Task, row: "CompleteTasksRow") -> None:
        tx, task, agent_id, parts = self.tx, held.task, end.caller.agent_id, required(held.parts)
        await comments.submission_written(tx, row["comment_id"], task, agent_id, said.mentions)
        tx.append_task_event(EventKind.TASK_DONE, task, agent_id, {"result": said.result, "fence": task.fence})
        tx.count_move(task.room_id, task.status, done.status)
        # What follows from it stands behind it in the log.
        edges = {"has_blockers": parts.has_blockers, "has_dependents": parts.has_dependents}
        await readiness.task_ended(tx, done, agent_id, **edges)
        if row["has_subagents"]:
            await leaving.end_subagents(tx, [task.id], agent_id)
            # Tasks of this transaction may have been theirs.
            self.locked.clear()
        ships = any(artifact.kind in announcements.SHIPPED for artifact in end.submission.artifacts)
        if ships or row["has_older_artifacts"]:
            await announcements.shipped(tx, done, end.caller.name)
        self.freed.append((end, held))

    async def free(self) -> None:
        """Free the resources of all that were ended, and finish the objectives that this completes."""
        if len(self.freed) > 1:
            # All at once, in the order of their ids: one task's after another's, they'd wait for claims in a circle.
            await resources.lock_held(self.tx, [held.holds for _, held in self.freed])
        for end, held in self.freed:
            await resources.release(self.tx, held.holds, end.caller.agent_id, worked=True)
        # Once for each, in the name of whoever completed its last part.
        last = {held.task.objective_id: end.caller.agent_id for end, held in self.freed}
        for objective_id, agent_id in last.items():
            if objective_id is not None:
                await objectives.parts_changed(self.tx, objective_id, agent_id)


async def _reviewer(tx: Transaction, caller: Caller, task: Task) -> Agent | None:
    """The task's reviewer, if it may review this author's work: one that may not would leave it waiting for ever."""
    if task.reviewer_id is None or await agents.related(tx, task.reviewer_id, caller.agent_id):
        return None
    return (await agents.by_ids(tx, [task.reviewer_id]))[task.reviewer_id]


@dataclass(frozen=True, slots=True)
class _Said:
    """What is kept of a submission."""

    task_id: int
    author_id: int
    result: str
    mentions: Sequence[int]
    artifacts: Sequence[NewArtifact]
    # The evidence for each criterion that is met.
    met: Mapping[int, str]


class _Columns(TypedDict):
    """The same of many, as the statements that end or submit tasks take it."""

    task_ids: Sequence[int]
    author_ids: Sequence[int]
    results: Sequence[str]
    mention_tasks: Sequence[int]
    mentioned: Sequence[int]
    artifact_tasks: Sequence[int]
    kinds: Sequence[str]
    urls: Sequence[str]
    titles: Sequence[str]
    criterion_ids: Sequence[int]
    evidence: Sequence[str]


def _columns(said: Sequence[_Said]) -> _Columns:
    artifacts = [(one.task_id, artifact) for one in said for artifact in one.artifacts]
    return {
        "task_ids": [one.task_id for one in said],
        "author_ids": [one.author_id for one in said],
        "results": [one.result for one in said],
        "mention_tasks": [one.task_id for one in said for _ in one.mentions],
        "mentioned": [agent for one in said for agent in one.mentions],
        "artifact_tasks": [task_id for task_id, _ in artifacts],
        "kinds": [artifact.kind for _, artifact in artifacts],
        "urls": [artifact.url for _, artifact in artifacts],
        "titles": [artifact.title for _, artifact in artifacts],
        "criterion_ids": [criterion for one in said for criterion in one.met],
        "evidence": [evidence for one in said for evidence in one.met.values()],
    }


async def _said(
    tx: Transaction,
    caller: Caller,
    room: Room,
    held: Held,
    submission: Submission,
    ended: Collection[int] = (),
) -> _Said:
    """What is to be kept, once all holds that must. `ended` are tasks that the transaction ended, or is about to."""
    task, parts = held.task, required(held.parts)
    if still_open := [part for part in parts.open_subtasks if part.task_id not in ended]:
        _refuse_open_subtasks(task, still_open)
    results = criteria.with_said(task, parts.criteria, {result.id: result for result in submission.criteria})
    met = {criterion.id: result.evidence for criterion, result in results if result is not None and result.met}
    unmet = [ids.of(ids.CRITERION, criterion.id) for criterion, _ in results if criterion.id not in met]
    if unmet:
        raise CriteriaUnmet(task=held.id, unmet=unmet)
    if room.require_reflection and not await q.has_reflected(
        tx, author_id=caller.agent_id, task_id=task.id, since=required(task.claimed_at)
    ):
        raise ReflectionRequired(task=held.id)
    mentions = await comments.mentions_of(tx, task.room_id, submission.summary)
    return _Said(task.id, caller.agent_id, submission.summary, mentions, submission.artifacts, met)


async def refuse_open_subtasks(tx: Transaction, task: Task) -> None:
    """NOT_READY where a subtask is unfinished: a task is not done before its parts are."""
    found = waits.subtasks(await q.unfinished_subtasks(tx, task_ids=[task.id]))
    if found:
        _refuse_open_subtasks(task, found)


def _refuse_open_subtasks(task: Task, found: Sequence[Wait]) -> NoReturn:
    raise NotReady(task=ids.of(ids.TASK, task.id), waiting_on=waits.facts(found))
