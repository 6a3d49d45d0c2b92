"""How the value of a field is made: by an attribute, by a function of ours, or by whatever the schema has for it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLField
from graphql.execution.values import get_argument_values

from goalroom.execution.engine_internals import attribute_of, function_of, is_subscribed
from goalroom.execution.input_values import NameOf, plan_arguments
from goalroom.execution.query_cost import names_variables

if TYPE_CHECKING:
    from goalroom.execution.completion import Above, Place
    from goalroom.execution.plan_run import PlanRun

# Of the object that has the field, in this run, below this place.
Resolve = Callable[[Any, "PlanRun", "Above | None"], Any]
Arguments = Callable[["PlanRun"], Mapping[str, Any]]


def resolve_of(definition: GraphQLField, place: "Place", response_name: str, name_of: NameOf) -> Resolve:
    """How the value of this field is made."""
    if is_subscribed(definition):
        # The event is the value of the one field that an event has.
        return lambda source, _run, _above: source
    attribute = attribute_of(definition)
    if attribute is not None:
        return lambda source, _run, _above: getattr(source, attribute)
    arguments, function = _arguments(definition, place), function_of(definition)
    if function is None:
        return _by_the_library(definition, place, response_name, arguments)
    call = function.call if function.takes_info else _without_info(function.call)
    if arguments is None:
        return lambda source, run, _above: call(source, run.info)
    converted = plan_arguments(function.arguments, [*definition.args], name_of)
    return lambda source, run, _above: call(source, run.info, **converted(arguments(run)))


def _without_info(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda source, _info, **given: call(source, **given)


def _by_the_library(
    definition: GraphQLField, place: "Place", response_name: str, arguments: Arguments | None
) -> Resolve:
    """As graphql-core does it: told everything, which takes longest."""

    def resolve(source: Any, run: "PlanRun", above: "Above | None") -> Any:
        given = arguments(run) if arguments is not None else {}
        call = definition.resolve or run.library.field_resolver
        return call(source, run.told(place, response_name, above), **given)

    return resolve


def _arguments(definition: GraphQLField, place: "Place") -> Arguments | None:
    """Those that a run has; None where the field takes none."""
    node = place.nodes[0]
    if not (definition.args or node.arguments):
        return None
    if not any(names_variables(argument) for argument in node.arguments or ()):
        try:
            same = get_argument_values(definition, node)
        except GraphQLError:
            # What is wrong with them is told at each run, as of any.
            pass
        else:
            return lambda _run: same

    def of_run(run: "PlanRun") -> Mapping[str, Any]:
        known = run.arguments.get(id(place))
        if known is None:
            known = run.arguments[id(place)] = get_argument_values(definition, node, run.variables)
        return known

    return of_run
