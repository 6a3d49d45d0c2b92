"""/metrics: counters of the process, and values that are read from the database on each scrape."""

import asyncio
import math

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from db.core.database import POOL_SIZE
from db.operations import stats
from goalroom.endpoints.health import Health
from goalroom.observability.metrics import Metrics
from goalroom.transport.services import Services

_DATABASE_SECONDS = 1.0
# Whoever asks more often sees the same page: nobody loads the database with this.
_FRESH_SECONDS = 1.0


class MetricsPage:
    """The endpoint. Values that the database does not answer in time are NaN; the others are still served."""

    def __init__(self, metrics: Metrics, services: Services, health: Health) -> None:
        self._metrics, self._services, self._health = metrics, services, health
        gauge = metrics.gauge
        self._ready = gauge("goalroom_ready", "1 while /readyz answers 200.")
        self._connections = gauge("goalroom_connections", "Sockets and streams that are open.")
        self._followers = gauge("goalroom_followers", "Subscriptions and long polls that follow a room's log.")
        self._pool = gauge("goalroom_pool_connections", "Connections of the pool to Postgres.", "state")
        self._pool_size = gauge("goalroom_pool_size", "The most that the pool has.")
        self._tasks = gauge("goalroom_tasks", "Tasks of the event loop.")
        self._lag = gauge("goalroom_log_lag_events", "How far the furthest follower's room is behind its log.")
        self._leases = gauge("goalroom_leases", "Leases in the database.", "state")
        self._oldest = gauge("goalroom_oldest_transaction_seconds", "Age of the database's oldest transaction.")
        self._turn = asyncio.Lock()
        self._page, self._read_at = b"", -math.inf

    async def __call__(self, _request: Request) -> Response:
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if now - self._read_at > _FRESH_SECONDS:
                await self._look()
                self._page, self._read_at = generate_latest(self._metrics.registry), now
        return Response(self._page, media_type=CONTENT_TYPE_LATEST)

    async def _look(self) -> None:
        database = self._services.database
        self._ready.set(await self._health.why_not_ready() is None)
        self._connections.set(self._services.connections.count)
        self._followers.set(self._services.feed.followers)
        idle = database.pool.get_idle_size()
        self._pool.labels("idle").set(idle)
        self._pool.labels("busy").set(database.pool.get_size() - idle)
        self._pool_size.set(POOL_SIZE)
        self._tasks.set(len(asyncio.all_tasks()))
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                facts = await stats.facts(database)
                lag: float = await self._services.feed.lag()
        except Exception:
            facts, lag = stats.Facts(math.nan, math.nan, math.nan), math.nan
        self._leases.labels("running").set(facts.leases_running)
        self._leases.labels("expired").set(facts.leases_expired)
        self._oldest.set(facts.oldest_transaction_seconds)
        self._lag.set(lag)
