"""The login link's door: as bounded as /graphql, for it too is open to everybody."""

import asyncio
import logging
import time

import pytest

from db.core.enums import Role
from db.rooms import browser_sessions
from goalroom.limits import Limits
from tests.api.server_fixture import Live, serving


async def ticket_of(live: Live) -> str:
    return await browser_sessions.issue_ticket(live.database, live.admin.agent_id, Role.ADMIN, 600)


def head(path: str, length: int) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {length}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.mark.parametrize("path", ["/login", "/way-in"])
async def test_a_body_has_a_time_limit_and_a_size(database_url: str, path: str) -> None:
    async with serving(database_url, limits=Limits.of("body_seconds=1")) as live:
        began = time.monotonic()
        slow = await live.raw(head(path, 100), b"{")
        large = await live.raw(head(path, 100_000), b"x" * 2_000)

        assert slow.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in slow
        assert large.startswith(b"HTTP/1.1 413 ")
        assert time.monotonic() - began < 10


async def test_who_hangs_up_leaves_no_traceback(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(3):
        _, writer = await asyncio.open_connection(*live.host.split(":"))
        writer.write(head("/login", 100) + b"{")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()
    await asyncio.sleep(0.2)

    assert (await live.http.post("/login", json={"ticket": "x"})).status_code == 403
    assert [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR] == []


async def test_guesses_are_limited_and_the_right_ticket_is_not(database_url: str) -> None:
    async with serving(database_url, rate_limit=5) as live:
        ticket = await ticket_of(live)
        guesses = [await live.http.post("/login", json={"ticket": f"{n}"}) for n in range(40)]
        right = await live.http.post("/login", json={"ticket": ticket})

        statuses = [guess.status_code for guess in guesses]
        assert set(statuses) == {403, 429}
        assert statuses[:5] == [403] * 5
        assert int(guesses[statuses.index(429)].headers["retry-after"]) >= 1
        assert right.status_code == 200
        assert "HttpOnly" in right.headers["set-cookie"]
