"""Answers as text: our own lines, and other people's words, quoted so that they can't pose as ours."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# A list without a budget of its own ends after so many lines.
MOST_LINES = 50
_CHARACTERS_OF_A_TOKEN = 4
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


def count(number: int, one: str, more: str = "") -> str:
    """So many of them."""
    return f"{number} {one if number == 1 else more or one + 's'}"


@dataclass
class Section:
    """Items under a heading, each a few lines that stay together. `total` counts those that aren't here, too."""

    heading: str
    items: Sequence[Sequence[str]]
    # What is missing is called so, behind its number.
    left_out: str
    total: int = 0

    def __post_init__(self) -> None:
        self.total = max(self.total, len(self.items))


@dataclass
class Fitted:
    """An answer of a bounded length, being put together."""

    most: int
    lines: list[str] = field(default_factory=list)

    @classmethod
    def tokens(cls, most: int) -> "Fitted":
        """Of so many tokens at most, at four characters each."""
        return cls(most * _CHARACTERS_OF_A_TOKEN)

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


def fit(head: Sequence[str], sections: Sequence[Section], tail: Sequence[str], tokens: int) -> str:
    """All that fits into so many tokens, in the order given; what is left out is counted before the tail."""
    answer = Fitted.tokens(tokens)
    missing: list[str] = []
    # The last line of it is where to go on from: that one always fits.
    tail = next(tail[at:] for at in range(len(tail)) if at == len(tail) - 1 or _size(tail[at:]) <= answer.most // 2)
    # What each section may have to say of what is left out of it.
    reserve = _size(tail)
    notes = {id(section): len(section.left_out) + 8 for section in sections if section.total}
    reserve += sum(notes.values()) + len("Left out: ") if notes else 0
    answer.add(head, _size(tail))
    for section in sections:
        shown = 0
        for number, item in enumerate(section.items):
            heading = [] if number else [f"{section.heading} ({section.total}):"]
            if not answer.add([*heading, *item], reserve):
                break
            shown += 1
        if shown < section.total:
            missing.append(f"{section.total - shown} {section.left_out}")
    if missing:
        answer.add([f"Left out: {', '.join(missing)}."], _size(tail))
    return "\n".join([*answer.lines, *tail])[: answer.most]


def _size(lines: Iterable[str]) -> int:
    """Their characters, with the ends of the lines."""
    return sum(len(line) + 1 for line in lines)
