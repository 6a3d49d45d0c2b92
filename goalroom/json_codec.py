"""JSON as it comes from strangers and goes back to them."""

import json
from typing import Any, NoReturn


def read(text: str | bytes) -> Any:
    """The value; ValueError for whatever else it is: other encodings, NaN, endless numbers and nesting."""
    try:
        return json.loads(text.decode() if isinstance(text, bytes) else text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def write(value: object) -> str:
    """Plain ASCII: what a client sent may come back in a message, and can be text that no encoding takes."""
    return json.dumps(value, separators=(",", ":"))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
