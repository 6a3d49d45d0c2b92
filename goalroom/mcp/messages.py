"""The form of JSON-RPC messages. What has another is refused here: the SDK would do it in pydantic's words."""

from collections.abc import Mapping
from typing import Any

from goalroom import json_codec

_PARSE_ERROR, _INVALID_REQUEST = -32700, -32600
_RIGHT = 'send {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, one message a POST'


def fault(body: bytes) -> Mapping[str, Any] | None:
    """The answer to what is no message of JSON-RPC; None where it is one."""
    try:
        sent = json_codec.read(body)
    except ValueError:
        return _error(_PARSE_ERROR, "The body is not JSON.", None)
    if not isinstance(sent, dict):
        what = "Batches are not taken" if isinstance(sent, list) else "The body is not an object"
        return _error(_INVALID_REQUEST, f"{what}: {_RIGHT}.", None)
    identifier = sent.get("id")
    is_known = isinstance(identifier, str) or type(identifier) is int
    # Answers have no method. Nothing asks clients for any, and the SDK passes over them.
    is_answer = "result" in sent or "error" in sent
    wrong = {
        "`id` is not a text or a whole number.": "id" in sent and not is_known,
        '`jsonrpc` is not "2.0".': sent.get("jsonrpc") != "2.0",
        "`method` is not a text.": not is_answer and not isinstance(sent.get("method"), str),
        "`params` is not an object.": not isinstance(sent.get("params"), dict | None),
    }
    found = next((why for why, is_wrong in wrong.items() if is_wrong), None)
    return None if found is None else _error(_INVALID_REQUEST, found, identifier if is_known else None)


def _error(code: int, message: str, identifier: object) -> Mapping[str, Any]:
    return {"jsonrpc": "2.0", "id": identifier, "error": {"code": code, "message": message}}
