"""The whole life of a task as a team lives it, over the network and through the API alone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from tests.client import Client
from tests.e2e.teammate import Teammate
from tests.patience import PATIENCE_S


@pytest.fixture
async def boss(admin: Client) -> AsyncGenerator[Teammate]:
    async with Teammate(admin.url, admin.token) as boss:
        yield boss


async def test_a_task_passes_every_gate_and_its_objective_is_reached(
    boss: Teammate, other_server: tuple[str, str]
) -> None:
    await boss.do("createRoom", name="team", settings={"archiveAfterSeconds": 1, "digestEverySeconds": None})
    async with (
        await boss.hire("planner", "team", "HUMAN") as planner,
        await boss.hire("worker", "team", at=other_server[0]) as worker,
        await boss.hire("reviewer", "team") as reviewer,
    ):
        objective, key_result, (design, build, polish), check = await _plan(planner)

        # The worker gets the first of its track, and nothing else of it before that is done.
        claim = await worker.execute("mutation { claimNextTask { task { id criteria { id } } lease { fence } } }")
        assert claim["claimNextTask"]["task"]["id"] == design
        assert await worker.refused_to("claimTask", task=build) == "NOT_READY"
        await worker.do("writeNotes", task=design, text="Three sketches, the second is best")
        await worker.do("addComment", on=design, kind="PROGRESS", body="Half way")

        # It meets something in its way: the work is kept, and waits for a second task.
        tool = await worker.do("createTask", title="Install the drawing tool", criteria=["It starts"], priority="P0")
        blocked = await worker.do(
            "blockTask", "status lease { fence }", task=design, reason="No tool", dependsOn=[tool["id"]]
        )
        assert blocked == {"status": "BLOCKED", "lease": None}
        follow = """subscription($room: ID) { taskUnblocked(room: $room, assignee: "worker") {
          task { id ready } clearedBy { id } } }"""
        async with aclosing(worker.subscribe(follow, room="team")) as unblocked:
            told = asyncio.ensure_future(anext(unblocked))
            await _hand_in(worker, (await worker.do("claimTask", "task { id }", task=tool["id"]))["task"]["id"])
            await _approve_next(reviewer, tool["id"])
            async with asyncio.timeout(PATIENCE_S):
                assert (await told)["taskUnblocked"] == {
                    "task": {"id": design, "ready": True},
                    "clearedBy": {"id": tool["id"]},
                }
        again = await worker.execute("mutation { claimNextTask { task { id notes } } }")
        assert again["claimNextTask"]["task"] == {"id": design, "notes": "Three sketches, the second is best"}

        # It is handed in, sent back once, and approved by somebody else.
        assert await worker.refused_to("completeTask", task=design, summary="Done") == "REVIEW_REQUIRED"
        assert await worker.refused_to("submitTask", task=design, summary="Done") == "CRITERIA_UNMET"
        assert await _hand_in(worker, design) == "VALIDATING"
        assert await worker.refused_to("reviewTask", task=design, verdict="APPROVED") == "SELF_REVIEW"
        taken = await reviewer.execute("mutation { claimNextReview { id result } }")
        assert taken["claimNextReview"] == {"id": design, "result": f"{design} is ready"}
        assert await planner.refused_to("reviewTask", task=design, verdict="APPROVED") == "FORBIDDEN"
        back = await reviewer.do(
            "reviewTask", "status assignee { name }", task=design, verdict="CHANGES_REQUESTED", comment="Larger type"
        )
        assert back == {"status": "TODO", "assignee": {"name": "worker"}}
        claim = await worker.execute("mutation { claimNextTask { task { id reviews { comment } } } }")
        assert claim["claimNextTask"]["task"] == {"id": design, "reviews": [{"comment": "Larger type"}]}
        await _hand_in(worker, design)
        await _approve_next(reviewer, design)

        # The rest of the track follows in its order, then the check that waits for all of it.
        for task in (build, polish, check):
            claim = await worker.execute("mutation { claimNextTask { task { id } } }")
            assert claim["claimNextTask"]["task"]["id"] == task
            await _hand_in(worker, task)
            await _approve_next(reviewer, task)
        half = await planner.execute("query ($id: ID!) { objective(id: $id) { status progress } }", id=objective)
        assert half["objective"] == {"status": "ACTIVE", "progress": 0.5}

        # The number moves, the objective is reached by itself, and leaves the slim list.
        await planner.do("updateKeyResult", "progress", id=key_result, current=100)
        reached = await planner.execute("query ($id: ID!) { objective(id: $id) { status progress } }", id=objective)
        assert reached["objective"] == {"status": "DONE", "progress": 1}
        await _until_archived(planner, objective)

        digest = (
            await planner.execute(
                '{ room { digest(since: "2000-01-01T00:00:00Z") { completed { id } blocked { id } inReview { id } '
                "agents { name } counts { total done } markdown } } }"
            )
        )["room"]["digest"]
        assert [task["id"] for task in digest["completed"]] == [tool["id"], design, build, polish, check]
        assert (digest["blocked"], digest["inReview"], digest["counts"]) == ([], [], {"total": 5, "done": 5})
        assert {"planner", "worker", "reviewer"} <= {agent["name"] for agent in digest["agents"]}
        assert all(task in digest["markdown"] for task in (objective, tool["id"], design, build, polish, check))
        await _check_the_log(planner, design, objective)


async def _plan(planner: Teammate) -> tuple[str, str, list[str], str]:
    """An objective with a number to move, three tasks on one track, and a check on a track of its own behind them."""
    objective = await planner.do(
        "createObjective",
        "id keyResults { id }",
        title="A page that people like",
        keyResults=[{"title": "Visitors a day", "target": 100}],
    )
    on = {"objective": objective["id"], "criteria": ["It is good"], "keyResults": [objective["keyResults"][0]["id"]]}
    batch = [
        {"ref": name, "task": {"title": name, "track": "page", "trackOrder": order, **on}}
        for order, name in enumerate(("Design it", "Build it", "Polish it"), start=1)
    ]
    check = {
        "task": {"title": "Check all of it", "track": "review", **on},
        "dependsOnRefs": ["Design it", "Build it", "Polish it"],
    }
    made = await planner.do("createTasks", tasks=[*batch, check])
    *page, last = [task["id"] for task in made]
    return objective["id"], objective["keyResults"][0]["id"], page, last


async def _hand_in(worker: Teammate, task: str) -> str:
    criteria = (await worker.see(task, "criteria { id }"))["criteria"]
    met = [{"id": criterion["id"], "met": True, "evidence": "Look at it"} for criterion in criteria]
    submitted = await worker.do("submitTask", "status", task=task, summary=f"{task} is ready", criteria=met)
    status: str = submitted["status"]
    return status


async def _approve_next(reviewer: Teammate, task: str) -> None:
    taken = await reviewer.execute("mutation { claimNextReview { id } }")
    assert taken["claimNextReview"] == {"id": task}
    approved = await reviewer.do("reviewTask", "status", task=task, verdict="APPROVED")
    assert approved == {"status": "DONE"}


async def _until_archived(planner: Teammate, objective: str) -> None:
    room = (await planner.execute("{ room { id } }"))["room"]["id"]
    follow = "subscription($after: String) { events(after: $after, kinds: [OBJECTIVE_ARCHIVED]) { objective { id } } }"
    async with aclosing(planner.subscribe(follow, after=f"{room}.0")) as archived, asyncio.timeout(PATIENCE_S):
        assert (await anext(archived))["events"]["objective"]["id"] == objective
    slim = await planner.execute("{ room { objectives { nodes { id } } } }")
    assert slim["room"]["objectives"]["nodes"] == []


async def _check_the_log(planner: Teammate, design: str, objective: str) -> None:
    """The history of the task tells its life, and that of the room its objective's end."""
    history = await planner.see(design, "history(first: 200) { nodes { kind actor { name } } }")
    told = [(event["kind"], (event["actor"] or {}).get("name")) for event in history["history"]["nodes"]]
    life = [event for event in told if event[0].startswith("TASK_") and event[0] != "TASK_UPDATED"]
    assert life == [
        ("TASK_CREATED", "planner"),
        ("TASK_CLAIMED", "worker"),
        ("TASK_BLOCKED", "worker"),
        ("TASK_UNBLOCKED", "reviewer"),
        ("TASK_CLAIMED", "worker"),
        ("TASK_SUBMITTED", "worker"),
        ("TASK_ASSIGNED", "reviewer"),
        ("TASK_REVIEWED", "reviewer"),
        ("TASK_CLAIMED", "worker"),
        ("TASK_SUBMITTED", "worker"),
        ("TASK_REVIEWED", "reviewer"),
        ("TASK_DONE", "reviewer"),
    ]
    ends = "{ events(kinds: [OBJECTIVE_FINISHED, OBJECTIVE_ARCHIVED]) { nodes { kind objective { id } } } }"
    assert (await planner.execute(ends))["events"]["nodes"] == [
        {"kind": "OBJECTIVE_FINISHED", "objective": {"id": objective}},
        {"kind": "OBJECTIVE_ARCHIVED", "objective": {"id": objective}},
    ]
