"""Whether the database can write to its disk again, after it could not."""

import asyncpg

from db.core.database import Database
from db.core.queries import q


async def is_full(database: Database) -> bool:
    """Whether a few megabytes still don't fit. It changes nothing: what is written is a file of the statement alone."""
    async with database.connection() as connection, connection.transaction():
        try:
            await q.use_little_memory(connection)
            await q.write_some_megabytes(connection)
        except asyncpg.DiskFullError:
            return True
    database.is_disk_full = False
    return False
