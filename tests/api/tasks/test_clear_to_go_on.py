"""'Clear to go on' is told once, in the log and in the inbox, when the task is really ready."""

from typing import Any

import pytest

from db.core.database import Database
from db.resources import resources
from db.tasks import readiness
from tests.api.schema_client import Actor
from tests.clock import advance


async def news(actor: Actor) -> tuple[list[tuple[str, str | None]], list[str]]:
    """Tasks that the log says are ready, each with what cleared it, and what the agent was told of them."""
    seen = await actor.see(
        """{ events(last: 200, kinds: [TASK_UNBLOCKED]) { nodes { task { id } data } }
             inbox(kinds: [UNBLOCKED]) { nodes { summary } } }"""
    )
    ready = [event for event in seen["events"]["nodes"] if event["data"]["ready"]]
    pushed = [(event["task"]["id"], event["data"]["clearedBy"]) for event in ready]
    return pushed, [item["summary"] for item in seen["inbox"]["nodes"]]


async def sweep(database: Database) -> None:
    """What every server does by the clock."""
    await resources.half_open_cooled(database)
    while await readiness.notify_startable(database):
        pass


async def gates(ann: Actor, **resource: Any) -> tuple[str, str]:
    """A blocker, and bob's task behind it, which needs a resource too."""
    await ann.do("defineResource", name="repo", **resource)
    blocker = await ann.make("Base")
    return blocker, await ann.make("Mine", assignee="bob", resources=["repo"], dependsOn=[blocker])


async def test_it_waits_for_a_busy_resource(database: Database, ann: Actor, bob: Actor) -> None:
    blocker, task = await gates(ann, capacity=1)
    holder = await ann.make(resources=["repo"])
    await ann.claim(holder)

    await ann.finish(blocker)
    await sweep(database)
    before = await news(bob)
    await ann.do("completeTask", task=holder, summary="Done")
    await sweep(database)

    assert before == ([], [])
    assert await news(bob) == ([(task, None)], [f"repo is free: {task} 'Mine' is clear to go on."])


async def test_what_frees_the_resource_and_ends_the_wait_is_told_as_the_end(
    database: Database, ann: Actor, bob: Actor
) -> None:
    await ann.do("defineResource", name="repo", capacity=1)
    blocker = await ann.make("Base", resources=["repo"])
    task = await ann.make("Mine", assignee="bob", resources=["repo"], dependsOn=[blocker])

    await ann.finish(blocker)
    await sweep(database)

    assert await news(bob) == ([(task, blocker)], [f"{blocker} 'Base' is finished: {task} 'Mine' is clear to go on."])


@pytest.mark.parametrize("end", ["cooled", "reset"])
async def test_it_waits_for_an_open_breaker(database: Database, ann: Actor, bob: Actor, end: str) -> None:
    blocker, task = await gates(ann, failureThreshold=1, cooldownSeconds=60)
    await ann.do("reportHealth", "breaker", resource="repo", ok=False)

    await ann.finish(blocker)
    await sweep(database)
    before = await news(bob)
    if end == "cooled":
        await advance(database, 61)
    else:
        await ann.do("resetBreaker", "breaker", resource="repo")
    await sweep(database)

    assert before == ([], [])
    assert await news(bob) == ([(task, None)], [f"repo is free: {task} 'Mine' is clear to go on."])


async def test_it_waits_for_the_pause_to_end(database: Database, ann: Actor, bob: Actor, root: Actor) -> None:
    blocker = await ann.make("Base")
    task = await ann.make("Mine", assignee="bob", dependsOn=[blocker])
    await ann.claim(blocker)
    await root.do("updateRoom", room="web", settings={"paused": True})

    await ann.do("completeTask", task=blocker, summary="Done")
    await sweep(database)
    before = await news(bob)
    await root.do("updateRoom", room="web", settings={"paused": False})
    await sweep(database)

    assert before == ([], [])
    assert await news(bob) == ([(task, None)], [f"All is clear: {task} 'Mine' is clear to go on."])
    for paused in (True, False):
        await root.do("updateRoom", room="web", settings={"paused": paused})
    await sweep(database)
    assert len((await news(bob))[1]) == 1


