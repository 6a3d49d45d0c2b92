"""Executes as the libraries do, but gives way to others."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

from graphql import get_named_type, is_leaf_type
from graphql.pyutils import Path

from goalroom.execution.engine_internals import SingleUseExecutor
from goalroom.execution.scheduling import Scheduler

# What waits for the database goes on at once for all that were asked for together.
_TOGETHER = 20


class Executor(SingleUseExecutor):
    """Of one operation. Where it has a scheduler, it completes lists in time slices, and others go on in between.

    graphql-core completes a list in one go, as GraphQL.js does: https://github.com/graphql/graphql-js/issues/2262
    """

    scheduler: Scheduler | None = None

    def complete_iterable_value(
        self, item_type: Any, details: Any, info: Any, path: Path, items: Iterable[Any], position: Any
    ) -> Any:
        """The list's items, completed; awaitable where one of them is, or where there is a scheduler."""
        if self.scheduler is None or is_leaf_type(get_named_type(item_type)) or not isinstance(items, Sequence):
            return super().complete_iterable_value(item_type, details, info, path, items, position)
        return self._in_time_slices(self.scheduler, item_type, details, info, path, items, position)

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
            async with scheduler.time_slice() as fits:
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
