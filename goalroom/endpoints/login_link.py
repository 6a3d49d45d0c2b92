"""The login link that `serve` prints: its ticket is good once, for ten minutes, and is exchanged for a token."""

import asyncio
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta
from math import ceil

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from db.core.enums import AgentKind, Role
from db.core.errors import RateLimited
from db.operations.bootstrap import ADMIN
from db.rooms import agents
from goalroom.transport.body import BodyRefused, Disconnected, read_json_body
from goalroom.transport.services import Services

PATH = "/login"
# Its name in an earlier version, answered until the next.
OLD_PATH = "/way-in"
_GOOD_FOR_SECONDS = 600
_TOKEN_LIVES = timedelta(days=7)
_MOST_BYTES = 1_000
# For the rate limit all who guess are one agent, with an id that none has. The right ticket is never refused by it.
_STRANGERS = 0
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

    async def answer(self, services: Services, request: Request) -> Response:
        """A token of the admin, for the ticket; it ends by itself, or when its page signs out."""
        try:
            body = await read_json_body(request.headers, request.receive, _MOST_BYTES, services.limits.body_seconds)
        except BodyRefused as refused:
            return JSONResponse({"error": refused.why}, refused.status, {**_HEADERS, **(refused.headers or {})})
        except Disconnected:
            # This goes nowhere.
            return Response(status_code=400)
        if not self._redeem(_ticket(body)):
            return self._wrong(services)
        admin = await agents.ensure(services.database, ADMIN, kind=AgentKind.HUMAN)
        ends = datetime.now(UTC) + _TOKEN_LIVES
        token = await agents.issue_token(services.database, admin.id, Role.ADMIN, label="login link", expires_at=ends)
        return JSONResponse({"token": token}, headers=_HEADERS)

    def _wrong(self, services: Services) -> Response:
        try:
            services.rate_limiter.acquire(_STRANGERS)
        except RateLimited as refused:
            headers = {"retry-after": str(ceil(refused.retry_after_seconds))}
            return JSONResponse({"error": "Too many wrong tickets."}, 429, {**_HEADERS, **headers})
        return JSONResponse({"error": "This ticket is not good, or not any more."}, 403, _HEADERS)

    def _redeem(self, ticket: str | None) -> bool:
        """Whether this is the ticket, which is used up by that."""
        known, in_time = self._ticket, asyncio.get_running_loop().time() < self._good_until
        if ticket is None or known is None or not hmac.compare_digest(ticket.encode(), known.encode()) or not in_time:
            return False
        self._ticket = None
        return True


def _ticket(body: bytes) -> str | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    ticket = said.get("ticket") if isinstance(said, dict) else None
    return ticket if isinstance(ticket, str) and ticket.isascii() else None
