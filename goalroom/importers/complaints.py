"""What was not placed, or not as it is, and why."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_MAX_SHOWN = 60
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Loss(StrEnum):
    """What complaints are of, as the end of a run counts them."""

    ISSUES = "lines that give no issue of their own"
    PARENTS = "parents that do not hold"
    EDGES = "dependencies that do not hold"
    STATUSES = "statuses that are not known"
    VALUES = "values that are not what they should be, or too long"
    PLACES = "fields that have no place here"
    BESIDE = "complaints of files beside it"
    CONFLICTS = "changes of the file left, because the room was changed too"


def shown(value: object) -> str:
    """Enough to recognise it by, on one line."""
    try:
        text = ascii(value[: _MAX_SHOWN + 1] if isinstance(value, str) else value)
    except RecursionError:
        text = type(value).__name__
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."


def storable(text: str) -> str:
    """Without the characters that Postgres can't hold."""
    return _UNSTORABLE.sub("", text)


@dataclass(slots=True)
class Complaints:
    """By line; of a source of several files, `files` says which file each number stands for."""

    said: list[tuple[int, str]] = field(default_factory=list)
    said_beside: list[str] = field(default_factory=list)
    files: Mapping[int, str] = field(default_factory=dict)
    losses: Counter[Loss] = field(default_factory=Counter)

    def add(self, line: int, text: str, loss: Loss = Loss.VALUES) -> None:
        # On one line, and nothing in it that a terminal would obey.
        self.said.append((line, _printable(text)))
        self.losses[loss] += 1

    def add_beside(self, where: str, text: str) -> None:
        """Of a file beside it."""
        self.said_beside.append(_printable(f"{where}: {text}"))
        self.losses[Loss.BESIDE] += 1

    def lines(self) -> Iterator[str]:
        """For people, in the order of the file."""
        for line, text in sorted(self.said, key=lambda one: one[0]):
            yield f"{self.place(line)}: {text}"
        yield from self.said_beside

    def place(self, line: int) -> str:
        """Where it stands, for people."""
        return _printable(self.files[line]) if line in self.files else f"line {line}"


def _printable(text: str) -> str:
    return text if text.isprintable() else ascii(text)[1:-1]
