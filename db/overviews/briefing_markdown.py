"""A briefing in words, as Markdown for a prompt: what `gr brief` prints and MCP's check_in says.

It names no call, because each of them has its own. A paragraph begins with an id; what users wrote is quoted below.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

from db.core import ids
from db.core.enums import TaskStatus, WaitKind
from db.core.records import Criterion, Task
from db.core.text import block_quote
from db.overviews.briefing import Briefing, BriefingItem, Question
from db.overviews.text_budget import Entry, Section, fit

_TITLE, _WORDS, _DETAIL = 300, 300, 500
_CRITERIA = 5
_HEADINGS = (
    "To decide",
    "From people: answer, then acknowledge",
    "Yours",
    "To review: give your verdict",
    "Told: acknowledge what is dealt with",
    "To take: claim one",
)
# For a token that only reads: nothing that it may not do.
_OBSERVED = ("To decide", "From people", "Yours", "Waiting for your verdict", "Told", "To take")


def markdown(briefing: Briefing, most: int) -> str:
    """The briefing in as many characters at most: what is to be decided, people's words, then what can't wait."""
    head = f"# {briefing.agent} in {briefing.room.name}, {briefing.cursor}"
    people = [_told(one) for one in briefing.told if one.by_person]
    agents = [_told(one) for one in briefing.told if not one.by_person]
    owned = {task.id for task in briefing.tasks}
    free = [Entry(_paragraph(_name(task), task.title, _TITLE)) for task in briefing.next if task.id not in owned]
    totals = briefing.totals
    headings = _OBSERVED if briefing.observes else _HEADINGS
    entries = [
        ("to decide", [_question(one) for one in briefing.proposals], totals.to_answer),
        ("from people", people, totals.from_people),
        ("of your tasks", [_owned(briefing, task) for task in briefing.tasks], totals.owned),
        ("to review", _reviews(briefing), totals.to_review),
        ("things told", agents, totals.from_agents),
        ("to take", free, len(free)),
    ]
    sections = [Section(heading, *section) for heading, section in zip(headings, entries, strict=True)]
    if briefing.room.archived_at is not None:
        head += "\n\nThe room is archived: nothing in it can be changed."
    elif briefing.room.paused:
        head += "\n\nThe room is paused: nothing can be claimed in it. What you hold goes on."
    elif not any(section.total for section in sections):
        head += "\n\nNothing waits for you."
    return fit(head, sections, most)


def _question(one: Question) -> Entry:
    proposal = one.proposal
    until = f", until {_minute(proposal.closes_at)}" if proposal.closes_at else ""
    waiting = f", {one.waiting} task{'s' if one.waiting > 1 else ''} waiting" if one.waiting else ""
    facts = f"{ids.of(ids.PROPOSAL, proposal.id)} {proposal.kind} from @{one.author}{until}{waiting}"
    options = chain.from_iterable(block_quote(option, _TITLE) for option in proposal.options)
    body = _paragraph("it says", proposal.body, _DETAIL)
    choice = "\n".join(["options", *options])
    return Entry(_paragraph(facts, proposal.title, _TITLE), [choice, *([body] if proposal.body.strip() else [])])


def _told(one: BriefingItem) -> Entry:
    """What it is about and who said it, then the words."""
    item = one.item
    about = (
        (ids.TASK, item.task_id),
        (ids.PROPOSAL, item.proposal_id),
        (ids.MESSAGE, item.message_id),
        (ids.COMMENT, item.comment_id),
    )
    named = [ids.of(kind, key) for kind, key in about if key is not None]
    facts = " ".join([ids.of(ids.INBOX_ITEM, item.id), item.kind, *named])
    if one.words is None:
        return Entry(_paragraph(facts, item.summary, _WORDS))
    by = f"@{one.author}" if one.author else "the server"
    return Entry(_paragraph(f"{facts} from {by}", one.words, _WORDS))


def _name(task: Task) -> str:
    return f"{ids.of(ids.TASK, task.id)} P{task.priority}"


def _reviews(briefing: Briefing) -> Sequence[Entry]:
    return [
        Entry(_paragraph(f"{_name(task)} from @{briefing.authors.get(task.id, 'nobody')}", task.title, _TITLE))
        for task in briefing.reviews
    ]


def _owned(briefing: Briefing, task: Task) -> Entry:
    """The task, what to do next about it and, where there is work to go on with, what is known of it."""
    begun = task.status is TaskStatus.DOING or (task.status is TaskStatus.TODO and task.ready)
    state = task.status.value if briefing.observes else f"{task.status}: {_next(briefing, task)}"
    details = _details(briefing, task) if begun else _waits(briefing, task)
    return Entry(_paragraph(f"{_name(task)} {state}", task.title, _TITLE), list(details))


def _next(briefing: Briefing, task: Task) -> str:
    match task.status:
        case TaskStatus.DOING:
            return _held(briefing, task)
        case TaskStatus.VALIDATING:
            reviewer = briefing.reviewers.get(task.id)
            return f"in review with @{reviewer}" if reviewer else "waits for a reviewer"
        case TaskStatus.TODO if task.ready:
            return "yours to go on with, claim it" if task.started_at else "assigned to you and ready, claim it"
    # What ends with the caller's own word, and not by itself.
    ends = any(wait.kind is WaitKind.REASON for wait in briefing.waits[task.id])
    return "unblock it when what it waits for is over" if ends else "you are told when it can go on"


def _held(briefing: Briefing, task: Task) -> str:
    if task.lease_expires_at is None or task.lease_expires_at <= briefing.at:
        return "your lease is over, claim it again"
    end = "submit it for review" if briefing.room.require_review else "complete it"
    quiet = "; it is stale, say how it goes" if task.stale_since else ""
    return f"yours until {_minute(task.lease_expires_at)}, fence {task.fence}; {end}{quiet}"


def _waits(briefing: Briefing, task: Task) -> Iterator[str]:
    for wait in briefing.waits.get(task.id, ()):
        yield _paragraph(f"waits, {wait.kind}", wait.reason, _WORDS)


def _details(briefing: Briefing, task: Task) -> Iterator[str]:
    """The unmet criteria of a task, its role, instructions, last handoff, description and notes."""
    unmet = [one for one in briefing.criteria.get(task.id, ()) if not one.met or one.accepted is False]
    for one in unmet[:_CRITERIA]:
        yield from _criterion(one)
    if len(unmet) > _CRITERIA:
        yield f"and {len(unmet) - _CRITERIA} criteria more to meet"
    texts = {
        "your role": task.role,
        "instructions": task.instructions,
        "handoff": briefing.handoffs.get(task.id, ""),
        "description": task.description,
        "notes": task.notes,
    }
    for name, text in texts.items():
        if text.strip():
            yield _paragraph(name, text, _DETAIL)


def _criterion(one: Criterion) -> Iterator[str]:
    name, refused = ids.of(ids.CRITERION, one.id), one.accepted is False
    yield _paragraph(f"{name} {'not accepted' if refused else 'to meet'}", one.text, _WORDS)
    if refused and one.verdict_note.strip():
        yield _paragraph(f"why {name} is not accepted", one.verdict_note, _WORDS)


def _paragraph(facts: str, words: str, most: int) -> str:
    """What we say, and below it somebody's words."""
    return "\n".join([facts, *block_quote(words, most)])


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
