"""Input types build themselves as Strawberry would build them."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    coerce_input_value,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_argument

from goalroom.execution.engine import Engine
from goalroom.execution.engine_internals import graphql_schema
from resolvers.build import schema

GRAPHQL = graphql_schema(schema)
INPUTS = [one for one in GRAPHQL.type_map.values() if isinstance(one, GraphQLInputObjectType)]
SCALARS = {
    "ID": "T1", "String": "text", "Int": 1, "Float": 1.5, "Boolean": True, "JSON": {"a": [1, None]},
    "DateTime": "2026-01-01T00:00:00Z",
}  # fmt: skip


def value(kind: Any, *, whole: bool) -> Any:
    """As a client sends one: with all fields, or with those alone that it must send."""
    kind = get_nullable_type(kind)
    if is_list_type(kind):
        return [value(kind.of_type, whole=whole)] * 2
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {
            name: value(field.type, whole=whole)
            for name, field in kind.fields.items()
            if whole or is_non_null_type(field.type)
        }
    return SCALARS[kind.name]


def values(kind: GraphQLInputObjectType) -> Iterator[Any]:
    whole = value(kind, whole=True)
    yield whole
    yield value(kind, whole=False)
    for name, field in kind.fields.items():
        if not is_non_null_type(field.type):
            yield whole | {name: None}


@pytest.mark.parametrize("kind", INPUTS, ids=str)
def test_an_input_is_what_strawberry_makes_of_it(kind: GraphQLInputObjectType) -> None:
    definition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    Engine(schema)
    ours = definition.from_input
    assert ours is not None

    for sent in values(kind):
        coerced = coerce_input_value(sent, kind)
        converted = []
        for how in (ours, None):
            for one in INPUTS:
                one.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].from_input = how
            made = convert_argument(coerced, definition.origin, schema.schema_converter.scalar_registry, schema.config)
            converted.append(made)
        assert converted[0] == converted[1], sent
        assert type(converted[0]) is definition.origin
    Engine(schema)
