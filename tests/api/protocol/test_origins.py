"""Pages in browsers: kept out, but for those of the sites that the operator named."""

from collections.abc import AsyncGenerator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.api.server_fixture import Live, serving

BOARD, OTHER = "https://board.example", "https://other.example"


@pytest.fixture
async def open_to_board(database_url: str) -> AsyncGenerator[Live]:
    async with serving(database_url, allowed_origins=(BOARD,)) as server:
        yield server


async def preflight(live: Live, origin: str) -> httpx.Response:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    return await live.http.options("/graphql", headers={"origin": origin} | asked)


def allowed(answer: httpx.Response) -> str | None:
    origin: str | None = answer.headers.get("access-control-allow-origin")
    return origin


async def test_by_default_no_page_may_read_an_answer(live: Live) -> None:
    asked = await preflight(live, BOARD)
    answered = await live.post("{ me { name } }", origin=BOARD)

    assert (asked.status_code, allowed(asked)) == (405, None)
    assert (answered.status_code, allowed(answered)) == (200, None)


async def test_pages_of_an_allowed_site_may_and_others_may_not(open_to_board: Live) -> None:
    live = open_to_board
    answers = [
        (await preflight(live, origin), await live.post("{ rooms }", origin=origin)) for origin in (BOARD, OTHER)
    ]

    assert [(asked.status_code, allowed(asked), allowed(answer)) for asked, answer in answers] == [
        (200, BOARD, BOARD),
        (400, None, None),
    ]
    assert "access-control-allow-credentials" not in answers[0][1].headers
    assert "x-request-id" in answers[0][1].headers["access-control-expose-headers"].lower()


async def test_a_socket_of_a_page_is_opened_for_allowed_sites_alone(live: Live, open_to_board: Live) -> None:
    async with open_to_board.socket(origin=BOARD), live.socket(origin=f"http://{live.host}"), live.socket():
        pass
    for server, origin in [(open_to_board, OTHER), (live, BOARD), (live, "null")]:
        with pytest.raises(InvalidStatus) as refused:
            async with server.socket(origin=origin):
                pass
        assert refused.value.response.status_code == 403
