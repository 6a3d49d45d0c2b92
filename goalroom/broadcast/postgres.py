"""Broadcaster's backend for Postgres; the stock one falls silent for ever when its connection drops."""

import asyncio
from contextlib import suppress
from typing import Any

from broadcaster import BroadcastBackend, Event

from db.core import session
from db.core.queries import q
from goalroom.broadcast.notifier import CHANNEL, LOOK_AGAIN
from goalroom.broadcast.watched_connection import CONNECT_SECONDS, WatchedConnection


class PostgresBroadcast(BroadcastBackend):
    """One channel, listened to on a connection that is made again whenever it drops, and published to on another."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._heard: asyncio.Queue[str] = asyncio.Queue()
        self._listening: asyncio.Task[None] | None = None
        self._publisher: Any = None
        self._turn = asyncio.Lock()
        self.listener = WatchedConnection("listening to the other processes", self._listen)

    async def connect(self) -> None:
        self._listening = asyncio.create_task(self.listener.run())

    async def disconnect(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
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
                async with asyncio.timeout(CONNECT_SECONDS):
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

    async def _listen(self) -> Any:
        connection = await self._connection()
        try:
            await connection.add_listener(CHANNEL, self._hear)
        except BaseException:
            connection.terminate()
            raise
        self._heard.put_nowait(LOOK_AGAIN)
        return connection

    def _hear(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        self._heard.put_nowait(str(payload))

    async def _connection(self, **settings: str) -> Any:
        return await session.connect(self._url, seconds=CONNECT_SECONDS, application_name="goalroom nudges", **settings)
