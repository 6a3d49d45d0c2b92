"""Prints the types of the named statements, as Postgres gives them: `python -m tests.statement_types` writes them anew.

Postgres says of each prepared statement which parameters it takes and which columns it answers, and of a column that a
table has, from which table it comes. What it does not say is taken so:

- A parameter may be None where the statement asks whether it is null, or writes it into a column that may be, or where
  lines stand only if it is given; one that only chooses lines is a bool.
- A column of a table is None where the table allows it, or where the table is joined by a left join.
- A computed column is never None.

Where that is wrong the statement's comment says so: `-- nullable: parameters, or_columns`, `-- not null: columns`.
JSON is Any when it is read.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from db.core.migrations import migrate
from db.core.queries import q
from goalroom.postgres.embedded import Cluster

STUB = Path(__file__).parents[1] / "db" / "core" / "statements.pyi"

_SCALARS = {
    "bool": "bool",
    "int2": "int",
    "int4": "int",
    "int8": "int",
    "float4": "float",
    "float8": "float",
    "text": "str",
    "name": "str",
    "bytea": "bytes",
    "timestamptz": "datetime",
    "jsonb": "Any",
    "json": "Any",
    "void": "None",
}

_HEADER = '''"""What the named statements take and answer, as tests/statement_types.py prints it and explains.

A row is typed as a dict of its columns, and is the driver's record: a mapping that nobody changes.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypedDict

