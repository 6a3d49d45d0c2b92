"""Ten agents work an imported room to its end."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.commands import Server, run
from tests.e2e.team import HOLDING, Agent, check_one_owner, codes, hire, read_log
from tests.goalroom.importers.beads_check import BEST

ROOM, AGENTS = "real", 10
FINISHED = ("DONE", "CANCELLED")

TASKS = """query($room: ID!, $after: String) { room(room: $room) { tasks(first: 100, after: $after, orderBy: CREATED) {
  nodes { id status ready assignee { id } dependencies { kind open dependsOn { id } } }
  totalCount pageInfo { hasNextPage endCursor } } } }"""
OBJECTIVES = """query($room: ID!, $after: String) { room(room: $room) {
  objectives(first: 100, after: $after, includeArchived: true) {
    nodes { ...of subtree(depth: 10, includeArchived: true) { ...of } } pageInfo { hasNextPage endCursor } } } }
fragment of on Objective { id title status progress standing counts { total } parent { id } }"""
CLAIM = """mutation { claimNextTask(input: {}) {
  task { id criteria { id } } lease { fence } nothing { todo } } }"""
COMPLETE = "mutation($input: SubmitTaskInput!) { completeTask(input: $input) { id } }"
ASSIGN = "mutation($task: ID!, $to: ID!) { assignTask(input: {task: $task, assignee: $to}) { id } }"
UNBLOCK = "mutation($task: ID!) { unblockTask(input: {task: $task}) { id } }"


@pytest.fixture
async def admin(home: Path) -> AsyncGenerator[Agent]:
    """The ADMIN of a server on whose data directory the file was imported while it ran."""
    with Server("--data-dir", home, "--rate-limit", "0") as server:
        imported = run("import", "beads", BEST, "--room", ROOM, "--data-dir", home)
        assert imported.returncode == 0, imported.stderr
        async with httpx.AsyncClient() as http:
            yield Agent((home / "admin-token").read_text().strip(), [server.url], http)


async def pages(admin: Agent, document: str, field: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await admin.ask(document, room=ROOM, after=after))["room"][field]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def check_ready(tasks: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """`ready` and `open` follow from the edges and the statuses alone; answers who waits for whom."""
    status = {task["id"]: task["status"] for task in tasks}
    blockers = {}
    for task in tasks:
        edges = [edge for edge in task["dependencies"] if edge["kind"] == "BLOCKS"]
        blockers[task["id"]] = [edge["dependsOn"]["id"] for edge in edges]
        waits = [on for on in blockers[task["id"]] if status[on] not in FINISHED]
        assert task["ready"] is (task["status"] == "TODO" and not waits), task
        still_open = [edge["dependsOn"]["id"] for edge in edges if edge["open"]]
        assert still_open == (waits if task["status"] not in FINISHED else []), task
    return blockers


async def share_out(admin: Agent, workers: Sequence[Agent], tasks: Sequence[dict[str, Any]]) -> None:
    """What is for agents of the file goes to ours, and what is blocked for a reason goes on."""
    for number, task in enumerate(task for task in tasks if task["status"] not in FINISHED):
        if task["status"] == "BLOCKED":
            await admin.ask(UNBLOCK, task=task["id"])
        if task["assignee"] is not None:
            await admin.ask(ASSIGN, task=task["id"], to=f"worker-{number % len(workers)}")


async def work(agent: Agent) -> None:
    """Claim and complete until nothing is left; a task whose parts are open is completed after them."""
    held: list[dict[str, Any]] = []
    while True:
        claim = (await agent.ask(CLAIM))["claimNextTask"]
        if claim["task"] is not None:
            held.insert(0, claim)
        waiting = []
        for one in held:
            met = [{"id": criterion["id"], "met": True, "evidence": "Seen"} for criterion in one["task"]["criteria"]]
            report = {"task": one["task"]["id"], "summary": "Done", "criteria": met, "fence": one["lease"]["fence"]}
            if codes(await agent.send(COMPLETE, input=report)):
                waiting.append(one)
        held = waiting
        if claim["task"] is None:
            if not held and claim["nothing"]["todo"] == 0:
                return
            await asyncio.sleep(0.05)


def check_order(log: Sequence[dict[str, Any]], blockers: dict[str, list[str]]) -> None:
    """No task is given out before all that it waits for is done."""
    done: set[str] = set()
    for event in log:
        task = event["task"]["id"]
        if event["kind"] == "TASK_CLAIMED":
            assert done.issuperset(blockers[task]), event
        elif event["kind"] == "TASK_DONE":
            done.add(task)


async def test_a_team_works_the_imported_room_to_its_end(admin: Agent) -> None:
    tasks = await pages(admin, TASKS, "tasks")
    blockers = check_ready(tasks)
    open_tasks = {task["id"] for task in tasks if task["status"] not in FINISHED}

    workers = [await hire(admin, f"worker-{number}", ROOM, admin.urls) for number in range(AGENTS)]
    await share_out(admin, workers, tasks)
    start = time.perf_counter()
    await asyncio.wait_for(asyncio.gather(*map(work, workers)), timeout=80)
    print(f"{AGENTS} agents finished {len(open_tasks)} tasks in {time.perf_counter() - start:.1f} s")  # noqa: T201  # asked for

    log = await read_log(admin, ROOM, *HOLDING)
    check_order(log, blockers)
    check_one_owner([event for event in log if event["task"]["id"] in open_tasks])
    ended = await pages(admin, TASKS, "tasks")
    check_ready(ended)
    assert len(ended) == len(tasks)
    assert {task["status"] for task in ended} <= set(FINISHED)

    roots = await pages(admin, OBJECTIVES, "objectives")
    objectives = {one["id"]: one for root in roots for one in (root, *root["subtree"])}
    empty = {key for key, one in objectives.items() if one["counts"]["total"] == 0 and one["status"] == "ACTIVE"}
    print("Without parts, and so never done:", sorted(objectives[key]["title"] for key in empty))  # noqa: T201  # so that it can be checked
    above_empty = {objectives[key]["parent"]["id"] for key in empty if objectives[key]["parent"]}
    assert not above_empty
    assert {(one["status"], one["progress"]) for key, one in objectives.items() if key not in empty} == {("DONE", 1)}
