"""Logs get shorter while servers run, die and serve; whoever has too old a cursor is told so at every one of them."""

import asyncio
import json
import secrets
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import websockets

from db.operations import doctor
from tests.conftest import Site, new_database
from tests.e2e.team import Agent, codes, hire, make_room

EVENTS, NEWEST = 25_000, 10_000

EXTENT = "select oldest, seq from room_log join room on room.id = room_id where name = 'busy'"
# As if they had been written for a year.
OLD_EVENTS = """
with log as (
  update room_log set seq = seq + $1 from room where room.id = room_id and name = 'busy'
  returning room_id, seq - $1 as seq
)
insert into event (room_id, seq, kind, at)
select log.room_id, log.seq + n, 'MEMORY_WRITTEN', now() - interval '1 year' * (1 - n / ($1 + 1.0))
  from log, generate_series(1, $1) n
"""
PAGE = """query($after: String, $last: Int) {
  events(room: "busy", after: $after, last: $last) { nodes { cursor } pageInfo { hasNextPage endCursor } } }"""
FOLLOW = 'subscription($after: String) { events(room: "busy", after: $after) { cursor } }'
KEEP = 'mutation($seconds: Int) { updateRoom(input: {room: "busy", settings: {keepEventsSeconds: $seconds}}) { id } }'


async def told(url: str, token: str, after: str) -> dict[str, Any]:
    """What the subscription from this cursor is told first."""
    target = url.replace("http://", "ws://") + "/graphql"
    async with websockets.connect(target, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": FOLLOW, "variables": {"after": after}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        message: dict[str, Any] = json.loads(await socket.recv())
        return message


async def test_a_log_gets_shorter_within_a_minute_though_a_process_is_killed(postgres_url: str, tmp_path: Path) -> None:
    async with new_database(postgres_url) as url:
        site = Site(url, f"gr_{secrets.token_urlsafe(32)}")
        with ExitStack() as stack:
            servers = [stack.enter_context(site.serve(tmp_path / f"server-{n}")) for n in range(2)]
            urls = [server.url for server in reversed(servers)]
            connection = await asyncpg.connect(url)
            async with httpx.AsyncClient() as http:
                admin = Agent(site.token, urls, http)
                await make_room(admin, "busy")
                bob = await hire(admin, "bob", "busy", urls)
                await connection.execute("update event set at = at - interval '1 year'")
                await connection.execute(OLD_EVENTS, EVENTS)
                [first] = (await bob.ask(PAGE, last=1))["events"]["nodes"]
                begin = first["cursor"].rpartition(".")[0] + ".0"
                assert (await bob.ask(PAGE, after=begin))["events"]["pageInfo"]["hasNextPage"]

                await admin.ask(KEEP, seconds=3600)
                began = time.monotonic()
                await until(connection, "oldest > 0")
                await asyncio.to_thread(servers[0].stop, signal.SIGKILL)
                await until(connection, f"oldest = seq - {NEWEST}")
                assert time.monotonic() - began < 60

                oldest, end = await connection.fetchrow(EXTENT)
                assert oldest == end - NEWEST
                [error] = (await bob.send(PAGE, after=begin))["errors"]
                assert error["extensions"]["code"] == "CURSOR_EXPIRED"
                left = error["extensions"]["oldest"]
                assert left.endswith(f".{oldest}")
                page = (await bob.ask(PAGE, after=left))["events"]
                assert page["nodes"] == (await bob.ask(PAGE))["events"]["nodes"]
                assert page["nodes"][0]["cursor"].endswith(f".{oldest + 1}")

                refused = await told(servers[1].url, bob.token, begin)
                assert codes({"errors": refused["payload"]}) == ["CURSOR_EXPIRED"]
                assert (await told(servers[1].url, bob.token, left))["payload"]["data"]["events"] == page["nodes"][0]
            assert await doctor.problems(connection) == []
            await connection.close()


async def until(connection: Any, condition: str) -> None:
    while not await connection.fetchval(f"select {condition} from ({EXTENT}) log"):  # noqa: ASYNC110, S608  # it doesn't tell
        await asyncio.sleep(0.02)
