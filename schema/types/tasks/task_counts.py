"""Counts of tasks by state."""

from dataclasses import asdict
from typing import Self

import strawberry

from db.core import records


@strawberry.type(description="Counts of tasks by state.")
class TaskCounts:
    total: int = strawberry.field(description="All of them.")
    todo: int = strawberry.field(description="Nobody works on them.")
    ready: int = strawberry.field(description="Of todo: claimable right now.")
    doing: int = strawberry.field(description="Held under a lease.")
    blocked: int = strawberry.field(description="Their owner can't go on.")
    validating: int = strawberry.field(description="Submitted, and waiting for their reviewer.")
    done: int = strawberry.field(description="Finished.")
    cancelled: int = strawberry.field(description="Given up.")
    stale: int = strawberry.field(description="Of doing: no word of progress for too long.")

    @classmethod
    def of(cls, counts: records.TaskCounts) -> Self:
        return cls(**asdict(counts))
