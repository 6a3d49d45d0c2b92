"""What the process counts and measures of itself, for Prometheus."""

import time
from collections import Counter as Counts
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from db.core.errors import ErrorCode
from db.core.transaction import Committed

OK = "OK"
# What stands for the operation of a request that was refused before it was known.
NONE = "none"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Running:
    """An operation while it runs, counted by its outcome when it is over: whoever runs it sets `code`.

    A class, for each request takes one: a generator takes twice as long.
    """

    __slots__ = ("_begun", "_gauge", "_over", "code")

    def __init__(self, gauge: Gauge, over: Callable[[str, float], None]) -> None:
        self._gauge, self._over = gauge, over
        self.code = OK

    def __enter__(self) -> Self:
        self._begun = time.perf_counter()
        self._gauge.inc()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _at: object) -> None:
        if isinstance(error, Exception) and self.code == OK:
            self.code = ErrorCode.INTERNAL
        self._gauge.dec()
        self._over(self.code, time.perf_counter() - self._begun)


class Metrics:
    """A registry of its own, so that several apps in one process don't count as one."""

    def __init__(self) -> None:
        # A second series for each first one, that says when it began.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it takes nothing
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter(
            "goalroom_requests", "Operations that were answered or refused.", ["operation", "code"], registry=registry
        )
        self._seconds = Histogram(
            "goalroom_request_seconds", "How long queries and mutations took.", ["operation"], buckets=_SECONDS,
            registry=registry,
        )  # fmt: skip
        self._calls = Counter(
            "goalroom_mcp_calls", "Calls of MCP tools that were answered or refused.", ["tool", "code"],
            registry=registry,
        )  # fmt: skip
        self._call_seconds = Histogram(
            "goalroom_mcp_call_seconds", "How long calls of MCP tools took.", ["tool"], buckets=_SECONDS,
            registry=registry,
        )  # fmt: skip
        self._running = Gauge("goalroom_running", "Operations that run now.", ["type"], registry=registry)
        self._events = Counter("goalroom_events", "Events this process wrote to the log.", ["kind"], registry=registry)
        self._sweeps = Histogram(
            "goalroom_sweep_seconds", "How long sweeps took.", ["work"], buckets=_SECONDS, registry=registry
        )
        self._swept = Counter("goalroom_swept", "What sweeps did.", ["work"], registry=registry)
        self._sweep_failures = Counter("goalroom_sweep_failures", "Sweeps that failed.", ["work"], registry=registry)
        self._swept_at = Gauge(
            "goalroom_last_sweep_timestamp_seconds", "When one ended well.", ["work"], registry=registry
        )

        self._attempts = Counter(
            "goalroom_webhook_attempts", "Requests to receivers of webhooks.", ["outcome"], registry=registry
        )

    def attempted(self, was_taken: bool) -> None:  # noqa: FBT001  # it is all that there is to say
        """Count a request to the receiver of a webhook."""
        self._attempts.labels("taken" if was_taken else "failed").inc()

    def gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        """Add a gauge whose value is read on each scrape."""
        return Gauge(name, meaning, labels, registry=self.registry)

    def refused(self, code: str) -> None:
        """Count a request that was refused before its operation was known."""
        self._requests.labels(NONE, code).inc()

    def mcp_call(self, tool: str, code: str, seconds: float) -> None:
        """Count a call of an MCP tool, by what came of it."""
        self._calls.labels(tool, code).inc()
        self._call_seconds.labels(tool).observe(seconds)

    def running(self, kind: str, operation: str) -> Running:
        """While an operation runs."""

        def over(code: str, seconds: float) -> None:
            self._requests.labels(operation, code).inc()
            if kind != "subscription":
                self._seconds.labels(operation).observe(seconds)

        return Running(self._running.labels(kind), over)

    def count_events(self, committed: Committed) -> None:
        """Count what was committed by its kind."""
        for kind, count in Counts(committed.kinds).items():
            self._events.labels(kind).inc(count)

    @contextmanager
    def sweeping(self, work: str) -> Generator[Callable[[int], None]]:
        """While one sweep runs; what it is given is told how much it did."""
        begun = time.perf_counter()
        try:
            yield self._swept.labels(work).inc
        except Exception:
            self._sweep_failures.labels(work).inc()
            raise
        else:
            self._swept_at.labels(work).set_to_current_time()
        finally:
            self._sweeps.labels(work).observe(time.perf_counter() - begun)
