"""The ASGI app: what is served where, and what lives as long as the process."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

from broadcaster import Broadcast
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from db.core.database import Database
from db.core.retry import Retry
from db.events.feed import Feed
from db.operations import outage_grace, server_address
from db.operations.lock_waits import end_long_waits
from goalroom.broadcast import choice as broadcast
from goalroom.broadcast.notifier import Nudges
from goalroom.broadcast.postgres import PostgresBroadcast
from goalroom.endpoints import dashboard, mcp
from goalroom.endpoints.health import Health
from goalroom.endpoints.login import LOGIN, LOGOUT, OLD_LOGIN, Login
from goalroom.endpoints.mcp import MCPEndpoint
from goalroom.endpoints.metrics import MetricsPage
from goalroom.execution.engine import Engine
from goalroom.execution.rate_limits import RateLimiter
from goalroom.limits import DEFAULTS, Limits
from goalroom.observability import request_ids
from goalroom.observability.metrics import Metrics
from goalroom.observability.request_ids import RequestIds
from goalroom.observability.tracing import Tracing, configured
from goalroom.sweeper import sweep_forever
from goalroom.transport.authentication import TokenAuthenticator
from goalroom.transport.connections import Connections
from goalroom.transport.http import GraphQLHTTP
from goalroom.transport.services import Services
from goalroom.transport.session_cookie import SessionCookie
from goalroom.transport.websocket import GraphQLWebSocket
from goalroom.webhooks.addresses import Addresses, Network
from goalroom.webhooks.followers import Followers
from goalroom.webhooks.followers import Options as WebhookOptions
from goalroom.webhooks.sender import Sender
from resolvers.build import schema

_GRAPHQL = "/graphql"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


@dataclass(frozen=True, slots=True)
class AppConfig:
    """What the app is built from. Whoever stops the process sets `stopping` before it closes the connections."""

    database_url: str = field(repr=False)
    # Where people open the dashboard; None where nobody needs to be told.
    address: str | None = field(default=None, kw_only=True)
    # Where what needs a session of its own connects, if a pooler is in between.
    direct_database_url: str | None = field(default=None, repr=False, kw_only=True)
    # Where the processes tell each other of news; without it, that is Postgres.
    broadcast_url: str | None = field(default=None, repr=False, kw_only=True)
    rate_limit: int = 200
    limits: Limits = DEFAULTS
    allowed_origins: tuple[str, ...] = ()
    webhook_allow: tuple[Network, ...] = ()
    webhooks: WebhookOptions = field(default_factory=WebhookOptions)
    session_cookie: SessionCookie = field(default_factory=SessionCookie)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    tracing: Tracing = field(default_factory=configured)

    @property
    def is_pooled(self) -> bool:
        """Whether the pool's way to Postgres is another than that of sessions."""
        return self.direct_database_url not in {None, self.database_url}


class App(Starlette):
    """Starlette, but for GraphQL, which is most of what is asked and answers its own errors.

    Starlette's layers would take a tenth of the time of a small request, and the memory of sockets for as long as they
    are open. Our own layers are around both.
    """

    # By the kind of connection, "http" or "websocket".
    graphql: Mapping[str, ASGIApp] = MappingProxyType({})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        direct = self.graphql.get(scope["type"]) if scope.get("path") == _GRAPHQL else None
        if direct is None:
            await super().__call__(scope, receive, send)
        else:
            await direct(scope, receive, send)


def create_app(config: AppConfig) -> App:
    """The app; it opens the database when it starts."""
    return App(
        routes=[Route("/healthz", _healthy), *dashboard.routes()],
        lifespan=_Lifespan(config),
        middleware=_layers(config),
    )


def _layers(config: AppConfig) -> list[Middleware]:
    """What is around everything that is served, the outermost first."""
    return [
        Middleware(RequestIds),
        *_browsers(config.allowed_origins),
        Middleware(config.tracing.middleware),
    ]


def _layered(app: ASGIApp, layers: Sequence[Middleware]) -> ASGIApp:
    for cls, args, kwargs in reversed(layers):
        app = cls(app, *args, **kwargs)
    return app


def _browsers(allowed_origins: Sequence[str]) -> list[Middleware]:
    """CORS for these origins; without any, browsers let only pages of our own origin read responses."""
    if not allowed_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=allowed_origins,
            allow_methods=("GET", "POST"),
            allow_headers=("authorization", "content-type", request_ids.HEADER, "traceparent", *mcp.HEADERS),
            expose_headers=(request_ids.HEADER, "retry-after", "ratelimit", "ratelimit-policy"),
        )
    ]


