"""What clients send to decide what comes of an insight."""

import strawberry

from schema.types.tasks.task_inputs import CreateTaskInput


@strawberry.input(description="An insight to make a task of.")
class PromoteInsightInput:
    insight: strawberry.ID = strawberry.field(description="The insight.")
    task: CreateTaskInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="The task to create; left out, one with the insight's title, and its reflections as description.",
    )


@strawberry.input(description="An insight to dismiss.")
class DismissInsightInput:
    insight: strawberry.ID = strawberry.field(description="The insight.")
    reason: str = strawberry.field(description="Why nothing is to come of it.")
