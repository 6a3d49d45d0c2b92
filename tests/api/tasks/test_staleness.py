"""Silence as a client sees it: the same on the task, in counts and lists, in the heartbeat, the inbox and the log."""

from typing import Any

import pytest

from db.core.database import Database
from db.events.feed import Feed
from db.tasks import lease_expiry, staleness
from tests import people
from tests.api.schema_client import Actor
from tests.clock import advance

SEEN = """{ room { counts { stale } tasks(filter: {stale: true}) { nodes { id } } }
    events(last: 200, kinds: [TASK_STALE, TASK_RECLAIMED, TASK_BLOCKED]) {
        nodes { kind actor { name } agent { name } task { id } data } } }"""


@pytest.fixture
async def ann(database: Database) -> Actor:
    room = await people.room(
        database,
        require_done_criteria=False,
        require_review=False,
        require_handoff=False,
        stale_after_seconds=100,
        reclaim_after_seconds=50,
        max_attempts=1,
    )
    return Actor(database, await people.caller(database, "ann", room), Feed(database))


async def stale(ann: Actor) -> dict[str, Any]:
    """What is said to be stale, in all places that say so."""
    seen = await ann.see(SEEN)
    pulse = (await ann.see("mutation { heartbeat { stale { id } leases { task { id } } } }"))["heartbeat"]
    return {
        "count": seen["room"]["counts"]["stale"],
        "list": [task["id"] for task in seen["room"]["tasks"]["nodes"]],
        "pulse": [task["id"] for task in pulse["stale"]],
        "log": [event for event in seen["events"]["nodes"] if event["data"].pop("silentSince", True)],
    }


async def test_all_that_tells_of_staleness_agrees(database: Database, ann: Actor) -> None:
    task = await ann.make("Quiet")
    await ann.claim(task)
    await advance(database, 100)
    assert await stale(ann) == {"count": 0, "list": [], "pulse": [], "log": []}
    assert await ann.task(task, "stale") == {"stale": False}

    await staleness.mark_stale(database)

    event = {
        "kind": "TASK_STALE", "actor": None, "agent": {"name": "ann"}, "task": {"id": task}, "data": {"holder": "ann"},
    }  # fmt: skip
    assert await stale(ann) == {"count": 1, "list": [task], "pulse": [task], "log": [event]}
    assert await ann.task(task, "stale") == {"stale": True}
    await ann.do("addComment", on=task, body="Half way", kind="PROGRESS")
    assert await stale(ann) == {"count": 0, "list": [], "pulse": [], "log": [event]}
    assert await ann.task(task, "stale") == {"stale": False}


@pytest.mark.parametrize("announcement", ["heartbeat", "renewLease"])
async def test_who_announces_a_silence_keeps_the_task(database: Database, ann: Actor, announcement: str) -> None:
    task = await ann.make()
    await ann.claim(task)
    await advance(database, 100)
    await staleness.mark_stale(database)

    where = {"task": task} if announcement == "renewLease" else {}
    await ann.do(announcement, "__typename", quietSeconds=5000, **where)
    await advance(database, 4000)
    await staleness.mark_stale(database)

    assert await lease_expiry.reclaim_expired(database) == 0
    assert await ann.task(task, "status stale") == {"status": "DOING", "stale": False}


async def test_what_was_silent_too_often_is_blocked_until_somebody_looks(database: Database, ann: Actor) -> None:
    task = await ann.make()
    fence = await ann.claim(task)
    await advance(database, 100)
    await staleness.mark_stale(database)
    await advance(database, 50)

    assert await lease_expiry.reclaim_expired(database) == 1

    why = "It was taken back once, and nobody got it done. Find out why, then unblockTask."
    assert await ann.task(task, "status stale attempts assignee { name } waitingOn { kind reason }") == {
        "status": "BLOCKED",
        "stale": False,
        "attempts": 1,
        "assignee": None,
        "waitingOn": [{"kind": "REASON", "reason": why}],
    }
    kinds = [(event["kind"], event["data"].get("reason")) for event in (await ann.see(SEEN))["events"]["nodes"]]
    assert kinds == [("TASK_STALE", None), ("TASK_RECLAIMED", "stale"), ("TASK_BLOCKED", why)]
    late = await ann.refused("writeNotes", task=task, text="Still here", fence=fence)
    assert late["code"] == "STALE_LEASE"
    await ann.do("unblockTask", task=task)
    assert await ann.task(task, "status attempts ready") == {"status": "TODO", "attempts": 0, "ready": True}


async def test_a_more_patient_room_calls_less_stale(database: Database, ann: Actor) -> None:
    task = await ann.make()
    await ann.claim(task)
    await advance(database, 100)
    await staleness.mark_stale(database)
    person = Actor(database, await people.admin(database), ann.feed)

    await person.do("updateRoom", room="web", settings={"staleAfterSeconds": 1000})

    assert await ann.task(task, "stale") == {"stale": False}
