"""Answers as text: our own lines, and other people's words, quoted so that they can't pose as ours."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# A list without a budget of its own ends after so many lines.
MOST_LINES = 50
CHARACTERS_OF_A_TOKEN = 4
_LONGEST_TEXT = 20_000


def quoted(text: str, most: int = _LONGEST_TEXT) -> list[str]:
    """Somebody's words, each line behind `> `; nothing of nothing."""
    if not text.strip():
        return []
    cut = text if len(text) <= most else f"{text[:most]}… ({len(text) - most} characters more)"
    return [f"> {line}" for line in cut.splitlines()]


def labelled(label: str, text: str, most: int = _LONGEST_TEXT) -> list[str]:
    """What it is, and somebody's words; nothing of nothing."""
    lines = quoted(text, most)
    return [f"{label}:", *lines] if lines else []


def next_call(tool: str, **arguments: Any) -> str:
    """The line that says which call comes next: the tool, and its arguments as JSON."""
    return f"Next: {tool} {compact(arguments)}" if arguments else f"Next: {tool}"


def compact(value: object) -> str:
    """As JSON, on one line."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def minute(time: str) -> str:
    """A time of the API, to the minute."""
    return f"{time[:16]}Z"


def name_of(agent: Mapping[str, Any] | None) -> str:
    """An agent, as it is mentioned; the server where there is none."""
    return f"@{agent['name']}" if agent else "the server"


def lost_lines(pulse: Mapping[str, Any] | None) -> list[str]:
    """What the heartbeat said is the caller's no more."""
    return [
        said
        for task in (pulse["lost"] if pulse else ())
        for said in (f"{task['id']} is lost: it is not yours any more, stop working on it", *quoted(task["title"]))
    ]


def count(number: int, one: str, more: str = "") -> str:
    """So many of them."""
    return f"{number} {one if number == 1 else more or one + 's'}"


@dataclass
class Fitted:
    """An answer of a bounded length, being put together."""

    most: int
    lines: list[str] = field(default_factory=list)

    @classmethod
    def tokens(cls, most: int) -> "Fitted":
        """Of so many tokens at most, at four characters each."""
        return cls(most * CHARACTERS_OF_A_TOKEN)

    @property
    def room(self) -> int:
        """How many characters more there is room for."""
        return self.most - _size(self.lines)

    def add(self, lines: Iterable[str], reserve: int = 0) -> bool:
        """Add them all if there is room for them, and for so many characters more; whether there was."""
        new = list(lines)
        fits = _size(new) + reserve <= self.room
        if fits:
            self.lines += new
        return fits


def _size(lines: Iterable[str]) -> int:
    """Their characters, with the ends of the lines."""
    return sum(len(line) + 1 for line in lines)
