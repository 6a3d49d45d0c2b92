"""The connection pool, and the transaction in which an act changes rooms."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import asyncpg

from db.core.errors import Unavailable
from db.core.queries import q
from db.core.records import EventKind, InboxKind
from db.core.text import one_line

# Beyond about sixteen connections two cores lose throughput: they only queue inside Postgres instead of here.
POOL_SIZE = 16

# Room for two titles. What users wrote is longer where it stands: in the comment, the message, or the log.
_LONGEST_SUMMARY = 1_000

# How long a request waits for a connection: one that is told to come back later is better off than one that hangs.
_PATIENCE_SECONDS = 4

_SERVER_SETTINGS = {
    "application_name": "goalroom",
    # No client can hold a lock or a snapshot for long: each statement, each wait for a lock and each pause ends.
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
    # Compiling costs more than any of our statements runs.
    "jit": "off",
}


class Topic(StrEnum):
    """What may change of an agent or a room without standing in a log."""

    AGENT = "a"  # its tokens, or its rooms
    INBOX = "i"
    ACTIVITY = "p"  # of members of the room


@dataclass(frozen=True, slots=True)
class _NewEvent:
    kind: EventKind
    actor: int | None
    task: int | None
    objective: int | None
    agent: int | None
    message: int | None
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _NewItem:
    agent: int
    room: int
    kind: InboxKind
    summary: str
    sender: int | None
    task: int | None
    comment: int | None
    message: int | None


@dataclass(slots=True)
class Act:
    """One transaction that changes something. Statements run on it; what it records is logged as its last step."""

    connection: Any
    # The resources in each requirement that was asked for. They never change, so the process reads them once.
    known_needs: dict[int, tuple[int, ...]] = field(default_factory=dict)
    fetch: Any = field(init=False)
    fetchrow: Any = field(init=False)
    fetchval: Any = field(init=False)
    execute: Any = field(init=False)
    _events: dict[int, list[_NewEvent]] = field(default_factory=dict)
    _items: list[_NewItem] = field(default_factory=list)
    changes: set[tuple[Topic, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.fetch, self.fetchrow = self.connection.fetch, self.connection.fetchrow
        self.fetchval, self.execute = self.connection.fetchval, self.connection.execute

    def kinds(self, room_id: int) -> list[EventKind]:
        """The kinds of what was recorded for the room's log."""
        return [event.kind for event in self._events[room_id]]

    def record(
        self,
        room_id: int,
        kind: EventKind,
        *,
        actor: int | None = None,
        task: int | None = None,
        objective: int | None = None,
        agent: int | None = None,
        message: int | None = None,
        data: Mapping[str, object] | None = None,
    ) -> None:
        """Say what happened; it gets its number in the room's log when the act is over. `actor` None is the server."""
        event = _NewEvent(kind, actor, task, objective, agent, message, data or {})
        self._events.setdefault(room_id, []).append(event)

    def tell(
        self,
        agent_id: int | None,
        room_id: int,
        kind: InboxKind,
        summary: str,
        *,
        by: int | None,
        task: int | None = None,
        comment: int | None = None,
        message: int | None = None,
    ) -> None:
        """Put an item into the agent's inbox, if there is one. Of own acts only a message to oneself is told."""
        if agent_id is not None and (agent_id != by or kind is InboxKind.DIRECT):
            line = one_line(summary, _LONGEST_SUMMARY)
            self._items.append(_NewItem(agent_id, room_id, kind, line, by, task, comment, message))

    async def add_inbox_items(self) -> None:
        """Write what was told, in its order; who is told of a task anyway isn't told of being mentioned on it."""
        told = {(item.agent, item.task) for item in self._items if item.kind is not InboxKind.MENTION}
        self._items = [
            item
            for item in self._items
            if item.kind is not InboxKind.MENTION or item.task is None or (item.agent, item.task) not in told
        ]
        if self._items:
            agent_ids = [item.agent for item in self._items]
            self.changes |= {(Topic.INBOX, agent_id) for agent_id in agent_ids}
            await q.lock_inboxes(self, agent_ids=agent_ids)
            await q.add_inbox_items(
                self,
                agent_ids=agent_ids,
                room_ids=[item.room for item in self._items],
                kinds=[item.kind for item in self._items],
                summaries=[item.summary for item in self._items],
                sender_ids=[item.sender for item in self._items],
                task_ids=[item.task for item in self._items],
                comment_ids=[item.comment for item in self._items],
                message_ids=[item.message for item in self._items],
            )

    def announce_change(self, topic: Topic, key: int) -> None:
        """Say that this changes of the agent or room, once it is committed."""
        self.changes.add((topic, key))

    async def append_events(self) -> dict[int, int]:
        """Write what was recorded, rooms in the order of their ids so that no two acts wait for each other."""
        ends = {}
        for room_id, events in sorted(self._events.items()):
            ends[room_id] = await q.append_events(
                self,
                room_id=room_id,
                kinds=[event.kind for event in events],
                actors=[event.actor for event in events],
                tasks=[event.task for event in events],
                objectives=[event.objective for event in events],
                agents=[event.agent for event in events],
                messages=[event.message for event in events],
                datas=[event.data for event in events],
            )
        return ends


