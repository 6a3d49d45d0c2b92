"""Fields that only hand out an attribute, known by type and name, so that reading them costs next to nothing.

Most of what clients ask for is such. graphql-core describes the place of each to its resolver, and looks three times
whether what came back must be waited for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    get_nullable_type,
    is_leaf_type,
)

from goalroom.execution.engine_internals import attribute_of


@dataclass(frozen=True, slots=True)
class PlainField:
    """The attribute, how its value is written, and whether it may be null."""

    attribute: str
    write: Callable[[Any], Any]
    nullable: bool

    def value(self, source: Any) -> Any:
        """As the answer has it; raises whatever is wrong with it."""
        value = getattr(source, self.attribute)
        if value is None and self.nullable:
            return None
        written = self.write(value)
        if written is None or written is Undefined:
            raise TypeError(self.attribute)
        return written


# By the name of the type, and of the field.
PlainFields = Mapping[str, Mapping[str, PlainField]]


def plain_fields_of(schema: GraphQLSchema) -> PlainFields:
    """All of the schema's."""
    types = [one for one in schema.type_map.values() if isinstance(one, GraphQLObjectType)]
    return {one.name: _of_type(one) for one in types}


def _of_type(one: GraphQLObjectType) -> Mapping[str, PlainField]:
    found = {name: _plain(field) for name, field in one.fields.items()}
    return {name: field for name, field in found.items() if field is not None}


def _plain(field: GraphQLField) -> PlainField | None:
    attribute, kind = attribute_of(field), get_nullable_type(field.type)
    # Lists of values are charged by their length, which the executor does.
    if attribute is None or not is_leaf_type(kind):
        return None
    return PlainField(attribute, kind.coerce_output_value, not isinstance(field.type, GraphQLNonNull))
