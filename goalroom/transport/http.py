"""GraphQL over HTTP: POST queries and mutations, GET queries, and the way to the stream of events."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from math import ceil
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from db.core.callers import Caller
from db.core.errors import ErrorCode, RateLimited, Refused
from goalroom import json_codec
from goalroom.execution import errors
from goalroom.execution.documents import RequestError
from goalroom.execution.engine import Operation, Request
from goalroom.execution.rate_limits import Kind
from goalroom.limits import Limits
from goalroom.transport import content_negotiation, sse
from goalroom.transport.authentication import Credential, not_let_in
from goalroom.transport.body import BodyRefused, Disconnected, read_json_body
from goalroom.transport.connections import Connection
from goalroom.transport.disconnects import cancelled_on_disconnect
from goalroom.transport.services import Services
from schema.context import Context

_NEEDS_A_STREAM = (
    "A subscription needs a stream: send `Accept: text/event-stream`, or use a WebSocket with the subprotocol "
    "graphql-transport-ws."
)

# Where a browser that asks for a page is sent.
EXPLORER = "/graphiql"

_ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"), (b"vary", b"Accept"))


class _Answer(Exception):  # noqa: N818  # how a request ends early
    """An answer with errors and no data."""

    def __init__(
        self,
        status: int,
        found: list[dict[str, Any]],
        headers: Mapping[str, str] | None = None,
        *,
        streamed: bool = False,
    ) -> None:
        super().__init__(status)
        self.status, self.errors, self.headers, self.streamed = status, found, headers or {}, streamed


class GraphQLHTTP:
    """The endpoint."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if scope["method"] == "GET" and content_negotiation.prefers_html(headers.get("accept", "")):
            await _send_to_explorer(send, scope["query_string"])
            return
        kinds = content_negotiation.acceptable(headers.get("accept", ""))
        kind = next((one for one in kinds if one != content_negotiation.EVENT_STREAM), content_negotiation.JSON)
        rate_limit_headers: list[tuple[bytes, bytes]] = []
        with ExitStack() as running:
            try:
                caller, credential = await self._caller(scope["method"], headers)
                request = await self._read(caller, scope, headers, kinds, receive)
                operation, context = await self._prepare(caller, scope["method"], request, kinds)
                running.enter_context(self._services.rate_limiter.slot(caller.agent_id, operation.counts_as))
                streams = operation.is_subscription or kinds[0] == content_negotiation.EVENT_STREAM
                response = {} if streams else await self._run(operation, context, receive)
                rate_limit_headers = self._services.rate_limiter.headers(caller.agent_id)
            except Disconnected:
                return
            except _Answer as answer:
                if answer.streamed:
                    await sse.refuse(answer.errors, send)
                else:
                    await _send(send, answer.status, kind, {"errors": answer.errors}, answer.headers)
            except RateLimited as refused:
                self._services.metrics.refused(refused.code)
                later = {"retry-after": str(ceil(refused.retry_after_seconds))}
                rate_limit_headers = self._services.rate_limiter.headers(caller.agent_id)
                await _send(send, 429, kind, {"errors": [errors.described(refused)]}, later, rate_limit_headers)
            except Exception as error:
                await _send(send, 500, kind, {"errors": [errors.described(error)]}, {})
            else:
                if streams:
                    connection = Connection(credential, context.caller)
                    await sse.answer(self._services.connections, connection, operation, context, receive, send)
                else:
                    await _send(send, 200, kind, response, _later(response), rate_limit_headers)

    async def _read(
        self, caller: Caller, scope: Scope, headers: Headers, kinds: Sequence[str], receive: Receive
    ) -> Request:
        """What was sent, where the caller may send something now."""
        rate_limiter = self._services.rate_limiter
        rate_limiter.acquire(caller.agent_id)
        if not kinds:
            raise _refused(
                406,
                f"Responses are {content_negotiation.RESPONSE_JSON}, {content_negotiation.JSON}"
                f" or {content_negotiation.EVENT_STREAM}.",
            )
        with rate_limiter.slot(caller.agent_id, Kind.REQUEST):
            return await _request(scope, headers, receive, self._services.limits)

    async def _prepare(
        self, caller: Caller, method: str, request: Request, kinds: Sequence[str]
    ) -> tuple[Operation, Context]:
        """What is asked for, and what it runs on."""
        context = self._services.context(caller)
        try:
            operation = await self._services.prepare(request, context)
        except RequestError as error:
            # The specification keeps 200 for clients that know plain JSON only: they may not read the body otherwise.
            status = 400 if kinds[0] == content_negotiation.RESPONSE_JSON else 200
            raise _Answer(status, error.errors, streamed=kinds[0] == content_negotiation.EVENT_STREAM) from None
        _check_method(method, operation)
        if operation.is_subscription and content_negotiation.EVENT_STREAM not in kinds:
            raise _refused(406, _NEEDS_A_STREAM)
        return operation, context

    async def _caller(self, method: str, headers: Headers) -> tuple[Caller, Credential]:
        if method not in {"GET", "POST"}:
            raise _refused(405, "The method must be GET or POST.", {"allow": "GET, POST"})
        try:
            return await self._services.authenticate_request(method, headers)
        except Exception as error:
            status, found, more = not_let_in(error)
            raise _Answer(status, [found], more) from None

    async def _run(self, operation: Operation, context: Context, receive: Receive) -> dict[str, Any]:
        """Run it to its end, and set `cancelled` when its client has disconnected."""
        with cancelled_on_disconnect(receive, context.cancelled), self._services.connections.waiting(context.cancelled):
            return await operation.run()


