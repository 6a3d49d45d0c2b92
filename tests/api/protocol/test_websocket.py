"""GraphQL over WebSocket: graphql-transport-ws to the letter, with raw frames."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from functools import partial
from itertools import pairwise

import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import InvalidStatus

from db.core.enums import EventKind
from db.rooms import agents
from goalroom.limits import DEFAULTS, Limits
from goalroom.transport import connections
from goalroom.transport.uvicorn_http import Upgrades
from tests.api.server_fixture import Live, Socket, serving

EVENTS = "subscription ($after: String) { events(after: $after) { cursor kind data } }"
RENAME = 'mutation ($title: String) { updateRoom(input: {room: "main", title: $title}) { title } }'
INIT = {"type": "connection_init"}


@pytest.fixture
async def opened(live: Live) -> AsyncGenerator[Socket]:
    """The ADMIN's socket."""
    async with live.socket() as socket:
        yield socket


async def here(live: Live) -> str | None:
    """The cursor at which the log ends now."""
    page = await live.ask("{ events(last: 1) { pageInfo { endCursor } } }")
    cursor: str | None = page["events"]["pageInfo"]["endCursor"]
    return cursor


async def write(live: Live, titles: range) -> None:
    """Events, many at a time."""
    async with live.database.transaction() as tx:
        for title in titles:
            tx.append_event(live.room.id, EventKind.ROOM_UPDATED, actor=live.admin.agent_id, data={"title": title})


async def test_a_query_and_a_mutation_are_answered_once(opened: Socket) -> None:
    await opened.subscribe("1", "{ me { name } }")
    query = [await opened.hear(), await opened.hear()]
    await opened.subscribe("1", RENAME, variables={"title": "New"})
    mutation = [await opened.hear(), await opened.hear()]

    assert query == [
        {"id": "1", "type": "next", "payload": {"data": {"me": {"name": "admin"}}}},
        {"id": "1", "type": "complete"},
    ]
    assert mutation == [
        {"id": "1", "type": "next", "payload": {"data": {"updateRoom": {"title": "New"}}}},
        {"id": "1", "type": "complete"},
    ]


async def test_a_subscription_goes_on_until_it_is_completed(live: Live, opened: Socket) -> None:
    await opened.subscribe("s", EVENTS, variables={"after": await here(live)})

    await live.ask(RENAME, {"title": "One"})
    one = await opened.hear()
    await opened.say(id="s", type="complete")
    await opened.say(type="ping")
    pong = await opened.hear()
    await live.ask(RENAME, {"title": "Two"})
    await opened.say(type="ping", payload={"n": 1})
    after = await opened.hear()

    assert one["payload"]["data"]["events"]["data"] == {"title": "One"}
    assert (pong, after) == ({"type": "pong"}, {"type": "pong", "payload": {"n": 1}})


async def test_the_client_of_gql_follows_the_log(live: Live) -> None:
    transport = WebsocketsTransport(f"ws://{live.host}/graphql", init_payload={"Authorization": f"Bearer {live.token}"})
    heard = []

    async with Client(transport=transport) as client:
        await live.ask(RENAME, {"title": "Gql"})
        async for event in client.subscribe(gql(f'subscription {{ events(after: "R{live.room.id}.0") {{ kind }} }}')):
            heard.append(event["events"]["kind"])
            if heard[-1] == "ROOM_UPDATED":
                break

    assert heard[0] == "ROOM_CREATED"


CANNOT_RUN = [
    ("subscription {", "GRAPHQL_PARSE_FAILED"),
    ("subscription { " + "nothing" * 100 + " }", "GRAPHQL_VALIDATION_FAILED"),
    ("subscription A { events { kind } } subscription B { events { kind } }", "BAD_INPUT"),
    ("subscription { events { kind } } fragment F on Room { id }", "GRAPHQL_VALIDATION_FAILED"),
    ('subscription { events(room: "R999") { kind } }', "NOT_FOUND"),
    ('subscription { events(after: "nonsense") { kind } }', "BAD_INPUT"),
    ("", "GRAPHQL_PARSE_FAILED"),
]


