"""JSON for requests and responses: strict in what is read, ASCII in what is written."""

import json
from typing import Any, NoReturn


def read(text: str | bytes) -> Any:
    """The value; ValueError for anything but JSON in UTF-8, and for NaN, huge numbers and deep nesting."""
    try:
        return json.loads(text.decode() if isinstance(text, bytes) else text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def write(value: object) -> str:
    """As ASCII: a message may quote what a client sent, which can be text that UTF-8 can't encode."""
    return json.dumps(value, separators=(",", ":"))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
