"""The rows that db hands out: frozen, typed, and free of the driver."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Self, TypeVar, dataclass_transform, get_type_hints

from db.core import ids
from db.core.enums import (
    FINISHED,
    ActivityKind,
    AgentKind,
    ArtifactKind,
    BreakerState,
    CommentKind,
    DependencyKind,
    EventKind,
    InboxKind,
    InsightStatus,
    ObjectiveStatus,
    ProposalKind,
    ProposalStatus,
    Role,
    TaskStatus,
    Verdict,
    WaitKind,
)

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def _record(new: type[T]) -> type[T]:
    """A dataclass that the type checker takes for frozen.

    At run time one would set each field through object.__setattr__, and a page of tasks has thousands of them.
    """
    return dataclass(slots=True, unsafe_hash=True)(new)


@cache
def _shape(record: Any) -> tuple[tuple[str, ...], tuple[tuple[int, Any], ...]]:
    """Field names, and the converters of those whose column needs one: an enum is text in Postgres."""
    hints = get_type_hints(record)
    names = tuple(field.name for field in fields(record))

    def converter(hint: Any) -> Any:
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return hint
        return tuple if hint in (tuple[str, ...], tuple[int, ...]) else None

    converters = ((at, converter(hints[name])) for at, name in enumerate(names))
    return names, tuple((at, convert) for at, convert in converters if convert is not None)


class Record:
    """A row whose columns have the names of the fields."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row that has these columns, and perhaps more."""
        names, converters = _shape(cls)  # type: ignore[arg-type]  # a class is hashable
        values = [row[name] for name in names]
        for at, convert in converters:
            values[at] = convert(values[at])
        return cls(*values)


@_record
class Room(Record):
    id: int
    name: str
    title: str
    require_done_criteria: bool
    require_review: bool
    require_handoff: bool
    require_reflection: bool
    wip_limit: int | None
    lease_seconds: int
    idle_after_seconds: int
    offline_after_seconds: int
    stale_after_seconds: int
    reclaim_after_seconds: int | None
    max_attempts: int | None
    digest_every_seconds: int | None
    archive_after_seconds: int | None
    keep_events_seconds: int | None
    paused: bool
    archived_at: datetime | None
    created_at: datetime
    digested_at: datetime | None
    digest_at: str | None
    timezone: str
    daily_digest_due_at: datetime | None
    daily_digested_at: datetime | None


@_record
class Agent(Record):
    id: int
    name: str
    kind: AgentKind
    description: str
    capabilities: tuple[str, ...]
    parent_id: int | None
    spawned_for_id: int | None
    last_seen_at: datetime | None
    created_at: datetime


@_record
class Activity(Record):
    agent_id: int
    kind: ActivityKind
    note: str | None
    task_id: int | None
    since: datetime
    expires_at: datetime


@_record
class Session(Record):
    id: int
    agent_id: int
    label: str
    started_at: datetime
    last_seen_at: datetime


@_record
class Token(Record):
    """What is known of a valid token; its last use is stored to the minute."""

    id: int
    agent_id: int
    agent: str
    role: Role
    label: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    is_browser_session: bool


@_record
class Objective(Record):
    id: int
    room_id: int
    parent_id: int | None
    title: str
    description: str
    status: ObjectiveStatus
    in_draft: bool
    owner_id: int | None
    weight: float
    standing: bool
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    archived_at: datetime | None


@_record
class KeyResult(Record):
    id: int
    objective_id: int
    title: str
    unit: str
    start: float
    target: float
    current: float
    weight: float
    owner_id: int | None
    updated_at: datetime


@_record
class Task(Record):
    id: int
    room_id: int
    objective_id: int | None
    parent_id: int | None
    title: str
    description: str
    status: TaskStatus
    priority: int
    labels: tuple[str, ...]
    requirement_id: int
    track: str | None
    track_order: int | None
    creator_id: int
    assignee_id: int | None
    reviewer_id: int | None
    reviewer_volunteered: bool
    submissions: int
    submitted_by_id: int | None
    submitted_at: datetime | None
    role: str
    instructions: str
    notes: str
    result: str
    blocked_reason: str | None
    not_before: datetime | None
    due_at: datetime | None
    estimate_minutes: int | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    last_progress_at: datetime | None
    quiet_until: datetime | None
    stale_since: datetime | None
    attempts: int
    fence: int
    session_id: int | None
    claimed_at: datetime | None
    lease_seconds: int | None
    lease_expires_at: datetime | None
    open_dependencies: int
    open_proposals: int
    waits_for_track: bool
    waits_for_criteria: bool
    waits_for_objective: bool
    waits_for_schedule: bool
    waited_by: int
    ready: bool

    @property
    def finished(self) -> bool:
        return self.status in FINISHED


@_record
class TaskCounts(Record):
    total: int = 0
    todo: int = 0
    ready: int = 0
    doing: int = 0
    blocked: int = 0
    validating: int = 0
    done: int = 0
    cancelled: int = 0
    stale: int = 0


@_record
class Criterion(Record):
    id: int
    task_id: int
    text: str
    met: bool
    evidence: str
    accepted: bool | None
    verdict_note: str


@_record
class Dependency(Record):
    """`open`: whether it still holds the task back."""

    task_id: int
    depends_on_id: int
    kind: DependencyKind
    open: bool
    created_by_id: int
    created_at: datetime


@_record
class Wait:
    """One thing that a task waits for; `reason` is for people to read."""

    kind: WaitKind
    reason: str
    task_id: int | None = None
    objective_id: int | None = None
    resource_id: int | None = None
    proposal_id: int | None = None
    until: datetime | None = None

    def facts(self) -> Mapping[str, object]:
        """As it stands in a refusal."""
        task = ids.of(ids.TASK, self.task_id) if self.task_id is not None else None
        return {"kind": self.kind.value, "reason": self.reason, "task": task}


