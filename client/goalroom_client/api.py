"""The public API: one request over HTTP, sent again where that is safe."""

import contextlib
import http.client
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from goalroom_client.connection_settings import Connection
from goalroom_client.failures import Failure
from goalroom_client.version import __version__

# How long all attempts may take together, beside the time that the server was asked to wait for.
PATIENCE_S = 9.0
_CONNECT_S = 2.5
_PAUSES_S = (0.2, 0.6, 1.5)
# What stands before a server answers for it while it is away.
_AWAY = frozenset({502, 503, 504})


class Api:
    """One server, and who asks."""

    def __init__(self, connection: Connection, patience: float = PATIENCE_S, retries: int = len(_PAUSES_S)) -> None:
        self.settings = connection
        self.patience, self._pauses = patience, _PAUSES_S[:retries]

    def ask(self, document: str, /, *, waits: float = 0, once: bool = False, **variables: Any) -> dict[str, Any]:
        """The data; Failure where the server refused, or couldn't be reached.

        `waits` is how long the server was asked to wait. What must happen `once` is not sent again after its answer was
        lost, because nobody knows whether it happened.
        """
        sent = json.dumps({"query": document, "variables": filled_variables(variables)}).encode()
        end = time.monotonic() + self.patience + waits
        for pause in (*self._pauses, None):
            try:
                return self._data(self._send(sent, end, once=once))
            except Failure as failure:
                again = failure.code == "UNAVAILABLE" and not failure.facts.get("answerLost")
                if not again or pause is None or time.monotonic() + pause >= end:
                    raise
                time.sleep(max(pause, min(float(failure.facts.get("retryAfterSeconds", 0)), 2)))
        raise AssertionError  # the last attempt answers or raises

    def connect(self, seconds: float) -> http.client.HTTPConnection:
        """A connection, once the server has taken it."""
        parts = urlsplit(self.settings.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=max(min(seconds, _CONNECT_S), 0.05))
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise self.unreachable(error) from error
        return connection

    def post(
        self, connection: http.client.HTTPConnection, body: bytes, accept: str, path: str = "/graphql", **more: str
    ) -> None:
        """Send it, with these headers besides."""
        headers = more | {
            "Authorization": f"Bearer {self.settings.token}",
            "Content-Type": "application/json",
            "Accept": accept,
            "User-Agent": f"gr/{__version__}",
        }
        connection.request("POST", urlsplit(self.settings.url).path + path, body, headers)

    def unreachable(self, error: Exception, *, once: bool = False) -> Failure:
        """What is said of a server that doesn't answer."""
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        if once:
            return Failure(
                "UNAVAILABLE",
                f"The answer of {self.settings.url} was lost ({why}): it may have been done, or not.",
                "Look before you send it again: gr show ID.",
                {"answerLost": True},
            )
        return Failure(
            "UNAVAILABLE",
            f"{self.settings.url} can't be reached: {why}.",
            "Try again in a moment, or check the address: gr whoami.",
        )

    def _send(self, body: bytes, end: float, *, once: bool) -> tuple[int, bytes]:
        connection = self.connect(end - time.monotonic())
        try:
            connection.sock.settimeout(max(end - time.monotonic(), 0.05))
            self.post(connection, body, "application/json")
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise self.unreachable(error, once=once) from error
        finally:
            connection.close()

    def _data(self, answered: tuple[int, bytes]) -> dict[str, Any]:
        answer = self.answer(*answered)
        if errors := answer.get("errors"):
            failure = failure_of(errors[0])
            failure.data = answer.get("data")
            raise failure
        data: dict[str, Any] = answer["data"]
        return data

    def answer(self, status: int, body: bytes) -> dict[str, Any]:
        """What the server says; Failure where this is no Goalroom."""
        with contextlib.suppress(ValueError):
            answer = json.loads(body)
            if isinstance(answer, dict) and ("errors" in answer or "data" in answer):
                return answer
        if status in _AWAY:
            raise self.unreachable(OSError(f"HTTP {status}"))
        raise Failure(
            "INTERNAL",
            f"{self.settings.url} answered HTTP {status}, and nothing that a Goalroom says.",
            "Check the address: gr whoami --url URL.",
        )


def failure_of(error: dict[str, Any]) -> Failure:
    """The refusal that one of `errors` describes."""
    facts = dict(error.get("extensions") or {})
    code, hint = str(facts.pop("code", "INTERNAL")), str(facts.pop("hint", ""))
    return Failure(code, str(error.get("message", code)), hint, facts)


def filled_variables(variables: dict[str, Any]) -> dict[str, Any]:
    """Those that were given."""
    return {name: value for name, value in variables.items() if value is not None}


@contextlib.contextmanager
def closing(connection: http.client.HTTPConnection) -> Iterator[http.client.HTTPConnection]:
    """The connection, closed in the end."""
    try:
        yield connection
    finally:
        connection.close()
