"""The bounds of inputs. Outside them: BAD_INPUT, and nothing is cut silently."""

import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from db.core import ids, time_zones
from db.core.errors import BadInput

T = TypeVar("T")

MAX_TITLE = 300
MAX_TEXT = 65_536
MAX_KEY = 100
MAX_LIST = 100
MAX_BATCH = 500
MAX_PAGE = 200
MAX_DURATION = 31_536_000
MAX_LEASE = 86_400
MAX_WAIT = 60
MAX_INT = 2**31 - 1
# At once: of one agent, and of one room.
MAX_TOKENS = 100
MAX_BROWSER_SESSIONS = 30
MAX_SUBAGENTS = 100
MAX_SESSIONS = 100
MAX_CHANNELS = 200
MAX_SCHEDULES = 200
MAX_WEBHOOKS = 50
MAX_MEMORIES = 5_000
MAX_JSON_BYTES = 65_536
# Far below where the encoders of any language give up.
MAX_JSON_DEPTH = 100

_ROOM_NAME = re.compile(r"[a-z0-9-]{1,64}")
_AGENT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_ADDRESS = re.compile(r"https?://[^\s\\/?#@\x00-\x20]+[^\s\\\x00-\x20]*", re.IGNORECASE)
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def text(field: str, value: str, *, most: int = MAX_TEXT, least: int = 0) -> str:
    """The value, where Postgres can hold it and it has `least` to `most` characters."""
    if not is_sound(value):
        raise BadInput(field, f"{field} contains NUL or a lone surrogate.")
    if not least <= len(value) <= most:
        raise BadInput(field, f"{field} has {len(value)} characters; allowed are {least} to {most}.")
    return value


def is_sound(value: str) -> bool:
    """Whether Postgres can hold the text: it has neither NUL nor a lone surrogate."""
    # The encoder looks a hundred times faster than a loop over the characters.
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value


def same_room(field: str, reference: str | None, room_id: int, expected: int, hint: str = BadInput.next_step) -> None:
    """BAD_INPUT where what the field refers to, which the caller may see, is in another room than the one meant."""
    if room_id != expected:
        where, meant = ids.of(ids.ROOM, room_id), ids.of(ids.ROOM, expected)
        raise BadInput(field, f"{reference} is in another room: in {where}, not in {meant}.", hint)


def title(field: str, value: str) -> str:
    """1 to 300 characters that aren't all blank."""
    if not value.strip():
        raise BadInput(field, f"{field} is empty.")
    return text(field, value, most=MAX_TITLE, least=1)


def key(field: str, value: str) -> str:
    """A label, a capability, a track: 1 to 100 characters that aren't all blank."""
    if not value.strip():
        raise BadInput(field, f"{field} is empty.")
    return text(field, value, most=MAX_KEY, least=1)


def address(field: str, value: str) -> str:
    """An absolute http or https URL with a host, as browsers too would read it: at most MAX_TEXT characters."""
    text(field, value, most=MAX_TEXT, least=1)
    # Browsers take a backslash for a slash, and pass over tabs and line feeds wherever they stand.
    if _ADDRESS.fullmatch(value) is None:
        raise BadInput(
            field, f"{field} is not an absolute http or https URL with a host.", "Send one like https://example.org/1."
        )
    return value


def keys(field: str, values: Sequence[str]) -> list[str]:
    """Each once, in the order given."""
    return list(dict.fromkeys(key(field, value) for value in items(field, values))) if values else []


def items(field: str, values: Sequence[T], *, most: int = MAX_LIST, least: int = 0) -> Sequence[T]:
    """A list that is not too long."""
    if not least <= len(values) <= most:
        raise BadInput(field, f"{field} has {len(values)} items; allowed are {least} to {most}.")
    return values


def integer(field: str, value: int, least: int, most: int = MAX_INT) -> int:
    """A whole number within least..most."""
    if not least <= value <= most:
        raise BadInput(field, f"{field} is {value}; allowed are {least} to {most}.")
    return value


def number(field: str, value: float, *, least: float = -math.inf) -> float:
    """A finite number, `least` or more."""
    if not math.isfinite(value) or value < least:
        raise BadInput(
            field,
            f"{field} is {value}; it must be a finite number" + (f", {least:g} or more." if least > -math.inf else "."),
        )
    return value


def json_value(field: str, value: object) -> None:
    """JSON but for null: at most 64 KiB, counted in the bytes of its shortest form in UTF-8, and 100 levels."""
    if value is None:
        raise BadInput(field, f"{field} must not be null.", "Delete the value with forget.")
    # Without recursion, for values nest at will.
    rest = [(value, 1)]
    while rest:
        part, depth = rest.pop()
        if depth > MAX_JSON_DEPTH:
            raise BadInput(field, f"{field} is nested more than {MAX_JSON_DEPTH} levels deep.")
        if isinstance(part, str):
            text(field, part)
        elif isinstance(part, float):
            number(field, part)
        elif isinstance(part, dict):
            rest.extend((name, depth) for name in part)
            rest.extend((inner, depth + 1) for inner in part.values())
        elif isinstance(part, list):
            rest.extend((inner, depth + 1) for inner in part)
    size = len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
    if size > MAX_JSON_BYTES:
        raise BadInput(field, f"{field} has {size} bytes as JSON; at most {MAX_JSON_BYTES} are allowed.")


def time(field: str, value: datetime) -> datetime:
    """An instant of the years 1970 to 9998; one without a zone is UTC."""
    instant = value if value.tzinfo else value.replace(tzinfo=UTC)
    if not _EARLIEST <= instant < _LATEST:
        raise BadInput(field, f"{field} is {value.isoformat()}; allowed are the years 1970 to 9998.")
    return instant


def zone(field: str, value: str) -> str:
    """The name of a zone of the tz database."""
    if text(field, value) not in time_zones.names():
        raise BadInput(
            field, f"{field} is not a zone of the tz database.", "Send a name of it, like UTC or Europe/Berlin."
        )
    return value


def page(field: str, value: int) -> int:
    """The size of a page, 1 to 200."""
    return integer(field, value, 1, MAX_PAGE)


def room_name(value: str) -> str:
    """A room's (or channel's) name: 1 to 64 lower case letters, digits and hyphens, not of the form of an id."""
    return _name(_ROOM_NAME, value, "1 to 64 lower case letters, digits and hyphens")


def agent_name(value: str) -> str:
    """An agent's name: up to 64 lower case letters, digits, hyphens and underscores, a letter first, not like an id."""
    return _name(_AGENT_NAME, value, "1 to 64 lower case letters, digits, hyphens and underscores, a letter first")


def _name(pattern: re.Pattern[str], value: str, rule: str) -> str:
    text("name", value, most=MAX_TEXT)
    if pattern.fullmatch(value) is None or ids.looks_like_one(value):
        raise BadInput("name", f"A name consists of {rule}, and must not look like an id such as T42.")
    return value
