"""What clients can do with submissions."""

import strawberry

from db.tasks import reviews
from schema.context import Info
from schema.types.absent import or_none
from schema.types.tasks.review import ClaimNextReviewInput, ReviewTaskInput
from schema.types.tasks.task import Task


@strawberry.type
class ReviewMutation:
    @strawberry.mutation(description="The oldest submission that the caller may review, and nobody else gets it.")
    async def claim_next_review(
        self,
        info: Info,
        input: ClaimNextReviewInput | None = strawberry.UNSET,  # noqa: A002  # the contract's name
    ) -> Task | None:
        room = or_none(input.room) if input else None
        task = await reviews.claim_next(info.context.database, info.context.caller, room)
        return Task.of(task) if task else None

    @strawberry.mutation(description="Decide on a submission: the task is DONE, or goes back to its author.")
    async def review_task(self, info: Info, input: ReviewTaskInput) -> Task | None:  # noqa: A002
        return Task.of(await reviews.review(info.context.database, info.context.caller, input.task, input.new()))
