"""Tell errors of an unavailable database from mistakes in a statement."""

import asyncpg

from db.core.errors import Unavailable

# It went away, is coming up, or is too busy; not what we asked of it.
_AWAY = (
    Unavailable,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    # A connection that the server has said goodbye on, and that is not closed yet: nothing was sent on it.
    asyncpg.InternalClientError,
    # Undone to the last bit, like the others: sending it again is all there is to do.
    asyncpg.DeadlockDetectedError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    # A database that is closed to new connections.
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.InsufficientResourcesError,
)


def is_away(error: BaseException) -> bool:
    """Whether the error says that the database is unavailable, and not that the statement was wrong."""
    # The driver also tells the misuse of a connection with an InterfaceError; one that was closed is not misuse.
    closed = isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError) and "clos" in str(error)
    return closed or isinstance(error, _AWAY)
