"""Authentication by token, in batches: all requests that wait at once are looked up with one statement."""

import asyncio
import contextvars

from db.core.callers import Caller, authenticate_all, token_hash
from db.core.database import Database
from db.core.errors import Unauthenticated
from db.presence import presence


class TokenAuthenticator:
    """Each request is answered by a statement that began after it came, so that a revoked token is one at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[bytes, asyncio.Future[Caller | None]] = {}
        self._asking: asyncio.Task[None] | None = None
        self._seen: dict[int, asyncio.Task[None]] = {}

    async def caller(self, token: str) -> Caller:
        """Who the token speaks for; UNAUTHENTICATED where it is unknown, expired or revoked."""
        key = token_hash(token)
        answer = self._waiting.setdefault(key, asyncio.get_running_loop().create_future())
        if self._asking is None:
            # For all of them, so in the name of none of their requests.
            self._asking = asyncio.create_task(self._ask(), context=contextvars.Context())
        # Whoever gives up must not take the answer from the others.
        caller = await asyncio.shield(answer)
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

    async def _ask(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, {}
            try:
                found = await authenticate_all(self._database, list(asked))
            except Exception as error:
                for answer in asked.values():
                    answer.set_exception(error)
                    # Nobody may be waiting for it any more.
                    answer.exception()
            else:
                for key, answer in asked.items():
                    answer.set_result(found.get(key))
        self._asking = None
