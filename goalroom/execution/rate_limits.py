"""Rate limits per agent and process: so many requests a second, and so many operations and sockets at once."""

import asyncio
from collections import Counter, OrderedDict
from enum import StrEnum
from functools import partial
from math import ceil

from db.core.errors import RateLimited
from goalroom.limits import Limits
from goalroom.on_exit import OnExit

# Whoever was quiet for so long may have as much at once as it would have had in this time.
_BURST_SECONDS = 2
# So much of an operation's cost counts as a request.
_COST_OF_ONE = 200
# More than this are never in use within a moment; the one that was quiet longest begins anew.
_MOST_BUCKETS = 10_000


class Kind(StrEnum):
    """What is counted while it runs; the value is the limit's name."""

    REQUEST = "requests"
    POLL = "polls"
    SUBSCRIPTION = "subscriptions"
    SOCKET = "sockets"


class RateLimiter:
    """The limits of all agents that this process has seen lately."""

    def __init__(self, per_second: int, limits: Limits) -> None:
        self._rate, self._limits = per_second, limits
        # What is left of each agent's burst of each kind, and when that was.
        self._left: OrderedDict[tuple[int, Kind], tuple[float, float]] = OrderedDict()
        self._running: Counter[tuple[int, Kind]] = Counter()

    def acquire(self, agent: int, kind: Kind = Kind.REQUEST) -> None:
        """Take one request of this agent's rate; RATE_LIMITED where none is left."""
        left = self._level(agent, kind)
        if self._rate and left < 1:
            raise RateLimited(f"{self._rate} {kind} a second for each agent", round((1 - left) / self._rate, 3))
        self._set(agent, kind, left - 1)

    def charge(self, agent: int, kind: Kind, cost: int) -> None:
        """Charge what `acquire` took as a plain request by its kind, which has a rate of its own, and by its cost.

        It runs all the same, and later ones wait for it.
        """
        if kind is not Kind.REQUEST:
            self._set(agent, Kind.REQUEST, self._level(agent, Kind.REQUEST) + 1)
            self.acquire(agent, kind)
        self.charge_cost(agent, kind, cost)

    def charge_cost(self, agent: int, kind: Kind, cost: int) -> None:
        """Charge what an operation that runs, or ran, costs besides counting as a request."""
        if cost >= _COST_OF_ONE:
            self._set(agent, kind, self._level(agent, kind) - cost // _COST_OF_ONE)

    def slot(self, agent: int, kind: Kind) -> OnExit:
        """Count it while it runs; RATE_LIMITED where too many run. Without a rate, nothing is counted."""
        most = self._at_once(kind)
        if self._rate and self._running[agent, kind] >= most:
            raise RateLimited(f"{most} {kind} at once for each agent")
        self._running[agent, kind] += 1
        return OnExit(partial(self._ended, agent, kind))

    def headers(self, agent: int) -> list[tuple[bytes, bytes]]:
        """What is left, as the RateLimit header fields for HTTP say it."""
        if not self._rate:
            return []
        left, burst = self._level(agent, Kind.REQUEST), self._burst(Kind.REQUEST)
        full = ceil((burst - left) / self._rate)
        return [
            (b"ratelimit-policy", f'"requests";q={burst};w={_BURST_SECONDS}'.encode()),
            (b"ratelimit", f'"requests";r={max(int(left), 0)};t={full}'.encode()),
        ]

    def _ended(self, agent: int, kind: Kind) -> None:
        self._running[agent, kind] -= 1
        if not self._running[agent, kind]:
            # Nothing is kept of agents for which nothing runs.
            del self._running[agent, kind]

    def _at_once(self, kind: Kind) -> int:
        most: int = getattr(self._limits, kind)
        return most

    def _burst(self, kind: Kind) -> int:
        """Of what stays, all that there may be may come at once."""
        usual = _BURST_SECONDS * self._rate
        return usual if kind is Kind.REQUEST else max(usual, self._at_once(kind))

    def _level(self, agent: int, kind: Kind) -> float:
        burst = float(self._burst(kind))
        left, at = self._left.get((agent, kind), (burst, 0.0))
        return min(left + (_now() - at) * self._rate, burst)

    def _set(self, agent: int, kind: Kind, left: float) -> None:
        if not self._rate:
            return
        self._left[agent, kind] = left, _now()
        self._left.move_to_end((agent, kind))
        if len(self._left) > _MOST_BUCKETS:
            self._left.popitem(last=False)


def _now() -> float:
    return asyncio.get_running_loop().time()
