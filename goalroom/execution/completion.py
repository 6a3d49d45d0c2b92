"""How the values of fields become what the answer holds: GraphQL's "value completion", planned once for each place."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLString,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution import Executor
from graphql.pyutils import Path, is_iterable

from goalroom.execution.engine_internals import class_of, invalid_return_type_error, is_awaitable
from schema.loaders import Later

if TYPE_CHECKING:
    from goalroom.execution.operation_plans import Selection
    from goalroom.execution.plan_run import PlanRun

# An object or a list in the answer: what is above it, its key in that, how it is completed, and what holds it.
Above = tuple["Above | None", str | int, "Value", Any]
# The selection of a concrete type at this place.
Select = Callable[[GraphQLObjectType], "Selection"]

# Whether values of a type are awaited; each type is looked at once.
_awaited: dict[type, bool] = {}


def path(above: Above | None, key: str | int) -> list[str | int]:
    """Where this is in the answer."""
    keys = [key]
    while above is not None:
        keys.append(above[1])
        above = above[0]
    return keys[::-1]


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a type, where a document asks for it: what errors point at."""

    parent: GraphQLObjectType
    name: str
    nodes: list[FieldNode]
    # As graphql-core groups them.
    details: list[Any]

    def path(self, key: str | int, above: Above | None) -> Path:
        """As graphql-core writes it, of the field itself."""
        while isinstance(key, int) and above is not None:
            key, above = above[1], above[0]
        return Path(_library_path(above), key, self.parent.name)


def _library_path(above: Above | None) -> Path | None:
    if above is None:
        return None
    further, key, value, _ = above
    return Path(_library_path(further), key, value.place.parent.name if isinstance(key, str) else None)


class Value(ABC):
    """What may stand at one place, and how it is completed. Values of the class `exact` are there, and need no look."""

    __slots__ = ("exact", "nullable", "place")

    def __init__(self, place: Place, exact: type | None, *, nullable: bool) -> None:
        self.place, self.exact, self.nullable = place, exact, nullable

    def put(self, run: "PlanRun", value: Any, out: Any, key: Any, above: Above | None) -> None:
        """Complete the value into `out[key]`, now or later. GraphQLError, located, where neither it nor null may be."""
        kind = type(value)
        if kind is not self.exact:
            if kind is Later:
                run.wait_for_reading(value, self, out, key, above)
                return
            if _is_awaited(kind, value):
                run.wait_for(value, self, out, key, above)
                return
            if isinstance(value, Exception):
                run.fail(value, self, out, key, above)
                return
        try:
            if value is None or value is Undefined:
                _check_null(self.place, nullable=self.nullable)
                out[key] = None
            else:
                self.complete(run, value, out, key, above)
        except Exception as error:
            run.fail(error, self, out, key, above)

    @abstractmethod
    def complete(self, run: "PlanRun", value: Any, out: Any, key: Any, above: Above | None) -> None:
        """Of a value that is there and not null. Raises whatever is wrong with it."""


def _check_null(place: Place, *, nullable: bool) -> None:
    """TypeError where null must not stand here."""
    if not nullable:
        raise TypeError(f"Cannot return null for non-nullable field {place.parent}.{place.name}.")


def _is_awaited(kind: type, value: Any) -> bool:
    known = _awaited.get(kind)
    if known is None:
        known = is_awaitable(value)
        # Of generators, some are awaited.
        if kind is not GeneratorType:
            _awaited[kind] = known
    return known


class LeafValue(Value):
    """A scalar or an enum. Values of the class `exact` are written as they are."""

    __slots__ = ("written",)

    def __init__(self, place: Place, kind: GraphQLLeafType, *, nullable: bool) -> None:
        super().__init__(place, _EXACT.get(kind), nullable=nullable)
        # A value as the answer has it. Raises whatever is wrong with it.
        self.written = _writer(kind, place, nullable=nullable)

    def complete(self, _run: "PlanRun", value: Any, out: Any, key: Any, _above: Above | None) -> None:
        """See `Value.complete`."""
        out[key] = value if type(value) is self.exact else self.written(value)


# What a GraphQLInt can be.
_LEAST, _MOST = -(2**31), 2**31 - 1
# What graphql-core hands back as it is.
_EXACT: dict[GraphQLLeafType, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}


def _writer(kind: GraphQLLeafType, place: Place, *, nullable: bool) -> Callable[[Any], Any]:
    """How values are written; those that are met all the time without a further look."""

    def write(value: Any) -> Any:
        if value is None:
            _check_null(place, nullable=nullable)
            return None
        return Executor.complete_leaf_value(kind, value)

    if kind is GraphQLInt:
        return lambda value: value if type(value) is int and _LEAST <= value <= _MOST else write(value)
    if isinstance(kind, GraphQLEnumType):
        members, wrapped = _members(kind), getattr(kind, "wrapped_cls", None)
        return lambda value: members[value] if type(value) is wrapped else write(value)
    return write


