"""Reviews as clients see them, and what they send to review."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import ids, records
from db.rooms import agents
from db.tasks import task_loaders
from db.tasks.reviews import CriterionVerdict, NewReview
from schema.context import Info
from schema.types.enums import Verdict
from schema.types.node import Node
from schema.types.rooms import agent as agent_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.rooms.agent import Agent
    from schema.types.tasks.task import Task


@strawberry.type(description="The verdict on a submission, by somebody who is no relative of its author.")
class Review(Node):
    verdict: Verdict = strawberry.field(description="What was decided.")
    comment: str = strawberry.field(description="Why, or what has to change.")
    created_at: datetime = strawberry.field(description="When it was given.")
    record: strawberry.Private[records.Review]

    @classmethod
    def of(cls, review: records.Review) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.REVIEW, review.id)),
            verdict=review.verdict,
            comment=review.comment,
            created_at=review.created_at,
            record=review,
        )

    @strawberry.field(description="What was reviewed.")
    def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")]:
        shown = task_types.Task.of
        return info.context.belongs_to(task_loaders.by_ids, ids.TASK, self.record, lambda review: review.task_id, shown)

    @strawberry.field(description="Who reviewed it.")
    def reviewer(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]:
        shown = agent_types.Agent.of
        return info.context.belongs_to(agents.by_ids, ids.AGENT, self.record, lambda review: review.reviewer_id, shown)


@strawberry.input(description="Where to look for a submission to review.")
class ClaimNextReviewInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )


@strawberry.input(description="The reviewer's verdict on one criterion.")
class CriterionVerdictInput:
    id: strawberry.ID = strawberry.field(description="The criterion.")
    accepted: bool = strawberry.field(description="Whether it is met.")
    note: str | None = strawberry.field(default=strawberry.UNSET, description="Why, or what is missing.")


@strawberry.input(description="A verdict on a submission.")
class ReviewTaskInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    verdict: Verdict = strawberry.field(
        description="APPROVED makes the task DONE; CHANGES_REQUESTED sends it back to its author."
    )
    comment: str | None = strawberry.field(default=strawberry.UNSET, description="Why, or what has to change.")
    criteria: list[CriterionVerdictInput] | None = strawberry.field(
        default=strawberry.UNSET, description="The verdict on each criterion; APPROVED accepts those left out."
    )

    def new(self) -> NewReview:
        """What db makes one of."""
        return NewReview(
            verdict=self.verdict,
            comment=self.comment or "",
            criteria=[
                CriterionVerdict(id=one.id, accepted=one.accepted, note=one.note or "") for one in self.criteria or ()
            ],
        )
