"""Uvicorn's WebSocket protocol, without the reference cycles that it leaves."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One socket. Without this, it and its parser refer to one another until the garbage collector runs.

    A crowd that comes and goes would fill memory with them, and everybody would wait for the collector's long looks.
    Not reported yet of websockets' parser; the same of its connections, which uvicorn doesn't use:
    https://github.com/python-websockets/websockets/issues/1749
    `tests/goalroom/test_library_internals.py` fails if one of the names that this uses is gone.
    """

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.conn.parser.close()
