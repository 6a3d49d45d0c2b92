"""How far back the rooms' logs go: what is older than its room keeps is dropped, oldest first."""

from db.core.database import Database
from db.core.queries import q

# So many of the newest events stay, however old they are.
_NEWEST = 10_000
# How many events a transaction drops.
_BATCH = 2_000


async def drop_old_events(database: Database, *, newest: int = _NEWEST, batch: int = _BATCH) -> int:
    """Drop a batch of one room's events; answers by how many its log got shorter.

    What a webhook that is switched on has not settled waits for that. What other statements read of old events stays in
    their table, and is in no log any more.
    """
    async with database.transaction() as tx:
        log = await q.lock_log_to_shorten(tx, newest=newest)
        if log is None:
            return 0
        await q.lock_webhooks_of_room(tx, room_id=log["room_id"])
        return await q.drop_events(tx, room_id=log["room_id"], newest=newest, most=batch) or 0
