"""The clock of tests: instead of waiting, everything that was written becomes older."""

from db.core.database import Database


async def advance(database: Database, seconds: float, *, serving: bool = True) -> None:
    """Let this much time pass: every instant that is stored moves into the past by it.

    Servers lived throughout, unless `serving` is False: then none did, and the next one finds an outage.
    """
    columns = await database.fetch(
        "select c.table_name as name,"
        " string_agg(format('%1$I = %1$I - make_interval(secs => $1)', c.column_name), ', ') as moved"
        " from information_schema.columns c join information_schema.tables t using (table_schema, table_name)"
        " where c.table_schema = 'public' and c.data_type = 'timestamp with time zone' and t.table_type = 'BASE TABLE'"
        " and c.is_generated = 'NEVER'"
        " and not ($1 and c.table_name = 'uptime' and c.column_name = 'alive_at')"
        " group by c.table_name",
        serving,
    )
    async with database.pool.acquire() as connection, connection.transaction():
        for table in columns:
            await connection.execute(f"update {table['name']} set {table['moved']}", float(seconds))  # noqa: S608  # our own
