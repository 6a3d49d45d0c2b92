"""JSON for requests and responses: strict in what is read, ASCII in what is written."""

import json
from typing import Any, NoReturn


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


# Made once: json.loads and json.dumps make new ones for each call, which takes longer than to read a small request.
_DECODER = json.JSONDecoder(parse_constant=_refuse)
# What is written is a tree, so no object is looked for in what it is in.
_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_UTF8_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False, ensure_ascii=False)


def read(text: str | bytes) -> Any:
    """The value; ValueError for anything but JSON in UTF-8, and for NaN, huge numbers and deep nesting."""
    try:
        return _DECODER.decode(text.decode() if isinstance(text, bytes) else text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def write(value: object) -> str:
    """As ASCII: a message may quote what a client sent, which can be text that UTF-8 can't encode."""
    return _ENCODER.encode(value)


def write_utf8(value: object) -> bytes:
    """As UTF-8; UnicodeEncodeError where a text has a lone surrogate."""
    return _UTF8_ENCODER.encode(value).encode()
