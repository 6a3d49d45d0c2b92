"""The named statements of sql/queries, as functions; the one place where types are lost."""

from importlib.resources import as_file, files
from typing import Any

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter


class _Adapter(AsyncPGAdapter):  # type: ignore[misc]  # aiosql has no types
    """Answers lists, and asks no connection for its attributes: the stock adapter's dir() costs more than a claim."""

    async def select(
        self, conn: Any, query_name: str, sql: str, parameters: Any, record_class: Any = None
    ) -> list[Any]:
        del record_class
        rows: list[Any] = await conn.fetch(sql, *self.maybe_order_params(query_name, parameters))
        return rows

    async def select_one(
        self, conn: Any, query_name: str, sql: str, parameters: Any, record_class: Any = None
    ) -> Any:
        del record_class
        return await conn.fetchrow(sql, *self.maybe_order_params(query_name, parameters))

    async def select_value(self, conn: Any, query_name: str, sql: str, parameters: Any) -> Any:
        return await conn.fetchval(sql, *self.maybe_order_params(query_name, parameters))

    async def insert_update_delete(self, conn: Any, query_name: str, sql: str, parameters: Any) -> Any:
        return await conn.execute(sql, *self.maybe_order_params(query_name, parameters))


def _load() -> Any:
    with as_file(files("sql") / "queries") as folder:
        return aiosql.from_path(folder, _Adapter, kwargs_only=True)


q: Any = _load()
