"""GraphQL over HTTP: what is answered to which request, and that nothing else gets in."""

import asyncio
import gzip
import json
import logging
import time
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport

from db.core.enums import Role
from tests.api.server_fixture import Live
from tests.patience import PATIENCE_S

JSON, RESPONSE_JSON = "application/json", "application/graphql-response+json"
RENAME = 'mutation ($title: String) { updateRoom(input: {room: "main", title: $title}) { title } }'


def codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json().get("errors", ())]


async def send(live: Live, content: bytes | str, method: str = "POST", **headers: str) -> httpx.Response:
    sent = {"authorization": f"Bearer {live.token}", "content-type": JSON}
    sent |= {name.replace("_", "-"): text for name, text in headers.items()}
    return await live.http.request(method, "/graphql", content=content, headers=sent)


async def test_a_query_is_answered_as_the_client_takes_it(live: Live) -> None:
    kinds = {
        "": JSON,
        "*/*": JSON,
        "application/*": JSON,
        JSON: JSON,
        RESPONSE_JSON: RESPONSE_JSON,
        f"{RESPONSE_JSON}, {JSON};q=0.9": RESPONSE_JSON,
        f"{JSON}, {RESPONSE_JSON};q=0.9": JSON,
        f"{RESPONSE_JSON};q=0, */*;q=0.1": JSON,
        "text/html, */*;q=0.8": JSON,
        f"{RESPONSE_JSON}, {JSON}, text/event-stream": RESPONSE_JSON,
    }

    for accept, kind in kinds.items():
        response = await live.post("{ me { name } }", accept=accept)

        assert (response.status_code, response.json()) == (200, {"data": {"me": {"name": "admin"}}})
        assert response.headers["content-type"] == f"{kind}; charset=utf-8"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["vary"] == "Accept"


async def test_nothing_else_can_be_answered(live: Live) -> None:
    response = await live.post("{ me { name } }", accept="image/png")

    assert (response.status_code, codes(response)) == (406, ["BAD_INPUT"])


CANNOT_RUN: list[tuple[str, object, str]] = [
    ("{", None, "GRAPHQL_PARSE_FAILED"),
    ("", None, "GRAPHQL_PARSE_FAILED"),
    ("{ nothing }", None, "GRAPHQL_VALIDATION_FAILED"),
    ("query A { rooms { id } } query B { rooms { id } }", None, "BAD_INPUT"),
    ("query ($id: ID!) { task(id: $id) { id } }", None, "BAD_INPUT"),
    ("query ($id: ID!) { task(id: $id) { id } }", {"id": ["T1"]}, "BAD_INPUT"),
    ("query ($id: ID!) { task(id: $id) { id } }", {"id": "T1\0"}, "BAD_INPUT"),
    ("query ($first: Int) { readyTasks(first: $first) { id } }", {"first": 2**31}, "BAD_INPUT"),
    ("{ readyTasks(first: 2147483648) { id } }", None, "BAD_INPUT"),
    ("{ agents(presence: [AWAY]) { id } }", None, "BAD_INPUT"),
    ('{ task(id: "\\u0000") { id } }', None, "BAD_INPUT"),
    ("{ me { name } " * 2000, None, "TOO_COMPLEX"),
]


async def test_a_request_that_cannot_run_has_errors_and_no_data(live: Live) -> None:
    for query, variables, code in CANNOT_RUN:
        for accept, status in ((JSON, 200), (RESPONSE_JSON, 400)):
            response = await live.post(query, variables, accept=accept)

            assert (response.status_code, codes(response)) == (status, [code]), query[:60]
            assert "data" not in response.json()
            assert response.json()["errors"][0]["extensions"]["hint"]


async def test_of_several_operations_one_is_named(live: Live) -> None:
    both = "query A { rooms { name } } query B { me { name } }"

    known = await send(live, json.dumps({"query": both, "operationName": "B"}))
    unknown = await send(live, json.dumps({"query": both, "operationName": "C"}), accept=RESPONSE_JSON)

    assert known.json() == {"data": {"me": {"name": "admin"}}}
    assert (unknown.status_code, codes(unknown)) == (400, ["BAD_INPUT"])


