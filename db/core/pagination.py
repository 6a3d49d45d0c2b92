"""Relay pages over keysets: a cursor holds the sort key of its row, so rows that come or go never shift a page."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, overload

from db.core.errors import BadInput

S = TypeVar("S")
T = TypeVar("T")


class Made(Sequence[T], Generic[S, T]):
    """What is made of the things in a sequence, each when somebody looks at it."""

    __slots__ = ("_make", "_things")

    def __init__(self, things: Sequence[S], make: Callable[[S], T]) -> None:
        self._things, self._make = things, make

    def __len__(self) -> int:
        return len(self._things)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]  # as of a list

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> list[T]: ...

    def __getitem__(self, at: int | slice) -> T | list[T]:
        if isinstance(at, slice):
            return [self._make(thing) for thing in self._things[at]]
        return self._make(self._things[at])


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows in reading order, a cursor for each, and whether there are more on either side."""

    items: Sequence[T]
    cursors: Sequence[str]
    has_next: bool = False
    has_previous: bool = False

    @classmethod
    def of(
        cls, rows: Sequence[T], most: int, cursor: Callable[[T], str], *, resumed: bool, backward: bool = False
    ) -> "Page[T]":
        """From `most` + 1 rows, if there are so many: the surplus one says that there are more.

        `resumed`: a cursor was given, so rows lie on the side that we came from. `backward`: rows are newest first,
        as `last` reads them, and are turned into reading order.
        """
        more, kept = len(rows) > most, rows[:most]
        if backward:
            kept = kept[::-1]
        return cls(
            items=kept,
            cursors=Made(kept, cursor),
            has_next=resumed if backward else more,
            has_previous=more if backward else resumed,
        )


def encode(kind: str, *key: object) -> str:
    """An opaque cursor: what it points into, and the sort key there."""
    plain = json.dumps([kind, *key], default=lambda value: value.isoformat(), separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode(kind: str, cursor: str, *types: type) -> tuple[Any, ...]:
    """The sort key in a cursor of this kind; BAD_INPUT for any other text."""
    try:
        plain = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        start, *parts = plain if isinstance(plain, list) and plain else [None]
        key = tuple(_value(part, kind_of) for part, kind_of in zip(parts, types, strict=True))
    except (ValueError, TypeError, binascii.Error, OverflowError, RecursionError):
        start, key = None, ()
    if start != kind:
        raise BadInput(
            "cursor",
            "Invalid cursor for this list.",
            "Send an endCursor, or an edge's cursor, from an earlier page of this list.",
        )
    return key


def _value(part: object, kind_of: type) -> object:
    if kind_of is datetime and isinstance(part, str):
        instant = datetime.fromisoformat(part)
        if instant.tzinfo is None:
            raise ValueError
        return instant.astimezone(UTC)
    if type(part) is not kind_of or (isinstance(part, int) and not 0 <= part < 2**63):
        raise ValueError
    return part
