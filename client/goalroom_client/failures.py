"""What a command ends with where it didn't do what was asked: a code, what to do next, and an exit status."""

from collections.abc import Mapping
from typing import Any

DONE, FAULT, USAGE, NOTHING, NOT_ALLOWED, REFUSED, NOT_YOURS, LATER = range(8)

_STATUS = {
    "INTERNAL": FAULT,
    "BAD_INPUT": USAGE,
    "NOT_FOUND": USAGE,
    "TOO_COMPLEX": USAGE,
    "GRAPHQL_PARSE_FAILED": USAGE,
    "GRAPHQL_VALIDATION_FAILED": USAGE,
    "UNAUTHENTICATED": NOT_ALLOWED,
    "FORBIDDEN": NOT_ALLOWED,
    "STALE_LEASE": NOT_YOURS,
    "NOT_HOLDER": NOT_YOURS,
    "RATE_LIMITED": LATER,
    "UNAVAILABLE": LATER,
}


class Failure(Exception):  # noqa: N818  # a refusal is an answer, not an error in the program
    """A refusal of the server's, or what kept the command from asking."""

    def __init__(self, code: str, message: str, hint: str = "", facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.facts = code, message, hint, dict(facts or {})
        # What a document got besides this error.
        self.data: Any = None

    @property
    def status(self) -> int:
        return _STATUS.get(self.code, REFUSED)

    @property
    def retryable(self) -> bool:
        """Whether the same command may succeed later."""
        return self.status == LATER

    def envelope(self) -> dict[str, Any]:
        """As programs read it."""
        said = {"code": self.code, "message": self.message, "hint": self.hint, "retryable": self.retryable}
        return {"v": 1, "error": self.facts | said}


def bad_usage(message: str, hint: str = "") -> Failure:
    """The command line, or a file that it reads, is wrong."""
    return Failure("BAD_INPUT", message, hint or "`gr --help` lists the commands, `gr COMMAND --help` what one takes.")
