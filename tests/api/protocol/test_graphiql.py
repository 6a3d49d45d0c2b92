"""The way to GraphiQL, and the documents with which it opens, as docs/how-to/graphiql.md shows them."""

import json
import re
from pathlib import Path

import pytest

from tests.api.server_fixture import Live

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "graphiql.md"
# As dashboard/src/graphiql/examples.ts reads them.
EXAMPLE = re.compile(r"^```graphql\n(.*?)^```(?:\s+```json\n(.*?)^```)?", re.DOTALL | re.MULTILINE)
EXAMPLES = [(query, json.loads(variables or "{}")) for query, variables in EXAMPLE.findall(GUIDE.read_text("utf-8"))]

CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize("accept", ["text/html", CHROMIUM, "text/html, application/json;q=0.9"])
async def test_a_browser_is_sent_from_the_api_to_its_explorer(live: Live, accept: str) -> None:
    answer = await live.http.get("/graphql", headers={"accept": accept})
    asked = await live.http.get("/graphql?query=%7B%20me%20%7B%20id%20%7D%20%7D", headers={"accept": accept})

    assert (answer.status_code, answer.headers["location"], answer.content) == (303, "/graphiql", b"")
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-store", "Accept")
    assert asked.headers["location"] == "/graphiql?query=%7B%20me%20%7B%20id%20%7D%20%7D"


@pytest.mark.parametrize("accept", ["*/*", "application/json, text/html", "text/html;q=0, */*", "text/html;q=x, */*"])
async def test_programs_are_not_sent_there(live: Live, accept: str) -> None:
    headers = {"authorization": f"Bearer {live.token}", "accept": accept}

    answer = await live.http.get("/graphql", params={"query": "{ me { name } }"}, headers=headers)

    assert (answer.status_code, answer.json()) == (200, {"data": {"me": {"name": "admin"}}})


async def test_a_page_that_posts_is_sent_nowhere(live: Live) -> None:
    answer = await live.post("{ me { name } }", accept=CHROMIUM)

    assert (answer.status_code, answer.json()) == (200, {"data": {"me": {"name": "admin"}}})


async def test_each_example_runs_twice_in_a_new_room_main(live: Live) -> None:
    async with live.socket() as socket:
        for name, (query, variables) in enumerate(EXAMPLES * 2):
            if "after" in variables:
                # The room main is the first one of a new server, and not of a database in which others were before.
                variables["after"] = f"R{live.room.id}.0"
            await socket.subscribe(str(name), query, variables=variables)

            heard = await socket.hear()

            assert (heard["id"], heard["type"]) == (str(name), "next"), heard
            assert "errors" not in heard["payload"], (query, heard)
            await socket.say(id=str(name), type="complete")
            if not query.startswith("subscription"):
                assert await socket.hear() == {"id": str(name), "type": "complete"}
            else:
                # Events that were under way when it ended.
                await socket.say(type="ping")
                while (await socket.hear())["type"] != "pong":
                    pass


def test_there_is_an_example_of_each_kind_of_operation() -> None:
    assert {query.split()[0] for query, _ in EXAMPLES} == {"query", "mutation", "subscription"}
