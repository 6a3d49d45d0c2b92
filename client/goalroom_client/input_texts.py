"""Texts as they are given on a command line: from a file or standard input, ids, durations, keys."""

import os
import re
import sys
from pathlib import Path
from typing import Any

from goalroom_client.failures import bad_usage

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def text(given: str) -> str:
    """The text itself; `-` is standard input, `@FILE` a file. `@name, look` is a text: it has more than a name."""
    if given == "-":
        return sys.stdin.read().rstrip("\n")
    if not given.startswith("@"):
        return given
    path = Path(given[1:]).expanduser()
    if re.search(r"\s", given) and not path.is_file():
        return given
    try:
        return path.read_text("utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise bad_usage(
            f"Can't read {given[1:]}: {why}.", "Name a file behind the @, or send the text by `-`."
        ) from error


def ids(given: list[str]) -> list[str]:
    """By commas or blanks."""
    return [one for part in given for one in re.split(r"[,\s]+", part) if one]


def seconds(given: str) -> int:
    """Whole seconds of `90`, `90s`, `10m`, `2h` or `1d`."""
    match = re.fullmatch(r"(\d{1,9})([smhd]?)", given.strip())
    if match is None:
        raise bad_usage(f"{given} is no duration.", "A duration looks like 90s, 10m or 2h.")
    return int(match[1]) * _SECONDS[match[2] or "s"]


def moment(given: str) -> str:
    """A time as it is given, or so long from now: `2h`."""
    if not re.fullmatch(r"\d+[smhd]", given):
        return given
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC) + timedelta(seconds=seconds(given))).isoformat(timespec="milliseconds")


def strict_json(given: str) -> Any:
    """What the text is as JSON; ValueError where it is none, as with NaN, which no other reader knows."""
    import json

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is no value of JSON")

    return json.loads(given, parse_constant=refuse)


def number(given: str) -> float:
    """A number that there is."""
    import math

    value = float(given)
    if not math.isfinite(value):
        raise ValueError(given)
    return value


def json_value(given: str) -> Any:
    """What the text is as JSON; a text that is no JSON is itself."""
    said = text(given)
    try:
        return strict_json(said)
    except ValueError:
        return said


def key(given: str | None) -> str:
    """The idempotency key that was given, or a new one for this run."""
    return given or f"gr-{os.urandom(12).hex()}"


def filled(**fields: Any) -> dict[str, Any]:
    """The fields that were given: what is left out of an input stays as it is."""
    return {name: value for name, value in fields.items() if value is not None and value != []}
