"""What every resolver is handed: who asks, where the facts are, and the loaders of this one request."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import compress
from typing import Any, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import NotFound
from db.core.pagination import Page
from db.events.feed import Feed

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# Reads the values of many keys in one statement; keys that have none are left out.
Batch = Callable[[Database, Sequence[K]], Awaitable[Mapping[K, V]]]


@dataclass
class Context:
    """Made anew for each request; a subscription renews its loaders at each event, for what they read goes stale.

    Loaders hand out nothing that the caller may not see, whatever led to it.
    `cancelled` is set when nobody waits for the answer any more: the client hung up, or the server is stopping.
    """

    database: Database
    feed: Feed
    caller: Caller
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    _loaders: dict[Any, DataLoader[Any, Any]] = field(default_factory=dict)

    async def one(self, batch: Batch[K, V], key: K) -> V | None:
        """The value of the key, read together with those that other fields ask of the same function."""
        if batch not in self._loaders:
            self._loaders[batch] = DataLoader(load_fn=partial(self._load, batch))
        value: V | None = await self._loaders[batch].load(key)
        return value

    async def required(self, batch: Batch[int, V], letter: str, key: int) -> V:
        """As `one`, of what is never deleted: NOT_FOUND where the caller may not see it. `letter` is its id's."""
        value = await self.one(batch, key)
        if value is None:
            raise NotFound(ids.of(letter, key))
        return value

    async def many(self, batch: Batch[K, Sequence[V]], key: K) -> Sequence[V]:
        """As `one`, where a key has a list: nothing is an empty one."""
        return await self.one(batch, key) or ()

    def forget(self) -> None:
        """Drop what was read so far."""
        self._loaders = {}

    async def _load(self, batch: Batch[K, V], keys: list[K]) -> list[Any]:
        values = await batch(self.database, keys)
        return [_visible(self.caller, values.get(key)) for key in keys]


def _visible(caller: Caller, value: Any) -> Any:
    """What the caller may see of a loaded value: itself or None, or of a list or page what is left of it."""
    if isinstance(value, list | tuple):
        return [one for one in value if caller.sees_record(one)]
    if isinstance(value, Page):
        kept = [caller.sees_record(one) for one in value.items]
        return replace(value, items=[*compress(value.items, kept)], cursors=[*compress(value.cursors, kept)])
    return value if caller.sees_record(value) else None


Info = strawberry.Info[Context, None]
