"""Making rooms, and changing their titles and settings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from db.conversation import messages
from db.core import idempotency, ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, EventKind, Role
from db.core.errors import BadInput, Forbidden, NameTaken, room_archived
from db.core.queries import q, required
from db.core.records import Agent, Room
from db.core.transaction import Transaction
from db.presence import presence
from db.rooms import room_settings, rooms
from db.tasks import readiness, staleness

# The room that every server starts with.
MAIN = "main"
# How many of the tasks that keep a room from being archived its refusal names.
_HELD_NAMED = 5


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
    """Change the title or settings that are among the changes; for an ADMIN, or a person who is a member.

    `archived` among them archives it or brings it back, for an ADMIN.
    """
    async with database.transaction() as tx:
        room = await rooms.lock(tx, (await rooms.find(tx, caller, reference)).id)
        _check_may_update(caller, room, changes)
        wanted = await _wanted(tx, room, changes)
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
        if updated.archived_at is not None:
            await _check_nothing_is_held(tx, room)
        tx.append_event(room.id, EventKind.ROOM_UPDATED, actor=caller.agent_id, data=room_settings.described(new))
        return updated


def _check_may_update(caller: Caller, room: Room, changes: Mapping[str, Any]) -> None:
    archived = changes.get("archived")
    caller.must_not_observe()
    if archived is not None:
        caller.must_administrate("archive rooms and bring them back")
    if caller.role is not Role.ADMIN and caller.kind is not AgentKind.HUMAN:
        raise Forbidden(
            "Only an ADMIN, or a HUMAN member of the room, can change its settings.",
            "Ask a HUMAN member: 'room { agents { name kind } }' lists the members.",
        )
    if room.archived_at is not None and archived is not False and changes.keys() != {"archived"}:
        raise room_archived(ids.of(ids.ROOM, room.id))


async def _wanted(tx: Transaction, room: Room, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that are to have these values."""
    wanted = room_settings.check({name: value for name, value in changes.items() if name not in ("title", "archived")})
    if "title" in changes:
        wanted["title"] = validation.title("title", changes["title"] or "")
    if changes.get("archived") and room.archived_at is None:
        wanted |= {"archived_at": await q.moment(tx), "paused": True}
    elif changes.get("archived") is False:
        wanted["archived_at"] = None
    return wanted


async def _check_nothing_is_held(tx: Transaction, room: Room) -> None:
    """BAD_INPUT where somebody holds a task in the room."""
    # Claims, which don't lock the room, end by then or come later: those the sweeper takes back.
    await q.lock_log(tx, room_id=room.id)
    held = [ids.of(ids.TASK, row["id"]) for row in await q.held_tasks_of_room(tx, room_id=room.id, most=_HELD_NAMED)]
    if held:
        raise BadInput(
            "archived",
            f"{room.name} can't be archived while tasks in it are held: {', '.join(held)}.",
            "Archive it when they are handed in, or given back with releaseTask or assignTask.",
        )


async def _change(tx: Transaction, room: Room, changes: Mapping[str, Any]) -> Room:
    """Store these changes, and with another time of day or zone when the next daily digest is due."""
    if changes.keys() & {"digest_at", "timezone"}:
        new = replace(room, **changes)
        due_at = room_settings.next_daily_digest(new, await q.moment(tx))
        changes = {**changes, "daily_digest_due_at": due_at}
    return Room.of(required(await q.change_room(tx, room_id=room.id, changes=changes)))
