"""blockTask: what a block waits for, when its words end, and what happens where everything has ended already."""

import asyncio
from typing import Any

import pytest

from tests.api.schema_client import Actor
from tests.size import sized

WAITS = "status ready assignee { name } lease { fence } waitingOn { kind reason task { id } }"
# In how many rounds a block and the end of what it waits for meet.
ROUNDS = sized(60, 100)


def waiting(task: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(wait["kind"], wait["task"] and wait["task"]["id"]) for wait in task["waitingOn"]]


async def told(actor: Actor) -> list[tuple[str, str]]:
    """Kind and summary of all in the agent's inbox."""
    seen = await actor.see("{ inbox(first: 200) { nodes { kind summary } } }")
    return [(one["kind"], one["summary"]) for one in seen["inbox"]["nodes"]]


async def log(actor: Actor, task: str) -> list[tuple[str, dict[str, Any]]]:
    page = "query ($id: ID!) { task(id: $id) { history(first: 50) { nodes { kind data } } } }"
    events = (await actor.see(page, id=task))["task"]["history"]["nodes"]
    return [(event["kind"], event["data"]) for event in events]


@pytest.mark.parametrize("words", [{"reason": "w"}, {}])
@pytest.mark.parametrize("end", ["is finished", "was cancelled"])
async def test_a_block_on_what_has_ended_goes_on_at_once(
    ann: Actor, bob: Actor, words: dict[str, str], end: str
) -> None:
    first, last, task = await ann.make("First"), await ann.make("Last"), await ann.make("Mine")
    await ann.finish(first)
    if end == "is finished":
        await ann.finish(last)
    else:
        await ann.do("cancelTask", task=last, reason="Not needed")
    await bob.claim(task)

    free = await bob.do("blockTask", WAITS, task=task, dependsOn=[last, first], **words)

    assert free == {"status": "TODO", "ready": True, "assignee": {"name": "bob"}, "lease": None, "waitingOn": []}
    assert await told(bob) == [("UNBLOCKED", f"{last} 'Last' {end}: {task} 'Mine' is clear to go on.")]
    assert (await log(ann, task))[-2:] == [
        ("TASK_BLOCKED", {"reason": words.get("reason"), "dependsOn": [last, first]}),
        ("TASK_UNBLOCKED", {"clearedBy": last, "ready": True}),
    ]
    assert await bob.claim(task) == 2


async def test_a_block_and_the_end_of_what_it_waits_for_meet(ann: Actor, bob: Actor) -> None:
    for _ in range(ROUNDS):
        blocker, task = await ann.make(), await ann.make()
        await ann.claim(blocker)
        await bob.claim(task)

        await asyncio.gather(
            bob.do("blockTask", task=task, reason="w", dependsOn=[blocker]),
            ann.do("completeTask", task=blocker, summary="Done"),
        )

        assert await bob.task(task, WAITS) == {
            "status": "TODO",
            "ready": True,
            "assignee": {"name": "bob"},
            "lease": None,
            "waitingOn": [],
        }
    assert [kind for kind, _ in await told(bob)] == ["UNBLOCKED"] * ROUNDS


async def test_the_words_of_a_block_end_with_the_waits_they_came_with(ann: Actor, bob: Actor) -> None:
    older, newer, task = await ann.make("Older"), await ann.make("Newer"), await ann.make("Mine")
    await bob.claim(task)
    await ann.do("addDependency", "kind", task=task, dependsOn=older)

    blocked = await bob.do("blockTask", WAITS, task=task, reason="w", dependsOn=[newer])
    await ann.finish(newer)
    after = await bob.task(task, WAITS)
    quiet = await told(bob)
    await ann.finish(older)

    assert waiting(blocked) == [("DEPENDENCY", older), ("DEPENDENCY", newer), ("REASON", None)]
    assert (after["status"], waiting(after), quiet) == ("BLOCKED", [("DEPENDENCY", older)], [])
    assert ("TASK_UPDATED", {"changes": {"reason": None}}) in await log(ann, task)
    assert (await bob.task(task, "status"))["status"] == "TODO"
    assert await told(bob) == [("UNBLOCKED", f"{older} 'Older' is finished: {task} 'Mine' is clear to go on.")]


@pytest.mark.parametrize("ends", ["already", "removed"])
async def test_no_words_are_left_where_only_an_older_wait_is(ann: Actor, bob: Actor, ends: str) -> None:
    older, newer, task = await ann.make(), await ann.make(), await ann.make()
    await bob.claim(task)
    await ann.do("addDependency", "kind", task=task, dependsOn=older)
    if ends == "already":
        await ann.finish(newer)

    await bob.do("blockTask", task=task, reason="w", dependsOn=[newer])
    if ends == "removed":
        await ann.do("removeDependency", task=task, dependsOn=newer)

    left = await bob.task(task, WAITS)
    assert (left["status"], waiting(left)) == ("BLOCKED", [("DEPENDENCY", older)])
    assert await told(bob) == []


async def test_a_later_block_has_words_of_its_own(ann: Actor, bob: Actor) -> None:
    """What an earlier block waited for has no part in them."""
    first, second, task = await ann.make(), await ann.make(), await ann.make()
    await bob.claim(task)
    await bob.do("blockTask", task=task, reason="First", dependsOn=[first])
    await ann.do("assignTask", task=task, assignee="ann")
    await ann.finish(first)
    await ann.claim(task)
    await ann.do("blockTask", task=task, reason="Second", dependsOn=[second])
    await bob.do("reopenTask", task=first, reason="Again")

    await bob.finish(second)

    left = await ann.task(task, WAITS)
    assert (left["status"], waiting(left)) == ("BLOCKED", [("DEPENDENCY", first)])
