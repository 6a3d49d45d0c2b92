"""When clocks show a time of day: also on the days when they are put forward or back."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from db.core import time_zones


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "shown", "after", "expected"),
    [
        ("UTC", "08:30", "2026-01-01T08:29:59", "2026-01-01T08:30"),
        ("UTC", "08:30", "2026-01-01T08:30:00", "2026-01-02T08:30"),
        ("UTC", "00:00", "2026-12-31T00:00:01", "2027-01-01T00:00"),
        ("Asia/Tokyo", "08:30", "2026-01-01T00:00", "2026-01-01T23:30"),
        ("Asia/Kathmandu", "06:00", "2026-01-01T00:00", "2026-01-01T00:15"),
        ("Pacific/Kiritimati", "23:59", "2026-01-01T10:00", "2026-01-02T09:59"),
        # Clocks go forward from 2:00 to 3:00, at 1:00 UTC.
        ("Europe/Berlin", "02:30", "2026-03-28T12:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "02:30", "2026-03-29T01:00", "2026-03-30T00:30"),
        ("Europe/Berlin", "03:00", "2026-03-28T12:00", "2026-03-29T01:00"),
        # They go back from 3:00 to 2:00: the first of the two is meant.
        ("Europe/Berlin", "02:30", "2026-10-24T12:00", "2026-10-25T00:30"),
        ("Europe/Berlin", "02:30", "2026-10-25T00:30", "2026-10-26T01:30"),
        # There was no 30 December 2011 here.
        ("Pacific/Apia", "08:00", "2011-12-29T18:00", "2011-12-30T10:00"),
        ("Pacific/Apia", "08:00", "2011-12-30T10:00", "2011-12-30T18:00"),
    ],
)
def test_the_next_time_that_clocks_show_it(zone: str, shown: str, after: str, expected: str) -> None:
    assert time_zones.next_time(at(after), time.fromisoformat(shown), ZoneInfo(zone)) == at(expected)


def test_every_zone_of_the_database_is_known_and_can_be_read() -> None:
    moment = at("2026-07-01T12:00")

    assert {"UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Argentina/Ushuaia"} <= time_zones.names()
    assert not {"localtime", "posixrules", "right/UTC", ""} & time_zones.names()
    for name in time_zones.names():
        assert time_zones.next_time(moment, time(), ZoneInfo(name)) > moment
