"""One run of an operation by its plan: what its fields say is written straight into the answer.

It begins with all that needs no waiting. What does is waited for together: values that one statement reads, once for
all of them. Errors, their places, and what becomes null with them are graphql-core's.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import strawberry
from graphql import ExecutionResult, GraphQLError, located_error
from graphql.execution.values import VariableValues

from db.core.errors import TooComplex
from goalroom.execution.completion import Above, ListValue, Place, Value, path
from goalroom.execution.query_cost import Budget
from goalroom.execution.scheduling import Scheduler
from schema.context import Context
from schema.loaders import Later

if TYPE_CHECKING:
    from goalroom.execution.operation_plans import OperationPlan

# What must be awaited one by one is begun for so many at once.
_TOGETHER = 100
# What has cost less, and is no longer, takes a few milliseconds: it is done before others would have their turn.
_SMALL_COST, _SMALL_LIST = 250, 50
# Of one item, or none, there is nothing to cut.
_SOME = 2

# A value that is waited for: how it is completed, and where it then stands.
_Awaited = tuple[Value, Any, Any, Above | None]


class _RawInfo:
    """What a resolver is told of the run: its context. Whoever needs more is told so, and it is added here."""

    __slots__ = ("context",)

    def __init__(self, context: Context | None) -> None:
        self.context = context


class _Spent(BaseException):
    """The budget is: nothing is done any more. It passes by what handles the errors of fields."""


class PlanRun:
    """A run. With a budget, every object is charged to it when its fields are executed.

    With a scheduler, what has cost much already, and what is long, is done in time slices, and others go on in between.
    It goes by what lists really hold, which nobody knows before.
    """

    def __init__(
        self,
        plan: "OperationPlan",
        variables: VariableValues,
        context: Context | None,
        root_value: Any = None,
        budget: Budget | None = None,
        scheduler: Scheduler | None = None,
    ) -> None:
        self.variables, self.budget = variables, budget
        self.info: Any = strawberry.Info(_RawInfo(context), None)  # type: ignore[arg-type]
        # The arguments that name variables, by the places of their fields: other types may have other defaults.
        self.arguments: dict[int, dict[str, Any]] = {}
        self._plan, self._context, self._root_value, self._scheduler = plan, context, root_value, scheduler
        self._errors: list[GraphQLError] = []
        # Where an error has put null: the container, kept so that nothing else gets its identity, and the key.
        self._nulled: dict[tuple[int, Any], Any] = {}
        # What can be done now: lists, the innermost last, which comes first; and what was waited for.
        self._lists: list[Callable[[], None]] = []
        self._ready: deque[Callable[[], None]] = deque()
        # What a loader reads; what is awaited one by one, begun and not.
        self._readings: dict[asyncio.Task[None], list[tuple[Later[Any, Any, Any], _Awaited]]] = {}
        self._begun: dict[asyncio.Future[Any], _Awaited] = {}
        self._not_begun: deque[tuple[Awaitable[Any], _Awaited]] = deque()
        self._dropped: set[asyncio.Future[Any]] = set()
        self._woken: asyncio.Future[None] | None = None

    async def execute(self) -> ExecutionResult:
        """Run it, to its end."""
        data: dict[str, Any] = {}
        is_null = False
        try:
            for step in self._plan.steps(self.variables):
                if self._plan.is_mutation and self._context is not None:
                    # What was read for the one before is old when this one has acted.
                    self._context.forget()
                try:
                    step.execute(self, self._root_value, data, None)
                    await self._finish()
                except _Spent:
                    # Nobody is told what there is so far. Mutations that come after it are carried out all the same.
                    await self._stop()
        except GraphQLError as error:
            # Null may be nowhere below the root.
            is_null = True
            self._errors.append(error)
        finally:
            await self._stop()
        # Errors hold what was running when they were raised: nothing there leads back to them.
        found, self._errors = self._errors, []
        return ExecutionResult(None if is_null else data, found or None)

    def spend(self, cost: int) -> None:
        """Charge an object, before its fields are executed."""
        if self.budget is not None:
            try:
                self.budget.spend(cost)
            except TooComplex:
                raise _Spent from None

    def spend_on_values(self, count: int) -> None:
        """Charge the items of a list of plain values."""
        if self.budget is not None:
            try:
                self.budget.spend_on_values(count)
            except TooComplex:
                raise _Spent from None

    @property
    def library(self) -> Any:
        """graphql-core, for what it does with plain questions."""
        return self._plan.library

    def told(self, place: Place, key: str | int, above: Above | None) -> Any:
        """What graphql-core tells a resolver."""
        library = self._plan.by_the_library(self.variables, self._context, self._root_value)
        definition = library.schema.get_field(place.parent, place.name)
        return library.build_resolve_info(definition, place.nodes, place.parent, place.path(key, above))

    def fail(self, error: Exception, value: Value, out: Any, key: Any, above: Above | None) -> None:
        """Put null where it may be, and keep the error; GraphQLError, located, where it may not."""
        located = located_error(error, value.place.nodes, path(above, key))
        if not value.nullable:
            raise located
        self._null(located, out, key, above)

    def wait_for_reading(
        self, later: Later[Any, Any, Any], value: Value, out: Any, key: Any, above: Above | None
    ) -> None:
        """Complete it when it is read, with all others that are read with it."""
        out[key] = None
        waiting = self._readings.get(later.reading)
        if waiting is None:
            waiting = self._readings[later.reading] = []
            later.reading.add_done_callback(self._is_read)
        waiting.append((later, (value, out, key, above)))

    def wait_for(self, awaitable: Awaitable[Any], value: Value, out: Any, key: Any, above: Above | None) -> None:
        """Complete it when it is there."""
        out[key] = None
        self._not_begun.append((awaitable, (value, out, key, above)))

    def is_too_long(self, items: int) -> bool:
        """Whether a list is to be completed in time slices."""
        if self._scheduler is None or items < _SOME:
            return False
        return not ((self._is_small and items <= _SMALL_LIST) or self._scheduler.has_time(items))

    def complete_in_slices(self, value: ListValue, values: Sequence[Any], items: list[Any], here: Above) -> None:
        """Complete the list's items when there is time for them."""
        self._lists.append(partial(self._complete_items, value, values, items, 0, here))

    @property
    def _is_small(self) -> bool:
        return self._scheduler is None or (self.budget is not None and self.budget.spent <= _SMALL_COST)

    async def _finish(self) -> None:
        """Until nothing is left to be done."""
        while True:
            while self._lists or self._ready:
                await self._work()
            if self._nulled:
                self._drop_what_is_nulled()
            if self._not_begun and not self._begun:
                if len(self._not_begun) == 1 and not self._readings:
                    await self._await_only()
                    continue
                self._begin()
            if not (self._begun or self._readings):
                return
            await self._wait()

    async def _wait(self) -> None:
        self._woken = asyncio.get_running_loop().create_future()
        try:
            await self._woken
        finally:
            # Where this is given up, the future holds what was running.
            self._woken = None

    async def _work(self) -> None:
        if self._is_small or self._scheduler is None:
            self._do_next()
            return
        async with self._scheduler.time_slice():
            self._do_next()
            while (self._lists or self._ready) and self._scheduler.has_time():
                self._do_next()

    def _do_next(self) -> None:
        (self._lists.pop() if self._lists else self._ready.popleft())()

    def _complete_items(
        self, value: ListValue, values: Sequence[Any], items: list[Any], begin: int, here: Above
    ) -> None:
        """As many as there is time for, and at least one; what is in it comes first, so that little waits at once."""
        if self._is_nulled(here):
            return
        outer = len(self._lists)
        try:
            for at in range(begin, len(values)):
                value.complete_item(self, values[at], items, at, here)
                if len(self._lists) > outer or not self._has_time():
                    self._lists.insert(outer, partial(self._complete_items, value, values, items, at + 1, here))
                    return
        except GraphQLError as error:
            self._null_above(error, here)

    async def _await_only(self) -> None:
        awaitable, awaited = self._not_begun.popleft()
        try:
            found = await awaitable
        except Exception as error:
            self._failed(error, awaited)
        else:
            self._found(found, awaited)

    def _begin(self) -> None:
        while self._not_begun and len(self._begun) < _TOGETHER:
            awaitable, awaited = self._not_begun.popleft()
            future = asyncio.ensure_future(awaitable)
            self._begun[future] = awaited
            future.add_done_callback(self._is_there)

    def _is_read(self, reading: asyncio.Task[None]) -> None:
        self._ready.append(partial(self._complete_read, self._readings.pop(reading, []), 0))
        self._wake()

    def _complete_read(self, waiting: Sequence[tuple[Later[Any, Any, Any], _Awaited]], begin: int) -> None:
        """As many as there is time for, and at least one; lists in it come first."""
        for at in range(begin, len(waiting)):
            later, awaited = waiting[at]
            self._complete(later.value, awaited)
            if self._lists or not (self._is_small or self._has_time()):
                self._ready.appendleft(partial(self._complete_read, waiting, at + 1))
                return

    def _has_time(self) -> bool:
        return self._scheduler is None or self._scheduler.has_time()

    def _is_there(self, future: asyncio.Future[Any]) -> None:
        awaited = self._begun.pop(future, None)
        if awaited is None:
            self._dropped.discard(future)
        else:
            self._ready.append(partial(self._complete, future.result, awaited))
            self._wake()

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    def _complete(self, made: Callable[[], Any], awaited: _Awaited) -> None:
        if self._is_nulled(awaited[3]):
            return
        try:
            found = made()
        except Exception as error:
            self._failed(error, awaited)
        else:
            self._found(found, awaited)

    def _found(self, found: Any, awaited: _Awaited) -> None:
        value, out, key, above = awaited
        try:
            value.put(self, found, out, key, above)
        except GraphQLError as error:
            self._null_above(error, above)

    def _failed(self, error: Exception, awaited: _Awaited) -> None:
        try:
            self.fail(error, *awaited)
        except GraphQLError as located:
            self._null_above(located, awaited[3])

    def _null_above(self, error: GraphQLError, above: Above | None) -> None:
        """Put null where it may be, above what can't be null; the error itself where that is nowhere."""
        while above is not None:
            further, key, value, out = above
            if value.nullable:
                self._null(error, out, key, further)
                return
            above = further
        raise error

    def _null(self, error: GraphQLError, out: Any, key: Any, above: Above | None) -> None:
        out[key] = None
        if not self._is_nulled(above):
            self._errors.append(error)
            self._nulled[id(out), key] = out

    def _is_nulled(self, above: Above | None) -> bool:
        if self._nulled:
            while above is not None:
                above, key, _, out = above
                if (id(out), key) in self._nulled:
                    return True
        return False

    def _drop_what_is_nulled(self) -> None:
        """Nobody waits for it: it has no place in the answer any more."""
        for future in [one for one, awaited in self._begun.items() if self._is_nulled(awaited[3])]:
            del self._begun[future]
            self._dropped.add(future)
            future.cancel()
        for reading, waiting in [*self._readings.items()]:
            waiting[:] = [one for one in waiting if not self._is_nulled(one[1][3])]
            if not waiting:
                del self._readings[reading]
                reading.remove_done_callback(self._is_read)
        for _ in range(len(self._not_begun)):
            one = self._not_begun.popleft()
            if self._is_nulled(one[1][3]):
                _close(one[0])
            else:
                self._not_begun.append(one)

    async def _stop(self) -> None:
        """End what nobody waits for, and see it end."""
        for reading in self._readings:
            reading.remove_done_callback(self._is_read)
        for awaitable, _ in self._not_begun:
            _close(awaitable)
        self._readings.clear()
        self._not_begun.clear()
        self._lists.clear()
        self._ready.clear()
        if ending := {*self._begun, *self._dropped}:
            for future in ending:
                future.cancel()
            self._begun.clear()
            await asyncio.gather(*ending, return_exceptions=True)
            self._dropped.clear()


def _close(awaitable: Awaitable[Any]) -> None:
    """It has not begun, and won't."""
    if isinstance(awaitable, Coroutine):
        awaitable.close()
