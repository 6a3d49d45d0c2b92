"""What is the case now, of many keys: read together for all who watch, as soon as it changed and from time to time."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

S = TypeVar("S")


class _Spot(Generic[S]):
    """A key that somebody watches."""

    def __init__(self) -> None:
        self.watchers = 0
        self.state: S | None = None
        self.known = asyncio.Event()
        self.moved = asyncio.Event()

    def becomes(self, state: S) -> None:
        if not self.known.is_set() or state != self.state:
            self.state = state
            self.known.set()
            self.moved.set()
            self.moved = asyncio.Event()


class Sight(Generic[S]):
    """One watcher's view of a key. To miss nothing: note `state`, look, then wait for another than what was noted."""

    def __init__(self, spot: _Spot[S]) -> None:
        self._spot = spot

    @property
    def state(self) -> S:
        return self._spot.state  # type: ignore[return-value]  # it is known before anybody gets to see it

    async def other_than(self, noted: S) -> S:
        """The state, once it differs from this one. In between it may have been many others."""
        while self.state == noted:
            await self._spot.moved.wait()
        return self.state


class Lookout(Generic[S]):
    """Reads the states of all watched keys in one statement. `read` comes back only when it succeeded."""

    def __init__(self, read: Callable[[Sequence[int]], Awaitable[Mapping[int, S]]], *, poll_seconds: float) -> None:
        self._read = read
        self._poll_seconds = poll_seconds
        self._spots: dict[int, _Spot[S]] = {}
        self._wanted: set[int] = set()
        self._look = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def changed(self, key: int) -> None:
        """The state of this key has changed."""
        if key in self._spots:
            self._wanted.add(key)
            self._look.set()

    def look_again(self) -> None:
        """Changes may have been missed."""
        self._wanted |= self._spots.keys()
        self._look.set()

    @asynccontextmanager
    async def watch(self, key: int) -> AsyncGenerator[Sight[S]]:
        """Keep an eye on the key, from what it is now."""
        spot = self._spots.setdefault(key, _Spot())
        spot.watchers += 1
        try:
            # Also where others watch it already: what they were told of may be older than this.
            self.changed(key)
            if self._looking is None:
                self._looking = asyncio.create_task(self._keep_looking())
            await spot.known.wait()
            yield Sight(spot)
        finally:
            spot.watchers -= 1
            if not spot.watchers:
                del self._spots[key]
            if not self._spots:
                await self.close()

    async def close(self) -> None:
        """Stop looking. Watchers should have gone before."""
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _keep_looking(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._poll_seconds):
                    await self._look.wait()
            except TimeoutError:
                self._wanted |= self._spots.keys()
            self._look.clear()
            keys, self._wanted = sorted(self._wanted & self._spots.keys()), set()
            states = await self._read(keys) if keys else {}
            for key in keys:
                if (spot := self._spots.get(key)) is not None:
                    spot.becomes(states[key])
