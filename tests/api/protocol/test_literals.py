"""Whatever stands in a document, no text of a library goes out, and nothing is said more than once."""

from typing import Any

import pytest

from tests.api.server_fixture import Live

DIGITS = "9" * 5_000


async def errors(live: Live, document: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await live.post(document)).json()["errors"]
    return found


@pytest.mark.parametrize(
    "document",
    [
        "{ briefing(maxTokens: %s) { markdown } }",
        "{ task(id: %s) { id } }",
        "{ room { tasks(orderBy: %s) { nodes { id } } } }",
        'mutation { createObjective(input: {title: "x", weight: %s}) { id } }',
        'mutation { createObjective(input: {title: "x", weight: 1.%s}) { id } }',
        'mutation { remember(input: {scope: "main", key: "x", value: %s}) { key } }',
        'mutation { createTask(input: {title: "x", dueAt: %s}) { id } }',
        "query ($n: Int = %s) { briefing(maxTokens: $n) { markdown } }",
    ],
)
async def test_a_number_of_thousands_of_digits_is_refused_in_our_words(live: Live, document: str) -> None:
    [error] = await errors(live, document % DIGITS)

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert "A number in the document has 500" in error["message"]
    assert "allowed are 0 to 400" in error["message"]


async def test_what_is_wrong_ten_times_in_the_same_way_is_one_error(live: Live) -> None:
    found = await errors(live, "{ __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa @bb }")

    assert [(error["message"], error["locations"][0]["column"]) for error in found] == [
        ("Unknown directive '@aa'.", 14),
        ("Unknown directive '@bb'.", 45),
    ]


@pytest.mark.parametrize("token", ["", "Bearer nobody"])
async def test_who_has_no_token_is_told_nothing_of_the_schema(live: Live, token: str) -> None:
    headers = {"authorization": token} if token else {}

    posted = await live.http.post("/graphql", json={"query": '{ task(idd: "T1") { titl } }'}, headers=headers)
    asked = await live.http.get("/graphql", params={"query": '{ task(idd: "T1") { titl } }'}, headers=headers)

    for answer in (posted, asked):
        assert answer.status_code == 401
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
