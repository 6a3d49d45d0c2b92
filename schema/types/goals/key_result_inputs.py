"""What clients send to make and change key results."""

import strawberry

from db.goals.key_results import NewKeyResult
from schema.types.absent import given


@strawberry.input(description="A key result to create.")
class KeyResultInput:
    title: str = strawberry.field(description="What is measured.")
    unit: str | None = strawberry.field(default=strawberry.UNSET, description="The unit that it is measured in.")
    start: float | None = strawberry.field(default=0.0, description="The value at the start.")
    target: float = strawberry.field(description="The value to reach.")
    current: float | None = strawberry.field(
        default=strawberry.UNSET, description="The value now; left out, the value at the start."
    )
    weight: float | None = strawberry.field(
        default=strawberry.UNSET, description="Weight in its objective's progress, 0 or more; 1 when left out."
    )
    owner: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The agent that is responsible for it."
    )

    def new(self) -> NewKeyResult:
        """What db makes one of."""
        said = {
            name: value
            for name, value in given(self, "unit", "current", "weight", "owner").items()
            if value is not None
        }
        return NewKeyResult(title=self.title, target=self.target, start=self.start or 0.0, **said)


@strawberry.input(description="A key result to create for an objective.")
class CreateKeyResultInput:
    objective: strawberry.ID = strawberry.field(description="The objective that it measures.")
    key_result: KeyResultInput = strawberry.field(description="The key result.")
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same key result."
    )


@strawberry.input(description="Changes to a key result.")
class UpdateKeyResultInput:
    id: strawberry.ID = strawberry.field(description="The key result.")
    current: float | None = strawberry.field(default=strawberry.UNSET, description="The value now.")
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What is measured.")
    target: float | None = strawberry.field(default=strawberry.UNSET, description="The value to reach.")
    unit: str | None = strawberry.field(
        default=strawberry.UNSET, description="The unit that it is measured in; empty is none."
    )
    note: str | None = strawberry.field(
        default=strawberry.UNSET, description="Why it changed; recorded in the room's log."
    )
