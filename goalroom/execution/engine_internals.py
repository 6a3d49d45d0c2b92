"""What we use of Strawberry and graphql-core that they don't offer by a public name, and until when.

`tests/goalroom/test_library_internals.py` fails if one of these names is gone.
"""

from typing import TYPE_CHECKING, Any, cast

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema
from graphql.pyutils import RefMap
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

if TYPE_CHECKING:
    from collections.abc import Callable

# Strawberry's own, which knows plain values without looking for methods on them.
is_awaitable: Any = optimized_is_awaitable


def graphql_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema as graphql-core knows it; plain resolvers without arguments are called directly.

    Strawberry names no other way: https://github.com/strawberry-graphql/strawberry/issues/2590
    """
    found: GraphQLSchema = schema._schema  # noqa: SLF001
    for one in found.type_map.values():
        if isinstance(one, GraphQLObjectType) and one is not found.subscription_type:
            for field in one.fields.values():
                field.resolve = _direct(field) or field.resolve
    return found


def _direct(field: GraphQLField) -> Any:
    """The field's resolver, without what Strawberry does for those with arguments or extensions, at each call."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or definition.base_resolver is None or definition.extensions:
        return None
    resolver, call = definition.base_resolver, cast("Callable[..., Any]", definition.base_resolver.wrapped_func)
    if resolver.arguments or resolver.is_async or not resolver.self_parameter:
        return None
    if resolver.info_parameter is None:
        return lambda source, _info: call(source)
    return lambda source, info: call(source, strawberry.Info(info, definition))


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
