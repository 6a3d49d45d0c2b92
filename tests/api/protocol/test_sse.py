"""GraphQL over server-sent events, in the mode of distinct connections."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from goalroom.transport import sse
from tests.api.server_fixture import Live
from tests.patience import PATIENCE_S

RENAME = 'mutation ($title: String) { updateRoom(input: {room: "main", title: $title}) { title } }'

Stream = AsyncGenerator[tuple[str, Any]]


@asynccontextmanager
async def stream(
    live: Live, query: str, token: str | None = None, accept: str = "text/event-stream"
) -> AsyncGenerator[tuple[httpx.Response, Stream]]:
    headers = {"authorization": f"Bearer {token or live.token}", "accept": accept}
    async with live.http.stream("POST", "/graphql", json={"query": query}, headers=headers) as response:
        yield response, events(response)


def everything(live: Live) -> str:
    return f'subscription {{ events(after: "R{live.room.id}.0") {{ kind data }} }}'


async def events(response: httpx.Response) -> Stream:
    kind = ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(":")
        if name == "event":
            kind = value.strip()
        elif name == "data":
            yield kind, json.loads(value) if value.strip() else None


async def test_a_query_is_one_event(live: Live) -> None:
    async with stream(live, "{ me { name } }") as (response, heard):
        all_heard = [event async for event in heard]

    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert all_heard == [("next", {"data": {"me": {"name": "admin"}}}), ("complete", None)]


async def test_a_subscription_follows_the_log(live: Live) -> None:
    async with stream(live, everything(live), accept="text/event-stream, */*;q=0.1") as (_, heard):
        first = await anext(heard)
        await live.ask(RENAME, {"title": "New"})
        async with asyncio.timeout(PATIENCE_S):
            async for _, payload in heard:
                last = payload["data"]["events"]
                if last["kind"] == "ROOM_UPDATED":
                    break

    assert first[1]["data"]["events"]["kind"] == "ROOM_CREATED"
    assert last["data"] == {"title": "New"}


async def test_a_stream_without_events_shows_that_it_is_alive(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "_QUIET_SECONDS", 0.1)
    headers = {"authorization": f"Bearer {live.token}", "accept": "text/event-stream"}
    quiet = {"query": "subscription { taskUnblocked { task { id } } }"}
    lines: list[str] = []

    async with live.http.stream("POST", "/graphql", json=quiet, headers=headers) as response:
        async for line in response.aiter_lines():
            lines.append(line)
            if len(lines) == 6:
                break

    assert lines == [":", ""] * 3


async def test_what_cannot_run_is_told_in_the_stream(live: Live) -> None:
    found = {}
    for query in ("{", "{ nothing }", 'subscription { events(room: "R999") { kind } }'):
        async with stream(live, query) as (response, heard):
            [(kind, payload), end] = [event async for event in heard]
        found[query] = payload["errors"][0]["extensions"]["code"]

        assert (response.status_code, kind, end) == (200, "next", ("complete", None))

    assert list(found.values()) == ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "NOT_FOUND"]


async def test_without_a_token_there_is_no_stream(live: Live) -> None:
    async with stream(live, everything(live), token="nonsense") as (response, _):
        assert response.status_code == 401


async def test_a_subscription_without_a_stream_is_refused(live: Live) -> None:
    response = await live.post(everything(live))

    assert response.status_code == 406


async def test_a_revoked_token_ends_the_stream(live: Live) -> None:
    token = await live.newcomer("left")
    async with stream(live, everything(live), token) as (_, heard):
        await anext(heard)
        await live.ask('mutation { revokeTokens(input: {agent: "left"}) }')
        async with asyncio.timeout(PATIENCE_S):
            *_, (_, payload), end = [event async for event in heard]

    assert payload["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert end == ("complete", None)


async def test_a_stream_that_ends_with_the_server_asks_to_come_back(live: Live) -> None:
    async with stream(live, everything(live)) as (_, heard):
        await anext(heard)
        live.app.stopping.set()
        async with asyncio.timeout(PATIENCE_S):
            rest = [kind async for kind, _ in heard]

    assert "complete" not in rest


async def test_a_stream_that_is_left_is_cleared_away(live: Live) -> None:
    for _ in range(10):
        async with stream(live, everything(live)) as (_, heard):
            await anext(heard)
    await asyncio.sleep(1)

    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]

    assert not [name for name in names if name in {"_pump", "_tick", "until_disconnected"}]
