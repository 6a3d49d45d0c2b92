"""What follows from a failure, as a table and as laws."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.core.records import Webhook
from db.webhooks.outbound import Attempt
from db.webhooks.retries import SCHEDULE, after_failure

NOW = datetime(2026, 11, 29, tzinfo=UTC)
FRESH = Webhook(
    id=1, room_id=1, url="https://hook.example", secret="", kinds=(), labels=(), active=True, settled_seq=8,
    begun_seq=9, body="{}", attempts=0, steps=0, next_attempt_at=None, failures=0, failing_since=None,
    last_status=None, last_delivered_at=None, tests=0, run=0,
)  # fmt: skip


def failed(status: int | None = 500, retry_after: float | None = None) -> Attempt:
    return Attempt(status, "It failed.", 3, retry_after)


def test_an_event_is_tried_eight_times_and_then_given_up() -> None:
    webhook, waits = FRESH, []
    while True:
        found = after_failure(webhook, 9, failed(), SCHEDULE, NOW)
        webhook = found.webhook
        if found.gave_up:
            break
        waits.append(found.wait_seconds)
        assert (webhook.settled_seq, webhook.begun_seq, webhook.body) == (8, 9, "{}")

    assert waits == [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]
    assert webhook == replace(
        FRESH, settled_seq=9, begun_seq=None, body=None, failures=8, failing_since=NOW, last_status=500
    )


@pytest.mark.parametrize(
    ("asked", "waits"), [(7, 7), (0, 1), (-90, 1), (0.2, 1), (3_600, 3_600), (1e9, 3_600), (None, 5)]
)
def test_retry_after_takes_the_place_of_the_next_step(asked: float | None, waits: float) -> None:
    found = after_failure(FRESH, 9, failed(429, asked), SCHEDULE, NOW)

    assert (found.wait_seconds, found.webhook.steps) == (waits, 1)


def test_retry_after_gives_no_attempt_more() -> None:
    last = replace(FRESH, attempts=7, steps=7, failures=7, failing_since=NOW)

    assert after_failure(last, 9, failed(429, 60), SCHEDULE, NOW).gave_up


@pytest.mark.parametrize("steps", [0, 7])
def test_gone_switches_it_off_and_settles_nothing(steps: int) -> None:
    found = after_failure(replace(FRESH, steps=steps), 9, failed(410), SCHEDULE, NOW)

    assert (found.webhook.active, found.gave_up, found.webhook.settled_seq) == (False, False, 8)
    assert found.switched_off is not None


def test_five_days_of_nothing_but_failures_switch_it_off() -> None:
    since = NOW - timedelta(days=5)
    before = after_failure(replace(FRESH, failing_since=since + timedelta(seconds=1)), 9, failed(), SCHEDULE, NOW)
    after = after_failure(replace(FRESH, failing_since=since), 9, failed(), SCHEDULE, NOW)

    assert (before.webhook.active, before.switched_off) == (True, None)
    assert (after.webhook.active, after.webhook.settled_seq) == (False, 8)
    assert "It failed." in (after.switched_off or "")


@given(
    st.lists(st.tuples(st.sampled_from([None, 302, 410, 413, 429, 500]), st.none() | st.floats(-1e6, 1e6))),
    st.lists(st.floats(0.1, 1e5), min_size=1, max_size=9),
)
def test_the_cursor_moves_when_an_event_is_given_up_and_else_stays(
    outcomes: list[tuple[int | None, float | None]], schedule: list[float]
) -> None:
    webhook, seq, now, tries = FRESH, 9, NOW, 0
    for status, retry_after in outcomes:
        found = after_failure(webhook, seq, failed(status, retry_after), schedule, now)
        tries += 1
        assert found.webhook.failures == webhook.failures + 1
        assert found.webhook.settled_seq == (seq if found.gave_up else seq - 1)
        assert found.gave_up == (tries == len(schedule) + 1 and status != 410)
        assert (found.wait_seconds is None) == (found.gave_up or found.switched_off is not None)
        assert found.webhook.active == (found.switched_off is None)
        if not found.webhook.active:
            break
        if found.gave_up:
            seq, tries = seq + 1, 0
        now += timedelta(seconds=found.wait_seconds or 0)
        assert found.wait_seconds is None or 0.1 <= found.wait_seconds <= max(3_600, *schedule)
        webhook = replace(found.webhook, begun_seq=seq, body="{}")
