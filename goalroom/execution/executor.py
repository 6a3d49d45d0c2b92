"""Executes as the libraries do, but counts what it costs, and gives way to others."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Self

from graphql import get_named_type, is_leaf_type
from graphql.pyutils import Path

from goalroom.execution.engine_internals import SingleUseExecutor
from goalroom.execution.query_cost import Budget
from goalroom.execution.scheduling import Scheduler

# What waits for the database goes on at once for all that were asked for together.
_TOGETHER = 20
# What has cost less, and is no longer, takes a few milliseconds: it is done before others would have their turn.
_SMALL_COST, _SMALL_LIST = 250, 50


class Executor(SingleUseExecutor):
    """Of one operation. With a budget, every field is charged to it when its object is completed.

    With a scheduler, what has cost much already, and what is long, is completed in time slices, and others go on in
    between. It goes by what lists really hold, which nobody knows before. graphql-core completes a list in one go, as
    GraphQL.js does: https://github.com/graphql/graphql-js/issues/2262
    """

    scheduler: Scheduler | None = None
    budget: Budget | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # However many of its lists wait, it is one among those that wait for a time slice.
        self._slicing = asyncio.Lock()

    def build_per_event_executor(self, payload: Any) -> Any:
        """With nothing spent yet."""
        executor: Any = super().build_per_event_executor(payload)
        executor.budget = self.budget and Budget(self.budget.limit)
        return executor

    def execute_fields(
        self, parent_type: Any, source_value: Any, path: Any, grouped_field_set: Any, position: Any
    ) -> Any:
        """The fields of one object; TOO_COMPLEX once the budget is spent."""
        if self.budget is not None:
            self.budget.spend_on_fields(parent_type.name, (details[0].node for details in grouped_field_set.values()))
        return super().execute_fields(parent_type, source_value, path, grouped_field_set, position)

    def complete_iterable_value(
        self, item_type: Any, details: Any, info: Any, path: Path, items: Iterable[Any], position: Any
    ) -> Any:
        """The list's items, completed; awaitable where one of them is, or where it is done in time slices."""
        if not isinstance(items, Sequence):
            return super().complete_iterable_value(item_type, details, info, path, items, position)
        of_values = is_leaf_type(get_named_type(item_type))
        if self.budget is not None and of_values:
            self.budget.spend_on_values(len(items))
        if self.scheduler is None or of_values or self._is_small(items):
            return super().complete_iterable_value(item_type, details, info, path, items, position)
        return self._in_time_slices(self.scheduler, item_type, details, info, path, items, position)

    def _is_small(self, items: Sequence[Any]) -> bool:
        return self.budget is not None and self.budget.spent <= _SMALL_COST and len(items) <= _SMALL_LIST

    async def _in_time_slices(
        self,
        scheduler: Scheduler,
        item_type: Any,
        details: Any,
        info: Any,
        path: Path,
        items: Sequence[Any],
        position: Any,
    ) -> list[Any]:
        completed: list[Any] = []
        size = 1
        while (begin := len(completed)) < len(items):
            async with self._slicing, scheduler.time_slice() as fits:
                part: Any = super().complete_iterable_value(
                    item_type, details, info, _PathFrom.of(path, begin), items[begin : begin + size], position
                )
                size = min(max(int(size * fits()), 1), _TOGETHER)
            completed += await part if self.is_awaitable(part) else part
        return completed


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
