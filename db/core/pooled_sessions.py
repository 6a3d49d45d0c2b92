"""Sessions behind a pooler that hands them out for one transaction each, such as PgBouncer."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from db.core import session
from db.core.queries import q

# Whoever has to wait for a session behind the pooler waits no longer for an answer to this question.
_CHECK_SECONDS = 10
# Of how many sessions one is taken for the last one's: those that were given back last are handed out first.
_SESSIONS = 4
_WHICH = "select pg_backend_pid()"

_OURS = dict(session.POOL_SETTINGS) | session.LATER_SETTINGS


@dataclass(slots=True)
class PooledSessions:
    """What those of one process lack of the settings that ours have: it is set at the beginning of each transaction.

    Where they lack nothing, since role or database give it to them, statements need no transaction around them.
    """

    # The pooler gives a session the name of whom it is lent to. Of backends it hands out numbers of its own.
    name: str = field(default_factory=lambda: f"goalroom {secrets.token_hex(4)}")
    lacking: dict[str, str] = field(default_factory=dict)

    @property
    def server_settings(self) -> dict[str, str]:
        """What is said when a connection is made: no more than the pooler takes, or it would refuse."""
        return session.KEPT_BY_POOLERS | {"application_name": self.name}

    async def look_at(self, connection: Any) -> None:
        """Find out what the session lacks that this connection is lent now."""
        ours = {name: value for name, value in _OURS.items() if name not in session.KEPT_BY_POOLERS}
        rows = await q.lacking_settings(connection, names=list(ours), values=list(ours.values()))
        self.lacking |= {row["name"]: row["value"] for row in rows}

    @asynccontextmanager
    async def transaction(self, connection: Any, **how: Any) -> AsyncGenerator[None]:
        """A transaction with our settings."""
        async with connection.transaction(**{"isolation": "read_committed"} | how):
            if self.lacking:
                if "default_transaction_read_only" in self.lacking and not how.get("readonly"):
                    # Before anything else: a transaction that has looked at a row can't be made one that writes.
                    await q.allow_writing(connection)
                await q.set_for_transaction(connection, names=list(self.lacking), values=list(self.lacking.values()))
            yield


async def keeps_prepared_statements(url: str) -> bool:
    """Whether a statement that was prepared can be used in whichever session the next transaction gets."""
    opened = [await session.connect_pooled(url, seconds=_CHECK_SECONDS) for _ in range(_SESSIONS)]
    one, *others = opened
    try:
        async with one.transaction():
            prepared = await one.prepare(_WHICH)
            session_of_one = await prepared.fetchval()
        async with AsyncExitStack() as held:
            for other in others:
                await held.enter_async_context(other.transaction())
                if await other.fetchval(_WHICH) == session_of_one:
                    # It is another's now, so that this gets one in which the statement was never prepared.
                    return bool(await prepared.fetchval(timeout=_CHECK_SECONDS))
    except asyncpg.InvalidSQLStatementNameError:
        return False
    except TimeoutError:
        # The pooler has one session alone.
        return True
    finally:
        for connection in opened:
            connection.terminate()
    # The others got others: it is no pooler, or one whose sessions stay with their clients.
    return True
