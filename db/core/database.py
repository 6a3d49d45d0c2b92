"""The connection pool: statements one by one, in a transaction, or in a snapshot."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import asyncpg

from db.core import session
from db.core.batches import Batches
from db.core.connection_errors import locked, unconfirmed
from db.core.errors import Unavailable
from db.core.outage_log import OutageLog
from db.core.pooled_sessions import PooledSessions
from db.core.transaction import Committed, Requirement, Transaction

if TYPE_CHECKING:
    from db.core.records import Channel

# Beyond about sixteen connections two cores lose throughput: they only queue inside Postgres instead of here.
POOL_SIZE = 16

# How long a request waits for a connection: one that is told to come back later is better off than one that hangs.
_ACQUIRE_TIMEOUT = 4

# How long a commit waits for a standby or a disk, which Postgres's own time-outs of statements don't limit.
_COMMIT_TIMEOUT = 10

_ALL_AT_WORK = "The database is busy: other requests had all connections to it in use for too long."


class Database:
    """A pool of connections. Statements run on it one by one, or together in a `transaction`."""

    def __init__(
        self,
        pool: Any,
        connections: Collection[Any] = (),
        *,
        acquire_timeout: float = _ACQUIRE_TIMEOUT,
        transaction_span: Callable[[], AbstractContextManager[Any]] = nullcontext,
        pooled: PooledSessions | None = None,
    ) -> None:
        """`transaction_span` is entered around each transaction, for those who trace."""
        self.pool = pool
        self.pooled = pooled
        # What lends a connection for one statement.
        self._alone: Callable[[], AbstractAsyncContextManager[Any]] = self.connection
        if pooled is not None:
            self._alone = partial(self._alone_in, pooled)
        self._acquire_timeout = acquire_timeout
        self._connections = connections
        self._unavailable = False
        self._outages = OutageLog()
        # Whether the last that was written found no room; `db.operations.disk` finds out when there is some.
        self.is_disk_full = False
        # When the server last did what it was asked, by this process's clock.
        self.heard_at = 0.0
        self._transaction_span = transaction_span
        # Since when the backends of connections are in use, and which may have been cancelled while they waited.
        self._at_work: dict[int, float] = {}
        self._cancelled: set[int] = set()
        self._commit_listeners: set[Callable[[Committed], None]] = set()
        self.batches = Batches()
        # Names are for ever, so these are looked up once: rooms, and channels by the keys of their rooms.
        self.known_rooms: dict[str, int] = {}
        self.known_channels: dict[tuple[int, str], Channel] = {}
        self._known_needs: dict[int, tuple[int, ...]] = {}
        self._known_requirements: dict[Requirement, int] = {}

    def on_commit(self, listener: Callable[[Committed], None]) -> Callable[[], None]:
        """Call the listener after each commit that changed something; it must not raise. The answer removes it."""
        self._commit_listeners.add(listener)
        return partial(self._commit_listeners.discard, listener)

    def publish(self, committed: Committed) -> None:
        """Tell the listeners what was committed: for statements that change something outside a `transaction`."""
        for listener in tuple(self._commit_listeners):
            listener(committed)

    @classmethod
    async def connect(
        cls,
        url: str,
        *,
        pooled: bool = False,
        size: int = POOL_SIZE,
        acquire_timeout: float = _ACQUIRE_TIMEOUT,
        transaction_span: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> Self:
        """Open the pool; raises OSError or asyncpg.PostgresError where the server can't be reached.

        `pooled` where the URL is that of a pooler, which lends sessions for one transaction each.
        """
        connections: set[Any] = set()
        sessions = PooledSessions() if pooled else None
        arrays = session.ArrayTypes()

        async def prepare(connection: Any) -> None:
            connections.add(connection)
            connection.add_termination_listener(connections.discard)
            await (session.prepare(connection) if sessions is None else sessions.look_at(connection))
            for kind in ("json", "jsonb"):
                await connection.set_type_codec(kind, schema="pg_catalog", encoder=_JSON.encode, decoder=json.loads)
            # Last, for what is set before it makes the driver forget the rest.
            await arrays.tell(connection)

        pool = await asyncpg.create_pool(
            url,
            connect=session.open_connection,
            min_size=1,
            max_size=size,
            init=prepare,
            reset=_skip_reset,
            statement_cache_size=1000,
            timeout=5,
            server_settings=dict(session.POOL_SETTINGS) if sessions is None else sessions.server_settings,
        )
        return cls(
            pool, connections, acquire_timeout=acquire_timeout, transaction_span=transaction_span, pooled=sessions
        )

    async def close(self) -> None:
        await self.pool.close()

    def mark_unavailable(self) -> None:
        """The server does not answer: refuse those who wait for a connection or ask for one, until `mark_available`."""
        self._unavailable = True
        for connection in tuple(self._connections):
            connection.terminate()

    def mark_available(self) -> None:
        """The server has been heard of."""
        self._unavailable = False

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Any]:
        """One of the pool's; UNAVAILABLE, or an OSError, where there is none to be had."""
        clock = asyncio.get_running_loop().time
        try:
            connection = await self._acquire()
            backend = connection.get_server_pid()
            self._at_work[backend] = clock()
            try:
                yield connection
            except asyncpg.DiskFullError:
                self.is_disk_full = True
                raise
            except asyncpg.ReadOnlySQLTransactionError:
                # Of a primary that is none any more.
                connection.terminate()
                raise
            except asyncpg.QueryCanceledError:
                if backend in self._cancelled:
                    raise locked() from None
                raise
            finally:
                self._at_work.pop(backend, None)
                self._cancelled.discard(backend)
                await self.pool.release(connection)
        except Exception as error:
            self._outages.failed(error, clock())
            raise
        self.heard_at = clock()
        self._outages.succeeded(self.heard_at)

    def at_work_since(self, seconds: float) -> tuple[list[int], list[str]]:
        """The backends that have been in use for so long, by number or name; if cancelled now, it was for waiting."""
        latest = asyncio.get_running_loop().time() - seconds
        backends = [backend for backend, since in self._at_work.items() if since <= latest]
        self._cancelled.update(backends)
        # The numbers that a pooler tells may be those of others in Postgres.
        return (backends, []) if self.pooled is None else ([], [self.pooled.name] if backends else [])

    async def _acquire(self) -> Any:
        if self._unavailable:
            raise Unavailable
        acquired = self.pool.acquire(timeout=self._acquire_timeout)
        try:
            return await acquired
        except TimeoutError:
            raise self._no_connection() from None

    def _no_connection(self) -> Unavailable:
        """Busy where all connections are at work, so that one that is new is not what was waited for."""
        is_full = self.pool.get_size() == self.pool.get_max_size() and not self.pool.get_idle_size()
        return Unavailable() if self._unavailable or not is_full else Unavailable(why=_ALL_AT_WORK)

    async def fetch(self, statement: str, *parameters: object) -> list[Any]:
        async with self._alone() as connection:
            rows: list[Any] = await connection.fetch(statement, *parameters)
            return rows

    async def fetchrow(self, statement: str, *parameters: object) -> Any:
        async with self._alone() as connection:
            return await connection.fetchrow(statement, *parameters)

    async def fetchval(self, statement: str, *parameters: object) -> Any:
        async with self._alone() as connection:
            return await connection.fetchval(statement, *parameters)

    async def execute(self, statement: str, *parameters: object) -> Any:
        async with self._alone() as connection:
            return await connection.execute(statement, *parameters)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        """A transaction. Its events are written last, and published once it is committed; an exception undoes all.

        One that a standby does not confirm is UNAVAILABLE, and yet there: then a poll finds its events.
        """
        with self._transaction_span():
            async with self.connection() as connection, _committed_in_time(self._begin(connection)):
                tx = Transaction(connection, self._known_needs, self._known_requirements)
                yield tx
                committed = await tx.write_queued()
        if committed.ends or committed.changes:
            self._outages.succeeded(self.heard_at, wrote=True)
            self.publish(committed)

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Any]:
        """A connection on which all reads see the same moment."""
        async with (
            self.connection() as connection,
            self._begin(connection, isolation="repeatable_read", readonly=True),
        ):
            yield connection

    def _begin(self, connection: Any, **how: Any) -> Any:
        return connection.transaction(**how) if self.pooled is None else self.pooled.transaction(connection, **how)

    @asynccontextmanager
    async def _alone_in(self, pooled: PooledSessions) -> AsyncGenerator[Any]:
        async with self.connection() as connection, pooled.transaction(connection) if pooled.lacking else nullcontext():
            yield connection


@asynccontextmanager
async def _committed_in_time(transaction: Any) -> AsyncGenerator[None]:
    clock = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(None) as limit, transaction:
            yield
            limit.reschedule(clock() + _COMMIT_TIMEOUT)
    except TimeoutError:
        if limit.expired():
            raise unconfirmed() from None
        raise


async def _skip_reset(_connection: Any) -> None:
    """Nothing sets session state, so the driver's reset script, a round trip at each release, has nothing to do."""


def _json_default(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


# Made once: json.dumps makes a new encoder for each value.
_JSON = json.JSONEncoder(default=_json_default, check_circular=False)
