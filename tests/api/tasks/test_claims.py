"""Claims, leases and what follows from them, as clients see them: with the facts of every refusal."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.core.database import Database
from db.tasks import lease_expiry
from tests.api.schema_client import Actor
from tests.api.tasks.conftest import NewActor

HANDOFF = {"done": "Half", "pending": "The rest"}
CLAIM = "task { id status assignee { name } } lease { fence expiresAt agent { name } session { label } }"


async def settings(root: Actor, **changed: Any) -> None:
    await root.do("updateRoom", room="web", settings=changed)


async def expire(database: Database, task: str) -> None:
    """The task's lease ended a second ago."""
    await database.execute(
        "update task set lease_expires_at = now() - interval '1 second' where id = $1", int(task[1:])
    )


async def inbox(database: Database, *of: Actor) -> list[tuple[str, str]]:
    """Whom the room told of what, oldest first."""
    rows = await database.fetch(
        "select a.name, i.kind from inbox_item i join agent a on a.id = i.agent_id where a.id = any($1) order by i.id",
        [one.caller.agent_id for one in of],
    )
    return [(row["name"], row["kind"]) for row in rows]


def seconds_from_now(instant: str) -> float:
    return (datetime.fromisoformat(instant) - datetime.now(UTC)).total_seconds()


async def test_a_claim_is_exclusive_and_renewed_by_its_holder(ann: Actor, bob: Actor) -> None:
    task = await ann.make()

    first = await ann.do("claimTask", CLAIM, task=task, session="main", leaseSeconds=100)
    again = await ann.do("claimTask", CLAIM, task=task)
    refused = await bob.refused("claimTask", task=task)
    renewed = await ann.do("renewLease", "fence expiresAt", task=task, fence=1, leaseSeconds=5000)
    quiet = await ann.do("renewLease", "task { quietUntil } expiresAt", task=task, quietSeconds=6000)

    assert first["task"] == {"id": task, "status": "DOING", "assignee": {"name": "ann"}}
    assert (first["lease"]["fence"], again["lease"]["fence"], renewed["fence"]) == (1, 1, 1)
    assert first["lease"]["session"] == {"label": "main"}
    assert refused.pop("expiresAt").endswith("Z")
    assert refused == {"code": "ALREADY_CLAIMED", "task": task, "holder": "ann"}
    assert 4990 < seconds_from_now(renewed["expiresAt"]) <= 5000
    assert 5990 < seconds_from_now(quiet["task"]["quietUntil"]) <= 6000
    assert seconds_from_now(quiet["expiresAt"]) > 5990


async def test_why_a_task_can_not_be_claimed(ann: Actor, bob: Actor, root: Actor) -> None:
    blocker = await ann.make("Base")
    waiting = await ann.make(dependsOn=[blocker])
    assigned, skilled = await ann.make(assignee="bob"), await ann.make(capabilities=["go", "py"])
    bare, done = await ann.make("Bare"), await ann.make()
    await bob.finish(done)

    waits = await ann.refused("claimTask", task=waiting)
    assert (waits["code"], waits["task"]) == ("NOT_READY", waiting)
    assert [(wait["kind"], wait["task"], sorted(wait)) for wait in waits["waitingOn"]] == [
        ("DEPENDENCY", blocker, ["kind", "reason", "task"])
    ]
    assert await ann.refused("claimTask", task=assigned) == {
        "code": "ASSIGNED_TO_OTHER",
        "task": assigned,
        "assignee": "bob",
    }
    assert await ann.refused("claimTask", task=skilled) == {
        "code": "MISSING_CAPABILITIES",
        "task": skilled,
        "missing": ["go", "py"],
    }
    ended = await ann.refused("claimTask", task=done)
    assert (ended["code"], ended["status"], ended["allowed"]) == ("WRONG_STATUS", "DONE", ["TODO"])
    await settings(root, wipLimit=1)
    await bob.claim(assigned)
    assert await bob.refused("claimTask", task=bare) == {"code": "WIP_LIMIT", "limit": 1}
    await settings(root, paused=True)
    assert await ann.refused("claimTask", task=bare) == {"code": "PAUSED", "room": "web"}
    await settings(root, paused=False, requireDoneCriteria=True)
    assert await ann.refused("claimTask", task=bare) == {"code": "CRITERIA_REQUIRED", "task": bare}
    await ann.do("claimTask", "task { criteria { text } }", task=bare, criteria=["It works"])


