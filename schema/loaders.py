"""Loaders: what many fields of one operation ask for is read together, and once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Loader(Generic[K, V]):
    """Reads values by key. All keys that are asked for before the loop comes round go into one call of `read`.

    Strawberry's DataLoader makes a future for each key. Here a value that was read is known at once: of a list, all
    items but the first find theirs there, and nothing has to wait.
    """

    def __init__(self, read: Callable[[Sequence[K]], Awaitable[Sequence[V]]]) -> None:
        self._read = read
        self._known: dict[K, V] = {}
        self._asked: dict[K, asyncio.Task[None]] = {}
        self._next: list[K] = []
        self._reading: asyncio.Task[None] | None = None

    def ask(self, keys: Iterable[K]) -> None:
        """Have these read with the next call, where they were not asked for before."""
        for key in keys:
            if key not in self._asked:
                if self._reading is None:
                    self._reading = asyncio.create_task(self._read_next())
                self._asked[key] = self._reading
                self._next.append(key)

    def is_asked(self, key: K) -> bool:
        """Whether it was asked for, and perhaps read."""
        return key in self._asked

    def is_known(self, key: K) -> bool:
        """Whether it was read."""
        return key in self._known

    async def load(self, key: K) -> V:
        """Its value, as soon as it is read."""
        if key not in self._known:
            self.ask([key])
            # Whoever gives up must not take the answer from the others.
            await asyncio.shield(self._asked[key])
        return self.known(key)

    def known(self, key: K) -> V:
        """The value that was read; where it is a refusal, that is raised."""
        value = self._known[key]
        if isinstance(value, Exception):
            raise value
        return value

    async def _read_next(self) -> None:
        # As many as ask in this step of the loop, and those whom it wakes.
        await asyncio.sleep(0)
        keys, self._next, self._reading = self._next, [], None
        self._known.update(zip(keys, await self._read(keys), strict=True))
