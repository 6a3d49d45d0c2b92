"""Rooms and the rules that hold in them."""

from collections.abc import Iterable, Sequence

from db.core import ids, validation
from db.core.callers import Caller, only_room
from db.core.database import Database
from db.core.enums import EventKind, Role
from db.core.errors import NotFound
from db.core.queries import q, required
from db.core.records import Agent, Room
from db.core.transaction import Transaction


async def find(on: Database | Transaction, caller: Caller, reference: str | None) -> Room:
    """The room of this id or name, or the caller's only one; NOT_FOUND where the caller may not see it."""
    if reference is None:
        return Room.of(required(await q.room_by_id(on, room_id=only_room(caller))))
    key = ids.key_or_name(ids.ROOM, validation.text("room", reference))
    row = await (q.room_by_id(on, room_id=key) if isinstance(key, int) else q.room_by_name(on, name=key))
    if row is None:
        raise NotFound(reference)
    caller.must_see(row["id"], reference)
    return Room.of(row)


async def find_key(on: Database | Transaction, caller: Caller, reference: str | None) -> int:
    """The key of the room, as `find`; nothing is looked up where the caller belongs to it and its name is known."""
    if reference is None:
        return only_room(caller)
    key = ids.key_or_name(ids.ROOM, validation.text("room", reference))
    # A room that a transaction sees may be undone with it.
    names = {} if isinstance(on, Transaction) else on.known_rooms
    known = key if isinstance(key, int) else names.get(key)
    if known in caller.rooms:
        return known
    room = await find(on, caller, reference)
    names[room.name] = room.id
    return room.id


async def get(on: Database | Transaction, room_id: int) -> Room:
    """The room of this key, which is known to exist."""
    return Room.of(required(await q.room_by_id(on, room_id=room_id)))


async def must_be(on: Database | Transaction, caller: Caller, field: str, reference: str | None, room_id: int) -> None:
    """BAD_INPUT where what the field holds names another room than this one."""
    if reference is not None:
        named = await find(on, caller, reference)
        hint = f"Leave `room` out of `{field}`: it is {ids.of(ids.ROOM, room_id)}."
        validation.same_room(field, reference, named.id, room_id, hint)


async def lock(tx: Transaction, room_id: int) -> Room:
    """Lock the room, for changes of what its tasks wait for, until the transaction ends; answers the room."""
    return Room.of(required(await q.lock_room(tx, room_id=room_id)))


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Room]:
    """Rooms by key."""
    return {row["id"]: Room.of(row) for row in await q.rooms_by_ids(database, room_ids=keys)}


async def visible(database: Database, caller: Caller, *, archived: bool = False) -> list[Room]:
    """The rooms that the caller may see, by name; `archived`: with those that were archived."""
    rows = await q.rooms_by_name(
        database, room_ids=sorted(caller.rooms), everything=caller.role is Role.ADMIN, archived=archived
    )
    return [Room.of(row) for row in rows]


async def add_member(tx: Transaction, agent: Agent, room_ids: Iterable[int], *, actor: int | None) -> None:
    """Make the agent a member of these rooms; each that is new to it hears of it."""
    for row in await q.join_rooms(tx, agent_id=agent.id, room_ids=sorted(set(room_ids))):
        data = {"name": agent.name, "kind": agent.kind}
        tx.append_event(row["room_id"], EventKind.AGENT_JOINED, actor=actor, agent=agent.id, data=data)
