"""Asks a server as fast as it answers, over connections that stay open, in a process that does nothing else.

`drive` starts that process, and says when to begin. It is a loop over raw sockets: each
connection sends its next request when the last was answered in full. An answer that is not what was wanted ends it.
"""

import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

# Stands in a body for the next number of its connection.
NUMBER = "#n#"
_PATIENCE_S = 30.0
_MOST_AT_ONCE = 1 << 18

T = TypeVar("T")


@dataclass(frozen=True)
class Lane:
    """One connection: whose token it sends, what it asks, and the numbers that stand in its requests in turn.

    Without numbers there are as many requests as there is time for; with them, one for each at most.
    """

    token: str
    variables: dict[str, Any]
    numbers: Sequence[int] | None = None


@dataclass(frozen=True)
class Load:
    """A document, who asks for it, and what every answer must hold."""

    document: str
    lanes: Sequence[Lane]
    wanted: str = '"data":{'

    def bodies(self) -> list[str]:
        """What each connection sends."""
        return [json.dumps({"query": self.document, "variables": lane.variables}) for lane in self.lanes]


@dataclass(frozen=True)
class Timing:
    """What came of a load; `cpu` is what sending it took of this machine, in seconds."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def drive(url: str, load: Load, seconds: float, warm: float, note: Callable[[], T]) -> tuple[Timing, T, T]:
    """Warm up, then ask for so long; what `note` says just before and just after comes with the timing."""
    where = urlsplit(url)
    bodies = zip(load.bodies(), load.lanes, strict=True)
    spec = {
        "address": [where.hostname, where.port],
        "lanes": [{"token": lane.token, "body": body, "numbers": lane.numbers} for body, lane in bodies],
        "wanted": load.wanted,
        "seconds": seconds,
        "warm": warm,
    }
    # Its own module alone is loaded: nothing of the bench, of Goalroom or of its tests.
    command = [sys.executable, "-I", __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(spec, default=list) + "\n")
        process.stdin.flush()
        if not process.stdout.readline():
            raise RuntimeError(f"the load ended while it warmed up, with {process.wait()}")
        before = note()
        process.stdin.write("go\n")
        process.stdin.flush()
        line = process.stdout.readline()
        after = note()
        if not line:
            raise RuntimeError(f"the load ended early, with {process.wait()}")
    return Timing(**json.loads(line)), before, after


class Connection:
    """A lane at work."""

    def __init__(self, address: tuple[str, int], token: str, body: str, numbers: Sequence[int] | None) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = (
            f"POST /graphql HTTP/1.1\r\nhost: {address[0]}:{address[1]}\r\nauthorization: Bearer {token}\r\n"
            "content-type: application/json\r\naccept: application/json\r\ncontent-length: "
        ).encode()
        self._body = body.encode()
        self._numbers = None if numbers is None else iter(numbers)
        self._received = b""
        self._missing = 0
        self.began = 0.0

    def send(self) -> bool:
        """Ask once more; False where the numbers are used up."""
        body = self._body
        if self._numbers is not None:
            number = next(self._numbers, None)
            if number is None:
                return False
            body = body.replace(NUMBER.encode(), b"%d" % number)
        self._received, self._missing = b"", 0
        self.began = time.perf_counter()
        self.socket.sendall(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        return True

    def receive(self) -> bytes | None:
        """The whole answer, once it is there."""
        piece = self.socket.recv(_MOST_AT_ONCE)
        if not piece:
            raise RuntimeError("the server closed a connection")
        self._received += piece
        if self._missing:
            self._missing -= len(piece)
        else:
            head, separator, begun = self._received.partition(b"\r\n\r\n")
            if not separator:
                return None
            length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
            self._missing = int(length) - len(begun)
        return None if self._missing else self._received


def ask_for(
    connections: Sequence[Connection], selector: selectors.BaseSelector, seconds: float, wanted: bytes
) -> tuple[list[float], float]:
    """How long each request took, and all together."""
    taken: list[float] = []
    began = now = time.perf_counter()
    until = began + seconds
    waiting = sum(connection.send() for connection in connections)
    while waiting:
        ready = selector.select(_PATIENCE_S)
        if not ready:
            raise RuntimeError(f"no answer for {_PATIENCE_S:.0f} s")
        for key, _ in ready:
            connection: Connection = key.data
            answer = connection.receive()
            if answer is None:
                continue
            now = time.perf_counter()
            taken.append(now - connection.began)
            if wanted not in answer or b'"errors"' in answer:
                raise RuntimeError(f"not what was wanted: {answer[:2000].decode(errors='replace')}")
            if now >= until or not connection.send():
                waiting -= 1
    return taken, now - began


def percentile(taken: Sequence[float], percent: int) -> float:
    """The smallest that so many percent do not exceed."""
    return sorted(taken)[min(len(taken) * percent // 100, len(taken) - 1)]


def main() -> None:
    """The process: a line with what to do comes in, a line says that it is warm, and one what came of it."""
    spec = json.loads(sys.stdin.readline())
    host, port = spec["address"]
    selector = selectors.DefaultSelector()
    connections = [Connection((host, port), **lane) for lane in spec["lanes"]]
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    wanted = spec["wanted"].encode()
    ask_for(connections, selector, spec["warm"], wanted)
    print("warm", flush=True)
    sys.stdin.readline()
    used = time.process_time()
    taken, seconds = ask_for(connections, selector, spec["seconds"], wanted)
    if not taken:
        raise RuntimeError("the numbers were used up before it began")
    p50, p99 = (1000 * percentile(taken, percent) for percent in (50, 99))
    print(json.dumps(asdict(Timing(len(taken), seconds, p50, p99, time.process_time() - used))))


if __name__ == "__main__":
    main()
