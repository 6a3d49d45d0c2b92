"""Making rooms, and changing their titles and settings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from db.conversation import messages
from db.core import idempotency, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, EventKind, Role
from db.core.errors import Forbidden, NameTaken
from db.core.queries import q, required
from db.core.records import Agent, Room
from db.core.transaction import Transaction
from db.presence import presence
from db.rooms import room_settings, rooms
from db.tasks import readiness, staleness

# The room that every server starts with.
MAIN = "main"


async def ensure_main(database: Database) -> Room:
    """The room that every server starts with, made where there is none; any number of servers may ask at once."""
    async with database.transaction() as tx:
        # Looking first spares a number of a room at each start.
        row = await q.room_by_name(tx, name=MAIN)
        made = None if row else await open_room(tx, MAIN, MAIN, actor=None)
        return made or Room.of(row or required(await q.room_by_name(tx, name=MAIN)))


async def open_room(tx: Transaction, name: str, title: str, *, actor: int | None) -> Room | None:
    """A new room with its log, or nothing where the name is taken."""
    row = await q.insert_room(tx, name=name, title=title)
    if row is None:
        return None
    await q.open_log(tx, room_id=row["id"])
    await messages.open_standard_channels(tx, row["id"])
    tx.append_event(row["id"], EventKind.ROOM_CREATED, actor=actor, data={"name": name, "title": title})
    return Room.of(row)


async def create(
    database: Database,
    caller: Caller,
    name: str,
    *,
    title: str | None = None,
    settings: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Room:
    """A room with its maker as the first member; `settings` holds what differs from the defaults."""
    caller.must_administrate("make rooms")
    validation.room_name(name)
    named = name if title is None else validation.title("title", title)
    changes = room_settings.check(settings or {})
    async with database.transaction() as tx:
        request = [name, title, changes]
        known = await idempotency.stored_answer(tx, caller, "createRoom", idempotency_key, request)
        if known is not None:
            return await rooms.get(tx, known)
        made = await open_room(tx, name, named, actor=caller.agent_id)
        if made is None:
            raise NameTaken(name)
        await rooms.add_member(
            tx, Agent.of(required(await q.agent_by_id(tx, agent_id=caller.agent_id))), [made.id], actor=caller.agent_id
        )
        if changes:
            made = await _change(tx, made, changes)
        await idempotency.store_answer(tx, caller, "createRoom", idempotency_key, made.id)
        return made


async def update(database: Database, caller: Caller, reference: str, changes: Mapping[str, Any]) -> Room:
    """Change the title or settings that are among the changes; for an ADMIN, or a person who is a member."""
    async with database.transaction() as tx:
        room = await rooms.lock(tx, (await rooms.find(tx, caller, reference)).id)
        caller.must_work(room.id, reference)
        if caller.role is not Role.ADMIN and caller.kind is not AgentKind.HUMAN:
            raise Forbidden(
                "Only an ADMIN, or a HUMAN member of the room, can change its settings.",
                "Ask a HUMAN member: 'room { agents { name kind } }' lists the members.",
            )
        wanted = room_settings.check({name: value for name, value in changes.items() if name != "title"})
        if "title" in changes:
            wanted["title"] = validation.title("title", changes["title"] or "")
        new = {name: value for name, value in wanted.items() if getattr(room, name) != value}
        if not new:
            return room
        updated = await _change(tx, room, new)
        if "require_done_criteria" in new:
            await readiness.criteria_rule_changed(tx, updated, caller.agent_id)
        if "idle_after_seconds" in new or "offline_after_seconds" in new:
            await presence.settle(tx, room.id)
        if "stale_after_seconds" in new:
            await staleness.limits_changed(tx, room.id)
        if room.paused and not updated.paused:
            await readiness.room_resumed(tx, room.id, caller.agent_id)
        tx.append_event(room.id, EventKind.ROOM_UPDATED, actor=caller.agent_id, data=room_settings.described(new))
        return updated


async def _change(tx: Transaction, room: Room, changes: Mapping[str, Any]) -> Room:
    """Store these changes, and with another time of day or zone when the next daily digest is due."""
    if changes.keys() & {"digest_at", "timezone"}:
        new = replace(room, **changes)
        due_at = room_settings.next_daily_digest(new, await q.moment(tx))
        changes = {**changes, "daily_digest_due_at": due_at}
    return Room.of(required(await q.change_room(tx, room_id=room.id, changes=changes)))
