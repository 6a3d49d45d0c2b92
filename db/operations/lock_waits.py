"""An end to waiting for locks: Postgres counts `lock_timeout` for each wait, and who queues for one row waits twice."""

import asyncio

from db.core.database import Database
from db.core.queries import q

# What is waiting for a lock when it has taken so long is undone.
SECONDS = 10
_EVERY_SECONDS = 1


async def end_long_waits(database: Database) -> None:
    """Cancel what waits too long, until cancelled. It looks only where a connection has been at work for so long."""
    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        backends, names = database.at_work_since(SECONDS)
        if backends or names:
            await q.cancel_lock_waits(database, backends=backends, names=names, seconds=SECONDS)
