"""The named statements of sql/queries, as functions; the one place where types are lost."""

from importlib.resources import as_file, files
from typing import Any

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter


class _Adapter(AsyncPGAdapter):
    """Answers lists, and asks no connection for its attributes: the stock adapter's dir() costs more than a claim."""

    # aiosql would make generators of the lists; as it is, its functions hand back what ours return: an awaitable.
    is_aio_driver = False

    def _ordered(self, query_name: str, parameters: Any) -> Any:
        order: Any = self.maybe_order_params
        return order(query_name, parameters)

    async def select(
        self, conn: Any, query_name: str, sql: str, parameters: Any, record_class: Any = None
    ) -> list[Any]:
        del record_class
        rows: list[Any] = await conn.fetch(sql, *self._ordered(query_name, parameters))
        return rows

    async def select_one(self, conn: Any, query_name: str, sql: str, parameters: Any, record_class: Any = None) -> Any:
        del record_class
        return await conn.fetchrow(sql, *self._ordered(query_name, parameters))

    async def select_value(self, conn: Any, query_name: str, sql: str, parameters: Any) -> Any:
        return await conn.fetchval(sql, *self._ordered(query_name, parameters))

    async def insert_update_delete(self, conn: Any, query_name: str, sql: str, parameters: Any) -> Any:
        return await conn.execute(sql, *self._ordered(query_name, parameters))


def _load() -> Any:
    """All files of all folders as one: a statement's name is its own, wherever it stands."""
    with as_file(files("sql") / "queries") as folder:
        statements = "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob("*.sql")))
    adapter: Any = _Adapter
    return aiosql.from_str(statements, adapter, kwargs_only=True)


q: Any = _load()
