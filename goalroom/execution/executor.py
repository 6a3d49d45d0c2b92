"""Executes as the libraries do, but counts what it costs, and gives way to others."""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from graphql import get_named_type, is_leaf_type
from graphql.pyutils import Path

from goalroom.execution.engine_internals import SingleUseExecutor
from goalroom.execution.plain_fields import PlainField, PlainFields
from goalroom.execution.query_cost import Budget, own_cost
from goalroom.execution.scheduling import Scheduler

# What waits for the database goes on at once for all that were asked for together.
_TOGETHER = 20
# What has cost less, and is no longer, takes a few milliseconds: it is done before others would have their turn.
_SMALL_COST, _SMALL_LIST = 250, 50
_NONE: Mapping[str, PlainField] = {}
# Of one item, or none, there is nothing to cut.
_SOME = 2


class Executor(SingleUseExecutor):
    """Of one operation. With a budget, every field is charged to it when its object is completed.

    Plain fields are read without graphql-core, which has the last word on all else, and on what is wrong with them.

    With a scheduler, what has cost much already, and what is long, is completed in time slices, and others go on in
    between. It goes by what lists really hold, which nobody knows before. graphql-core completes a list in one go, as
    GraphQL.js does: https://github.com/graphql/graphql-js/issues/2262
    """

    scheduler: Scheduler | None = None
    budget: Budget | None = None
    plain_fields: PlainFields = {}  # noqa: RUF012  # without any, all are graphql-core's

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # However many of its lists wait, it is one among those that wait for a time slice.
        self._slicing = asyncio.Lock()
        self.plans: dict[tuple[str, int], _Plan] = {}

    def build_per_event_executor(self, payload: Any) -> Any:
        """With nothing spent yet, and nothing added up: each event's fields are other objects."""
        executor: Any = super().build_per_event_executor(payload)
        executor.plans = {}
        executor.budget = self.budget and Budget(self.budget.limit)
        executor.plain_fields = self.plain_fields
        return executor

    def execute_fields(
        self, parent_type: Any, source_value: Any, path: Any, grouped_field_set: Any, position: Any
    ) -> Any:
        """The fields of one object, completed or awaitable; TOO_COMPLEX once the budget is spent."""
        plan = self._plan(parent_type.name, grouped_field_set)
        if self.budget is not None:
            self.budget.spend(plan.cost)
        try:
            plain = {name: field.value(source_value) for name, field in plan.plain}
        except Exception:
            # What is wrong with one, where it stands, and what becomes null with it, graphql-core knows.
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position)
        if not plan.others:
            return plain
        others: Any = super().execute_fields(parent_type, source_value, path, plan.others, position)
        if self.is_awaitable(others):
            return _Then(others, lambda completed: plan.in_order(plain, completed)) if plain else others
        return plan.in_order(plain, others)

    def _plan(self, parent: str, grouped_field_set: Any) -> "_Plan":
        """Of the fields of one object. graphql-core hands over the same for each item of a list."""
        key = parent, id(grouped_field_set)
        plan = self.plans.get(key)
        if plan is None:
            plan = self.plans[key] = _Plan.of(parent, grouped_field_set, self.plain_fields.get(parent, _NONE))
        return plan

    def complete_iterable_value(
        self, item_type: Any, details: Any, info: Any, path: Path, items: Iterable[Any], position: Any
    ) -> Any:
        """The list's items, completed; awaitable where one of them is, or where it is done in time slices."""
        if not isinstance(items, Sequence):
            return super().complete_iterable_value(item_type, details, info, path, items, position)
        of_values = is_leaf_type(get_named_type(item_type))
        if self.budget is not None and of_values:
            self.budget.spend_on_values(len(items))
        if self.scheduler is None or of_values or len(items) < _SOME:
            return super().complete_iterable_value(item_type, details, info, path, items, position)
        # What the first asks for is read for all of them: so it is alone, and the others find it there.
        part = partial(self._complete_part, item_type, details, info, path, items, position)
        if not (self._is_small(items) or self.scheduler.has_time(len(items))):
            return self._in_time_slices(self.scheduler, part, len(items))
        first = part(0, 1)
        if self.is_awaitable(first):
            return _Then(first, lambda completed: self._with_rest(completed, part(1, len(items))))
        return self._with_rest(first, part(1, len(items)))

    def _with_rest(self, first: list[Any], rest: Any) -> Any:
        return _Then(rest, lambda completed: first + completed) if self.is_awaitable(rest) else first + rest

    def _complete_part(
        self,
        item_type: Any,
        details: Any,
        info: Any,
        path: Path,
        items: Sequence[Any],
        position: Any,
        begin: int,
        end: int,
    ) -> Any:
        """These of the list's items, completed or awaitable."""
        part = items[begin:end]
        return super().complete_iterable_value(item_type, details, info, _PathFrom.of(path, begin), part, position)

    def _is_small(self, items: Sequence[Any]) -> bool:
        return self.budget is not None and self.budget.spent <= _SMALL_COST and len(items) <= _SMALL_LIST

    async def _in_time_slices(self, scheduler: Scheduler, part: Callable[[int, int], Any], end: int) -> list[Any]:
        completed: list[Any] = []
        size = 1
        while (begin := len(completed)) < end:
            async with self._slicing, scheduler.time_slice() as fits:
                found = part(begin, begin + size)
                size = min(max(int(size * fits()), 1), _TOGETHER)
            completed += await found if self.is_awaitable(found) else found
        return completed


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the fields of one selection are executed, made once for all objects that it is executed on.

    It holds on to the fields, so that nothing else gets their identity.
    """

    fields: Mapping[str, Any]
    cost: int
    plain: Sequence[tuple[str, PlainField]]
    others: dict[str, Any]
    plain_come_first: bool

    @classmethod
    def of(cls, parent: str, fields: Mapping[str, Any], known: Mapping[str, PlainField]) -> Self:
        cost, plain, others = 0, [], dict[str, Any]()
        for name, details in fields.items():
            node = details[0].node
            cost += own_cost(parent, node)
            if (field := known.get(node.name.value)) is not None:
                plain.append((name, field))
            else:
                others[name] = details
        return cls(fields, cost, plain, others, [*(name for name, _ in plain), *others] == [*fields])

    def in_order(self, plain: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
        """Both together, as they were asked for."""
        if not plain:
            return others
        both = plain | others
        return both if self.plain_come_first else {name: both[name] for name in self.fields if name in both}


class _Then:
    """What is made of an awaitable once it is there, and perhaps awaited in its turn.

    Where it is given up before anybody awaits it, nothing is left that was never awaited.
    """

    def __init__(self, awaited: Any, then: Callable[[Any], Any]) -> None:
        self._awaited, self._then = awaited, then

    def __await__(self) -> Generator[Any, Any, Any]:
        made = self._then((yield from self._awaited.__await__()))
        return (yield from made.__await__()) if isinstance(made, _Then) else made

    def __del__(self) -> None:
        if isinstance(self._awaited, Coroutine):
            self._awaited.close()


class _PathFrom(Path):
    """The path of a list, for its items from there on."""

    begin = 0

    @classmethod
    def of(cls, path: Path, begin: int) -> Self:
        found = cls(*path)
        found.begin = begin
        return found

    def add_key(self, key: str | int, typename: str | None = None) -> Path:
        return super().add_key(self.begin + int(key), typename)
