"""Authentication, in batches: all requests that wait at once are looked up with one statement."""

import asyncio
import contextvars
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from db.core.callers import Caller, authenticate_all, browser_session_hash, token_hash
from db.core.database import Database
from db.core.errors import Forbidden, Unauthenticated, Unavailable
from db.presence import presence
from goalroom.execution import errors


@dataclass(frozen=True, slots=True)
class Credential:
    """What somebody says who it is with: a token, or a browser session, which only a cookie carries."""

    text: str = ""
    is_cookie: bool = False

    @property
    def hash(self) -> bytes:
        return browser_session_hash(self.text) if self.is_cookie else token_hash(self.text)


NOTHING = Credential()


def bearer(authorization: object) -> Credential:
    """The token in the value of an Authorization header, where it holds one."""
    if not isinstance(authorization, str):
        return NOTHING
    scheme, _, token = authorization.strip().partition(" ")
    return Credential(token.strip()) if scheme.lower() == "bearer" else NOTHING


class TokenAuthenticator:
    """Each request is answered by a statement that began after it came, so that a revoked token is one at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[int, asyncio.Task[None]] = {}

    async def caller(self, credential: Credential) -> Caller:
        """Who it speaks for; UNAUTHENTICATED where it is unknown, expired or revoked."""
        caller = await self._database.batches.join(TokenAuthenticator, credential.hash, self._look_up, weight=0)
        if caller is None:
            raise Unauthenticated
        if caller.unseen:
            await asyncio.shield(self._mark_seen(caller))
        return caller

    def _mark_seen(self, caller: Caller) -> asyncio.Task[None]:
        """Mark the agent as seen, once for all its requests of the moment."""
        token = caller.token_id
        if token not in self._seen:
            seen = presence.mark_seen(self._database, caller.agent_id, token)
            self._seen[token] = asyncio.create_task(seen, context=contextvars.Context())
            self._seen[token].add_done_callback(lambda _: self._seen.pop(token))
        return self._seen[token]

    async def _look_up(self, hashes: Sequence[bytes]) -> list[Caller | None]:
        found = await authenticate_all(self._database, sorted(set(hashes)))
        return [found.get(hashed) for hashed in hashes]


def not_let_in(error: Exception) -> tuple[int, dict[str, Any], dict[str, str]]:
    """How a request is answered whose caller could not be known: the status, the error, and further headers."""
    found, refused = errors.described(error), errors.refusal(error)
    if isinstance(refused, Unauthenticated):
        return 401, found, {"www-authenticate": 'Bearer realm="goalroom"'}
    if isinstance(refused, Forbidden):
        return 403, found, {}
    if isinstance(refused, Unavailable):
        return 503, found, {"retry-after": str(refused.retry_after_seconds)}
    return 500, found, {}
