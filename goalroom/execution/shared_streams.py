"""Shared streams: what many subscriptions say in the same words is run and encoded once for each event.

A follower is with the others while its client takes what it is sent, and then holds one number. When it is slow, or an
event concerns it alone, it leaves, reads the log by itself, and comes back where the others are.
"""

import asyncio
import contextvars
import math
from bisect import bisect_right
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from db.core.callers import Caller
from db.core.records import Event
from db.events.event_log import Place
from goalroom.execution.scheduling import Scheduler
from schema.event_stream import Step

# What stays for followers that are a little late, of all streams together, and of one among very many.
_MOST_BYTES, _LEAST_BYTES = 4_000_000, 16_000
# How far events are run ahead of those that are still being handed out, and how many are run at a time.
_AHEAD, _TOGETHER = 64, 16
# How many followers are handed something before others have their turn.
_AT_ONCE = 100
# Among so many followers the one is looked for in whose name an event is run.
_PAYERS = 8


class Sink(Protocol):
    """Where the payloads of one subscription go: each the JSON of a response."""

    def write(self, payloads: Sequence[bytes]) -> bool:
        """Send them at once; False, and nothing sent, where the client has not taken all that was sent before."""

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Send them as soon as the client takes them."""


@dataclass(frozen=True, slots=True)
class Payer:
    """The agent in whose name an event is run, and what is called with what that cost beyond its price."""

    agent_id: int
    on_overrun: Callable[[int], None]


class Source(Protocol):
    """What is shared."""

    def watch(self) -> AbstractAsyncContextManager[Place]:
        """Watch the room's log, from this place on."""

    def steps(self, place: Place) -> AsyncGenerator[Step[Any]]:
        """Every event of the room after this place."""

    async def run(self, payload: object, payer: Payer) -> bytes | None:
        """What is said of an event; None where that depends on who asks.

        Events whose runs begin in one step of the loop are read together.
        """


