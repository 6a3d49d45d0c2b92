"""Builds input values as Strawberry does, by a plan that is made once for each input type.

Strawberry works out names and types of all fields anew for each value: for a hundred new tasks that took as long as
all else that the process does for them. `from_input` is its hook for types that build themselves.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from graphql import GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import InputContext, StrawberryArgument
from strawberry.types.base import (
    StrawberryList,
    StrawberryObjectDefinition,
    StrawberryOptional,
    StrawberryType,
    has_object_definition,
)
from strawberry.types.lazy_type import LazyType
from strawberry.types.unset import UNSET

# A value that is there, as the input type's field takes it.
_Convert = Callable[[Any], Any]
# The name that a field has in GraphQL.
NameOf = Callable[[Any], str]


def plan_input_values(schema: GraphQLSchema) -> None:
    """Have all input types of the schema build themselves."""
    for one in schema.type_map.values():
        definition = one.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if isinstance(definition, StrawberryObjectDefinition) and definition.is_input:
            definition.from_input = _from_input


def plan_arguments(
    arguments: Sequence[StrawberryArgument], names: Sequence[str], name_of: NameOf
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """What makes of given values those that a function takes. `names` are the arguments' in GraphQL, in their order."""
    plan = {
        name: (str(argument.python_name), _converter(argument.type, name_of))
        for name, argument in zip(names, arguments, strict=True)
    }
    return partial(_taken, plan)


def _taken(plan: Mapping[str, tuple[str, _Convert | None]], given: Mapping[str, Any]) -> dict[str, Any]:
    taken = {}
    for name, one in given.items():
        python_name, convert = plan[name]
        taken[python_name] = one if convert is None or one is None or one is UNSET else convert(one)
    return taken


def _from_input(made: type, value: Mapping[str, Any], context: InputContext) -> Any:
    return _built(made, context.config.name_converter.from_field, value)


def _built(made: type, name_of: NameOf, value: Mapping[str, Any]) -> Any:
    absent, fields = _plan(made, name_of)
    given = dict(absent)
    for name, one in value.items():
        python_name, convert = fields[name]
        given[python_name] = one if convert is None or one is None or one is UNSET else convert(one)
    return made(**given)


@cache
def _plan(made: Any, name_of: NameOf) -> tuple[Mapping[str, None], Mapping[str, tuple[str, _Convert | None]]]:
    """The fields that have no default, and how each is called and converted, by its name in GraphQL."""
    definition: StrawberryObjectDefinition = made.__strawberry_definition__
    absent = {
        field.python_name: None
        for field in definition.fields
        if field.default_value is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    fields = {
        name_of(field): (field.python_name, _converter(field.resolve_type(type_definition=definition), name_of))
        for field in definition.fields
    }
    return absent, fields


def _converter(kind: StrawberryType | type, name_of: NameOf) -> _Convert | None:
    """None where the value is taken as it is."""
    if isinstance(kind, StrawberryOptional):
        return _converter(kind.of_type, name_of)
    if isinstance(kind, LazyType):
        return _converter(kind.resolve_type(), name_of)
    if isinstance(kind, StrawberryList):
        item = _converter(kind.of_type, name_of)
        # A copy: graphql-core hands the same default to every request that leaves the list out.
        return list if item is None else partial(_items, item)
    if has_object_definition(kind):
        return partial(_built, kind, name_of)
    return None


def _items(convert: _Convert, values: list[Any]) -> list[Any]:
    return [None if one is None else convert(one) for one in values]
