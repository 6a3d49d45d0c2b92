"""The gate as clients meet it: what they hand in, what they judge, and what they are refused."""

from typing import Any

import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import Role
from db.events.feed import Feed
from tests.api.schema_client import Actor
from tests.factories import World

REVIEWS = "status result reviewer { name } reviews { id verdict comment reviewer { name } task { id } createdAt }"


@pytest.fixture
async def team(database: Database, world: World) -> dict[str, Actor]:
    room = await world.room("gate", require_review=True, require_done_criteria=True)
    feed = Feed(database)

    def actor(caller: Caller) -> Actor:
        return Actor(database, caller, feed)

    return {name: actor(await world.agent(name, rooms=[room])) for name in ("ann", "bob", "eve")}


async def _submitted(team: dict[str, Actor], **more: Any) -> tuple[str, str]:
    """A task of Bob's, handed in, and its criterion."""
    task = await team["ann"].make(criteria=["It works"], **more)
    await team["bob"].claim(task)
    criterion = (await team["bob"].task(task, "criteria { id }"))["criteria"][0]["id"]
    met = [{"id": criterion, "met": True, "evidence": "Tests pass"}]
    pull = [{"kind": "PULL_REQUEST", "url": "https://example.org/7", "title": "Seven"}]
    await team["bob"].do("submitTask", task=task, summary="Built it", criteria=met, artifacts=pull)
    return task, criterion


async def test_a_submission_shows_what_came_of_the_work(team: dict[str, Actor]) -> None:
    task, criterion = await _submitted(team)

    seen = await team["ann"].task(
        task,
        "status result assignee { name } lease { fence } criteria { id met evidence accepted } "
        "artifacts { kind url title } comments { nodes { kind body author { name } } } ready",
    )

    assert seen == {
        "status": "VALIDATING",
        "result": "Built it",
        "assignee": {"name": "bob"},
        "lease": None,
        "criteria": [{"id": criterion, "met": True, "evidence": "Tests pass", "accepted": None}],
        "artifacts": [{"kind": "PULL_REQUEST", "url": "https://example.org/7", "title": "Seven"}],
        "comments": {"nodes": [{"kind": "SUBMISSION", "body": "Built it", "author": {"name": "bob"}}]},
        "ready": False,
    }


async def test_a_review_is_taken_by_one_and_decided_by_that_one(team: dict[str, Actor]) -> None:
    task, _criterion = await _submitted(team)

    taken = await team["ann"].do("claimNextReview", "id reviewer { name }", room="gate")
    nothing = await team["eve"].see("mutation { claimNextReview { id } }")
    refused = await team["eve"].refused("reviewTask", task=task, verdict="APPROVED")
    unchanged = await team["ann"].task(task, "status reviews { id }")
    approved = await team["ann"].do("reviewTask", REVIEWS, task=task, verdict="APPROVED", comment="Good")

    assert taken == {"id": task, "reviewer": {"name": "ann"}}
    assert nothing == {"claimNextReview": None}
    assert refused == {"code": "FORBIDDEN"}
    assert unchanged == {"status": "VALIDATING", "reviews": []}
    (review,) = approved.pop("reviews")
    assert approved == {"status": "DONE", "result": "Built it", "reviewer": {"name": "ann"}}
    assert review.pop("createdAt")
    node = await team["eve"].see("query ($id: ID!) { node(id: $id) { id ... on Review { verdict } } }", id=review["id"])
    assert node == {"node": {"id": review.pop("id"), "verdict": "APPROVED"}}
    assert review == {"verdict": "APPROVED", "comment": "Good", "reviewer": {"name": "ann"}, "task": {"id": task}}


