"""Reviews: a submission gets one verdict, from one reviewer, who is no relative of its author."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from db.conversation import comments
from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind, EventKind, InboxKind, Verdict
from db.core.errors import CriteriaUnmet, Forbidden, SelfReview
from db.core.grouping import grouped
from db.core.queries import q, required
from db.core.records import Criterion, Review, Task
from db.core.rules import Move, check_move
from db.core.text import one_line
from db.core.transaction import Transaction
from db.goal_tree import objectives
from db.rooms import agents, rooms
from db.tasks import announcements, criteria, leaving, readiness, submissions
from db.tasks.task_guard import locked_room_and_task

# Of criteria, in the one line of an inbox item.
_MOST_NAMED, _LONGEST_TEXT, _LONGEST_NOTE = 3, 80, 120
_DEFAULT_COMMENTS = {Verdict.APPROVED: "Approved.", Verdict.CHANGES_REQUESTED: "Changes requested."}


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionVerdict:
    id: str
    accepted: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReview:
    """A verdict on a submission, as its reviewer words it."""

    verdict: Verdict
    comment: str = ""
    criteria: Sequence[CriterionVerdict] = ()

    def checked(self) -> "NewReview":
        validation.text("comment", self.comment)
        for criterion in validation.items("criteria", self.criteria):
            validation.text("note", criterion.note)
        criteria.refuse_repeated([criterion.id for criterion in self.criteria], "{id, accepted}")
        validation.text("comment, with the notes on the criteria,", self.text())
        return self

    def text(self) -> str:
        """All that it says, as one text."""
        notes = [
            f"{criterion.id.upper()} {'accepted' if criterion.accepted else 'not accepted'}: {criterion.note}"
            for criterion in self.criteria
            if criterion.note
        ]
        return "\n\n".join([self.comment or _DEFAULT_COMMENTS[self.verdict], *notes])


async def claim_next(database: Database, caller: Caller, room: str | None) -> Task | None:
    """The oldest submission that the caller may review, which from now on waits for it alone, if there is one."""
    found = await rooms.find(database, caller, room)
    caller.must_work(found.id, room or found.name)
    async with database.transaction() as tx:
        row = await q.claim_next_review(tx, room_id=found.id, agent_id=caller.agent_id)
        if row is None:
            return None
        task = Task.of(row)
        if row["reviewer_before"] is None:
            tx.append_task_event(
                EventKind.TASK_ASSIGNED,
                task,
                caller.agent_id,
                {"assignee": row["assignee_name"], "reviewer": caller.name},
            )
        return task


async def review(database: Database, caller: Caller, reference: str, new: NewReview) -> Task:
    """Approve the submission, which makes the task DONE, or send it back to its author with what to change.

    Where no reviewer was set, the caller becomes it.
    """
    new.checked()
    approves = new.verdict is Verdict.APPROVED
    async with locked_room_and_task(database, caller, reference) as (tx, _room, held):
        task = held.task
        check_move(task.id, task.status, Move.APPROVE if approves else Move.SEND_BACK)
        await require_unrelated_reviewer(tx, task, caller.agent_id)
        await _require_assigned_reviewer(tx, caller, task)
        refused = await _judge_criteria(tx, task, new)
        if approves:
            await submissions.refuse_open_subtasks(tx, task)
        given = Review.of(
            await q.insert_review(
                tx,
                task_id=task.id,
                submission=task.submissions,
                author_id=required(task.submitted_by_id),
                reviewer_id=caller.agent_id,
                verdict=new.verdict,
                comment=new.comment,
            )
        )
        await comments.write(tx, task.room_id, CommentKind.REVIEW, new.text(), author=caller.agent_id, task=task.id)
        tx.append_task_event(
            EventKind.TASK_REVIEWED,
            task,
            caller.agent_id,
            {"review": ids.of(ids.REVIEW, given.id), "verdict": new.verdict.value, "comment": new.comment},
        )
        await (
            _approve(tx, caller, task) if approves else q.send_back(tx, task_id=task.id, reviewer_id=caller.agent_id)
        )
        _notify(tx, caller, task, new, refused)
        return Task.of(required(await q.task_by_id(tx, task_id=task.id)))


async def _approve(tx: Transaction, caller: Caller, task: Task) -> None:
    done = Task.of(required(await q.approve_task(tx, task_id=task.id, reviewer_id=caller.agent_id)))
    tx.append_task_event(EventKind.TASK_DONE, task, caller.agent_id, {"result": task.result, "fence": task.fence})
    tx.count_move(task.room_id, task.status, done.status)
    await readiness.task_ended(tx, done, caller.agent_id)
    await leaving.end_subagents(tx, [task.id], caller.agent_id)
    if task.objective_id is not None:
        await objectives.parts_changed(tx, task.objective_id, caller.agent_id)
    author = (await agents.by_ids(tx, [required(task.submitted_by_id)]))[required(task.submitted_by_id)]
    await announcements.shipped(tx, done, author.name)


def _notify(tx: Transaction, caller: Caller, task: Task, new: NewReview, refused: Sequence[Criterion]) -> None:
    """The author and, should it have another owner by now, that one."""
    name = f"{ids.of(ids.TASK, task.id)} '{task.title}'"
    approves = new.verdict is Verdict.APPROVED
    kind = InboxKind.APPROVED if approves else InboxKind.CHANGES_REQUESTED
    how = "approved it" if approves else "requests changes; claimTask takes it up again"
    text = f"{name}: {caller.name} {how}." + _named(refused) + (f" {new.comment}" if new.comment else "")
    for agent_id in dict.fromkeys([task.submitted_by_id, task.assignee_id]):
        tx.notify(agent_id, task.room_id, kind, text, by=caller.agent_id, task=task.id)


def _named(refused: Sequence[Criterion]) -> str:
    """The first criteria that aren't accepted, each with the reviewer's note, as a sentence; all is in the comment."""
    if not refused:
        return ""
    named = [
        f"{ids.of(ids.CRITERION, one.id)} '{one_line(one.text, _LONGEST_TEXT)}'"
        + (f" ({one_line(one.verdict_note, _LONGEST_NOTE)})" if one.verdict_note else "")
        for one in refused[:_MOST_NAMED]
    ]
    more = f"; and {len(refused) - _MOST_NAMED} more" if len(refused) > _MOST_NAMED else ""
    return f" Not accepted: {'; '.join(named)}{more}."


async def require_unrelated_reviewer(tx: Transaction, task: Task, reviewer_id: int) -> None:
    """SELF_REVIEW where the reviewer is the submission's author, or a relative."""
    author_id = required(task.submitted_by_id)
    if await agents.related(tx, author_id, reviewer_id):
        known = await agents.by_ids(tx, [author_id, reviewer_id])
        raise SelfReview(task=ids.of(ids.TASK, task.id), author=known[author_id].name, reviewer=known[reviewer_id].name)


