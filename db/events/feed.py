"""Followers of the rooms' logs: each event is read from Postgres once a process, and nothing queues up for anybody."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from functools import partial
from typing import Any, TypeVar

from db.core.database import Database
from db.core.queries import q
from db.core.records import Event
from db.core.retry import Retry
from db.core.transaction import Committed, Topic
from db.events import event_log
from db.events.event_log import LogExtent, Place
from db.events.log_cache import LogCache
from db.events.state_watcher import StateWatcher

S = TypeVar("S")
T = TypeVar("T")

# How many events of a room stay in memory, and how many are read at once.
_CACHE_SIZE, _PAGE_SIZE = 2_000, 200
# How often logs are looked at although nothing was said about them: what a lost nudge costs.
_POLL_SECONDS = 1.0
# Longer than any statement may take: the connection is dead.
_READ_TIMEOUT = 35
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


class _Room:
    """A room that somebody watches. `known` is the newest number heard of, the cache's end the newest one read."""

    def __init__(self, room_id: int) -> None:
        self.id = room_id
        self.known = 0
        # As the log was when it was last looked at: its epochs are from there.
        self.log = LogExtent(room_id, 0, 0, 0)
        self.watchers = 0
        self.cache: LogCache | None = None
        self.wanted = asyncio.Event()
        self.changed = asyncio.Event()
        self.reader: asyncio.Task[None] | None = None

    @property
    def end(self) -> int:
        return self.cache.end if self.cache else -1

    def wake(self) -> None:
        """Wake whoever waits, and have later ones wait for the next change."""
        self.changed.set()
        self.changed = asyncio.Event()

    async def grow_beyond(self, seq: int, epoch: int) -> None:
        """Until there is more than seq, or the log is another."""
        while self.end <= seq and self.log.epoch == epoch:
            await self.changed.wait()

    def branch(self, log: LogExtent) -> None:
        """Its epoch is another. What was read of the one before is in the log up to where this one began."""
        before, self.log = self.log.epoch, log
        if self.cache is not None:
            kept = min(self.cache.end, (log.earlier or {}).get(str(before), -1))
            self.cache.end_at(log.seq if kept < 0 else kept)
        self.known = log.seq
        self.wanted.set()
        self.wake()


class Watch:
    """One watcher's view of a room's log. To miss nothing: note `seq`, look, then wait for more than what was noted."""

    def __init__(self, room: _Room, cache: LogCache, epoch: int | None) -> None:
        self._room, self._cache = room, cache
        self._epoch = room.log.epoch if epoch is None else epoch

    @property
    def seq(self) -> int:
        """What has happened up to here can be seen in the database."""
        return self._cache.end

    @property
    def epoch(self) -> int:
        """The epoch of the log, which is another after a restore, and after a standby was promoted."""
        return self._room.log.epoch

    async def wait(self, seq: int, timeout: float | None = None) -> bool:  # noqa: ASYNC109  # waiters have deadlines
        """Until something happened after seq; False where nothing did in time."""
        epoch = self.epoch
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._room.grow_beyond(seq, epoch)
        return self.seq > seq or self.epoch != epoch

    async def next(self, seq: int) -> Event:
        """The first event after seq, as soon as there is one; CURSOR_EXPIRED where the log no longer has it."""
        while True:
            log, seen = self._room.log, self.seq
            if self._epoch != log.epoch or log.is_left:
                # It may have been told of events that were lost.
                if not log.has(Place(self._epoch, seq)):
                    raise log.expired()
                self._epoch = log.epoch
            event = await self._cache.after(seq)
            if self._room.log.epoch != log.epoch:
                continue
            if event is not None:
                return event
            await self._room.grow_beyond(max(seen, seq), log.epoch)


