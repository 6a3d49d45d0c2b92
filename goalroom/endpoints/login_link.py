"""The login link that `serve` prints: its ticket is good once, for ten minutes, and is exchanged for a token."""

import asyncio
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.operations.bootstrap import ADMIN
from db.rooms import agents
from goalroom.transport import content_negotiation

PATH = "/login"
# Its name in an earlier version, answered until the next.
OLD_PATH = "/way-in"
_GOOD_FOR_SECONDS = 600
_TOKEN_LIVES = timedelta(days=7)
_MOST_BYTES = 1_000
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104  # where it listens, not what we bind


class LoginLink:
    """Knows the one ticket of this process, until somebody has used it."""

    def __init__(self) -> None:
        self._ticket: str | None = None
        self._good_until = 0.0

    def link(self, scheme: str, host: str, port: int, entrance: str) -> str:
        """The login URL, good for whoever opens it first. The ticket is behind `#`, which no browser sends."""
        self._ticket = secrets.token_urlsafe(24)
        self._good_until = asyncio.get_running_loop().time() + _GOOD_FOR_SECONDS
        return f"{scheme}://{_EVERYWHERE.get(host, host)}:{port}{entrance}#ticket={self._ticket}"

    def login_line(self, scheme: str, host: str, port: int, entrance: str) -> str:
        """The line for people, printed after the one for scripts."""
        minutes, link = _GOOD_FOR_SECONDS // 60, self.link(scheme, host, port, entrance)
        return f"Open it, signed in as {ADMIN} (once, within {minutes} minutes): {link}"

    async def answer(self, database: Database, request: Request) -> Response:
        """A token of the admin, for the ticket; it ends by itself, or when its page signs out."""
        if not content_negotiation.is_json(request.headers.get("content-type", "")):
            return JSONResponse({"error": "Send JSON."}, 415, _HEADERS)
        if not self._redeem(await _ticket(request)):
            return JSONResponse({"error": "This ticket is not good, or not any more."}, 403, _HEADERS)
        admin = await agents.ensure(database, ADMIN, kind=AgentKind.HUMAN)
        ends = datetime.now(UTC) + _TOKEN_LIVES
        token = await agents.issue_token(database, admin.id, Role.ADMIN, label="login link", expires_at=ends)
        return JSONResponse({"token": token}, headers=_HEADERS)

    def _redeem(self, ticket: str | None) -> bool:
        """Whether this is the ticket, which is used up by that."""
        known, in_time = self._ticket, asyncio.get_running_loop().time() < self._good_until
        if ticket is None or known is None or not hmac.compare_digest(ticket.encode(), known.encode()) or not in_time:
            return False
        self._ticket = None
        return True


async def _ticket(request: Request) -> str | None:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    ticket = said.get("ticket") if isinstance(said, dict) else None
    return ticket if isinstance(ticket, str) and ticket.isascii() else None
