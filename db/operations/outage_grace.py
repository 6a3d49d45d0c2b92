"""Extend leases by the time in which no server ran, as agents could send no heartbeats."""

import asyncio
import logging

from db.core.database import Database
from db.core.queries import q

# How often each process notes that it lives, and when a silence of all of them is an outage.
_NOTE_EVERY_S = 0.5
_OUTAGE_S = 3.0

_log = logging.getLogger(__name__)


async def record_alive(database: Database) -> None:
    """Note that a server is running. The first to do so after an outage extends all leases by its length, once.

    An outage is over before anything is judged by the clock: before requests are served, and before each sweep.
    """
    if await q.note_alive(database, outage_seconds=_OUTAGE_S):
        return
    async with database.transaction() as tx:
        row = await q.lock_uptime(tx)
        if row["silent_seconds"] > _OUTAGE_S:
            await q.end_outage(tx, died_at=row["alive_at"])
            _log.info(
                "nobody served for a while, leases last that much longer", extra={"seconds": row["silent_seconds"]}
            )


async def keep_recording_alive(database: Database) -> None:
    """Note it until cancelled, whatever else the process has to do."""
    while True:
        await record_alive(database)
        await asyncio.sleep(_NOTE_EVERY_S)
