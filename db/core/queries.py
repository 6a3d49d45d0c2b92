"""The named statements of sql/queries as functions, with what they share from sql/fragments put in."""

from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter

from db.core.statement_shapes import ShapedStatement, expand, split_by_shape

if TYPE_CHECKING:
    from db.core.statements import Statements

T = TypeVar("T")


class Connection(Protocol):
    """What a statement runs on: a connection of the driver's, the pool, or a transaction."""

    async def fetch(self, statement: str, /, *parameters: Any) -> list[Any]: ...

    async def fetchrow(self, statement: str, /, *parameters: Any) -> Any: ...

    async def fetchval(self, statement: str, /, *parameters: Any) -> Any: ...

    async def execute(self, statement: str, /, *parameters: Any) -> Any: ...


class _Adapter(AsyncPGAdapter):
    """Answers lists, and asks no connection for its attributes: the stock adapter's dir() costs more than a claim."""

    # aiosql would make generators of the lists; as it is, its functions hand back what ours return: an awaitable.
    is_aio_driver = False

    def _ordered(self, query_name: str, parameters: Any) -> Any:
        order: Any = self.maybe_order_params
        return order(query_name, parameters)

    async def select(
        self, conn: Connection, query_name: str, sql: str, parameters: Any, record_class: Any = None
    ) -> list[Any]:
        del record_class
        rows: list[Any] = await conn.fetch(sql, *self._ordered(query_name, parameters))
        return rows

    async def select_one(
        self, conn: Connection, query_name: str, sql: str, parameters: Any, record_class: Any = None
    ) -> Any:
        del record_class
        return await conn.fetchrow(sql, *self._ordered(query_name, parameters))

    async def select_value(self, conn: Connection, query_name: str, sql: str, parameters: Any) -> Any:
        return await conn.fetchval(sql, *self._ordered(query_name, parameters))

    async def insert_update_delete(self, conn: Connection, query_name: str, sql: str, parameters: Any) -> Any:
        return await conn.execute(sql, *self._ordered(query_name, parameters))


def read(statements: str) -> Any:
    """The functions of these statements."""
    adapter: Any = _Adapter
    return aiosql.from_str(statements, adapter, kwargs_only=True)


def _load() -> Any:
    """All files of all folders as one: a statement's name is its own, wherever it stands."""
    with as_file(files("sql")) as folder:
        fragments = {path.stem: path.read_text("utf-8") for path in (folder / "fragments").glob("*.sql")}
        sources = "\n".join(path.read_text("utf-8") for path in sorted((folder / "queries").rglob("*.sql")))
    plain, shaped = split_by_shape(expand(sources, fragments))
    loaded = read(plain)
    for source in shaped:
        loaded.add_query(source.name, ShapedStatement(source, read))
    return loaded


q: "Statements" = _load()


def required(found: T | None) -> T:
    """The row that a statement found, where it must exist because it is locked or a foreign key refers to it."""
    if found is None:
        raise LookupError("a statement answered nothing where there must be something")
    return found


def text_of(statement: Any) -> str:
    """The SQL of a named statement, for those who run it in their own way."""
    text: str = statement.sql
    return text


def texts_of(statement: Any) -> list[str]:
    """The SQL of each shape of a named statement."""
    return list(statement.texts()) if isinstance(statement, ShapedStatement) else [text_of(statement)]
