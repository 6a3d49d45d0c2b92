"""Counts of tasks by state."""

from dataclasses import asdict
from typing import Self

import strawberry

from db.core import records


@strawberry.type(description="Counts of tasks by state.")
class TaskCounts:
    total: int = strawberry.field(description="All tasks.")
    todo: int = strawberry.field(description="Tasks that nobody works on.")
    ready: int = strawberry.field(description="Of todo: claimable right now.")
    doing: int = strawberry.field(description="Tasks that are held under a lease.")
    blocked: int = strawberry.field(description="Tasks whose owner can't go on.")
    validating: int = strawberry.field(description="Tasks that are submitted and wait for their reviewer.")
    done: int = strawberry.field(description="Tasks that are finished.")
    cancelled: int = strawberry.field(description="Tasks that were given up.")
    stale: int = strawberry.field(description="Of doing: no word of progress for too long.")

    @classmethod
    def of(cls, counts: records.TaskCounts) -> Self:
        return cls(**asdict(counts))
