"""A resource's capacity and its circuit breaker: pure functions, from one state of it to the next.

The breaker is the pattern that Michael Nygard describes in 'Release It!': it opens after failures in a row, and after a
pause lets one try through, on which it depends whether it closes.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from db.core.enums import BreakerState
from db.core.records import Resource


def reported(resource: Resource, now: datetime, *, ok: bool, detail: str | None) -> Resource:
    """After a health report. Failures in a row are counted; OPEN ends only by cooling down or a reset."""
    now_open = cooled(resource, now)
    said = replace(
        now_open,
        failures=0 if ok else now_open.failures + 1,
        last_detail=now_open.last_detail if detail is None else detail,
    )
    if said.breaker is BreakerState.OPEN:
        return said
    if ok:
        return _closed(said)
    return _opened(said, now) if said.breaker is BreakerState.HALF_OPEN else tripped(said, now)


def tripped(resource: Resource, now: datetime) -> Resource:
    """OPEN where a closed one has failed as often in a row as it may."""
    fails = resource.breaker is BreakerState.CLOSED and resource.failures >= resource.failure_threshold
    return _opened(resource, now) if fails else resource


def cooled(resource: Resource, now: datetime) -> Resource:
    """HALF_OPEN once an open one has cooled down."""
    if resource.breaker is BreakerState.OPEN and (until := retry_at(resource)) is not None and until <= now:
        return replace(resource, breaker=BreakerState.HALF_OPEN)
    return resource


def reset(resource: Resource) -> Resource:
    """CLOSED, as if it had never failed."""
    return _closed(replace(resource, failures=0))


def acquired(resource: Resource, task: int) -> Resource:
    """The task holds it; while HALF_OPEN it is the one that is let through."""
    probe = task if resource.breaker is BreakerState.HALF_OPEN else resource.probe_task_id
    return replace(resource, in_use=resource.in_use + 1, probe_task_id=probe)


def released(resource: Resource, tasks: Collection[int], now: datetime, *, worked: bool) -> Resource:
    """After these tasks gave it back. The end of the task that tried it counts as a report."""
    left = replace(resource, in_use=resource.in_use - len(tasks))
    if left.probe_task_id is None or left.probe_task_id not in tasks:
        return left
    return reported(left, now, ok=worked, detail=None)


def retry_at(resource: Resource) -> datetime | None:
    """When an open one has cooled down."""
    if resource.breaker is not BreakerState.OPEN or resource.opened_at is None:
        return None
    return resource.opened_at + timedelta(seconds=resource.cooldown_seconds)


def free_slots(resource: Resource) -> int | None:
    """How many tasks may take it now; None is no limit."""
    if resource.breaker is BreakerState.OPEN or resource.probe_task_id is not None:
        return 0
    free = None if resource.capacity is None else max(0, resource.capacity - resource.in_use)
    if resource.breaker is BreakerState.HALF_OPEN:
        return 1 if free is None else min(1, free)
    return free


def _closed(resource: Resource) -> Resource:
    return replace(resource, breaker=BreakerState.CLOSED, opened_at=None, probe_task_id=None)


def _opened(resource: Resource, now: datetime) -> Resource:
    return replace(resource, breaker=BreakerState.OPEN, opened_at=now, probe_task_id=None)
