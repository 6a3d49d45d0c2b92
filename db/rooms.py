"""Rooms and the rules that hold in them."""

from collections.abc import Sequence

from db import ids
from db.callers import Caller, only_room
from db.database import Act, Database
from db.queries import q
from db.records import Room
from db.refusals import NotFound


async def find(on: Database | Act, caller: Caller, reference: str | None) -> Room:
    """The room of this id or name, or the caller's only one; NOT_FOUND where the caller may not see it."""
    if reference is None:
        return Room.of(await q.room_by_id(on, room_id=only_room(caller)))
    key = ids.key_or_name(ids.ROOM, reference)
    row = await (q.room_by_id(on, room_id=key) if isinstance(key, int) else q.room_by_name(on, name=key))
    if row is None:
        raise NotFound(reference)
    caller.must_see(row["id"], reference)
    return Room.of(row)


async def lock(act: Act, room_id: int) -> Room:
    """The room, and the right to change what its tasks wait for until the act is over."""
    return Room.of(await q.lock_room(act, room_id=room_id))


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Room]:
    """Rooms by key."""
    return {row["id"]: Room.of(row) for row in await q.rooms_by_ids(database, room_ids=keys)}