async def test_nothing_to_claim_says_why(ann: Actor, bob: Actor, root: Actor) -> None:
    fields = """task { id } lease { fence } nothing { reason todo waiting assignedToOthers needCriteria
        missingCapabilities wipLimitReached paused retryAt }"""
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    await settings(root, requireDoneCriteria=True)
    said: dict[str, Any] = {"criteria": ["It works"]}
    held = await ann.make(**said)
    await bob.claim(held)
    await ann.make(dependsOn=[held], **said)
    await ann.make(notBefore=soon, **said)
    await ann.make(assignee="bob", **said)
    await ann.make(capabilities=["go"], **said)
    await ann.make()

    claim = await ann.do("claimNextTask", fields)
    nothing = claim["nothing"]

    assert (claim["task"], claim["lease"]) == (None, None)
    assert nothing.pop("reason")
    assert 0 < seconds_from_now(nothing.pop("retryAt")) <= 3600
    assert nothing == {
        "todo": 5,
        "waiting": 2,
        "assignedToOthers": 1,
        "needCriteria": 1,
        "missingCapabilities": ["go"],
        "wipLimitReached": False,
        "paused": False,
    }


async def test_a_late_holder_is_refused_whatever_it_writes(database: Database, ann: Actor, bob: Actor) -> None:
    task, other = await ann.make(), await ann.make()
    await ann.claim(task)
    await expire(database, task)
    writes: dict[str, dict[str, Any]] = {
        "completeTask": {"summary": "I was done"},
        "releaseTask": {"handoff": HANDOFF},
        "renewLease": {},
        "writeNotes": {"text": "My notes"},
        "blockTask": {"reason": "My reason"},
    }

    for mutation, sent in writes.items():
        refused = await ann.refused(mutation, task=task, **sent)
        assert refused == {"code": "STALE_LEASE", "task": task, "fence": 1, "holder": None}, mutation
    assert (await ann.refused("updateTask", id=task, title="Mine"))["code"] == "STALE_LEASE"
    assert (await ann.refused("addComment", on=task, body="My word"))["code"] == "STALE_LEASE"
    assert (await ann.refused("setCriteria", task=task, criteria=["Mine"]))["code"] == "STALE_LEASE"
    assert (await ann.refused("addDependency", task=task, dependsOn=other))["code"] == "STALE_LEASE"
    assert await bob.claim(task) > 1
    for mutation, sent in writes.items():
        late = await ann.refused(mutation, task=task, fence=1, **sent)
        assert (late["code"], late["holder"]) == ("STALE_LEASE", "bob"), mutation
        assert await ann.refused(mutation, task=task, **sent) == {"code": "NOT_HOLDER", "task": task, "holder": "bob"}
    notes = (await bob.task(task, "comments(kinds: [NOTE], first: 200) { nodes { body author { name } } }"))["comments"]
    for words in ("I was done", "Half", "My notes", "My reason", "My word", "Mine"):
        assert any(words in note["body"] and "late" in note["body"] for note in notes["nodes"]), words
    assert (await bob.task(task, "status notes"))["notes"] == ""


async def test_taking_back_is_told_to_its_holder_and_in_the_log(database: Database, ann: Actor) -> None:
    task = await ann.make()
    await ann.claim(task)
    await expire(database, task)

    await lease_expiry.reclaim_expired(database)

    back = await ann.task(
        task, "status ready attempts assignee { name } lease { fence } history { nodes { kind actor { name } data } }"
    )
    event = back.pop("history")["nodes"][-1]
    assert back == {"status": "TODO", "ready": True, "attempts": 1, "assignee": None, "lease": None}
    assert (event["kind"], event["actor"]) == ("TASK_RECLAIMED", None)
    assert (event["data"]["reason"], event["data"]["holder"]) == ("expired", "ann")
    assert await inbox(database, ann) == [("ann", "LEASE_LOST")]
    assert await ann.claim(task) > 1


