"""Names that libraries don't promise to keep: each is used in one module, and missed here first."""

import ast
import inspect
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import uvicorn
from graphql import build_schema, parse
from graphql.pyutils import RefMap
from starlette.applications import Starlette
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from db.core import session
from goalroom.execution import completion, engine_internals, operation_plans, plan_run
from goalroom.transport import uvicorn_http, uvicorn_websocket
from resolvers.build import schema

ROOT = Path(__file__).parents[2]
PRODUCT = ("goalroom", "resolvers", "schema", "db")
# What begins with an underscore, belongs to somebody else, and is used all the same.
PRIVATE = {
    "goalroom/execution/engine_internals.py": {"_relevant_sub_fields", "_schema", "_stream_usages"},
    "db/core/session.py": {"_introspect_types", "_protocol"},
    "goalroom/demo/__main__.py": {"_exit"},  # of os, which documents it
}


def missing(library: str, owner: object, names: Iterable[str], user: object) -> list[str]:
    """What to tell whoever updates the library."""
    where = getattr(user, "__name__", "").replace(".", "/") + ".py"
    return [
        f"{library} {version(library)}: {type(owner).__name__} has no {name} any more, which {where} uses"
        for name in names
        if not hasattr(owner, name)
    ]


def strawberrys_executor() -> Any:
    return StrawberryGraphQLCoreExecutionContext.build(build_schema("type Query { a: Int }"), parse("{ a }"))


def test_strawberry_still_has_what_the_engine_uses() -> None:
    assert missing("strawberry-graphql", schema, ["_schema"], engine_internals) == []


def test_graphql_core_still_has_what_the_engine_uses() -> None:
    names = ["_relevant_sub_fields", "_stream_usages", "async_helpers", "build_per_event_executor"]
    made = strawberrys_executor()

    assert missing("graphql-core", made, names, engine_internals) == []
    assert missing("graphql-core", made, ["complete_leaf_value", "ensure_valid_runtime_type"], completion) == []
    assert missing("graphql-core", made, ["build_resolve_info", "context_value", "variable_values"], plan_run) == []
    assert missing("graphql-core", made, ["fragments", "field_resolver", "type_resolver"], operation_plans) == []


def test_graphql_core_still_keeps_what_it_collected_in_the_same_kinds_of_container() -> None:
    made = vars(strawberrys_executor())

    assert (made["_relevant_sub_fields"], type(made["_stream_usages"])) == ({}, RefMap)


async def test_asyncpg_still_tells_connections_what_arrays_are(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)

    assert missing("asyncpg", connection, ["_introspect_types", "_protocol"], session) == []
    protocol = connection._protocol  # noqa: SLF001  # what is looked for
    assert missing("asyncpg", protocol.get_settings(), ["register_data_types"], session) == []
    await connection.close()


async def test_uvicorn_and_websockets_still_have_what_the_transport_uses() -> None:
    config = uvicorn.Config(Starlette(), ws=WebSocketsSansIOProtocol)
    config.load()
    http = HttpToolsProtocol(config, ServerState(), {})
    socket = WebSocketsSansIOProtocol(config, ServerState(), {})
    of_http = [
        *("connection_made", "connection_lost", "data_received", "loop", "transport", "parser"),
        *("on_message_begin", "on_url", "on_header", "on_headers_complete"),
        *("handle_websocket_upgrade", "send_400_response", "cycle"),
    ]

    assert missing("uvicorn", http, of_http, uvicorn_http) == []
    of_socket = ["connection_lost", "conn", "handle_connect", "transport", "writable", "close_sent", "queue", "send"]
    assert missing("uvicorn", socket, of_socket, uvicorn_websocket) == []
    used = set(re.findall(r"self\.queue\.(\w+)", inspect.getsource(WebSocketsSansIOProtocol)))
    assert used == {"put_nowait", "get", "empty"}, "goalroom/transport/uvicorn_websocket.py puts its own in its place"
    assert missing("websockets", socket.conn, ["parser"], uvicorn_websocket) == []
    assert missing("websockets", socket.conn.parser, ["close"], uvicorn_websocket) == []


def test_uvicorn_still_asks_no_more_of_the_connection_of_a_response() -> None:
    used = set(re.findall(r"self\.transport\.(\w+)", inspect.getsource(RequestResponseCycle)))

    assert used == {"close", "is_closing", "write"}, (
        "goalroom/transport/uvicorn_http.py puts its own in place of the transport"
    )


def test_a_name_that_is_gone_is_told_with_the_library_and_the_module() -> None:
    [told] = missing("graphql-core", strawberrys_executor(), ["_gone"], engine_internals)

    assert told == (
        f"graphql-core {version('graphql-core')}: StrawberryGraphQLCoreExecutionContext has no _gone any more, "
        "which goalroom/execution/engine_internals.py uses"
    )


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _private_names_of_others(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass
            case ast.Attribute(attr=name) if _is_private(name):
                found.add(name)
            case ast.ImportFrom(names=names):
                found |= {alias.name for alias in names if _is_private(alias.name)}
    return found


@pytest.mark.parametrize("top", PRODUCT)
def test_private_names_of_others_are_used_in_one_module(top: str) -> None:
    used = {path.relative_to(ROOT).as_posix(): _private_names_of_others(path) for path in (ROOT / top).rglob("*.py")}

    assert {path: names for path, names in used.items() if names} == {
        path: names for path, names in PRIVATE.items() if path.startswith(f"{top}/")
    }
