"""States of many keys, watched."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from db.events.state_watcher import StateWatcher
from tests.patience import PATIENCE_S

NEVER = 60.0


class Facts:
    """What is read, and how often."""

    def __init__(self) -> None:
        self.states: dict[int, int] = {}
        self.reads: list[list[int]] = []

    async def read(self, keys: Sequence[int]) -> dict[int, int]:
        self.reads.append(list(keys))
        states = {key: self.states.get(key, 0) for key in keys}
        await asyncio.sleep(0)
        return states


@pytest.fixture
def facts() -> Facts:
    return Facts()


@pytest.fixture
async def watcher(facts: Facts) -> AsyncGenerator[StateWatcher[int]]:
    made = StateWatcher(facts.read, poll_seconds=NEVER)
    yield made
    await made.close()


async def test_watching_begins_with_the_state_as_it_is(facts: Facts, watcher: StateWatcher[int]) -> None:
    facts.states[7] = 3

    async with asyncio.timeout(PATIENCE_S), watcher.watch(7) as view:
        assert view.state == 3


async def test_all_watchers_hear_of_a_change_by_one_read(facts: Facts, watcher: StateWatcher[int]) -> None:
    async def hear() -> int:
        async with watcher.watch(7) as view:
            return await view.wait_for_change(0)

    hearing = [asyncio.create_task(hear()) for _ in range(10)]
    async with asyncio.timeout(PATIENCE_S), watcher.watch(8):
        before = len(facts.reads)
        facts.states[7] = 1
        watcher.changed(7)
        watcher.changed(9)

        assert await asyncio.gather(*hearing) == [1] * 10
    assert facts.reads[before:] == [[7]]


async def test_a_change_while_it_reads_is_read_again(facts: Facts, watcher: StateWatcher[int]) -> None:
    async with asyncio.timeout(PATIENCE_S), watcher.watch(7) as view:
        for state in range(1, 50):
            facts.states[7] = state
            watcher.changed(7)
            if state % 3:
                await asyncio.sleep(0)
        while view.state != 49:
            await view.wait_for_change(view.state)


async def test_a_change_without_a_notification_is_found_by_polling(facts: Facts) -> None:
    watcher = StateWatcher(facts.read, poll_seconds=0.01)
    async with asyncio.timeout(PATIENCE_S), watcher.watch(7) as view, watcher.watch(8):
        facts.states[7] = 1
        assert await view.wait_for_change(0) == 1
        assert facts.reads[-1] == [7, 8]


async def test_poll_now_reads_every_watched_key(facts: Facts, watcher: StateWatcher[int]) -> None:
    async with asyncio.timeout(PATIENCE_S), watcher.watch(7) as seven, watcher.watch(8) as eight:
        facts.states |= {7: 1, 8: 2}
        watcher.poll_now()

        assert (await seven.wait_for_change(0), await eight.wait_for_change(0)) == (1, 2)


async def test_where_nobody_watches_nothing_is_read(facts: Facts) -> None:
    watcher = StateWatcher(facts.read, poll_seconds=0.01)
    async with watcher.watch(7):
        pass
    before = len(facts.reads)
    watcher.changed(7)
    await asyncio.sleep(0.05)

    assert len(facts.reads) == before
    async with asyncio.timeout(PATIENCE_S), watcher.watch(7) as view:
        assert view.state == 0
