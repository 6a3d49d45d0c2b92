"""Every request can be found again: by its client, by the operator, and by the balancer in between."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from tests.api.server_fixture import Live

ROOMS = "{ rooms { title } }"


@asynccontextmanager
async def broken(live: Live) -> AsyncGenerator[None]:
    """Every query of rooms fails, and not by what the client sent."""
    await live.database.execute("alter table room rename column title to heading")
    try:
        yield
    finally:
        await live.database.execute("alter table room rename column heading to title")


async def test_every_answer_has_an_id_of_its_own(live: Live) -> None:
    answers = [
        await live.post(ROOMS),
        await live.post(ROOMS, authorization="Bearer nobody"),
        await live.http.get("/healthz"),
        await live.http.get("/nowhere"),
    ]

    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == 4
    assert all(len(one) == 16 for one in ids)


async def test_each_stream_has_one_id_and_not_those_of_earlier_streams(live: Live) -> None:
    head = {"authorization": f"Bearer {live.token}", "accept": "text/event-stream"}
    ids = []
    for _ in range(2):
        async with live.http.stream("POST", "/graphql", json={"query": ROOMS}, headers=head) as answer:
            ids.append(answer.headers.get_list("x-request-id"))

    assert [len(one) for one in ids] == [1, 1]
    assert ids[0] != ids[1]


async def test_the_id_that_a_balancer_gave_is_kept_unless_it_could_forge_a_log(live: Live) -> None:
    kept = await live.post(ROOMS, x_request_id="balancer-1")
    others = [await live.post(ROOMS, x_request_id=bad) for bad in ("short", 'x": 1, "y": "z', "x" * 65)]

    assert kept.headers["x-request-id"] == "balancer-1"
    assert all(len(one.headers["x-request-id"]) == 16 for one in others)


async def test_what_fails_on_a_socket_is_known_by_the_socket_and_its_own_number(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    async with live.socket() as opened, broken(live):
        assert opened.frames.response is not None
        socket = opened.frames.response.headers["x-request-id"]
        with caplog.at_level(logging.ERROR):
            said = []
            for name in "ab":
                await opened.subscribe(name, ROOMS)
                said.append((await opened.hear())["payload"]["errors"][0]["extensions"]["requestId"])
                await opened.hear()

    # What the server does by itself may meet it too, in nobody's name.
    named = [getattr(record, "request_id", None) for record in caplog.records]
    assert said == [name for name in named if name is not None] == [f"{socket}.1", f"{socket}.2"]
