"""What clients can do with the goal tree."""

import strawberry

from db.goal_tree import objectives
from db.goals import key_results, objective_mutations
from schema.context import Info
from schema.types.absent import given, or_none
from schema.types.goals.key_result import KeyResult
from schema.types.goals.key_result_inputs import CreateKeyResultInput, UpdateKeyResultInput
from schema.types.goals.objective import CreateObjectiveInput, MoveObjectiveInput, Objective, UpdateObjectiveInput


@strawberry.type
class ObjectiveQuery:
    @strawberry.field(description="The objective with this id.")
    async def objective(self, info: Info, id: strawberry.ID) -> Objective | None:  # noqa: A002  # the contract's name
        return Objective.of(await objectives.find(info.context.database, info.context.caller, id))


@strawberry.type
class ObjectiveMutation:
    @strawberry.mutation(description="Create an objective, at the root or under a parent.")
    async def create_objective(self, info: Info, input: CreateObjectiveInput) -> Objective | None:  # noqa: A002
        made = await objective_mutations.create(
            info.context.database, info.context.caller, **input.new(), key=or_none(input.idempotency_key)
        )
        return Objective.of(made)

    @strawberry.mutation(description="Change an objective's fields, its status, or whether it is archived.")
    async def update_objective(self, info: Info, input: UpdateObjectiveInput) -> Objective | None:  # noqa: A002
        changed = await objective_mutations.update(
            info.context.database, info.context.caller, input.id, input.changes()
        )
        return Objective.of(changed)

    @strawberry.mutation(description="Under another parent, or, without one, to the root.")
    async def move_objective(self, info: Info, input: MoveObjectiveInput) -> Objective | None:  # noqa: A002
        moved = await objective_mutations.move(
            info.context.database, info.context.caller, input.id, or_none(input.parent)
        )
        return Objective.of(moved)

    @strawberry.mutation(description="Add a key result to an objective.")
    async def create_key_result(self, info: Info, input: CreateKeyResultInput) -> KeyResult | None:  # noqa: A002
        made = await key_results.create(
            info.context.database,
            info.context.caller,
            input.objective,
            input.key_result.new(),
            or_none(input.idempotency_key),
        )
        return KeyResult.of(made)

    @strawberry.mutation(description="Change a key result's current value, title or target.")
    async def update_key_result(self, info: Info, input: UpdateKeyResultInput) -> KeyResult | None:  # noqa: A002
        changes = given(input, "current", "title", "unit", "target")
        changed = await key_results.update(
            info.context.database,
            info.context.caller,
            input.id,
            changes,  # type: ignore[arg-type]  # these names are its keys
            or_none(input.note),
        )
        return KeyResult.of(changed)
