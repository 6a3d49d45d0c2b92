"""The work that the clock brings. Every process does it, and any number at once do nothing twice."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from db import digest_posting, idempotency, memory, objectives, presence, readiness, resources, sweep
from db.database import Database

# A lease is void the moment it ends; this is how long its task then takes to be on offer again.
_TICK_S = 0.5
_HOUSEKEEPING_EVERY = 60
_LONGEST_PAUSE_S = 5.0

_log = logging.getLogger(__name__)

# Each answers how much it did; one that did a whole batch is called again at once.
_AT_EVERY_TICK: tuple[Callable[[Database], Awaitable[int]], ...] = (
    sweep.take_back_expired,
    objectives.archive_finished,
    readiness.clear_schedules,
    resources.let_cool,
    digest_posting.post_due,
)
_NOW_AND_THEN: tuple[Callable[[Database], Awaitable[int]], ...] = (
    idempotency.forget_old,
    memory.forget_expired,
)


async def sweep_forever(database: Database) -> None:
    """Sweep until cancelled; while the database is away, try again with pauses that grow."""
    pause, ticks = _TICK_S, 0
    while True:
        try:
            await _round(database, _AT_EVERY_TICK)
            await presence.sweep(database)
            if ticks % _HOUSEKEEPING_EVERY == 0:
                await _round(database, _NOW_AND_THEN)
            pause, ticks = _TICK_S, ticks + 1
        except Exception as error:
            # Whatever went wrong was rolled back, and work that is left undone now is found again in the next round.
            _log.warning("sweep failed, trying again: %s: %s", type(error).__name__, error)
            pause = min(pause * 2, _LONGEST_PAUSE_S)
        await asyncio.sleep(pause)


async def _round(database: Database, sweeps: tuple[Callable[[Database], Awaitable[int]], ...]) -> None:
    for sweep_some in sweeps:
        while await sweep_some(database):
            pass