async def _request(scope: Scope, headers: Headers, receive: Receive, limits: Limits) -> Request:
    try:
        if scope["method"] == "POST":
            body = await read_json_body(headers, receive, limits.body_bytes, limits.body_seconds)
            return Request.of(json_codec.read(body))
        return Request.of(_parameters(scope["query_string"]))
    except BodyRefused as refused:
        raise _refused(refused.status, refused.why, refused.headers) from None
    except Refused as refused:
        raise _Answer(400, [errors.described(refused)]) from None
    except ValueError:
        raise _refused(400, "The body is not JSON in UTF-8.") from None


def _check_method(method: str, operation: Operation) -> None:
    if method == "GET" and operation.is_mutation:
        raise _refused(405, "Mutations must be sent with POST.", {"allow": "POST"})
    if method == "GET" and operation.is_subscription:
        raise _refused(405, "Subscriptions must be sent with POST, or over a WebSocket.", {"allow": "POST"})


def _parameters(query_string: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: values[-1]
        for name, values in parse_qs(query_string.decode("ascii"), errors="strict", max_num_fields=100).items()
    }
    for name in ("variables", "extensions"):
        if name in found:
            found[name] = json_codec.read(found[name])
    return found


def _refused(status: int, why: str, headers: Mapping[str, str] | None = None) -> _Answer:
    found = {"message": why, "extensions": {"code": ErrorCode.BAD_INPUT, "hint": why}}
    return _Answer(status, [found], headers)


def _later(response: Mapping[str, Any]) -> dict[str, str]:
    for found in response.get("errors", ()):
        if found["extensions"]["code"] == ErrorCode.UNAVAILABLE:
            return {"retry-after": str(found["extensions"]["retryAfterSeconds"])}
    return {}


async def _send_to_explorer(send: Send, query_string: bytes) -> None:
    """The page that explores the API, with the document that was asked for."""
    location = EXPLORER.encode() + (b"?" + query_string if query_string else b"")
    sent = [(b"location", location), (b"content-length", b"0"), *_ALWAYS]
    await send({"type": "http.response.start", "status": 303, "headers": sent})
    await send({"type": "http.response.body", "body": b""})


async def _send(
    send: Send,
    status: int,
    kind: str,
    content: object,
    headers: Mapping[str, str],
    rate_limit_headers: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    body = json_codec.write(content).encode()
    sent = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        *_ALWAYS,
        *rate_limit_headers,
        *((name.encode(), value.encode()) for name, value in headers.items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
