"""Retry work that fails, with pauses that double; the first failure in a row is logged, and the recovery."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from db.core.connection_errors import is_away

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Retry:
    """How one kind of work is retried, and whether it is failing now; many callers may share it."""

    def __init__(
        self,
        work: str,
        first_pause: float,
        longest_pause: float,
        *,
        retries: Callable[[Exception], bool] = lambda _: True,
        steady_seconds: float | None = None,
    ) -> None:
        """Other errors than `retries` says go to the caller. An attempt that runs for `steady_seconds` succeeded."""
        self._work = work
        self._first_pause, self._longest_pause = first_pause, longest_pause
        self._retries = retries
        self._steady_seconds = steady_seconds
        # The kinds of errors that were logged since it last succeeded.
        self._logged: set[type[Exception] | None] = set()

    async def until_done(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What the first attempt that succeeds returns. One that goes on for ever says itself when it `succeeded`."""
        pause = self._first_pause
        while True:
            try:
                answer = await self._steadily(attempt)
            except Exception as error:
                if not self._retries(error):
                    raise
                if not self._logged:
                    pause = self._first_pause
                self._log_failure(error)
            else:
                self.succeeded()
                return answer
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._longest_pause)

    def succeeded(self) -> None:
        """It works: the next failure is the first of a new row."""
        if self._logged:
            self._logged.clear()
            _log.info("recovered", extra={"work": self._work})

    async def _steadily(self, attempt: Callable[[], Awaitable[T]]) -> T:
        if self._steady_seconds is None:
            return await attempt()
        steady = asyncio.get_running_loop().call_later(self._steady_seconds, self.succeeded)
        try:
            return await attempt()
        finally:
            steady.cancel()

    def _log_failure(self, error: Exception) -> None:
        kind = None if is_away(error) else type(error)
        if kind in self._logged:
            return
        self._logged.add(kind)
        if kind is None:
            # The warning that the database is away is another's: see db.core.outage_log.
            _log.info("unavailable, retrying", extra={"work": self._work, "error": repr(error)})
        else:
            _log.error("failed, retrying", exc_info=error, extra={"work": self._work})


# Reads that somebody waits for, however long the database is away.
_READS = Retry("reading for subscriptions", 0.5, 0.5, retries=is_away)


async def retry_while_unavailable(read: Callable[[], Awaitable[T]]) -> T:
    """What the read answers, retried for as long as the database is away."""
    return await _READS.until_done(read)
