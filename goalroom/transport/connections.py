"""Open connections: keeps their agents online, ends them when tokens are revoked, and when the server stops."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from functools import partial

from db.core.callers import Caller, callers_of_connections
from db.core.database import Database
from db.presence import presence
from goalroom.on_exit import OnExit
from goalroom.transport.authentication import Credential
from schema.context import Context

# How often tokens and memberships are looked at, though nobody said that they changed.
_LOOK_SECONDS = 0.5
_ALIVE_SECONDS = 1.0
# A socket that was silent for so long, though it was pinged, says nothing about its agent any more.
_SILENT_SECONDS = 60
# A socket that is silent for so long is asked whether its client is there.
_PING_SECONDS = 20

_log = logging.getLogger(__name__)


class End(Enum):
    """Why a connection is ended from here."""

    REVOKED = auto()
    STOPPING = auto()


class Connection:
    """A socket or a stream: whose it is, and the contexts that its operations run on.

    `ended` says why it is to end. `ping` asks a client that can answer.
    """

    __slots__ = ("_contexts", "_on_end", "_ping", "_pinged_at", "caller", "ended", "hash", "heard_at", "session")

    def __init__(
        self,
        credential: Credential,
        caller: Caller,
        session: str | None = None,
        ping: Callable[[], object] | None = None,
    ) -> None:
        self.hash, self.caller, self.session, self._ping = credential.hash, caller, session, ping
        self.ended: End | None = None
        self.heard_at = self._pinged_at = asyncio.get_running_loop().time()
        self._on_end: Callable[[], object] | None = None
        self._contexts: dict[int, Context] = {}

    def running(self, context: Context) -> OnExit:
        """While an operation runs, its context gets changes of the caller."""
        self._contexts[id(context)] = context
        return OnExit(partial(self._contexts.pop, id(context)))

    def becomes(self, caller: Caller | None) -> None:
        """The connection's caller is this one now, or nobody."""
        if caller is None:
            self.end(End.REVOKED)
            return
        if caller == self.caller:
            # The same one: what goes by it need not look again.
            return
        self.caller = caller
        for context in self._contexts.values():
            context.caller = caller

    @contextmanager
    def ending(self, on_end: Callable[[], object]) -> Generator[None]:
        """While this runs, `on_end` is called when the connection is to end: at once, where that was said before."""
        self._on_end = on_end
        if self.ended is not None:
            on_end()
        try:
            yield
        finally:
            self._on_end = None

    def end(self, why: End) -> None:
        """Have it end, for the first of such reasons."""
        if self.ended is None:
            self.ended = why
            if self._on_end is not None:
                self._on_end()

    def is_alive(self, now: float) -> bool:
        """Whether its client is known to be there; a stream can't be asked, so it counts while it is open."""
        return self._ping is None or now - self.heard_at < _SILENT_SECONDS

    def ping_if_silent(self, now: float) -> None:
        """Ask a silent client whether it is there. One that doesn't answer is slow, perhaps, and stays."""
        if self._ping is not None and now - max(self.heard_at, self._pinged_at) >= _PING_SECONDS:
            self._pinged_at = now
            self._ping()


class Connections:
    """All of this process's."""

    def __init__(self, database: Database, stopping: asyncio.Event) -> None:
        self._database = database
        self.stopping = stopping
        self._open: set[Connection] = set()
        self._waiting: set[asyncio.Event] = set()
        self._look = asyncio.Event()
        self._unauthenticated: dict[asyncio.Timeout, None] = {}

    @property
    def count(self) -> int:
        return len(self._open)

    def open(self, connection: Connection) -> OnExit:
        """While it is open, it counts."""
        self._open.add(connection)
        if self.stopping.is_set():
            connection.end(End.STOPPING)
        return OnExit(partial(self._open.discard, connection))

    @contextmanager
    def unauthenticated(self, patience: asyncio.Timeout, most: int) -> Generator[None]:
        """While a socket has not said whose it is. Of too many, patience ends with the one that has waited longest."""
        self._unauthenticated[patience] = None
        if len(self._unauthenticated) > most:
            longest = next(iter(self._unauthenticated))
            longest.reschedule(asyncio.get_running_loop().time())
            del self._unauthenticated[longest]
        try:
            yield
        finally:
            self._unauthenticated.pop(patience, None)

    def waiting(self, cancelled: asyncio.Event) -> OnExit:
        """While something runs that ends when `cancelled` is set: it is when the server stops."""
        if self.stopping.is_set():
            cancelled.set()
        self._waiting.add(cancelled)
        return OnExit(partial(self._waiting.discard, cancelled))

    def agent_changed(self, agent_id: int | None) -> None:
        """Tokens or rooms of this agent changed, or, with None, perhaps of any: check at once."""
        if any(agent_id in {None, connection.caller.agent_id} for connection in self._open):
            self._look.set()

    async def end_when_stopping(self) -> None:
        """End sockets and streams, and long polls with what they have."""
        await self.stopping.wait()
        for connection in tuple(self._open):
            connection.end(End.STOPPING)
        for cancelled in self._waiting:
            cancelled.set()

    async def follow_tokens(self) -> None:
        """Revoked tokens end their connections within a second, and lost rooms are closed to them."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._look.wait()
            self._look.clear()
            asked = set(self._open)
            if not asked:
                continue
            callers = await callers_of_connections(self._database, sorted({connection.hash for connection in asked}))
            for connection in asked:
                connection.becomes(callers.get(connection.hash))

    async def ping_silent(self) -> None:
        """Ask those that have been silent for long."""
        while True:
            await asyncio.sleep(_ALIVE_SECONDS)
            now = asyncio.get_running_loop().time()
            for connection in self._open:
                connection.ping_if_silent(now)

    async def keep_alive(self) -> None:
        """An open connection is a sign of life of its agent, and of the session that it named."""
        while True:
            await asyncio.sleep(_ALIVE_SECONDS)
            now = asyncio.get_running_loop().time()
            agents: defaultdict[int, set[str]] = defaultdict(set)
            for connection in self._open:
                if connection.is_alive(now):
                    agents[connection.caller.agent_id] |= {connection.session} if connection.session else set()
            if agents:
                await presence.keep_alive(
                    self._database, {agent: frozenset(sessions) for agent, sessions in agents.items()}
                )