S = TypeVar("S", bound=Source)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is said of one event; `run_at` is before anything was read for it."""

    event: Event
    payload: bytes | None
    run_at: float
    is_for_each: bool

    @property
    def size(self) -> int:
        return len(self.payload or b"")

    def is_own(self, caller: Caller) -> bool:
        """Whether this caller has to run it by itself."""
        return self.is_for_each or (self.event.is_direct and caller.is_party_to(self.event))


class Follower:
    """One subscription's place: it got everything up to `seq`, a number of `epoch`.

    What was run before `since` is too old for it.
    """

    __slots__ = ("caller", "caller_now", "epoch", "left", "payer", "seq", "since", "sink")

    def __init__(self, sink: Sink, place: Place, payer: Payer, caller_now: Callable[[], Caller]) -> None:
        self.sink, self.payer, self.caller_now = sink, payer, caller_now
        self.epoch, self.seq = place
        self.caller = caller_now()
        self.since = asyncio.get_running_loop().time()
        self.left: asyncio.Future[None] | None = None

    @property
    def is_together(self) -> bool:
        """Whether it is handed what is new. One that has to leave is with the others until its task has run."""
        return self.left is not None and not self.left.done()

    def leave(self) -> None:
        if self.left is not None and not self.left.done():
            self.left.set_result(None)


@dataclass(frozen=True, slots=True)
class _Run:
    """An event that is being run, from `at` on; None has nothing to say."""

    event: Event
    at: float
    payload: asyncio.Task[bytes | None] | None


class SharedStream(Generic[S]):
    """One stream, while anybody uses it. It goes on only while somebody is with it."""

    def __init__(self, source: S, scheduler: Scheduler, most_bytes: Callable[[], int]) -> None:
        self.users = 0
        self.is_broken = False
        self.opened = asyncio.Event()
        self.source, self._scheduler, self._most_bytes = source, scheduler, most_bytes
        self._followers: dict[Follower, None] = {}
        self._running: asyncio.Queue[_Run] = asyncio.Queue()
        self._joined, self._news, self._room = asyncio.Event(), asyncio.Event(), asyncio.Event()
        # Entries of all events after `_begin` up to `_end` of which there is something to say; handed out to `_handed`.
        self._entries: list[_Entry] = []
        self._bytes = 0
        self._begin = self._end = self._handed = self._epoch = 0
        empty = contextvars.Context()
        works = (self._unless_broken(self._read()), self._unless_broken(self._keep_in_order()), self._hand_out())
        self._tasks: list[asyncio.Task[Any]] = [asyncio.create_task(work, context=empty.copy()) for work in works]

    def close(self) -> list[asyncio.Task[Any]]:
        """Stop; the tasks that are ending."""
        tasks, self._tasks = self._tasks, []
        while not self._running.empty():
            run = self._running.get_nowait()
            tasks += [run.payload] if run.payload is not None else []
        for task in tasks:
            task.cancel()
        return tasks

    def missed(self, follower: Follower) -> list[_Entry] | None:
        """What there is after the follower's place; None where it has to run what comes next by itself."""
        if self.is_broken or follower.epoch != self._epoch or follower.seq < self._begin:
            return None
        entries = self._after(follower.seq)
        if entries and (entries[0].run_at < follower.since or entries[0].is_own(follower.caller)):
            return None
        own = next((at for at, entry in enumerate(entries) if entry.is_own(follower.caller)), len(entries))
        return entries[:own]

    async def together(self, follower: Follower) -> None:
        """With the others, until it must go on by itself. Nothing may be missed: see `missed`, just before."""
        if not self._followers and follower.seq > self._end:
            self._skip_to(Place(follower.epoch, follower.seq))
        if self._end >= follower.seq:
            follower.seq, follower.epoch = self._end, self._epoch
        follower.left = asyncio.get_running_loop().create_future()
        self._followers[follower] = None
        self._joined.set()
        try:
            await follower.left
        finally:
            self._followers.pop(follower, None)
            follower.left = None

    def _skip_to(self, place: Place) -> None:
        self._epoch, seq = place
        self._begin = self._end = self._handed = seq
        self._entries.clear()
        self._bytes = 0

    def _after(self, seq: int) -> list[_Entry]:
        if not self._entries or self._entries[-1].event.seq <= seq:
            return []
        return self._entries[bisect_right(self._entries, seq, key=lambda entry: entry.event.seq) :]

    async def _unless_broken(self, work: Awaitable[None]) -> None:
        """Where it fails, each follower goes on by itself, meets whatever it was, and is told."""
        try:
            await work
        except Exception:
            self.is_broken = True
            self.opened.set()
            for follower in self._followers:
                follower.leave()

    async def _read(self) -> None:
        """Begin to run each event once, while somebody is there."""
        async with self.source.watch() as place:
            self._skip_to(place)
            self.opened.set()
            async with aclosing(self.source.steps(place)) as steps:
                async for step in steps:
                    await self._until_wanted()
                    if step.event.seq > self._end:
                        self._running.put_nowait(self._begin_run(step))
                    if self._running.qsize() >= _TOGETHER:
                        # As one ends the next could begin, and would be read alone.
                        await self._running.join()

    async def _until_wanted(self) -> None:
        """Until somebody is there, and not too much waits to be handed out."""
        while not self._followers or self._is_ahead():
            awaited = self._room if self._followers else self._joined
            awaited.clear()
            await awaited.wait()

    def _is_ahead(self) -> bool:
        return len(self._entries) >= _AHEAD and self._entries[-_AHEAD].event.seq > self._handed

    def _begin_run(self, step: Step[Any]) -> _Run:
        at = asyncio.get_running_loop().time()
        if step.payload is None:
            return _Run(step.event, at, None)
        return _Run(step.event, at, asyncio.create_task(self._run(step.payload)))

    async def _run(self, payload: object) -> bytes | None:
        # Chosen now, when those that began before have their turns. Where nobody is left, who comes runs it alone.
        return await self.source.run(payload, self._payer()) if self._followers else None

    async def _keep_in_order(self) -> None:
        """What was run, in the order of the log."""
        while True:
            run = await self._running.get()
            payload = None if run.payload is None else await run.payload
            if run.event.seq > self._end:
                # Else everybody had left, and who came then was further.
                self._end, self._epoch = run.event.seq, run.event.epoch
                if run.payload is not None or run.event.is_direct:
                    is_for_each = run.payload is not None and payload is None
                    self._keep(_Entry(run.event, payload, run.at, is_for_each))
                    self._news.set()
            self._running.task_done()

    def _keep(self, entry: _Entry) -> None:
        self._entries.append(entry)
        self._bytes += entry.size
        dropped, most = 0, self._most_bytes()
        while self._bytes > most and dropped < len(self._entries) - 1:
            self._bytes -= self._entries[dropped].size
            dropped += 1
        if dropped:
            self._begin = self._entries[dropped - 1].event.seq
            del self._entries[:dropped]

    def _payer(self) -> Payer:
        """In whose name to run it: of a few that are there, the agent that has least to do."""
        payers = (follower.payer for follower in islice(self._followers, _PAYERS))
        return min(payers, key=lambda payer: self._scheduler.load(payer.agent_id))

    async def _hand_out(self) -> None:
        """Hand everybody what is new: all of it at once, in one write for each."""
        while True:
            await self._news.wait()
            self._news.clear()
            new = _New(self._after(self._handed), self._begin, self._handed, Place(self._epoch, self._end))
            self._handed = self._end
            for at, follower in enumerate(list(self._followers), 1):
                if follower.is_together:
                    new.hand(follower)
                if at % _AT_ONCE == 0:
                    await asyncio.sleep(0)
            self._room.set()


