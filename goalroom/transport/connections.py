"""Open connections: keeps their agents online, ends them when tokens are revoked, and when the server stops."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager, suppress

from db.core.callers import Caller, callers_of_connections
from db.core.database import Database
from db.presence import presence
from schema.context import Context

# How often tokens and memberships are looked at, though nobody said that they changed.
_LOOK_SECONDS = 0.5
_ALIVE_SECONDS = 1.0
# A socket that was silent for so long, though it was pinged, says nothing about its agent any more.
_SILENT_SECONDS = 60

_log = logging.getLogger(__name__)


class Connection:
    """A socket or a stream: whose it is, and the contexts that its operations run on."""

    def __init__(self, token: bytes, caller: Caller, session: str | None = None) -> None:
        self.token = token
        self.caller = caller
        self.session = session
        self.revoked = asyncio.Event()
        self.heard_at = asyncio.get_running_loop().time()
        self.speaks = False
        self._contexts: dict[int, Context] = {}

    @contextmanager
    def running(self, context: Context) -> Generator[None]:
        """While an operation runs, its context gets changes of the caller."""
        self._contexts[id(context)] = context
        try:
            yield
        finally:
            del self._contexts[id(context)]

    def becomes(self, caller: Caller | None) -> None:
        """The connection's caller is this one now, or nobody."""
        if caller is None:
            self.revoked.set()
            return
        if caller == self.caller:
            # The same one: what goes by it need not look again.
            return
        self.caller = caller
        for context in self._contexts.values():
            context.caller = caller

    def is_alive(self, now: float) -> bool:
        """Whether its client is known to be there; a stream can't be asked, so it counts while it is open."""
        return not self.speaks or now - self.heard_at < _SILENT_SECONDS


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

    @contextmanager
    def open(self, connection: Connection) -> Generator[None]:
        """While it is open, it counts."""
        self._open.add(connection)
        try:
            yield
        finally:
            self._open.discard(connection)

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

    @contextmanager
    def waiting(self, cancelled: asyncio.Event) -> Generator[None]:
        """While something runs that ends when `cancelled` is set: it is when the server stops."""
        if self.stopping.is_set():
            cancelled.set()
        self._waiting.add(cancelled)
        try:
            yield
        finally:
            self._waiting.discard(cancelled)

    def agent_changed(self, agent_id: int | None) -> None:
        """Tokens or rooms of this agent changed, or, with None, perhaps of any: check at once."""
        if any(agent_id in {None, connection.caller.agent_id} for connection in self._open):
            self._look.set()

    async def end_when_stopping(self) -> None:
        """End long polls with what they have."""
        await self.stopping.wait()
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
            callers = await callers_of_connections(self._database, sorted({connection.token for connection in asked}))
            for connection in asked:
                connection.becomes(callers.get(connection.token))

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
