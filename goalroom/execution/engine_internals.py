"""What we use of Strawberry and graphql-core that they don't offer by a public name, and until when.

`tests/goalroom/test_library_internals.py` fails if one of these names is gone.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import FragmentDetails, collect_fields, collect_subfields
from graphql.execution.executor import invalid_return_type_error
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.pyutils import RefMap
from graphql.utilities.coerce_input_value import coerce_default_value
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

__all__ = [
    "FragmentDetails",
    "Function",
    "SingleUseExecutor",
    "attribute_of",
    "class_of",
    "coerce_default_value",
    "collect_fields",
    "collect_subfields",
    "function_of",
    "get_variable_signature",
    "graphql_schema",
    "invalid_return_type_error",
    "is_awaitable",
    "is_subscribed",
]

# Strawberry's own, which knows plain values without looking for methods on them.
is_awaitable: Any = optimized_is_awaitable


def graphql_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema as graphql-core knows it.

    Strawberry names no other way: https://github.com/strawberry-graphql/strawberry/issues/2590
    """
    found: GraphQLSchema = schema._schema  # noqa: SLF001
    return found


class SingleUseExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, of which nothing is left when its operation, or the event, is over."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # Nobody asks for these, and they hold on to it: each operation would wait for the collector. Not reported yet;
        # what the collector costs here: https://github.com/graphql-python/graphql-core/issues/190
        self.async_helpers = None  # type: ignore[assignment]

    def build_per_event_executor(self, payload: Any) -> Any:
        """With nothing collected yet. The library's have all that was together, though each event's has other keys.

        Not reported yet; GraphQL.js, which graphql-core follows, keeps them by weak reference, for all executors:
        https://github.com/graphql/graphql-js/pull/4548
        """
        executor: Any = super().build_per_event_executor(payload)
        executor._relevant_sub_fields, executor._stream_usages = {}, RefMap()  # noqa: SLF001
        return executor


def attribute_of(field: GraphQLField) -> str | None:
    """The attribute that the field hands out; None where a resolver makes its value."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return definition.python_name if isinstance(definition, StrawberryField) and definition.is_basic_field else None


class Function(NamedTuple):
    """A function that makes a field's value, of the object and, where it takes one, of an Info."""

    call: Callable[..., Any]
    takes_info: bool
    arguments: Sequence[StrawberryArgument]


def function_of(field: GraphQLField) -> Function | None:
    """The function that the field was written as, without what Strawberry does around it at each call."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or definition.base_resolver is None or definition.extensions:
        return None
    resolver = definition.base_resolver
    if not resolver.self_parameter or (resolver.info_parameter and resolver.info_parameter.name != "info"):
        return None
    call = cast("Callable[..., Any]", resolver.wrapped_func)
    return Function(call, resolver.info_parameter is not None, definition.arguments)


def is_subscribed(field: GraphQLField) -> bool:
    """Whether the field is the event itself."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return isinstance(definition, StrawberryField) and definition.is_subscription


def class_of(kind: GraphQLObjectType) -> type | None:
    """The class that the type was written as: its objects are of it, and need no further look."""
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return definition.origin if isinstance(definition, StrawberryObjectDefinition) else None
