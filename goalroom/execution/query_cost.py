"""Query cost, before an operation runs and while it does: docs/limits.md has the formula."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    visit,
)
from graphql.execution.values import get_argument_values

from db.core import validation
from db.core.errors import TooComplex

# What a price is in.
COUNTED = "points of cost"
# A field with fields of its own is read from the database, or at least waited for.
OBJECT, LEAF = 10, 1
# What a list without a page is estimated to hold, before it runs; while it runs, what it does hold is counted.
UNPAGED = 3
# Of the items of a list of plain values, so many cost as much as a field.
_VALUES_OF_ONE = 4
# What says how many are asked for.
_HOW_MANY = frozenset({"first", "last", "limit", "points"})
_IDS, _WAITS, _INPUT = ("ids", "tasks"), "waitSeconds", "input"
_PRICED = {*_HOW_MANY, *_IDS, _WAITS, _INPUT}
# A field that takes one of these and was given none has a default of its own; those without send this many.
_UNSAID = 100
# What stands between a page and the things on it was read with them.
_OF_PAGES = ("Connection", "Edge")


@dataclass(frozen=True, slots=True)
class Price:
    """`cost`: fields of data and of the schema itself. `waits`: the seconds of its waitSeconds arguments."""

    cost: int = 0
    introspection: int = 0
    waits: int = 0

    @property
    def total(self) -> int:
        return self.cost + self.introspection

    @property
    def is_of_the_schema(self) -> bool:
        """Whether it is introspection only, which is answered without waiting for anything."""
        return self.cost == 0


class Budget:
    """What one operation may still cost while it runs."""

    __slots__ = ("limit", "spent")

    def __init__(self, limit: int) -> None:
        self.limit, self.spent = limit, 0

    def beyond(self, price: Price) -> int:
        """What was spent more than the price."""
        return max(self.spent - price.total, 0)

    @property
    def is_exhausted(self) -> bool:
        return self.spent > self.limit

    def spend_on_values(self, count: int) -> None:
        """For the items of a list of plain values; TOO_COMPLEX where it is more than there is."""
        self.spend(count // _VALUES_OF_ONE)

    def spend(self, cost: int) -> None:
        """TOO_COMPLEX where it is more than there is."""
        # Once it is exhausted nothing fits any more, however little: what has begun ends soon.
        self.spent += cost
        if self.is_exhausted:
            raise TooComplex(self.limit, COUNTED)


def own_cost(parent: str, node: FieldNode) -> int:
    """Of the field itself, in an object of the type `parent`, without the fields in it."""
    return OBJECT if node.selection_set and not parent.endswith(_OF_PAGES) else LEAF


@dataclass(slots=True)
class _Sum:
    cost: float = 0
    introspection: float = 0
    waits: float = 0

    def add(self, other: "_Sum", times: float = 1) -> None:
        self.cost += times * other.cost
        self.introspection += times * other.introspection
        self.waits += other.waits


class Pricing:
    """Prices the operations of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._typical = _typical_sizes(schema)

    def of(
        self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], variables: Any
    ) -> Price:
        """Its price with these variables, in one walk that prices each fragment once."""
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            return Price()
        found = _Walk(self._schema, self._typical, fragments, variables).selections(root, operation.selection_set)
        return Price(ceil(found.cost), ceil(found.introspection), int(found.waits))


def names_variables(node: Node) -> bool:
    """Whether a variable is anywhere in it."""
    found = _Variables()
    visit(node, found)
    return found.any


