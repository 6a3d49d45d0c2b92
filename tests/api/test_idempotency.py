"""Requests that come twice, at once or again, and claims that wait for something to become ready."""

import asyncio
import time
from typing import Any

import pytest

from db.core.database import Database
from db.core.enums import Role
from db.core.records import Room
from db.events.feed import Feed
from tests import people
from tests.api.schema_client import Actor
from tests.api.server_fixture import Live, serving

OFF: dict[str, Any] = {"require_done_criteria": False, "require_review": False, "require_handoff": False}
SAID = {"title": "Said"}

# Each mutation that takes an idempotencyKey, with an input and another one; T1, O1 stand for a task and an objective.
CREATES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("createRoom", "room", {"name": "one"}, {"name": "two"}),
    ("createObjective", "objective", SAID, {"title": "Other"}),
    ("createKeyResult", "key_result", {"objective": "O1", "keyResult": SAID | {"target": 1}},
     {"objective": "O1", "keyResult": SAID | {"target": 2}}),
    ("createTask", "task", SAID | {"dueAt": "2040-01-01T00:00:00Z"}, SAID),
    ("createTasks", "task", {"tasks": [{"task": SAID}]}, {"tasks": [{"task": SAID | {"labels": ["a"]}}]}),
    ("addComment", "comment", {"on": "T1", "body": "Said"}, {"on": "T1", "body": "Said", "kind": "DECISION"}),
    ("addComment", "comment", {"on": "O1", "body": "Said"}, {"on": "O1", "body": "Other"}),
    ("propose", "proposal", {"kind": "VOTE", "title": "Said", "tasks": []}, {"kind": "VOTE", "title": "Other"}),
    ("claimNextTask", "task where assignee_id is not null", {}, {"labels": ["a"]}),
]  # fmt: skip


@pytest.fixture
async def room(database: Database) -> Room:
    return await people.room(database, **OFF)


@pytest.fixture
async def ann(database: Database, room: Room) -> Actor:
    """An ADMIN, for rooms are made by no other."""
    return Actor(database, await people.caller(database, "ann", room, role=Role.ADMIN), Feed(database))


@pytest.fixture
async def bob(database: Database, room: Room) -> Actor:
    return Actor(database, await people.caller(database, "bob", room, role=Role.ADMIN), Feed(database))


