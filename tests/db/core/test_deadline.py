"""A deadline ends what takes too long as `asyncio.timeout` does, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from db.core.deadline import Deadline

SOON, LATE = 0.01, 30.0


async def _ours(seconds: float, work: Callable[[], Awaitable[object]]) -> bool:
    deadline = Deadline(seconds)
    try:
        with deadline:
            await work()
    except TimeoutError:
        return deadline.has_passed
    return deadline.has_passed


async def _asyncios(seconds: float, work: Callable[[], Awaitable[object]]) -> bool:
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            await work()
    except TimeoutError:
        return limit.expired()
    return limit.expired()


async def _raises() -> None:
    raise TimeoutError


async def _is_over_as_it_passes() -> None:
    with pytest.raises(asyncio.CancelledError):
        await asyncio.sleep(LATE)
    raise ValueError


async def _nested() -> None:
    with pytest.raises(TimeoutError), Deadline(SOON):
        await asyncio.sleep(LATE)
    await asyncio.sleep(LATE)


@pytest.mark.parametrize("either", [_ours, _asyncios])
async def test_it_passes_for_what_takes_too_long_alone(
    either: Callable[[float, Callable[[], Awaitable[object]]], Awaitable[bool]],
) -> None:
    assert await either(SOON, lambda: asyncio.sleep(LATE))
    assert await either(3 * SOON, _nested)
    assert not await either(LATE, lambda: asyncio.sleep(0))
    assert not await either(LATE, _raises)
    with pytest.raises(ValueError):  # noqa: PT011  # nothing more is said
        await either(SOON, _is_over_as_it_passes)
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0


@pytest.mark.parametrize("either", [_ours, _asyncios])
async def test_who_cancels_the_task_still_does(
    either: Callable[[float, Callable[[], Awaitable[object]]], Awaitable[bool]],
) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.sleep(LATE)
        finally:
            # The deadline passes while the task ends.
            await asyncio.shield(asyncio.sleep(0))

    for seconds in (SOON, LATE):
        task = asyncio.ensure_future(either(seconds, work))
        await begun.wait()
        task.get_loop().call_later(seconds if seconds == SOON else 0, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_it_has_no_end_until_it_starts() -> None:
    with Deadline() as deadline:
        await asyncio.sleep(2 * SOON)
        assert not deadline.has_passed
        deadline.start(SOON)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.sleep(LATE)
    assert deadline.has_passed
