"""Memory as clients meet it."""

import json
from typing import Any

import pytest

from db.core.database import Database
from db.core.enums import Role
from db.events.feed import Feed
from tests import people
from tests.api.schema_client import Actor
from tests.api.server_fixture import Live

ALL = "scope key value version author { name } expiresAt"
REMEMBER = "mutation($input: RememberInput!) { remember(input: $input) { value } }"


@pytest.fixture
async def ann(database: Database) -> Actor:
    room = await people.room(database, require_done_criteria=False)
    return Actor(database, await people.caller(database, "ann", room), Feed(database))


async def test_memory_goes_the_whole_way(ann: Actor) -> None:
    task = await ann.make()

    made = await ann.do("remember", ALL, scope=task, key="plan", value={"next": ["a", None, 1.5]}, ttlSeconds=60)
    kept = await ann.do("remember", ALL, scope=task, key="plan", value=[], ifVersion=1)
    endless = await ann.do("remember", ALL, scope=task, key="plan", value=False, ttlSeconds=None)
    seen = await ann.see(f'{{ recall(scope: "{task}", key: "plan") {{ {ALL} }} memories(scope: "{task}") {{ key }} }}')

    assert made["value"] == {"next": ["a", None, 1.5]}
    assert made["expiresAt"] == kept["expiresAt"] is not None
    assert endless == {
        "scope": task, "key": "plan", "value": False, "version": 3, "author": {"name": "ann"}, "expiresAt": None,
    }  # fmt: skip
    assert seen == {"recall": endless, "memories": [{"key": "plan"}]}
    assert await ann.do("forget", scope=task, key="plan") is True
    assert await ann.do("forget", scope=task, key="plan") is False


async def test_what_was_written_is_in_the_log_without_its_value(ann: Actor) -> None:
    task = await ann.make()
    await ann.do("remember", "version", scope=task, key="plan", value="hush")
    await ann.do("remember", "version", scope="ann", key="own", value="hush")

    asked = "{ events(kinds: [MEMORY_WRITTEN]) { nodes { kind actor { name } task { id } data } } }"

    assert (await ann.see(asked))["events"]["nodes"] == [
        {
            "kind": "MEMORY_WRITTEN", "actor": {"name": "ann"}, "task": {"id": task},
            "data": {"scope": task, "key": "plan", "version": 1},
        }
    ]  # fmt: skip


async def test_refusals_say_what_stands_and_where_to_look(ann: Actor) -> None:
    task = await ann.make()
    await ann.do("remember", "version", scope=task, key="plan", value=1)

    conflict = await ann.refused("remember", scope=task, key="plan", value=2, ifVersion=0)
    missing = await ann.unseen(f'{{ recall(scope: "{task}", key: "other") {{ key }} }}')

    assert conflict == {"code": "VERSION_CONFLICT", "scope": task, "key": "plan", "version": 1}
    assert missing == {"code": "NOT_FOUND", "id": "other"}


async def test_another_token_of_the_agent_reads_its_own_memory(ann: Actor) -> None:
    await ann.do("remember", "version", scope="ann", key="own", value=1)

    watching = ann.as_role(Role.OBSERVER)

    assert await watching.see('{ recall(scope: "ann", key: "own") { value } }') == {"recall": {"value": 1}}
    assert (await watching.refused("forget", scope="ann", key="own"))["code"] == "FORBIDDEN"


async def test_values_stand_in_documents_as_well(ann: Actor) -> None:
    made = await ann.see(
        'mutation { remember(input: {scope: "ann", key: "k", value: {a: [1, 2.50, "x", true, null]}}) { value } }'
    )

    assert made["remember"]["value"] == {"a": [1, 2.5, "x", True, None]}


@pytest.mark.parametrize(
    "value",
    [
        "null", "1e400", "-1e400", "NaN", "Infinity", "9" * 5_000, '"a\\u0000b"', '{"\\u0000": 1}', '"\\ud800"',
        '{"\\udfff": 1}', "[" * 101 + "]" * 101, "[" * 5_000 + "]" * 5_000, "[" * 200_000 + "]" * 200_000,
        '{"a":' * 400 + "1" + "}" * 400, json.dumps("x" * 65_535), json.dumps(["x" * 60_000] * 2),
    ],
    ids=lambda value: value[:20],
)  # fmt: skip
async def test_what_is_no_value_is_bad_input(live: Live, value: str) -> None:
    body = json.dumps({"query": REMEMBER, "variables": {"input": {"scope": "main", "key": "k", "value": "HERE"}}})

    # In a document NaN is a word like any other.
    documents = [] if value.isalpha() and value != "null" else [_in_document(value)]
    for sent in (body.replace('"HERE"', value), *documents):
        response = await live.http.post(
            "/graphql",
            content=sent,
            headers={"authorization": f"Bearer {live.token}", "content-type": "application/json"},
        )
        codes = [error["extensions"]["code"] for error in response.json()["errors"]]
        assert len(codes) == 1, response.text
        assert codes[0] in ("BAD_INPUT", "TOO_COMPLEX", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED")
        assert response.status_code < 500
    assert await live.database.fetchval("select count(*) from memory") == 0


def _in_document(value: str) -> str:
    names = value.replace('{"a":', "{a:").replace('{"\\udfff": 1}', '"\\udfff"').replace('{"\\u0000": 1}', '"\\u0000"')
    return json.dumps(
        {"query": f'mutation {{ remember(input: {{scope: "main", key: "k", value: {names}}}) {{ value }} }}'}
    )


@pytest.mark.parametrize(
    "value",
    [0, "", [], {}, False, 10**30, -(2**63), 0.1, -0.0, 1.0, 1e300, "\u2028🦊", {"b": 1, "a": {"": None}}, "null"],
    ids=repr,
)
async def test_values_come_back_as_they_were_sent(live: Live, value: Any) -> None:
    sent = {"input": {"scope": "main", "key": "k", "value": value}}

    answered = (await live.ask(REMEMBER, sent))["remember"]["value"]
    recalled = (await live.ask('{ recall(scope: "main", key: "k") { value } }'))["recall"]["value"]

    assert json.dumps(answered) == json.dumps(recalled) == json.dumps(value)
