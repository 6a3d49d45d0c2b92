"""How many rows one statement of an import takes."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

# What one statement writes at most; of rows with long texts less, for jsonb holds 256 MB.
BATCH = 1_000
BATCH_OF_TEXTS = 100


def batches(rows: Sequence[T], most: int = BATCH) -> Iterator[Sequence[T]]:
    """The rows in their order, so many at a time."""
    for start in range(0, len(rows), most):
        yield rows[start : start + most]