from db.core.queries import Connection
'''


@dataclass(frozen=True)
class _Column:
    name: str
    type: str
    nullable: bool
    # The table that it is a column of, where it is one and stands in the answer as it is.
    table: str | None = None

    def __str__(self) -> str:
        return f"    {self.name}: {_or_none(self.type, nullable=self.nullable)}"


@dataclass(frozen=True)
class _Catalog:
    types: Mapping[int, str]
    columns: Mapping[tuple[int, int], _Column]

    @property
    def tables(self) -> dict[str, list[_Column]]:
        tables: dict[str, list[_Column]] = {}
        for column in self.columns.values():
            tables.setdefault(str(column.table), []).append(column)
        return tables


def stub(url: str) -> str:
    """The types of all statements, of a migrated database."""
    with psycopg.connect(url) as connection:
        catalog = _catalog(connection)
        bodies = [_statement(connection, catalog, name) for name in q.available_queries if not name.endswith("_cursor")]
    methods = "".join(method for _, _, method in bodies)
    used = {table for table, _, _ in bodies if table}
    rows = [
        _class(f"{_camel(table)}Row", "TypedDict", columns)
        for table, columns in sorted(catalog.tables.items())
        if table in used
    ]
    rows += [row for _, row, _ in bodies if row]
    return f"{_HEADER}{''.join(rows)}\nclass Statements:\n    available_queries: Collection[str]\n{methods}"


def _catalog(connection: psycopg.Connection[Any]) -> _Catalog:
    scalars = dict(connection.execute("select oid::bigint, typname from pg_type where typcategory <> 'A'").fetchall())
    arrays = connection.execute(
        "select a.oid::bigint, e.typname from pg_type a join pg_type e on e.oid = a.typelem where a.typcategory = 'A'"
    ).fetchall()
    types = {oid: _SCALARS[name] for oid, name in scalars.items() if name in _SCALARS}
    types |= {oid: f"list[{_SCALARS[name]}]" for oid, name in arrays if name in _SCALARS}
    columns = connection.execute(
        """
        select attrelid::bigint, attnum, relname, attname, atttypid::bigint, not attnotnull
          from pg_attribute join pg_class on pg_class.oid = attrelid
         where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
         order by relname, attnum
        """
    ).fetchall()
    return _Catalog(
        types,
        {
            (table, number): _Column(name, types.get(type_, "object"), nullable, relation)
            for table, number, relation, name, type_, nullable in columns
        },
    )


def _statement(connection: psycopg.Connection[Any], catalog: _Catalog, name: str) -> tuple[str | None, str, str]:
    """The table whose row it answers or extends, the class of its rows if it has one of its own, and its method."""
    statement = getattr(q, name)
    sql: str = statement.sql
    words = (statement.__doc__ or "").splitlines()
    nullable, never_null = (_named(words, f"{marker}: ") for marker in ("nullable", "not null"))
    inputs = list(statement.__signature__.parameters)[1:]
    optional = nullable | set(getattr(statement, "optional", ()))
    connection.pgconn.prepare(b"", sql.encode())
    described = connection.pgconn.describe_prepared(b"")
    if described.error_message:
        raise ValueError(f"{name}: {described.error_message.decode()}")
    parameters = [
        _parameter(catalog, sql, optional, at, name, described.param_type(at - 1))
        for at, name in enumerate(inputs, start=1)
    ]
    parameters += [f"{name}: bool" for name in getattr(statement, "switches", ())]
    outer = set(re.findall(r"left join (\w+)", sql)) - set(re.findall(r"(?:from|update|(?<!left )join) (\w+)", sql))
    columns = [_column(catalog, described, at, nullable, never_null, outer, name) for at in range(described.nfields)]
    table = _table(catalog, columns)
    extra = columns
    if table is not None:
        own = {column.name for column in catalog.tables[table]}
        extra = [column for column in columns if column.name not in own]
    row, class_ = "", f"{_camel(name)}Row"
    kind = statement.operation.name
    missing = kind in {"SELECT_ONE", "SELECT_VALUE"} and not _is_one_row(_plan(connection, sql, len(inputs)))
    if kind in {"SELECT", "SELECT_ONE"}:
        if extra:
            row = _class(class_, f"{_camel(table)}Row" if table else "TypedDict", extra)
        elif table is not None:
            class_ = f"{_camel(table)}Row"
    else:
        table = None
    answer = {
        "SELECT": f"list[{class_}]",
        "SELECT_ONE": _or_none(class_, nullable=missing),
        "SELECT_VALUE": _or_none(columns[0].type, nullable=columns[0].nullable or missing) if columns else "None",
        "INSERT_UPDATE_DELETE": "str",
    }[kind]
    takes = "".join(f", {parameter}" for parameter in (["*", *parameters] if parameters else []))
    return table, row, f"    async def {name}(self, on: Connection, /{takes}) -> {answer}: ...\n"


def _named(words: Sequence[str], marker: str) -> set[str]:
    return {name for line in words if line.startswith(marker) for name in line.removeprefix(marker).split(", ")}


def _plan(connection: psycopg.Connection[Any], sql: str, parameters: int) -> Mapping[str, Any]:
    """The plan that fits whatever the parameters are."""
    connection.execute("set plan_cache_mode = force_generic_plan")
    connection.execute(f"prepare statement as {sql}".encode())
    given = f"({', '.join(['null'] * parameters)})" if parameters else ""
    explained = connection.execute(f"explain (format json) execute statement {given}".encode()).fetchone()
    connection.execute("deallocate statement")
    assert explained is not None
    plan: Mapping[str, Any] = explained[0][0]["Plan"]
    return plan


def _is_one_row(plan: Mapping[str, Any]) -> bool:
    """Whether there is a row whatever the tables hold: an aggregate over all, one of no table, or what is inserted."""
    below = [part for part in plan.get("Plans", ()) if part["Parent Relationship"] not in {"InitPlan", "SubPlan"}]
    match plan["Node Type"]:
        case "Aggregate":
            return plan["Strategy"] == "Plain" and "Filter" not in plan
        case "Result":
            return not below and "One-Time Filter" not in plan
        case "ModifyTable":
            ignores = plan.get("Conflict Resolution") == "NOTHING" or "Conflict Filter" in plan
            return plan["Operation"] == "Insert" and not ignores and all(map(_is_one_row, below))
        case _:
            return False


def _parameter(catalog: _Catalog, sql: str, nullable: set[str], at: int, name: str, type_: int) -> str:
    asked = re.search(rf"\${at}(::\w+(\[\])?)? is (not )?(null|distinct)|coalesce\(\${at}\b|from \${at}\b", sql)
    written = _written(sql)
    may_be = {column.name for column in catalog.columns.values() if column.nullable and column.table in written}
    found = catalog.types[type_]
    found = "object" if found == "Any" else found
    if found.startswith("list["):
        element = found[5:-1].replace("Any", "object")
        found = f"Collection[{element}]" if element == "object" else f"Collection[{element} | None]"
    return f"{name}: {_or_none(found, nullable=bool(asked) or name in nullable or name in may_be)}"


def _written(sql: str) -> set[str]:
    return set(re.findall(r"\b(?:insert into|update) (\w+)", sql))


def _column(
    catalog: _Catalog,
    described: Any,
    at: int,
    nullable: set[str],
    never_null: set[str],
    outer: set[str],
    statement: str,
) -> _Column:
    name = described.fname(at).decode()
    if described.ftype(at) not in catalog.types:
        raise ValueError(f"{statement}: column {name} is of a type without a Python type")
    type_ = catalog.types[described.ftype(at)]
    of = catalog.columns.get((described.ftable(at), described.ftablecol(at)))
    if of is None or of.type != type_:
        return _Column(name, type_, name in nullable)
    may_be_null = (of.nullable or of.table in outer or name in nullable) and name not in never_null
    return _Column(name, type_, may_be_null, of.table)


def _table(catalog: _Catalog, columns: Sequence[_Column]) -> str | None:
    """The table of which these have all columns, if there is one."""
    mine = {column.name: column for column in columns}
    whole = [
        (len(theirs), table)
        for table, theirs in catalog.tables.items()
        if len(theirs) > 1
        and all(
            column.name in mine
            and mine[column.name].type == column.type
            and (mine[column.name].table is None or mine[column.name] == column)
            for column in theirs
        )
    ]
    return max(whole)[1] if whole else None


def _or_none(type_: str, *, nullable: bool) -> str:
    return f"{type_} | None" if nullable and type_ not in {"Any", "object", "None"} else type_


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _class(name: str, base: str, columns: Sequence[_Column]) -> str:
    # A column without a name is one that nobody reads by it.
    body = "".join(f"{column}\n" for column in columns if column.name.isidentifier()) or "    pass\n"
    return f"\nclass {name}({base}):\n{body}"


def main() -> None:
    """Write the stub anew."""
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder)) as cluster:
        asyncio.run(migrate(cluster.url))
        STUB.write_text(stub(cluster.url), "utf-8")
    sys.stdout.write(f"{STUB.name} has {len(q.available_queries)} statements\n")


if __name__ == "__main__":
    main()
