"""What goes wrong: one thing after another, or two at once, as the seed has it."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
import pytest

from tests.e2e.chaos.proxy import Proxy
from tests.e2e.commands import Server

_MOST_STARTS = 60


@dataclass
class Faults:
    """Of servers, of their ways to Postgres, and of Postgres."""

    dice: random.Random
    postmaster: Callable[[], int]
    servers: list[Server]
    proxies: Sequence[Proxy]
    start: Callable[[int], Server]
    counts: Counter[str] = field(default_factory=Counter)

    async def go_on(self, seconds: float) -> None:
        """For so long. Each puts right itself what it did."""
        kinds = (self._kill, self._freeze, self._cut, self._stall, self._refuse, self._crash_postgres)
        weights = (4, 4, 4, 3, 3, 3)
        until = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < until:
            together = self.dice.choice((1, 1, 2))
            victims = self.dice.sample(range(len(self.servers)), together)
            chosen = self.dice.choices(kinds, weights, k=together)
            await asyncio.gather(*(fault(n) for fault, n in zip(chosen, victims, strict=True)))
            await asyncio.sleep(self.dice.uniform(0.2, 1))

    async def _kill(self, n: int) -> None:
        self.counts["kill -9"] += 1
        self.servers[n].process.kill()
        await asyncio.to_thread(self.servers[n].process.wait)
        await asyncio.sleep(self.dice.uniform(0, 1))
        await self._start(n)

    async def _start(self, n: int) -> None:
        """Where the way to Postgres is closed it does not start; it is tried again, as by a supervisor."""
        self.servers[n].__exit__(None, None, None)
        for _ in range(_MOST_STARTS):
            try:
                self.servers[n] = await asyncio.to_thread(self.start, n)
            except pytest.fail.Exception as failed:
                why = failed
                await asyncio.sleep(0.5)
            else:
                return
        raise why

    async def _freeze(self, n: int) -> None:
        self.counts["SIGSTOP"] += 1
        process = self.servers[n].process
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(self.dice.uniform(0.2, 3))
        process.send_signal(signal.SIGCONT)

    async def _cut(self, n: int) -> None:
        self.counts["connections cut"] += 1
        self.proxies[n].cut()

    async def _stall(self, n: int) -> None:
        self.counts["connections stalled"] += 1
        await self._until_healed(n, self.proxies[n].stall)

    async def _refuse(self, n: int) -> None:
        self.counts["connections refused"] += 1
        await self._until_healed(n, self.proxies[n].refuse)

    async def _until_healed(self, n: int, begin: Callable[[], None]) -> None:
        begin()
        await asyncio.sleep(self.dice.uniform(0.2, 3))
        self.proxies[n].heal()

    async def _crash_postgres(self, _n: int) -> None:
        """A backend is killed, and Postgres with it begins anew; or all of it, and somebody starts it again."""
        self.counts["Postgres crashed"] += 1
        postmaster = psutil.Process(self.postmaster())
        backends = postmaster.children()
        victim = self.dice.choice([postmaster, *backends[:3]])
        # A backend may have ended by itself a moment ago.
        with suppress(psutil.NoSuchProcess):
            victim.kill()
        await asyncio.sleep(self.dice.uniform(1, 3))
