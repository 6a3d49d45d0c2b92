"""The named statements of sql/queries as functions, with what they share from sql/fragments put in."""

import re
from collections.abc import Mapping
from importlib.resources import as_file, files
from textwrap import indent
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter

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


_INCLUDE = re.compile(r"^(?P<margin> *)-- include: (?P<name>\w+)$", re.MULTILINE)


class UnknownFragmentError(LookupError):
    """A statement includes what sql/fragments does not have, or a fragment includes itself."""


def expand(sql: str, fragments: Mapping[str, str]) -> str:
    """Each line `-- include: NAME` becomes that fragment, which may include others."""

    def fragment(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in fragments:
            raise UnknownFragmentError(
                f"-- include: {name}: there is no {name}.sql in sql/fragments that it may include"
            )
        others = {key: text for key, text in fragments.items() if key != name}
        return indent(expand(fragments[name].rstrip(), others), match["margin"])

    return _INCLUDE.sub(fragment, sql)


def _load() -> Any:
    """All files of all folders as one: a statement's name is its own, wherever it stands."""
    with as_file(files("sql")) as folder:
        fragments = {path.stem: path.read_text("utf-8") for path in (folder / "fragments").glob("*.sql")}
        statements = "\n".join(path.read_text("utf-8") for path in sorted((folder / "queries").rglob("*.sql")))
    adapter: Any = _Adapter
    return aiosql.from_str(expand(statements, fragments), adapter, kwargs_only=True)


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
