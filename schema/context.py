"""What every resolver is handed: who asks, where the facts are, and the loaders of this one request."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import compress
from typing import Any, TypeVar

import strawberry

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import NotFound
from db.core.pagination import Page
from db.events.feed import Feed
from db.webhooks.outbound import NoOutbound, Outbound
from schema.loaders import Loader

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
R = TypeVar("R")
T = TypeVar("T")

# Reads the values of many keys in one statement; keys that have none are left out.
Batch = Callable[[Database, Sequence[K]], Awaitable[Mapping[K, V]]]
# What was read together, by the identity of each: a page's tasks, or the agents of a room.
Together = dict[int, Sequence[Any]]


@dataclass(slots=True)
class Context:
    """Made anew for each request; a subscription renews its loaders at each event, for what they read goes stale.

    Loaders hand out nothing that the caller may not see, whatever led to it.
    `cancelled` is set when nobody waits for the answer any more: the client hung up, or the server is stopping.
    `outbound` sends requests to addresses outside.
    """

    database: Database
    feed: Feed
    caller: Caller
    outbound: Outbound = field(default_factory=NoOutbound)
    _cancelled: asyncio.Event | None = None
    _loaders: dict[Any, Loader[Any, Any]] = field(default_factory=dict)
    _together: Together = field(default_factory=dict)

    @property
    def cancelled(self) -> asyncio.Event:
        """Made when it is first asked for: most operations never wait, and an event takes a kilobyte."""
        if self._cancelled is None:
            self._cancelled = asyncio.Event()
        return self._cancelled

    @cancelled.setter
    def cancelled(self, event: asyncio.Event) -> None:
        self._cancelled = event

    async def one(self, batch: Batch[K, V], key: K) -> V | None:
        """The value of the key, read together with those that other fields ask of the same function."""
        value: V | None = await self._loader(batch).load(key)
        return value

    async def required(self, batch: Batch[int, V], letter: str, key: int) -> V:
        """As `one`, of what is never deleted: NOT_FOUND where the caller may not see it. `letter` is its id's."""
        return _required(letter, key, await self.one(batch, key))

    async def many(self, batch: Batch[K, Sequence[V]], key: K) -> Sequence[V]:
        """As `one`, where a key has a list: nothing is an empty one."""
        return await self.one(batch, key) or ()

    def related(self, batch: Batch[K, V], record: R, key: Callable[[R], K | None], shown: Callable[[V | None], T]) -> T:
        """What a record has by this key of it, as `shown`.

        Whatever was read together with the record has the same read for it, so a list takes as many statements as one
        of its items. Where it was not read yet, the answer is awaitable: the engine waits for it.
        """
        wanted = key(record)
        if wanted is None:
            return shown(None)
        loader = self._loader(batch)
        if not loader.is_asked(wanted):
            others = (key(other) for other in self._together.get(id(record), ()))
            loader.ask(other for other in (wanted, *others) if other is not None)
        return loader.shown(wanted, shown)  # type: ignore[return-value]

    def has_one(self, batch: Batch[K, V], record: R, key: Callable[[R], K | None], shown: Callable[[V], T]) -> T | None:
        """As `related`; None where there is none."""
        return self.related(batch, record, key, lambda value: None if value is None else shown(value))

    def has_many(
        self, batch: Batch[K, Sequence[V]], record: R, key: Callable[[R], K], shown: Callable[[V], T]
    ) -> list[T]:
        """As `related`, where a key has a list: nothing is an empty one."""
        return self.related(batch, record, key, lambda values: [shown(value) for value in values or ()])

    def belongs_to(
        self, batch: Batch[int, V], letter: str, record: R, key: Callable[[R], int], shown: Callable[[V], T]
    ) -> T:
        """As `related`, of what is never deleted: NOT_FOUND where the caller may not see it. `letter` is its id's."""
        return self.related(batch, record, key, lambda value: shown(_required(letter, key(record), value)))

    def read_together(self, records: Sequence[R]) -> Sequence[R]:
        """Have these, which no loader read, count as read together."""
        self._together.update(dict.fromkeys(map(id, records), records))
        return records

    def forget(self) -> None:
        """Drop what was read so far."""
        self._loaders, self._together = {}, {}

    def _loader(self, batch: Any) -> Loader[Any, Any]:
        loader = self._loaders.get(batch)
        if loader is None:
            read = partial(_read_visible, self.database, self.caller, self._together, batch)
            loader = self._loaders[batch] = Loader(read)
        return loader


def _required(letter: str, key: int, value: V | None) -> V:
    if value is None:
        raise NotFound(ids.of(letter, key))
    return value


async def _read_visible(
    database: Database, caller: Caller, together: Together, batch: Batch[K, V], keys: Sequence[K]
) -> list[Any]:
    values = await batch(database, keys)
    visible = [_visible(caller, values.get(key)) for key in keys]
    records = [*_records(visible)]
    together.update(dict.fromkeys(map(id, records), records))
    return visible


def _records(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from value
        elif isinstance(value, Page):
            yield from value.items
        elif value is not None:
            yield value


def _visible(caller: Caller, value: Any) -> Any:
    """What the caller may see of a loaded value: itself or None, or of a list or page what is left of it."""
    if isinstance(value, list | tuple):
        return [one for one in value if caller.sees_record(one)]
    if isinstance(value, Page):
        kept = [caller.sees_record(one) for one in value.items]
        if all(kept):
            return value
        return replace(value, items=[*compress(value.items, kept)], cursors=[*compress(value.cursors, kept)])
    return value if caller.sees_record(value) else None


Info = strawberry.Info[Context, None]
