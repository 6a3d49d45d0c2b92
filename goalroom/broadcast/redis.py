"""Broadcaster's backend for Redis and Valkey; the stock one falls silent for ever when its connection drops."""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, NoReturn

from broadcaster import BroadcastBackend, Event
from redis.asyncio import Redis
from redis.asyncio.retry import Retry as RedisRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from db.core.retry import Retry
from goalroom.broadcast.notifier import CHANNEL, LOOK_AGAIN

_log = logging.getLogger(__name__)

_CONNECT_SECONDS = 2.0
# One that hangs, or died without a word, is found out by asking it.
_ASK_SECONDS, _GONE_SECONDS = 0.5, 2.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5
# How often to look without being told, while nobody can tell: no poll finds tokens that were revoked.
_LOOK_SECONDS = 1.0


class RedisBroadcast(BroadcastBackend):
    """One channel of Redis, subscribed to on a connection that is made again whenever it drops.

    Nothing depends on it: a message that is lost, or a Redis that is away, costs up to a second.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._heard: asyncio.Queue[str] = asyncio.Queue()
        self._publisher = self._client()
        self._tasks: list[asyncio.Task[None]] = []
        self._retry = Retry("listening to the other processes", _FIRST_PAUSE, _LONGEST_PAUSE)
        self.listening = asyncio.Event()

    async def connect(self) -> None:
        self._tasks = [
            asyncio.create_task(self._retry.until_done(self._listen)),
            asyncio.create_task(self._look_while_away()),
        ]

    async def disconnect(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await _close(self._publisher)

    async def subscribe(self, group: str) -> None:
        """Nothing to do: there is one channel, and it is subscribed to from the start."""

    async def unsubscribe(self, group: str) -> None:
        """As subscribe."""

    async def publish(self, channel: str, message: Any) -> None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await _apart(self._publisher.publish(channel, message))
        except RedisError as error:
            raise ConnectionError(str(error)) from error

    async def next_published(self) -> Event:
        return Event(CHANNEL, await self._heard.get())

    async def _listen(self) -> NoReturn:
        client = self._client()
        try:
            async with client.pubsub() as channel:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    await _apart(channel.subscribe(CHANNEL))
                    while not _is(await channel.get_message(timeout=_CONNECT_SECONDS), "subscribe"):
                        pass
                # What was said before is lost.
                self._heard.put_nowait(LOOK_AGAIN)
                self.listening.set()
                self._retry.succeeded()
                await self._hear(channel)
        except RedisError as error:
            raise ConnectionError(str(error)) from error
        finally:
            self.listening.clear()
            await _close(client)

    async def _hear(self, channel: Any) -> NoReturn:
        while True:
            message = await channel.get_message(timeout=_ASK_SECONDS)
            if message is None:
                async with asyncio.timeout(_GONE_SECONDS):
                    await _apart(channel.ping())
                    while (message := await channel.get_message(timeout=_GONE_SECONDS)) is None:
                        pass
            if _is(message, "message"):
                self._heard.put_nowait(str(message["data"]))

    async def _look_while_away(self) -> NoReturn:
        is_away = False
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if is_away == self.listening.is_set():
                is_away = not is_away
                _log.warning("Redis is away, news take up to a second" if is_away else "Redis is back")
            if is_away:
                self._heard.put_nowait(LOOK_AGAIN)

    def _client(self) -> "Redis":
        # It must not connect again by itself, for nobody would know that messages were lost meanwhile.
        return Redis.from_url(
            self._url,
            decode_responses=True,
            client_name="goalroom",
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=_CONNECT_SECONDS,
            retry=RedisRetry(NoBackoff(), 0),
        )


async def _apart(sending: Awaitable[Any]) -> None:
    """Send it in a task of its own: with Python 3.11, whoever is cancelled just as redis-py has sent never hears of it.

    It waits with `asyncio.wait_for`, mended in Python 3.12: https://github.com/python/cpython/issues/86296
    A server would not stop then.
    """
    task = asyncio.ensure_future(sending)
    try:
        await asyncio.shield(task)
    finally:
        task.cancel()


def _is(message: Any, kind: str) -> bool:
    return message is not None and message["type"] == kind


async def _close(client: "Redis") -> None:
    with suppress(RedisError, OSError, TimeoutError):
        async with asyncio.timeout(_GONE_SECONDS):
            await client.aclose()
