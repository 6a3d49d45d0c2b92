"""What clients are told when something goes wrong: refusals with their facts, everything else masked."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError

from db.core.connection_errors import unavailable
from db.core.errors import ErrorCode, Refused, Unavailable
from goalroom.observability import request_ids
from goalroom.observability.redaction import redact

PARSE_FAILED, VALIDATION_FAILED = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"

MOST_ERRORS = 20
_LONGEST_MESSAGE = 1_000

_log = logging.getLogger(__name__)

_HINTS = {
    PARSE_FAILED: "Correct the document; nothing was done.",
    VALIDATION_FAILED: "Compare the document with the schema, which introspection shows; nothing was done.",
    ErrorCode.BAD_INPUT: "Correct the input and send it again; nothing was changed.",
}


def refusal(error: BaseException) -> Refused | None:
    """The refusal that the error stands for; None for an internal error."""
    if isinstance(error, Refused):
        return error
    return unavailable(error)


def code(error: BaseException) -> ErrorCode:
    """The code that clients are told of it. What keeps the refusal itself beside its traceback is freed late."""
    refused = refusal(error)
    return ErrorCode(refused.code) if refused else ErrorCode.INTERNAL


def described(error: BaseException) -> dict[str, Any]:
    """Message and extensions of a refusal; of anything else only the request's id, which the log holds too."""
    refused = refusal(error)
    if refused is not None:
        extensions = {"code": refused.code, "hint": refused.hint(), **_plain(refused.facts())}
        if isinstance(refused, Unavailable):
            extensions["requestId"] = request_ids.current()
        return {"message": _cut(refused.message()), "extensions": extensions}
    request_id = request_ids.current()
    _log.error("internal error", exc_info=error, extra={"error": type(error).__name__, "request_id": request_id})
    return {
        "message": f"Internal server error; the server's log has the details under {request_id}.",
        "extensions": {
            "code": ErrorCode.INTERNAL,
            "hint": "Try again; if it persists, give the server's operator this id.",
            "requestId": request_id,
        },
    }


def of_engine(error: GraphQLError, code: str) -> dict[str, Any]:
    """What the GraphQL engine found in a request before it ran."""
    said: dict[str, Any] = {"message": _cut(error.message), "extensions": {"code": code, "hint": _HINTS[code]}}
    return said | _place(error)


def of_field(error: GraphQLError) -> dict[str, Any]:
    """What went wrong while a field was resolved."""
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    # The engine points at the argument that it can't take; what it finds wrong in our answer has no place in a request.
    if isinstance(cause, GraphQLError) and cause.nodes:
        return of_engine(error, ErrorCode.BAD_INPUT) | {"path": error.path}
    return described(cause) | _place(error)


def _place(error: GraphQLError) -> dict[str, Any]:
    place: dict[str, Any] = {}
    if error.locations:
        place["locations"] = [{"line": found.line, "column": found.column} for found in error.locations]
    if error.path:
        place["path"] = error.path
    return place


def _cut(text: str) -> str:
    text = redact(text)
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + "…"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Sequence):
        return [_plain(part) for part in value]
    return value
