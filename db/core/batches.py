"""Work that is done for all who wait for it at once: one statement and one commit where there were many."""

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import asyncpg

T = TypeVar("T")
R = TypeVar("R")

# An answer, or a refusal, for each item.
Run: TypeAlias = Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]]

# What one batch holds at most, by weight: more would be answered late, and hold its locks for long.
MOST = 64

# What one item can cause for all that are in a statement with it.
_FAULTS_OF_ONE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)


def rounds(items: Sequence[T], key: Callable[[T], Hashable | None]) -> Generator[list[tuple[int, T]]]:
    """The items with their positions, none twice of one key in a round; those without a key are in the first."""
    waiting = list(enumerate(items))
    while waiting:
        here: list[tuple[int, T]] = []
        later: list[tuple[int, T]] = []
        keys: set[Hashable] = set()
        for position, item in waiting:
            of = key(item)
            (later if of is not None and of in keys else here).append((position, item))
            keys.add(of)
        yield here
        waiting = later


@dataclass(slots=True)
class _Waiting(Generic[T, R]):
    item: T
    weight: int
    is_gone: Callable[[], bool]
    answer: asyncio.Future[R | None]


class Batches:
    """Queues of what waits in this process, by a key for each kind and place of work.

    What comes while nothing runs under its key starts at once; what comes while something runs is the next batch.
    """

    def __init__(self) -> None:
        self._queues: dict[Hashable, deque[_Waiting[Any, Any]]] = {}
        self._working: set[asyncio.Task[None]] = set()

    async def join(
        self, key: Hashable, item: T, run: Run[T, R], *, weight: int = 1, is_gone: Callable[[], bool] = bool
    ) -> R | None:
        """What `run` answers for this item, or raises; None where nobody waits for it any more when it is its turn.

        `run` gets items in the order in which they came; one key goes with one function. Where it fails it fails for
        all of them, unless one alone may be to blame: then each runs alone.
        """
        answer: asyncio.Future[R | None] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(item, weight, is_gone, answer)
        if key in self._queues:
            self._queues[key].append(waiting)
        else:
            self._queues[key] = deque([waiting])
            # For all of them, so in the name of none of their requests.
            working = asyncio.create_task(self._work(key, run), context=contextvars.Context())
            self._working.add(working)
            working.add_done_callback(self._working.discard)
        return await answer

    async def _work(self, key: Hashable, run: Run[T, R]) -> None:
        queue = self._queues[key]
        try:
            while batch := _next(queue):
                await _answer(batch, run)
        finally:
            del self._queues[key]
            for waiting in queue:
                waiting.answer.cancel()


def _next(queue: deque[_Waiting[T, R]]) -> list[_Waiting[T, R]]:
    """The longest waiting of those that are still there, as many as a batch holds."""
    batch: list[_Waiting[T, R]] = []
    weight = 0
    while queue and (not batch or weight + queue[0].weight <= MOST):
        waiting = queue.popleft()
        if waiting.answer.done():
            continue
        if waiting.is_gone():
            waiting.answer.set_result(None)
            continue
        batch.append(waiting)
        weight += waiting.weight
    return batch


async def _answer(batch: Sequence[_Waiting[T, R]], run: Run[T, R]) -> None:
    """Run it, and hand out what it answers. Where all have given up meanwhile it is cancelled."""
    running = asyncio.ensure_future(run([waiting.item for waiting in batch]))

    def left(_answer: object) -> None:
        if all(waiting.answer.cancelled() for waiting in batch):
            running.cancel()

    for waiting in batch:
        waiting.answer.add_done_callback(left)
    try:
        await asyncio.wait([running])
    finally:
        running.cancel()
    if running.cancelled():
        for waiting in batch:
            waiting.answer.cancel()
        return
    error = running.exception()
    if isinstance(error, _FAULTS_OF_ONE) and len(batch) > 1:
        for waiting in batch:
            await _answer([waiting], run)
        return
    _hand_out(batch, [error] * len(batch) if error else running.result())


def _hand_out(batch: Sequence[_Waiting[T, R]], results: Sequence[R | BaseException]) -> None:
    for waiting, result in zip(batch, results, strict=True):
        if waiting.answer.done():
            continue
        if isinstance(result, BaseException):
            waiting.answer.set_exception(result)
            # Nobody may be waiting for it any more.
            waiting.answer.exception()
        else:
            waiting.answer.set_result(result)
