"""Every expected 'no': a code, the facts, and what to do next."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from db.core.text import camel_case


class ErrorCode(StrEnum):
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    BAD_INPUT = "BAD_INPUT"
    NAME_TAKEN = "NAME_TAKEN"
    ALREADY_CLAIMED = "ALREADY_CLAIMED"
    ASSIGNED_TO_OTHER = "ASSIGNED_TO_OTHER"
    PAUSED = "PAUSED"
    NOT_READY = "NOT_READY"
    NOT_HOLDER = "NOT_HOLDER"
    STALE_LEASE = "STALE_LEASE"
    MISSING_CAPABILITIES = "MISSING_CAPABILITIES"
    WIP_LIMIT = "WIP_LIMIT"
    CRITERIA_REQUIRED = "CRITERIA_REQUIRED"
    CRITERIA_FROZEN = "CRITERIA_FROZEN"
    CRITERIA_UNMET = "CRITERIA_UNMET"
    HANDOFF_REQUIRED = "HANDOFF_REQUIRED"
    REVIEW_REQUIRED = "REVIEW_REQUIRED"
    REFLECTION_REQUIRED = "REFLECTION_REQUIRED"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    SELF_REVIEW = "SELF_REVIEW"
    WRONG_STATUS = "WRONG_STATUS"
    DEPENDENCY_CYCLE = "DEPENDENCY_CYCLE"
    OBJECTIVE_CYCLE = "OBJECTIVE_CYCLE"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    RATE_LIMITED = "RATE_LIMITED"
    TOO_COMPLEX = "TOO_COMPLEX"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


def _saved(text: str) -> str:
    return " Your text was saved as a comment." if text else ""


# Not frozen anywhere below: Python itself sets __traceback__ on an exception that passes a context manager.
@dataclass(eq=False)
class Refused(Exception):  # noqa: N818  # a refusal is an answer, not an error in the program
    """Base of all refusals. The fields of a subclass are its facts."""

    code = ErrorCode.INTERNAL

    def __str__(self) -> str:
        return self.message()

    def message(self) -> str:
        """What was refused, naming the thing and its state."""
        return f"The request was refused: {self.code}."

    def hint(self) -> str:
        """What the caller can do next."""
        return "Correct the request before you send it again."

    def facts(self) -> Mapping[str, object]:
        """The fields, by their name in the contract."""
        return {camel_case(field.name): getattr(self, field.name) for field in fields(self)}


@dataclass(eq=False)
class Unauthenticated(Refused):
    code = ErrorCode.UNAUTHENTICATED

    def message(self) -> str:
        return "The token is missing, unknown, expired or revoked."

    def hint(self) -> str:
        return "Send 'Authorization: Bearer TOKEN'; an admin makes a token with createToken or 'goalroom token NAME'."


@dataclass(eq=False)
class Forbidden(Refused):
    code = ErrorCode.FORBIDDEN
    why: str
    next_step: str

    def message(self) -> str:
        return self.why

    def hint(self) -> str:
        return self.next_step

    def facts(self) -> Mapping[str, object]:
        return {}


def room_archived(room: str) -> Forbidden:
    """What a change in this room is refused with while it is archived."""
    return Forbidden(
        f"The room {room} is archived: nothing in it can be changed.",
        "Work in another room, which 'rooms { name }' lists, or ask an ADMIN to bring it back with "
        f'updateRoom(input: {{room: "{room}", archived: false}}).',
    )


@dataclass(eq=False)
class NotFound(Refused):
    code = ErrorCode.NOT_FOUND
    id: str
    next_step: str = (
        "Check the id. 'rooms { name }' lists the rooms that you can see, and "
        "'room { tasks { nodes { id title } } }' the tasks of one."
    )

    def message(self) -> str:
        return f"{self.id} was not found, or is not visible to you."

    def hint(self) -> str:
        return self.next_step

    def facts(self) -> Mapping[str, object]:
        return {"id": self.id}


@dataclass(eq=False)
class BadInput(Refused):
    code = ErrorCode.BAD_INPUT
    field: str
    why: str
    next_step: str = "Correct the input and send it again; nothing was changed."
    # How many there may be, where there are so many already.
    limit: int | None = None
    # What could have been sent instead, where that is a short list.
    options: Sequence[str] = ()

    def message(self) -> str:
        return self.why

    def hint(self) -> str:
        return self.next_step

    def facts(self) -> Mapping[str, object]:
        facts: dict[str, object] = {"field": self.field}
        facts |= {} if self.limit is None else {"limit": self.limit}
        return facts | ({"options": list(self.options)} if self.options else {})


@dataclass(eq=False)
class NameTaken(Refused):
    code = ErrorCode.NAME_TAKEN
    name: str

    def message(self) -> str:
        return f"The name {self.name} is taken."

    def hint(self) -> str:
        return "Choose another name."


@dataclass(eq=False)
class AlreadyClaimed(Refused):
    code = ErrorCode.ALREADY_CLAIMED
    task: str
    holder: str
    expires_at: datetime

    def message(self) -> str:
        return f"{self.task} is held by @{self.holder} until {self.expires_at:%Y-%m-%d %H:%M:%S} UTC."

    def hint(self) -> str:
        return "Take another with claimNextTask."


@dataclass(eq=False)
class AssignedToOther(Refused):
    code = ErrorCode.ASSIGNED_TO_OTHER
    task: str
    assignee: str

    def message(self) -> str:
        return f"{self.task} is assigned to @{self.assignee}."

    def hint(self) -> str:
        return "Take another with claimNextTask, or have it assigned to you with assignTask."


@dataclass(eq=False)
class Paused(Refused):
    code = ErrorCode.PAUSED
    room: str

    def message(self) -> str:
        return f"The room {self.room} is paused: no task in it can be claimed."

    def hint(self) -> str:
        return "Continue with the tasks that you hold. claimNextTask with waitSeconds waits until the room is resumed."


@dataclass(eq=False)
class NotReady(Refused):
    code = ErrorCode.NOT_READY
    task: str
    waiting_on: Sequence[Mapping[str, object]]

    def message(self) -> str:
        return f"{self.task} is not ready: " + "; ".join(str(wait["reason"]) for wait in self.waiting_on)

    def hint(self) -> str:
        return "See waitingOn for what it waits for. claimNextTask gives you a task that is ready."


@dataclass(eq=False)
class NotHolder(Refused):
    """`text` is what the late write of a former holder said: kept as a comment, and not a fact."""

    code = ErrorCode.NOT_HOLDER
    task: str
    holder: str | None
    text: str = ""

    def message(self) -> str:
        return f"{self.task} is held by " + (f"@{self.holder}, not by you." if self.holder else "nobody.")

    def hint(self) -> str:
        hint = f"Take {self.task} with claimTask once it is free, or write to its holder with addComment."
        return hint + _saved(self.text)

    def facts(self) -> Mapping[str, object]:
        return {"task": self.task, "holder": self.holder}


@dataclass(eq=False)
class StaleLease(Refused):
    """The caller's claim is over. `text` is what its write said: kept as a comment, and not a fact."""

    code = ErrorCode.STALE_LEASE
    task: str
    fence: int
    holder: str | None
    text: str = ""

    def message(self) -> str:
        now = f"@{self.holder} holds it" if self.holder else "nobody holds it"
        return f"Your lease on {self.task} has ended; {now}, and its fence is {self.fence}."

    def hint(self) -> str:
        return f"Stop working on {self.task}, or take it again with claimTask.{_saved(self.text)}"

    def facts(self) -> Mapping[str, object]:
        return {"task": self.task, "fence": self.fence, "holder": self.holder}


