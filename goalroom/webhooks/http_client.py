"""Sends one signed request over HTTP. It is imported at the first request, for it takes memory that most never need."""

import asyncio
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpcore
from standardwebhooks import Webhook

from db.webhooks.outbound import Attempt
from goalroom.version import __version__
from goalroom.webhooks.addresses import Addresses, OutOfBounds

_SECONDS = 10.0
_BODY_SECONDS = 1.0
_MOST_READ = 65_536
_MOST_ERROR = 300
_DEFAULT_PORTS = {"http": 80, "https": 443}


class _Answer(httpcore.AsyncNetworkStream):
    """A connection of which no more than 64 KiB are read, whatever the receiver sends."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream, self._left = stream, _MOST_READ

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # httpcore's own
        if not self._left:
            raise httpcore.ReadError(f"the answer has more than {_MOST_READ} bytes")
        found = await self._stream.read(min(max_bytes, self._left), timeout)
        self._left -= len(found)
        return found

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # httpcore's own
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's own
    ) -> httpcore.AsyncNetworkStream:
        return _Answer(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to an address that was checked a moment ago, and to nothing else."""

    def __init__(self, addresses: Addresses, scheme: str) -> None:
        self._addresses, self._scheme = addresses, scheme
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's own
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failed: httpcore.ConnectError | None = None
        for address in await self._addresses.checked(self._scheme, host):
            try:
                stream = await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failed = failed or error
            else:
                return _Answer(stream)
        raise failed or OSError(f"{host} has no address")


@dataclass(frozen=True, slots=True)
class HTTPClient:
    """Posts to receivers: no redirect is followed, no proxy is used, and each request has a connection of its own."""

    addresses: Addresses
    ssl_context: ssl.SSLContext
    seconds: float = _SECONDS

    @classmethod
    def of(cls, addresses: Addresses) -> "HTTPClient":
        """With the certificates that the machine trusts; reading them takes a while."""
        return cls(addresses, httpcore.default_ssl_context())

    async def post(self, url: str, identifier: str, body: str, secret: str) -> Attempt:
        """Send the body once, signed under this id, and say how it went."""
        begun = time.monotonic()
        status, retry_after = None, None
        try:
            status, retry_after = await self._answer(url, identifier, body, secret)
            error = _error(status)
        except TimeoutError:
            error = f"No answer came within {self.seconds:g} seconds."
        except OutOfBounds as refused:
            error = str(refused)
        except (OSError, UnicodeError, httpcore.NetworkError, httpcore.ProtocolError) as failed:
            # A host that no name server can be asked for is a UnicodeError.
            error = f"The request failed: {_line(failed)}."
        return Attempt(status, error[:_MOST_ERROR], round((time.monotonic() - begun) * 1_000), retry_after)

    async def _answer(self, url: str, identifier: str, body: str, secret: str) -> tuple[int, float | None]:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        address = httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=port, target=target)
        moment, content = datetime.now(UTC), body.encode()
        headers = [
            ("host", parts.netloc),
            ("user-agent", f"Goalroom/{__version__}"),
            ("content-type", "application/json"),
            ("content-length", str(len(content))),
            ("connection", "close"),
            ("webhook-id", identifier),
            ("webhook-timestamp", str(int(moment.timestamp()))),
            ("webhook-signature", Webhook(secret).sign(identifier, moment, body)),
        ]
        request = httpcore.Request("POST", address, headers=headers, content=content)
        network = _CheckedNetwork(self.addresses, parts.scheme)
        async with httpcore.AsyncConnectionPool(
            ssl_context=self.ssl_context, max_keepalive_connections=0, network_backend=network
        ) as pool:
            async with asyncio.timeout(self.seconds):
                response = await pool.handle_async_request(request)
            try:
                await _read(response)
            finally:
                await response.aclose()
        return response.status, _retry_after(response.headers)


async def _read(response: httpcore.Response) -> None:
    """Let the receiver finish what it says, of which nothing is kept: it has been taken or not by its status."""
    with suppress(TimeoutError, httpcore.NetworkError, httpcore.ProtocolError):
        async with asyncio.timeout(_BODY_SECONDS):
            async for _ in response.aiter_stream():
                pass


def _error(status: int) -> str:
    if 200 <= status < 300:  # noqa: PLR2004  # as HTTP has it
        return ""
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    redirects = ", and redirects are not followed" if 300 <= status < 400 else ""  # noqa: PLR2004  # as HTTP has it
    return f"The receiver answered {phrase}{redirects}."


def _line(error: Exception) -> str:
    """What it says, in a line, or what it is."""
    said = " ".join(str(error).split())
    return (said or type(error).__name__).rstrip(".")


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    """The seconds that the receiver asks for, given as such or as a date."""
    value = next((value.decode("latin-1").strip() for name, value in headers if name.lower() == b"retry-after"), "")
    if value.isascii() and value.isdecimal():
        # A number of thousands of digits is no float.
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at - datetime.now(UTC)).total_seconds()
