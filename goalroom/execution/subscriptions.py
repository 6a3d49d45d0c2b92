"""Subscriptions: what is said of each event, for one caller alone or, where it is the same, for many at once."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from graphql import ExecutionResult
from graphql.execution import create_source_event_stream

from db.core.errors import ErrorCode, Unavailable
from db.core.retry import retry_while_unavailable
from db.core.shared_caller import SharedCaller
from db.events.event_log import Place
from goalroom import json_codec
from goalroom.execution import errors
from goalroom.execution.documents import RequestError
from goalroom.execution.engine_internals import is_awaitable
from goalroom.execution.operation_plans import PlannedOperation
from goalroom.execution.query_cost import Price
from goalroom.execution.responses import Response, described, response_of
from goalroom.execution.scheduling import Scheduler
from goalroom.execution.shared_streams import Follower, Payer, SharedStream, SharedStreams, Sink, payloads_of
from goalroom.observability.tracing import Tracing
from goalroom.on_exit import OnExit
from schema.context import Context
from schema.event_stream import EventStream, Step

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the selection of one subscription."""

    planned: PlannedOperation
    name: str
    price: Price
    scheduler: Scheduler
    tracing: Tracing

    async def response(self, payload: object, context: Context, payer: Payer) -> Response | None:
        """What the event's fields say; None where that was not to depend on who asks, and does.

        It is not sent without them: while the database is away, it waits.
        """

        async def read() -> Response | None:
            budget = self.planned.budget()
            try:
                result = await self.planned.run(context, payload, budget).execute()
            finally:
                if cost := budget.beyond(self.price):
                    payer.on_overrun(cost)
            if isinstance(context.caller, SharedCaller) and context.caller.was_asked:
                return None
            response = response_of(budget, result, is_mutation=False)
            if any(error["extensions"]["code"] == ErrorCode.UNAVAILABLE for error in response.get("errors", ())):
                context.forget()
                raise Unavailable
            return response

        with self.tracing.span(self.name):
            async with self.scheduler.slot(payer.agent_id, self.price.total):
                # Of a replay nothing need ever wait: without this, its thousands of events are one step of the loop.
                await asyncio.sleep(0)
                return await retry_while_unavailable(read)


@dataclass(slots=True)
class _Together:
    """The context of all runs that begin in one step of the loop: all of their events are in the log by then."""

    context: Context
    runs: int = 0


class _SharedSource:
    """A subscription as all are told it who see the same rooms."""

    def __init__(
        self, runner: Runner, stream: EventStream[Any], context: Context, rooms: tuple[int, ...] | None
    ) -> None:
        self.runner, self._stream, self._rooms = runner, stream, rooms
        self._database, self._feed = context.database, context.feed
        self._together: _Together | None = None

    @asynccontextmanager
    async def watch(self) -> AsyncGenerator[Place]:
        async with self._feed.watch(self._stream.room_id, counts=False) as watch:
            yield Place(watch.epoch, watch.seq)

    def steps(self, place: Place) -> AsyncGenerator[Step[Any]]:
        return self._stream.steps(self._context(), place)

    async def run(self, payload: object, payer: Payer) -> bytes | None:
        together = self._begin()
        response = await self.runner.response(payload, together.context, payer)
        if response is None and together.runs > 1:
            # Another of them may have asked.
            response = await self.runner.response(payload, self._context(), payer)
        return None if response is None else encoded(response)

    def _begin(self) -> "_Together":
        if self._together is None:
            self._together = _Together(self._context())
            asyncio.get_running_loop().call_soon(self._end_step)
        self._together.runs += 1
        return self._together

    def _end_step(self) -> None:
        self._together = None

    def _context(self) -> Context:
        return Context(self._database, self._feed, SharedCaller(self._rooms))