@dataclass(eq=False)
class MissingCapabilities(Refused):
    code = ErrorCode.MISSING_CAPABILITIES
    task: str
    missing: Sequence[str]

    def message(self) -> str:
        return f"{self.task} requires capabilities that you do not have: {', '.join(self.missing)}."

    def hint(self) -> str:
        missing = ", ".join(json.dumps(one, ensure_ascii=False) for one in self.missing)
        add = f"updateAgent(input: {{capabilities: [{missing}]}})"
        return f"If you have them, send {add} with those of before. claimNextTask gives tasks that match yours."


@dataclass(eq=False)
class WipLimit(Refused):
    code = ErrorCode.WIP_LIMIT
    limit: int

    def message(self) -> str:
        return f"You hold as many tasks as this room allows at once: {self.limit}."

    def hint(self) -> str:
        return (
            "Hand one in with submitTask or, in rooms without reviews, completeTask; or give one back with releaseTask."
        )


@dataclass(eq=False)
class CriteriaRequired(Refused):
    code = ErrorCode.CRITERIA_REQUIRED
    task: str

    def message(self) -> str:
        return f"{self.task} has no criteria yet, and this room requires them."

    def hint(self) -> str:
        claim = f'claimTask(input: {{task: "{self.task}", criteria: ["WHAT MUST HOLD"]}})'
        return f"Set them with setCriteria, or with the claim: {claim}."


