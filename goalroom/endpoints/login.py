"""Signing in to the dashboard, with a token or a login link's ticket, and out: a cookie holds the session."""

import json
from collections.abc import Awaitable, Callable, Mapping
from math import ceil
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from db.core.errors import Forbidden, RateLimited, Unauthenticated
from db.rooms import browser_sessions
from goalroom.transport.authentication import NOTHING, Credential, not_let_in
from goalroom.transport.body import BodyRefused, Disconnected, read_json_body
from goalroom.transport.services import Services

LOGIN, LOGOUT = "/login", "/logout"
# Its name in an earlier version, answered until the next.
OLD_LOGIN = "/way-in"
_MOST_BYTES = 1_500
# For the rate limit all who guess are one agent, with an id that none has. The right ticket is never refused by it.
_STRANGERS = 0
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
# What is in the User-Agent of which browser: the first that fits, for most name the others as well.
_BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS", "Linux": "Linux",
}  # fmt: skip

_Act = Callable[[Headers, Mapping[str, Any]], Awaitable[Response]]


class Login:
    """The endpoints."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def log_in(self, request: Request) -> Response:
        """Begin a session, always a new one: what the browser had before ends, and is never taken over."""
        return await self._answer(request, self._log_in)

    async def log_out(self, request: Request) -> Response:
        """End the session of the cookie, or with `everywhere` all of its agent, and take the cookie away."""
        return await self._answer(request, self._log_out)

    async def _log_in(self, headers: Headers, said: Mapping[str, Any]) -> Response:
        cookie = self._services.session_cookie
        if cookie.is_from_elsewhere(headers):
            raise Forbidden("Only this server's own page can sign in here.", "Open the dashboard, and sign in there.")
        try:
            session = await self._begin(said, _browser(headers.get("user-agent", "")))
        except (Unauthenticated, Forbidden):
            self._services.rate_limiter.acquire(_STRANGERS)
            raise
        await self._end(cookie.read(headers))
        return JSONResponse({}, headers={**_HEADERS, **cookie.set(headers, session)})

    async def _begin(self, said: Mapping[str, Any], browser: str) -> str:
        services, token, ticket = self._services, said.get("token"), said.get("ticket")
        if isinstance(token, str):
            caller = await services.authenticate(Credential(token))
            services.rate_limiter.acquire(caller.agent_id)
            return await browser_sessions.begin(services.database, caller, browser)
        session = None
        if isinstance(ticket, str):
            session = await browser_sessions.begin_with_ticket(services.database, ticket, browser)
        if session is None:
            raise Forbidden(
                "This sign-in link was used already, or has expired.", "`goalroom link NAME` prints another."
            )
        return session

    async def _log_out(self, headers: Headers, said: Mapping[str, Any]) -> Response:
        cookie = self._services.session_cookie
        await self._end(cookie.of_request("POST", headers), everywhere=said.get("everywhere") is True)
        return JSONResponse({}, headers={**_HEADERS, **cookie.clear(headers)})

    async def _end(self, session: Credential, *, everywhere: bool = False) -> None:
        if session is NOTHING:
            return
        try:
            caller = await self._services.authenticate(session)
        except Unauthenticated:
            # It has ended already.
            return
        await browser_sessions.end(self._services.database, caller, everywhere=everywhere)

    async def _answer(self, request: Request, act: _Act) -> Response:
        seconds = self._services.limits.body_seconds
        try:
            body = await read_json_body(request.headers, request.receive, _MOST_BYTES, seconds)
            return await act(request.headers, _object(body))
        except BodyRefused as refused:
            return _refused(refused.status, refused.why, refused.headers or {})
        except Disconnected:
            # This goes nowhere.
            return Response(status_code=400)
        except RateLimited as refused:
            return _refused(429, "Too many attempts.", {"retry-after": str(ceil(refused.retry_after_seconds))})
        except Exception as error:
            status, found, headers = not_let_in(error)
            return _refused(status, found["message"], headers)


def _refused(status: int, why: str, headers: Mapping[str, str]) -> Response:
    return JSONResponse({"error": why}, status, {**_HEADERS, **headers})


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _browser(user_agent: str) -> str:
    """Which browser that is, in words for people."""
    names = (next((name for mark, name in known.items() if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS))
    return " on ".join(filter(None, names)) or "a browser"