async def test_after_the_pause_it_waits_for_the_resource(
    database: Database, ann: Actor, bob: Actor, root: Actor
) -> None:
    blocker, task = await gates(ann, capacity=1)
    holder = await ann.make(resources=["repo"])
    for held in (holder, blocker):
        await ann.claim(held)
    await root.do("updateRoom", room="web", settings={"paused": True})

    await ann.do("completeTask", task=blocker, summary="Done")
    await root.do("updateRoom", room="web", settings={"paused": False})
    await sweep(database)
    before = await news(bob)
    await ann.do("completeTask", task=holder, summary="Done")
    await sweep(database)

    assert before == ([], [])
    assert await news(bob) == ([(task, None)], [f"repo is free: {task} 'Mine' is clear to go on."])


async def test_a_resource_that_is_freed_during_the_pause_is_told_of_after_it(
    database: Database, ann: Actor, bob: Actor, root: Actor
) -> None:
    await ann.do("defineResource", name="repo", capacity=1)
    holder = await ann.make(resources=["repo"])
    await ann.claim(holder)
    task = await ann.make("Mine", assignee="bob", resources=["repo"])
    await root.do("updateRoom", room="web", settings={"paused": True})

    await ann.do("completeTask", task=holder, summary="Done")
    await sweep(database)
    before = await news(bob)
    await root.do("updateRoom", room="web", settings={"paused": False})
    await sweep(database)

    assert before == ([], [])
    assert await news(bob) == ([(task, None)], [f"All is clear: {task} 'Mine' is clear to go on."])


async def test_what_is_assigned_during_the_pause_is_clear_after_it(
    database: Database, ann: Actor, bob: Actor, root: Actor
) -> None:
    await root.do("updateRoom", room="web", settings={"paused": True})
    task = await ann.make("Mine", assignee="bob")

    await root.do("updateRoom", room="web", settings={"paused": False})
    await sweep(database)

    assert await news(bob) == ([(task, None)], [f"All is clear: {task} 'Mine' is clear to go on."])


async def test_unblocked_work_waits_for_the_pause_too(database: Database, ann: Actor, bob: Actor, root: Actor) -> None:
    task = await ann.make("Mine")
    await bob.claim(task)
    await bob.do("blockTask", task=task, reason="No key")
    await root.do("updateRoom", room="web", settings={"paused": True})

    freed = await ann.do("unblockTask", "status ready waitingOn { kind }", task=task)
    before = await news(bob)
    await root.do("updateRoom", room="web", settings={"paused": False})
    await sweep(database)

    assert freed == {"status": "TODO", "ready": False, "waitingOn": [{"kind": "PAUSED"}]}
    assert before == ([], [])
    assert await news(bob) == ([(task, None)], [f"All is clear: {task} 'Mine' is clear to go on."])


async def test_what_is_taken_before_it_is_told_is_not_told(database: Database, ann: Actor, bob: Actor) -> None:
    blocker, task = await gates(ann, capacity=1)
    holder = await ann.make(resources=["repo"])
    await ann.claim(holder)
    await ann.finish(blocker)
    await ann.do("defineResource", name="repo", capacity=3)
    told = await news(bob)
    await bob.claim(task)
    await bob.do("releaseTask", task=task)

    await ann.do("completeTask", task=holder, summary="Done")
    await sweep(database)

    assert await news(bob) == told
    assert len(told[1]) == 1


async def test_of_tasks_that_end_together_none_is_told_to_be_clear(ann: Actor, bob: Actor) -> None:
    objective = (await ann.do("createObjective", title="Goal"))["id"]
    first = await ann.make(objective=objective)
    await ann.make(objective=objective, assignee="bob", dependsOn=[first])

    await ann.do("updateObjective", id=objective, status="CANCELLED")

    assert await news(bob) == ([], [])
