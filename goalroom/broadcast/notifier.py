"""Notifications between server processes, such as that a room's log is at 912. If one is lost, a poll finds it."""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator

from broadcaster import Broadcast

from db.core.database import Database
from db.core.retry import Retry
from db.core.transaction import Committed, Topic
from db.events.feed import Feed

_log = logging.getLogger(__name__)

CHANNEL = "goalroom"

# Said by a backend that was cut off: whatever was sent meanwhile is lost.
LOOK_AGAIN = "again"

# Postgres refuses 8,000 bytes.
_LONGEST = 7_000
_NEWS, _CHANGE = re.compile(r"r(\d+):(\d+)"), re.compile(rf"([{''.join(Topic)}])(\d+)")
_INTERVAL_SECONDS = 0.002
_PAUSE_SECONDS = 1.0


class Nudges:
    """Says after each commit what changed, at most once in two milliseconds, and hears it from other processes."""

    def __init__(self, broadcast: Broadcast, database: Database, feed: Feed) -> None:
        self._broadcast, self._database, self._feed = broadcast, database, feed
        # Our own nudges come back to us, and say nothing new.
        self._name = secrets.token_hex(8)
        self._rooms: dict[int, int] = {}
        self._changes: set[tuple[Topic, int]] = set()
        self._said = asyncio.Event()
        self._retry = Retry("notifying the other processes", _PAUSE_SECONDS, _PAUSE_SECONDS)
        self._agent_listeners: list[Callable[[int | None], None]] = []

    def on_agent_changed(self, listener: Callable[[int | None], None]) -> None:
        """Call this when tokens or rooms of an agent changed, in any process; with None when that may be so of any."""
        self._agent_listeners.append(listener)

    async def run(self) -> None:
        """Send what is committed here, and hear of the rest, until cancelled."""
        stop_listening = self._database.on_commit(self._committed)
        try:
            async with (
                self._broadcast,
                self._broadcast.subscribe(CHANNEL) as subscriber,
                asyncio.TaskGroup() as group,
            ):
                group.create_task(self._retry.until_done(self._send))
                while True:
                    self._hear((await subscriber.get()).message)
        finally:
            stop_listening()

    def _committed(self, committed: Committed) -> None:
        for room_id, seq in committed.ends.items():
            self._rooms[room_id] = max(seq, self._rooms.get(room_id, 0))
        for topic, key in committed.changes:
            if topic is Topic.AGENT:
                self._tell(key)
        self._changes |= committed.changes
        self._said.set()

    async def _send(self) -> None:
        while True:
            await self._said.wait()
            self._said.clear()
            rooms, changes = self._rooms, self._changes
            self._rooms, self._changes = {}, set()
            try:
                for payload in _payloads(self._name, rooms, changes):
                    await self._broadcast.publish(CHANNEL, payload)
            except Exception:
                # What can't be sent is dropped, since the others look by themselves; but no poll finds agents.
                if agents := {change for change in changes if change[0] is Topic.AGENT}:
                    self._changes |= agents
                    self._said.set()
                raise
            self._retry.succeeded()
            await asyncio.sleep(_INTERVAL_SECONDS)

    def _hear(self, message: str) -> None:
        if message == LOOK_AGAIN:
            self._feed.poll_now()
            self._tell(None)
            return
        sender, *words = message.split() or [""]
        if sender == self._name:
            return
        for word in words:
            if (news := _NEWS.fullmatch(word)) is not None:
                self._feed.log_extended(int(news[1]), int(news[2]))
            elif (change := _CHANGE.fullmatch(word)) is not None:
                topic, key = Topic(change[1]), int(change[2])
                if topic is Topic.AGENT:
                    self._tell(key)
                self._feed.state_changed(topic, key)

    def _tell(self, agent_id: int | None) -> None:
        for listener in self._agent_listeners:
            try:
                listener(agent_id)
            except Exception:
                _log.exception("an agent changed, and not everybody could be told")


def _payloads(name: str, rooms: dict[int, int], changes: Iterable[tuple[Topic, int]]) -> Iterator[str]:
    """The changes, in as few messages as possible."""
    words = [f"r{room}:{seq}" for room, seq in rooms.items()] + [f"{topic}{key}" for topic, key in changes]
    payload = name
    for word in words:
        if len(payload) + 1 + len(word) > _LONGEST:
            yield payload
            payload = name
        payload += f" {word}"
    yield payload