def _members(kind: GraphQLEnumType) -> dict[Any, str]:
    """The names of an enum's members: Strawberry compares each value with each of them."""
    wrapped = getattr(kind, "wrapped_cls", None)
    return {} if wrapped is None else {member: kind.coerce_output_value(member) for member in wrapped}


class ObjectValue(Value):
    """An object of one type."""

    __slots__ = ("_kind", "_select", "_selection")

    def __init__(self, place: Place, kind: GraphQLObjectType, select: Select, *, nullable: bool) -> None:
        super().__init__(place, class_of(kind), nullable=nullable)
        self._kind, self._select = kind, select
        self._selection: Selection | None = None

    def complete(self, run: "PlanRun", value: Any, out: Any, key: Any, above: Above | None) -> None:
        """See `Value.complete`."""
        if type(value) is not self.exact:
            self._check_type(run, value, key, above)
        if self._selection is None:
            self._selection = self._select(self._kind)
        fields: dict[str, Any] = {}
        out[key] = fields
        self._selection.execute(run, value, fields, (above, key, self, out))

    def _check_type(self, run: "PlanRun", value: Any, key: Any, above: Above | None) -> None:
        is_type_of = self._kind.is_type_of
        if is_type_of is not None and not is_type_of(value, run.told(self.place, key, above)):
            raise invalid_return_type_error(self._kind, value, self.place.details)


class AbstractValue(Value):
    """An object of an interface or a union."""

    __slots__ = ("_concrete", "_kind", "_known", "_select")

    def __init__(self, place: Place, kind: Any, select: Select, *, nullable: bool) -> None:
        super().__init__(place, None, nullable=nullable)
        self._kind, self._select = kind, select
        self._concrete: dict[GraphQLObjectType, ObjectValue] = {}
        self._known: dict[type, ObjectValue] = {}

    def complete(self, run: "PlanRun", value: Any, out: Any, key: Any, above: Above | None) -> None:
        """See `Value.complete`."""
        concrete = self._known.get(type(value)) or self._concrete_value(run, value, key, above)
        concrete.complete(run, value, out, key, above)

    def _concrete_value(self, run: "PlanRun", value: Any, key: Any, above: Above | None) -> ObjectValue:
        told = run.told(self.place, key, above)
        name = (self._kind.resolve_type or run.library.type_resolver)(value, told, self._kind)
        kind = run.library.ensure_valid_runtime_type(name, self._kind, self.place.details, told, value)
        concrete = self._concrete.get(kind)
        if concrete is None:
            concrete = ObjectValue(self.place, kind, self._select, nullable=self.nullable)
            self._concrete[kind] = concrete
        if type(value) is class_of(kind):
            self._known[type(value)] = concrete
        return concrete


class ListValue(Value):
    """A list, whose items are completed one after the other, and in time slices where there are many."""

    __slots__ = ("_holds_leaves", "_item", "_item_as_it_is")

    def __init__(self, place: Place, item: Value, *, holds_leaves: bool, nullable: bool) -> None:
        super().__init__(place, list, nullable=nullable)
        self._item, self._holds_leaves = item, holds_leaves
        self._item_as_it_is = item.exact if isinstance(item, LeafValue) else None

    def complete(self, run: "PlanRun", value: Any, out: Any, key: Any, above: Above | None) -> None:
        """See `Value.complete`."""
        if not isinstance(value, list | tuple):
            if not is_iterable(value):
                raise GraphQLError(
                    f"Expected Iterable, but did not find one for field '{self.place.parent}.{self.place.name}'."
                )
            value = list(value)
        if self._holds_leaves:
            run.spend_on_values(len(value))
        items: list[Any] = [None] * len(value)
        out[key] = items
        here = above, key, self, out
        if not self._holds_leaves and run.is_too_long(len(value)):
            run.complete_in_slices(self, value, items, here)
        else:
            for at, one in enumerate(value):
                if type(one) is self._item_as_it_is:
                    items[at] = one
                else:
                    self._item.put(run, one, items, at, here)

    def complete_item(self, run: "PlanRun", value: Any, items: list[Any], at: int, here: Above) -> None:
        """One of them."""
        self._item.put(run, value, items, at, here)


def value_of(kind: Any, place: Place, select: Select) -> Value:
    """How values of this type are completed at this place."""
    nullable = not is_non_null_type(kind)
    if not nullable:
        kind = kind.of_type
    if is_list_type(kind):
        item = value_of(kind.of_type, place, select)
        return ListValue(place, item, holds_leaves=is_leaf_type(get_named_type(kind)), nullable=nullable)
    if is_leaf_type(kind):
        return LeafValue(place, kind, nullable=nullable)
    if is_abstract_type(kind):
        return AbstractValue(place, kind, select, nullable=nullable)
    return ObjectValue(place, kind, select, nullable=nullable)
