"""A client of Goalroom's API as any program could write one: requests over HTTP, subscriptions over a WebSocket."""

import http.client
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

_LONGEST_WAIT_S = 90
# How long a server may be gone, or refuse everybody, before its clients give up.
_ANSWER_TIMEOUT_S = 20.0
_PAUSE_S = 0.5
# What is refused for the moment alone.
TRANSIENT = frozenset({"UNAVAILABLE", "RATE_LIMITED"})
_FORBIDDEN = 4403
_UNAUTHORIZED = 401


class Refused(Exception):  # noqa: N818  # the API's word
    """What the API said no to: the code, what to do next, and the facts."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        facts = dict(error.get("extensions") or {})
        self.code = str(facts.pop("code", "none"))
        self.hint = str(facts.pop("hint", ""))
        self.facts = facts
        self.field = ".".join(str(part) for part in error.get("path") or ())
        super().__init__(f"{self.field} was refused with {self.code}: {error.get('message')} ({self.hint})")


class ServerLost(Exception):  # noqa: N818  # it ends the agent, and is nobody's fault
    """The server can't be reached any more."""


class TokenRefused(Exception):  # noqa: N818  # as above
    """The token isn't good any more."""


def data_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a response; Refused where there is an error in it."""
    for error in answer.get("errors", ()):
        raise Refused(error)
    data: dict[str, Any] = answer["data"]
    return data


class Client:
    """One caller, known by its token."""

    def __init__(self, url: str, token: str) -> None:
        self._address, self._token = urlsplit(url).netloc, token

    def ask(self, document: str, /, **variables: object) -> dict[str, Any]:
        """The data; Refused where the API said no. What is refused for the moment alone is sent again."""
        deadline = time.monotonic() + _ANSWER_TIMEOUT_S
        while True:
            try:
                return self._ask(document, variables)
            except Refused as refused:
                pause = refused.facts.get("retryAfterSeconds")
                if refused.code not in TRANSIENT or time.monotonic() > deadline:
                    raise
                time.sleep(float(pause or _PAUSE_S))

    def _ask(self, document: str, variables: Mapping[str, object]) -> dict[str, Any]:
        return data_of(self._post("/graphql", {"query": document, "variables": dict(variables)}))

    def _post(self, path: str, body: object) -> dict[str, Any]:
        # A connection for each request: on one that was idle, a lost answer couldn't be told from a lost question.
        connection = http.client.HTTPConnection(self._address, timeout=_LONGEST_WAIT_S)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            if response.status == _UNAUTHORIZED:
                raise TokenRefused
            answer: dict[str, Any] = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as lost:
            raise ServerLost(f"{type(lost).__name__}: {lost}") from lost
        finally:
            connection.close()
        return answer

    @contextmanager
    def watch(self, *subscriptions: tuple[str, Mapping[str, object]], session: str | None = None) -> Iterator["Watch"]:
        """These subscriptions, on one socket."""
        watch = Watch(f"ws://{self._address}/graphql", {"token": self._token, "session": session}, subscriptions)
        try:
            yield watch
        finally:
            watch.close()


class Watch:
    """Subscriptions that come back by themselves when the socket is lost; one that gave a cursor goes on from it."""

    def __init__(
        self, url: str, payload: Mapping[str, object], subscriptions: Sequence[tuple[str, Mapping[str, object]]]
    ) -> None:
        self._url, self._payload = url, {name: value for name, value in payload.items() if value is not None}
        self._subscriptions = [(document, dict(variables)) for document, variables in subscriptions]
        self._socket: ClientConnection | None = None
        self._open()

    def next(self, seconds: float) -> tuple[int, dict[str, Any]] | None:
        """The number of a subscription and what it sent; None where all are silent for so long."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                message = self._receive(max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                return None
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code == _FORBIDDEN:
                    raise TokenRefused from closed
                self._open()
                continue
            if message["type"] == "ping":
                self._send({"type": "pong"})
            elif message["type"] == "error":
                raise Refused(message["payload"][0])
            elif message["type"] == "next":
                if errors := message["payload"].get("errors"):
                    raise Refused(errors[0])
                return self._remember(int(message["id"]), message["payload"]["data"])

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _remember(self, number: int, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        (payload,) = data.values()
        if "cursor" in payload:
            self._subscriptions[number][1]["after"] = payload["cursor"]
        return number, payload

    def _open(self) -> None:
        deadline = time.monotonic() + _ANSWER_TIMEOUT_S
        while True:
            try:
                self._socket = connect(self._url, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None)
                self._send({"type": "connection_init", "payload": self._payload})
                self._receive(_ANSWER_TIMEOUT_S)
                break
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code == _FORBIDDEN:
                    raise TokenRefused from closed
            except (OSError, InvalidHandshake) as error:
                if time.monotonic() > deadline:
                    raise ServerLost(str(error)) from error
            time.sleep(_PAUSE_S)
        for number, (document, variables) in enumerate(self._subscriptions):
            payload = {"query": document, "variables": variables}
            self._send({"id": str(number), "type": "subscribe", "payload": payload})

    def _receive(self, seconds: float) -> dict[str, Any]:
        assert self._socket is not None  # noqa: S101  # it is open, or it raised
        message: dict[str, Any] = json.loads(self._socket.recv(seconds))
        return message

    def _send(self, message: Mapping[str, object]) -> None:
        assert self._socket is not None  # noqa: S101  # as above
        self._socket.send(json.dumps(message))
