"""What follows from an attempt that failed: the next one, giving the event up, or switching the webhook off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from db.core.records import Webhook
from db.webhooks.outbound import Attempt

# The seconds between the attempts to deliver one event.
SCHEDULE = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)

_LEAST_RETRY_AFTER, _MOST_RETRY_AFTER = 1.0, 3_600.0
_NOTHING_BUT_FAILURES = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Consequence:
    """The webhook as it is after the failure; when the event is tried again, unless it was given up; why it is off."""

    webhook: Webhook
    wait_seconds: float | None
    gave_up: bool = False
    switched_off: str | None = None


def after_failure(
    webhook: Webhook, seq: int, attempt: Attempt, schedule: Sequence[float], moment: datetime
) -> Consequence:
    """What follows from a failed attempt to deliver the event of this number."""
    since = webhook.failing_since or moment
    failed = replace(
        webhook,
        attempts=webhook.attempts + 1,
        steps=webhook.steps + 1,
        failures=webhook.failures + 1,
        failing_since=since,
        last_status=attempt.status,
    )
    if attempt.status == HTTPStatus.GONE:
        return Consequence(replace(failed, active=False), None, switched_off="its receiver answered 410 Gone")
    gave_up = failed.steps > len(schedule)
    wait = None
    if gave_up:
        failed = replace(failed, settled_seq=seq, begun_seq=None, body=None, attempts=0, steps=0)
    elif attempt.retry_after is not None:
        wait = min(max(attempt.retry_after, _LEAST_RETRY_AFTER), _MOST_RETRY_AFTER)
    else:
        wait = schedule[failed.steps - 1]
    if moment - since >= _NOTHING_BUT_FAILURES:
        why = f"all {failed.failures} attempts of the last five days failed, the last because: {attempt.error}"
        return Consequence(replace(failed, active=False), None, gave_up, why)
    return Consequence(failed, wait, gave_up)