async def test_what_cannot_run_is_an_error_and_the_socket_stays(opened: Socket) -> None:
    for query, code in CANNOT_RUN:
        await opened.subscribe("1", query)
        error = await opened.hear()

        assert (error["id"], error["type"]) == ("1", "error")
        assert [found["extensions"]["code"] for found in error["payload"]] == [code]

    await opened.subscribe("1", "{ me { name } }")
    assert (await opened.hear())["payload"] == {"data": {"me": {"name": "admin"}}}


NO_MESSAGES: list[str | bytes] = [
    "",
    "{",
    "null",
    "7",
    "[]",
    '"ping"',
    "{}",
    '{"type": 7}',
    '{"type": []}',
    '{"type": "next", "id": "1"}',
    '{"type": "start", "id": "1"}',
    '{"type": "subscribe", "payload": {"query": "{ me { name } }"}}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{ me { name } }"}}',
    '{"type": "subscribe", "id": {}, "payload": {"query": "{ me { name } }"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ me { name } }"}}',
    '{"type": "subscribe", "id": "1"}',
    '{"type": "subscribe", "id": "1", "payload": "{ me { name } }"}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ me { name } }", "variables": []}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ me { name } }", "operationName": 1}}',
    '{"type": "complete"}',
    '{"type": "complete", "id": 1}',
    '{"type": "ping", "payload": "x"}',
    '{"type": "pong", "payload": []}',
    '{"type": "subscribe", "id": ' + "9" * 5_000 + "}",
    '{"type": "ping", "payload": ' + '{"n":' * 50_000 + "1" + "}" * 50_000 + "}",
    b'{"type": "ping"}',
]


async def test_what_is_no_message_closes_with_4400(live: Live) -> None:
    for frame in NO_MESSAGES:
        async with live.socket() as socket:
            await socket.frames.send(frame)

            assert (await socket.closed())[0] == 4400, frame[:60]


async def test_without_a_token_the_socket_is_closed_with_4403(live: Live) -> None:
    payloads: list[object] = [
        None,
        {},
        {"token": ""},
        {"token": 7},
        {"token": "nonsense"},
        {"Authorization": "Bearer nonsense"},
        {"token": "\ud800"},
    ]

    for payload in payloads:
        async with live.raw_socket() as socket:
            await socket.say(type="connection_init", payload=payload)

            assert (await socket.closed())[0] == 4403, payload


async def test_a_token_comes_with_the_init(live: Live) -> None:
    bearer = f"Bearer {live.token}"

    for payload in ({"Authorization": bearer}, {"authorization": bearer}, {"token": live.token}):
        async with live.raw_socket() as socket:
            await socket.say(type="connection_init", payload=payload)

            assert await socket.hear() == {"type": "connection_ack"}


async def test_a_token_in_the_header_will_do(live: Live) -> None:
    async with live.raw_socket(additional_headers={"authorization": f"Bearer {live.token}"}) as socket:
        await socket.say(type="connection_init", payload=None)

        assert await socket.hear() == {"type": "connection_ack"}


async def test_an_init_with_a_wrong_payload_closes_with_4400(live: Live) -> None:
    payloads: list[object] = ["x", 7, [], {"token": live.token, "session": 7}, {"token": live.token, "session": ""}]

    for payload in payloads:
        async with live.raw_socket() as socket:
            await socket.say(type="connection_init", payload=payload)

            assert (await socket.closed())[0] == 4400, payload