async def test_criteria_are_frozen_for_whoever_does_the_work(ann: Actor, bob: Actor, actor: NewActor) -> None:
    cat = await actor("cat")
    task = await ann.make(reviewer="cat")
    await bob.do("setCriteria", task=task, criteria=["Anyone may", "before the start"])
    await bob.claim(task)

    frozen = [await one.refused("setCriteria", task=task, criteria=["Easier"]) for one in (bob, await actor("dan"))]
    by_creator = await ann.do("setCriteria", "criteria { text }", task=task, criteria=["Harder"])
    by_reviewer = await cat.do("setCriteria", "criteria { id text }", task=task, criteria=["One", "Two"])
    own = await ann.make()
    await ann.claim(own)

    assert frozen == [{"code": "CRITERIA_FROZEN", "task": task}] * 2
    assert by_creator == {"criteria": [{"text": "Harder"}]}
    assert await ann.refused("setCriteria", task=own, criteria=["Mine"]) == {"code": "CRITERIA_FROZEN", "task": own}
    one, two = (criterion["id"] for criterion in by_reviewer["criteria"])
    met = {"id": one, "met": True, "evidence": "See"}
    for given, unmet in [([], [one, two]), ([met], [two]), ([met, {"id": two, "met": False}], [two])]:
        refused = await bob.refused("completeTask", task=task, summary="Done", criteria=given)
        assert refused == {"code": "CRITERIA_UNMET", "task": task, "unmet": unmet}
    for wrong, code in [("Q999999", "NOT_FOUND"), ("T1", "BAD_INPUT")]:
        given = [met, {"id": two, "met": True}, {"id": wrong, "met": True}]
        assert (await bob.refused("completeTask", task=task, summary="Done", criteria=given))["code"] == code
    twice = await bob.refused("completeTask", task=task, summary="Done", criteria=[met, {**met, "met": False}])
    assert (twice["code"], twice["field"]) == ("BAD_INPUT", "criteria")
    artifacts = [
        {"url": "https://example.com"},
        {"url": "https://example.com/1", "kind": "PULL_REQUEST", "title": "It"},
    ]
    done = await bob.do(
        "completeTask",
        "status criteria { met evidence accepted } artifacts { kind url title } comments { nodes { kind body } }",
        task=task,
        summary="Done",
        criteria=[met, {"id": two, "met": True}],
        artifacts=artifacts,
    )
    assert [(item["met"], item["evidence"], item["accepted"]) for item in done["criteria"]] == [
        (True, "See", None),
        (True, "", None),
    ]
    assert [artifact["kind"] for artifact in done["artifacts"]] == ["LINK", "PULL_REQUEST"]
    assert done["comments"]["nodes"] == [{"kind": "SUBMISSION", "body": "Done"}]


async def test_criteria_come_with_a_claim_only_where_there_are_none(ann: Actor, bob: Actor) -> None:
    said, bare = await ann.make(criteria=["It works"]), await ann.make()

    refused = await ann.refused("claimTask", task=said, criteria=["Mine"])
    claim = {"task": bare, "criteria": ["Mine"]}
    taken = await bob.do("claimTask", "lease { fence } task { criteria { text } }", **claim)
    again = await bob.do("claimTask", "lease { fence } task { criteria { text } }", **claim)
    other = await bob.refused("claimTask", task=bare, criteria=["Easier"])

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", "criteria")
    assert taken == again == {"lease": {"fence": 1}, "task": {"criteria": [{"text": "Mine"}]}}
    assert (other["code"], other["field"]) == ("BAD_INPUT", "criteria")


