"""A room's settings: what each may be, and which of them null clears."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from db.core import time_zones, validation
from db.core.errors import BadInput
from db.core.records import Room
from db.core.text import camel_case


@dataclass(frozen=True, slots=True)
class _Number:
    """Whole numbers 1 to `most`; null, where it is allowed, is no limit or never."""

    most: int = validation.MAX_DURATION
    nullable: bool = False


_SWITCHES = frozenset({"paused", "require_done_criteria", "require_review", "require_handoff", "require_reflection"})
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
    "keep_events_seconds": _Number(nullable=True),
}


_TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def _time_of_day(field: str, value: str) -> None:
    validation.text(field, value)
    if _TIME_OF_DAY.fullmatch(value) is None:
        raise BadInput(field, f"{field} is not a time of day.", "Send HH:MM from 00:00 to 23:59, like 08:30.")


_TEXTS = {"digest_at": _time_of_day, "timezone": validation.zone}
_NULLABLE = {"digest_at"} | {column for column, number in _NUMBERS.items() if number.nullable}


def check(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same, where each is within its bounds; else BAD_INPUT."""
    for column, value in settings.items():
        field = camel_case(column)
        if value is None:
            if column not in _NULLABLE:
                raise BadInput(field, f"{field} can't be null: leave it out to keep it as it is.")
        elif column in _TEXTS:
            _TEXTS[column](field, value)
        elif column not in _SWITCHES:
            validation.integer(field, value, 1, _NUMBERS[column].most)
    return dict(settings)


def next_daily_digest(room: Room, after: datetime) -> datetime | None:
    """When the room's next digest by the time of day is due; null where it has none."""
    if room.digest_at is None:
        return None
    return time_zones.next_time(after, time.fromisoformat(room.digest_at), ZoneInfo(room.timezone))


def described(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the log says of changed columns: `title`, `archived`, and `settings` under their names in the contract."""
    settings = {
        camel_case(column): value for column, value in changes.items() if column not in ("title", "archived_at")
    }
    said: dict[str, Any] = {"settings": settings} if settings else {}
    said |= {"archived": changes["archived_at"] is not None} if "archived_at" in changes else {}
    return {"title": changes["title"], **said} if "title" in changes else said
