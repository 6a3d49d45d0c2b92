"""/mcp: the endpoint of MCP, behind our own authentication, limits and metrics."""

import asyncio
import importlib
from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.requests import Request as HTTPRequest
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from db.core.callers import Caller
from db.core.enums import Role
from db.core.errors import BadInput, ErrorCode, RateLimited, Refused
from goalroom.execution import errors
from goalroom.execution.documents import RequestError
from goalroom.execution.engine import Request
from goalroom.execution.rate_limits import Kind
from goalroom.mcp import messages
from goalroom.transport.authentication import bearer, not_let_in
from goalroom.transport.body import BodyRefused, Disconnected, read_json_body
from goalroom.transport.disconnects import cancelled_on_disconnect
from goalroom.transport.origins import may_be_from
from goalroom.transport.services import Services

if TYPE_CHECKING:
    from goalroom.mcp.protocol import Protocol

PATH = "/mcp"
# What clients of the protocol send besides.
HEADERS = ("mcp-protocol-version", "mcp-method", "mcp-name")
_ALWAYS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_NO_STREAM = "Every request is one POST with one answer: there is no stream to GET and no session to DELETE."


class MCPEndpoint:
    """The ASGI app. The SDK is imported by the first request: a server that nobody asks for MCP stays small."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._protocol: asyncio.Task[Protocol] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            self._check(scope["method"], headers)
            caller = await self._caller(headers)
            body = await self._body(caller, headers, receive)
        except Disconnected:
            return
        except _Answer as answer:
            await answer.response()(scope, receive, send)
            return
        limits = self._services.rate_limiter.headers(caller.agent_id)
        api = CallerApi(self._services, caller)
        with cancelled_on_disconnect(receive, api.cancelled), self._services.connections.waiting(api.cancelled):
            protocol = await self._imported()
            await protocol.handle(api, _accepting(scope), _replayed(body), _with_headers(send, limits))

    async def close(self) -> None:
        """End what the SDK keeps running."""
        if self._protocol is not None and not (self._protocol.done() and self._protocol.exception()):
            await (await self._protocol).close()

    async def _imported(self) -> "Protocol":
        if self._protocol is None:
            self._protocol = asyncio.create_task(_import(self._services))
        return await asyncio.shield(self._protocol)

    def _check(self, method: str, headers: Headers) -> None:
        if method != "POST":
            raise _Answer(405, errors.described(BadInput("method", _NO_STREAM)), {"allow": "POST"})
        if not may_be_from(headers, self._services.allowed_origins):
            refused = BadInput("origin", "Pages of this origin may not speak to this server.")
            raise _Answer(403, errors.described(refused) | _code(ErrorCode.FORBIDDEN))

    async def _caller(self, headers: Headers) -> Caller:
        try:
            return await self._services.authenticate(bearer(headers.get("authorization")))
        except Exception as error:
            raise _Answer(*not_let_in(error)) from None

    async def _body(self, caller: Caller, headers: Headers, receive: Receive) -> bytes:
        limiter, limits = self._services.rate_limiter, self._services.limits
        try:
            limiter.acquire(caller.agent_id)
            with limiter.slot(caller.agent_id, Kind.REQUEST):
                body = await read_json_body(headers, receive, limits.body_bytes, limits.body_seconds)
        except RateLimited as refused:
            self._services.metrics.refused(refused.code)
            later = {"retry-after": str(ceil(refused.retry_after_seconds))}
            raise _Answer(429, errors.described(refused), later) from None
        except BodyRefused as refused:
            raise _Answer(refused.status, errors.described(BadInput("body", refused.why)), refused.headers) from None
        if (fault := messages.fault(body)) is not None:
            raise _Answer(400, fault)
        return body


class CallerApi:
    """The API in the name of one caller: the same engine, limits and rights as over /graphql."""

    def __init__(self, services: Services, caller: Caller) -> None:
        self._services, self._caller = services, caller
        self.cancelled = asyncio.Event()
        # The request itself was counted when it came.
        self._is_paid = True

    @property
    def is_observer(self) -> bool:
        """Whether the caller's token only reads."""
        return self._caller.role is Role.OBSERVER

    def masked(self, error: Exception) -> Mapping[str, Any]:
        """The error of a response that stands for a fault of ours, which is logged."""
        return errors.described(error)

    async def run(self, document: str, variables: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The response, also where nothing ran."""
        try:
            return await self._run(Request(document, variables))
        except RequestError as error:
            return {"errors": error.errors}
        except Refused as refused:
            self._services.metrics.refused(refused.code)
            return {"errors": [errors.described(refused)]}

    async def _run(self, request: Request) -> Mapping[str, Any]:
        services, agent = self._services, self._caller.agent_id
        if not self._is_paid:
            services.rate_limiter.acquire(agent)
        self._is_paid = False
        context = services.context(self._caller)
        context.cancelled = self.cancelled
        operation = await services.prepare(request, context)
        if operation.is_subscription:
            raise BadInput("query", "A subscription needs a stream: check_in with waitSeconds waits for news.")
        with services.rate_limiter.slot(agent, operation.counts_as):
            response = await operation.run()
        # What waited long knows better what the caller may see by now.
        self._caller = context.caller
        return response


class _Answer(Exception):  # noqa: N818  # how a request ends early
    """An answer that is none of MCP's."""

    def __init__(self, status: int, error: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self._status, self._error, self._headers = status, error, dict(headers or {})

    def response(self) -> Response:
        # What is one of JSON-RPC has its own form.
        said = self._error if "jsonrpc" in self._error else {"errors": [self._error]}
        return JSONResponse(said, self._status, {**_ALWAYS, **self._headers})


async def no_metadata(_request: HTTPRequest) -> Response:
    """404 for OAuth's and OpenID's well-known paths: clients that find a page there start to log in."""
    refused = BadInput("path", "There is no OAuth here: send `Authorization: Bearer TOKEN`.")
    return _Answer(404, errors.described(refused) | _code(ErrorCode.NOT_FOUND)).response()


def _code(code: ErrorCode) -> dict[str, Any]:
    return {"extensions": {"code": code, "hint": "Send `Authorization: Bearer TOKEN` to POST /mcp."}}


async def _import(services: Services) -> "Protocol":
    """In a thread: it takes most of a second, in which others are answered."""
    module = await asyncio.to_thread(importlib.import_module, "goalroom.mcp.protocol")
    protocol: Protocol = module.Protocol(services.metrics.mcp_call, services.limits.body_bytes)
    await protocol.start()
    return protocol


def _accepting(scope: Scope) -> Scope:
    """Who says nothing of what it accepts takes anything, as HTTP has it; the SDK would refuse it."""
    if any(name == b"accept" for name, _ in scope["headers"]):
        return scope
    return {**scope, "headers": [*scope["headers"], (b"accept", b"application/json")]}


def _replayed(body: bytes) -> Receive:
    """The body again; that the client has gone is nothing that the SDK acts on."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    never = asyncio.Event()

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await never.wait()
        return {"type": "http.disconnect"}

    return receive


def _with_headers(send: Send, more: list[tuple[bytes, bytes]]) -> Send:
    always = [*((name.encode(), value.encode()) for name, value in _ALWAYS.items()), *more]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name for name, _ in always}
            kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in names]
            message = {**message, "headers": [*kept, *always]}
        await send(message)

    return sending
