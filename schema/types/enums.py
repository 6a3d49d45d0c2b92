"""The enums of the contract, each value with what it means."""

from enum import Enum, StrEnum
from typing import Any

import strawberry

from db.core.enums import (
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
    Presence,
    ProposalKind,
    ProposalStatus,
    Role,
    TaskOrder,
    TaskStatus,
    Verdict,
    WaitKind,
)
from db.core.errors import ErrorCode

__all__ = [
    "ActivityKind",
    "AgentKind",
    "ArtifactKind",
    "BreakerState",
    "CommentKind",
    "DependencyKind",
    "ErrorCode",
    "EventKind",
    "InboxKind",
    "InsightStatus",
    "ObjectiveStatus",
    "Presence",
    "Priority",
    "ProposalKind",
    "ProposalStatus",
    "Role",
    "TaskOrder",
    "TaskStatus",
    "Verdict",
    "WaitKind",
]


def _tell(values: type[StrEnum], description: str, **meanings: str) -> None:
    """Let GraphQL know the enum, with a word on the values that need one."""
    definition: Any = strawberry.enum(values, description=description)
    for value in definition.__strawberry_definition__.values:
        value.description = meanings.get(value.name)


_tell(AgentKind, "A program or a person.")
_tell(
    Role,
    "What a token lets its bearer do.",
    OBSERVER="Reads everything in its rooms, changes nothing: dashboards and integrators.",
    MEMBER="Works: tasks, messages, memory, presence.",
    ADMIN="Sees every room; also makes rooms, agents, tokens and webhooks.",
)
_tell(ActivityKind, "What an agent is busy with.")
_tell(Presence, "How long ago an agent was last heard of, by the thresholds of a room.")
_tell(
    ObjectiveStatus,
    "The status of an objective.",
    DRAFT="Being planned: no task in its subtree is ready.",
)
_tell(
    TaskStatus,
    "The status of a task.",
    TODO="Nobody works on it. Claimable when `ready`.",
    DOING="Held under a lease.",
    BLOCKED="Its owner can't go on: see waitingOn. No lease runs.",
    VALIDATING="Submitted, and waiting for its reviewer.",
)
_tell(
    DependencyKind,
    "How a task depends on another.",
    BLOCKS="The task can't start until the other is DONE or CANCELLED.",
)
_tell(
    WaitKind,
    "What a task waits for.",
    DEPENDENCY="An unfinished task it depends on.",
    TRACK="An earlier task of its track.",
    SUBTASK="An unfinished subtask.",
    CRITERIA="It has no done criteria yet, and the room asks for them.",
    SCHEDULE="notBefore has not come.",
    RESOURCE="A resource it needs is at capacity or its breaker is open.",
    PROPOSAL="A proposal that people must decide first.",
    OBJECTIVE="Its objective, or one above it, is a draft.",
    PAUSED="The room is paused.",
    REASON="Its owner said so, in words.",
)
_tell(
    TaskOrder,
    "The order of a list of tasks.",
    CLAIM="The order in which claimNextTask would offer them: priority, then how many tasks wait on it, then age.",
    CREATED="Oldest first.",
    UPDATED="Newest change first.",
)
_tell(
    CommentKind,
    "What a comment is for.",
    PROGRESS="Counts as progress: the task is not stale.",
    SUBMISSION="The summary that came with a submission or completion.",
    SYSTEM="By the server.",
)
_tell(Verdict, "What a reviewer says of a submission.")
_tell(
    BreakerState,
    "Whether tasks may use a resource: the state of its circuit breaker.",
    CLOSED="Tasks may use it.",
    OPEN="It failed too often in a row: no task may use it until it has cooled down.",
    HALF_OPEN="It has cooled down: one task may try it.",
)
_tell(
    ProposalKind,
    "Who decides a proposal.",
    APPROVAL="One human decides: yes or no, or, of an escalation, one of its options.",
    VOTE="The electorate votes; the option with most votes wins once the quorum is in.",
)
_tell(
    ProposalStatus,
    "The status of a proposal.",
    OPEN="It can be voted on.",
    DECIDED="It has an outcome.",
    EXPIRED="It ended without an outcome: what waited for it is BLOCKED.",
    WITHDRAWN="It was taken back.",
)
_tell(ArtifactKind, "What kind of artifact it is.")
_tell(
    EventKind,
    "What happened.",
    INSIGHT_CLOSED="An insight was promoted or dismissed.",
    SCHEDULE_CHANGED="A schedule was made, changed, deleted, or passed over a turn.",
    WEBHOOK_CHANGED="A webhook was made, changed, deleted, switched off, or gave up on an event.",
)
_tell(InsightStatus, "What was decided of an insight.")
_tell(
    InboxKind,
    "Why an agent is told something.",
    UNBLOCKED="A task that you own is clear to go on.",
    REOPENED="Something that your started work builds on is open again.",
)
_tell(
    ErrorCode,
    "What stands in errors[].extensions.code, beside the GraphQL engine's own GRAPHQL_PARSE_FAILED and "
    "GRAPHQL_VALIDATION_FAILED.",
    ALREADY_CLAIMED="facts: holder, expiresAt",
    ASSIGNED_TO_OTHER="facts: assignee",
    NOT_READY="facts: waitingOn",
    STALE_LEASE="facts: fence, holder. What the late write said is kept as a comment on the task.",
    CRITERIA_UNMET="facts: unmet",
    WRONG_STATUS="facts: status, allowed",
    DEPENDENCY_CYCLE="facts: path, from the task round to itself",
    VERSION_CONFLICT="facts: version",
    IDEMPOTENCY_MISMATCH="facts: the first request's input differs",
    RATE_LIMITED="facts: retryAfterSeconds",
    TOO_COMPLEX="facts: limit",
    CURSOR_EXPIRED="The cursor is of events that were dropped, or of a log from before a restore. facts: oldest, the "
    "cursor before the first event that is there.",
)


@strawberry.enum(description="P0 first.")
class Priority(Enum):
    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3
