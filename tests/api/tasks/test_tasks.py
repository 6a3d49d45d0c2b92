"""Tasks as clients make them, tie them together and read what they wait for."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from db.core.database import Database
from db.tasks import readiness
from tests.api.schema_client import Actor
from tests.api.tasks.conftest import NewActor

WAITS = "ready waitingOn { kind reason task { id } objective { id } until }"


async def waits(one: Actor, task: str) -> list[tuple[str, str | None]]:
    """Kind and task of all that the task waits for, where `ready` says the same."""
    found = await one.task(task, WAITS)
    assert all(wait["reason"] for wait in found["waitingOn"])
    assert found["ready"] == (not [wait for wait in found["waitingOn"] if wait["kind"] != "SUBTASK"])
    return [(wait["kind"], wait["task"] and wait["task"]["id"]) for wait in found["waitingOn"]]


async def depends(one: Actor, task: str, *on: str) -> None:
    for other in on:
        await one.do("addDependency", "kind", task=task, dependsOn=other)


async def counted(database: Database, table: str) -> int:
    number: int = await database.fetchval(f"select count(*) from {table}")  # noqa: S608  # our own tables
    return number


async def test_a_task_is_made_as_said(ann: Actor, actor: NewActor) -> None:
    await actor("bob")
    goal = await ann.do("createObjective", "id keyResults { id }", title="G", keyResults=[{"title": "n", "target": 1}])
    other, found = await ann.make(), await ann.make()
    fields = """title description status priority labels capabilities track trackOrder role instructions notes result
        ready attempts unblocks stale estimateMinutes notBefore dueAt startedAt finishedAt quietUntil handoff { id }
        room { name } objective { id } parent { id } creator { name } assignee { name } reviewer { name }
        lease { fence } criteria { text met evidence accepted } keyResults { id } artifacts { url } subtasks { id }
        dependencies { kind open dependsOn { id } createdBy { name } }"""

    made = await ann.do(
        "createTask",
        fields,
        title="All",
        description="d",
        priority="P0",
        labels=["b", "a", "b"],
        capabilities=["py", "go"],
        criteria=["It works"],
        objective=goal["id"],
        dependsOn=[other],
        discoveredFrom=found,
        track="t",
        trackOrder=-3,
        assignee="bob",
        reviewer="ann",
        role="implementer",
        instructions="i",
        keyResults=[goal["keyResults"][0]["id"]],
        notBefore="2020-01-01T00:00:00+02:00",
        dueAt="2040-01-01T00:00:00.5Z",
        estimateMinutes=0,
    )

    assert made == {
        "title": "All", "description": "d", "status": "TODO", "priority": "P0", "labels": ["b", "a"],
        "capabilities": ["go", "py"], "track": "t", "trackOrder": -3, "role": "implementer", "instructions": "i",
        "notes": "", "result": "", "ready": False, "attempts": 0, "unblocks": 0, "stale": False, "estimateMinutes": 0,
        "notBefore": "2019-12-31T22:00:00.000000Z", "dueAt": "2040-01-01T00:00:00.500000Z", "startedAt": None,
        "finishedAt": None, "quietUntil": None, "handoff": None, "room": {"name": "web"},
        "objective": {"id": goal["id"]}, "parent": None, "creator": {"name": "ann"}, "assignee": {"name": "bob"},
        "reviewer": {"name": "ann"}, "lease": None, "artifacts": [], "subtasks": [],
        "criteria": [{"text": "It works", "met": False, "evidence": "", "accepted": None}],
        "keyResults": [{"id": goal["keyResults"][0]["id"]}],
        "dependencies": [
            {"kind": "BLOCKS", "open": True, "dependsOn": {"id": other}, "createdBy": {"name": "ann"}},
            {"kind": "DISCOVERED_FROM", "open": False, "dependsOn": {"id": found}, "createdBy": {"name": "ann"}},
        ],
    }  # fmt: skip


async def test_left_out_stays_and_null_clears(ann: Actor) -> None:
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    task = await ann.make(
        description="d",
        labels=["a"],
        track="t",
        trackOrder=1,
        objective=goal,
        estimateMinutes=5,
        dueAt="2040-01-01T00:00:00Z",
    )
    fields = "title description labels track trackOrder objective { id } estimateMinutes dueAt"

    renamed = await ann.do("updateTask", fields, id=task, title="New")
    cleared = await ann.do(
        "updateTask", fields, id=task, description=None, labels=None, track=None, trackOrder=None, objective=None,
        estimateMinutes=None, dueAt=None,
    )  # fmt: skip

    assert (renamed["title"], renamed["description"], renamed["labels"], renamed["track"]) == ("New", "d", ["a"], "t")
    assert cleared == {
        "title": "New", "description": "", "labels": [], "track": None, "trackOrder": None, "objective": None,
        "estimateMinutes": None, "dueAt": None,
    }  # fmt: skip
    assert (await ann.refused("updateTask", id=task, priority=None))["code"] == "BAD_INPUT"
    events = await counted(ann.database, "event")
    assert await ann.do("updateTask", fields, id=task) == cleared
    assert await counted(ann.database, "event") == events, "nothing said, nothing done"


async def test_a_role_is_a_word_that_assign_task_changes_and_null_clears(actor: NewActor, ann: Actor) -> None:
    await actor("bob")
    task = await ann.make()
    longest = "r" * 100

    said = [
        (await ann.do("assignTask", "role", task=task, **change))["role"]
        for change in ({}, {"role": longest}, {"assignee": "bob"}, {"role": "reviewer"}, {"role": None})
    ]

    assert said == ["", longest, longest, "reviewer", ""]
    assert (await ann.refused("assignTask", task=task, role="r" * 101))["field"] == "role"
    assert (await ann.refused("createTask", title="x", role="r" * 101))["field"] == "role"
    assert (await ann.task(task, "role assignee { name }")) == {"role": "", "assignee": {"name": "bob"}}


async def test_why_a_task_was_cancelled_or_reopened_stands_in_its_comments(actor: NewActor, ann: Actor) -> None:
    await actor("bob")
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    task, below = await ann.make(), await ann.make(objective=goal)
    longest = "y" * 65_536

    await ann.do("cancelTask", task=task, reason="@bob does it elsewhere")
    await ann.do("reopenTask", task=task, reason="It came back")
    await ann.do("cancelTask", task=task, reason=longest)
    await ann.do("updateObjective", id=goal, status="CANCELLED")

    comments = "comments { nodes { kind body author { name } mentions { name } } }"
    by_ann: dict[str, Any] = {"kind": "DECISION", "author": {"name": "ann"}, "mentions": []}
    assert (await ann.task(task, comments))["comments"]["nodes"] == [
        by_ann | {"body": "Cancelled: @bob does it elsewhere", "mentions": [{"name": "bob"}]},
        by_ann | {"body": "Reopened: It came back"},
        by_ann | {"body": f"Cancelled: {longest}"},
    ]
    assert (await ann.task(below, comments))["comments"]["nodes"] == [
        {"kind": "SYSTEM", "author": None, "mentions": [], "body": f"Cancelled: {goal} was cancelled."}
    ]
    assert (await ann.refused("cancelTask", task=task, reason="Again"))["code"] == "WRONG_STATUS"
    assert len((await ann.task(task, comments))["comments"]["nodes"]) == 3


async def test_all_that_can_hold_a_start_back_does(database: Database, ann: Actor, root: Actor) -> None:
    draft = (await ann.do("createObjective", title="Draft"))["id"]
    below = (await ann.do("createObjective", title="Below", parent=draft))["id"]
    await ann.do("updateObjective", id=draft, status="DRAFT")
    await root.do("updateRoom", room="web", settings={"requireDoneCriteria": True, "paused": True})
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    first, blocker = await ann.make(objective=below, track="t"), await ann.make()
    task = await ann.make(objective=below, track="t", notBefore=soon.isoformat(), dependsOn=[blocker])
    part = await ann.make(parent=task)

    found = (await ann.task(task, WAITS))["waitingOn"]
    told = await ann.task(part, "objective { id }")

    kinds = {wait["kind"]: wait for wait in found}
    assert sorted(kinds) == sorted(["DEPENDENCY", "TRACK", "CRITERIA", "SCHEDULE", "OBJECTIVE", "PAUSED", "SUBTASK"])
    assert kinds["DEPENDENCY"]["task"] == {"id": blocker}
    assert kinds["TRACK"]["task"] == {"id": first}
    assert kinds["SUBTASK"]["task"] == {"id": part}
    assert kinds["OBJECTIVE"]["objective"] == {"id": draft}
    assert datetime.fromisoformat(kinds["SCHEDULE"]["until"]) == soon
    assert told == {"objective": {"id": below}}, "a subtask takes its parent's objective"
    await root.do("updateRoom", room="web", settings={"requireDoneCriteria": False, "paused": False})
    await ann.do("updateObjective", id=draft, status="ACTIVE")
    await ann.do("cancelTask", task=blocker, reason="Not needed")
    await ann.finish(first)
    await asyncio.sleep(max(0, (soon - datetime.now(UTC)).total_seconds()) + 0.05)
    await readiness.clear_schedules(database)
    assert await waits(ann, task) == [("SUBTASK", part)]
    assert (await ann.task(task, "ready"))["ready"], "subtasks hold back the end alone"


async def test_a_parent_is_not_submitted_before_its_subtasks_end(ann: Actor) -> None:
    parent = await ann.make()
    done, cancelled, late = [await ann.make(parent=parent) for _ in range(3)]
    await ann.claim(parent)

    early = await ann.refused("completeTask", task=parent, summary="Done")
    await ann.finish(done)
    await ann.do("cancelTask", task=cancelled, reason="No")
    last = await ann.refused("completeTask", task=parent, summary="Done")
    await ann.finish(late)
    ended = await ann.do("completeTask", "status result subtasks { id }", task=parent, summary="Done")

    assert (early["code"], [wait["task"] for wait in early["waitingOn"]]) == ("NOT_READY", [done, cancelled, late])
    assert [(wait["kind"], wait["task"]) for wait in last["waitingOn"]] == [("SUBTASK", late)]
    assert ended == {
        "status": "DONE", "result": "Done", "subtasks": [{"id": done}, {"id": cancelled}, {"id": late}]
    }  # fmt: skip


async def test_tracks_run_one_at_a_time_in_their_order(ann: Actor) -> None:
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    unplaced = await ann.make(track="t", objective=goal)
    second, first = [await ann.make(track="t", trackOrder=place, objective=goal) for place in (2, 1)]
    elsewhere, other = await ann.make(track="t"), await ann.make(track="u", objective=goal)

    assert [await waits(ann, task) for task in (first, elsewhere, other)] == [[], [], []]
    assert await waits(ann, second) == [("TRACK", first)]
    assert await waits(ann, unplaced) == [("TRACK", second)], "the one right before it, and so all others"
    assert (await ann.refused("claimTask", task=second))["code"] == "NOT_READY"
    await ann.do("updateTask", id=second, trackOrder=0)
    assert await waits(ann, second) == []
    assert await waits(ann, first) == [("TRACK", second)]
    await ann.finish(second)
    assert await waits(ann, first) == []
    await ann.do("reopenTask", task=second, reason="Again")
    assert await waits(ann, first) == [("TRACK", second)]


async def test_the_same_edge_again_is_the_same_and_one_that_is_not_there_can_go(database: Database, ann: Actor) -> None:
    task, other = await ann.make(), await ann.make()
    fields = "kind open createdAt task { id } dependsOn { id }"

    edges = [await ann.do("addDependency", fields, task=task, dependsOn=other) for _ in range(2)]
    events = await counted(database, "event")
    related = await ann.do("addDependency", fields, task=task, dependsOn=other, kind="RELATED")
    await ann.do("removeDependency", task=task, dependsOn=other, kind="DUPLICATES")

    assert edges[0] == edges[1]
    assert (edges[0]["open"], related["open"]) == (True, False)
    assert await counted(database, "event") == events + 1
    assert await waits(ann, task) == [("DEPENDENCY", other)]
    left = await ann.do("removeDependency", "ready dependencies { kind }", task=task, dependsOn=other)
    assert left == {"ready": True, "dependencies": [{"kind": "RELATED"}]}
    assert (await ann.task(other, "dependents { kind task { id } }"))["dependents"] == [
        {"kind": "RELATED", "task": {"id": task}}
    ]


async def test_started_work_that_gets_a_dependency_goes_on(ann: Actor) -> None:
    task, other = await ann.make(), await ann.make()
    await ann.claim(task)

    await depends(ann, task, other)
    held = await ann.task(task, "status ready waitingOn { kind task { id } } lease { fence }")
    await ann.do("completeTask", task=task, summary="Done all the same")

    assert (held["status"], held["lease"]["fence"]) == ("DOING", 1)
    assert held["waitingOn"] == [{"kind": "DEPENDENCY", "task": {"id": other}}]


async def test_cycles_are_named_from_the_task_round_to_itself(database: Database, ann: Actor) -> None:
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    a, b, c = [await ann.make() for _ in range(3)]
    await depends(ann, a, b)
    await depends(ann, b, c)
    first, second = [await ann.make(track="t", trackOrder=place, objective=goal) for place in (1, 2)]
    await depends(ann, first, a)
    behind = {"objective": goal, "track": "t", "trackOrder": 3}
    parent = await ann.make()
    part = await ann.make(parent=parent)
    events, edges = await counted(database, "event"), await counted(database, "dependency")

    async def path(mutation: str, **sent: Any) -> list[str]:
        refused = await ann.refused(mutation, **sent)
        assert refused["code"] == "DEPENDENCY_CYCLE"
        found: list[str] = refused["path"]
        return found

    assert await path("addDependency", task=c, dependsOn=a) == [c, a, b, c]
    assert await path("addDependency", task=a, dependsOn=a) == [a, a]
    assert await path("addDependency", task=first, dependsOn=second) == [first, second, first]
    assert await path("addDependency", task=part, dependsOn=parent) == [part, parent, part]
    assert await path("updateTask", id=parent, parent=part) == [parent, part, parent]
    assert await path("updateTask", id=parent, parent=parent) == [parent, parent]
    assert await path("updateTask", id=c, **behind) == [c, second, first, a, b, c]
    assert await counted(database, "event") == events
    assert await counted(database, "dependency") == edges
    # Other kinds hold nothing back, so they may go round.
    await ann.do("addDependency", "kind", task=c, dependsOn=a, kind="RELATED")


async def test_a_cycle_may_run_through_everything_at_once(ann: Actor) -> None:
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    early, late = [await ann.make(track="t", trackOrder=place, objective=goal) for place in (1, 2)]
    parent = await ann.make()
    await depends(ann, early, parent)

    refused = await ann.refused("createTask", title="Part", parent=parent, dependsOn=[late])
    moved = await ann.make(dependsOn=[late])
    refused_move = await ann.refused("updateTask", id=moved, parent=parent)

    assert refused["code"] == refused_move["code"] == "DEPENDENCY_CYCLE"
    assert refused_move["path"] == [moved, late, early, parent, moved]
    assert refused["path"][0] == refused["path"][-1]
    assert refused["path"][1:-1] == [late, early, parent]


async def test_a_batch_is_made_whole_or_not_at_all(database: Database, ann: Actor) -> None:
    old = await ann.make()
    batch: list[dict[str, Any]] = [
        {"ref": "ship", "dependsOnRefs": ["test", "build"], "task": {"title": "Ship"}},
        {"ref": "test", "dependsOnRefs": ["build"], "task": {"title": "Test", "dependsOn": [old]}},
        {"ref": "build", "task": {"title": "Build"}},
        {"task": {"title": "Rest"}},
    ]
    events, tasks = await counted(database, "event"), await counted(database, "task")
    for code, wrong in [
        ("NOT_FOUND", {"title": "x", "dependsOn": ["T999999"]}),
        ("BAD_INPUT", {"title": " "}),
        ("NOT_FOUND", {"title": "x", "room": "elsewhere"}),
        ("NOT_FOUND", {"title": "x", "assignee": "nobody"}),
    ]:
        assert (await ann.refused("createTasks", tasks=[*batch, {"task": wrong}]))["code"] == code
    for ref in ("", "x" * 101, "build"):
        wrong_ref = [*batch, {"ref": ref, "task": {"title": "x"}}]
        assert (await ann.refused("createTasks", tasks=wrong_ref))["field"] == "ref"
    cycle = await ann.refused("createTasks", tasks=[{**batch[2], "dependsOnRefs": ["ship"]}, *batch[:2]])
    itself = await ann.refused("createTasks", tasks=[{"ref": "a", "dependsOnRefs": ["a"], "task": {"title": "x"}}])
    assert (await counted(database, "event"), await counted(database, "task")) == (events, tasks)

    made = await ann.do("createTasks", "id title ready dependencies { dependsOn { title } } unblocks", tasks=batch)

    assert cycle["code"] == itself["code"] == "DEPENDENCY_CYCLE"
    assert itself["path"][0] == itself["path"][-1]
    assert [task["title"] for task in made] == ["Ship", "Test", "Build", "Rest"]
    assert [task["ready"] for task in made] == [False, False, True, True]
    assert [task["unblocks"] for task in made] == [0, 1, 2, 0]
    assert [{edge["dependsOn"]["title"] for edge in task["dependencies"]} for task in made] == [
        {"Test", "Build"}, {"Build", "Task"}, set(), set()
    ]  # fmt: skip


async def test_unblocks_and_the_critical_path_look_through_others(ann: Actor) -> None:
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    base = await ann.make("Base")
    middle = await ann.make("Middle", dependsOn=[base])
    top = await ann.make("Top", dependsOn=[middle], objective=goal)
    side = await ann.make("Side", dependsOn=[base])
    path = "query ($objective: ID) { criticalPath(objective: $objective) { id } }"

    assert (await ann.task(base, "unblocks"))["unblocks"] == 3
    assert [task["id"] for task in (await ann.see(path, objective=goal))["criticalPath"]] == [base, middle, top]
    assert [task["id"] for task in (await ann.see(path))["criticalPath"]] == [base, middle, top]
    await ann.finish(base)
    await ann.do("cancelTask", task=side, reason="No")
    assert (await ann.task(base, "unblocks"))["unblocks"] == 0
    assert [task["id"] for task in (await ann.see(path, objective=goal))["criticalPath"]] == [middle, top]
    await ann.do("reopenTask", task=base, reason="Again")
    assert (await ann.task(base, "unblocks"))["unblocks"] == 2


async def test_ready_tasks_are_what_a_claim_would_offer(ann: Actor, actor: NewActor) -> None:
    bob = await actor("bob")
    low, high, waited = await ann.make(priority="P3"), await ann.make(priority="P0"), await ann.make()
    mine = await ann.make(priority="P3", assignee="ann")
    await ann.make(dependsOn=[waited])
    await ann.make(assignee="bob")
    await ann.make(capabilities=["go"])

    offered = [task["id"] for task in (await ann.see("{ readyTasks(first: 3) { id } }"))["readyTasks"]]
    claimed = [(await ann.do("claimNextTask", "task { id }"))["task"]["id"] for _ in range(4)]

    assert offered == [mine, high, waited]
    assert claimed == [mine, high, waited, low]
    assert len((await bob.see("{ readyTasks { id } }"))["readyTasks"]) == 1


async def test_notes_are_a_page_that_grows_up_to_its_bound(ann: Actor, actor: NewActor) -> None:
    task = await ann.make()
    await ann.claim(task)

    pages = [
        (await ann.do("writeNotes", "notes", task=task, **sent))["notes"]
        for sent in ({"text": "a"}, {"text": "b"}, {"text": "c", "append": False}, {"text": "", "append": False})
    ]
    await ann.do("writeNotes", task=task, text="x" * 65_536)

    assert pages == ["a", "a\n\nb", "c", ""]
    assert (await ann.refused("writeNotes", task=task, text="x"))["code"] == "BAD_INPUT"
    assert (await (await actor("bob")).refused("writeNotes", task=task, text="x"))["code"] == "NOT_HOLDER"
