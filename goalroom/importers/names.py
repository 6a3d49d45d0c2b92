"""Names of other tools, made into names that hold here: the same one always gives the same one."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from db.core import validation
from db.core.errors import BadInput

_MOST = 64
_DIGEST = 8


def agent_name(text: str) -> str:
    """`beads/witness` is beads-witness, `42` is agent-42."""
    return _made(text, "agent", r"[^a-z0-9_-]+", validation.agent_name)


def room_name(path: Path, source: str) -> str:
    """The room that a file makes: `My issues.jsonl` is my-issues."""
    return _made(path.resolve().stem, source, r"[^a-z0-9-]+", validation.room_name)


def issue_id(text: str, most: int) -> str:
    """An id as it stands in a label or on the last line of a description: any text, on one line and not too long."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if len(plain) <= most and plain == text.strip():
        return plain
    return f"{plain[: most - _DIGEST - 1]}-{_digest(text)}" if plain else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]


def _made(text: str, prefix: str, strange: str, check: Callable[[str], str]) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(strange, "-", plain).strip("-_")
    if not name or len(name) > _MOST:
        # What is lost of it would make two of them one.
        name = f"{name[: _MOST - len(prefix) - _DIGEST - 2].rstrip('-_') or prefix}-{_digest(text)}"
    try:
        return check(name)
    except BadInput:
        return check(f"{prefix}-{name}"[:_MOST])