def depends_on_variables(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> bool:
    """Whether the price may be another with other variables."""
    found = _PricedVariables()
    for one in (operation, *fragments.values()):
        visit(one.selection_set, found)
    return found.any


class _PricedVariables(Visitor):
    """Variables in arguments by which is priced."""

    def __init__(self) -> None:
        super().__init__()
        self.any = False

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        if node.name.value in _PRICED:
            self.any = self.any or names_variables(node)


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.any = False

    def enter_variable(self, _node: VariableNode, *_: object) -> None:
        self.any = True


class _Walk:
    def __init__(
        self,
        schema: GraphQLSchema,
        typical: Mapping[str, float],
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Any,
    ) -> None:
        self._schema, self._typical = schema, typical
        self._fragments, self._variables = fragments, variables
        self._known: dict[str, _Sum] = {}

    def selections(self, parent: Any, selections: SelectionSetNode) -> _Sum:
        total = _Sum()
        for node in selections.selections:
            total.add(self._node(parent, node))
        return total

    def _node(self, parent: Any, node: SelectionNode) -> _Sum:
        if isinstance(node, FieldNode):
            return self._field(parent, node)
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in self._known:
                self._known[name] = self._conditional(parent, self._fragments[name])
            return self._known[name]
        return self._conditional(parent, node)

    def _conditional(self, parent: Any, node: Any) -> _Sum:
        named = self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent
        return self.selections(named, node.selection_set)

    def _field(self, parent: Any, node: FieldNode) -> _Sum:
        definition = self._schema.get_field(parent, node.name.value)
        if definition is None:
            return _Sum(cost=LEAF)
        given = self._arguments(definition, node)
        total = _Sum(waits=_number(given, _WAITS, validation.MAX_WAIT))
        if node.selection_set:
            below = self.selections(get_named_type(definition.type), node.selection_set)
            total.add(below, self._size(parent, node, definition, given))
        if parent.name.startswith("__") or node.name.value.startswith("__"):
            total.introspection += 1
        else:
            total.cost += own_cost(parent.name, node)
        return total

    def _arguments(self, definition: GraphQLField, node: FieldNode) -> dict[str, Any]:
        """Those of the field, and those in its `input`. What can't be taken is refused where it is used."""
        if not definition.args:
            return {}
        try:
            given = get_argument_values(definition, node, self._variables)
        except GraphQLError:
            return {}
        nested = given.get(_INPUT)
        return given | nested if isinstance(nested, dict) else given

    def _size(self, parent: Any, node: FieldNode, definition: GraphQLField, given: Mapping[str, Any]) -> float:
        if parent.name.startswith("__"):
            return self._typical.get(node.name.value, 1)
        if parent.name.endswith(_OF_PAGES):
            # It was multiplied where the connection itself was asked for.
            return 1
        for name in _IDS:
            if isinstance(given.get(name), list):
                return len(given[name])
        if _HOW_MANY & definition.args.keys():
            asked = [_number(given, name, validation.MAX_PAGE) for name in _HOW_MANY if given.get(name) is not None]
            return max(asked, default=_UNSAID)
        held = get_nullable_type(definition.type)
        return UNPAGED if is_list_type(held) and is_composite_type(get_named_type(held)) else 1


def _number(given: Mapping[str, Any], name: str, most: int) -> int:
    """0 where it is out of bounds: it is refused as BAD_INPUT, which says more than that it would cost too much."""
    value = given.get(name)
    return value if isinstance(value, int) and 0 <= value <= most else 0


def _typical_sizes(schema: GraphQLSchema) -> dict[str, float]:
    """What introspection's lists hold on average in this schema, whose real size is no secret and doesn't change."""
    types = list(schema.type_map.values())
    composite = [one for one in types if isinstance(one, GraphQLObjectType | GraphQLInterfaceType)]
    fields = [field for one in composite for field in one.fields.values()]
    inputs = [field for one in types if isinstance(one, GraphQLInputObjectType) for field in one.fields.values()]
    arguments = [argument for field in fields for argument in field.args.values()]
    typed = [one.type for one in (*fields, *inputs, *arguments)]
    wrapped = sum(str(one).count("!") + str(one).count("[") for one in typed)
    unions = [one for one in types if isinstance(one, GraphQLUnionType | GraphQLInterfaceType)]
    counts = {
        "fields": len(fields),
        "inputFields": len(inputs),
        "interfaces": sum(len(one.interfaces) for one in composite),
        "possibleTypes": sum(len(schema.get_possible_types(one)) for one in unions),
        "enumValues": sum(len(one.values) for one in types if isinstance(one, GraphQLEnumType)),
    }
    return {name: count / len(types) for name, count in counts.items()} | {
        "types": len(types),
        "directives": len(schema.directives),
        "args": len(arguments) / max(len(fields), 1),
        "ofType": wrapped / max(len(typed) + wrapped, 1),
    }
