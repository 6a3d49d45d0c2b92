"""WebSockets as uvicorn speaks them, of which nothing is left over."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One socket. Without this its parser and it hold on to one another until the collector looks for such circles.

    A crowd that comes and goes would fill memory with them, and everybody would wait for the collector's long looks.
    Not reported yet of websockets' parser; the same of its connections, which uvicorn doesn't use:
    https://github.com/python-websockets/websockets/issues/1749
    `tests/goalroom/test_library_internals.py` fails if one of the names that this uses is gone.
    """

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.conn.parser.close()
