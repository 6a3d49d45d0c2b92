"""Broadcaster's backend for Postgres; the stock one falls silent for ever when its connection drops."""

import asyncio
from contextlib import suppress
from typing import Any, NoReturn

import asyncpg
from broadcaster import BroadcastBackend, Event

from db.core import session
from db.core.queries import q
from db.core.retry import Retry
from goalroom.broadcast.notifier import CHANNEL, LOOK_AGAIN

_CONNECT_SECONDS = 2
# A server that hangs, or died without a word, is found out by asking it: so often. It is late after the second of these
# and may come back to us at any moment; after the third it isn't waited for any more.
_ASK_SECONDS, _LATE_SECONDS, _GONE_SECONDS = 0.5, 0.8, 3.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5


class PostgresBroadcast(BroadcastBackend):
    """One channel, listened to on a connection that is made again whenever it drops, and published to on another."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._heard: asyncio.Queue[str] = asyncio.Queue()
        self._listener: asyncio.Task[None] | None = None
        self._publisher: Any = None
        self._turn = asyncio.Lock()
        # A listener that gives up is what this is here to prevent.
        self._retry = Retry("listening to the other processes", _FIRST_PAUSE, _LONGEST_PAUSE)
        self.listening = asyncio.Event()
        # When Postgres was last known to be there, by this process's clock.
        self.heard_at = 0.0

    async def connect(self) -> None:
        self._listener = asyncio.create_task(self._retry.until_done(self._listen))

    async def disconnect(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        self._drop_publisher()

    async def subscribe(self, group: str) -> None:
        """Nothing to do: there is one channel, and it is listened to from the start."""

    async def unsubscribe(self, group: str) -> None:
        """As subscribe."""

    async def publish(self, channel: str, message: Any) -> None:
        async with self._turn:
            try:
                if self._publisher is None or self._publisher.is_closed():
                    # No disk is waited for: after a crash nobody needs what was nudged before.
                    self._publisher = await self._connection(synchronous_commit="off")
                async with asyncio.timeout(_CONNECT_SECONDS):
                    await q.nudge(self._publisher, channel=channel, payload=message)
            except BaseException:
                self._drop_publisher()
                raise

    async def next_published(self) -> Event:
        return Event(CHANNEL, await self._heard.get())

    def _drop_publisher(self) -> None:
        if self._publisher is not None:
            self._publisher.terminate()
            self._publisher = None

    async def _listen(self) -> NoReturn:
        try:
            connection = await self._connection()
            try:
                ended = asyncio.Event()
                connection.add_termination_listener(lambda _connection: ended.set())
                await connection.add_listener(CHANNEL, self._hear)
                self._heard.put_nowait(LOOK_AGAIN)
                self._is_there()
                self.listening.set()
                self._retry.succeeded()
                await self._stay(connection, ended)
            finally:
                self.listening.clear()
                connection.terminate()
        except asyncpg.PostgresError:
            # A refusal is an answer too: the server is there, and our own connections may be good.
            self._is_there()
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
        late = asyncio.get_running_loop().call_later(_LATE_SECONDS, self.listening.clear)
        try:
            async with asyncio.timeout(_GONE_SECONDS):
                await q.still_there(connection)
        finally:
            late.cancel()
        self._is_there()
        self.listening.set()

    def _is_there(self) -> None:
        self.heard_at = asyncio.get_running_loop().time()

    def _hear(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        self._heard.put_nowait(str(payload))

    async def _connection(self, **settings: str) -> Any:
        return await session.connect(
            self._url, seconds=_CONNECT_SECONDS, application_name="goalroom nudges", **settings
        )
