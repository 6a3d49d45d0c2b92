"""The messages of graphql-transport-ws, and the codes that sockets are closed with."""

from typing import Any

from db.core import validation
from db.core.errors import BadInput
from goalroom import json_codec
from goalroom.transport.authentication import Credential, bearer

PROTOCOL = "graphql-transport-ws"

MALFORMED, UNAUTHORIZED, FORBIDDEN, BAD_PROTOCOL = 4400, 4401, 4403, 4406
INIT_TIMEOUT, TAKEN, TOO_MANY_INITS = 4408, 4409, 4429
INTERNAL, RESTARTING, TRY_LATER = 1011, 1012, 1013

_LONGEST_ID = 1_000
# A close frame has room for 123 bytes.
_LONGEST_REASON = 120


class Close(Exception):  # noqa: N818  # an ending, not always an error
    """The socket is closed, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode(errors="replace")[:_LONGEST_REASON].decode(errors="ignore")


def parse(text: str | None) -> dict[str, Any]:
    """A message of the protocol, its envelope checked."""
    if text is None:
        raise Close(MALFORMED, "Messages must be text frames")
    try:
        said = json_codec.read(text)
    except ValueError:
        raise Close(MALFORMED, "The message is not JSON") from None
    if not isinstance(said, dict):
        raise Close(MALFORMED, "The message is not a JSON object")
    kind = said.get("type")
    if kind not in ("connection_init", "ping", "pong", "subscribe", "complete"):
        raise Close(MALFORMED, "The message has no type that a client may send")
    if kind in ("subscribe", "complete"):
        name = said.get("id")
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_ID:
            raise Close(MALFORMED, f"The id of an operation must be a string of 1 to {_LONGEST_ID} characters")
    elif not isinstance(said.get("payload"), dict | None):
        raise Close(MALFORMED, "The payload is not an object")
    return said


def token(payload: dict[str, Any]) -> Credential:
    """The token that `connection_init` brought."""
    sent = payload.get("token")
    if isinstance(sent, str):
        return Credential(sent)
    return bearer(payload.get("Authorization", payload.get("authorization")))


def session(payload: dict[str, Any]) -> str | None:
    """The session name that `connection_init` brought, if any; BAD_INPUT where it is not valid."""
    name = payload.get("session")
    if name is None:
        return None
    if not isinstance(name, str):
        raise BadInput("session", "session is not a string.")
    return validation.key("session", name)
