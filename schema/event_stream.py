"""What a subscription follows of a room's log: from any place in it, for one caller or for many who see the same."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

from db.core import ids
from db.core.records import Event
from db.events.event_log import Place
from db.overviews.event_filters import EventFilter
from schema.context import Context

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """An event of the log, and what the subscription says of it: None is nothing."""

    event: Event
    payload: T | None


class EventStream(AsyncIterator[T]):
    """The payloads of one subscription, in order and without end.

    It can be followed from any place, again and again: it holds the filter and where it begins, and no more.
    """

    def __init__(self, context: Context, wanted: EventFilter, payload: Callable[[Event], T]) -> None:
        self._context, self._wanted, self._payload = context, wanted, payload
        self._payloads: AsyncGenerator[T] | None = None

    @property
    def room_id(self) -> int:
        return self._wanted.room_id

    @property
    def place(self) -> Place:
        """Where in the log it begins."""
        return Place(self._wanted.epoch or 0, self._wanted.seq)

    @property
    def key(self) -> Hashable:
        """The same for streams that say the same of each event."""
        return self._wanted.key

    async def steps(self, context: Context, place: Place) -> AsyncGenerator[Step[T]]:
        """Every event of the room after this place, as this context's caller may see it. It counts as no follower."""
        wanted = self._wanted.anew()
        following = context.feed.follow(wanted.room_id, place.seq, epoch=place.epoch, counts=False)
        async with aclosing(following) as events:
            async for event in events:
                # It changes meanwhile: with the rooms that it is in.
                caller = context.caller
                caller.must_see(wanted.room_id, ids.of(ids.ROOM, wanted.room_id))
                matches = await wanted.matches(event, caller)
                yield Step(event, self._payload(caller.shown(event)) if matches else None)

    async def __anext__(self) -> T:
        if self._payloads is None:
            self._payloads = self._own()
        return await anext(self._payloads)

    async def aclose(self) -> None:
        if self._payloads is not None:
            await self._payloads.aclose()

    async def _own(self) -> AsyncGenerator[T]:
        with self._context.feed.following():
            async with aclosing(self.steps(self._context, self.place)) as steps:
                async for step in steps:
                    if step.payload is not None:
                        self._context.forget()
                        yield step.payload
