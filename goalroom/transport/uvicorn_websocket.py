"""Uvicorn's WebSocket protocol: frames that are sent at once, less memory, and no reference cycles left behind."""

import asyncio
from asyncio import Event, Transport
from collections.abc import Sequence
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

# Where the application finds the socket's `TextFrames`, beside what ASGI itself offers.
EXTENSION = "goalroom.text_frames"

_TEXT = b"\x81"
# Up to here the length of a frame is in its second byte, and up to there in the two after it.
_SHORT, _LONG = 126, 65_536


class TextFrames:
    """Sends text to one socket at once, past ASGI, which takes longer for it than the socket itself.

    Of what waits to be sent it knows as ASGI's `send` does, so the two can be used by turns.
    """

    def __init__(self, transport: Transport, writable: Event) -> None:
        self._transport, self._writable = transport, writable

    def write(self, before: bytes, texts: Sequence[bytes], after: bytes) -> bool:
        """Send each text between these two as a frame; False where what was sent before was not taken yet."""
        if not self._writable.is_set() or self._transport.is_closing():
            return False
        around = len(before) + len(after)
        frames = [part for text in texts for part in (_header(around + len(text)), before, text, after)]
        self._transport.write(b"".join(frames))
        return True


def _header(size: int) -> bytes:
    if size < _SHORT:
        return _TEXT + size.to_bytes(1, "big")
    if size < _LONG:
        return _TEXT + b"\x7e" + size.to_bytes(2, "big")
    return _TEXT + b"\x7f" + size.to_bytes(8, "big")


class _Messages:
    """What the client sent and the application did not take yet: asyncio's Queue for one taker, in less memory.

    Each socket has one, nearly always empty, and each of a Queue's four deques has room for 64.
    """

    __slots__ = ("_came", "_messages")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._came: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        return not self._messages

    def put_nowait(self, message: object) -> None:
        self._messages.append(message)
        if self._came is not None and not self._came.done():
            self._came.set_result(None)

    async def get(self) -> Any:
        while not self._messages:
            self._came = asyncio.get_running_loop().create_future()
            try:
                await self._came
            finally:
                self._came = None
        return self._messages.pop(0)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One socket.

    `tests/goalroom/test_library_internals.py` fails if one of the names that this uses is gone.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.queue = _Messages()  # type: ignore[assignment]  # all that it uses of one

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            # Nobody reads them any more, and the parser would hold on to them for as long as the socket is open.
            self.request.headers.clear()
            self.response.headers.clear()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            frames = TextFrames(self.transport, self.writable)
            self.scope["extensions"][EXTENSION] = frames  # type: ignore[assignment]  # our own

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        # It and its parser refer to one another until the garbage collector runs: a crowd that comes and goes would
        # fill memory with them, and everybody would wait for the collector's long looks. Not reported yet of
        # websockets' parser; the same of its connections, which uvicorn doesn't use:
        # https://github.com/python-websockets/websockets/issues/1749
        self.conn.parser.close()