async def test_changes_come_back_to_the_author_before_all_else(team: dict[str, Actor]) -> None:
    task, criterion = await _submitted(team, priority="P3")
    urgent = await team["ann"].make(criteria=["x"], priority="P0", assignee="bob")
    word = [{"id": criterion, "accepted": False, "note": "No test"}]

    back = await team["eve"].do(
        "reviewTask",
        "status assignee { name } attempts reviewer { name } criteria { accepted } comments { nodes { kind body } }",
        task=task,
        verdict="CHANGES_REQUESTED",
        comment="Please test it",
        criteria=word,
    )
    offered = await team["bob"].see("{ readyTasks { id } room { tasks(first: 2) { nodes { id } } } }")
    claimed = await team["bob"].see("mutation { claimNextTask { task { id } lease { fence } } }")

    assert back["comments"]["nodes"][-1] == {
        "kind": "REVIEW",
        "body": f"Please test it\n\n{criterion} not accepted: No test",
    }
    assert {name: back[name] for name in ("status", "assignee", "attempts", "reviewer", "criteria")} == {
        "status": "TODO",
        "assignee": {"name": "bob"},
        "attempts": 0,
        "reviewer": {"name": "eve"},
        "criteria": [{"accepted": False}],
    }
    assert [one["id"] for one in offered["readyTasks"]] == [task, urgent]
    assert [one["id"] for one in offered["room"]["tasks"]["nodes"]] == [task, urgent]
    assert claimed == {"claimNextTask": {"task": {"id": task}, "lease": {"fence": 2}}}


async def test_who_is_sent_back_is_told_which_criteria_were_not_accepted_and_why(team: dict[str, Actor]) -> None:
    texts = [f"{number} works" for number in range(5)]
    task = await team["ann"].make("Long", criteria=texts)
    await team["bob"].claim(task)
    keys = [one["id"] for one in (await team["bob"].task(task, "criteria { id }"))["criteria"]]
    await team["bob"].do("submitTask", task=task, summary="Done", criteria=[{"id": key, "met": True} for key in keys])
    notes = ["", "n" * 500, "No\ntest", "Slow"]
    verdicts = [{"id": key.lower(), "accepted": False, "note": note} for key, note in zip(keys[1:], notes, strict=True)]

    await team["eve"].do("reviewTask", task=task, verdict="CHANGES_REQUESTED", criteria=verdicts, comment="Sorry")

    [item] = (await team["bob"].see("{ inbox(kinds: [CHANGES_REQUESTED]) { nodes { summary } } }"))["inbox"]["nodes"]
    assert item["summary"] == (
        f"{task} 'Long': eve requests changes; claimTask takes it up again. "
        f"Not accepted: {keys[1]} '1 works'; {keys[2]} '2 works' ({'n' * 119}…); {keys[3]} '3 works' (No test); "
        "and 1 more. Sorry"
    )


async def test_a_wrong_criterion_is_refused_with_those_that_there_are(team: dict[str, Actor]) -> None:
    ann, bob, eve = team["ann"], team["bob"], team["eve"]
    task = await ann.make(criteria=["It works", "It is fast"])
    other = await ann.make(criteria=["Other"])
    keys = [one["id"] for one in (await ann.task(task, "criteria { id }"))["criteria"]]
    foreign = (await ann.task(other, "criteria { id }"))["criteria"][0]["id"]
    await bob.claim(task)
    shows = f"'task(id: \"{task}\") {{ criteria {{ id text }} }}' shows them."
    hint = f"The criteria of {task} are {', '.join(keys)}: {shows}"

    for wrong, code in ((foreign, "NOT_FOUND"), ("Q999999", "NOT_FOUND"), (task, "BAD_INPUT"), ("first", "BAD_INPUT")):
        results = [*({"id": key, "met": True} for key in keys), {"id": wrong, "met": True}]
        error = (await bob.complaint("submitTask", task=task, summary="x", criteria=results))["extensions"]
        assert (error["code"], error["hint"]) == (code, hint)
    assert (await bob.task(task, "status criteria { met }")) == {"status": "DOING", "criteria": [{"met": False}] * 2}

    await bob.do("submitTask", task=task, summary="x", criteria=[{"id": key.lower(), "met": True} for key in keys])
    verdict = [{"id": foreign, "accepted": False}]
    error = (await eve.complaint("reviewTask", task=task, verdict="CHANGES_REQUESTED", criteria=verdict))["extensions"]
    assert (error["code"], error["hint"]) == ("NOT_FOUND", hint)
    assert (await eve.task(task, "status")) == {"status": "VALIDATING"}