@dataclass(eq=False)
class CriteriaFrozen(Refused):
    code = ErrorCode.CRITERIA_FROZEN
    task: str

    def message(self) -> str:
        return f"Work on {self.task} has started, so its holder can no longer change its criteria."

    def hint(self) -> str:
        return "Ask the task's creator or reviewer to change them with setCriteria."


@dataclass(eq=False)
class CriteriaUnmet(Refused):
    code = ErrorCode.CRITERIA_UNMET
    task: str
    unmet: Sequence[str]
    # Whether a reviewer approved what it doesn't accept.
    by_reviewer: bool = False

    def message(self) -> str:
        return f"{self.task} has criteria that aren't met: {', '.join(self.unmet)}."

    def hint(self) -> str:
        if self.by_reviewer:
            back = f'reviewTask(input: {{task: "{self.task}", verdict: CHANGES_REQUESTED, comment: "WHAT IS MISSING"}})'
            return f"Accept them, or send the task back: {back}."
        one = f'{{id: "{self.unmet[0]}", met: true, evidence: "HOW IT SHOWS"}}'
        return f"Meet them, then send submitTask or completeTask again with one {one} for each in `criteria`."

    def facts(self) -> Mapping[str, object]:
        return {"task": self.task, "unmet": self.unmet}


@dataclass(eq=False)
class HandoffRequired(Refused):
    code = ErrorCode.HANDOFF_REQUIRED
    task: str

    def message(self) -> str:
        return f"This room requires a handoff when {self.task} is given back or assigned to somebody else."

    def hint(self) -> str:
        return 'Send releaseTask or assignTask again with handoff: {done: "WHAT IS DONE", pending: "WHAT IS NOT"}.'


@dataclass(eq=False)
class ReflectionRequired(Refused):
    code = ErrorCode.REFLECTION_REQUIRED
    task: str

    def message(self) -> str:
        return f"This room requires a reflection on {self.task} before it is handed in, by its holder, since its claim."

    def hint(self) -> str:
        call = f'reflect(input: {{task: "{self.task}", worked: "WHAT WORKED", didNotWork: "WHAT DID NOT", change: ""}})'
        return f"Send {call}, then hand it in again."


@dataclass(eq=False)
class ReviewRequired(Refused):
    code = ErrorCode.REVIEW_REQUIRED
    task: str

    def message(self) -> str:
        return f"{self.task} must be reviewed before it is DONE: this room requires a review."

    def hint(self) -> str:
        return "Hand it in with submitTask instead, with the same input: a reviewer decides."


@dataclass(eq=False)
class SelfReview(Refused):
    code = ErrorCode.SELF_REVIEW
    task: str
    author: str
    reviewer: str

    def message(self) -> str:
        if self.author == self.reviewer:
            return f"{self.task} is @{self.author}'s own work, and agents can't review their own work."
        return f"{self.task} is the work of @{self.author}, a relative of @{self.reviewer}; relatives can't review it."

    def hint(self) -> str:
        named = f'assignTask(input: {{task: "{self.task}", reviewer: "NAME"}})'
        return f"Others can take the review with claimNextReview; {named} names a reviewer."


@dataclass(eq=False)
class WrongStatus(Refused):
    """`text` is what the late write of a former holder said: kept as a comment, and not a fact."""

    code = ErrorCode.WRONG_STATUS
    id: str
    status: str
    allowed: Sequence[str]
    open: Sequence[str] | None = None
    text: str = ""
    # Of a proposal that has ended: what was decided, which may be nothing.
    has_outcome: bool = False
    outcome: str | None = None

    def message(self) -> str:
        if self.open is None:
            return f"{self.id} is {self.status}; this requires {' or '.join(self.allowed)}."
        why = f"still open below it: {', '.join(self.open)}" if self.open else "standing objectives never finish"
        return f"{self.id} is {self.status} and can't be made DONE: {why}."

    def hint(self) -> str:
        return f'Look at it with node(id: "{self.id}") before you go on.' + _saved(self.text)

    def facts(self) -> Mapping[str, object]:
        facts: dict[str, object] = {"id": self.id, "status": self.status, "allowed": self.allowed}
        facts |= {"outcome": self.outcome} if self.has_outcome else {}
        return facts if self.open is None else {**facts, "open": self.open}


