"""Refusals as exceptions: one class for each code of the API, with its facts."""

from typing import Any


class Refused(Exception):  # noqa: N818  # the API's word
    """What the API said no to: the code, what to do next, and the facts."""

    code = ""

    def __init__(self, code: str, message: str, hint: str = "", facts: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}" + (f" Next: {hint}" if hint else ""))
        self.code, self.message, self.hint, self.facts = code, message, hint, facts or {}


class Unauthenticated(Refused):
    code = "UNAUTHENTICATED"


class Forbidden(Refused):
    code = "FORBIDDEN"


class NotFound(Refused):
    code = "NOT_FOUND"


class BadInput(Refused):
    code = "BAD_INPUT"


class NameTaken(Refused):
    code = "NAME_TAKEN"


class AlreadyClaimed(Refused):
    code = "ALREADY_CLAIMED"


class AssignedToOther(Refused):
    code = "ASSIGNED_TO_OTHER"


class Paused(Refused):
    code = "PAUSED"


class NotReady(Refused):
    code = "NOT_READY"


class NotHolder(Refused):
    code = "NOT_HOLDER"


class StaleLease(Refused):
    code = "STALE_LEASE"


class MissingCapabilities(Refused):
    code = "MISSING_CAPABILITIES"


class WipLimit(Refused):
    code = "WIP_LIMIT"


class CriteriaRequired(Refused):
    code = "CRITERIA_REQUIRED"


class CriteriaFrozen(Refused):
    code = "CRITERIA_FROZEN"


class CriteriaUnmet(Refused):
    code = "CRITERIA_UNMET"


class HandoffRequired(Refused):
    code = "HANDOFF_REQUIRED"


class ReviewRequired(Refused):
    code = "REVIEW_REQUIRED"


class ReflectionRequired(Refused):
    code = "REFLECTION_REQUIRED"


class CursorExpired(Refused):
    code = "CURSOR_EXPIRED"


class SelfReview(Refused):
    code = "SELF_REVIEW"


class WrongStatus(Refused):
    code = "WRONG_STATUS"


class DependencyCycle(Refused):
    code = "DEPENDENCY_CYCLE"


class ObjectiveCycle(Refused):
    code = "OBJECTIVE_CYCLE"


class VersionConflict(Refused):
    code = "VERSION_CONFLICT"


class IdempotencyMismatch(Refused):
    code = "IDEMPOTENCY_MISMATCH"


class RateLimited(Refused):
    code = "RATE_LIMITED"


class TooComplex(Refused):
    code = "TOO_COMPLEX"


class Unavailable(Refused):
    code = "UNAVAILABLE"


class Internal(Refused):
    code = "INTERNAL"


CLASSES = {refused.code: refused for refused in Refused.__subclasses__()}


def refusal(error: dict[str, Any]) -> Refused:
    """What one of the answer's `errors` describes; a code that is newer than this is a Refused."""
    facts = dict(error.get("extensions") or {})
    code, hint = str(facts.pop("code", "INTERNAL")), str(facts.pop("hint", ""))
    return CLASSES.get(code, Refused)(code, str(error.get("message", code)), hint, facts)
