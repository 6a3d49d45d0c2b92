"""How work flows, as charts show it."""

from datetime import datetime
from typing import Self

import strawberry

from db.overviews import flow


@strawberry.type(description="What became of a room's tasks in one step of time.")
class FlowStep:
    begins: datetime = strawberry.field(description="Its first moment, a whole number of steps after 1970 began (UTC).")
    ends: datetime = strawberry.field(description="Where the next one begins; that of the last is still to come.")
    created: int = strawberry.field(description="Tasks made in it.")
    done: int = strawberry.field(description="Tasks done in it, and not reopened since.")
    in_progress: int = strawberry.field(description="Tasks that had been begun and not ended when it ended.")
    cycle_seconds: float | None = strawberry.field(
        description="Of those done in it, the median time from the first start to the end; null where there were none."
    )

    @classmethod
    def of(cls, step: flow.Step) -> Self:
        return cls(
            begins=step.begins,
            ends=step.ends,
            created=step.created,
            done=step.done,
            in_progress=step.in_progress,
            cycle_seconds=step.cycle_seconds,
        )


@strawberry.type(description="How far an objective was at a moment, counting the tasks of its whole subtree.")
class BurnUpMark:
    at: datetime = strawberry.field(description="The moment.")
    tasks: int = strawberry.field(description="Tasks there were, without those cancelled by then.")
    done: int = strawberry.field(description="Of these, done.")

    @classmethod
    def of(cls, mark: flow.Mark) -> Self:
        return cls(at=mark.at, tasks=mark.tasks, done=mark.done)
