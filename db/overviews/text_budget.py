"""Fit a text into a number of characters: what comes first is kept, and what is left out is counted."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

# This many entries of each section come first, then their details, and then all else in the same way.
_FIRST = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing as a paragraph, and those of what else is good to know of it."""

    text: str
    details: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """`total` counts also what isn't among the entries; `left_out` is how those are called behind their number."""

    heading: str
    left_out: str
    entries: Sequence[Entry]
    total: int


# A section, an entry of it, and of that entry its text, 0, or one of its details.
_Piece: TypeAlias = tuple[int, int, int]


def fit(head: str, sections: Sequence[Section], most: int) -> str:
    """All of it if it fits into so many characters; else as much as fits, and the number of what is left out."""
    pieces = list(_pieces(sections))
    if len(everything := _text(head, sections, pieces)) <= most:
        return everything
    shown: set[_Piece] = set()
    for section, entry, part in sorted(pieces, key=_turn):
        # One that doesn't fit hides those behind it, so that nothing stands there without what is more urgent.
        before = (section, entry, part - 1) if part else (section, entry - 1, 0)
        if (before in shown or (entry, part) == (0, 0)) and len(
            _text(head, sections, shown | {(section, entry, part)})
        ) <= most:
            shown.add((section, entry, part))
    text = _text(head, sections, shown)
    # Only a head of many letters gets here: it gives way to the counts.
    return text if len(text) <= most else _text(head[: len(head) - (len(text) - most)], sections, shown)


def _pieces(sections: Sequence[Section]) -> Iterator[_Piece]:
    for at, section in enumerate(sections):
        for number, entry in enumerate(section.entries):
            yield from ((at, number, part) for part in range(1 + len(entry.details)))


def _turn(piece: _Piece) -> tuple[int, _Piece]:
    _, entry, part = piece
    return (0 if entry < _FIRST else 2) + (1 if part else 0), piece


def _text(head: str, sections: Sequence[Section], shown: Collection[_Piece]) -> str:
    wanted, blocks, missing, details = set(shown), [head], [], 0
    for at, section in enumerate(sections):
        entries = [(number, entry) for number, entry in enumerate(section.entries) if (at, number, 0) in wanted]
        if entries:
            blocks.append(f"## {section.heading} ({section.total})")
            for number, entry in entries:
                more = [detail for part, detail in enumerate(entry.details, 1) if (at, number, part) in wanted]
                details += len(entry.details) - len(more)
                blocks += [entry.text, *more]
        if section.total > len(entries):
            missing.append(f"{section.total - len(entries)} {section.left_out}")
    if details:
        missing.append(f"{details} detail{'s' if details > 1 else ''}")
    if missing:
        blocks.append(f"Left out: {', '.join(missing)}.")
    return "\n\n".join(blocks)
