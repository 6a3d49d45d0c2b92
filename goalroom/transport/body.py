"""Reads the body of a request, of a bounded size and in a bounded time."""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import Receive

from goalroom.transport import content_negotiation

_CLOSE = {"connection": "close"}


class BodyRefused(Exception):  # noqa: N818  # a refusal is an answer, not an error in the program
    """The status to answer with, why, and further headers."""

    def __init__(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.status, self.why, self.headers = status, why, headers


class Disconnected(Exception):  # noqa: N818  # no error either
    """The client is gone: nobody waits for an answer."""


async def read_json_body(headers: Headers, receive: Receive, most: int, seconds: float) -> bytes:
    """The whole body, at most so many bytes within so many seconds; BodyRefused or Disconnected."""
    if (
        not content_negotiation.is_json(headers.get("content-type", ""))
        or headers.get("content-encoding", "identity") != "identity"
    ):
        raise BodyRefused(415, "The body must be `Content-Type: application/json`, in UTF-8 and not compressed.")
    too_large = BodyRefused(413, f"The body exceeds the limit of {most} bytes.", _CLOSE)
    length = headers.get("content-length", "")
    if length.isdecimal() and (len(length) > len(str(most)) or int(length) > most):
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Disconnected
                body += message.get("body", b"")
                if len(body) > most:
                    raise too_large
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise BodyRefused(408, f"The body did not arrive within {seconds} seconds.", _CLOSE) from None