async def test_blocked_work_waits_with_its_owner(database: Database, ann: Actor, bob: Actor) -> None:
    task, other = await ann.make(), await ann.make("Base")
    await bob.claim(task)
    fields = "status ready assignee { name } lease { fence } waitingOn { kind reason task { id } }"

    blocked = await bob.do("blockTask", fields, task=task, reason="No key", dependsOn=[other])
    await ann.finish(other)
    free = await bob.task(task, fields)
    await bob.claim(task)
    await bob.do("blockTask", task=task, reason="Ask ann")
    refused = await bob.refused("completeTask", task=task, summary="Done")
    unblocked = await ann.do("unblockTask", fields, task=task)

    assert {name: blocked[name] for name in ("status", "ready", "assignee", "lease")} == {
        "status": "BLOCKED",
        "ready": False,
        "assignee": {"name": "bob"},
        "lease": None,
    }
    assert [(wait["kind"], wait["task"]) for wait in blocked["waitingOn"]] == [
        ("DEPENDENCY", {"id": other}),
        ("REASON", None),
    ]
    assert (free["status"], free["ready"], free["assignee"], free["waitingOn"]) == ("TODO", True, {"name": "bob"}, [])
    assert (refused["code"], refused["status"], refused["allowed"]) == ("WRONG_STATUS", "BLOCKED", ["DOING"])
    assert (unblocked["status"], unblocked["ready"]) == ("TODO", True)
    assert await inbox(database, ann, bob) == [("bob", "UNBLOCKED")] * 2
    summary = await database.fetchval("select summary from inbox_item order by id limit 1")
    assert other in summary
    assert "Base" in summary
    await bob.claim(task)
    for reason, on in ((None, None), (" ", None), (None, [])):
        assert (await bob.refused("blockTask", task=task, reason=reason, dependsOn=on))["code"] == "BAD_INPUT"
    assert (await ann.refused("unblockTask", task=task))["code"] == "WRONG_STATUS"


async def test_a_task_lost_too_often_is_blocked_until_somebody_looks(
    database: Database, ann: Actor, bob: Actor, root: Actor
) -> None:
    await settings(root, maxAttempts=2)
    task = await ann.make()
    for _ in range(2):
        await bob.claim(task)
        await expire(database, task)
        await lease_expiry.reclaim_expired(database)

    blocked = await ann.task(task, "status attempts assignee { name } waitingOn { kind reason }")
    free = await ann.do("unblockTask", "status ready attempts", task=task)

    assert (blocked["status"], blocked["attempts"], blocked["assignee"]) == ("BLOCKED", 2, None)
    assert [wait["kind"] for wait in blocked["waitingOn"]] == ["REASON"]
    assert free == {"status": "TODO", "ready": True, "attempts": 0}


async def test_held_work_changes_hands_with_a_handoff(database: Database, ann: Actor, bob: Actor, root: Actor) -> None:
    await settings(root, requireHandoff=True)
    task = await ann.make()
    await ann.do("assignTask", task=task, assignee="bob")
    await bob.claim(task)

    for mutation, sent in [("releaseTask", {}), ("assignTask", {"assignee": "ann"})]:
        assert await bob.refused(mutation, task=task, **sent) == {"code": "HANDOFF_REQUIRED", "task": task}
    assert (await bob.refused("releaseTask", task=task, handoff={"done": "", "pending": "x"}))["code"] == "BAD_INPUT"
    moved = await bob.do(
        "assignTask",
        "status assignee { name } lease { fence } handoff { kind handoff { done pending gotchas } }",
        task=task,
        assignee="ann",
        handoff=HANDOFF,
    )
    await ann.claim(task)
    freed = await ann.do("releaseTask", "status ready assignee { name }", task=task, handoff=HANDOFF)

    assert moved == {
        "status": "TODO",
        "assignee": {"name": "ann"},
        "lease": None,
        "handoff": {"kind": "HANDOFF", "handoff": {**HANDOFF, "gotchas": ""}},
    }
    assert freed == {"status": "TODO", "ready": True, "assignee": None}
    assert await inbox(database, ann, bob) == [("bob", "ASSIGNED"), ("ann", "HANDOFF")]


