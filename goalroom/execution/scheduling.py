"""Fair scheduling per agent: 8 operations at a time, and of large ones one, which yields every 5 ms."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

_AT_ONCE = 8
# What costs more takes over ten milliseconds. It runs alone, and in time slices.
_LARGE = 1_000
# How long anybody waits for it at each step; a small query has some eight.
_SLICE_SECONDS = 0.005
# Of so many items, none takes a slice by itself.
_SHORT = 10


class Scheduler:
    """For all agents that have something running."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, bool], tuple[asyncio.Semaphore, list[None]]] = {}
        self._slicing = asyncio.Lock()
        self._rested_at = self._slice_end = 0.0

    @staticmethod
    def is_large(cost: int) -> bool:
        """Whether an operation of this cost runs so long that it must yield to others."""
        return cost > _LARGE

    def load(self, agent: int) -> int:
        """How many of this agent's operations run, or wait for a slot."""
        return sum(len(self._known[key][1]) for key in ((agent, False), (agent, True)) if key in self._known)

    @asynccontextmanager
    async def time_slice(self) -> AsyncGenerator[None]:
        """One at a time, and then everybody else."""
        async with self._slicing:
            self._slice_end = time.perf_counter() + _SLICE_SECONDS
            try:
                yield
            finally:
                self._slice_end = 0.0
            if time.perf_counter() - self._rested_at > _SLICE_SECONDS / 2:
                await asyncio.sleep(0)
                self._rested_at = time.perf_counter()

    def has_time(self, items: int = 1) -> bool:
        """Whether a slice is running that has time for a short list: what it holds needs no slice of its own then."""
        return items <= _SHORT and time.perf_counter() < self._slice_end

    @asynccontextmanager
    async def slot(self, agent: int, cost: int) -> AsyncGenerator[None]:
        """A slot to run in: a few at a time, in the order in which they asked."""
        large = self.is_large(cost)
        semaphore, users = self._known.setdefault((agent, large), (asyncio.Semaphore(1 if large else _AT_ONCE), []))
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
                del self._known[agent, large]
