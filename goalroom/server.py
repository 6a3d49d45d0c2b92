"""Serves until it is told to stop: uvicorn, with the process's own signals and readiness line."""

import asyncio
import gc
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import closing, contextmanager
from functools import partial
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette

from goalroom.app import AppConfig, create_app
from goalroom.command_error import CommandError
from goalroom.endpoints import login_link
from goalroom.postgres import data_dir, setup
from goalroom.settings import Settings
from goalroom.transport.session_cookie import SessionCookie
from goalroom.transport.uvicorn_http import HttpProtocol, Upgrades
from goalroom.transport.uvicorn_websocket import WebSocketProtocol
from goalroom.version import __version__
from goalroom.webhooks.followers import Options as WebhookOptions

_log = logging.getLogger(__name__)

LOOP = uvicorn.Config(Starlette(), log_config=None).get_loop_factory()

_GRACE = 10
_KEEP_ALIVE = 75
_WAITING = 64
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PING_EVERY, _PING_PATIENCE = 20.0, 300.0

# What runs beside the server, from the moment that it takes requests at this URL until it is told to stop.
Sidecar = Callable[[str], Awaitable[None]]


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, login_line: Callable[[], Awaitable[str]]) -> None:
        super().__init__(config)
        self.login_line = login_line
        self.ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """The signals are ours: uvicorn would close sockets before anybody could say why, and die of the signal."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except OSError as error:
            await self.lifespan.shutdown()
            raise _cannot_listen(self.config.host, self.config.port, error) from error
        if sockets and not self.should_exit:
            # What is there now stays: looking through it again and again for what has become garbage takes a tenth of a
            # second each time, in which nobody is answered.
            gc.collect()
            gc.freeze()
            host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
            scheme, port = "https" if self.config.is_ssl else "http", sockets[0].getsockname()[1]
            url = f"{scheme}://{host}:{port}"
            sys.stdout.write(f"Goalroom is ready: {url}\n")
            if sys.stdout.isatty():
                # Into a file or a pipe it would be kept for others to read.
                sys.stdout.write(f"{await self.login_line()}\n")
            sys.stdout.flush()
            self.ready.set_result(url)
            _log.info("serving", extra={"host": host, "port": port, "version": __version__})


async def serve(settings: Settings, sidecar: Sidecar | None = None, entrance: str = "/") -> None:
    """Run the server until SIGINT or SIGTERM, or until its sidecar fails; a second signal ends it at once.

    `entrance` is the path of the page that the login link leads to.
    """
    # Threads give way within a millisecond.
    sys.setswitchinterval(0.001)
    # Bound first and opened last: a port that is taken is known at once, and nobody is kept waiting at one that is not.
    with closing(bind(settings.host, settings.port)) as listener:
        await _serve_on(listener, settings, _on_signals(), sidecar, entrance)


async def _serve_on(
    listener: socket.socket, settings: Settings, stop: asyncio.Event, sidecar: Sidecar | None, entrance: str
) -> None:
    _check_tls(settings)
    address = settings.public_url or login_link.address(settings, listener.getsockname()[1])
    async with setup.bootstrapped(settings) as url:
        if stop.is_set():
            return
        if settings.admin_token is None and not (settings.data_dir / data_dir.ADMIN_TOKEN).exists():
            # Another server came first to this database, and wrote it where it was told to.
            how = "`goalroom token admin --role admin` makes one"
            _log.warning("this data directory has no admin-token", extra={"path": str(settings.data_dir), "hint": how})
        pool_url = settings.database_url or url
        if pool_url != url:
            await setup.check_pooler(pool_url)
        app_config = AppConfig(
            pool_url,
            settings.rate_limit,
            settings.limits,
            settings.allowed_origins,
            settings.webhook_allow,
            WebhookOptions(schedule=settings.webhook_schedule, public_url=settings.public_url),
            _session_cookie(settings),
            direct_database_url=url,
            address=address,
            broadcast_url=settings.broadcast_url,
        )
        login_line = partial(login_link.line_for_admin, url, address, entrance)
        server = _Server(config(create_app(app_config), settings), login_line)
        beside = asyncio.create_task(_run_sidecar(sidecar, server.ready, stop)) if sidecar else None
        stopper = asyncio.create_task(_stop(server, app_config.stopping, stop, beside))
        try:
            await server.serve(sockets=[listener])
        except SystemExit as error:
            raise CommandError("The server could not start; the log above says why.") from error
        finally:
            stopper.cancel()
            await _end(beside)
        if beside is not None and not beside.cancelled():
            # It ended before the server was told to, so it failed.
            beside.result()


def _session_cookie(settings: Settings) -> SessionCookie:
    public = urlsplit(settings.public_url or "")
    secure = settings.tls_cert is not None or public.scheme == "https"
    return SessionCookie(secure, f"{public.scheme}://{public.netloc}" if settings.public_url else None)


def _check_tls(settings: Settings) -> None:
    if settings.tls_cert is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_cert, settings.tls_key)
    except OSError as error:
        raise CommandError(f"The certificate and its key can't be used: {error}.", 2) from error


def config(app: Starlette, settings: Settings) -> uvicorn.Config:
    """Uvicorn's configuration, with all its defaults that we change."""
    return uvicorn.Config(
        app,
        http=partial(HttpProtocol, settings.limits, Upgrades()),  # type: ignore[arg-type]  # all it does with it is call it
        ws=WebSocketProtocol,
        host=settings.host,
        port=settings.port,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        # Longer than clients keep an idle connection: where we close it while they send, a request is lost.
        timeout_keep_alive=_KEEP_ALIVE,
        # All that wait are taken in one go, before anybody else is answered: of uvicorn's 2,048 that takes a second.
        backlog=_WAITING,
        ws_max_size=settings.limits.message_bytes,
        ws_per_message_deflate=False,
        # A client that reads nothing for minutes is slow, not dead: what it missed waits for it in the log.
        ws_ping_interval=_PING_EVERY,
        ws_ping_timeout=_PING_PATIENCE,
    )


def _on_signals() -> asyncio.Event:
    """Set at the first signal; the second cancels the task that called this."""
    loop, task, first = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()

    def on_signal() -> None:
        if first.is_set() and task is not None:
            _log.warning("ending at once, whatever still runs")
            # It would log a traceback for each request, and for the app, that the cancellation cuts off.
            logging.getLogger("uvicorn.error").disabled = True
            task.cancel()
        first.set()

    for number in _SIGNALS:
        loop.add_signal_handler(number, on_signal)
    return first


async def _run_sidecar(sidecar: Sidecar, ready: asyncio.Future[str], stop: asyncio.Event) -> None:
    try:
        await sidecar(await ready)
    finally:
        stop.set()


async def _end(beside: asyncio.Task[None] | None) -> None:
    if beside is not None:
        beside.cancel()
        await asyncio.wait([beside])


async def _stop(
    server: uvicorn.Server, stopping: asyncio.Event, asked: asyncio.Event, beside: asyncio.Task[None] | None
) -> None:
    """The sidecar first, then long polls and subscriptions, so that they can say so; uvicorn closes what is left."""
    await asked.wait()
    _log.info("stopping")
    await _end(beside)
    stopping.set()
    await asyncio.sleep(0.1)
    server.should_exit = True


def bind(host: str, port: int) -> socket.socket:
    """A socket of TCP by name, not by default: on others asyncio holds small answers back for forty milliseconds."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> CommandError:
    return CommandError(
        f"Can't listen on {host} port {port}: {error.strerror or error}. Choose another --port or --host."
    )
