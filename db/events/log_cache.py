"""What a process keeps in memory of one room's log: its newest events, and pages of older ones that are being read."""

import asyncio
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from db.core.records import Event

# Reads up to so many events after a number, and comes back only when it succeeded.
Read = Callable[[int, int], Awaitable[Sequence[Event]]]
# Refuses a number that is before the beginning of the log as it is now.
RefuseDropped = Callable[[int], Awaitable[None]]

# Texts in events may be long: what stays in memory is bounded in characters too, for the newest events and for the
# pages. A few pages stay in any case, or followers at different places would take them from each other at every step.
_MAX_PAGES, _MIN_PAGES = 16, 4
_MAX_WEIGHT = 4_000_000


@dataclass(frozen=True, slots=True)
class _Page:
    """All events of one stretch of the log, up to the number that it covers."""

    events: Sequence[Event]
    covers: int
    weight: int


class LogCache:
    """The log from where watching began. Older events come from the table, a page at a time, once for all who ask."""

    def __init__(self, end: int, read: Read, refuse_dropped: RefuseDropped, *, size: int, page: int) -> None:
        self.end = end
        self._read, self._refuse_dropped = read, refuse_dropped
        self._size, self._page_size = size, page
        self._newest: dict[int, Event] = {}
        self._oldest = end + 1
        self._weight = 0
        self._pages: OrderedDict[int, _Page] = OrderedDict()
        self._reading: dict[int, asyncio.Task[_Page]] = {}

    async def extend(self) -> bool:
        """Read a page of what follows; False where there is nothing."""
        begin = self.end
        events = await self._read(begin, self._page_size)
        if self.end != begin:
            # It ends elsewhere meanwhile: these don't follow.
            return True
        for event in events:
            self._newest[event.seq] = event
            self._weight += _weight(event.data)
            self.end = event.seq
        while len(self._newest) > self._size or self._weight > _MAX_WEIGHT:
            oldest = self._newest.pop(self._oldest, None)
            self._weight -= _weight(oldest.data) if oldest else 0
            self._oldest += 1
        return bool(events)

    def end_at(self, end: int) -> None:
        """Forget what is kept of later events, or of all where it goes on beyond what was read."""
        self._pages.clear()
        kept = {} if end > self.end else {seq: event for seq, event in self._newest.items() if seq <= end}
        self._newest, self.end = kept, end
        self._oldest = min(kept, default=end + 1)
        self._weight = sum(_weight(event.data) for event in kept.values())

    async def after(self, seq: int) -> Event | None:
        """The first event after seq, if it has been read or is before the end; CURSOR_EXPIRED if it was dropped."""
        if seq >= self.end:
            return None
        event = self._newest.get(seq + 1) or await self._first_after(seq)
        if event is None or event.seq > seq + 1:
            await self._refuse_dropped(seq)
        return event

    async def _first_after(self, seq: int) -> Event | None:
        while seq < self.end:
            if (event := self._newest.get(seq + 1)) is not None:
                return event
            page = await self._page(seq)
            index = bisect_right(page.events, seq, key=lambda event: event.seq)
            if index < len(page.events):
                return page.events[index]
            # Where somebody took rows out of the table, going on is better than standing still for ever.
            seq = max(seq, page.covers)
        return None

    def close(self) -> list[asyncio.Task[_Page]]:
        """Stop reading; the tasks that are ending."""
        tasks = list(self._reading.values())
        for task in tasks:
            task.cancel()
        return tasks

    async def _page(self, seq: int) -> _Page:
        number = seq // self._page_size
        page = self._pages.get(number)
        if page is not None and page.covers > seq:
            self._pages.move_to_end(number)
            return page
        if number not in self._reading:
            self._reading[number] = asyncio.create_task(self._read_page(number))
        # One who stops waiting must not stop it for the others.
        return await asyncio.shield(self._reading[number])

    async def _read_page(self, number: int) -> _Page:
        first, last = number * self._page_size + 1, (number + 1) * self._page_size
        known = min(self.end, last)
        try:
            events = [event for event in await self._read(first - 1, self._page_size) if event.seq <= last]
        finally:
            # Not in a callback, which runs later: until then one who needs more would be handed this over and over.
            del self._reading[number]
        known = min(known, self.end)
        weight = sum(_weight(event.data) for event in events)
        page = self._pages[number] = _Page(events, max(known, events[-1].seq if events else 0), weight)
        self._pages.move_to_end(number)
        while len(self._pages) > _MAX_PAGES or (len(self._pages) > _MIN_PAGES and self._pages_weight() > _MAX_WEIGHT):
            self._pages.popitem(last=False)
        return page

    def _pages_weight(self) -> int:
        return sum(page.weight for page in self._pages.values())


def _weight(value: object) -> int:
    """About how many characters a JSON value holds."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(name) + _weight(part) for name, part in value.items())
    return sum(map(_weight, value)) if isinstance(value, list) else 1
