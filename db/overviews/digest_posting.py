"""Digests that are posted by the clock, each by one process of many."""

from dataclasses import asdict

from db.conversation import messages
from db.core import ids
from db.core.database import Database
from db.core.enums import EventKind
from db.core.queries import q
from db.core.records import Room
from db.overviews import digest, digest_markdown


async def post_due(database: Database) -> int:
    """Post the digest of one room in which it is due; answers whether there was one.

    It reaches from the last one to now, so every moment is in one of them, and a server that was down posts one.
    """
    async with database.transaction() as tx:
        row = await q.lock_room_due_for_digest(tx)
        if row is None:
            return 0
        room = Room.of(row)
        # What is logged behind this lock is later than `until`, and in the next one.
        await q.lock_log(tx, room_id=room.id)
        until = await q.digest_moment(tx)
        [facts] = await digest.read(tx, [(room, digest.last_digest(room))], until)
        message = await messages.post(tx, room.id, messages.OPS, digest_markdown.markdown(facts))
        await q.mark_digested(tx, room_id=room.id, until=until)
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
    return 1