async def test_what_ends_and_begins_again_is_told_to_those_who_build_on_it(
    database: Database, ann: Actor, bob: Actor
) -> None:
    base = await ann.make("Base")
    mine, started = await ann.make(assignee="ann", dependsOn=[base]), await ann.make(assignee="bob", dependsOn=[base])
    late = await ann.make(dependsOn=[base])

    await ann.finish(base)
    await bob.claim(started)
    assert [(await ann.task(task, "ready"))["ready"] for task in (mine, late)] == [True, True]
    reopened = await ann.do("reopenTask", "status assignee { name } finishedAt", task=base, reason="It broke")
    after = [await ann.task(task, "status ready waitingOn { kind task { id } }") for task in (mine, late, started)]
    await ann.do("cancelTask", task=base, reason="Not worth it")

    assert reopened == {"status": "TODO", "assignee": None, "finishedAt": None}
    assert [(one["status"], one["ready"]) for one in after] == [("TODO", False), ("TODO", False), ("DOING", False)]
    assert all(one["waitingOn"] == [{"kind": "DEPENDENCY", "task": {"id": base}}] for one in after)
    assert (await ann.task(late, "ready"))["ready"], "cancelling frees what waited"
    # Told once at each end; nobody of their own acts: ann finished the base and is told nothing.
    assert await inbox(database, ann, bob) == [("bob", "ASSIGNED"), ("bob", "UNBLOCKED"), ("bob", "REOPENED")]
    assert (await bob.refused("reopenTask", task=late, reason="x"))["allowed"] == ["DONE", "CANCELLED"]


@pytest.mark.parametrize("end", ["completeTask", "cancelTask", "reviewTask"])
async def test_an_end_stands_in_the_log_before_what_it_clears(ann: Actor, bob: Actor, end: str) -> None:
    base = await ann.make()
    waiting = await ann.make(dependsOn=[base])
    await ann.claim(base)

    if end == "completeTask":
        await ann.do(end, task=base, summary="Done")
    elif end == "cancelTask":
        await ann.do(end, task=base, reason="Not needed")
    else:
        await ann.do("submitTask", task=base, summary="Done")
        await bob.do(end, task=base, verdict="APPROVED")

    log = await ann.see(
        "{ events(last: 2, kinds: [TASK_DONE, TASK_CANCELLED, TASK_UNBLOCKED]) { nodes { task { id } } } }"
    )
    assert [event["task"]["id"] for event in log["events"]["nodes"]] == [base, waiting]


async def test_history_tells_who_did_what(ann: Actor, bob: Actor) -> None:
    task = await ann.make()
    await bob.finish(task)
    page = """query ($id: ID!, $after: String) { task(id: $id) { history(first: 2, after: $after) {
        nodes { kind actor { name } task { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""

    first = (await ann.see(page, id=task))["task"]["history"]
    rest = (await ann.see(page, id=task, after=first["pageInfo"]["endCursor"]))["task"]["history"]

    told = [(event["kind"], event["actor"]["name"]) for event in first["nodes"] + rest["nodes"]]
    assert told == [("TASK_CREATED", "ann"), ("TASK_CLAIMED", "bob"), ("COMMENT_ADDED", "bob"), ("TASK_DONE", "bob")]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert rest["pageInfo"]["hasPreviousPage"]


@pytest.mark.parametrize("by", ["itself", "an admin"])
async def test_a_waiting_claim_wakes_when_its_agent_can_do_more(ann: Actor, bob: Actor, root: Actor, by: str) -> None:
    """At once, and not only when the claim looks again by itself."""
    task = await ann.make(capabilities=["welding"])
    waiting = asyncio.create_task(bob.do("claimNextTask", "task { id }", waitSeconds=30))
    while not bob.feed.followers:  # noqa: ASYNC110  # nobody tells of a follower
        await asyncio.sleep(0.01)

    began = asyncio.get_running_loop().time()
    await (bob if by == "itself" else root).do("updateAgent", agent="bob", capabilities=["welding"])

    assert await waiting == {"task": {"id": task}}
    assert asyncio.get_running_loop().time() - began < 4
