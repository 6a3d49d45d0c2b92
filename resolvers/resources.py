"""What clients can do with resources."""

# ruff: noqa: A002  # `input` is the contract's name

import strawberry

from db.resources import resources
from schema.context import Info
from schema.types.absent import given, or_none
from schema.types.resources.resource import DefineResourceInput, ReportHealthInput, ResetBreakerInput, Resource


@strawberry.type
class ResourceMutation:
    @strawberry.mutation(description="Create a resource that tasks can need, or change the one of this name.")
    async def define_resource(self, info: Info, input: DefineResourceInput) -> Resource | None:
        return Resource.of(
            await resources.define(
                info.context.database,
                info.context.caller,
                room=or_none(input.room),
                name=input.name,
                capacity=given(input, "capacity"),
                failure_threshold=5 if input.failure_threshold is None else input.failure_threshold,
                cooldown_seconds=60 if input.cooldown_seconds is None else input.cooldown_seconds,
            )
        )

    @strawberry.mutation(
        description="Report whether a resource works: failures in a row open its breaker, and a successful try "
        "closes it."
    )
    async def report_health(self, info: Info, input: ReportHealthInput) -> Resource | None:
        return Resource.of(
            await resources.report(
                info.context.database,
                info.context.caller,
                room=or_none(input.room),
                resource=input.resource,
                ok=input.ok,
                detail=or_none(input.detail),
            )
        )

    @strawberry.mutation(description="Close a resource's circuit breaker by hand.")
    async def reset_breaker(self, info: Info, input: ResetBreakerInput) -> Resource | None:
        return Resource.of(
            await resources.reset(
                info.context.database, info.context.caller, room=or_none(input.room), resource=input.resource
            )
        )
