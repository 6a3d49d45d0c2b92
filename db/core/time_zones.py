"""Zones of the tz database, and when clocks in them show a time of day."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@cache
def names() -> frozenset[str]:
    """All zones of the tz database, which are the same on every machine whatever its own files have."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="ascii").split())


def next_time(after: datetime, time_of_day: time, zone: ZoneInfo) -> datetime:
    """The first moment later than `after` at which clocks in the zone show the time.

    Of two such moments on one day it is the first. A time that is skipped comes when the clocks go forward.
    """
    today = after.astimezone(zone).date()
    # The day after tomorrow, where tomorrow is left out: once in a lifetime, on some islands.
    days = (datetime.combine(today + timedelta(days=ahead), time_of_day, zone) for ahead in range(3))
    return next(moment for day in days if (moment := instant(day, zone)) > after)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which clocks in the zone show it; where it is skipped, that at which they go forward."""
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # It is skipped, and the clocks go forward between the two moments that could be meant.
    before, behind = int(local.replace(fold=1).timestamp()), int(local.timestamp())
    offset = datetime.fromtimestamp(before, zone).utcoffset()
    while behind - before > 1:
        middle = (before + behind) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            before = middle
        else:
            behind = middle
    return datetime.fromtimestamp(behind, UTC)
