"""The breaker as a table of states, and as whatever is reported in whatever order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.core.enums import BreakerState
from db.core.records import Resource
from db.resources import circuit_breaker

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN
LATER = NOW + timedelta(seconds=60)


def resource(state: BreakerState = CLOSED, failures: int = 0, **more: object) -> Resource:
    plain = Resource(
        id=1,
        room_id=1,
        name="repo",
        capacity=None,
        in_use=0,
        breaker=state,
        failures=failures,
        failure_threshold=3,
        cooldown_seconds=60,
        opened_at=None if state is CLOSED else NOW,
        last_detail="",
        probe_task_id=None,
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # fields of it


@pytest.mark.parametrize(
    ("before", "at", "ok", "after"),
    [
        (resource(), NOW, True, resource()),
        (resource(), NOW, False, resource(failures=1)),
        (resource(failures=2), NOW, True, resource()),
        (resource(failures=2), NOW, False, resource(OPEN, 3)),
        (resource(OPEN, 3), NOW, False, resource(OPEN, 4)),
        (resource(OPEN, 3), NOW, True, resource(OPEN)),
        (resource(OPEN, 3), LATER, True, resource()),
        (resource(OPEN, 3), LATER, False, resource(OPEN, 4, opened_at=LATER)),
        (resource(HALF_OPEN, 3), LATER, True, resource()),
        (resource(HALF_OPEN, 3), LATER, False, resource(OPEN, 4, opened_at=LATER)),
        (resource(HALF_OPEN, 3, probe_task_id=7), LATER, True, resource()),
        (resource(HALF_OPEN, 3, probe_task_id=7), LATER, False, resource(OPEN, 4, opened_at=LATER)),
    ],
)
def test_a_report_leads_to_the_next_state(before: Resource, at: datetime, ok: bool, after: Resource) -> None:  # noqa: FBT001  # a column
    assert circuit_breaker.reported(before, at, ok=ok, detail=None) == after


def test_only_time_half_opens_it() -> None:
    open_one = resource(OPEN, 3)

    assert circuit_breaker.cooled(open_one, LATER - timedelta(milliseconds=1)) == open_one
    assert circuit_breaker.cooled(open_one, LATER) == resource(HALF_OPEN, 3)
    assert circuit_breaker.cooled(resource(failures=2), LATER) == resource(failures=2)


@pytest.mark.parametrize(("worked", "state"), [(True, CLOSED), (False, OPEN)])
def test_a_try_that_ends_without_a_word_counts_as_it_ended(worked: bool, state: BreakerState) -> None:  # noqa: FBT001
    tried = circuit_breaker.acquired(resource(HALF_OPEN, 3), 7)
    assert circuit_breaker.free_slots(tried) == 0

    ended = circuit_breaker.released(tried, [7], LATER, worked=worked)

    assert (ended.breaker, ended.in_use, ended.probe_task_id) == (state, 0, None)


def test_others_that_leave_say_nothing_of_the_try() -> None:
    tried = circuit_breaker.acquired(resource(HALF_OPEN, 3, in_use=2), 7)

    left = circuit_breaker.released(tried, [5, 6], LATER, worked=True)

    assert (left.breaker, left.in_use, left.probe_task_id) == (HALF_OPEN, 1, 7)


@pytest.mark.parametrize(
    ("one", "free"),
    [
        (resource(), None),
        (resource(capacity=3, in_use=1), 2),
        (resource(capacity=3, in_use=5), 0),
        (resource(OPEN, 3), 0),
        (resource(HALF_OPEN, 3), 1),
        (resource(HALF_OPEN, 3, capacity=1, in_use=1), 0),
        (resource(HALF_OPEN, 3, probe_task_id=7), 0),
    ],
)
def test_free_capacity(one: Resource, free: int | None) -> None:
    assert circuit_breaker.free_slots(one) == free


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 90)), max_size=40))
def test_it_opens_after_so_many_failures_in_a_row_and_only_then(reports: list[tuple[bool, int]]) -> None:
    now, one, in_a_row = NOW, resource(), 0
    for ok, seconds in reports:
        now += timedelta(seconds=seconds)
        before = one
        one = circuit_breaker.reported(before, now, ok=ok, detail=None)
        in_a_row = 0 if ok else in_a_row + 1
        assert one.failures == in_a_row
        if before.breaker is CLOSED:
            assert (one.breaker is OPEN) == (in_a_row >= one.failure_threshold)
        if one.breaker is CLOSED:
            assert one.opened_at is None
            assert in_a_row < one.failure_threshold
    assert circuit_breaker.reset(one) == replace(resource(), last_detail=one.last_detail)
