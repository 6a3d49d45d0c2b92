"""What one token has running takes turns, so that the loop has little of it to do before it comes to everybody else."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

_AT_ONCE = 8
# What costs more takes over ten milliseconds at a stretch, and goes alone.
_LARGE = 1_000


class Turns:
    """Of all tokens for which something runs."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, bool], tuple[asyncio.Semaphore, list[None]]] = {}

    @asynccontextmanager
    async def turn(self, token: int, cost: int) -> AsyncGenerator[None]:
        """Some at a time, in the order in which they came."""
        key = token, cost > _LARGE
        semaphore, users = self._known.setdefault(key, (asyncio.Semaphore(1 if cost > _LARGE else _AT_ONCE), []))
        users.append(None)
        try:
            async with semaphore:
                if len(users) > _AT_ONCE:
                    # What nothing keeps would go on at once, and all that come after it too, in one step of the loop.
                    await asyncio.sleep(0)
                yield
        finally:
            users.pop()
            if not users:
                del self._known[key]
