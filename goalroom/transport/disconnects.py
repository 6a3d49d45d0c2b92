"""Clients that hang up before they are answered."""

import asyncio

from starlette.types import Receive

from goalroom.on_exit import OnExit

# Most requests are answered sooner, and whether their clients are still there need not be watched.
_SHORT_SECONDS = 0.05


def cancelled_on_disconnect(receive: Receive, cancelled: asyncio.Event) -> OnExit:
    """While a request runs whose body was read: `cancelled` is set when its client has disconnected."""
    watchers: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    begin = loop.call_later(_SHORT_SECONDS, lambda: watchers.append(loop.create_task(_watch(receive, cancelled))))

    def end() -> None:
        begin.cancel()
        for watcher in watchers:
            watcher.cancel()

    return OnExit(end)


async def until_disconnected(receive: Receive) -> None:
    """Until the client has hung up; what it sends before that is not looked at."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _watch(receive: Receive, cancelled: asyncio.Event) -> None:
    await until_disconnected(receive)
    cancelled.set()