class _New:
    """What is new: entries of the events between two numbers, all that there are above `kept`."""

    def __init__(self, entries: Sequence[_Entry], kept: int, after: int, end: Place) -> None:
        self._entries, self._kept, self._after = entries, kept, after
        self._epoch, self._end = end
        self._is_for_all = not any(entry.is_for_each or entry.event.is_direct for entry in entries)
        self._run_at = min((entry.run_at for entry in entries), default=math.inf)
        self._payloads = payloads_of(entries)

    def hand(self, follower: Follower) -> None:
        """Send it; the follower leaves where it can't take it, or has to run some of it by itself."""
        is_too_late = follower.seq < self._kept or self._run_at < follower.since
        if is_too_late or follower.caller_now() is not follower.caller:
            follower.leave()
            return
        entries, payloads, end, stays = self._entries, self._payloads, self._end, True
        if not self._is_for_all or follower.seq > self._after:
            entries = [entry for entry in entries if entry.event.seq > follower.seq]
            own = next((at for at, entry in enumerate(entries) if entry.is_own(follower.caller)), None)
            if own is not None:
                end, stays, entries = entries[own].event.seq - 1, False, entries[:own]
            payloads = payloads_of(entries)
        if payloads and not follower.sink.write(payloads):
            follower.leave()
            return
        if end >= follower.seq:
            follower.seq, follower.epoch = end, self._epoch
        if not stays:
            follower.leave()


def payloads_of(entries: Sequence[_Entry]) -> list[bytes]:
    """What is said in these entries."""
    return [entry.payload for entry in entries if entry.payload is not None]


class SharedStreams:
    """All of this process's."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._streams: dict[Hashable, SharedStream[Any]] = {}
        self._ending: set[asyncio.Task[Any]] = set()

    def join(self, key: Hashable, source: Callable[[], S]) -> SharedStream[S]:
        """The one stream of this key, made where there is none; whoever joins it has to leave it."""
        stream = self._streams.get(key)
        if stream is None or stream.is_broken:
            stream = self._streams[key] = SharedStream(source(), self._scheduler, self._most_bytes)
        stream.users += 1
        return stream

    def leave(self, key: Hashable, stream: SharedStream[Any]) -> None:
        """The last one that leaves it closes it."""
        stream.users -= 1
        if stream.users:
            return
        if self._streams.get(key) is stream:
            del self._streams[key]
        for task in stream.close():
            self._ending.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._ending.discard(task)
        if not task.cancelled():
            # What failed behind something that failed before has been met by each follower.
            task.exception()

    def _most_bytes(self) -> int:
        return max(_MOST_BYTES // len(self._streams), _LEAST_BYTES) if self._streams else _MOST_BYTES