class Database:
    """A pool of connections. Statements run on it one by one, or together in an `act`."""

    def __init__(
        self, pool: Any, connections: Collection[Any] = (), *, patience_seconds: float = _PATIENCE_SECONDS
    ) -> None:
        self.pool = pool
        self._patience_seconds = patience_seconds
        self._connections = connections
        self._given_up = False
        # When the server last did what it was asked, by this process's clock.
        self.heard_at = 0.0
        # Whoever follows logs, or what else changes, puts itself here; it must not raise.
        self.log_listeners: set[Callable[[int, int], None]] = set()
        self.change_listeners: set[Callable[[Topic, int], None]] = set()
        # What was logged, for those who count; and what every act runs in, for those who trace.
        self.kind_listeners: set[Callable[[Sequence[EventKind]], None]] = set()
        self.around_act: Callable[[], AbstractContextManager[Any]] = nullcontext
        self._known_needs: dict[int, tuple[int, ...]] = {}

    def announce(self, room_id: int, seq: int, kinds: Sequence[EventKind]) -> None:
        """Say, after the commit, that the room's log has got as far as seq, with events of these kinds."""
        for listener in tuple(self.log_listeners):
            listener(room_id, seq)
        for counts in tuple(self.kind_listeners):
            counts(kinds)

    def announce_change(self, topic: Topic, key: int) -> None:
        """Say, after the commit, that this changed of the agent or room."""
        for listener in tuple(self.change_listeners):
            listener(topic, key)

    @classmethod
    async def connect(cls, url: str, *, size: int = POOL_SIZE, patience_seconds: float = _PATIENCE_SECONDS) -> Self:
        """Open the pool; raises OSError or asyncpg.PostgresError where the server can't be reached."""
        connections: set[Any] = set()

        async def prepare(connection: Any) -> None:
            connections.add(connection)
            connection.add_termination_listener(connections.discard)
            await _prepare(connection)

        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            init=prepare,
            reset=_keep_state,
            statement_cache_size=1000,
            timeout=5,
            server_settings=_SERVER_SETTINGS,
        )
        return cls(pool, connections, patience_seconds=patience_seconds)

    async def close(self) -> None:
        await self.pool.close()

    def give_up(self) -> None:
        """The server is silent: whoever waits for it, or comes now, is told so. Until `take_up`."""
        self._given_up = True
        for connection in tuple(self._connections):
            connection.terminate()

    def take_up(self) -> None:
        """The server has been heard of."""
        self._given_up = False

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Any]:
        """One of the pool's; UNAVAILABLE, or a TimeoutError, where there is none to be had."""
        if self._given_up:
            raise Unavailable
        async with self.pool.acquire(timeout=self._patience_seconds) as connection:
            yield connection
        self.heard_at = asyncio.get_running_loop().time()

    async def fetch(self, statement: str, *parameters: object) -> list[Any]:
        async with self.connection() as connection:
            rows: list[Any] = await connection.fetch(statement, *parameters)
            return rows

    async def fetchrow(self, statement: str, *parameters: object) -> Any:
        async with self.connection() as connection:
            return await connection.fetchrow(statement, *parameters)

    async def fetchval(self, statement: str, *parameters: object) -> Any:
        async with self.connection() as connection:
            return await connection.fetchval(statement, *parameters)

    async def execute(self, statement: str, *parameters: object) -> Any:
        async with self.connection() as connection:
            return await connection.execute(statement, *parameters)

    @asynccontextmanager
    async def act(self) -> AsyncGenerator[Act]:
        """A transaction. Its events are appended last, and announced once it is committed; an exception undoes all."""
        with self.around_act():
            async with self.connection() as connection, connection.transaction():
                act = Act(connection, self._known_needs)
                yield act
                await act.add_inbox_items()
                ends = await act.append_events()
        for room_id, seq in ends.items():
            self.announce(room_id, seq, act.kinds(room_id))
        for topic, key in act.changes:
            self.announce_change(topic, key)

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Any]:
        """A connection on which all reads see the same moment."""
        async with (
            self.connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection


async def _prepare(connection: Any) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=_to_json, decoder=json.loads)


async def _keep_state(_connection: Any) -> None:
    """Nothing sets session state, so the driver's reset script, a round trip at each release, has nothing to do."""


def _to_json(value: object) -> str:
    return json.dumps(value, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
