"""What one client may ask for: beyond it there is an answer with a code, and nobody else notices."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from graphql import get_introspection_query

from goalroom.limits import DEFAULTS, Limits
from tests.api.server_fixture import Live, serving

EVENTS = "subscription { events { kind } }"
WAIT = "mutation { claimNextTask(input: {waitSeconds: 20}) { task { id } } }"
NESTED = "{ room { tasks(first: 200) { nodes { room { tasks(first: 200) { nodes { id } } } } } } }"


@asynccontextmanager
async def limited(database_url: str, text: str) -> AsyncGenerator[Live]:
    async with serving(database_url, rate_limit=1_000, limits=Limits.of(text)) as live:
        yield live


def extensions(answer: dict[str, Any]) -> dict[str, Any]:
    [error] = answer["errors"]
    assert error["extensions"]["hint"]
    return {name: fact for name, fact in error["extensions"].items() if name != "hint"}


async def test_what_costs_too_much_is_refused_before_it_runs(live: Live) -> None:
    began = time.monotonic()
    refused = await live.post(NESTED)
    async with live.socket() as socket:
        await socket.subscribe("1", NESTED)
        over_socket = await socket.hear()

    assert extensions(refused.json()) == {
        "code": "TOO_COMPLEX",
        "limit": 60_000,
        "what": "points of cost",
        "cost": 84220,
    }
    assert (over_socket["type"], over_socket["payload"][0]["extensions"]["cost"]) == ("error", 84220)
    assert time.monotonic() - began < 1


async def test_the_size_of_a_page_may_come_in_a_variable(live: Live) -> None:
    query = "query ($n: Int) { room { tasks(first: $n) { nodes { comments(first: $n) { nodes { id } } } } } }"

    small = (await live.post(query, {"n": 10})).json()
    large = (await live.post(query, {"n": 200})).json()

    assert small == {"data": {"room": {"tasks": {"nodes": []}}}}
    assert extensions(large)["code"] == "TOO_COMPLEX"


async def test_introspection_is_open_and_bounded(live: Live) -> None:
    standard = get_introspection_query(input_value_deprecation=True)
    schema = "__schema { types { fields { args { type { name } } } inputFields { type { name } } } }"

    once = (await live.post(standard)).json()
    often = (await live.post("{ " + " ".join(f"a{n}: {schema}" for n in range(100)) + " }")).json()
    deep = (await live.post("{ __schema { types" + " { fields { type" * 4 + " { name } " + "} }" * 4 + "} }")).json()

    assert once["data"]["__schema"]["queryType"]["name"] == "Query"
    assert extensions(often)["code"] == "TOO_COMPLEX"
    assert extensions(often)["limit"] == DEFAULTS.introspection
    assert deep["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_what_runs_too_long_is_ended(database_url: str) -> None:
    async with limited(database_url, "run_seconds=1") as live:
        connection = await live.database.pool.acquire()
        transaction = connection.transaction()
        await transaction.start()
        # Who asks is known without this table.
        await connection.execute("lock table objective in access exclusive mode")
        answer = (await live.post("{ room { objectives(first: 1) { nodes { id } } } }")).json()
        await transaction.rollback()
        await live.database.pool.release(connection)
        polled = (await live.post("mutation { claimNextTask(input: {waitSeconds: 2}) { task { id } } }")).json()

    assert answer["data"] is None
    assert extensions(answer)["code"] == "TOO_COMPLEX"
    assert polled == {"data": {"claimNextTask": {"task": None}}}


async def test_a_head_is_not_endless(database_url: str) -> None:
    async with limited(database_url, "header_bytes=20000 header_seconds=1") as live:
        start = f"GET /healthz HTTP/1.1\r\nHost: {live.host}\r\n".encode()
        long = await live.raw(start + b"X: " + b"x" * 30_000 + b"\r\n\r\n")
        many = await live.raw(start + b"".join(b"X-%d: x\r\n" % n for n in range(3_000)) + b"\r\n")
        endless = await live.raw(start + b"X: ", *[b"x" * 5_000] * 4, pause=0.05)
        slow = await live.raw(start)
        silent = await live.raw()
        nonsense = await live.raw(b"nonsense\r\n\r\n")
        fitting = await live.raw(start + b"X: " + b"x" * 19_000 + b"\r\nConnection: close\r\n\r\n")

    assert [one[:12] for one in (long, many, endless)] == [b"HTTP/1.1 431"] * 3
    assert [one[:12] for one in (slow, silent)] == [b"HTTP/1.1 408"] * 2
    assert nonsense[:12] == b"HTTP/1.1 400"
    assert b'"code":"BAD_INPUT"' in long
    assert fitting[:12] == b"HTTP/1.1 200"


async def test_a_body_takes_its_time_but_not_all_of_it(database_url: str) -> None:
    async with limited(database_url, "body_seconds=1 body_bytes=1000") as live:
        start = (
            f"POST /graphql HTTP/1.1\r\nHost: {live.host}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {live.token}\r\n"
        ).encode()
        slow = await live.raw(start + b"Content-Length: 900\r\n\r\n", b"{", b'"', pause=0.4)
        large = await live.raw(start + b"Content-Length: 1001\r\n\r\n")
        chunked = await live.raw(start + b"Transfer-Encoding: chunked\r\n\r\n", b"3e9\r\n" + b"x" * 1001 + b"\r\n")

    assert [one[:12] for one in (slow, large, chunked)] == [b"HTTP/1.1 408", b"HTTP/1.1 413", b"HTTP/1.1 413"]


async def test_of_too_many_silent_sockets_the_oldest_goes(database_url: str) -> None:
    async with limited(database_url, "unauthenticated_sockets=3") as live, AsyncExitStack() as opened:
        silent = [await opened.enter_async_context(live.raw_socket()) for _ in range(4)]

        assert (await silent[0].closed())[0] == 4408
        await silent[1].say(type="connection_init", payload={"token": live.token})
        assert await silent[1].hear() == {"type": "connection_ack"}
        async with live.socket() as speaking:
            await speaking.say(type="ping")
            assert await speaking.hear() == {"type": "pong"}


async def test_operations_of_a_socket_count_though_its_client_turned_away(database_url: str) -> None:
    async with limited(database_url, "socket_operations=2") as live, live.socket() as socket:
        for name in ("a", "b"):
            await socket.subscribe(name, WAIT)
            await socket.say(id=name, type="complete")
        await socket.subscribe("c", "{ me { name } }")

        refused = await socket.hear()

        assert (refused["id"], refused["payload"][0]["extensions"]["code"]) == ("c", "TOO_COMPLEX")


@pytest.fixture
async def slow(database_url: str) -> AsyncGenerator[Live]:
    """A server that takes one request a second, and two at once."""
    async with serving(database_url, rate_limit=1) as live:
        yield live


async def test_a_token_has_its_rate(slow: Live) -> None:
    other = await slow.newcomer("other")
    answers = await asyncio.gather(*(slow.post("{ me { name } }") for _ in range(20)))
    taken, [*_, refused] = ([one for one in answers if one.status_code == status] for status in (200, 429))
    after = await slow.post("{ me { name } }", authorization=f"Bearer {other}")
    await asyncio.sleep(extensions(refused.json())["retryAfterSeconds"])
    again = await slow.post("{ me { name } }")

    assert 2 <= len(taken) < 5
    assert taken[0].headers["ratelimit-policy"] == '"requests";q=2;w=2'
    assert taken[0].headers["ratelimit"].startswith('"requests";r=')
    assert extensions(refused.json())["code"] == "RATE_LIMITED"
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit"].startswith('"requests";r=0;')
    assert (after.status_code, again.status_code) == (200, 200)


async def test_sockets_and_streams_count_too(slow: Live) -> None:
    async with slow.socket() as socket:
        for n in range(20):
            await socket.subscribe(str(n), "{ me { name } }")
        heard = [await socket.hear() for _ in range(20)]
        streamed = await slow.post(EVENTS, accept="text/event-stream")
        await asyncio.sleep(1.5)
        await socket.subscribe("again", "{ me { name } }")
        while (again := await socket.hear())["id"] != "again":
            pass

    refused = [one["payload"][0]["extensions"]["code"] for one in heard if one["type"] == "error"]
    assert set(refused) == {"RATE_LIMITED"}
    assert len(refused) > 10
    assert (streamed.status_code, extensions(streamed.json())["code"]) == (429, "RATE_LIMITED")
    assert again["payload"] == {"data": {"me": {"name": "admin"}}}


async def test_subscriptions_and_sockets_take_nothing_from_requests(slow: Live) -> None:
    async with AsyncExitStack() as opened:
        sockets = [await opened.enter_async_context(slow.socket()) for _ in range(10)]
        for socket in sockets:
            await socket.subscribe("s", EVENTS)
            await socket.say(type="ping")
        heard = [await socket.hear() for socket in sockets]
        answers = [await slow.post("{ me { name } }") for _ in range(2)]

    assert heard == [{"type": "pong"}] * 10
    assert [one.status_code for one in answers] == [200, 200]


async def test_what_costs_much_counts_as_many(slow: Live) -> None:
    large = await slow.post("{ room { tasks(first: 200) { nodes { id title status priority } } } }")
    next_one = await slow.post("{ me { name } }")

    assert (large.status_code, next_one.status_code) == (200, 429)
    assert extensions(next_one.json())["retryAfterSeconds"] > 4


async def test_nothing_is_limited_where_the_rate_is_none(live: Live) -> None:
    answers = await asyncio.gather(*(live.post("{ me { name } }") for _ in range(60)))

    assert {one.status_code for one in answers} == {200}
    assert "ratelimit" not in answers[0].headers


async def test_long_polls_and_subscriptions_are_counted_apart(database_url: str) -> None:
    async with limited(database_url, "polls=1 subscriptions=1 requests=1 sockets=1") as live, live.socket() as socket:
        poll = asyncio.create_task(live.post(WAIT))
        await socket.subscribe("s", EVENTS)
        await asyncio.sleep(0.5)

        polled = await live.post(WAIT)
        await socket.subscribe("t", EVENTS)
        subscribed = await socket.hear()
        streamed = await live.post(EVENTS, accept="text/event-stream")
        asked = await live.post("{ me { name } }")
        async with live.raw_socket() as second:
            await second.say(type="connection_init", payload={"token": live.token})
            closed = await second.closed()
        await socket.say(id="s", type="complete")
        await socket.subscribe("u", EVENTS)
        await socket.say(type="ping")
        then = await socket.hear()
        poll.cancel()

    assert [polled.status_code, streamed.status_code, asked.status_code] == [429, 429, 200]
    assert subscribed["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert closed == (1013, "Rate limit exceeded: at most 1 sockets at once for each agent.")
    assert then == {"type": "pong"}


async def test_bodies_that_are_coming_in_count_as_requests(database_url: str) -> None:
    async with limited(database_url, "requests=2") as live:
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: {live.host}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {live.token}\r\nContent-Length: 900\r\n\r\n"
        ).encode()
        waiting = [asyncio.create_task(live.raw(head)) for _ in range(2)]
        await asyncio.sleep(0.5)
        refused = await live.post("{ me { name } }")
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.sleep(0.2)
        taken = await live.post("{ me { name } }")

    assert (refused.status_code, taken.status_code) == (429, 200)
