"""Resources as clients see them, and what they send about them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import ids, records
from db.rooms import rooms
from schema.context import Info
from schema.types.enums import BreakerState
from schema.types.node import Node
from schema.types.rooms import room as room_types

if TYPE_CHECKING:
    from schema.types.rooms.room import Room


@strawberry.type(
    description="A shared thing that work needs (a repository, a service, a device), with a capacity and a circuit "
    "breaker."
)
class Resource(Node):
    name: str = strawberry.field(description="The name that tasks use for it; unique in its room.")
    capacity: int | None = strawberry.field(description="Tasks that may hold it at once; null is no limit.")
    in_use: int = strawberry.field(description="Tasks that hold it now.")
    breaker: BreakerState = strawberry.field(description="The state of its circuit breaker.")
    failures: int = strawberry.field(description="Failures in a row.")
    failure_threshold: int = strawberry.field(description="Its breaker opens after this many failures in a row.")
    cooldown_seconds: int = strawberry.field(description="An open breaker lets one task try after this many seconds.")
    opened_at: datetime | None = strawberry.field(description="When its breaker last opened; null once it is closed.")
    last_detail: str = strawberry.field(description="The detail last reported with reportHealth.")
    room_id: strawberry.Private[int]

    @classmethod
    def of(cls, resource: records.Resource) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.RESOURCE, resource.id)),
            name=resource.name,
            capacity=resource.capacity,
            in_use=resource.in_use,
            breaker=resource.breaker,
            failures=resource.failures,
            failure_threshold=resource.failure_threshold,
            cooldown_seconds=resource.cooldown_seconds,
            opened_at=resource.opened_at,
            last_detail=resource.last_detail,
            room_id=resource.room_id,
        )

    @strawberry.field(description="The room that it belongs to.")
    async def room(self, info: Info) -> Annotated["Room", strawberry.lazy("schema.types.rooms.room")]:
        return room_types.Room.of(await info.context.required(rooms.by_ids, ids.ROOM, self.room_id))


@strawberry.input(description="A resource to create, or changes to the room's resource of this name.")
class DefineResourceInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    name: str = strawberry.field(description="The name that tasks use for it.")
    capacity: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Tasks that may hold it at once. null means no limit; left out, it stays as it is.",
    )
    failure_threshold: int | None = strawberry.field(
        default=5, description="Its breaker opens after this many failures in a row."
    )
    cooldown_seconds: int | None = strawberry.field(
        default=60, description="An open breaker lets one task try after this many seconds."
    )


@strawberry.input(description="Whether a resource worked.")
class ReportHealthInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    resource: str = strawberry.field(description="The resource's name.")
    ok: bool = strawberry.field(description="Whether it worked.")
    detail: str | None = strawberry.field(default=strawberry.UNSET, description="What was observed.")


@strawberry.input(description="A circuit breaker to close by hand.")
class ResetBreakerInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    resource: str = strawberry.field(description="The resource's name.")
