"""Loaders: what many fields of one operation ask for is read together, and once."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")


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

    def shown(self, key: K, shown: Callable[[V], T]) -> "T | Later[K, V, T]":
        """The value of a key that was asked for, as `shown`, for whoever can wait for it where it is not read yet."""
        if key in self._known:
            return shown(self.known(key))
        return Later(self, key, shown, self._asked[key])

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


class Later(Generic[K, V, T]):
    """A value that is being read. Whoever has many of them waits for each `reading` once, and asks for their values."""

    __slots__ = ("_key", "_loader", "_shown", "reading")

    def __init__(self, loader: Loader[K, V], key: K, shown: Callable[[V], T], reading: asyncio.Task[None]) -> None:
        self._loader, self._key, self._shown, self.reading = loader, key, shown, reading

    def value(self) -> T:
        """As it is shown, once `reading` is over; whatever went wrong there is raised."""
        self.reading.result()
        return self._shown(self._loader.known(self._key))

    def __await__(self) -> Generator[Any, Any, T]:
        # Whoever gives up must not take the answer from the others.
        yield from asyncio.shield(self.reading).__await__()
        return self.value()