async def placed(ann: Actor, *inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """The inputs, about things that are there."""
    goal, task = (await ann.do("createObjective", title="Goal"))["id"], await ann.make()
    there = {"O1": goal, "T1": task}
    return [{name: there.get(value, value) if isinstance(value, str) else value for name, value in sent.items()}
            for sent in inputs]  # fmt: skip


def fields(mutation: str) -> str:
    return "task { id } lease { fence }" if mutation == "claimNextTask" else "id"


@pytest.mark.parametrize(("mutation", "table", "first", "other"), CREATES, ids=lambda given: str(given)[:30])
async def test_the_same_key_is_done_once(
    database: Database, ann: Actor, bob: Actor, mutation: str, table: str, first: dict[str, Any], other: dict[str, Any]
) -> None:
    first, other = await placed(ann, first, other)
    counting = f"select (select count(*) from {table}), (select count(*) from event)"  # noqa: S608  # our own tables

    # Two at the same time, and one more.
    answers = await asyncio.gather(*(ann.do(mutation, fields(mutation), **first, idempotencyKey="k") for _ in range(2)))
    before = await database.fetchrow(counting)
    answers.append(await ann.do(mutation, fields(mutation), **first, idempotencyKey="k"))
    mismatch = await ann.refused(mutation, **other, idempotencyKey="k")

    assert answers[0] == answers[1] == answers[2]
    assert mismatch == {"code": "IDEMPOTENCY_MISMATCH", "key": "k"}
    assert await database.fetchrow(counting) == before
    # The key is ann's alone; a refusal uses none up.
    theirs = await bob.do(mutation, fields(mutation), **(first | other), idempotencyKey="k")
    assert theirs != answers[0]
    for wrong in ("", "x" * 301, "a\0", "\ud800"):
        assert (await ann.refused(mutation, **first, idempotencyKey=wrong))["code"] == "BAD_INPUT"


async def test_a_refusal_uses_no_key_up(ann: Actor) -> None:
    refused = await ann.refused("createTask", title="", idempotencyKey="k")
    unknown = await ann.refused("createTask", title="x", objective="O999999", idempotencyKey="k")
    made = await ann.do("createTask", title="Said", idempotencyKey="k")

    assert (refused["code"], unknown["code"]) == ("BAD_INPUT", "NOT_FOUND")
    assert made == await ann.do("createTask", title="Said", idempotencyKey="k")


async def test_a_key_belongs_to_its_mutation(ann: Actor) -> None:
    tasks = [await ann.make() for _ in range(2)]

    one = await ann.do("createTask", **SAID, idempotencyKey="k")
    goal = await ann.do("createObjective", **SAID, idempotencyKey="k")
    claim = await ann.do("claimNextTask", "task { id }", idempotencyKey="k")
    many = await ann.see(
        'mutation { claimNextTasks(limit: 1, input: {idempotencyKey: "k"}) { task { id } lease { fence } } }'
    )

    assert one["id"] != goal["id"]
    assert claim["task"]["id"] == tasks[0]
    assert [claim["task"]["id"] for claim in many["claimNextTasks"]] == [tasks[1]]


async def test_a_claim_is_repeated_while_it_is_held(ann: Actor) -> None:
    tasks = [await ann.make() for _ in range(2)]
    claim = {"idempotencyKey": "k"}

    first = await ann.do("claimNextTask", "task { id }", **claim)
    again = await ann.do("claimNextTask", "task { id }", **claim)
    await ann.do("completeTask", task=tasks[0], summary="Done")
    later = await ann.do("claimNextTask", "task { id }", **claim)

    assert [one["task"]["id"] for one in (first, again, later)] == [tasks[0], tasks[0], tasks[1]]


async def test_an_empty_claim_uses_no_key_up(ann: Actor) -> None:
    nothing = await ann.do("claimNextTask", "task { id } nothing { todo }", idempotencyKey="k")
    task = await ann.make()
    claim = await ann.do("claimNextTask", "task { id }", idempotencyKey="k")

    assert nothing == {"task": None, "nothing": {"todo": 0}}
    assert claim["task"]["id"] == task


async def test_a_waiting_claim_is_woken_by_what_another_server_finishes(live: Live, database_url: str) -> None:
    async def run(document: str, **variables: Any) -> Any:
        return await live.ask(document, variables)

    off = "{requireDoneCriteria: false, requireReview: false}"
    await run(f'mutation {{ updateRoom(input: {{room: "main", settings: {off}}}) {{ id }} }}')
    create = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }"
    base = (await run(create, input={"title": "Base"}))["createTask"]["id"]
    late = (await run(create, input={"title": "Late", "dependsOn": [base]}))["createTask"]["id"]
    await run("mutation { claimNextTask { task { id } } }")
    wait = "mutation { claimNextTask(input: {waitSeconds: 20}) { task { id } nothing { waiting } } }"
    token = await live.newcomer("worker")

    async with serving(database_url) as other:
        waiting = asyncio.create_task(other.post(wait, authorization=f"Bearer {token}"))
        await asyncio.sleep(0.5)
        assert not waiting.done()
        began = time.monotonic()
        await run(f'mutation {{ completeTask(input: {{task: "{base}", summary: "Done"}}) {{ id }} }}')
        claim = (await waiting).json()["data"]["claimNextTask"]
        took = time.monotonic() - began

    assert claim == {"task": {"id": late}, "nothing": None}
    # Sooner than a look at the log that nobody nudged would have found it.
    assert took < 0.8


async def test_a_wait_ends_in_time_with_what_there_is_to_say(ann: Actor) -> None:
    began = time.monotonic()

    claim = await ann.do("claimNextTask", "task { id } nothing { reason todo }", waitSeconds=1)

    assert 0.9 < time.monotonic() - began < 2
    assert (claim["task"], claim["nothing"]["todo"]) == (None, 0)


async def test_who_may_no_longer_claim_does_not_though_it_has_waited(live: Live) -> None:
    wait = 'mutation { claimNextTask(input: {room: "main", waitSeconds: 20}) { task { id } } }'
    tokens = [await live.newcomer(name) for name in ("revoked", "leaver")]
    waiting = [asyncio.create_task(live.post(wait, authorization=f"Bearer {token}")) for token in tokens]
    await asyncio.sleep(0.4)

    await live.ask('mutation { revokeTokens(input: {agent: "revoked"}) }')
    await live.ask('mutation { updateAgent(input: {agent: "leaver", rooms: []}) { id } }')
    await live.ask('mutation { updateRoom(input: {room: "main", settings: {requireDoneCriteria: false}}) { id } }')
    await live.ask('mutation { createTask(input: {title: "New"}) { id } }')
    answers = [(await one).json() for one in waiting]

    assert [answer["errors"][0]["extensions"]["code"] for answer in answers] == ["UNAUTHENTICATED", "NOT_FOUND"]
    assert (await live.ask("{ room { counts { ready } } }"))["room"]["counts"]["ready"] == 1
