"""Where people open the dashboard, which the servers know and commands ask for."""

from db.core.database import Database
from db.core.queries import q


async def keep(database: Database, address: str) -> None:
    """Keep the address of this server: the one that began last is told."""
    await q.keep_server_address(database, address=address)


async def find(database: Database) -> str | None:
    """The address of the server that began last, if any ever did."""
    return await q.server_address(database)
