"""GraphQL over WebSocket: the protocol graphql-transport-ws."""

import asyncio
import itertools
import weakref
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from db.core.errors import BadInput, ErrorCode, RateLimited, TooComplex, Unauthenticated
from goalroom import json_codec
from goalroom.execution import errors
from goalroom.execution.documents import RequestError
from goalroom.execution.engine import Operation, Request
from goalroom.execution.rate_limits import Kind
from goalroom.observability import request_ids
from goalroom.transport import websocket_messages as ws
from goalroom.transport.authentication import Credential, bearer
from goalroom.transport.connections import Connection, End
from goalroom.transport.origins import may_be_from
from goalroom.transport.services import Services
from goalroom.transport.uvicorn_websocket import EXTENSION, TextFrames
from schema.context import Context

if TYPE_CHECKING:
    from goalroom.on_exit import OnExit

_PING = b'{"type":"ping"}'
# What ends with the socket has so long to end well.
_ENDING_SECONDS = 5
_CLOSES = {
    End.REVOKED: ws.Close(ws.FORBIDDEN, "Forbidden"),
    End.STOPPING: ws.Close(ws.RESTARTING, "The server is restarting, reconnect"),
}


class GraphQLWebSocket:
    """The endpoint."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        headers = Headers(scope=scope)
        if not may_be_from(headers, self._services.allowed_origins):
            # Before the handshake this is a 403.
            await send({"type": "websocket.close", "code": ws.FORBIDDEN})
            return
        spoken = ws.PROTOCOL in scope["subprotocols"]
        # Taken out: the scope is kept for as long as the connection, which this leads back to.
        frames = scope["extensions"].pop(EXTENSION, None)
        socket = _Socket(self._services, self._credential(headers), receive, send, frames)
        # Kept as long, and nobody's any more.
        scope["headers"].clear()
        try:
            await send({"type": "websocket.accept", "subprotocol": ws.PROTOCOL if spoken else None})
            if spoken:
                await socket.serve()
            else:
                await _close(send, ws.Close(ws.BAD_PROTOCOL, f"The subprotocol must be {ws.PROTOCOL}"))
        except OSError:
            # The client went away while something was sent to it.
            return

    def _credential(self, headers: Headers) -> Credential:
        """What the handshake brought, for a client whose `connection_init` brings no token."""
        if "authorization" in headers:
            return bearer(headers["authorization"])
        return self._services.session_cookie.of_socket(headers)


class _Socket:
    """One client's socket. Sends are awaited one at a time, so a slow client gets back-pressure."""

    __slots__ = (
        *("_begun_operations", "_connection", "_credential", "_frames", "_open", "_operations"),
        *("_receive", "_running", "_send", "_services", "_subscriptions", "__weakref__"),
    )

    def __init__(
        self,
        services: Services,
        credential: Credential,
        receive: Receive,
        send: Send,
        frames: TextFrames | None,
    ) -> None:
        self._services = services
        self._frames = frames
        self._credential = credential
        self._receive, self._send = receive, send
        self._connection: Connection | None = None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._subscriptions: set[asyncio.Task[None]] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._begun_operations = itertools.count(1)
        # What ends with the socket.
        self._open: list[OnExit] = []

    async def serve(self) -> None:
        try:
            connection = await self._begin()
            if connection is not None:
                await self._go_on(connection)
        except ws.Close as close:
            await _close(self._send, close)
        finally:
            for counted in self._open:
                counted.close()
            # How they ended holds on to the socket, and so do the connection and what counted it.
            self._open.clear()
            self._operations.clear()
            self._connection = None

    async def _begin(self) -> Connection | None:
        """Wait for whose it is; None where the client left."""
        limits = self._services.limits
        try:
            async with asyncio.timeout(limits.init_seconds) as patience:
                with self._services.connections.unauthenticated(patience, limits.unauthenticated_sockets):
                    while self._connection is None:
                        if not await self._hear():
                            return None
        except TimeoutError:
            raise ws.Close(ws.INIT_TIMEOUT, "Connection initialisation timeout") from None
        return self._connection

    async def _go_on(self, connection: Connection) -> None:
        """Hear the client until it leaves, or until the socket is to be closed: then with the reason."""
        try:
            close = await self._hear_until_ended(connection)
            await self._end()
            if close is not None:
                await _close(self._send, close)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _hear_until_ended(self, connection: Connection) -> ws.Close | None:
        try:
            async with asyncio.timeout(None) as patience:
                with connection.ending(partial(patience.reschedule, 0)):
                    while await self._hear():
                        pass
        except ws.Close as close:
            return close
        except OSError:
            # Patience was ended, or the client went away while something was sent to it.
            return None if connection.ended is None else _CLOSES[connection.ended]
        except Exception as error:
            return ws.Close(ws.INTERNAL, errors.described(error)["message"])
        return None

    async def _end(self) -> None:
        """End subscriptions at once, and let other operations finish."""
        self._frames = None
        for task in self._subscriptions:
            task.cancel()
        errands = self._running - self._subscriptions
        if errands:
            await asyncio.wait(errands, timeout=_ENDING_SECONDS)

    async def _hear(self) -> bool:
        """Handle the next message; False where the client has left."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            return False
        if self._connection is not None:
            self._connection.heard_at = asyncio.get_running_loop().time()
        said = ws.parse(message.get("text"))
        await self._HANDLERS[said["type"]](self, said)
        return True

    async def _init(self, said: dict[str, Any]) -> None:
        if self._connection is not None:
            raise ws.Close(ws.TOO_MANY_INITS, "Too many initialisation requests")
        payload = said.get("payload") or {}
        sent = ws.token(payload)
        credential = sent if sent.text else self._credential
        try:
            session = ws.session(payload)
            caller = await self._services.authenticate(credential)
            self._services.rate_limiter.acquire(caller.agent_id, Kind.SOCKET)
            self._open.append(self._services.rate_limiter.slot(caller.agent_id, Kind.SOCKET))
        except BadInput as refused:
            raise ws.Close(ws.MALFORMED, str(refused)) from None
        except Unauthenticated as refused:
            raise ws.Close(ws.FORBIDDEN, str(refused)) from None
        except Exception as error:
            if errors.code(error) == ErrorCode.INTERNAL:
                raise
            raise ws.Close(ws.TRY_LATER, errors.described(error)["message"]) from None
        connection = Connection(credential, caller, session, self._ping_client)
        await self._say({"type": "connection_ack"})
        self._connection = connection
        self._open.append(self._services.connections.open(connection))

    async def _ping(self, said: dict[str, Any]) -> None:
        payload = said.get("payload")
        await self._say({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})

    async def _pong(self, _said: dict[str, Any]) -> None:
        """Nothing to do: that it arrived is the sign of life."""

    async def _subscribe(self, said: dict[str, Any]) -> None:
        if self._connection is None:
            raise ws.Close(ws.UNAUTHORIZED, "Unauthorized")
        name = said["id"]
        if name in self._operations:
            raise ws.Close(ws.TAKEN, f"Subscriber for {name} already exists")
        try:
            request = Request.of(said.get("payload"))
        except BadInput as refused:
            raise ws.Close(ws.MALFORMED, str(refused)) from None
        context = self._services.context(self._connection.caller)
        try:
            operation = await self._prepare(request, context)
        except RequestError as error:
            await self._say({"id": name, "type": "error", "payload": error.errors})
            return
        task = asyncio.create_task(self._run(name, operation, context, self._connection))
        self._operations[name] = task
        self._running.add(task)
        if operation.is_subscription:
            self._subscriptions.add(task)
        task.add_done_callback(self._forget)

    async def _prepare(self, request: Request, context: Context) -> Operation:
        """As over HTTP; and what runs on a socket is counted, also where its client has turned away from it."""
        agent, most = context.caller.agent_id, self._services.limits.socket_operations
        if sum(not task.cancelling() for task in self._running) >= most:
            raise RequestError.of(TooComplex(most, "operations at a time on one socket"))
        try:
            self._services.rate_limiter.acquire(agent)
            operation = await self._services.prepare(request, context)
        except RateLimited as refused:
            self._services.metrics.refused(refused.code)
            raise RequestError.of(refused) from None
        return operation

    async def _complete(self, said: dict[str, Any]) -> None:
        """End the operation for the client; a mutation that runs is still finished."""
        task = self._operations.pop(said["id"], None)
        if task in self._subscriptions:
            task.cancel()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._subscriptions.discard(task)
        if not task.cancelled():
            # Whatever a socket that breaks raises here was nobody's to hear.
            task.exception()

    async def _run(self, name: str, operation: Operation, context: Context, connection: Connection) -> None:
        request_ids.name_part(next(self._begun_operations))
        try:
            slot = self._services.rate_limiter.slot(connection.caller.agent_id, operation.counts_as)
            with slot, connection.running(context):
                if operation.is_subscription:
                    await operation.deliver(_Sink(self, name, asyncio.current_task()))
                else:
                    await self._answer(name, operation, context)
        except RequestError as error:
            last: dict[str, Any] = {"id": name, "type": "error", "payload": error.errors}
        except OSError:
            # The client is gone.
            return
        except Exception as error:
            last = {"id": name, "type": "error", "payload": [errors.described(error)]}
        else:
            last = {"id": name, "type": "complete"}
        if self._is_wanted(name):
            # The client may use the id again the moment that it reads this.
            del self._operations[name]
            await self._say(last)

    async def _answer(self, name: str, operation: Operation, context: Context) -> None:
        with self._services.connections.waiting(context.cancelled):
            try:
                response = await operation.run()
            finally:
                context.cancelled.set()
        if self._is_wanted(name):
            await self._say({"id": name, "type": "next", "payload": response})

    # One for all: a socket that held methods of its own would be freed only when somebody looks for such circles.
    _HANDLERS: ClassVar = {
        "connection_init": _init,
        "ping": _ping,
        "pong": _pong,
        "subscribe": _subscribe,
        "complete": _complete,
    }

    def _ping_client(self) -> None:
        if self._frames is not None:
            self._frames.write(b"", [_PING], b"")

    def _is_wanted(self, name: str) -> bool:
        return self._operations.get(name) is asyncio.current_task()

    async def _say(self, message: dict[str, Any]) -> None:
        await self.say(json_codec.write(message))

    async def say(self, text: str) -> None:
        """Send a message, when the client has taken those before."""
        await self._send({"type": "websocket.send", "text": text})

    def say_now(self, name: str, task: object, before: bytes, payloads: Sequence[bytes], after: bytes) -> bool:
        """Send payloads of this operation at once; False where they can't be, or where it is over."""
        is_running = self._operations.get(name) is task
        return is_running and self._frames is not None and self._frames.write(before, payloads, after)


class _Sink:
    """One operation's place on the socket, for the payloads of its subscription."""

    __slots__ = ("_before", "_name", "_socket", "_task")

    def __init__(self, socket: _Socket, name: str, task: object) -> None:
        self._socket, self._name = socket, name
        # A task that was cancelled holds on to its frames, and through them to this.
        self._task = weakref.ref(task)
        self._before = f'{{"id":{json_codec.write(name)},"type":"next","payload":'.encode()

    def write(self, payloads: Sequence[bytes]) -> bool:
        return self._socket.say_now(self._name, self._task(), self._before, payloads, b"}")

    async def send(self, payloads: Sequence[bytes]) -> None:
        for payload in payloads:
            await self._socket.say((self._before + payload + b"}").decode())


async def _close(send: Send, close: ws.Close) -> None:
    await send({"type": "websocket.close", "code": close.code, "reason": close.reason})
