"""Every request has an id: in a header of its answer, in what the log says of it, and in errors that are our fault."""

import random
import re

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-request-id"
_HEADER = HEADER.encode()

_FIELD = "request_id"
# What a balancer in front may have given it, and no more than that: it goes into the log.
_GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}")


class RequestIds:
    """Names requests, or keeps the name that the balancer in front of us gave."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER)
        name = given if given is not None and _GIVEN.fullmatch(given) else _new()

        async def named(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                # Another message: the one that was given may be shared by all of its kind.
                message = {**message, "headers": [*message.get("headers", ()), (_HEADER, name.encode())]}
            await send(message)

        # Until the task ends that the server made for this request.
        structlog.contextvars.bind_contextvars(**{_FIELD: name})
        await self._app(scope, receive, named)


def _new() -> str:
    # It is no secret: one that the system makes costs each request a call of it.
    return f"{random.getrandbits(64):016x}"


def current() -> str:
    """The id of the request that this runs for; a new one outside of any."""
    return str(structlog.contextvars.get_contextvars().get(_FIELD) or _new())


def name_part(number: int) -> None:
    """Name what this task does, one of the operations of a socket, by the socket's id and its own number."""
    structlog.contextvars.bind_contextvars(**{_FIELD: f"{current()}.{number}"})
