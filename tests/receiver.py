"""A receiver of webhooks: it keeps every request, checks its signature, and answers as it is told to."""

import asyncio
import base64
import json
import secrets
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from standardwebhooks import Webhook

SECRET = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
# What a webhook is made of whose receiver nobody is.
HOOK: dict[str, Any] = {"url": "https://127.0.0.1:9/hook", "secret": SECRET, "kinds": []}


@dataclass(frozen=True)
class Received:
    """One request."""

    target: str
    headers: Mapping[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @cached_property
    def json(self) -> Any:
        return json.loads(self.body)


# Writes whatever it likes, or nothing; then the connection is closed.
Answer = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


def answering(status: int, *headers: str, body: bytes = b"") -> Answer:
    """Answers so."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status} Said", f"content-length: {len(body)}", *headers))

    async def answer(_received: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{head}\r\n".encode() + body)

    return answer


async def hanging(_received: Received, _writer: asyncio.StreamWriter) -> None:
    """Answers after a minute, which is too late."""
    await asyncio.sleep(60)


async def closing(_received: Received, writer: asyncio.StreamWriter) -> None:
    """Breaks off in the middle of its answer."""
    writer.write(b"HTTP/1.1 20")


TAKEN = answering(204)


@dataclass
class Receiver:
    """Answers each request as `answers` says, first to last, and those after them as `answer` says."""

    answer: Answer = TAKEN
    answers: list[Answer] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0
    tls: ssl.SSLContext | None = None
    port: int = 0

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/hook?for=tests"

    @property
    def ids(self) -> list[str]:
        """The events in the order in which they first arrived."""
        return list(dict.fromkeys(one.id for one in self.received))

    async def until(self, count: int) -> list[Received]:
        """Those received, once there are as many."""
        async with asyncio.timeout(20):
            # It is told by connections that are none of its caller's.
            while len(self.received) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return self.received

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            received = await _read(reader)
            Webhook(SECRET).verify(received.body, dict(received.headers))
            self.received.append(received)
            await (self.answers.pop(0) if self.answers else self.answer)(received, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open_now -= 1
            self._tasks.discard(task)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Received:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers["content-length"]))
    return Received(first.split(" ")[1], headers, body.decode())
