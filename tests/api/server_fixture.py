"""A server as clients meet it: on a port, with a database of its own."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from db.core.callers import Caller, authenticate
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.records import Room
from db.operations import room_mutations
from db.rooms import agents
from goalroom.app import AppConfig, create_app
from goalroom.server import bind, config
from goalroom.settings import Settings
from tests.client import NO_AUTHORITIES
from tests.e2e.pooled import pooler
from tests.patience import PATIENCE_S


@dataclass
class Live:
    """The address, what its app is built from, a second way into its database, and an ADMIN who is in its one room."""

    host: str
    app: AppConfig
    database: Database
    http: httpx.AsyncClient
    room: Room
    admin: Caller
    token: str

    async def post(self, query: str, variables: object = None, **headers: str) -> httpx.Response:
        """One request of the ADMIN's, or of whoever `authorization` names."""
        sent = {"authorization": f"Bearer {self.token}"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        return await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=sent)

    async def ask(self, query: str, variables: object = None) -> dict[str, Any]:
        """The data, where nothing was refused."""
        answer: dict[str, Any] = (await self.post(query, variables)).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def newcomer(self, name: str, role: Role = Role.MEMBER) -> str:
        """The token of a new agent in the room."""
        agent = await agents.ensure(self.database, name, kind=AgentKind.AGENT)
        await agents.grant_membership(self.database, agent, [self.room.id])
        return await agents.issue_token(self.database, agent.id, role)

    async def raw(self, *pieces: bytes, pause: float = 0) -> bytes:
        """What is answered to these bytes, until the server hangs up."""
        reader, writer = await asyncio.open_connection(*self.host.split(":"))
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            return await asyncio.wait_for(reader.read(), PATIENCE_S)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    @asynccontextmanager
    async def socket(self, token: str | None = None, **settings: Any) -> AsyncGenerator["Socket"]:
        """A WebSocket that has been let in."""
        async with self.raw_socket(**settings) as opened:
            await opened.say(type="connection_init", payload={"token": token or self.token})
            assert await opened.hear() == {"type": "connection_ack"}
            yield opened

    @asynccontextmanager
    async def raw_socket(self, *protocols: str, **settings: Any) -> AsyncGenerator["Socket"]:
        """A WebSocket that said nothing yet."""
        spoken: Any = protocols or ["graphql-transport-ws"]
        async with connect(f"ws://{self.host}/graphql", subprotocols=spoken, compression=None, **settings) as opened:
            yield Socket(opened)


@dataclass
class Socket:
    """Frames, as they travel."""

    frames: ClientConnection

    async def say(self, **message: object) -> None:
        await self.frames.send(json.dumps(message))

    async def hear(self, seconds: float = PATIENCE_S) -> dict[str, Any]:
        frame = await asyncio.wait_for(self.frames.recv(), seconds)
        assert isinstance(frame, str)
        heard: dict[str, Any] = json.loads(frame)
        return heard

    async def subscribe(self, name: str, query: str, **rest: object) -> None:
        await self.say(id=name, type="subscribe", payload={"query": query, **rest})

    async def closed(self, seconds: float = PATIENCE_S) -> tuple[int | None, str | None]:
        """Code and reason with which the server closed it."""
        await asyncio.wait_for(self.frames.wait_closed(), seconds)
        return self.frames.close_code, self.frames.close_reason


@asynccontextmanager
async def serving(database_url: str, **options: Any) -> AsyncGenerator[Live]:
    """A server on this database."""
    with bind("127.0.0.1", 0) as listener:
        pool_url = pooler.pooled(database_url) if pooler.EVERYWHERE else database_url
        app = AppConfig(pool_url, direct_database_url=database_url, **{"rate_limit": 0} | options)
        server = uvicorn.Server(config(create_app(app), Settings(limits=app.limits)))
        server.capture_signals = suppress  # type: ignore[assignment]  # signals are pytest's
        task = asyncio.create_task(server.serve(sockets=[listener]))
        database = await Database.connect(database_url, size=2)
        try:
            async with asyncio.timeout(PATIENCE_S):
                # uvicorn tells nobody that it has started.
                while not server.started:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            host = "{}:{}".format(*listener.getsockname())
            async with httpx.AsyncClient(base_url=f"http://{host}", timeout=20, verify=NO_AUTHORITIES) as http:
                room = await room_mutations.ensure_main(database)
                agent = await agents.ensure(database, "admin", kind=AgentKind.HUMAN)
                await agents.grant_membership(database, agent, [room.id])
                token = await agents.issue_token(database, agent.id, Role.ADMIN)
                admin = await authenticate(database, token)
                yield Live(host, app, database, http, room, admin, token)
        finally:
            server.should_exit = True
            await task
            await database.close()