class Subscription:
    """A subscription of one caller. `key` is that of all that say the same; None where it depends on who asks."""

    __slots__ = ("_context", "_key", "_payer", "_runner", "_streams")

    def __init__(
        self,
        context: Context,
        runner: Runner,
        streams: SharedStreams,
        key: Hashable | None,
        on_overrun: Callable[[int], None],
    ) -> None:
        self._context, self._runner, self._streams, self._key = context, runner, streams, key
        self._payer = Payer(context.caller.agent_id, on_overrun)

    async def responses(self) -> AsyncGenerator[Response]:
        """Its responses, run for it alone. Nothing is read ahead: the next is read once this one was taken.

        RequestError where it can't begin, or ends with an error.
        """
        async with aclosing(_refusing(await self._source())) as payloads:
            async for payload in payloads:
                yield await self._response(payload)

    async def deliver(self, sink: Sink) -> None:
        """Send its responses, run for all who ask for the same where that can be; RequestError as above."""
        source = await self._source()
        if self._key is not None and isinstance(source, EventStream):
            with self._context.feed.following():
                await self._share(source, sink)
            return
        async with aclosing(_refusing(source)) as payloads:
            async for payload in payloads:
                await sink.send([encoded(await self._response(payload))])

    async def _source(self) -> Any:
        async with self._runner.scheduler.slot(self._payer.agent_id, self._runner.price.total):
            source: Any = create_source_event_stream(self._runner.planned.by_the_library(self._context))
            if is_awaitable(source):
                source = await source
        if isinstance(source, ExecutionResult):
            raise RequestError(described(source.errors or ()))
        return source

    async def _response(self, payload: object) -> Response:
        response = await self._runner.response(payload, self._context, self._payer)
        assert response is not None  # noqa: S101  # this caller answers who it is
        return response

    async def _share(self, source: EventStream[Any], sink: Sink) -> None:
        context = self._context
        follower = Follower(sink, source.place, self._payer, lambda: context.caller)
        while True:
            rooms = follower.caller.visible_rooms
            key, make = (self._key, source.key, rooms), partial(_SharedSource, self._runner, source, context, rooms)
            stream = self._streams.join(key, make)
            # One for all, and nothing else may hold on to the own one: it takes as much memory as the subscription.
            self._runner = stream.source.runner
            del make
            with OnExit(partial(self._streams.leave, key, stream)):
                await stream.opened.wait()
                while not stream.is_broken and follower.caller.visible_rooms == rooms:
                    await self._go_on(source, follower, stream)
                    follower.caller = context.caller

    async def _go_on(self, source: EventStream[Any], follower: Follower, stream: SharedStream[Any]) -> None:
        missed = stream.missed(follower)
        if missed is None:
            await self._go_alone(source, follower, stream)
        elif missed:
            if payloads := payloads_of(missed):
                await follower.sink.send(payloads)
            follower.seq, follower.epoch = missed[-1].event.seq, missed[-1].event.epoch
        else:
            await stream.together(follower)

    async def _go_alone(self, source: EventStream[Any], follower: Follower, stream: SharedStream[Any]) -> None:
        """Until it is where the others are, and past what it has to run by itself."""
        async with aclosing(_refusing(source.steps(self._context, Place(follower.epoch, follower.seq)))) as steps:
            async for step in steps:
                if step.payload is not None:
                    # As streams do it themselves where their payloads are iterated over.
                    self._context.forget()
                    await follower.sink.send([encoded(await self._response(step.payload))])
                follower.seq, follower.epoch, caller = step.event.seq, step.event.epoch, follower.caller
                follower.caller = self._context.caller
                if stream.is_broken or follower.caller is not caller or stream.missed(follower) is not None:
                    return


async def _refusing(source: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """What it yields; RequestError where it fails."""
    async with aclosing(source):
        while True:
            try:
                one = await anext(source)
            except StopAsyncIteration:
                return
            except Exception as error:
                raise RequestError([errors.described(error)]) from error
            yield one


def encoded(response: Response) -> bytes:
    """The response as it travels."""
    return json_codec.write(response).encode()
