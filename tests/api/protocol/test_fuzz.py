"""Whatever is asked is answered: no 5xx, no error without a code, no word of Python or SQL, no broken promise."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from graphql import GraphQLField, GraphQLSchema, build_schema, get_named_type, is_leaf_type, is_required_argument
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_graphql import Mode, mutations, nodes, queries

from db.core.enums import Role
from db.core.errors import ErrorCode
from db.core.migrations import migrate
from goalroom.execution import errors
from resolvers.build import sdl
from tests.api import made_up
from tests.api.server_fixture import Live, serving
from tests.client import NO_AUTHORITIES
from tests.conftest import new_database
from tests.size import sized

_SCHEMA = build_schema(sdl())
# Requests are made up for queries and mutations only; the fields of subscriptions are made up as those of a query.
_OF_SUBSCRIPTIONS = GraphQLSchema(_SCHEMA.subscription_type)
_MAKE = {"Query": (queries, _SCHEMA), "Mutation": (mutations, _SCHEMA), "Subscription": (queries, _OF_SUBSCRIPTIONS)}
# INTERNAL is a mistake of ours: also where null stands in the place of what can't be null.
_CODES = {*ErrorCode, errors.PARSE_FAILED, errors.VALIDATION_FAILED} - {ErrorCode.INTERNAL}
_LEAKS = re.compile(
    r"Traceback|\.py\b|asyncpg|strawberry|NoneType|object at 0x|Error\(|__init__|coroutine"
    r"|\bselect\b.+\bfrom\b|\binsert into\b|\bviolates\b|\brelation \"|\bcolumn \"|syntax error at"
)
# What is there, what isn't, and what is none.
_IDS = ["T1", "T2", "T3", "O1", "K1", "E1", "A1", "R1", "main", "admin", "T999999", "general", "x", "", "T-1"]
_SCALARS = {
    "ID": st.sampled_from(_IDS).map(nodes.String),
    "DateTime": st.sampled_from(["2026-01-01T00:00:00Z", "2031-12-31T23:59:59.5+02:00", "soon"]).map(nodes.String),
    "JSON": st.sampled_from([nodes.Int(7), nodes.String("x"), nodes.Boolean(value=True)]),
}
_EACH = sized(2, 4)
# A subscription that has nothing to say, or goes on, is left after this.
_LISTEN_SECONDS = 0.1


@pytest.fixture(scope="module")
async def peopled(postgres_url: str) -> AsyncGenerator[Live]:
    """A server on which there is something to find, in a database of its own: there ids begin at 1."""
    async with new_database(postgres_url) as url:
        await migrate(url)
        async with serving(url) as live:
            yield await _with_tasks(live)


async def _with_tasks(live: Live) -> Live:
    await live.ask('mutation { createObjective(input: {room: "main", title: "One"}) { id } }')
    for _ in range(3):
        await live.ask('mutation { createTask(input: {room: "main", objective: "O1", title: "One"}) { id } }')
    return live


def _ask(http: httpx.Client, document: str) -> tuple[int, list[dict[str, Any]]]:
    """The status, and the errors in the answer."""
    response = http.post("/graphql", json={"query": document}, timeout=90)
    return response.status_code, response.json().get("errors", [])


def _listen(http: httpx.Client, document: str) -> tuple[int, list[dict[str, Any]]]:
    """As `_ask`, of the first that a subscription says."""

    async def first() -> tuple[int, list[dict[str, Any]]]:
        headers = {"authorization": http.headers["authorization"], "accept": "text/event-stream"}
        sent = {"query": f"subscription {document}"}
        async with (
            httpx.AsyncClient(base_url=http.base_url, headers=headers, timeout=90, verify=NO_AUTHORITIES) as listening,
            listening.stream("POST", "/graphql", json=sent) as response,
        ):
            with suppress(TimeoutError):
                async with asyncio.timeout(_LISTEN_SECONDS):
                    async for line in response.aiter_lines():
                        if line.startswith("data: {"):
                            return response.status_code, json.loads(line.removeprefix("data: ")).get("errors", [])
            return response.status_code, []

    return asyncio.run(first())


def _wrong(status: int, found: list[dict[str, Any]]) -> str | None:
    """What is wrong with the answer, if anything is."""
    if status >= 500:
        return f"status {status}"
    for error in found:
        if error.get("extensions", {}).get("code") not in _CODES:
            return f"a wrong code: {error}"
        if not error["extensions"].get("hint"):
            return f"no hint: {error}"
        if leak := _LEAKS.search(error["message"]):
            return f"it says {leak.group()!r}: {error}"
    return None


def _storm(live: Live, token: str, root: str, field: str, mode: Mode) -> None:
    """Many requests for one field of a root, one after the other."""
    make, schema = _MAKE[root]
    strategy: Any = make(schema, fields=[field], custom_scalars=_SCALARS, mode=mode)
    send = _listen if root == "Subscription" else _ask
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://{live.host}", headers=headers, verify=NO_AUTHORITIES) as http:

        @made_up.documents(_EACH)
        @given(document=strategy)
        def one(document: str) -> None:
            status, found = send(http, document)

            assert not (wrong := _wrong(status, found)), f"{wrong}\n{document}"
            assert status != 401 or field == "revokeTokens", "nobody asked"

        one()


def _fields(mode: Mode) -> list[tuple[str, str]]:
    roots = (_SCHEMA.query_type, _SCHEMA.mutation_type, _SCHEMA.subscription_type)
    return [
        (root.name, name)
        for root in roots
        if root is not None
        for name, field in root.fields.items()
        if mode is Mode.POSITIVE or _can_be_wrong(field)
    ]


def _can_be_wrong(field: GraphQLField) -> bool:
    return any(is_required_argument(one) or is_leaf_type(get_named_type(one.type)) for one in field.args.values())


async def _admin(live: Live) -> str:
    """A new token: one of the requests may have revoked all that there were."""
    return await live.newcomer("admin", Role.ADMIN)


@pytest.mark.parametrize(("root", "field"), _fields(Mode.POSITIVE))
async def test_whatever_fits_the_schema_is_answered(peopled: Live, root: str, field: str) -> None:
    await asyncio.to_thread(_storm, peopled, await _admin(peopled), root, field, Mode.POSITIVE)


@pytest.mark.parametrize(("root", "field"), _fields(Mode.NEGATIVE))
async def test_whatever_does_not_is_refused(peopled: Live, root: str, field: str) -> None:
    await asyncio.to_thread(_storm, peopled, await _admin(peopled), root, field, Mode.NEGATIVE)
