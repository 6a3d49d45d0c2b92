"""Work that is done for all who wait for it at once."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from db.core.batches import MOST, Batches
from db.core.errors import Unauthenticated, Unavailable


class Work:
    """Doubles numbers; each batch goes on when it is let go on."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.started = asyncio.Semaphore(0)
        self.let_on = asyncio.Semaphore(0)
        self.cancelled = 0

    async def run(self, items: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(items))
        self.started.release()
        try:
            await self.let_on.acquire()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if -1 in items:
            raise asyncpg.ForeignKeyViolationError("-1 refers to nothing")
        if -2 in items:
            raise Unavailable
        return [Unauthenticated() if item == 0 else 2 * item for item in items]


async def begin(batches: Batches, work: Work, *items: int) -> list[asyncio.Task[int | None]]:
    """Join with each of these, in their order."""
    tasks = [asyncio.create_task(batches.join("key", item, work.run)) for item in items]
    await asyncio.sleep(0)
    return tasks


async def test_one_alone_starts_at_once_and_those_that_come_meanwhile_are_the_next_batch() -> None:
    batches, work = Batches(), Work()
    first = await begin(batches, work, 1)
    await work.started.acquire()
    others = await begin(batches, work, 2, 3, 4)
    work.let_on.release()
    work.let_on.release()

    assert await asyncio.gather(*first, *others) == [2, 4, 6, 8]
    assert work.batches == [[1], [2, 3, 4]]


async def test_what_has_another_key_waits_for_nothing() -> None:
    batches, work, other = Batches(), Work(), Work()
    first = await begin(batches, work, 1)
    await work.started.acquire()
    other.let_on.release()

    assert await batches.join("other key", 5, other.run) == 10
    work.let_on.release()
    assert await first[0] == 2


async def test_a_batch_holds_only_so_much() -> None:
    batches, work = Batches(), Work()
    first = await begin(batches, work, 1)
    await work.started.acquire()
    heavy = asyncio.create_task(batches.join("key", 2, work.run, weight=MOST + 1))
    half = [asyncio.create_task(batches.join("key", n, work.run, weight=MOST // 2)) for n in (3, 4, 5)]
    await asyncio.sleep(0)
    for _ in range(4):
        work.let_on.release()

    await asyncio.gather(*first, heavy, *half)

    assert work.batches == [[1], [2], [3, 4], [5]]


async def test_whoever_went_away_while_it_waited_is_left_out() -> None:
    batches, work = Batches(), Work()
    gone = False
    first = await begin(batches, work, 1)
    await work.started.acquire()
    cancelled, stays = await begin(batches, work, 2, 3)
    hung_up = asyncio.create_task(batches.join("key", 4, work.run, is_gone=lambda: gone))
    await asyncio.sleep(0)
    cancelled.cancel()
    gone = True
    work.let_on.release()
    work.let_on.release()

    assert await asyncio.gather(*first, stays, hung_up) == [2, 6, None]
    assert work.batches == [[1], [3]]


async def test_a_batch_goes_on_while_somebody_waits_for_it_and_is_cancelled_when_nobody_does() -> None:
    batches, work = Batches(), Work()
    first = await begin(batches, work, 1)
    await work.started.acquire()
    one, two = await begin(batches, work, 2, 3)
    work.let_on.release()
    await first[0]
    await work.started.acquire()
    one.cancel()
    await asyncio.sleep(0)
    assert work.cancelled == 0
    two.cancel()
    await asyncio.gather(one, two, return_exceptions=True)
    await asyncio.sleep(0.01)
    assert work.cancelled == 1

    work.let_on.release()
    assert await batches.join("key", 4, work.run) == 8


async def test_a_refusal_is_one_items_alone() -> None:
    batches, work = Batches(), Work()
    tasks = await begin(batches, work, 0, 1)
    work.let_on.release()

    refused, answered = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(refused, Unauthenticated)
    assert answered == 2


async def test_where_one_is_to_blame_each_runs_alone() -> None:
    batches, work = Batches(), Work()
    tasks = await begin(batches, work, 1, -1, 2)
    for _ in range(4):
        work.let_on.release()

    one, blamed, two = await asyncio.gather(*tasks, return_exceptions=True)

    assert (one, two) == (2, 4)
    assert isinstance(blamed, asyncpg.ForeignKeyViolationError)
    assert work.batches == [[1, -1, 2], [1], [-1], [2]]


async def test_what_is_nobodys_fault_fails_for_all_and_the_next_run_again() -> None:
    batches, work = Batches(), Work()
    tasks = await begin(batches, work, 1, -2)
    work.let_on.release()
    work.let_on.release()

    failed = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(error) for error in failed] == [Unavailable, Unavailable]
    with pytest.raises(Unavailable):
        raise failed[0]  # type: ignore[misc]  # it is one
    assert await batches.join("key", 3, work.run) == 6
    assert work.batches == [[1, -2], [3]]