async def test_the_codes_of_the_protocol(live: Live) -> None:
    async with live.raw_socket() as early:
        await early.subscribe("1", "{ me { name } }")
        assert await early.closed() == (4401, "Unauthorized")
    async with live.socket() as eager:
        await eager.say(**INIT)
        assert await eager.closed() == (4429, "Too many initialisation requests")
    async with live.socket() as doubled:
        await doubled.subscribe("x", EVENTS)
        await doubled.subscribe("x", EVENTS)
        assert await doubled.closed() == (4409, "Subscriber for x already exists")
    for protocols in (["graphql-ws"], ["nonsense"]):
        async with live.raw_socket(*protocols) as stranger:
            assert (await stranger.closed())[0] == 4406


async def test_who_never_inits_is_closed_with_4408(database_url: str) -> None:
    assert DEFAULTS.init_seconds == 10
    async with serving(database_url, limits=Limits.of("init_seconds=1")) as live, live.raw_socket() as socket:
        began = time.monotonic()
        await socket.say(type="ping")
        assert await socket.hear() == {"type": "pong"}

        assert (await socket.closed(15))[0] == 4408
        assert time.monotonic() - began > 0.8


async def test_a_silent_client_is_asked_whether_it_is_there(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_PING_SECONDS", 0.2)

    async with live.socket() as socket:
        first = await socket.hear()
        await socket.say(type="pong")
        second = await socket.hear()

    assert (first, second) == ({"type": "ping"}, {"type": "ping"})


async def test_a_message_has_a_megabyte_at_most(opened: Socket) -> None:
    await opened.say(type="ping", payload={"x": "x" * 1_000_000})

    assert (await opened.closed())[0] == 1009


async def test_pages_of_other_sites_do_not_get_in(live: Live) -> None:
    async with live.socket(origin=f"http://{live.host}"):
        pass
    for origin in ("https://evil.example", "null", "http://["):
        with pytest.raises(InvalidStatus) as refused:
            async with live.socket(origin=origin):
                pass

        assert refused.value.response.status_code == 403


async def test_a_socket_has_a_hundred_operations_at_most(opened: Socket) -> None:
    for n in range(DEFAULTS.socket_operations):
        await opened.subscribe(str(n), EVENTS)

    await opened.subscribe("more", EVENTS)
    refused = await opened.hear()
    await opened.say(id="0", type="complete")
    await opened.subscribe("more", "{ me { name } }")
    taken = await opened.hear()

    assert [refused["id"], refused["type"], refused["payload"][0]["extensions"]["code"]] == [
        "more",
        "error",
        "TOO_COMPLEX",
    ]
    assert taken["payload"] == {"data": {"me": {"name": "admin"}}}


async def test_a_revoked_token_ends_its_sockets_within_a_second(live: Live) -> None:
    token = await live.newcomer("left")
    async with live.socket(token) as socket, live.socket() as other:
        await socket.subscribe("1", EVENTS)

        await live.ask('mutation { revokeTokens(input: {agent: "left"}) }')
        began = time.monotonic()

        assert (await socket.closed())[0] == 4403
        assert time.monotonic() - began < 1
        await other.say(type="ping")
        assert await other.hear() == {"type": "pong"}


async def test_who_leaves_a_room_hears_no_more_of_it(live: Live) -> None:
    token = await live.newcomer("left")
    async with live.socket(token) as socket:
        await socket.subscribe("1", EVENTS, variables={"after": await here(live)})
        await live.ask(RENAME, {"title": "Before"})
        before = await socket.hear()

        await live.database.execute(
            "delete from room_member where agent_id = (select id from agent where name = 'left')"
        )
        await asyncio.sleep(1)
        await live.ask(RENAME, {"title": "After"})
        after = await socket.hear()

        assert before["payload"]["data"]["events"]["data"] == {"title": "Before"}
        assert (after["type"], after["payload"][0]["extensions"]["code"]) == ("error", "NOT_FOUND")


async def test_the_socket_is_told_that_the_server_stops(live: Live, opened: Socket) -> None:
    await opened.subscribe("1", EVENTS)

    live.app.stopping.set()

    assert (await opened.closed())[0] == 1012


async def test_an_open_socket_keeps_its_agent_and_session_here(live: Live) -> None:
    token = await live.newcomer("worker")
    agent = await agents.ensure(live.database, "worker")
    beat = 'mutation { heartbeat(input: {session: "night"}) { session { label } } }'
    await live.post(beat, authorization=f"Bearer {token}")
    async with live.raw_socket() as socket:
        await socket.say(type="connection_init", payload={"token": token, "session": "night"})
        assert await socket.hear() == {"type": "connection_ack"}
        # As if it had been silent for an hour, which only the socket contradicts.
        await live.database.execute("update agent set last_seen_at = now() - interval '1 hour' where id = $1", agent.id)
        await live.database.execute("update session set last_seen_at = now() - interval '1 hour'")
        await asyncio.sleep(2.5)

        ages = await live.database.fetchrow(
            "select now() - agent.last_seen_at < interval '9 s', now() - session.last_seen_at < interval '9 s' "
            "from agent join session on session.agent_id = agent.id where agent.id = $1",
            agent.id,
        )

    assert tuple(ages) == (True, True)


async def test_a_reader_that_stops_gets_everything_once_it_goes_on(live: Live) -> None:
    count, cursor = 5_000, await here(live)
    async with live.socket(max_queue=1) as socket:
        await socket.subscribe("1", EVENTS, variables={"after": cursor})
        await write(live, range(1))
        assert (await socket.hear())["payload"]["data"]["events"]["data"] == {"title": 0}

        for start in range(1, count, 500):
            await write(live, range(start, min(start + 500, count)))
        await asyncio.sleep(1)
        heard = [(await socket.hear())["payload"]["data"]["events"]["data"]["title"] for _ in range(1, count)]

        assert heard == list(range(1, count))


async def test_frames_are_text_and_ids_come_back_as_they_were(live: Live) -> None:
    async with live.socket() as socket:
        for name in ("0", "ä-€", "x" * 1000):
            await socket.subscribe(name, "{ me { name } }")
            assert [(await socket.hear())["id"], (await socket.hear())["id"]] == [name, name]


async def test_a_client_that_hangs_up_in_the_middle_leaves_nothing_behind(live: Live) -> None:
    for _ in range(20):
        async with live.raw_socket() as socket:
            await socket.say(type="connection_init", payload={"token": live.token})
            await socket.subscribe("1", EVENTS)
            socket.frames.transport.abort()
    await asyncio.sleep(1)

    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]

    assert not [name for name in names if name.startswith("_Socket.")]
    assert json.loads((await live.http.get("/readyz")).text)["ready"]


async def test_a_crowd_is_let_in_a_few_at_a_time_and_in_order_whatever_fails() -> None:
    loop, failed = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, context: failed.append(context["exception"]))
    let_in: list[int] = []
    upgrades = Upgrades()

    def upgrade(number: int) -> None:
        let_in.append(number)
        if number == 5:
            raise OSError

    for number in range(20):
        upgrades.soon(partial(upgrade, number))
    seen = []
    while len(let_in) < 20:
        await asyncio.sleep(0)
        seen.append(len(let_in))
    loop.set_exception_handler(None)

    assert let_in == list(range(20))
    assert len(failed) == 1
    assert max(after - before for before, after in pairwise([0, *seen])) < 10


async def test_sockets_that_leave_before_their_turn_hurt_nobody(live: Live) -> None:
    host, port = live.host.split(":")
    handshake = (
        f"GET /graphql HTTP/1.1\r\nHost: {live.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )

    async def leave() -> None:
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(handshake.encode())
        await asyncio.sleep(0)
        writer.transport.abort()

    await asyncio.gather(*(leave() for _ in range(100)))

    async with live.socket() as socket:
        await socket.subscribe("mine", "{ me { name } }")
        assert (await socket.hear())["type"] == "next"
