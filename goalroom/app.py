"""The ASGI app: what is served where, and what lives as long as the process."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from broadcaster import Broadcast
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from db import uptime
from db.database import Database
from db.feed import Feed
from db.migrate import pending
from goalroom import errors, page, way_in
from goalroom.connections import Connections
from goalroom.door import Door
from goalroom.execution import Engine
from goalroom.graphql_http import GraphQLHTTP
from goalroom.graphql_ws import GraphQLWebSocket
from goalroom.nudges import Nudges
from goalroom.postgres_broadcast import PostgresBroadcast
from goalroom.sweeper import sweep_forever
from goalroom.way_in import WayIn
from schema.build import schema

_READY_SECONDS = 2
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0

_log = logging.getLogger(__name__)


def create_app(database_url: str, *, rate_limit: int = 200) -> Starlette:
    """The app; it opens the database when it starts. Whoever stops the process sets `state.stopping` first."""
    app = Starlette(lifespan=_Lifespan(database_url))
    app.state.stopping = asyncio.Event()
    app.state.rate_limit = rate_limit
    app.state.way_in = WayIn()
    return app


class _Lifespan:
    """Everything that is open while the app runs."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    @asynccontextmanager
    async def __call__(self, app: Starlette) -> AsyncGenerator[None]:
        database = await Database.connect(self._url)
        # Before anybody's request is judged by the clock: nobody could keep a lease alive while no server ran.
        await uptime.note(database)
        feed, backend = Feed(database), PostgresBroadcast(self._url)
        nudges = Nudges(Broadcast(backend=backend), database, feed)
        connections = Connections(database, app.state.stopping)
        nudges.on_agent_changed(connections.agent_changed)
        door = Door(Engine(schema), database, feed, connections)
        app.router.routes.extend(_routes(door, backend.listening, app.state.way_in))
        work = [
            asyncio.create_task(_supervised(name, one))
            for name, one in (
                ("nudges", nudges.run),
                ("uptime", lambda: uptime.keep_noting(database)),
                ("sweeper", lambda: sweep_forever(database)),
                ("tokens", connections.follow_tokens),
                ("presence", connections.keep_alive),
                ("end", connections.end_when_stopping),
            )
        ]
        try:
            yield
        finally:
            app.state.stopping.set()
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await feed.close()
            await _close(database)


def _routes(door: Door, following: asyncio.Event, entry: WayIn) -> list[Route | WebSocketRoute]:
    async def ready(_request: Request) -> Response:
        why = await _why_not_ready(door.database, following)
        return JSONResponse({"ready": why is None, "reason": why}, 200 if why is None else 503)

    async def let_in(request: Request) -> Response:
        return await entry.answer(door.database, request)

    return [
        Route("/graphql", GraphQLHTTP(door)),
        WebSocketRoute("/graphql", GraphQLWebSocket(door)),
        Route("/healthz", _healthy),
        Route("/readyz", ready),
        Route(way_in.PATH, let_in, methods=["POST"]),
        *page.routes(),
    ]


async def _healthy(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def _why_not_ready(database: Database, following: asyncio.Event) -> str | None:
    try:
        async with asyncio.timeout(_READY_SECONDS):
            missing = await pending(database)
    except Exception as error:
        return str(errors.described(error)["message"])
    if missing:
        return f"The database lacks {len(missing)} migrations: run `goalroom migrate`."
    if not following.is_set():
        return "The connection to the other server processes is not up."
    return None


async def _supervised(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Background work is begun again when it fails; what it left undone it finds again."""
    pause, failing = _FIRST_PAUSE, False
    loop = asyncio.get_running_loop()
    while True:
        begun = loop.time()
        try:
            return await work()
        except Exception as error:
            if loop.time() - begun > _LONGEST_PAUSE:
                pause, failing = _FIRST_PAUSE, False
            if errors.refusal(error) is None:
                _log.exception("%s failed, beginning again", name)
            elif not failing:
                _log.warning("%s waits for the database: %s", name, type(error).__name__)
            failing = True
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _close(database: Database) -> None:
    """Give statements that still run a moment, and then no more."""
    try:
        async with asyncio.timeout(_LONGEST_PAUSE):
            await database.close()
    except TimeoutError:
        database.pool.terminate()
