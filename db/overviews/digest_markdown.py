"""A digest in words, as Markdown: what waits for a decision, then what is stuck, then what was finished.

What users wrote stands in code spans of one line, in which nothing is a heading, a link or a mention.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from db.core import ids
from db.core.records import Insight, Objective, Proposal, TaskCounts, Webhook
from db.core.text import code_span
from db.overviews.digest import Digest, Entry, Listed, OpenProposal

T = TypeVar("T")

# What a section, a title, a reason and a list of names hold at most: the rest is said to be there.
_LINES, _TITLE, _REASON, _NAMES = 20, 100, 200, 20

# How a task that was taken back was lost, by the reason in the log.
_LOST = {"expired": "its lease ran out", "stale": "no word for too long"}


def markdown(digest: Digest) -> str:
    """The whole digest, for people to read or post."""
    sections = [
        *_section("To decide", digest.undecided, lambda one: _undecided(digest, one)),
        *_section("Blocked", digest.blocked, lambda entry: _blocked(digest, entry)),
        *_section("Stale", digest.stale, lambda entry: _stale(digest, entry)),
        *_section("Taken back", digest.reclaimed, lambda entry: _taken_back(digest, entry)),
        *_section("In review", digest.in_review, lambda entry: _in_review(digest, entry)),
        *_section("Webhooks that are switched off", digest.webhooks_off, _webhook_off),
        *_section("Decided", digest.decided, _decided),
        *_section("Finished objectives", digest.finished, _finished),
        *_section("New insights", digest.insights, _insight),
        *_section("Done", digest.completed, lambda entry: _done(digest, entry)),
    ]
    if not sections:
        sections = ["Nothing was finished or taken back, and nothing is stuck or in review."]
    here = [f"Here: {_some([agent.name for agent in digest.agents])}."] if digest.agents else []
    span = f"{_time(digest.since)} to {_time(digest.until)} UTC ({_long(digest.until - digest.since)})"
    return "\n\n".join([f"## Digest, {span}", _counts(digest.counts), *sections, *here])


def _section(heading: str, listed: Listed[T], line: Callable[[T], str]) -> Iterator[str]:
    if listed.items:
        shown = listed.items[:_LINES]
        more = [f"- and {listed.total - len(shown)} more"] if listed.total > len(shown) else []
        lines = [*(f"- {line(item)}" for item in shown), *more]
        yield f"### {heading} ({listed.total})\n\n" + "\n".join(lines)


def _undecided(digest: Digest, one: OpenProposal) -> str:
    waits = f", {one.waiting} task{'s' if one.waiting > 1 else ''} waiting" if one.waiting else ""
    until = f", until {_time(one.proposal.closes_at)} UTC" if one.proposal.closes_at else ""
    age = _long(digest.until - one.proposal.created_at)
    return f"{_proposal(one.proposal)}: asked by {_who(digest, one.proposal.author_id)}, for {age}{until}{waits}"


def _decided(proposal: Proposal) -> str:
    how = " by default" if proposal.by_default else ""
    return f"{_proposal(proposal)}: {code_span(proposal.outcome or '', _TITLE)}{how}"


def _proposal(proposal: Proposal) -> str:
    return f"{ids.of(ids.PROPOSAL, proposal.id)} {code_span(proposal.title, _TITLE)}"


def _blocked(digest: Digest, entry: Entry) -> str:
    waits = [ids.of(ids.TASK, key) for key in entry.blockers]
    why = [f"waits for {_some(waits)}"] if waits else []
    if entry.reason:
        why.append(code_span(entry.reason, _REASON))
    return f"{_task(entry)}: {'; '.join(why)} ({_who(digest, entry.whose_id)}, for {_since(digest, entry)})"


def _stale(digest: Digest, entry: Entry) -> str:
    return f"{_task(entry)}: held by {_who(digest, entry.whose_id)}, stale for {_since(digest, entry)}"


def _taken_back(digest: Digest, entry: Entry) -> str:
    lost = _LOST.get(entry.reason or "", _LOST["expired"])
    return f"{_task(entry)}: from {_who(digest, entry.whose_id)}, {_since(digest, entry)} ago, {lost}"


def _in_review(digest: Digest, entry: Entry) -> str:
    key = entry.task.reviewer_id
    reviewer = f"waits for {_who(digest, key)}" if key is not None else "waits for a reviewer"
    return f"{_task(entry)}: by {_who(digest, entry.whose_id)}, {reviewer}, for {_since(digest, entry)}"


def _done(digest: Digest, entry: Entry) -> str:
    return f"{_task(entry)}: by {_who(digest, entry.whose_id)}"


def _finished(objective: Objective) -> str:
    return f"{ids.of(ids.OBJECTIVE, objective.id)} {code_span(objective.title, _TITLE)}"


def _insight(insight: Insight) -> str:
    return f"{ids.of(ids.INSIGHT, insight.id)} {code_span(insight.title, _TITLE)}"


def _webhook_off(webhook: Webhook) -> str:
    """Without its address, which is for ADMINs."""
    times = f"{webhook.failures} times in a row" if webhook.failures > 1 else "once"
    return f"{ids.of(ids.WEBHOOK, webhook.id)}: its receiver failed {times}"


def _task(entry: Entry) -> str:
    return f"{ids.of(ids.TASK, entry.task.id)} {code_span(entry.task.title, _TITLE)}"


def _who(digest: Digest, key: int | None) -> str:
    """The name without @: a digest tells nobody who isn't looking."""
    return digest.names.get(key, "nobody") if key is not None else "nobody"


def _since(digest: Digest, entry: Entry) -> str:
    return _long(digest.until - entry.at)


def _counts(counts: TaskCounts) -> str:
    if not counts.total:
        return "No tasks yet."
    begun = f"{counts.doing} in work ({counts.stale} stale), {counts.blocked} blocked, {counts.validating} in review"
    ended = f"{counts.done} done, {counts.cancelled} cancelled"
    return f"{counts.total} tasks: {counts.todo} to do ({counts.ready} ready), {begun}, {ended}."


def _some(names: list[str]) -> str:
    """The first of them, and how many more there are."""
    more = [f"{len(names) - _NAMES} more"] if len(names) > _NAMES else []
    return ", ".join([*names[:_NAMES], *more])


def _time(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}"


def _long(span: timedelta) -> str:
    """A length of time in its largest whole unit."""
    seconds = max(0, int(span.total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
