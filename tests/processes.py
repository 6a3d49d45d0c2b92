"""A server process as it is inside: what it commits it says to the others, and what they commit it hears."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from broadcaster import Broadcast, BroadcastBackend

from db.core.database import Database
from db.events.feed import Feed
from goalroom.broadcast.choice import backend_of
from goalroom.broadcast.notifier import Nudges
from tests.patience import PATIENCE_S

# So late that no poll helps: what is heard in time was said by a nudge.
LATE = 2.0 * PATIENCE_S


@dataclass
class Process:
    """What one server process has of this."""

    database: Database
    feed: Feed
    nudges: Nudges
    backend: BroadcastBackend


@asynccontextmanager
async def process(url: str, *, poll_seconds: float = LATE, broadcast_url: str | None = None) -> AsyncGenerator[Process]:
    database = await Database.connect(url, size=4)
    feed = Feed(database, poll_seconds=poll_seconds)
    backend: Any = backend_of(broadcast_url or url)
    nudges = Nudges(Broadcast(backend=backend), database, feed)
    running = asyncio.create_task(nudges.run())
    async with asyncio.timeout(PATIENCE_S):
        await (backend.listener.answering if broadcast_url is None else backend.listening).wait()
    try:
        yield Process(database, feed, nudges, backend)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await feed.close()
        await database.close()
