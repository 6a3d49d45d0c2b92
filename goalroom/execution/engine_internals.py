"""What we use of Strawberry and graphql-core that they don't offer by a public name, and until when.

`tests/goalroom/test_library_internals.py` fails if one of these names is gone.
"""

from typing import Any

import strawberry
from graphql import GraphQLSchema
from graphql.pyutils import RefMap
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

# Strawberry's own, which knows plain values without looking for methods on them.
is_awaitable: Any = optimized_is_awaitable


def graphql_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema as graphql-core knows it.

    Strawberry names no other way: https://github.com/strawberry-graphql/strawberry/issues/2590
    """
    return schema._schema  # noqa: SLF001


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