async def _require_assigned_reviewer(tx: Transaction, caller: Caller, task: Task) -> None:
    if task.reviewer_id in (None, caller.agent_id):
        return
    reviewer = (await agents.by_ids(tx, [task.reviewer_id]))[task.reviewer_id]
    name = ids.of(ids.TASK, task.id)
    raise Forbidden(
        f"Only @{reviewer.name}, its reviewer, can review {name}.",
        f"claimNextReview gives you another task to review; "
        f'assignTask(input: {{task: "{name}", reviewer: "NAME"}}) gives {name} another reviewer.',
    )


async def _judge_criteria(tx: Transaction, task: Task, new: NewReview) -> list[Criterion]:
    """Store the verdict on each criterion; answers those that aren't accepted.

    Approving accepts those left out, and is refused while one is not accepted.
    """
    judged = criteria.with_said(task, await criteria.of_task(tx, task), {one.id: one for one in new.criteria})
    refused = [replace(one, verdict_note=said.note) for one, said in judged if said is not None and not said.accepted]
    approves = new.verdict is Verdict.APPROVED
    if approves and refused:
        unmet = [ids.of(ids.CRITERION, criterion.id) for criterion in refused]
        raise CriteriaUnmet(task=ids.of(ids.TASK, task.id), unmet=unmet, by_reviewer=True)
    verdicts = [(one.id, said) for one, said in judged if said is not None or approves]
    await q.accept_criteria(
        tx,
        criterion_ids=[key for key, _ in verdicts],
        accepted=[said.accepted if said else True for _, said in verdicts],
        notes=[said.note if said else "" for _, said in verdicts],
    )
    return refused


async def of_tasks(database: Database, keys: Sequence[int]) -> dict[int, list[Review]]:
    """The verdicts on each task, oldest first."""
    return grouped(await q.reviews_of(database, task_ids=keys), "task_id", Review.of)


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Review]:
    """Reviews by key."""
    return {row["id"]: Review.of(row) for row in await q.reviews_by_ids(database, review_ids=keys)}