NO_REQUESTS = [
    b"",
    b"{",
    b"null",
    b"true",
    b"7",
    b'"{ me { name } }"',
    b"[]",
    b'[{"query": "{ me { name } }"}]',
    b"{}",
    b'{"query": null}',
    b'{"query": 7}',
    b'{"query": "{ me { name } }", "variables": []}',
    b'{"query": "{ me { name } }", "variables": "{}"}',
    b'{"query": "{ me { name } }", "extensions": 7}',
    b'{"query": "{ me { name } }", "operationName": 7}',
    b'{"query": "{ me { name } }", "operationName": "\\ud800"}',
    b'{"query": "{ me { name } }", "variables": {"n": NaN}}',
    b'{"query": "{ me { name } }", "variables": {"n": ' + b"9" * 5_000 + b"}}",
    b'{"query": "{ me { name } }", "variables": ' + b'{"n":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    b'{"query": "\xff"}',
    gzip.compress(b'{"query": "{ me { name } }"}', mtime=0),
]


async def test_a_body_that_is_no_request_is_refused(live: Live) -> None:
    for body in NO_REQUESTS:
        for accept in (JSON, RESPONSE_JSON, "*/*"):
            response = await send(live, body, accept=accept)

            assert (response.status_code, codes(response)) == (400, ["BAD_INPUT"]), body[:60]


CONTENT_TYPES = [
    ("application/json; charset=utf-8", 200),
    ("Application/JSON;charset=UTF-8", 200),
    ("application/json; charset=latin1", 415),
    ("application/jsonp", 415),
    ("text/plain; application/json", 415),
    ("application/x-www-form-urlencoded", 415),
    ("multipart/form-data; boundary=x", 415),
    ("", 415),
]


async def test_a_body_is_json(live: Live) -> None:
    for kind, status in CONTENT_TYPES:
        response = await send(live, b'{"query": "{ me { name } }"}', content_type=kind)

        assert response.status_code == status, kind


async def test_a_compressed_body_is_refused(live: Live) -> None:
    response = await send(live, gzip.compress(b'{"query": "{ me { name } }"}'), content_encoding="gzip")

    assert (response.status_code, codes(response)) == (415, ["BAD_INPUT"])


async def test_a_body_has_a_megabyte_at_most(live: Live) -> None:
    body = json.dumps({"query": "{ me { name } }", "extensions": {"x": "x" * 1_000_000}}).encode()

    async def in_pieces() -> AsyncGenerator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    headers = {"authorization": f"Bearer {live.token}", "content-type": JSON}
    whole = await live.http.post("/graphql", content=body, headers=headers)
    chunked = await live.http.post("/graphql", content=in_pieces(), headers=headers)

    assert (whole.status_code, codes(whole)) == (413, ["BAD_INPUT"])
    assert (chunked.status_code, codes(chunked)) == (413, ["BAD_INPUT"])


async def test_other_methods_are_refused(live: Live) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        response = await send(live, b"", method)

        assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_get_asks_and_never_changes(live: Live) -> None:
    headers = {"authorization": f"Bearer {live.token}"}

    async def get(**parameters: str) -> httpx.Response:
        return await live.http.get("/graphql", params=parameters, headers=headers)

    asked = await get(query="query ($id: ID!) { node(id: $id) { id } }", variables=f'{{"id": "R{live.room.id}"}}')
    changed = await get(query=RENAME, variables='{"title": "New"}')
    watched = await get(query="subscription { events { cursor } }")
    broken = await get(query="{ me { name } }", variables="{")

    assert asked.json() == {"data": {"node": {"id": f"R{live.room.id}"}}}
    assert [(one.status_code, one.headers["allow"]) for one in (changed, watched)] == [(405, "POST")] * 2
    assert broken.status_code == 400
    assert (await live.ask("{ room { title } }")) == {"room": {"title": "main"}}


async def test_without_a_token_nobody_gets_in(live: Live) -> None:
    revoked = await live.newcomer("left")
    await live.ask("mutation ($token: String) { revokeTokens(input: {token: $token}) }", {"token": revoked})

    for authorization in (
        "",
        "Bearer",
        "Bearer nonsense",
        "Basic YTpi",
        f"Bearer {revoked}",
        "Bearer " + "x" * 5000,
    ):
        response = await live.post("{ me { name } }", authorization=authorization)

        assert (response.status_code, codes(response)) == (401, ["UNAUTHENTICATED"])
        assert response.headers["www-authenticate"] == 'Bearer realm="goalroom"'


