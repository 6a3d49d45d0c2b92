"""When cron expressions come: as Debian's cron has it, over changes of the clocks too."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.core.errors import BadInput
from db.schedules import cron


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def coming(expression: str, zone: str, after: str, most: int) -> list[str]:
    """The next times, as clocks in the zone show them, with how far they are ahead of UTC."""
    times = islice(cron.times(expression, zone, utc(after)), most)
    return [f"{time.astimezone(ZoneInfo(zone)):%m-%d %H:%M %z}" for time in times]


# In 2026: Berlin goes from 2 to 3 on 29 March, and back on 25 October; New York on 8 March and 1 November; Lord Howe
# goes back from 2 to 1:30 on 5 April and on from 2 to 2:30 on 4 October. Kathmandu and UTC never.
TABLE = [
    ("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00",
     ["03-28 02:30 +0100", "03-29 03:00 +0200", "03-30 02:30 +0200"]),
    ("0,30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", ["03-29 03:00 +0200", "03-30 02:00 +0200"]),
    ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", ["10-25 02:30 +0200", "10-26 02:30 +0100"]),
    # Between the two: the first has been, and the second is none.
    ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:40", ["10-26 02:30 +0100"]),
    ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10", ["10-26 02:30 +0100"]),
    ("0 * * * *", "Europe/Berlin", "2026-03-29T00:30", ["03-29 03:00 +0200", "03-29 04:00 +0200"]),
    ("0 * * * *", "Europe/Berlin", "2026-10-24T23:30",
     ["10-25 02:00 +0200", "10-25 02:00 +0100", "10-25 03:00 +0100"]),
    ("*/30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", ["03-30 02:00 +0200", "03-30 02:30 +0200"]),
    ("*/30 2 * * *", "Europe/Berlin", "2026-10-24T12:00",
     ["10-25 02:00 +0200", "10-25 02:30 +0200", "10-25 02:00 +0100", "10-25 02:30 +0100", "10-26 02:00 +0100"]),
    ("0 */2 * * *", "Europe/Berlin", "2026-10-24T21:00",
     ["10-25 00:00 +0200", "10-25 02:00 +0200", "10-25 02:00 +0100"]),
    ("30 2 * * *", "America/New_York", "2026-03-08T00:00", ["03-08 03:00 -0400", "03-09 02:30 -0400"]),
    ("30 1 * * *", "America/New_York", "2026-11-01T00:00", ["11-01 01:30 -0400", "11-02 01:30 -0500"]),
    ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00", ["10-04 02:30 +1100", "10-05 02:15 +1100"]),
    ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00", ["04-05 01:45 +1100", "04-06 01:45 +1030"]),
    ("*/15 3 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", ["10-04 03:00 +1100", "10-04 03:15 +1100"]),
    ("*/15 3 * * *", "Australia/Lord_Howe", "2026-04-04T12:00", ["04-05 03:00 +1030", "04-05 03:15 +1030"]),
    ("*/30 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00",
     ["04-05 01:00 +1100", "04-05 01:30 +1100", "04-05 01:30 +1030", "04-06 01:00 +1030"]),
    ("15 2 * * *", "Asia/Kathmandu", "2026-03-28T12:00", ["03-29 02:15 +0545", "03-30 02:15 +0545"]),
    ("30 2 * * *", "UTC", "2026-03-28T12:00", ["03-29 02:30 +0000", "03-30 02:30 +0000"]),
    # Day of month or day of week; where one of them begins with a star, both.
    ("0 0 13 * 5", "UTC", "2026-02-12T12:00", ["02-13 00:00 +0000", "02-20 00:00 +0000"]),
    ("0 0 */10 * 1", "UTC", "2026-06-01T12:00", ["08-31 00:00 +0000", "09-21 00:00 +0000"]),
    ("0 0 * * 7", "UTC", "2026-06-01T12:00", ["06-07 00:00 +0000"]),
    ("0 0 * * SUN,wed", "UTC", "2026-06-01T12:00", ["06-03 00:00 +0000", "06-07 00:00 +0000"]),
    ("0 9-17/4 * jan-MAR mon-fri", "UTC", "2026-03-31T10:00",
     ["03-31 13:00 +0000", "03-31 17:00 +0000", "01-01 09:00 +0000"]),
    ("5-5/2 0 1 1 *", "UTC", "2026-06-01T12:00", ["01-01 00:05 +0000", "01-01 00:05 +0000"]),
    ("0 0 29 2 *", "UTC", "2026-06-01T12:00", ["02-29 00:00 +0000"]),
    ("@hourly", "UTC", "2026-06-01T12:00", ["06-01 13:00 +0000"]),
    ("@daily", "Asia/Tokyo", "2026-06-01T12:00", ["06-02 00:00 +0900"]),
    ("@midnight", "UTC", "2026-06-01T12:00", ["06-02 00:00 +0000"]),
    ("@Weekly", "UTC", "2026-06-01T12:00", ["06-07 00:00 +0000"]),
    ("@monthly", "UTC", "2026-06-01T12:00", ["07-01 00:00 +0000"]),
    ("@yearly", "UTC", "2026-06-01T12:00", ["01-01 00:00 +0000"]),
    ("@annually", "UTC", "2026-06-01T12:00", ["01-01 00:00 +0000"]),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "zone", "after", "expected"), TABLE)
def test_it_comes_when_clocks_in_the_zone_show_it(expression: str, zone: str, after: str, expected: list[str]) -> None:
    assert cron.check(f" {expression} ") == expression
    assert coming(expression, zone, after, len(expected)) == expected


@pytest.mark.parametrize(
    "expression",
    ["", "* * * *", "* * * * * *", "0 0 31 2 *", "0 0 30 2 *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
     "* * * * 8", "0 0 L * *", "0 0 LW * *", "0 0 * * 5L", "0 0 * * 5#3", "5/10 * * * *", "@reboot", "@never",
     "5-1 * * * *", "*/0 * * * *", "1,,2 * * * *", "? * * * *", "0 0 * * foo", "1-2-3 * * * *", "99999 * * * *",
     "-1 * * * *", "٣ * * * *", "1" * 301],
)  # fmt: skip
def test_what_is_no_expression_or_never_comes_is_refused(expression: str) -> None:
    with pytest.raises(BadInput) as refused:
        cron.check(expression)

    assert refused.value.facts()["field"] == "cron"


def test_times_that_passed_are_counted_with_the_first() -> None:
    first = utc("2026-06-01T12:00")

    assert cron.passed("0 * * * *", "UTC", first, first) == (1, utc("2026-06-01T13:00"))
    assert cron.passed("0 * * * *", "UTC", first, utc("2026-06-01T15:30")) == (4, utc("2026-06-01T16:00"))


FIELDS = st.tuples(
    st.sampled_from(["0", "30", "*", "*/20", "5,45"]),
    st.sampled_from(["1", "2", "3", "*", "*/2", "0-4"]),
    st.sampled_from(["*", "1", "29"]),
    st.sampled_from(["*", "3", "4,10"]),
    st.sampled_from(["*", "0", "mon-fri"]),
).map(" ".join)
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001


@given(FIELDS, ZONES, MOMENTS)
def test_times_go_on_from_each_of_them(expression: str, zone: str, after: datetime) -> None:
    times = list(islice(cron.times(expression, zone, after), 8))

    assert all(
        one < other and other - one >= timedelta(minutes=1)
        for one, other in pairwise([after.replace(second=0, microsecond=0) - timedelta(minutes=1), *times])
    )
    assert times[0] > after
    assert list(islice(cron.times(expression, zone, times[2]), 5)) == times[3:]
