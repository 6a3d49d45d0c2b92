"""Long polls: an answer that is not there yet is waited for, until its time is over or nobody waits any more."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

# What nobody told of, such as a claim that a killed process left undone, is found by looking again after a while.
_LOOK_AGAIN_S = 5.0


async def wait_for_any(news: Iterable[Coroutine[Any, Any, object]], seconds: float, cancelled: asyncio.Event) -> bool:
    """Wait for any of these news; False where the time is over or nobody waits for the answer any more."""
    waiters = {asyncio.create_task(one) for one in (*news, cancelled.wait())}
    try:
        await asyncio.wait(waiters, timeout=min(seconds, _LOOK_AGAIN_S), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
    return seconds > 0 and not cancelled.is_set()
