"""Key results as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import ids, records, rules
from db.goal_tree import objectives
from db.rooms import agents
from schema.context import Info
from schema.types.goals import objective as objective_types
from schema.types.node import Node
from schema.types.rooms import agent as agent_types

if TYPE_CHECKING:
    from schema.types.goals.objective import Objective
    from schema.types.rooms.agent import Agent


@strawberry.type(description="A number that measures how far an objective is.")
class KeyResult(Node):
    title: str = strawberry.field(description="What is measured.")
    unit: str = strawberry.field(description="The unit that it is measured in.")
    start: float = strawberry.field(description="The value at the start.")
    target: float = strawberry.field(description="The value to reach.")
    current: float = strawberry.field(description="The value now.")
    progress: float = strawberry.field(
        description="0..1: how far current is from start to target, either direction, clamped."
    )
    weight: float = strawberry.field(description="Weight in its objective's progress.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    record: strawberry.Private[records.KeyResult]

    @classmethod
    def of(cls, key_result: records.KeyResult) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.KEY_RESULT, key_result.id)),
            title=key_result.title,
            unit=key_result.unit,
            start=key_result.start,
            target=key_result.target,
            current=key_result.current,
            progress=rules.key_result_progress(key_result),
            weight=key_result.weight,
            updated_at=key_result.updated_at,
            record=key_result,
        )

    @strawberry.field(description="The objective that it measures.")
    def objective(self, info: Info) -> Annotated["Objective", strawberry.lazy("schema.types.goals.objective")]:
        shown = objective_types.Objective.of
        return info.context.belongs_to(
            objectives.by_ids, ids.OBJECTIVE, self.record, lambda one: one.objective_id, shown
        )

    @strawberry.field(description="The agent that is responsible for it.")
    def owner(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")] | None:
        return info.context.has_one(agents.by_ids, self.record, lambda one: one.owner_id, agent_types.Agent.of)