class _Lifespan:
    """Everything that is open while the app runs."""

    def __init__(self, config: AppConfig) -> None:
        self._config = config

    @asynccontextmanager
    async def __call__(self, app: App) -> AsyncGenerator[None]:
        config = self._config
        database = await Database.connect(
            config.database_url, pooled=config.is_pooled, transaction_span=config.tracing.transaction
        )
        # Before anybody's request is judged by the clock: nobody could keep a lease alive while no server ran.
        await outage_grace.record_alive(database)
        if config.address is not None:
            await server_address.keep(database, config.address)
        direct_url = config.direct_database_url or config.database_url
        feed, backend = Feed(database), broadcast.backend_of(config.broadcast_url or direct_url)
        nudges = Nudges(Broadcast(backend=backend), database, feed)
        connections = Connections(database, config.stopping)
        nudges.on_agent_changed(connections.agent_changed)
        metrics = Metrics()
        database.on_commit(metrics.count_events)
        services = Services(
            Engine(schema, config.limits, metrics, config.tracing),
            TokenAuthenticator(database),
            database,
            feed,
            connections,
            metrics,
            config.limits,
            RateLimiter(config.rate_limit, config.limits),
            outbound := Sender(Addresses(config.webhook_allow)),
            frozenset(config.allowed_origins),
            config.session_cookie,
        )
        followers = Followers(database, feed, outbound, metrics, config.webhooks)
        metrics.gauge("goalroom_webhooks", "Webhooks to which this process delivers.").set_function(
            lambda: followers.count
        )
        asked = [] if config.broadcast_url is None else [broadcast.watch(direct_url)]
        if config.is_pooled:
            asked.append(broadcast.watch_pooler(config.database_url))
        listener = [backend.listener] if isinstance(backend, PostgresBroadcast) and not config.broadcast_url else []
        health = Health(database, [*listener, *asked])
        # They need the database, which opens only now; and they stand first, since most requests are for them.
        mcp_endpoint = MCPEndpoint(services)
        app.router.routes[:0] = _routes(services, health, mcp_endpoint)
        http, socket, layers = GraphQLHTTP(services), GraphQLWebSocket(services), _layers(config)
        app.graphql = {"http": _layered(http, layers), "websocket": _layered(socket, layers)}
        work = [
            asyncio.create_task(_supervised(name).until_done(one))
            for name, one in (
                ("nudges", nudges.run),
                ("uptime", lambda: outage_grace.keep_recording_alive(database)),
                ("health", health.watch),
                ("lock waits", lambda: end_long_waits(database)),
                ("sweeper", lambda: sweep_forever(database, metrics)),
                ("webhooks", followers.run),
                ("tokens", connections.follow_tokens),
                ("presence", connections.keep_alive),
                ("pings", connections.ping_silent),
                ("end", connections.end_when_stopping),
                *(("asking Postgres", one.run) for one in asked),
            )
        ]
        try:
            await health.begin()
            yield
        finally:
            config.stopping.set()
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await mcp_endpoint.close()
            await feed.close()
            await _close(database)
            await asyncio.to_thread(config.tracing.shutdown)


def _routes(services: Services, health: Health, mcp_endpoint: MCPEndpoint) -> list[Route]:
    login = Login(services)

    async def ready(_request: Request) -> Response:
        why = await health.why_not_ready()
        return JSONResponse({"ready": why is None, "reason": why}, 200 if why is None else 503)

    return [
        # For who puts a slash behind it, and is sent on.
        Route(_GRAPHQL, GraphQLHTTP(services)),
        Route(mcp.PATH, mcp_endpoint),
        Route("/.well-known/{rest:path}", mcp.no_metadata, methods=["GET", "POST"]),
        Route("/readyz", ready),
        Route("/metrics", MetricsPage(services.metrics, services, health).__call__),
        *(Route(path, login.log_in, methods=["POST"]) for path in (LOGIN, OLD_LOGIN)),
        Route(LOGOUT, login.log_out, methods=["POST"]),
    ]


async def _healthy(_request: Request) -> Response:
    return PlainTextResponse("ok")


def _supervised(name: str) -> Retry:
    """Run background work, and restart it when it fails; it finds again what it left undone."""
    return Retry(name, _FIRST_PAUSE, _LONGEST_PAUSE, steady_seconds=_LONGEST_PAUSE)


async def _close(database: Database) -> None:
    """Close the pool: statements that still run get a moment, then they are cancelled."""
    try:
        async with asyncio.timeout(_LONGEST_PAUSE):
            await database.close()
    except TimeoutError:
        database.pool.terminate()
