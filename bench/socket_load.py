"""Listens on many WebSockets, in a process that does nothing else, and says when the last of them was told.

`Listeners` starts it as a process of its own. It is a loop over raw sockets that looks at no more of a frame than its
length, so that what it costs is small beside what it measures.
"""

import base64
import json
import os
import resource
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

_PATIENCE_S = 60.0
_MOST_AT_ONCE = 1 << 18
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_PING_MESSAGE = b'{"type":"ping"}'


@dataclass(frozen=True)
class Heard:
    """When the first and the last message came, on the clock that all processes share, and one of them."""

    first: float
    last: float
    messages: int
    sample: str
    cpu: float


class Listeners:
    """A socket for each token, subscribed to the document, in a process of their own."""

    def __init__(self, url: str, tokens: Sequence[str], document: str, variables: dict[str, Any]) -> None:
        self._spec = {"url": url, "tokens": list(tokens), "query": document, "variables": variables}

    def __enter__(self) -> Self:
        command = [sys.executable, "-I", __file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own
        self._say(self._spec)
        self._hear()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        # Closes the pipes, and waits.
        with self._process:
            pass

    def expect(self, events: int) -> None:
        """From now on, wait until each socket has got so many."""
        self._say(events)
        self._hear()

    def heard(self) -> Heard:
        """What came, once everything has come."""
        return Heard(**self._hear())

    def _say(self, what: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the listeners ended early, with {self._process.wait()}")
        heard: dict[str, Any] = json.loads(line)
        return heard


class Listener:
    """One socket, and the frames that come on it."""

    def __init__(self, address: tuple[str, int], token: str, payload: dict[str, Any]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.settimeout(_PATIENCE_S)
        key = base64.b64encode(token.encode()[:16].ljust(16)).decode()
        self.socket.sendall(
            f"GET /graphql HTTP/1.1\r\nhost: {address[0]}:{address[1]}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\n"
            "sec-websocket-protocol: graphql-transport-ws\r\n\r\n".encode()
        )
        self._received = b""
        while b"\r\n\r\n" not in self._received:
            self._received += self.socket.recv(_MOST_AT_ONCE)
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(f"no WebSocket: {head.decode(errors='replace')}")
        self._send(_TEXT, json.dumps({"type": "connection_init", "payload": {"token": token}}).encode())
        while not (said := self.receive()):
            pass
        if b"connection_ack" not in said[0]:
            raise RuntimeError(f"not let in: {said[0].decode(errors='replace')}")
        self._send(_TEXT, json.dumps({"id": "1", "type": "subscribe", "payload": payload}).encode())

    def receive(self) -> list[bytes]:
        """The messages that have come in full; pings are answered."""
        piece = self.socket.recv(_MOST_AT_ONCE)
        if not piece:
            raise RuntimeError("the server closed a socket")
        self._received += piece
        messages = []
        while (frame := self._frame()) is not None:
            kind, payload = frame
            if kind == _TEXT and payload == _PING_MESSAGE:
                self._send(_TEXT, b'{"type":"pong"}')
            elif kind == _TEXT:
                messages.append(payload)
            elif kind == _PING:
                self._send(_PONG, payload)
            elif kind == _CLOSE:
                raise RuntimeError(f"the server closed a socket: {payload[2:].decode(errors='replace')}")
        return messages

    def _frame(self) -> tuple[int, bytes] | None:
        """The next frame, if all of it is there. Servers don't mask theirs, and these are never in parts."""
        received = self._received
        if len(received) < 2:
            return None
        length, begin = received[1], 2
        if length > 125:
            begin = 4 if length == 126 else 10
            length = int.from_bytes(received[2:begin], "big")
        if len(received) < begin + length:
            return None
        self._received = received[begin + length :]
        return received[0] & 15, received[begin : begin + length]

    def _send(self, kind: int, payload: bytes) -> None:
        """Masked with zeros, as a client must mask and need not mean it."""
        size = len(payload)
        length = bytes([128 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self.socket.sendall(bytes([128 | kind]) + length + bytes(4) + payload)


class Count:
    """The messages that are still to come, and when those that came did."""

    def __init__(self, messages: int) -> None:
        self.messages = self.missing = messages
        self.sample = b""
        self._first = self._last = 0.0
        self._used = time.process_time()

    def add(self, came: list[bytes]) -> None:
        self._last = time.monotonic()
        self._first = self._first or self._last
        self.sample = self.sample or came[0]
        self.missing -= len(came)
        if self.missing < 0:
            raise RuntimeError(f"more messages than were sent, such as {came[-1].decode(errors='replace')}")

    def result(self) -> dict[str, Any]:
        if b'"next"' not in self.sample:
            raise RuntimeError(f"not what was wanted: {self.sample.decode(errors='replace')}")
        return asdict(
            Heard(self._first, self._last, self.messages, self.sample.decode(), time.process_time() - self._used)
        )


def listen(selector: selectors.BaseSelector, listeners: int) -> None:
    """Read all that comes, also while nobody waits for it: pings want an answer. Each line says what to wait for."""
    count = Count(0)
    while True:
        ready = selector.select(_PATIENCE_S)
        if count.missing and not ready:
            raise RuntimeError(f"{count.missing} of {count.messages} messages have not come for {_PATIENCE_S:.0f} s")
        for key, _ in ready:
            if key.data is None:
                line = os.read(key.fd, _MOST_AT_ONCE)
                if not line:
                    return
                count = Count(listeners * json.loads(line))
                print("{}", flush=True)
            elif came := key.data.receive():
                count.add(came)
                if not count.missing:
                    print(json.dumps(count.result()), flush=True)


def main() -> None:
    """The process: a line with what to follow comes in, then now and then one with how many events to wait for."""
    spec = json.loads(sys.stdin.readline())
    where = urlsplit(spec["url"])
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    payload = {"query": spec["query"], "variables": spec["variables"]}
    assert where.hostname is not None
    assert where.port is not None
    selector = selectors.DefaultSelector()
    for token in spec["tokens"]:
        listener = Listener((where.hostname, where.port), token, payload)
        selector.register(listener.socket, selectors.EVENT_READ, listener)
        # The first may be pinged before the last is there.
        for key, _ in selector.select(0):
            if came := key.data.receive():
                raise RuntimeError(f"nothing was sent yet, but this came: {came[0].decode(errors='replace')}")
    print("{}", flush=True)
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
    listen(selector, len(spec["tokens"]))


if __name__ == "__main__":
    main()
