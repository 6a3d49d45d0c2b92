"""What clients can do with rooms."""

import strawberry

from db.operations import room_mutations
from db.rooms import rooms
from schema.context import Info
from schema.types.absent import or_none
from schema.types.rooms.room import CreateRoomInput, Room, UpdateRoomInput


@strawberry.type
class RoomQuery:
    @strawberry.field(description="The room with this id or name; without one, the caller's only room.")
    async def room(self, info: Info, room: strawberry.ID | None = strawberry.UNSET) -> Room | None:
        return Room.of(await rooms.find(info.context.database, info.context.caller, or_none(room)))

    @strawberry.field(description="The rooms that the caller may see, sorted by name; archived ones when asked for.")
    async def rooms(self, info: Info, *, include_archived: bool | None = False) -> list[Room]:
        found = await rooms.visible(info.context.database, info.context.caller, archived=bool(include_archived))
        return [Room.of(room) for room in found]


@strawberry.type
class RoomMutation:
    @strawberry.mutation(description="By an ADMIN, who becomes a member of it.")
    async def create_room(self, info: Info, input: CreateRoomInput) -> Room | None:  # noqa: A002  # the contract's name
        made = await room_mutations.create(
            info.context.database,
            info.context.caller,
            input.name,
            title=or_none(input.title),
            settings=input.settings.changes() if input.settings else {},
            idempotency_key=or_none(input.idempotency_key),
        )
        return Room.of(made)

    @strawberry.mutation(
        description="By an ADMIN, or a human member of the room; it is archived and brought back by an ADMIN."
    )
    async def update_room(self, info: Info, input: UpdateRoomInput) -> Room | None:  # noqa: A002
        return Room.of(
            await room_mutations.update(info.context.database, info.context.caller, input.room, input.changes())
        )
