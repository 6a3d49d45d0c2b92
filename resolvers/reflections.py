"""What clients can do with reflections and insights."""

# ruff: noqa: A002  # `input` is the contract's name

import strawberry

from db.reflections import insights, reflections
from schema.context import Info
from schema.types.absent import or_none
from schema.types.reflections.insight import Insight
from schema.types.reflections.insight_inputs import DismissInsightInput, PromoteInsightInput
from schema.types.reflections.reflection import ReflectInput, Reflection
from schema.types.tasks.task import Task


@strawberry.type
class ReflectionMutation:
    @strawberry.mutation(
        description="Say what you learned from your work; what several agents learn alike becomes an insight."
    )
    async def reflect(self, info: Info, input: ReflectInput) -> Reflection | None:
        key = or_none(input.idempotency_key)
        return Reflection.of(await reflections.reflect(info.context.database, info.context.caller, input.new(), key))

    @strawberry.mutation(description="Make a task of an insight; again, it answers with the same task.")
    async def promote_insight(self, info: Info, input: PromoteInsightInput) -> Task | None:
        task = input.task.new() if input.task else None
        return Task.of(await insights.promote(info.context.database, info.context.caller, input.insight, task))

    @strawberry.mutation(
        description="Decide that nothing comes of an insight; two more agents who say it open it again."
    )
    async def dismiss_insight(self, info: Info, input: DismissInsightInput) -> Insight | None:
        return Insight.of(
            await insights.dismiss(info.context.database, info.context.caller, input.insight, input.reason)
        )
