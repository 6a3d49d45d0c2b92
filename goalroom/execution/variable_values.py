"""Coerces the variables of requests by a plan that is made once for each input type.

graphql-core looks through all fields of an input type for each value of it, twice: of a hundred new tasks that took a
third of what the process does for them. It is left what can't be coerced, for it says what is wrong, and a variable
that was not sent where the document has a default for it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLLeafType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

from goalroom.execution.engine_internals import coerce_default_value, get_variable_signature
from goalroom.execution.errors import MOST_ERRORS

# A value as JSON has it, coerced. Raises whatever is wrong with it.
_Coerce = Callable[[Any], Any]

NO_VARIABLES = VariableValues({}, {})


class _Wrong(Exception):  # noqa: N818  # nobody is told it: graphql-core says why
    """The value is none of its type."""


class _Variable(NamedTuple):
    """As an operation declares it. `signature` is graphql-core's; one that can be left out has no value then."""

    name: str
    signature: Any
    coerce: _Coerce
    can_be_left_out: bool


class Variables:
    """Those that an operation declares."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema, self._definitions = schema, operation.variable_definitions or ()
        self._planned: Sequence[_Variable] | None = None

    def of(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """Those of a request, coerced; or what is wrong with them."""
        if not self._definitions:
            return NO_VARIABLES
        try:
            return self._by_plan(given)
        except Exception:
            # Whatever it was, graphql-core meets it too.
            return get_variable_values(self._schema, self._definitions, dict(given), max_errors=MOST_ERRORS)

    def _by_plan(self, given: Mapping[str, Any]) -> VariableValues:
        if self._planned is None:
            self._planned = [self._plan(definition) for definition in self._definitions]
        sources, coerced = {}, {}
        for name, signature, coerce, can_be_left_out in self._planned:
            if name in given:
                value = given[name]
                sources[name] = VariableValueSource(signature, value)
                coerced[name] = coerce(value)
            elif can_be_left_out:
                sources[name] = VariableValueSource(signature)
            else:
                raise _Wrong
        return VariableValues(sources, coerced)

    def _plan(self, definition: Any) -> _Variable:
        signature = get_variable_signature(self._schema, definition)
        if isinstance(signature, GraphQLError):
            raise signature
        can_be_left_out = definition.default_value is None and not is_non_null_type(signature.type)
        return _Variable(signature.name, signature, coercion_of(signature.type), can_be_left_out)


def coercion_of(kind: Any) -> _Coerce:
    """How values of this input type are coerced."""
    if is_non_null_type(kind):
        return _required(coercion_of(kind.of_type))
    if is_list_type(kind):
        return _list(coercion_of(kind.of_type))
    return coercion_of_named(kind)


# Lists and what is required are made anew for each document, and would be kept for ever.
@cache
def coercion_of_named(kind: Any) -> _Coerce:
    """As `coercion_of`, of a type that has a name, and so is the schema's."""
    return _object(kind) if is_input_object_type(kind) else _leaf(kind)


def _required(coerce: _Coerce) -> _Coerce:
    def coerced(value: Any) -> Any:
        if value is None:
            raise _Wrong
        return coerce(value)

    return coerced


def _leaf(kind: GraphQLLeafType) -> _Coerce:
    coerce = kind.coerce_input_value

    def coerced(value: Any) -> Any:
        if value is None:
            return None
        found = coerce(value)
        if found is Undefined:
            raise _Wrong
        return found

    return coerced


def _list(item: _Coerce) -> _Coerce:
    def coerced(value: Any) -> Any:
        if value is None:
            return None
        # What is no list is a list of one.
        return [item(one) for one in value] if isinstance(value, list) else [item(value)]

    return coerced


def _object(kind: GraphQLInputObjectType) -> _Coerce:
    if kind.is_one_of:
        raise TypeError(f"{kind} is a oneOf, for which there is no plan")
    fields = {name: coercion_of(field.type) for name, field in kind.fields.items()}
    required = {name for name, field in kind.fields.items() if is_required_input_field(field)}
    defaults = {name: coerce_default_value(field) for name, field in kind.fields.items()}
    defaults = {name: value for name, value in defaults.items() if value is not Undefined}

    def coerced(value: Any) -> Any:
        if value is None:
            return None
        found = defaults | {name: fields[name](one) for name, one in value.items()}
        if not required <= found.keys():
            raise _Wrong
        return found

    return coerced
