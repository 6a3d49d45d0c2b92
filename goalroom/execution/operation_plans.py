"""Operation plans: how the operations of a document are run, made once for each document that is in use."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution.values import VariableValues
from graphql.language import DirectiveNode, Visitor, visit

from goalroom.execution.completion import Above, LeafValue, Place, Value, value_of
from goalroom.execution.engine_internals import (
    FragmentDetails,
    SingleUseExecutor,
    attribute_of,
    collect_fields,
    collect_subfields,
    is_awaitable,
)
from goalroom.execution.field_resolution import Resolve, resolve_of
from goalroom.execution.input_values import NameOf
from goalroom.execution.plan_run import PlanRun
from goalroom.execution.query_cost import Budget, Price, depends_on_variables, own_cost
from goalroom.execution.scheduling import Scheduler
from goalroom.execution.variable_values import NO_VARIABLES, Variables
from schema.context import Context

# So many combinations of what is left out and what isn't are kept of one operation.
_MOST_VARIANTS = 16


class Field(NamedTuple):
    """A field at one place: its name in the answer, how its value is made, and how that is completed.

    What has an `attribute` is no more than that, of a scalar or an enum: `written` writes it, unless it is of the class
    `exact`, and so stands as it is. All else is made by `resolve`, and perhaps waited for.
    """

    name: str
    attribute: str | None
    exact: type | None
    written: Callable[[Any], Any] | None
    resolve: Resolve | None
    value: Value


class Selection:
    """The fields that are asked for of the objects of one type at one place."""

    __slots__ = ("cost", "fields")

    def __init__(self, fields: Sequence[Field], cost: int) -> None:
        self.fields, self.cost = fields, cost

    def execute(self, run: PlanRun, source: Any, out: dict[str, Any], above: Above | None) -> None:
        """Put those of one object into `out`, or have them waited for. Raises where null can stand only further up."""
        run.spend(self.cost)
        for name, attribute, exact, written, resolve, value in self.fields:
            try:
                if attribute is not None:
                    made = getattr(source, attribute)
                    out[name] = made if type(made) is exact else written(made)  # type: ignore[misc]
                    continue
                # Now, so that it stands where it was asked for.
                out[name] = None
                made = resolve(source, run, above)  # type: ignore[misc]
            except Exception as error:
                run.fail(error, value, out, name, above)
            else:
                value.put(run, made, out, name, above)


class OperationPlan:
    """Of one operation. What `@skip` and `@include` leave out is planned for each combination that comes up."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        name_of: NameOf,
    ) -> None:
        self.operation, self.fragments = operation, fragments
        # Of no run: what graphql-core does is looked up here.
        self.library = SingleUseExecutor(
            schema,
            dict(fragments),
            {name: FragmentDetails(definition) for name, definition in fragments.items()},
            None,
            None,
            operation,
            NO_VARIABLES,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            is_awaitable=is_awaitable,
        )
        self.name = _name(operation)
        self._variables = Variables(schema, operation)
        # The price is kept where it is the same whatever the variables are.
        self.priced_by_variables = depends_on_variables(operation, fragments)
        self.price: Price | None = None
        self._name_of = name_of
        self._conditions = _conditions([operation, *fragments.values()])
        self._steps: OrderedDict[tuple[Any, ...], Sequence[Selection]] = OrderedDict()

    def by_the_library(self, variables: VariableValues, context: Any, root_value: Any = None) -> Any:
        """graphql-core's executor for one run: the reference, and what does all that is not planned."""
        executor = self.library.build_per_event_executor(root_value)
        executor.variable_values, executor.context_value = variables, context
        return executor

    @property
    def is_mutation(self) -> bool:
        return self.operation.operation is OperationType.MUTATION

    @property
    def is_subscription(self) -> bool:
        return self.operation.operation is OperationType.SUBSCRIPTION

    def variables(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """Those of a request, coerced; or what is wrong with them."""
        return self._variables.of(given)

    def steps(self, variables: VariableValues) -> Sequence[Selection]:
        """What is asked for of the root, with these variables: of mutations, one field after the other."""
        key = tuple(variables.coerced.get(name) for name in self._conditions)
        steps = self._steps.get(key)
        if steps is None:
            root = self._planned(variables)
            steps = self._steps[key] = [Selection([field], 0) for field in root.fields] if self.is_mutation else [root]
            if len(self._steps) > _MOST_VARIANTS:
                self._steps.popitem(last=False)
        return steps

    def _planned(self, variables: VariableValues) -> Selection:
        kind = self.library.schema.get_root_type(self.operation.operation)
        if kind is None:
            raise GraphQLError(f"Schema is not configured to execute {self.operation.operation.value} operation.")
        # Only these are looked at while it is planned, and nothing else of the request is kept.
        sources, coerced = ({n: of[n] for n in self._conditions if n in of} for of in variables)
        kept = VariableValues(sources, coerced)
        fields = collect_fields(self.library.schema, self.library.fragments, kept, kind, self.operation)
        return self._selection(kind, fields.grouped_field_set, kept)

    def _selection(self, parent: GraphQLObjectType, fields: Mapping[str, list[Any]], kept: VariableValues) -> Selection:
        planned, cost = list[Field](), 0
        for name, details in fields.items():
            definition = self.library.schema.get_field(parent, details[0].node.name.value)
            if definition is None:
                continue
            cost += own_cost(parent.name, details[0].node)
            place = Place(parent, details[0].node.name.value, [one.node for one in details], details)
            value = value_of(definition.type, place, self._select(details, kept))
            attribute = attribute_of(definition)
            if attribute is not None and isinstance(value, LeafValue):
                planned.append(Field(name, attribute, value.exact, value.written, None, value))
            else:
                resolve = resolve_of(definition, place, name, self._name_of)
                planned.append(Field(name, None, None, None, resolve, value))
        return Selection(planned, cost)

    def _select(self, details: list[Any], kept: VariableValues) -> Any:
        """Plans what is asked for of objects at this place, when the first of their type comes."""

        def select(kind: GraphQLObjectType) -> Selection:
            fields = collect_subfields(self.library.schema, self.library.fragments, kept, self.operation, kind, details)
            return self._selection(kind, fields.grouped_field_set, kept)

        return select


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """An operation with the variables of one request: what it may cost, and the scheduler that it runs by."""

    plan: OperationPlan
    variables: VariableValues
    most: int
    scheduler: Scheduler

    def budget(self) -> Budget:
        """That of one run."""
        return Budget(self.most)

    def run(self, context: Context, root_value: Any, budget: Budget) -> PlanRun:
        """One run of it; of a subscription, for one event."""
        return PlanRun(self.plan, self.variables, context, root_value, budget, self.scheduler)

    def by_the_library(self, context: Context) -> Any:
        """See `OperationPlan.by_the_library`."""
        return self.plan.by_the_library(self.variables, context)


class DocumentPlans:
    """The plans of the operations of one document, for as long as the document is known."""

    __slots__ = ("_name_of", "_plans", "_schema", "document")

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, name_of: NameOf) -> None:
        self._schema, self.document, self._name_of = schema, document, name_of
        self._plans: dict[str | None, OperationPlan] = {}

    def of(self, operation_name: str | None) -> OperationPlan:
        """That of the operation of this name, or of the only one; GraphQLError where there is no such."""
        plan = self._plans.get(operation_name)
        if plan is None:
            definitions = self.document.definitions
            fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
            chosen = _chosen([one for one in definitions if isinstance(one, OperationDefinitionNode)], operation_name)
            plan = self._plans[operation_name] = OperationPlan(self._schema, chosen, fragments, self._name_of)
        return plan


def _chosen(operations: Sequence[OperationDefinitionNode], name: str | None) -> OperationDefinitionNode:
    if name is not None:
        for one in operations:
            if one.name is not None and one.name.value == name:
                return one
        raise GraphQLError(f"Unknown operation named '{name}'.")
    if not operations:
        raise GraphQLError("Must provide an operation.")
    if len(operations) > 1:
        raise GraphQLError("Must provide operation name if query contains multiple operations.")
    return operations[0]


def _name(operation: OperationDefinitionNode) -> str:
    """The operation's name in metrics: its root field, as their number is bounded; several share one name."""
    names = {
        node.name.value if isinstance(node, FieldNode) else "several" for node in operation.selection_set.selections
    }
    name = names.pop()
    return "several" if names else name


def _conditions(definitions: Sequence[OperationDefinitionNode | FragmentDefinitionNode]) -> list[str]:
    found = _Conditions()
    for one in definitions:
        visit(one.selection_set, found)
    return sorted(found.names)


class _Conditions(Visitor):
    """The variables on which it depends what is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        values = (argument.value for argument in node.arguments or ())
        self.names.update(value.name.value for value in values if isinstance(value, VariableNode))
