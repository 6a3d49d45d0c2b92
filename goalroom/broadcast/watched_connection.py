"""A connection that is made again whenever it drops, and tells whether Postgres answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import asyncpg

from db.core.queries import q
from db.core.retry import Retry

CONNECT_SECONDS = 2
# A server that hangs, or died without a word, is found out by asking it: so often. It is late after the second of these
# and may come back to us at any moment; after the third it isn't waited for any more.
_ASK_SECONDS, _LATE_SECONDS, _GONE_SECONDS = 0.5, 0.8, 3.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5


class WatchedConnection:
    """Kept open, and asked twice a second whether the server is there, for as long as `run` runs."""

    def __init__(self, work: str, connect: Callable[[], Awaitable[Any]]) -> None:
        """`connect` makes the connection, and is done when it is fit for use."""
        self._connect = connect
        # A connection that is given up is what this is here to prevent.
        self._retry = Retry(work, _FIRST_PAUSE, _LONGEST_PAUSE)
        self.answering = asyncio.Event()
        # When Postgres was last known to be there, by this process's clock.
        self.heard_at = 0.0

    async def run(self) -> None:
        """Until cancelled."""
        await self._retry.until_done(self._watch)

    async def _watch(self) -> NoReturn:
        try:
            connection = await self._connect()
            try:
                ended = asyncio.Event()
                connection.add_termination_listener(lambda _connection: ended.set())
                # That a pooler lets us in says nothing of Postgres.
                await self._ask(connection)
                self._retry.succeeded()
                await self._stay(connection, ended)
            finally:
                self.answering.clear()
                connection.terminate()
        except asyncpg.PostgresError:
            # A refusal is an answer too: the server is there, and our own connections may be good.
            self.heard_at = asyncio.get_running_loop().time()
            raise
        raise ConnectionError("the connection was closed")

    async def _stay(self, connection: Any, ended: asyncio.Event) -> None:
        while not ended.is_set():
            try:
                async with asyncio.timeout(_ASK_SECONDS):
                    await ended.wait()
            except TimeoutError:
                await self._ask(connection)

    async def _ask(self, connection: Any) -> None:
        late = asyncio.get_running_loop().call_later(_LATE_SECONDS, self.answering.clear)
        try:
            async with asyncio.timeout(_GONE_SECONDS):
                await q.still_there(connection)
        finally:
            late.cancel()
        self._is_there()

    def _is_there(self) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        self.answering.set()
