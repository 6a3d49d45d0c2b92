"""The channels of rooms."""

from collections import defaultdict
from collections.abc import Sequence

from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput, NameTaken, NotFound
from db.core.queries import q
from db.core.records import Channel
from db.core.transaction import Transaction
from db.rooms import rooms


async def create(database: Database, caller: Caller, room: str | None, name: str, topic: str) -> Channel:
    """A new channel; NAME_TAKEN where the room has one of this name."""
    validation.room_name(name)
    validation.text("topic", topic)
    async with database.transaction() as tx:
        found = await rooms.find(tx, caller, room)
        caller.must_work(found.id, found.name)
        await rooms.lock(tx, found.id)
        if await q.count_channels(tx, room_id=found.id) >= validation.MAX_CHANNELS:
            raise BadInput(
                "room",
                f"{found.name} has {validation.MAX_CHANNELS} channels, which is as many as a room may have.",
                "Use one of them: 'room { channels { name topic } }' lists them.",
                validation.MAX_CHANNELS,
            )
        row = await q.insert_channel(tx, room_id=found.id, name=name, topic=topic)
        if row is None:
            raise NameTaken(name)
        data = {"channel": {"name": name, "topic": topic}}
        tx.append_event(found.id, EventKind.ROOM_UPDATED, actor=caller.agent_id, data=data)
    return Channel.of(row)


async def find(on: Database | Transaction, room_id: int, name: str) -> Channel:
    """The room's channel of this name, in any case, with or without its #; else NOT_FOUND."""
    called = validation.text("channel", name).lower().removeprefix("#")
    # Its name and topic stay as they are, so it is looked up once. What a transaction made may be undone.
    known = {} if isinstance(on, Transaction) else on.known_channels
    channel = known.get((room_id, called))
    if channel is None:
        row = await q.channel_by_name(on, room_id=room_id, name=called)
        if row is None:
            raise NotFound(
                name, "'room { channels { name } }' lists the channels; a MEMBER creates one with createChannel."
            )
        channel = known[room_id, called] = Channel.of(row)
    return channel


async def of_rooms(database: Database, keys: Sequence[int]) -> dict[int, list[Channel]]:
    """The channels of each room, in the order in which they were made."""
    found = defaultdict(list)
    for row in await q.channels_of_rooms(database, room_ids=keys):
        found[row["room_id"]].append(Channel.of(row))
    return found


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Channel]:
    """Channels by key."""
    return {row["id"]: Channel.of(row) for row in await q.channels_by_ids(database, channel_ids=keys)}
