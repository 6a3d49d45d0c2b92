"""GraphQL over server-sent events, in the mode of distinct connections: one operation a request."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from starlette.types import Receive, Send

from db.core.errors import Unauthenticated
from goalroom import json_codec
from goalroom.execution import errors
from goalroom.execution.documents import RequestError
from goalroom.execution.engine import Operation
from goalroom.transport.connections import Connection, Connections, End
from goalroom.transport.disconnects import until_disconnected
from schema.context import Context

# Keeps proxies from taking the stream for dead.
_QUIET_SECONDS = 12

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-accel-buffering", b"no"),
        (b"vary", b"Accept"),
    ],
}
_COMPLETE = b"event: complete\ndata:\n\n"


async def refuse(found: list[dict[str, Any]], send: Send) -> None:
    """The protocol has errors travel in the stream: a client that takes nothing else could not read them otherwise."""
    await send(_START)
    await _send(send, _next({"errors": found}) + _COMPLETE)
    await send({"type": "http.response.body", "body": b""})


async def answer(
    connections: Connections,
    connection: Connection,
    operation: Operation,
    context: Context,
    receive: Receive,
    send: Send,
) -> None:
    """Send what the operation yields until it, the client, the token or the server ends.

    A stream that ends without `complete` is one that the client should open again.
    """
    await send(_START)
    # A comment at once, so that the client knows that it is connected.
    await _send(send, b":\n\n")
    ended = asyncio.get_running_loop().create_future()
    with (
        connections.open(connection),
        connection.ending(partial(ended.set_result, None)),
        connection.running(context),
        connections.waiting(context.cancelled),
    ):
        work = asyncio.create_task(_pump(operation, send))
        tasks: list[asyncio.Task[Any]] = [
            work,
            asyncio.create_task(until_disconnected(receive)),
            asyncio.create_task(_tick(send)),
        ]
        try:
            await asyncio.wait((ended, *tasks), return_when=asyncio.FIRST_COMPLETED)
            if connection.ended is End.STOPPING and not operation.is_subscription:
                await work
        finally:
            context.cancelled.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    last = b""
    if not work.cancelled() and work.exception() is None:
        last = _COMPLETE
    elif connection.ended is End.REVOKED:
        last = _next({"errors": [errors.described(Unauthenticated())]}) + _COMPLETE
    await send({"type": "http.response.body", "body": last})


async def _pump(operation: Operation, send: Send) -> None:
    try:
        if operation.is_subscription:
            await operation.deliver(_Sink(send))
        else:
            await _send(send, _next(await operation.run()))
    except RequestError as error:
        await _send(send, _next({"errors": error.errors}))
    except OSError:
        # The client is gone.
        raise
    except Exception as error:
        await _send(send, _next({"errors": [errors.described(error)]}))


class _Sink:
    """The stream, for a subscription's payloads."""

    def __init__(self, send: Send) -> None:
        self._stream = send

    def write(self, _payloads: Sequence[bytes]) -> bool:
        """Never: only `send` knows whether the client takes it."""
        return False

    async def send(self, payloads: Sequence[bytes]) -> None:
        await _send(self._stream, b"".join(map(_event, payloads)))


async def _tick(send: Send) -> None:
    while True:
        await asyncio.sleep(_QUIET_SECONDS)
        await _send(send, b":\n\n")


def _next(response: object) -> bytes:
    return _event(json_codec.write(response).encode())


def _event(payload: bytes) -> bytes:
    return b"event: next\ndata: " + payload + b"\n\n"


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