class Feed:
    """Hands every follower of a room every event after its cursor, in order and once each, for as long as it listens.

    Its own process and, through nudges, others tell it of news; what they fail to tell is found a second later.
    """

    def __init__(
        self,
        database: Database,
        *,
        cache: int = _CACHE_SIZE,
        page: int = _PAGE_SIZE,
        poll_seconds: float = _POLL_SECONDS,
    ) -> None:
        self._database = database
        self._cache_size, self._page_size, self._poll_seconds = cache, page, poll_seconds
        self._rooms: dict[int, _Room] = {}
        self._followers = 0
        self._look = asyncio.Event()
        self._poller: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[Any]] = set()
        self._retry = Retry("reading logs", _FIRST_PAUSE, _LONGEST_PAUSE)
        self._states: dict[Topic, StateWatcher[Any]] = {}
        self._stop_listening = database.on_commit(self._committed)

    @property
    def watched(self) -> frozenset[int]:
        """The rooms that somebody follows."""
        return frozenset(self._rooms)

    @property
    def followers(self) -> int:
        """How many follow a log, each for itself or many together; long polls among them."""
        return self._followers

    @contextmanager
    def following(self) -> Generator[None]:
        """While one more follows a log."""
        self._followers += 1
        try:
            yield
        finally:
            self._followers -= 1

    async def lag(self) -> int:
        """How many events the log has that the furthest room's followers can't see yet."""
        extents = await event_log.extents(self._database, list(self._rooms)) if self._rooms else {}
        behind = [
            log.seq - room.end for log in extents.values() if (room := self._rooms.get(log.room_id)) and room.cache
        ]
        return max([0, *behind])

    def log_extended(self, room_id: int, seq: int) -> None:
        """The room's log has got as far as seq."""
        room = self._rooms.get(room_id)
        if room is not None and seq > room.known:
            room.known = seq
            room.wanted.set()

    def state_changed(self, topic: Topic, key: int) -> None:
        """What the topic says changed of the agent or room."""
        if watcher := self._states.get(topic):
            watcher.changed(key)

    def states(
        self, topic: Topic, read: Callable[[Database, Sequence[int]], Awaitable[Mapping[int, S]]]
    ) -> StateWatcher[S]:
        """The one watcher of what this topic tells of, for all who ask; `read` answers the state of each key."""
        if topic not in self._states:

            async def read_with_retry(keys: Sequence[int]) -> Mapping[int, S]:
                return await self.read_with_retry(partial(read, self._database, keys))

            self._states[topic] = StateWatcher(read_with_retry, poll_seconds=self._poll_seconds)
        return self._states[topic]

    def poll_now(self) -> None:
        """News may have been missed: look at everything now."""
        self._look.set()
        for watcher in self._states.values():
            watcher.poll_now()

    async def follow(
        self, room_id: int, seq: int, *, epoch: int | None = None, counts: bool = True
    ) -> AsyncGenerator[Event]:
        """Every event of the room after seq, in order, without end. A slow reader costs no memory but its position.

        `seq` is a number of `epoch`, or of the present one. CURSOR_EXPIRED where it is so slow that the log no longer
        has what comes next, and where what it was told is not in the log after all.
        """
        async with self.watch(room_id, epoch=epoch, counts=counts) as watch:
            while True:
                event = await watch.next(seq)
                yield event
                seq = event.seq

    @asynccontextmanager
    async def watch(self, room_id: int, *, epoch: int | None = None, counts: bool = True) -> AsyncGenerator[Watch]:
        """Watch the room's log, from its present end; it counts, unless those for whom it is do so themselves."""
        room = self._rooms.get(room_id) or self._open(room_id)
        room.watchers += 1
        try:
            while room.cache is None:
                await room.changed.wait()
            with self.following() if counts else nullcontext():
                yield Watch(room, room.cache, epoch)
        finally:
            room.watchers -= 1
            if not room.watchers:
                self._drop(room)

    async def close(self) -> None:
        """Stop reading. Followers should have been closed before."""
        self._stop_listening()
        for watcher in self._states.values():
            await watcher.close()
        for room in list(self._rooms.values()):
            self._drop(room)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _committed(self, committed: Committed) -> None:
        for room_id, seq in committed.ends.items():
            self.log_extended(room_id, seq)
        for topic, key in committed.changes:
            self.state_changed(topic, key)

    def _open(self, room_id: int) -> _Room:
        room = self._rooms[room_id] = _Room(room_id)
        room.reader = asyncio.create_task(self._keep_reading(room))
        if self._poller is None:
            self._poller = asyncio.create_task(self._keep_polling())
        return room

    def _drop(self, room: _Room) -> None:
        if self._rooms.get(room.id) is room:
            del self._rooms[room.id]
        self._end(room.reader)
        # How it ended holds on to the room, and the room would to it.
        room.reader = None
        for task in room.cache.close() if room.cache else ():
            self._end(task)
        if not self._rooms:
            self._end(self._poller)
            self._poller = None

    def _end(self, task: asyncio.Task[Any] | None) -> None:
        if task is not None and not task.done():
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _keep_reading(self, room: _Room) -> None:
        log = await self._extent(room.id)
        room.known, room.log = max(room.known, log.seq), log
        room.cache = LogCache(
            log.seq,
            partial(self._read_on, room),
            partial(self._refuse_dropped, room.id),
            size=self._cache_size,
            page=self._page_size,
        )
        room.wake()
        while True:
            room.wanted.clear()
            while room.cache.end < (wanted := room.known):
                if await room.cache.extend():
                    room.wake()
                elif room.known == wanted:
                    # Heard of, but not there, as in a database that was put back: the next poll says how things stand.
                    room.known = room.cache.end
            await room.wanted.wait()

    async def _keep_polling(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._look.wait()
            self._look.clear()
            seen = {room.id: (room.log.epoch, room.end) for room in self._rooms.values()}
            extents = await self.read_with_retry(partial(event_log.extents, self._database, list(seen)))
            for room_id, log in extents.items():
                epoch, end = seen[room_id]
                if log.epoch == epoch and log.seq < end:
                    await self._leave(log, end)
                elif (room := self._rooms.get(room_id)) is not None:
                    self._look_at(room, log)

    def _look_at(self, room: _Room, log: LogExtent) -> None:
        """The room's log goes so far, perhaps elsewhere than it was read."""
        if room.cache is not None and log.epoch != room.log.epoch:
            room.branch(log)
        else:
            self.log_extended(room.id, log.seq)

    async def _leave(self, log: LogExtent, seen: int) -> None:
        """More of the log was seen than there is: of what comes now nobody may think that it follows."""
        leave = partial(q.leave_log, self._database, room_id=log.room_id, epoch=log.epoch, seen=seen)
        await self.read_with_retry(leave)
        room, now = self._rooms.get(log.room_id), await self._extent(log.room_id)
        if room is not None:
            self._look_at(room, now)

    async def _extent(self, room_id: int) -> LogExtent:
        return await self.read_with_retry(partial(event_log.extent_of, self._database, room_id))

    async def _refuse_dropped(self, room_id: int, seq: int) -> None:
        log = await self._extent(room_id)
        log.behind("after", Place(log.epoch, min(seq, log.seq)))

    async def _read_on(self, room: _Room, seq: int, most: int) -> Sequence[Event]:
        read = partial(q.events_after, self._database, room_id=room.id, seq=seq, most=most)
        while True:
            rows = await self.read_with_retry(read)
            if not rows or rows[0]["present_epoch"] == room.log.epoch:
                return [Event.of(row) for row in rows]
            # Whether these follow what was read before is known once the log was looked at.
            self._look_at(room, await self._extent(room.id))

    async def read_with_retry(self, read: Callable[[], Awaitable[T]]) -> T:
        """Read until it succeeds: while the database is away followers wait, and then go on where they were."""

        async def alive() -> T:
            async with asyncio.timeout(_READ_TIMEOUT):
                return await read()

        # Whatever goes wrong: followers that stand still for ever are worse.
        return await self._retry.until_done(alive)
