"""A room's settings: what each may be, and which of them null clears."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.core import validation
from db.core.errors import BadInput
from db.core.text import camel_case


@dataclass(frozen=True, slots=True)
class _Number:
    """Whole numbers 1 to `most`; null, where it is allowed, is no limit or never."""

    most: int = validation.MAX_DURATION
    nullable: bool = False


_SWITCHES = frozenset({"paused", "require_done_criteria", "require_review", "require_handoff"})
_NUMBERS = {
    "wip_limit": _Number(validation.MAX_INT, nullable=True),
    "lease_seconds": _Number(validation.MAX_LEASE),
    "idle_after_seconds": _Number(),
    "offline_after_seconds": _Number(),
    "stale_after_seconds": _Number(),
    "reclaim_after_seconds": _Number(nullable=True),
    "max_attempts": _Number(validation.MAX_INT, nullable=True),
    "digest_every_seconds": _Number(nullable=True),
    "archive_after_seconds": _Number(nullable=True),
}


def check(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same, where each is within its bounds; else BAD_INPUT."""
    for column, value in settings.items():
        field = camel_case(column)
        if value is None:
            if column in _SWITCHES or not _NUMBERS[column].nullable:
                raise BadInput(field, f"{field} can't be null: leave it out to keep it as it is.")
        elif column not in _SWITCHES:
            validation.integer(field, value, 1, _NUMBERS[column].most)
    return dict(settings)


def described(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the log says of changed columns of a room: `title`, and `settings` under their names in the contract."""
    settings = {camel_case(column): value for column, value in changes.items() if column != "title"}
    said: dict[str, Any] = {"settings": settings} if settings else {}
    return {"title": changes["title"], **said} if "title" in changes else said
