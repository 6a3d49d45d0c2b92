"""What an agent learns of work that it holds no more, and what becomes of the words that it says too late."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from db.core.database import Database
from db.tasks import lease_expiry
from tests.api.schema_client import Actor

HANDOFF = {"done": "Half", "pending": "The rest"}


async def expire(database: Database, task: str) -> None:
    await database.execute("update task set lease_expires_at = now() where id = $1", int(task[1:]))
    await lease_expiry.reclaim_expired(database)


async def test_a_heartbeat_names_all_that_others_took(database: Database, ann: Actor, bob: Actor) -> None:
    objective = (await ann.do("createObjective", title="Goal"))["id"]
    cancelled, moved, reclaimed, kept, released, own = [await ann.make() for _ in range(6)]
    below = await ann.make(objective=objective)
    for task in (cancelled, moved, reclaimed, kept, released, own, below):
        await ann.claim(task)
    untouched = await ann.do("heartbeat", "lost { id }")

    await bob.do("cancelTask", task=cancelled, reason="Not needed")
    await bob.do("assignTask", task=moved, assignee="bob")
    await bob.do("updateObjective", id=objective, status="CANCELLED")
    await expire(database, reclaimed)
    await ann.do("releaseTask", task=released)
    await ann.do("cancelTask", task=own, reason="Not needed")
    pulses = [await ann.do("heartbeat", "lost { id } leases { task { id } }") for _ in range(2)]

    assert untouched["lost"] == []
    lost = [[task["id"] for task in pulse["lost"]] for pulse in pulses]
    assert lost == [[cancelled, moved, reclaimed, below], []]
    assert [lease["task"]["id"] for lease in pulses[0]["leases"]] == [kept]
    assert (await bob.do("heartbeat", "lost { id }"))["lost"] == []


async def test_what_is_held_again_is_not_lost(ann: Actor, bob: Actor) -> None:
    task = await ann.make()
    await ann.claim(task)
    beats = []
    for holds_again in (False, True):
        await ann.do("heartbeat", "lost { id }")
        for name in ("bob", "ann"):
            await bob.do("assignTask", task=task, assignee=name)
        if holds_again:
            await ann.claim(task)
        beats.append((await ann.do("heartbeat", "lost { id }"))["lost"])
        if not holds_again:
            await ann.claim(task)

    assert beats == [[{"id": task}], []]


WRITES: dict[str, tuple[dict[str, Any], str]] = {
    "completeTask": ({"summary": "I was done"}, "I was done"),
    "submitTask": ({"summary": "I was done"}, "I was done"),
    "releaseTask": ({"handoff": HANDOFF}, "The rest"),
    "writeNotes": ({"text": "My notes"}, "My notes"),
    "blockTask": ({"reason": "My reason"}, "My reason"),
}


async def _reclaimed(database: Database, _bob: Actor, task: str) -> None:
    await expire(database, task)


async def _claimed_by_another(database: Database, bob: Actor, task: str) -> None:
    await expire(database, task)
    await bob.claim(task)


async def _reassigned(_database: Database, bob: Actor, task: str) -> None:
    await bob.do("assignTask", task=task, assignee="bob")


async def _cancelled(_database: Database, bob: Actor, task: str) -> None:
    await bob.do("cancelTask", task=task, reason="Not needed")


async def _done_by_another(database: Database, bob: Actor, task: str) -> None:
    await expire(database, task)
    await bob.finish(task)


@pytest.mark.parametrize("fenced", [False, True])
@pytest.mark.parametrize("mutation", list(WRITES))
@pytest.mark.parametrize("loses", [_reclaimed, _claimed_by_another, _reassigned, _cancelled, _done_by_another])
async def test_late_words_are_kept(
    database: Database,
    ann: Actor,
    bob: Actor,
    loses: Callable[[Database, Actor, str], Awaitable[None]],
    mutation: str,
    *,
    fenced: bool,
) -> None:
    task = await ann.make()
    fence = await ann.claim(task)
    await loses(database, bob, task)
    fields = "status assignee { name } notes comments(kinds: [NOTE]) { nodes { body author { name } } }"
    before = await bob.task(task, fields)

    sent, words = WRITES[mutation]
    refused = await ann.complaint(mutation, task=task, **sent, **({"fence": fence} if fenced else {}))

    after = await bob.task(task, fields)
    (note,) = after["comments"]["nodes"]
    over = loses in (_cancelled, _done_by_another)
    outdated = fenced and loses is not _cancelled
    assert refused["extensions"]["code"] == ("STALE_LEASE" if outdated else "WRONG_STATUS" if over else "NOT_HOLDER")
    assert "Your text was saved as a comment." in refused["extensions"]["hint"]
    assert "text" not in refused["extensions"]
    assert words in note["body"]
    assert "late" in note["body"]
    assert note["author"] == {"name": "ann"}
    assert {**after, "comments": None} == {**before, "comments": None}


@pytest.mark.parametrize("mutation", list(WRITES))
async def test_words_of_strangers_and_owners_are_not_late(ann: Actor, bob: Actor, mutation: str) -> None:
    task = await ann.make()
    await ann.claim(task)

    sent, _ = WRITES[mutation]
    refused = await bob.refused(mutation, task=task, **sent)
    await ann.do("completeTask", task=task, summary="Done")
    again = await ann.refused(mutation, task=task, **sent)

    assert refused == {"code": "NOT_HOLDER", "task": task, "holder": "ann"}
    assert (again["code"], again["status"]) == ("WRONG_STATUS", "DONE")
    assert (await ann.task(task, "comments(kinds: [NOTE]) { nodes { id } }"))["comments"]["nodes"] == []
