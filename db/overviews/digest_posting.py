"""Digests that are posted by the clock, each by one process of many: every so often, and at a time of day."""

from dataclasses import asdict
from datetime import datetime, timedelta

from db.conversation import messages
from db.core import ids
from db.core.database import Database
from db.core.enums import EventKind
from db.core.queries import q, required
from db.core.records import Room
from db.core.transaction import Transaction
from db.overviews import digest, digest_markdown
from db.rooms import room_settings

_DAY = timedelta(days=1)


async def post_due(database: Database) -> int:
    """Post the digest of one room in which it is due; answers whether there was one.

    It reaches from the last one of its kind to now, so every moment is in one of them, and a server that was down posts
    one.
    """
    async with database.transaction() as tx:
        row = await q.lock_room_due_for_digest(tx)
        if row is None:
            return 0
        room = Room.of(row)
        # What is logged behind this lock is later than `until`, and in the next one.
        await q.lock_log(tx, room_id=room.id)
        until = await q.moment(tx)
        if row["daily_is_due"]:
            await _post(tx, room, _last_daily(room), until)
            due_at = required(room_settings.next_daily_digest(room, until))
            await q.mark_daily_digested(tx, room_id=room.id, until=until, due_at=due_at)
        else:
            await _post(tx, room, room.digested_at or room.created_at, until)
            await q.mark_digested(tx, room_id=room.id, until=until)
    return 1


def _last_daily(room: Room) -> datetime:
    """Since when there was no daily one. The first is of one day, for an old room's whole past is no news."""
    return room.daily_digested_at or max(room.created_at, required(room.daily_digest_due_at) - _DAY)


async def _post(tx: Transaction, room: Room, since: datetime, until: datetime) -> None:
    [facts] = await digest.read(tx, [(room, since)], until)
    message = await messages.post(tx, room.id, messages.OPS, digest_markdown.markdown(facts))
    tx.append_event(
        room.id,
        EventKind.DIGEST_POSTED,
        message=message,
        data={
            "message": ids.of(ids.MESSAGE, message),
            "since": facts.since,
            "until": until,
            "counts": asdict(facts.counts),
        },
    )
