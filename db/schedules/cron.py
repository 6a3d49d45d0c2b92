"""Cron expressions, with the meanings of Debian's cron, and the moments at which they come."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from db.core import time_zones, validation
from db.core.errors import BadInput

_NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}

# What Debian's cron knows of what the library does: no L and #, and a step behind a range or a star alone.
_VALUE = "(?:[0-9]{1,4}|[a-z]{3})"
_PART = rf"(?:(?:\*|{_VALUE}-{_VALUE})(?:/[0-9]{{1,4}})?|{_VALUE})"
_FIELD = re.compile(rf"{_PART}(?:,{_PART})*", re.IGNORECASE)
_STEP_OF_ONE_VALUE = re.compile(rf"\b({_VALUE})-\1/[0-9]+", re.IGNORECASE)

_MOST = 300
# No clock is put back by more than this.
_LONGEST_SHIFT = timedelta(hours=3)


def check(expression: str) -> str:
    """The expression without white space around it; BAD_INPUT where it is none, or never comes."""
    said = validation.text("cron", expression, most=_MOST).strip()
    try:
        comes = next(CronSim(_fields(said), datetime(2000, 1, 1)), None)  # noqa: DTZ001  # as clocks show it, anywhere
    except CronSimError:
        comes = None
    if comes is None:
        raise BadInput(
            "cron",
            f"{said!r} is no cron expression that ever comes.",
            "Send five fields, minute, hour, day of month, month and day of week, like '30 2 * * 1-5'; "
            "or @hourly, @daily, @weekly, @monthly or @yearly.",
        )
    return said


def times(expression: str, timezone: str, after: datetime) -> Iterator[datetime]:
    """The moments later than `after` at which it comes, each once, in UTC.

    Where minute and hour are fixed, of a local time that comes twice it is the first, and one that is skipped is the
    moment at which the clocks go forward. Where one of them begins with a star, it comes by real time: twice, or never.
    """
    fields, zone = _fields(expression), ZoneInfo(timezone)
    fixed = not any(field.startswith("*") for field in fields.split()[:2])
    # The clock may show an earlier time again than it does at `after`.
    begin = (after.astimezone(zone) - _LONGEST_SHIFT).replace(tzinfo=None)
    last, ahead = after, list[datetime]()
    for local in CronSim(fields, begin):
        moments = _fixed_moment(local, zone) if fixed else _moments(local, zone)
        for moment in moments:
            heappush(ahead, moment)
        # What comes at later local times comes after the first moment of this one.
        while moments and ahead and ahead[0] <= moments[0]:
            if (moment := heappop(ahead)) > last:
                last = moment
                yield moment


def passed(expression: str, timezone: str, first: datetime, now: datetime) -> tuple[int, datetime | None]:
    """How many of its times came from `first`, which is one, to `now`; and the next, if there is one."""
    count = 1
    for moment in times(expression, timezone, first):
        if moment > now:
            return count, moment
        count += 1
    return count, None


def _fields(expression: str) -> str:
    """The five fields that it stands for."""
    fields = _NAMED.get(expression.lower(), expression).split()
    if len(fields) != 5 or not all(_FIELD.fullmatch(field) for field in fields):  # noqa: PLR2004  # as many as cron has
        raise CronSimError(expression)
    # The library takes 5-5/2 for 5/2, which goes on to the end.
    return " ".join(_STEP_OF_ONE_VALUE.sub(r"\1", field) for field in fields)


def _fixed_moment(local: datetime, zone: ZoneInfo) -> list[datetime]:
    return [time_zones.instant(local.replace(tzinfo=zone), zone)]


def _moments(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """Each moment at which clocks in the zone show it: one, two or none."""
    both = sorted({local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)})
    return [moment for moment in both if moment.astimezone(zone).replace(tzinfo=None) == local]
