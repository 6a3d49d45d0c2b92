"""Fields whose value depends on who asks, not only on the rooms that it sees: declared where the field is."""

from enum import Enum, auto

from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter


class CallerDependence(Enum):
    """How: an operation with the first is run for each caller alone, one with the second only where it must be."""

    ALWAYS = auto()
    # Direct messages are shown to their sender and recipients alone.
    ON_DIRECT_MESSAGES = auto()


_KEY = "caller_dependence"

DEPENDS_ON_CALLER = {_KEY: CallerDependence.ALWAYS}
MAY_SHOW_DIRECT_MESSAGES = {_KEY: CallerDependence.ON_DIRECT_MESSAGES}


def of(field: GraphQLField) -> CallerDependence | None:
    """What is declared of the field; None where all who see the same rooms are shown the same."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return definition.metadata.get(_KEY) if definition else None
