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

# The slots of an agent, for small operations or large ones, and as many items as use them or wait for one.
_Slots = dict[tuple[int, bool], tuple[asyncio.Semaphore, list[None]]]


class Scheduler:
    """For all agents that have something running."""

    def __init__(self) -> None:
        self._known: _Slots = {}
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

    def slot(self, agent: int, cost: int) -> "_Slot":
        """A slot to run in: a few at a time, in the order in which they asked."""
        return _Slot(self._known, (agent, self.is_large(cost)))


class _Slot:
    """A class of its own, for each request takes two: a generator takes four times as long."""

    __slots__ = ("_key", "_known")

    def __init__(self, known: _Slots, key: tuple[int, bool]) -> None:
        self._known, self._key = known, key

    async def __aenter__(self) -> None:
        known = self._known.get(self._key)
        if known is None:
            _, is_large = self._key
            known = self._known[self._key] = asyncio.Semaphore(1 if is_large else _AT_ONCE), []
        semaphore, users = known
        users.append(None)
        is_in = False
        try:
            is_in = await semaphore.acquire()
            if len(users) > _AT_ONCE:
                # What nothing keeps would go on at once, and all that come after it too, in one step of the loop.
                await asyncio.sleep(0)
        except BaseException:
            if is_in:
                semaphore.release()
            self._leave(users)
            raise

    async def __aexit__(self, *_: object) -> None:
        semaphore, users = self._known[self._key]
        semaphore.release()
        self._leave(users)

    def _leave(self, users: list[None]) -> None:
        users.pop()
        if not users:
            del self._known[self._key]
