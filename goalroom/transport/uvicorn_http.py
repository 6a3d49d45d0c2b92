"""Uvicorn's HTTP protocol, with limits on the size and the time of a request's head."""

import asyncio
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from db.core.errors import BadInput
from goalroom import json_codec
from goalroom.execution import errors
from goalroom.limits import Limits

# The colon, the space and the end of the line.
_AROUND = 4
# Each takes about a millisecond of the loop until it is open, and a small query has some eight steps.
_UPGRADES = 4


class Upgrades:
    """Accepts WebSocket upgrades a few at a time, so that a crowd of them does not keep other requests waiting."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()

    def soon(self, upgrade: Callable[[], None]) -> None:
        """In the order in which they came, a few at each step of the loop."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._go_on)
        self._waiting.append(upgrade)

    def _go_on(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(min(_UPGRADES, len(self._waiting))):
            # One that fails must not be the end of those behind it.
            loop.call_soon(self._waiting.popleft())
        if self._waiting:
            loop.call_soon(self._go_on)


class _OneWrite:
    """A connection to which the head of a response is written with the beginning of its body: one system call for both.

    Where no body follows in the same step of the loop, the head goes alone.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self._alone: asyncio.Handle | None = None

    def write(self, data: bytes) -> None:
        if self._alone is None:
            self._head = data
            self._alone = asyncio.get_running_loop().call_soon(self._flush)
        elif self._head:
            self._alone.cancel()
            head, self._head = self._head, b""
            self._transport.write(head + data)
        else:
            self._transport.write(data)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""


class HttpProtocol(HttpToolsProtocol):
    """One connection. Without this, a head may be of any size and take any time: only h11 has limits in uvicorn.

    Limits for httptools were proposed and not taken: https://github.com/Kludex/uvicorn/pull/1684
    `tests/goalroom/test_library_internals.py` fails if one of uvicorn's names that this uses is gone.
    """

    def __init__(self, limits: Limits, upgrades: Upgrades, **given: Any) -> None:
        super().__init__(**given)
        self._limits = limits
        self._upgrades = upgrades
        self._size = self._received = 0
        self._clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)
        # What is one endless header is told to nobody before its end.
        if self._clock and self._received > self._limits.header_bytes and not self.transport.is_closing():
            self._refuse_size()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._size = 0
        if self._clock is None:
            self._received = 0
            self._begin_head()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._size += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._size += len(name) + len(value) + _AROUND

    def on_headers_complete(self) -> None:
        self._end_head()
        if self._size > self._limits.header_bytes:
            # The parser ends with this, and then asks for the answer to what it can't read.
            raise ValueError("the head is too large")
        super().on_headers_complete()
        if self.cycle is not None:
            # Its task has not begun yet.
            self.cycle.transport = _OneWrite(self.transport)  # type: ignore[assignment]  # all that it uses of one

    def handle_websocket_upgrade(self) -> None:
        # What comes before its turn would be taken for another request.
        self.transport.pause_reading()
        self._upgrades.soon(self._upgrade)

    def _upgrade(self) -> None:
        if not self.transport.is_closing():
            super().handle_websocket_upgrade()
            self.transport.resume_reading()
        # It holds on to this, and only the collector would find them. uvicorn does the same at the end of a connection,
        # and not here: https://github.com/Kludex/uvicorn/pull/1604
        self.parser = None  # type: ignore[assignment]  # as uvicorn does

    def send_400_response(self, msg: str) -> None:
        if self._size > self._limits.header_bytes:
            self._refuse_size()
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _begin_head(self) -> None:
        self._clock = self.loop.call_later(self._limits.header_seconds, self._refuse_time)

    def _end_head(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _refuse_size(self) -> None:
        why = f"The head of a request has at most {self._limits.header_bytes} bytes."
        self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, why)

    def _refuse_time(self) -> None:
        why = f"The head of the request did not arrive within {self._limits.header_seconds} seconds."
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, why)

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._end_head()
        body = json_codec.write({"errors": [errors.described(BadInput("head", why, why))]}).encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json; charset=utf-8\r\n"
            f"content-length: {len(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
