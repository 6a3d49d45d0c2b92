"""Subscriptions over server-sent events, which go on where they were after any drop."""

import http.client
import json
import random
import time
from collections.abc import Iterator
from typing import Any

from goalroom_client.api import Api, closing, failure_of, filled_variables
from goalroom_client.failures import Failure

# The server says something every 12 seconds: who hears nothing for so long is cut off.
_SILENCE_S = 30.0
_PAUSES_S = (0.1, 0.5, 1.0, 2.0, 5.0)


class _TimeIsUp(Exception):  # noqa: N818  # how a wait ends
    pass


def follow(api: Api, document: str, /, *, seconds: float | None = None, **variables: Any) -> Iterator[dict[str, Any]]:
    """What the one field of the subscription sends, without a gap where it has a `cursor`; for so long at most.

    A server that can't be reached at the start is a Failure. One that goes away later is waited for.
    """
    end = None if seconds is None else time.monotonic() + seconds
    given_up = time.monotonic() + api.patience
    failed, heard = 0, False
    while True:
        try:
            for payload in _connected(api, document, variables, end):
                heard, failed = True, 0
                if payload is None:
                    continue
                if "cursor" in payload:
                    variables["after"] = payload["cursor"]
                yield payload
        except _TimeIsUp:
            return
        except Failure as failure:
            if not failure.retryable or not (heard or time.monotonic() < given_up):
                raise
        pause = _PAUSES_S[min(failed, len(_PAUSES_S) - 1)]
        # Those that one restart cut off don't all come back in the same moment.
        pause *= random.uniform(0.5, 1)  # noqa: S311  # no secret
        failed += 1
        if end is not None and time.monotonic() + pause >= end:
            time.sleep(max(end - time.monotonic(), 0))
            return
        time.sleep(pause)


def _connected(
    api: Api, document: str, variables: dict[str, Any], end: float | None
) -> Iterator[dict[str, Any] | None]:
    """What comes over one connection, None first once it is open; ends where it should be opened again."""
    body = json.dumps({"query": document, "variables": filled_variables(variables)}).encode()
    with closing(api.connect(_left(end))) as connection:
        connection.sock.settimeout(_left(end))
        try:
            api.post(connection, body, "text/event-stream")
            response = connection.getresponse()
            if response.headers.get_content_type() != "text/event-stream":
                answer = api.answer(response.status, response.read())
                raise failure_of((answer.get("errors") or [{"message": "No stream was opened."}])[0])
            yield None
            for data in _events(connection, response, end):
                if errors := data.get("errors"):
                    raise failure_of(errors[0])
                (payload,) = data["data"].values()
                yield payload
        except (OSError, http.client.HTTPException, ValueError) as error:
            if end is not None and time.monotonic() >= end:
                raise _TimeIsUp from error
            raise api.unreachable(error) from error


def _events(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, end: float | None
) -> Iterator[dict[str, Any]]:
    """The data of each `next`, until the stream is complete or cut off."""
    data = b""
    while line := response.readline():
        if line.startswith(b"data:"):
            data += line[5:].strip()
        elif not line.strip():
            if data:
                yield json.loads(data)
            data = b""
        # Behind a proxy the connection's own socket is gone once it is to be closed after the answer.
        if connection.sock is not None:
            connection.sock.settimeout(_left(end))


def _left(end: float | None) -> float:
    """How long to wait for the next byte."""
    if end is None:
        return _SILENCE_S
    left = end - time.monotonic()
    if left <= 0:
        raise _TimeIsUp
    return min(left, _SILENCE_S)
