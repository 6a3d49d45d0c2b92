"""Runs operations: takes a request and answers a response, whatever the transport."""

import asyncio
import contextvars
from collections.abc import AsyncGenerator, Callable, Generator, Hashable, Mapping
from concurrent import futures
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self, cast

import strawberry
from graphql import DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType

from db.core import validation
from db.core.errors import BadInput, ErrorCode, TooComplex
from goalroom import json_codec
from goalroom.execution import errors
from goalroom.execution.documents import Documents, RequestError
from goalroom.execution.engine_internals import graphql_schema
from goalroom.execution.input_values import plan_input_values
from goalroom.execution.operation_plans import PlannedOperation
from goalroom.execution.query_cost import COUNTED, Budget, Price, Pricing
from goalroom.execution.rate_limits import Kind
from goalroom.execution.responses import Response, code_of, response_of
from goalroom.execution.scheduling import Scheduler
from goalroom.execution.shared_streams import SharedStreams, Sink
from goalroom.execution.sharing import Sharing
from goalroom.execution.subscriptions import Runner, Subscription
from goalroom.limits import Limits
from goalroom.observability.metrics import Metrics
from goalroom.observability.tracing import Tracing
from schema.context import Context


@dataclass(frozen=True, slots=True)
class Request:
    """The parameters of a GraphQL request."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None

    @classmethod
    def of(cls, sent: object) -> Self:
        """From decoded JSON; BAD_INPUT where it has another shape."""
        if not isinstance(sent, dict):
            raise BadInput(
                "body", "The body of a GraphQL request must be one JSON object with `query`; batches are not supported."
            )
        query, name = sent.get("query"), sent.get("operationName")
        if not isinstance(query, str):
            raise BadInput("query", "`query` is missing, or is not a string.")
        if name is not None and not isinstance(name, str):
            raise BadInput("operationName", "`operationName` is not a string.")
        if name is not None and not validation.is_sound(name):
            raise BadInput("operationName", "`operationName` contains NUL or a lone surrogate.")
        for field in ("variables", "extensions"):
            if not isinstance(sent.get(field), dict | None):
                raise BadInput(field, f"`{field}` is not an object.")
        return cls(query, sent.get("variables"), name)


class Operation:
    """One operation of a request, ready to run on its context."""

    def __init__(
        self,
        planned: PlannedOperation,
        context: Context,
        price: Price,
        runs: "_Runs",
        metrics: Metrics,
        tracing: Tracing,
        sharing_key: Hashable | None,
    ) -> None:
        self.price = price
        # Called with what it, or an event of it, cost beyond its price: lists may hold more than is estimated.
        self.on_overrun: Callable[[int], None] = _ignore
        self._sharing_key = sharing_key
        self._planned: Any = planned
        self._context = context
        self._runs = runs
        self._metrics, self._tracing = metrics, tracing
        self._type: OperationType = planned.plan.operation.operation
        self._kind: str = self._type.value
        self._name = planned.plan.name

    @property
    def counts_as(self) -> Kind:
        """The kind as which it counts in the limits on what runs at once."""
        if self.is_subscription:
            return Kind.SUBSCRIPTION
        return Kind.POLL if self.price.waits else Kind.REQUEST

    @property
    def is_mutation(self) -> bool:
        return self._type is OperationType.MUTATION

    @property
    def is_subscription(self) -> bool:
        return self._type is OperationType.SUBSCRIPTION

    async def run(self) -> Response:
        """The answer to a query or mutation."""
        budget: Budget = self._planned.budget()
        with self._tracing.span(f"{self._kind} {self._name}"), self._metrics.running(self._kind, self._name) as outcome:
            try:
                async with asyncio.timeout(self._runs.seconds + self.price.waits) as limit:
                    response = response_of(budget, await self._execute(budget), is_mutation=self.is_mutation)
            except TimeoutError:
                if not limit.expired():
                    raise
                refused = TooComplex(self._runs.seconds, "seconds of running, without those that it asked to wait")
                response = {"data": None, "errors": [errors.described(refused)]}
            finally:
                if cost := budget.beyond(self.price):
                    self.on_overrun(cost)
            outcome.code = code_of(response.get("errors"))
        return response

    async def _execute(self, budget: Budget) -> ExecutionResult:
        if self.price.is_of_the_schema:
            # It takes a tenth of a second, in which nobody else would be answered.
            loop, in_context = asyncio.get_running_loop(), contextvars.copy_context().run
            execute = self._planned.by_the_library(self._context).execute_operation
            result: Any = await loop.run_in_executor(self._runs.aside, in_context, execute)
            return cast("ExecutionResult", result)
        run = self._planned.run(self._context, None, budget)
        if self.price.waits:
            return cast("ExecutionResult", await run.execute())
        async with self._runs.scheduler.slot(self._context.caller.agent_id, self.price.total):
            return cast("ExecutionResult", await run.execute())

    async def stream(self) -> AsyncGenerator[Response]:
        """The responses of a subscription, run for this caller alone: see `Subscription.responses`."""
        with self._counted():
            async with aclosing(self._subscription().responses()) as responses:
                async for response in responses:
                    yield response

    async def deliver(self, sink: Sink) -> None:
        """Send the responses of a subscription, until it ends: see `Subscription.deliver`."""
        with self._counted():
            await self._subscription().deliver(sink)

    @contextmanager
    def _counted(self) -> Generator[None]:
        with self._metrics.running(self._kind, self._name) as outcome:
            try:
                yield
            except RequestError as error:
                outcome.code = code_of(error.errors)
                raise

    def _subscription(self) -> Subscription:
        name, scheduler = f"{self._kind} {self._name}", self._runs.scheduler
        # The subscription's from now on, which lets go of it where others run its events.
        planned, self._planned = self._planned, None
        runner = Runner(planned, name, self.price, scheduler, self._tracing)
        return Subscription(self._context, runner, self._runs.streams, self._sharing_key, self.on_overrun)


@dataclass(frozen=True, slots=True)
class _Runs:
    """How long an operation may take, where introspection runs one at a time, the scheduler, and what is shared."""

    seconds: int
    aside: futures.Executor
    scheduler: Scheduler
    streams: SharedStreams


class Engine:
    """Prepares operations on the schema, and keeps the documents that were sent before."""

    def __init__(
        self,
        schema: strawberry.Schema,
        limits: Limits | None = None,
        metrics: Metrics | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        self._metrics, self._tracing = metrics or Metrics(), tracing or Tracing()
        self._schema = schema
        self._graphql = graphql_schema(schema)
        plan_input_values(self._graphql)
        self._limits = limits or Limits()
        aside = futures.ThreadPoolExecutor(1, "aside")
        self._documents = Documents(self._graphql, self._limits, aside, schema.config.name_converter.from_field)
        self._pricing = Pricing(self._graphql)
        scheduler = Scheduler()
        self._runs = _Runs(self._limits.run_seconds, aside, scheduler, SharedStreams(scheduler))
        self._sharing = Sharing(self._graphql)

    async def prepare(self, request: Request, context: Context) -> Operation:
        """The requested operation, with its variables checked and its cost known; else RequestError."""
        try:
            async with self._runs.scheduler.slot(context.caller.agent_id, 0):
                return await self._prepare(request, context)
        except RequestError as error:
            self._metrics.refused(code_of(error.errors))
            raise

    async def _prepare(self, request: Request, context: Context) -> Operation:
        plans = await self._documents.read(request.query)
        if request.variables:
            _check_texts("variables", request.variables)
        try:
            plan = plans.of(request.operation_name)
        except GraphQLError as error:
            raise RequestError([errors.of_engine(error, ErrorCode.BAD_INPUT)]) from None
        variables = plan.variables(request.variables or {})
        if isinstance(variables, list):
            raise RequestError([errors.of_engine(error, ErrorCode.BAD_INPUT) for error in variables])
        price = plan.price or self._pricing.of(plan.operation, plan.fragments, variables)
        if not plan.priced_by_variables:
            plan.price = price
        self._enforce(price)
        planned = PlannedOperation(plan, variables, self._limits.cost, self._runs.scheduler)
        key = self._sharing_key(request, plans.document, plan.operation) if plan.is_subscription else None
        return Operation(planned, context, price, self._runs, self._metrics, self._tracing, key)

    def _sharing_key(
        self, request: Request, document: DocumentNode, chosen: OperationDefinitionNode
    ) -> Hashable | None:
        variables = request.variables or {}
        return self._sharing.key(request.query, request.operation_name, document, chosen, variables)

    def _enforce(self, price: Price) -> None:
        if price.is_of_the_schema:
            cost, limit, what = price.introspection, self._limits.introspection, "fields of the schema"
        else:
            cost, limit, what = price.total, self._limits.cost, COUNTED
        if cost > limit:
            raise RequestError.of(TooComplex(limit, what, cost))


def _ignore(_cost: int) -> None:
    """Where nothing is counted."""


def _check_texts(path: str, value: object) -> None:
    """Refuse NUL and lone surrogates, as in documents. Without recursion, for values may nest deeply."""
    with suppress(UnicodeEncodeError, RecursionError):
        # Nearly always there are none, which an encoder sees at once. Whatever looks like it is looked at.
        if rb"\u0000" not in json_codec.write_utf8(value):
            return
    rest = [(path, value)]
    while rest:
        path, value = rest.pop()
        if isinstance(value, str):
            if not validation.is_sound(value):
                raise RequestError.of(BadInput(path, f"{path} contains NUL or a lone surrogate."))
        elif isinstance(value, dict):
            rest.extend((path, name) for name in value)
            rest.extend((f"{path}.{name}"[:100], part) for name, part in value.items())
        elif isinstance(value, list):
            rest.extend((path, part) for part in value)
