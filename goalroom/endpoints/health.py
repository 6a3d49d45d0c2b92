"""Readiness: whether Postgres answered the last of the regular checks."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from db.core.connection_errors import DISK_FULL
from db.core.database import Database
from db.core.migrations import pending
from db.operations import disk
from goalroom.broadcast.watched_connection import WatchedConnection
from goalroom.execution import errors

# A Postgres that was silent for so many looks isn't waited for any more: requests are answered within five seconds.
_LOOK_SECONDS, _SILENT_LOOKS = 0.25, 14
_MIGRATED_SECONDS = 10.0
_ANSWER_SECONDS = 1.0
_BEGIN_SECONDS = 5.0


class Health:
    """Read by /readyz and the metrics; it also ends waits for connections while Postgres does not answer."""

    def __init__(self, database: Database, watched: Sequence[WatchedConnection]) -> None:
        """The last of those that are `watched` goes the way of the database's own connections."""
        self._database, self._watched = database, watched
        self._migrated_until = 0.0

    @property
    def is_answering(self) -> bool:
        """Whether Postgres answered when it was last asked, or was asked less than a second ago."""
        return all(one.answering.is_set() for one in self._watched)

    async def begin(self) -> None:
        """Wait for the first answer of Postgres, so that the readiness line is true; not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_BEGIN_SECONDS):
                for one in self._watched:
                    await one.answering.wait()

    async def why_not_ready(self) -> str | None:
        """Why the process is not ready; None where it is."""
        if not self.is_answering:
            return "The database doesn't answer."
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                if self._database.is_disk_full and await disk.is_full(self._database):
                    return DISK_FULL
                if now < self._migrated_until:
                    return None
                missing = await pending(self._database)
        except Exception as error:
            return str(errors.described(error)["message"])
        if missing:
            return f"The database lacks {len(missing)} migrations: run `goalroom migrate`."
        self._migrated_until = now + _MIGRATED_SECONDS
        return None

    async def watch(self) -> None:
        """Mark the database unavailable and available as Postgres stops and starts to answer, until cancelled."""
        last, silent = 0.0, 0
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            # A machine that is busy answers some of us late; one that hangs answers none.
            heard = max(self._watched[-1].heard_at, self._database.heard_at)
            # Looks are counted, not seconds: a process that was itself kept from running knows nothing of Postgres.
            last, silent = heard, silent + 1 if heard == last else 0
            if silent >= _SILENT_LOOKS:
                self._database.mark_unavailable()
            else:
                self._database.mark_available()