async def test_no_hint_at_a_gate_offers_to_take_the_gate_away(team: dict[str, Actor]) -> None:
    task = await team["ann"].make(criteria=["It works"])
    await team["bob"].claim(task)

    error = await team["bob"].complaint("completeTask", task=task, summary="x")

    assert error["extensions"]["hint"] == "Hand it in with submitTask instead, with the same input: a reviewer decides."


async def test_each_refusal_of_the_gate_has_its_code_and_its_facts(team: dict[str, Actor]) -> None:
    ann, bob, eve = team["ann"], team["bob"], team["eve"]
    task = await ann.make(criteria=["It works"])
    await bob.claim(task)
    criterion = (await bob.task(task, "criteria { id }"))["criteria"][0]["id"]
    part = await ann.make(criteria=["x"], parent=task)

    assert await bob.refused("completeTask", task=task, summary="x") == {"code": "REVIEW_REQUIRED", "task": task}
    open_part = await bob.refused("submitTask", task=task, summary="x")
    assert (open_part["code"], open_part["waitingOn"][0]["task"]) == ("NOT_READY", part)
    await ann.do("cancelTask", task=part, reason="No need")
    unmet = {"code": "CRITERIA_UNMET", "task": task, "unmet": [criterion]}
    assert await bob.refused("submitTask", task=task, summary="x") == unmet
    false = [{"id": criterion, "met": False}]
    assert await bob.refused("submitTask", task=task, summary="x", criteria=false) == unmet
    assert (await eve.refused("submitTask", task=task, summary="x"))["code"] == "NOT_HOLDER"
    assert (await bob.task(task, "status comments { nodes { id } }")) == {"status": "DOING", "comments": {"nodes": []}}

    await bob.do("submitTask", task=task, summary="x", criteria=[{"id": criterion, "met": True}])
    assert await bob.refused("reviewTask", task=task, verdict="APPROVED") == {
        "code": "SELF_REVIEW",
        "task": task,
        "author": "bob",
        "reviewer": "bob",
    }
    not_accepted = [{"id": criterion, "accepted": False}]
    assert await eve.refused("reviewTask", task=task, verdict="APPROVED", criteria=not_accepted) == unmet
    observer = eve.as_role(Role.OBSERVER)
    assert (await observer.refused("reviewTask", task=task, verdict="APPROVED"))["code"] == "FORBIDDEN"
    assert (await observer.refused("claimNextReview"))["code"] == "FORBIDDEN"
    assert await bob.task(task, "status reviewer { name } reviews { id }") == {
        "status": "VALIDATING",
        "reviewer": None,
        "reviews": [],
    }
    await eve.do("reviewTask", task=task, verdict="APPROVED")
    twice = await eve.refused("reviewTask", task=task, verdict="APPROVED")
    assert twice == {"code": "WRONG_STATUS", "id": task, "status": "DONE", "allowed": ["VALIDATING"]}


@pytest.mark.parametrize(
    "url",
    [
        "https:javascript:window.x=1",
        "http:/\\evil.example",
        "http:\\\\evil.example",
        "http:///evil.example",
        "https://",
        "https://?x",
        "https://x.example/\na",
        " https://x.example",
        "javascript:alert(1)",
        "//evil.example",
        "/etc/passwd",
        "",
    ],
)
async def test_an_artifact_is_at_an_absolute_address_with_a_host(team: dict[str, Actor], url: str) -> None:
    task = await team["ann"].make(criteria=["It works"])
    await team["bob"].claim(task)
    criterion = (await team["bob"].task(task, "criteria { id }"))["criteria"][0]["id"]
    work = {"task": task, "summary": "Built it", "criteria": [{"id": criterion, "met": True}]}

    for mutation in ("submitTask", "completeTask"):
        refused = await team["bob"].refused(mutation, **work, artifacts=[{"kind": "LINK", "url": url, "title": "It"}])
        assert (refused["code"], refused["field"]) == ("BAD_INPUT", "url")

    assert await team["bob"].task(task, "status artifacts { url } comments { nodes { body } }") == {
        "status": "DOING",
        "artifacts": [],
        "comments": {"nodes": []},
    }
