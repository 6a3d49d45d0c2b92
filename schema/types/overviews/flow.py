"""How work flows, as charts show it."""

from datetime import datetime
from typing import Self

import strawberry

from db.overviews import flow


@strawberry.type(description="What happened to a room's tasks in one step of time.")
class FlowStep:
    begins: datetime = strawberry.field(
        description="When the step begins: a whole number of steps after the start of 1970 (UTC)."
    )
    ends: datetime = strawberry.field(description="When the next step begins; for the last step that is in the future.")
    created: int = strawberry.field(description="Tasks created in this step.")
    done: int = strawberry.field(description="Tasks done in this step, and not reopened since.")
    in_progress: int = strawberry.field(description="Tasks that were started and unfinished when the step ended.")
    cycle_seconds: float | None = strawberry.field(
        description="Of the tasks done in this step: the median time from the first start to the end; null if "
        "there were none."
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


@strawberry.type(description="How far an objective was at one moment, counting the tasks of its whole subtree.")
class BurnUpMark:
    at: datetime = strawberry.field(description="The moment.")
    tasks: int = strawberry.field(description="Tasks that existed, without those cancelled by then.")
    done: int = strawberry.field(description="Of these tasks: those that were done.")

    @classmethod
    def of(cls, mark: flow.Mark) -> Self:
        return cls(at=mark.at, tasks=mark.tasks, done=mark.done)
