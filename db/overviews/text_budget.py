"""Fit a text into a number of characters: what comes first is kept, and what is left out is counted."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

# This many lines of each section come first, then their details, and then all else in the same way.
_FIRST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One thing, and what else is good to know of it."""

    text: str
    details: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """`total` counts also what isn't among the lines; `left_out` is how the missing are called behind their number."""

    heading: str
    left_out: str
    lines: Sequence[Line]
    total: int


# A section, a line of it, and of that line its text, 0, or one of its details.
_Piece: TypeAlias = tuple[int, int, int]


def fit(head: str, sections: Sequence[Section], most: int) -> str:
    """All of it if it fits into so many characters; else as much as fits, and the number of what is left out."""
    pieces = list(_pieces(sections))
    if len(everything := _text(head, sections, pieces)) <= most:
        return everything
    shown: set[_Piece] = set()
    for section, line, part in sorted(pieces, key=_turn):
        # One that doesn't fit hides those behind it, so that nothing stands there without what is more urgent.
        before = (section, line, part - 1) if part else (section, line - 1, 0)
        if (before in shown or (line, part) == (0, 0)) and len(
            _text(head, sections, shown | {(section, line, part)})
        ) <= most:
            shown.add((section, line, part))
    text = _text(head, sections, shown)
    # Only a head of many letters gets here: it gives way to the counts.
    return text if len(text) <= most else _text(head[: len(head) - (len(text) - most)], sections, shown)


def _pieces(sections: Sequence[Section]) -> Iterator[_Piece]:
    for at, section in enumerate(sections):
        for number, line in enumerate(section.lines):
            yield from ((at, number, part) for part in range(1 + len(line.details)))


def _turn(piece: _Piece) -> tuple[int, _Piece]:
    _, line, part = piece
    return (0 if line < _FIRST else 2) + (1 if part else 0), piece


def _text(head: str, sections: Sequence[Section], shown: Collection[_Piece]) -> str:
    wanted, blocks, missing, details = set(shown), [head], [], 0
    for at, section in enumerate(sections):
        lines = [(number, line) for number, line in enumerate(section.lines) if (at, number, 0) in wanted]
        if lines:
            said = [f"## {section.heading} ({section.total})"]
            for number, line in lines:
                more = [detail for part, detail in enumerate(line.details, 1) if (at, number, part) in wanted]
                details += len(line.details) - len(more)
                said += [f"- {line.text}", *(f"  - {detail}" for detail in more)]
            blocks.append("\n".join(said))
        if section.total > len(lines):
            missing.append(f"{section.total - len(lines)} {section.left_out}")
    if details:
        missing.append(f"{details} detail{'s' if details > 1 else ''}")
    if missing:
        blocks.append(f"Left out: {', '.join(missing)}.")
    return "\n\n".join(blocks)
