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


# People make room on a disk, not programs.
_FULL_SECONDS = 10
DISK_FULL = "The database's disk is full: it can be read, and nothing is written until there is room again."
# Whoever waited so long for a lock waits a little before it takes its place in the queue again.
_BUSY_SECONDS = 2
_LOCKED = "The room is busy: what this request changes was locked by other requests for too long."
_GAVE_WAY = "The room is busy: this request and another waited for each other, so this one was undone."
_TOO_SLOW = "The database is busy: it did not finish this request in time."
_UNCONFIRMED = "The database did not confirm this write in time, so it may be lost: a standby or a disk is slow."


def locked() -> Unavailable:
    """What is told to who waited too long for locks."""
    return Unavailable(_BUSY_SECONDS, _LOCKED)


def unconfirmed() -> Unavailable:
    """What is told to who waited too long for a commit."""
    return Unavailable(_BUSY_SECONDS, _UNCONFIRMED)


def unavailable(error: BaseException) -> Unavailable | None:
    """What a client is told where the database can't serve it now; None where the statement was wrong."""
    match error:
        case Unavailable():
            return error
        case asyncpg.DiskFullError():
            return Unavailable(_FULL_SECONDS, DISK_FULL)
        case asyncpg.LockNotAvailableError():
            return locked()
        case asyncpg.DeadlockDetectedError():
            return Unavailable(why=_GAVE_WAY)
        case asyncpg.QueryCanceledError():
            return Unavailable(_BUSY_SECONDS, _TOO_SLOW)
    return Unavailable() if is_away(error) else None


def is_away(error: BaseException) -> bool:
    """Whether the error says that the database is unavailable, and not that the statement was wrong."""
    # The driver also tells the misuse of a connection with an InterfaceError; one that was closed is not misuse.
    closed = isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError) and "clos" in str(error)
    return closed or isinstance(error, _AWAY)