async def test_who_is_refused_is_so_before_the_body_is_read(live: Live) -> None:
    reader, writer = await asyncio.open_connection(*live.host.split(":"))

    writer.write(f"POST /graphql HTTP/1.1\r\nHost: {live.host}\r\nContent-Length: 900000\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), PATIENCE_S)
    writer.close()

    assert answer == b"HTTP/1.1 401 Unauthorized\r\n"


async def test_a_refused_mutation_leaves_the_others_standing(live: Live) -> None:
    response = await live.post(
        """mutation {
          one: createRoom(input: {name: "one"}) { name }
          again: createRoom(input: {name: "one"}) { name }
          two: createRoom(input: {name: "two"}) { name }
        }"""
    )

    assert response.json()["data"] == {"one": {"name": "one"}, "again": None, "two": {"name": "two"}}
    [error] = response.json()["errors"]
    assert error["message"] == "The name one is taken."
    assert error["path"] == ["again"]
    assert error["extensions"] == {"code": "NAME_TAKEN", "hint": "Choose another name.", "name": "one"}


async def test_what_is_not_found_is_null_with_an_error(live: Live) -> None:
    response = await live.post('{ task(id: "T999") { id } rooms { name } }')

    assert response.status_code == 200
    assert response.json()["data"] == {"task": None, "rooms": [{"name": "main"}]}
    assert codes(response) == ["NOT_FOUND"]


async def test_an_observer_changes_nothing(live: Live) -> None:
    token = await live.newcomer("watcher", Role.OBSERVER)

    response = await live.post(RENAME, {"title": "New"}, authorization=f"Bearer {token}")

    assert (response.json()["data"], codes(response)) == ({"updateRoom": None}, ["FORBIDDEN"])


async def test_a_mistake_of_ours_is_masked_and_in_the_log(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    await live.database.execute("alter table room rename column title to heading")

    try:
        with caplog.at_level(logging.ERROR):
            response = await live.post("{ rooms { title } }")
    finally:
        await live.database.execute("alter table room rename column heading to title")

    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "does not exist" not in response.text
    request_id = error["extensions"]["requestId"]
    assert (response.headers["x-request-id"], request_id in error["message"]) == (request_id, True)
    [record] = [record for record in caplog.records if getattr(record, "request_id", None) == request_id]
    assert record.exc_info is not None


async def test_requests_are_told_that_the_database_is_away_and_go_on_when_it_is_back(
    live: Live, database_url: str
) -> None:
    url = urlsplit(database_url)
    name = url.path.removeprefix("/")
    admin = await asyncpg.connect(url._replace(path="/postgres").geturl())

    await admin.execute(f'alter database "{name}" allow_connections false')
    await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
    began = time.monotonic()
    away = await live.post("{ me { name } }")
    ready = await live.http.get("/readyz")
    took = time.monotonic() - began
    await admin.execute(f'alter database "{name}" allow_connections true')
    await admin.close()
    back = await live.post("{ me { name } }")
    readiness = [(await live.http.get("/readyz")).status_code]
    while readiness[-1] != 200 and len(readiness) < 100:
        await asyncio.sleep(0.05)
        readiness.append((await live.http.get("/readyz")).status_code)

    assert (away.status_code, codes(away), away.headers["retry-after"]) == (503, ["UNAVAILABLE"], "1")
    assert ready.status_code == 503
    assert ready.json()["reason"]
    assert took < 5
    assert back.json() == {"data": {"me": {"name": "admin"}}}
    assert readiness[-1] == 200


async def test_a_server_whose_database_lacks_migrations_is_not_ready(live: Live) -> None:
    healthy = await live.http.get("/healthz")
    taken = await live.database.fetch("delete from schema_migration returning name, applied_at")
    ready = await live.http.get("/readyz")
    await live.database.pool.executemany("insert into schema_migration values ($1, $2)", [tuple(row) for row in taken])

    assert healthy.status_code == 200
    assert (ready.status_code, "goalroom migrate" in ready.json()["reason"]) == (503, True)


async def test_documents_that_ask_for_too_much_cost_little(live: Live) -> None:
    spreads = "".join(f"fragment F{n} on Room {{ ...F{n + 1} ...F{n + 1} }} " for n in range(60))
    documents = [
        "{ rooms { agents " * 1 + "{ rooms { agents " * 30 + "{ id }" + " } }" * 31,
        "{ rooms { ...F0 } } " + spreads + "fragment F60 on Room { id }",
        "{ rooms { ...F0 } } fragment F0 on Room { ...F1 } fragment F1 on Room { ...F0 }",
        "{ " + " ".join(f"a{n}: me {{ id }}" for n in range(900)) + " }",
        "{ " + "me { id } " * 1_500 + "}",
        "{ me { " + "name " * 3_500 + "} }",
        "{ rooms { id } } #" + "x" * 30_000,
        '{ task(id: "' + "x" * 30_000 + '") { id } }',
        "{" * 9_000,
        "query (" + " ".join(f"$a{n}: Int" for n in range(1_000)) + ") { me { id } }",
    ]

    for document in documents:
        # What costs more than it should here costs without end.
        async with asyncio.timeout(30):
            response = await live.post(document)

        assert response.json()["errors"][0]["extensions"]["code"] in {
            "TOO_COMPLEX",
            "GRAPHQL_VALIDATION_FAILED",
            "GRAPHQL_PARSE_FAILED",
        }, document[:50]
        assert len(response.content) < 30_000


async def test_introspection_is_open_to_those_with_a_token(live: Live) -> None:
    transport = HTTPXAsyncTransport(f"http://{live.host}/graphql", headers={"authorization": f"Bearer {live.token}"})

    async with Client(transport=transport, fetch_schema_from_transport=True) as client:
        answer = await client.execute(gql("{ me { name } }"))

    assert answer == {"me": {"name": "admin"}}


async def test_long_polls_end_when_the_server_stops(live: Live) -> None:
    waiting = asyncio.create_task(
        live.post("mutation { claimNextTask(input: {waitSeconds: 60}) { task { id } nothing { waiting } } }")
    )
    end = time.monotonic() + PATIENCE_S
    while "goalroom_followers 1.0" not in (await live.http.get("/metrics")).text:
        assert time.monotonic() < end
    assert not waiting.done()

    live.app.stopping.set()
    response = await asyncio.wait_for(waiting, PATIENCE_S)

    assert response.json()["data"]["claimNextTask"]["task"] is None


async def test_a_request_is_a_sign_of_life(live: Live) -> None:
    token = await live.newcomer("worker")

    answer = await live.post("{ me { name presence } }", authorization=f"Bearer {token}")

    assert answer.json() == {"data": {"me": {"name": "worker", "presence": "ONLINE"}}}


async def test_an_answer_is_one_packet(live: Live) -> None:
    body = b'{"query": "{ me { name } }"}'
    head = f"POST /graphql HTTP/1.1\r\nHost: {live.host}\r\nAuthorization: Bearer {live.token}\r\n"
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    reader, writer = await asyncio.open_connection(*live.host.split(":"))

    for _ in range(20):
        writer.write(head.encode() + kind.encode() + body)
        answered = await reader.read(1 << 16)
        assert answered.startswith(b"HTTP/1.1 200")
        assert answered.endswith(b'{"data":{"me":{"name":"admin"}}}')
    writer.close()


async def test_the_head_of_a_stream_comes_though_nothing_follows_it(live: Live) -> None:
    headers = {"authorization": f"Bearer {live.token}", "accept": "text/event-stream"}
    sent = {"query": "subscription { events { cursor } }"}

    async with live.http.stream("POST", "/graphql", json=sent, headers=headers) as response:
        assert response.status_code == 200


async def test_who_asks_sees_itself_as_its_request_left_it(live: Live) -> None:
    token = await live.newcomer("ann")
    authorization = f"Bearer {token}"

    first = (await live.post("{ me { lastSeenAt capabilities } }", authorization=authorization)).json()["data"]["me"]
    await live.post('mutation { updateAgent(input: {capabilities: ["go"]}) { id } }', authorization=authorization)
    then = (await live.post("{ me { lastSeenAt capabilities } }", authorization=authorization)).json()["data"]["me"]

    assert first["lastSeenAt"] is not None
    assert (first["capabilities"], then["capabilities"]) == ([], ["go"])


async def test_an_idle_connection_is_kept_for_longer_than_clients_keep_one(live: Live) -> None:
    reader, writer = await asyncio.open_connection(*live.host.split(":"))
    request = f"GET /healthz HTTP/1.1\r\nHost: {live.host}\r\n\r\n".encode()

    async def ask() -> bytes:
        writer.write(request)
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
        return answer + await reader.readexactly(len(b"ok"))

    first = await ask()
    # Uvicorn's own default is 5 seconds.
    await asyncio.sleep(6)
    second = await ask()
    writer.close()

    assert first.startswith(b"HTTP/1.1 200 ")
    assert second.startswith(b"HTTP/1.1 200 ")
