"""What the log says of times in which the database serves nobody, or not everybody: their beginnings and ends."""

import logging
from dataclasses import dataclass

from db.core.connection_errors import DISK_FULL, unavailable
from db.core.errors import Unavailable

# What failed no more for so long is over. What comes and goes, like a lock that others hold, is one thing.
_AWAY_SECONDS, _BUSY_SECONDS = 1.0, 10.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Outage:
    began_at: float
    failed_at: float
    failed: int = 1


class OutageLog:
    """Two warnings for each outage, however many requests fail in it: it began, and it is over, with their number."""

    def __init__(self) -> None:
        # By what clients are told of it.
        self._outages: dict[str, _Outage] = {}

    def failed(self, error: Exception, now: float) -> None:
        """A use of the database failed. An error that isn't the database's is none of ours."""
        told = unavailable(error)
        if told is None:
            return
        if outage := self._outages.get(told.why):
            outage.failed_at = now
            outage.failed += 1
        else:
            self._outages[told.why] = _Outage(now, now)
            _log.warning("the database is unavailable", extra={"reason": told.why, "error": repr(error)})

    def succeeded(self, now: float, *, wrote: bool = False) -> None:
        """The database served. Of a full disk nothing is known before something was written."""
        for why, outage in tuple(self._outages.items()) if self._outages else ():
            quiet = _AWAY_SECONDS if why == Unavailable.why else _BUSY_SECONDS
            if now - outage.failed_at >= quiet and (wrote or why != DISK_FULL):
                del self._outages[why]
                seconds = round(outage.failed_at - outage.began_at, 1)
                extra = {"reason": why, "seconds": seconds, "failed": outage.failed}
                _log.warning("the database is available again", extra=extra)