@dataclass(eq=False)
class DependencyCycle(Refused):
    code = ErrorCode.DEPENDENCY_CYCLE
    path: Sequence[str]

    def message(self) -> str:
        return "This would create a dependency cycle: " + " waits for ".join(self.path) + "."

    def hint(self) -> str:
        return (
            "Remove one of these dependencies with removeDependency, or change the track or parent of one of the tasks."
        )


@dataclass(eq=False)
class ObjectiveCycle(Refused):
    code = ErrorCode.OBJECTIVE_CYCLE
    path: Sequence[str]

    def message(self) -> str:
        return "An objective can't be below itself: " + " is below ".join(self.path) + "."

    def hint(self) -> str:
        return "Choose a parent outside its subtree, or null to put it at the root."


@dataclass(eq=False)
class VersionConflict(Refused):
    """`version` is the one that stands; 0 where there is none."""

    code = ErrorCode.VERSION_CONFLICT
    scope: str
    key: str
    version: int

    def message(self) -> str:
        found = f"is at version {self.version}" if self.version else "doesn't exist"
        return f"ifVersion does not match: {self.key} in {self.scope} {found}."

    def hint(self) -> str:
        look = "Read it with recall, then send remember" if self.version else "Send remember again"
        return f"{look} with ifVersion: {self.version}."


@dataclass(eq=False)
class IdempotencyMismatch(Refused):
    code = ErrorCode.IDEMPOTENCY_MISMATCH
    key: str

    def message(self) -> str:
        return "This idempotencyKey was used before with a different input."

    def hint(self) -> str:
        return "Use a new key for a new request, and the same input for a retry."


@dataclass(eq=False)
class CursorExpired(Refused):
    """`oldest`: the cursor before the first event that the log still has."""

    code = ErrorCode.CURSOR_EXPIRED
    oldest: str

    def message(self) -> str:
        return f"The log no longer leads through this cursor: it begins after {self.oldest}."

    def hint(self) -> str:
        return (
            f'Read anew what you keep up to date. events(after: "{self.oldest}") begins with the first event that is '
            "left, and a subscription without `after` starts now."
        )


@dataclass(eq=False)
class RateLimited(Refused):
    """`what` is the most that may be had."""

    code = ErrorCode.RATE_LIMITED
    what: str
    retry_after_seconds: float = 1.0

    def message(self) -> str:
        return f"Rate limit exceeded: at most {self.what}."

    def hint(self) -> str:
        return (
            "Wait retryAfterSeconds, then send it again; nothing was done. "
            "Instead of polling, use a subscription, or waitSeconds where it can be sent."
        )

    def facts(self) -> Mapping[str, object]:
        return {"retryAfterSeconds": self.retry_after_seconds}


@dataclass(eq=False)
class TooComplex(Refused):
    """`cost`: what it came to, where that was counted to its end. `is_carried_out`: true of a mutation's answer."""

    code = ErrorCode.TOO_COMPLEX
    limit: int
    what: str
    cost: int | None = None
    is_carried_out: bool | None = None

    def message(self) -> str:
        if self.cost is None:
            return f"The request exceeds the limit of {self.limit} {self.what}."
        return f"{self.cost} {self.what} exceed the limit of {self.limit}."

    def hint(self) -> str:
        if self.is_carried_out:
            return "The mutation was carried out. Query what it changed, or repeat it with its key and fewer fields."
        return "Request less at once, and page with `first` and `after`."

    def facts(self) -> Mapping[str, object]:
        return {name: fact for name, fact in super().facts().items() if fact is not None}


@dataclass(eq=False)
class Unavailable(Refused):
    """The database can't do it now; `why` it can't."""

    code = ErrorCode.UNAVAILABLE
    retry_after_seconds: int = 1
    why: str = "The database can't be reached at the moment."

    def message(self) -> str:
        return self.why

    def hint(self) -> str:
        return "Send it again in a moment; with the same idempotencyKey nothing is done twice."

    def facts(self) -> Mapping[str, object]:
        return {"retryAfterSeconds": self.retry_after_seconds}
