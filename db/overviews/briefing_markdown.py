"""A briefing in words, as Markdown for a prompt. What users wrote stands in code spans of one line."""

from collections.abc import Sequence
from datetime import UTC

from db.core import ids
from db.core.enums import TaskStatus, WaitKind
from db.core.records import Criterion, InboxItem, Task
from db.core.text import code_span
from db.overviews.briefing import Briefing, Question
from db.overviews.text_budget import Line, Section, fit

_TITLE, _SUMMARY, _DETAIL = 100, 200, 500
_CRITERIA = 5
_HEADINGS = (
    "Decide with vote",
    "From people: answer, then acknowledge",
    "Your tasks",
    "Give your verdict with reviewTask",
    "Told: acknowledge what is dealt with",
    "To take with claimNextTask",
)
# For a token that only reads: nothing that it may not do.
_OBSERVED = ("To decide", "From people", "Your tasks", "Waiting for your verdict", "Told", "To take")


def markdown(briefing: Briefing, most: int) -> str:
    """The briefing in as many characters at most: what is to be decided, people's words, then what can't wait."""
    head = f"# {briefing.agent} in {briefing.room.name}, {briefing.cursor}"
    people = [_told(one.item) for one in briefing.told if one.by_person]
    agents = [_told(one.item) for one in briefing.told if not one.by_person]
    owned = {task.id for task in briefing.tasks}
    free = [Line(_task(task)) for task in briefing.next if task.id not in owned]
    totals = briefing.totals
    headings = _OBSERVED if briefing.observes else _HEADINGS
    lines = [
        ("to decide", [_question(one) for one in briefing.proposals], totals.to_answer),
        ("from people", people, totals.from_people),
        ("of your tasks", [_owned(briefing, task) for task in briefing.tasks], totals.owned),
        ("to review", _reviews(briefing), totals.to_review),
        ("things told", agents, totals.from_agents),
        ("to claim", free, len(free)),
    ]
    sections = [Section(heading, *section) for heading, section in zip(headings, lines, strict=True)]
    if briefing.room.paused:
        head += "\n\nThe room is paused: nothing can be claimed in it. What you hold goes on."
    elif not any(section.total for section in sections):
        head += "\n\nNothing waits for you."
        head += "" if briefing.observes else " claimNextTask with waitSeconds waits for work."
    return fit(head, sections, most)


def _question(one: Question) -> Line:
    proposal = one.proposal
    options = ", ".join(code_span(option, _TITLE) for option in proposal.options)
    until = f", until {proposal.closes_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if proposal.closes_at else ""
    waiting = f"; {one.waiting} task{'s' if one.waiting > 1 else ''} waiting" if one.waiting else ""
    name = f"{ids.of(ids.PROPOSAL, proposal.id)} {code_span(proposal.title, _TITLE)}"
    return Line(f"{name}: {options}{until}{waiting}", [code_span(proposal.body, _DETAIL)] if proposal.body else ())


def _told(item: InboxItem) -> Line:
    task = f" ({ids.of(ids.TASK, item.task_id)})" if item.task_id else ""
    return Line(f"{ids.of(ids.INBOX_ITEM, item.id)} {item.kind}{task}: {code_span(item.summary, _SUMMARY)}")


def _task(task: Task) -> str:
    return f"{ids.of(ids.TASK, task.id)} P{task.priority} {code_span(task.title, _TITLE)}"


def _reviews(briefing: Briefing) -> Sequence[Line]:
    return [Line(f"{_task(task)}, by {briefing.authors.get(task.id, 'nobody')}") for task in briefing.reviews]


def _owned(briefing: Briefing, task: Task) -> Line:
    """The task, what to do next about it and, where there is work to go on with, what is known of it."""
    begun = task.status is TaskStatus.DOING or (task.status is TaskStatus.TODO and task.ready)
    state = task.status.value if briefing.observes else _next(briefing, task)
    return Line(f"{_task(task)}: {state}", _details(briefing, task) if begun else ())


def _next(briefing: Briefing, task: Task) -> str:
    match task.status:
        case TaskStatus.DOING:
            return _held(briefing, task)
        case TaskStatus.VALIDATING:
            reviewer = briefing.reviewers.get(task.id)
            return f"in review with {reviewer}" if reviewer else "waits for a reviewer"
        case TaskStatus.TODO if task.ready:
            return "yours to go on with: claimTask" if task.started_at else "assigned to you, ready: claimTask"
    waits = briefing.waits[task.id]
    reasons = code_span("; ".join(wait.reason for wait in waits) or "unknown", _SUMMARY)
    ends = "; unblockTask when that is over" if any(wait.kind is WaitKind.REASON for wait in waits) else ""
    return f"{'blocked' if task.status is TaskStatus.BLOCKED else 'waits'}: {reasons}{ends}"


def _held(briefing: Briefing, task: Task) -> str:
    if task.lease_expires_at is None or task.lease_expires_at <= briefing.at:
        return "your lease is over: claimTask takes it up again"
    end = "submitTask" if briefing.room.require_review else "completeTask"
    until = f"{task.lease_expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    quiet = "; stale, so say how it goes with addComment (PROGRESS)" if task.stale_since else ""
    return f"you hold it until {until}, fence {task.fence}; end it with {end}{quiet}"


def _details(briefing: Briefing, task: Task) -> list[str]:
    """The unmet criteria of a task, its role, instructions, last handoff, description and notes."""
    unmet = [one for one in briefing.criteria.get(task.id, ()) if not one.met or one.accepted is False]
    texts = {
        "your role": task.role,
        "instructions": task.instructions,
        "handoff": briefing.handoffs.get(task.id, ""),
        "description": task.description,
        "notes": task.notes,
    }
    more = [f"and {len(unmet) - _CRITERIA} criteria more to meet"] if len(unmet) > _CRITERIA else []
    return [
        *(_criterion(one) for one in unmet[:_CRITERIA]),
        *more,
        *(f"{name}: {code_span(text, _DETAIL)}" for name, text in texts.items() if text.strip()),
    ]


def _criterion(one: Criterion) -> str:
    name, text = ids.of(ids.CRITERION, one.id), code_span(one.text, _SUMMARY)
    if one.accepted is not False:
        return f"{name} to meet: {text}"
    note = f", says the reviewer: {code_span(one.verdict_note, _SUMMARY)}" if one.verdict_note else ""
    return f"{name} not accepted: {text}{note}"