@_record
class Artifact(Record):
    task_id: int
    kind: ArtifactKind
    url: str
    title: str


@_record
class Comment(Record):
    id: int
    room_id: int
    task_id: int | None
    objective_id: int | None
    author_id: int | None
    kind: CommentKind
    body: str
    handoff_done: str | None
    handoff_pending: str | None
    handoff_gotchas: str | None
    mentions: tuple[int, ...]
    created_at: datetime


@_record
class Review(Record):
    """A verdict on one submission of a task."""

    id: int
    task_id: int
    author_id: int
    reviewer_id: int
    verdict: Verdict
    comment: str
    created_at: datetime


@_record
class Proposal(Record):
    """A question to people. `changed`: whether what it is about had changed when it ended."""

    id: int
    room_id: int
    kind: ProposalKind
    author_id: int
    title: str
    body: str
    options: tuple[str, ...]
    quorum: int
    status: ProposalStatus
    outcome: str | None
    by_default: bool
    default_option: str | None
    escalates_id: int | None
    changed: bool
    closes_at: datetime | None
    created_at: datetime
    closed_at: datetime | None


@_record
class Vote(Record):
    proposal_id: int
    agent_id: int
    option: str
    note: str
    at: datetime


@_record
class Channel(Record):
    id: int
    room_id: int
    name: str
    topic: str


@_record
class Message(Record):
    """Either in a channel or to agents. Without an author it is the server's."""

    id: int
    room_id: int
    author_id: int | None
    channel_id: int | None
    to_ids: tuple[int, ...]
    body: str
    reply_to_id: int | None
    supersedes_id: int | None
    mentions: tuple[int, ...]
    unknown_mentions: tuple[str, ...]
    refs: tuple[str, ...]
    created_at: datetime

    @property
    def is_direct(self) -> bool:
        return self.channel_id is None

    def is_open_to(self, agent_id: int) -> bool:
        """A direct message is its sender's and recipients' alone."""
        return not self.is_direct or agent_id in (self.author_id, *self.to_ids)


@_record
class InboxItem(Record):
    """`from_id`: whose act told it; null for the server's."""

    id: int
    agent_id: int
    room_id: int
    kind: InboxKind
    summary: str
    from_id: int | None
    task_id: int | None
    comment_id: int | None
    message_id: int | None
    proposal_id: int | None
    created_at: datetime
    acknowledged_at: datetime | None


@_record
class Memory(Record):
    """`scope` is the id of what it belongs to."""

    scope: str
    key: str
    value: Any
    version: int
    author_id: int
    updated_at: datetime
    expires_at: datetime | None


@_record
class Resource(Record):
    """`probe_task_id`: the one task that was let through to try it."""

    id: int
    room_id: int
    name: str
    capacity: int | None
    in_use: int
    breaker: BreakerState
    failures: int
    failure_threshold: int
    cooldown_seconds: int
    opened_at: datetime | None
    last_detail: str
    probe_task_id: int | None


@_record
class Reflection(Record):
    """`family_id`: the oldest ancestor of its author, with whom it is one voice."""

    id: int
    room_id: int
    author_id: int
    family_id: int
    task_id: int | None
    insight_id: int | None
    worked: str
    did_not_work: str
    change: str
    tags: tuple[str, ...]
    created_at: datetime


@_record
class Insight(Record):
    """`score` is as of when it was read, `rank` is what sorts insights at any time."""

    id: int
    room_id: int
    title: str
    status: InsightStatus
    task_id: int | None
    reason: str
    created_at: datetime
    score: float
    rank: float


@_record
class Schedule(Record):
    """`template`: what its tasks are made of. `next_at`: null while it is switched off."""

    id: int
    room_id: int
    creator_id: int
    cron: str
    timezone: str
    skip_while_open: bool
    template: Mapping[str, Any]
    next_at: datetime | None
    last_task_id: int | None
    missed: int

    @property
    def title(self) -> str:
        return str(self.template["title"])

    @property
    def active(self) -> bool:
        return self.next_at is not None


@_record
class Webhook(Record):
    """A cursor on the log of its room. `settled_seq`: the last event that is delivered, of no interest, or given up.

    `begun_seq` is the event whose delivery was begun, `body` what is sent of it, `attempts` how often that failed, and
    `steps` how often since the webhook was last switched on.
    """

    id: int
    room_id: int
    url: str
    secret: str = field(repr=False)
    kinds: tuple[str, ...]
    labels: tuple[str, ...]
    active: bool
    settled_seq: int
    begun_seq: int | None
    body: str | None
    attempts: int
    steps: int
    next_attempt_at: datetime | None
    failures: int
    failing_since: datetime | None
    last_status: int | None
    last_delivered_at: datetime | None
    tests: int
    run: int


@_record
class Delivery(Record):
    """One attempt to deliver an event, or a test, which has none."""

    id: int
    webhook_id: int
    event_id: int | None
    attempt: int
    status: int | None
    error: str
    milliseconds: int
    at: datetime


@_record
class Event(Record):
    room_id: int
    seq: int
    id: int
    kind: EventKind
    actor_id: int | None
    task_id: int | None
    objective_id: int | None
    agent_id: int | None
    message_id: int | None
    proposal_id: int | None
    data: dict[str, Any]
    at: datetime
    epoch: int

    @property
    def is_direct(self) -> bool:
        """Whether a direct message was sent, which is its sender's and recipients' alone."""
        return self.kind is EventKind.MESSAGE_SENT and "channel" not in self.data

    def hidden(self) -> "Event":
        """What others see of it: its number and nothing else."""
        return replace(self, actor_id=None, message_id=None, data={})
