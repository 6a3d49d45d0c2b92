"""Rows of many keys, read in one statement, put back to their keys."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


def grouped(rows: Iterable[Any], by: str, record: Callable[[Any], T]) -> dict[int, list[T]]:
    """What `record` makes of each row, in the order of the rows, under the value of the column `by`."""
    groups: dict[int, list[T]] = defaultdict(list)
    for row in rows:
        groups[row[by]].append(record(row))
    return dict(groups)
