"""Statistics for operators, read from the database."""

from dataclasses import dataclass

from db.core.database import Database
from db.core.queries import q


@dataclass(frozen=True, slots=True)
class Facts:
    """Of the whole database, whichever process is asked. Expired leases are those that no sweeper took back yet."""

    leases_running: float
    leases_expired: float
    oldest_transaction_seconds: float


async def facts(database: Database) -> Facts:
    """Read in one short statement."""
    return Facts(**await q.operating_facts(database))
