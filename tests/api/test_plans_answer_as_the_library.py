"""What plans answer on the schema that we serve is what graphql-core answers, and no field is left to it."""

import json
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, build_schema, parse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from db.core.database import Database
from goalroom.execution.engine_internals import attribute_of, function_of, graphql_schema, is_awaitable, is_subscribed
from goalroom.execution.operation_plans import DocumentPlans
from goalroom.execution.plan_run import PlanRun
from resolvers.build import schema, sdl
from schema.context import Context
from tests.api import made_up
from tests.api.test_access import World, timeless, world
from tests.api.test_shared_fields import documents
from tests.patience import PATIENCE_S
from tests.size import sized

__all__ = ["world"]

SCHEMA = graphql_schema(schema)
_WRITTEN = build_schema(sdl())
_EACH = sized(2, 20)


def _fields(served: GraphQLSchema) -> list[tuple[str, Any]]:
    kinds = [one for one in served.type_map.values() if isinstance(one, GraphQLObjectType)]
    ours = [one for one in kinds if not one.name.startswith("__")]
    return [(f"{kind.name}.{name}", field) for kind in ours for name, field in kind.fields.items()]


def test_every_field_is_planned() -> None:
    planned = (attribute_of, function_of, is_subscribed)
    left = [name for name, field in _fields(SCHEMA) if not any(how(field) for how in planned)]

    assert left == []


def _made_up(there: World) -> list[str]:
    """Documents for all roots, which name what is there, what isn't, and what can't be."""
    names = [there.here["room"], *(there.here[name] for name in ("task", "objective", "message", "bob")), "T999", "x"]
    scalars = {
        "ID": st.sampled_from(names).map(nodes.String),
        "DateTime": st.sampled_from(["2026-01-01T00:00:00Z", "soon"]).map(nodes.String),
    }
    found: list[str] = []
    assert _WRITTEN.query_type is not None
    for name in _WRITTEN.query_type.fields:
        strategy: Any = queries(_WRITTEN, fields=[name], custom_scalars=scalars)

        @made_up.documents(_EACH)
        @given(document=strategy)
        def keep(document: str) -> None:
            found.append(document)

        keep()
    return found


def _told(result: Any) -> list[Any]:
    return [(error.formatted, type(error.original_error)) for error in result.errors or ()]


async def _assert_the_same(there: World, document: str) -> None:
    plan = DocumentPlans(SCHEMA, parse(document), schema.config.name_converter.from_field).of(None)
    variables = plan.variables({})
    assert not isinstance(variables, list)
    # graphql-core asks for hundreds of connections at once: on a busy machine the last of them waits for long.
    database = Database(there.database.pool, pooled=there.database.pooled, acquire_timeout=PATIENCE_S)
    mine, other = [
        Context(database=database, feed=there.bob.feed, caller=there.bob.caller, outbound=there.bob.outbound)
        for _ in range(2)
    ]

    expected = plan.by_the_library(variables, mine).execute_operation()
    if is_awaitable(expected):
        expected = await expected
    found = await PlanRun(plan, variables, other).execute()

    assert json.dumps(timeless(found.data)) == json.dumps(timeless(expected.data)), document[:2_000]
    assert _told(found) == _told(expected), document[:2_000]


@pytest.mark.parametrize("kind", ["everything that there is", "made up"])
async def test_the_answer_is_the_librarys(world: World, kind: str) -> None:
    asked = documents(world) if kind == "everything that there is" else _made_up(world)

    for document in asked:
        await _assert_the_same(world, document)
