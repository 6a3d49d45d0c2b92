"""A planner and a worker who share nothing but the room: each speaks to a server process of its own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from tests.client import Client
from tests.e2e.teammate import Teammate
from tests.patience import PATIENCE_S

WAKES = """subscription { inbox { id kind summary task { id }
  message { from { name } body } } }"""
STEPS = """subscription ($after: String) { events(after: $after) {
  cursor kind actor { name } task { id status notes } } }"""
BRIEF = "{ briefing { cursor } }"
CLAIM = """mutation { claimNextTask {
  task { id title instructions handoff { handoff { done pending } } criteria { id text } } lease { fence }
  nothing { reason waiting } } }"""


class Sight:
    """What the planner sees of the room, as it happens."""

    def __init__(self, stream: AsyncGenerator[dict[str, Any]]) -> None:
        self._stream = stream
        self.seen: list[dict[str, Any]] = []

    async def until(self, kind: str, actor: str, task: str | None = None) -> dict[str, Any]:
        """The next event of this kind, which this agent caused, on this task."""
        async with asyncio.timeout(PATIENCE_S):
            async for payload in self._stream:
                event: dict[str, Any] = payload["events"]
                self.seen.append(event)
                if (event["kind"], event["actor"], event["task"] and event["task"]["id"]) == (
                    kind, {"name": actor}, task,
                ):  # fmt: skip
                    return event
        raise AssertionError("the subscription ended")

    def numbers(self) -> list[int]:
        """Where each of them stands in the log."""
        return [int(event["cursor"].split(".")[1]) for event in self.seen]


async def woken(stream: AsyncGenerator[dict[str, Any]]) -> dict[str, Any]:
    """What the inbox pushes next."""
    async with asyncio.timeout(PATIENCE_S):
        item: dict[str, Any] = (await anext(stream))["inbox"]
    return item


async def test_a_worker_that_only_listens_does_what_a_planner_at_another_server_plans(
    admin: Client, other_server: tuple[str, str]
) -> None:
    async with Teammate(admin.url, admin.token) as boss:
        await boss.do("createRoom", name="workshop", settings={"requireReview": False})
        planner = await boss.hire("lead", "workshop", "HUMAN")
        worker = await boss.hire("hand", "workshop", at=other_server[0])
    async with (
        planner,
        worker,
        aclosing(worker.subscribe(WAKES)) as inbox,
        aclosing(planner.subscribe(STEPS, after=(await planner.execute(BRIEF))["briefing"]["cursor"])) as steps,
    ):
        waking, sight = asyncio.ensure_future(woken(inbox)), Sight(steps)
        first, second = await _plan(planner)

        # It wakes by what it is told alone, and knows from that where to look.
        items = [await waking, await woken(inbox), await woken(inbox)]
        assert [(item["kind"], item["task"] and item["task"]["id"]) for item in items] == [
            ("ASSIGNED", first), ("HANDOFF", second), ("DIRECT", None),
        ]  # fmt: skip
        assert items[2]["message"] == {"from": {"name": "lead"}, "body": f"Please begin with {first}, today."}
        await sight.until("MESSAGE_SENT", "lead")
        assert await worker.do("acknowledge", items=[item["id"] for item in items]) == 3
        assert (await worker.execute("{ inbox { totalCount } }"))["inbox"] == {"totalCount": 0}
        memories = await worker.execute(
            "query ($scope: ID!) { memories(scope: $scope) { key value author { name } } }", scope=first
        )
        assert memories["memories"] == [{"key": "palette", "value": {"ink": "#112233"}, "author": {"name": "lead"}}]

        # Only the first of the track may begin; whichever way it is asked for, the second waits.
        refusal = await worker.refused("mutation ($t: ID!) { claimTask(input: {task: $t}) { task { id } } }", t=second)
        assert refusal["code"] == "NOT_READY"
        assert [(wait["kind"], wait["task"]) for wait in refusal["waitingOn"]] == [("TRACK", first)]
        ready = await worker.execute("{ readyTasks { id } }")
        assert ready["readyTasks"] == [{"id": first}]
        claim = (await worker.execute(CLAIM))["claimNextTask"]
        assert (claim["task"]["id"], claim["task"]["instructions"]) == (first, "Ink on paper first")
        assert (await sight.until("TASK_CLAIMED", "hand", first))["task"]["status"] == "DOING"
        nothing = (await worker.execute(CLAIM))["claimNextTask"]
        assert (nothing["task"], nothing["nothing"]["waiting"]) == (None, 1)

        await worker.do("writeNotes", task=first, text="Three drafts, the second is best")
        assert (await sight.until("TASK_UPDATED", "hand", first))["task"]["notes"] == "Three drafts, the second is best"
        await _complete(worker, claim["task"])
        assert (await sight.until("TASK_DONE", "hand", first))["task"]["status"] == "DONE"

        # And goes on: what waited for the first is offered now, with all that was handed over.
        claim = (await worker.execute(CLAIM))["claimNextTask"]
        assert claim["task"]["id"] == second
        assert claim["task"]["handoff"]["handoff"] == {"done": "The frame", "pending": "The colours"}
        await sight.until("TASK_CLAIMED", "hand", second)
        await worker.do("sendMessage", to=["lead"], body="The last one is under way")
        await _complete(worker, claim["task"])
        await sight.until("TASK_DONE", "hand", second)

        await _check_that_nothing_was_missed(planner, sight, first, second)
        told = (await planner.execute("{ inbox { nodes { kind message { body } } } }"))["inbox"]["nodes"]
        assert told == [{"kind": "DIRECT", "message": {"body": "The last one is under way"}}]


async def _plan(planner: Teammate) -> tuple[str, str]:
    """Two tasks on one track, with all that the worker must know of them."""
    objective = (await planner.do("createObjective", title="A poster"))["id"]
    on: dict[str, Any] = {"objective": objective, "track": "poster", "criteria": ["It is good"]}
    draw = (await planner.do("createTask", title="Draw it", trackOrder=1, **on))["id"]
    colour = (await planner.do("createTask", title="Colour it", trackOrder=2, **on))["id"]
    await planner.do("remember", "version", scope=draw, key="palette", value={"ink": "#112233"})
    await planner.do("assignTask", task=draw, assignee="hand", instructions="Ink on paper first")
    handoff = {"done": "The frame", "pending": "The colours"}
    await planner.do("assignTask", task=colour, assignee="hand", instructions="Two colours", handoff=handoff)
    await planner.do("sendMessage", to=["hand"], body=f"Please begin with {draw}, today.")
    return draw, colour


async def _complete(worker: Teammate, task: dict[str, Any]) -> None:
    met = [{"id": criterion["id"], "met": True, "evidence": "Look at it"} for criterion in task["criteria"]]
    done = await worker.do("completeTask", "status", task=task["id"], summary="As asked", criteria=met)
    assert done == {"status": "DONE"}


async def _check_that_nothing_was_missed(planner: Teammate, sight: Sight, first: str, second: str) -> None:
    """Each line of the log came, in its order, and the story that it tells is the one that happened."""
    numbers = sight.numbers()
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    before = sight.seen[0]["cursor"].split(".")[0] + f".{numbers[0] - 1}"
    log = await planner.execute(
        "query ($after: String) { events(after: $after, first: 200) { nodes { cursor } } }", after=before
    )
    cursors = [event["cursor"] for event in log["events"]["nodes"]]
    assert [event["cursor"] for event in sight.seen] == cursors[: len(sight.seen)]
    worker_did = [
        (event["kind"], event["task"] and event["task"]["id"])
        for event in sight.seen
        if event["actor"] == {"name": "hand"} and event["kind"] != "COMMENT_ADDED"
    ]
    assert worker_did == [
        ("TASK_CLAIMED", first), ("TASK_UPDATED", first), ("TASK_DONE", first), ("TASK_UNBLOCKED", second),
        ("TASK_CLAIMED", second), ("MESSAGE_SENT", None), ("TASK_DONE", second),
    ]  # fmt: skip
