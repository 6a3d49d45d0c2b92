"""Resources as clients meet them."""

from typing import Any

import pytest

from db.core.database import Database
from db.core.enums import Role
from db.events.feed import Feed
from db.resources import resources
from tests.api.schema_client import Actor
from tests.clock import advance
from tests.factories import World

FIELDS = "name capacity inUse breaker failures failureThreshold cooldownSeconds lastDetail room { name }"


@pytest.fixture
async def pair(database: Database, world: World) -> tuple[Actor, Actor]:
    room, feed = await world.room("shop"), Feed(database)
    ann, bob = [await world.agent(name, rooms=[room]) for name in ("ann", "bob")]
    return Actor(database, ann, feed), Actor(database, bob, feed)


async def test_a_resource_is_defined_needed_held_and_given_back(pair: tuple[Actor, Actor]) -> None:
    ann, bob = pair
    made = await ann.do("defineResource", f"id openedAt {FIELDS}", name="repo", capacity=1)
    first, second = await ann.make(resources=["repo"]), await ann.make(resources=[made["id"]])
    before = await bob.see("{ room { counts { ready } } readyTasks { id } }")

    await bob.claim(first)

    plain = {"name": "repo", "capacity": 1, "breaker": "CLOSED", "failures": 0, "failureThreshold": 5}
    plain |= {"cooldownSeconds": 60, "lastDetail": "", "room": {"name": "shop"}}
    assert made == {"id": made["id"], "openedAt": None, "inUse": 0, **plain}
    assert before == {"room": {"counts": {"ready": 2}}, "readyTasks": [{"id": first}, {"id": second}]}
    seen = await ann.see(
        f"query ($id: ID!) {{ node(id: $id) {{ ... on Resource {{ {FIELDS} }} }} "
        "room { resources { name inUse } counts { ready } tasks(filter: {ready: true}) { nodes { id } totalCount } } "
        "readyTasks { id } }",
        id=made["id"],
    )
    assert seen == {
        "node": {"inUse": 1, **plain},
        "room": {
            "resources": [{"name": "repo", "inUse": 1}],
            "counts": {"ready": 0},
            "tasks": {"nodes": [], "totalCount": 0},
        },
        "readyTasks": [],
    }
    assert await ann.task(
        second, "ready resources { name } waitingOn { kind reason until resource { id } task { id } }"
    ) == {
        "ready": False,
        "resources": [{"name": "repo"}],
        "waitingOn": [
            {
                "kind": "RESOURCE",
                "reason": "the resource repo can't be had: 1 of 1 are in use",
                "until": None,
                "resource": {"id": made["id"]},
                "task": None,
            }
        ],
    }
    refused = await ann.refused("claimTask", task=second)
    assert (refused["code"], refused["waitingOn"][0]["kind"]) == ("NOT_READY", "RESOURCE")
    await bob.do("completeTask", task=first, summary="Done")
    assert (await ann.task(second, "ready waitingOn { kind }")) == {"ready": True, "waitingOn": []}


async def test_a_breaker_opens_cools_down_and_lets_one_through(pair: tuple[Actor, Actor]) -> None:
    ann, bob = pair
    await ann.do("defineResource", name="api", failureThreshold=2, cooldownSeconds=30)
    first, second = await ann.make(resources=["api"]), await ann.make(resources=["api"])
    await ann.do("reportHealth", resource="api", ok=False, detail="500")
    opened = await ann.do("reportHealth", "breaker failures openedAt lastDetail", resource="api", ok=False)
    empty = await bob.see("mutation { claimNextTask { task { id } nothing { waiting retryAt } } }")
    until = (await bob.task(first, "waitingOn { until }"))["waitingOn"][0]["until"]

    assert (opened["breaker"], opened["failures"], opened["lastDetail"]) == ("OPEN", 2, "500")
    assert opened["openedAt"] is not None
    assert empty["claimNextTask"] == {"task": None, "nothing": {"waiting": 2, "retryAt": until}}
    await advance(ann.database, 31)
    await resources.half_open_cooled(ann.database)
    claims = [await one.see("mutation { claimNextTask { task { id } } }") for one in (ann, bob)]
    assert [claim["claimNextTask"]["task"] for claim in claims] == [{"id": first}, None]
    closed = await ann.do("reportHealth", "breaker failures", resource="api", ok=True)
    assert closed == {"breaker": "CLOSED", "failures": 0}
    assert (await bob.task(second, "ready")) == {"ready": True}
    told = await ann.see("{ events(kinds: [RESOURCE_CHANGED]) { nodes { actor { name } data } } }")
    states = [
        (event["data"]["breaker"], event["actor"] and event["actor"]["name"]) for event in told["events"]["nodes"]
    ]
    assert states == [("CLOSED", "ann"), ("CLOSED", "ann"), ("OPEN", "ann"), ("HALF_OPEN", None), ("CLOSED", "ann")]
    await ann.do("reportHealth", resource="api", ok=False)
    assert (await bob.do("resetBreaker", "failures", resource="api")) == {"failures": 0}


async def test_whoever_only_observes_changes_no_resource(pair: tuple[Actor, Actor]) -> None:
    ann, _bob = pair
    await ann.do("defineResource", name="repo")
    observer = ann.as_role(Role.OBSERVER)

    tried: list[tuple[str, dict[str, Any]]] = [
        ("defineResource", {"name": "repo", "capacity": 9}),
        ("reportHealth", {"resource": "repo", "ok": False}),
        ("resetBreaker", {"resource": "repo"}),
    ]
    for mutation, sent in tried:
        assert (await observer.refused(mutation, **sent))["code"] == "FORBIDDEN"

    assert (await ann.see("{ room { resources { capacity failures } } }"))["room"]["resources"] == [
        {"capacity": None, "failures": 0}
    ]
