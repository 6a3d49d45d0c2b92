"""Memory: values under keys that outlast the sessions which wrote them."""

from dataclasses import dataclass

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind
from db.core.errors import BadInput, NotFound, VersionConflict
from db.core.queries import q, required
from db.core.records import Memory
from db.core.transaction import Transaction
from db.goal_tree import objectives, references
from db.rooms import rooms

# How many of those that fit a search are ranked.
_CANDIDATES = 2000
# What one transaction sweeps at most.
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Scope:
    """What a memory belongs to, by its id. Without a room it is an agent's own: in no log, and for nobody else."""

    id: str
    room_id: int | None
    task_id: int | None = None
    objective_id: int | None = None


async def scope_of(on: Database | Transaction, caller: Caller, reference: str) -> Scope:
    """The room, objective, task or agent of this id or name; NOT_FOUND where its memory is closed to the caller."""
    if not ids.looks_like_one(validation.text("scope", reference)):
        return await _named(on, caller, reference)
    letter, key = ids.split(reference)
    scope = ids.of(letter, key)
    if letter == ids.ROOM:
        return Scope(scope, (await rooms.find(on, caller, reference)).id)
    if letter == ids.OBJECTIVE:
        return Scope(scope, (await objectives.find(on, caller, reference)).room_id, objective_id=key)
    if letter == ids.TASK:
        return Scope(scope, (await references.find_task(on, caller, reference)).room_id, task_id=key)
    if letter != ids.AGENT:
        raise BadInput("scope", f"{reference} can't be a memory scope: only rooms, objectives, tasks and agents can.")
    if key != caller.agent_id:
        raise NotFound(reference)
    return Scope(scope, None)


async def _named(on: Database | Transaction, caller: Caller, name: str) -> Scope:
    """Refuse a name that is both a room's and the agent's own, so that a private value never ends up in the room."""
    own = Scope(ids.of(ids.AGENT, caller.agent_id), None) if name.lower().removeprefix("@") == caller.name else None
    if name.startswith("@"):
        if own is None:
            raise NotFound(name)
        return own
    try:
        room = await rooms.find(on, caller, name)
    except NotFound:
        if own is None:
            raise
        return own
    if own is not None:
        raise BadInput(
            "scope",
            f"{name} is ambiguous: it names the room {ids.of(ids.ROOM, room.id)} and you, {own.id}. Send the id.",
        )
    return Scope(ids.of(ids.ROOM, room.id), room.id)


async def remember(
    database: Database,
    caller: Caller,
    scope: str,
    key: str,
    value: object,
    *,
    if_version: int | None = None,
    ttl_seconds: int | None = None,
    keeps_end: bool = False,
) -> Memory:
    """Write the value under the key; with `if_version` only if that is the stored version, where 0 means none.

    `keeps_end`: what had an end has it still; otherwise it ends `ttl_seconds` from now, or never.
    """
    validation.key("key", key)
    validation.json_value("value", value)
    if if_version is not None:
        validation.integer("ifVersion", if_version, 0)
    if ttl_seconds is not None:
        validation.integer("ttlSeconds", ttl_seconds, 1, validation.MAX_DURATION)
    async with database.transaction() as tx:
        place = await _writable(tx, caller, scope)
        row = required(
            await q.write_memory(
                tx,
                scope=place.id,
                key=key,
                value=value,
                author_id=caller.agent_id,
                keeps_end=keeps_end,
                ttl_seconds=ttl_seconds,
            )
        )
        memory = Memory.of(row)
        # The version that it had can be told only now that the row is locked; a refusal undoes what was written.
        if if_version is not None and memory.version != if_version + 1:
            raise VersionConflict(scope=place.id, key=key, version=memory.version - 1)
        if memory.version == 1:
            await _check_bound(tx, caller)
        _append_event(tx, caller, place, key, memory.version)
    return memory


async def _check_bound(tx: Transaction, caller: Caller) -> None:
    """BAD_INPUT where the caller has written as much as one agent may; the refusal undoes what was written."""
    if await q.memory_is_full(tx, author_id=caller.agent_id, most=validation.MAX_MEMORIES):
        raise BadInput(
            "key",
            f"You have written {validation.MAX_MEMORIES} memories, which is as many as one agent may have.",
            "Delete what is not needed any more with forget, or send `ttlSeconds` so that it ends by itself.",
            validation.MAX_MEMORIES,
        )


async def forget(database: Database, caller: Caller, scope: str, key: str) -> bool:
    """Delete the value; answers whether there was one. In the log this is a write that leaves version 0."""
    validation.key("key", key)
    async with database.transaction() as tx:
        place = await _writable(tx, caller, scope)
        row = await q.delete_memory(tx, scope=place.id, key=key)
        forgotten = row is not None and row["live"]
        if forgotten:
            _append_event(tx, caller, place, key, 0)
    return forgotten


async def recall(database: Database, caller: Caller, scope: str, key: str) -> Memory:
    """What is remembered under the key; NOT_FOUND where there is nothing."""
    validation.key("key", key)
    place = await scope_of(database, caller, scope)
    row = await q.memory_by_key(database, scope=place.id, key=key)
    if row is None:
        raise NotFound(key, f'memories(scope: "{place.id}") lists the keys there.')
    return Memory.of(row)


async def find(
    database: Database, caller: Caller, scope: str, *, prefix: str | None, search: str | None, first: int
) -> list[Memory]:
    """The memories whose keys begin with the prefix, sorted by key; with a search, those that match, best first."""
    beginning = validation.text("prefix", prefix or "", most=validation.MAX_KEY)
    most = validation.page("first", first)
    if search is not None:
        validation.text("search", search, most=validation.MAX_TITLE)
    place = await scope_of(database, caller, scope)
    if search is None:
        rows = await q.list_memories(database, scope=place.id, prefix=beginning, most=most)
    else:
        rows = await q.search_memories(
            database, scope=place.id, prefix=beginning, search=search, candidates=_CANDIDATES, most=most
        )
    return [Memory.of(row) for row in rows]


async def delete_expired(database: Database) -> int:
    """Delete a batch of what has expired, which nobody sees any more; answers how many."""
    return len(await q.delete_expired_memories(database, most=_BATCH))


async def _writable(tx: Transaction, caller: Caller, reference: str) -> Scope:
    place = await scope_of(tx, caller, reference)
    caller.must_not_observe()
    if place.room_id is not None:
        caller.must_work(place.room_id, reference)
    return place


def _append_event(tx: Transaction, caller: Caller, place: Scope, key: str, version: int) -> None:
    if place.room_id is not None:
        tx.append_event(
            place.room_id,
            EventKind.MEMORY_WRITTEN,
            actor=caller.agent_id,
            task=place.task_id,
            objective=place.objective_id,
            data={"scope": place.id, "key": key, "version": version},
        )
