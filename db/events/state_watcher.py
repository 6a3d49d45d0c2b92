"""Watch the states of many keys: read together for all watchers, on each change and at intervals."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

S = TypeVar("S")


class _WatchedKey(Generic[S]):
    """A key that somebody watches."""

    def __init__(self) -> None:
        self.watchers = 0
        self.state: S | None = None
        self.known = asyncio.Event()
        self.moved = asyncio.Event()

    def set_state(self, state: S) -> None:
        if not self.known.is_set() or state != self.state:
            self.state = state
            self.known.set()
            self.moved.set()
            self.moved = asyncio.Event()


class StateView(Generic[S]):
    """One watcher's view of a key. To miss nothing: note `state`, look, then wait for another than what was noted."""

    def __init__(self, watched: _WatchedKey[S]) -> None:
        self._watched = watched

    @property
    def state(self) -> S:
        return self._watched.state  # type: ignore[return-value]  # it is known before anybody gets to see it

    async def wait_for_change(self, noted: S) -> S:
        """The state, once it differs from this one. In between it may have been many others."""
        while self.state == noted:
            await self._watched.moved.wait()
        return self.state


class StateWatcher(Generic[S]):
    """Reads the states of all watched keys in one statement. `read` comes back only when it succeeded."""

    def __init__(self, read: Callable[[Sequence[int]], Awaitable[Mapping[int, S]]], *, poll_seconds: float) -> None:
        self._read = read
        self._poll_seconds = poll_seconds
        self._keys: dict[int, _WatchedKey[S]] = {}
        self._wanted: set[int] = set()
        self._look = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    def changed(self, key: int) -> None:
        """The state of this key has changed."""
        if key in self._keys:
            self._wanted.add(key)
            self._look.set()

    def poll_now(self) -> None:
        """Changes may have been missed."""
        self._wanted |= self._keys.keys()
        self._look.set()

    @asynccontextmanager
    async def watch(self, key: int) -> AsyncGenerator[StateView[S]]:
        """Watch the key, from its present state."""
        watched = self._keys.setdefault(key, _WatchedKey())
        watched.watchers += 1
        try:
            # Also where others watch it already: what they were told of may be older than this.
            self.changed(key)
            if self._reading is None:
                self._reading = asyncio.create_task(self._keep_reading())
            await watched.known.wait()
            yield StateView(watched)
        finally:
            watched.watchers -= 1
            if not watched.watchers:
                del self._keys[key]
            if not self._keys:
                await self.close()

    async def close(self) -> None:
        """Stop looking. Watchers should have gone before."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _keep_reading(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._poll_seconds):
                    await self._look.wait()
            except TimeoutError:
                self._wanted |= self._keys.keys()
            self._look.clear()
            keys, self._wanted = sorted(self._wanted & self._keys.keys()), set()
            states = await self._read(keys) if keys else {}
            for key in keys:
                if (watched := self._keys.get(key)) is not None:
                    watched.set_state(states[key])
