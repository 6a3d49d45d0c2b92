"""How objectives live: they finish, come back, wait, and leave the lists, by what clients do below them."""

from typing import Any

import pytest

from db.core.database import Database
from db.events.feed import Feed
from tests import people
from tests.api.schema_client import Actor

LIFE = "status finishedAt archivedAt progress counts { total done cancelled ready }"


@pytest.fixture
async def ann(database: Database) -> Actor:
    room = await people.room(database, require_done_criteria=False, require_review=False, require_handoff=False)
    return Actor(database, await people.caller(database, "ann", room), Feed(database))


async def goal(ann: Actor, parent: str | None = None, **more: Any) -> str:
    made: str = (await ann.do("createObjective", title="Goal", parent=parent, **more))["id"]
    return made


async def line(ann: Actor) -> list[str]:
    """Three objectives, each below the one before."""
    root = await goal(ann)
    middle = await goal(ann, root)
    return [root, middle, await goal(ann, middle)]


async def life(ann: Actor, *objectives: str) -> list[Any]:
    query = f"query ($id: ID!) {{ objective(id: $id) {{ {LIFE} }} }}"
    return [(await ann.see(query, id=one))["objective"] for one in objectives]


async def statuses(ann: Actor, *objectives: str) -> list[str]:
    return [one["status"] for one in await life(ann, *objectives)]


async def told(ann: Actor, kind: str) -> list[str]:
    query = "query ($kinds: [EventKind!]) { events(kinds: $kinds) { nodes { objective { id } } } }"
    return [event["objective"]["id"] for event in (await ann.see(query, kinds=[kind]))["events"]["nodes"]]


async def test_what_is_done_finishes_upwards_and_what_is_reopened_opens_upwards(ann: Actor) -> None:
    tree = await line(ann)
    first, second = [await ann.make(objective=tree[2]) for _ in range(2)]

    await ann.finish(first)
    assert await statuses(ann, *tree) == ["ACTIVE"] * 3
    await ann.do("cancelTask", task=second, reason="No")
    done = await life(ann, *tree)
    assert sorted(await told(ann, "OBJECTIVE_FINISHED")) == sorted(tree)
    await ann.do("reopenTask", task=second, reason="Yes")
    again = await life(ann, *tree)
    await ann.finish(second)
    await ann.make(objective=tree[1])

    for one in done:
        assert (one["status"], one["progress"]) == ("DONE", 1)
        assert one["finishedAt"] is not None
        assert one["counts"] == {"total": 2, "done": 1, "cancelled": 1, "ready": 0}
    for one in again:
        assert (one["status"], one["progress"], one["finishedAt"]) == ("ACTIVE", 0.5, None)
    assert await statuses(ann, *tree) == ["ACTIVE", "ACTIVE", "DONE"]


async def test_only_what_is_complete_can_be_called_done(ann: Actor) -> None:
    tree = await line(ann)
    task = await ann.make(objective=tree[2])
    standing = await goal(ann, standing=True)
    await ann.finish(await ann.make(objective=standing))

    refused = await ann.refused("updateObjective", id=tree[0], status="DONE")
    never = await ann.refused("updateObjective", id=standing, status="DONE")

    assert (refused["code"], refused["status"]) == ("WRONG_STATUS", "ACTIVE")
    assert sorted(refused["open"]) == sorted([*tree[1:], task])
    assert (never["code"], never["open"]) == ("WRONG_STATUS", [])
    assert "DONE" not in never["allowed"]
    assert await statuses(ann, standing) == ["ACTIVE"]
    ended = await ann.do("updateObjective", "status", id=standing, standing=False)
    assert ended == {"status": "DONE"}, "it stands no more, and all its parts are complete"
    bare = await goal(ann)
    assert await ann.do("updateObjective", "status progress", id=bare, status="DONE") == {
        "status": "DONE",
        "progress": 1,
    }


async def test_what_is_given_up_takes_all_that_is_open_with_it(database: Database, ann: Actor) -> None:
    tree = await line(ann)
    done, held, other = await ann.make(objective=tree[1]), await ann.make(objective=tree[2]), await ann.make()
    await ann.finish(done)
    waiting = await ann.make(dependsOn=[held])
    await ann.claim(held)

    await ann.do("updateObjective", id=tree[0], status="CANCELLED")

    assert await statuses(ann, *tree) == ["CANCELLED"] * 3
    assert [(await ann.task(task, "status"))["status"] for task in (done, held, other)] == ["DONE", "CANCELLED", "TODO"]
    assert (await ann.task(waiting, "ready"))["ready"]
    for mutation, sent in [
        ("createTask", {"title": "x", "objective": tree[1]}),
        ("createObjective", {"title": "x", "parent": tree[1]}),
        ("updateTask", {"id": other, "objective": tree[1]}),
        ("reopenTask", {"task": held, "reason": "x"}),
    ]:
        assert (await ann.refused(mutation, **sent))["code"] == "WRONG_STATUS"
    assert await database.fetchval("select count(*) from inbox_item") == 0, "nobody is told of their own acts"


async def test_a_draft_holds_back_what_is_below_it(ann: Actor) -> None:
    tree = await line(ann)
    task, held = [await ann.make(objective=tree[2]) for _ in range(2)]
    await ann.claim(held)

    await ann.do("updateObjective", id=tree[0], status="DRAFT")
    wait = await ann.task(task, "ready waitingOn { kind objective { id } }")
    refused = await ann.refused("claimTask", task=task)
    await ann.do("completeTask", task=held, summary="What is held goes on")
    late = await ann.make(objective=tree[1])
    await ann.do("updateObjective", id=tree[0], status="ACTIVE")

    assert wait == {"ready": False, "waitingOn": [{"kind": "OBJECTIVE", "objective": {"id": tree[0]}}]}
    assert (refused["code"], [one["kind"] for one in refused["waitingOn"]]) == ("NOT_READY", ["OBJECTIVE"])
    assert (await ann.task(task, "ready"))["ready"]
    assert (await ann.task(late, "ready"))["ready"]


async def test_nothing_stands_below_itself(ann: Actor) -> None:
    root, middle, leaf = await line(ann)

    for objective, parent, path in [
        (root, leaf, [root, leaf, middle, root]),
        (middle, leaf, [middle, leaf, middle]),
        (root, root, [root, root]),
    ]:
        refused = await ann.refused("moveObjective", id=objective, parent=parent)
        assert refused == {"code": "OBJECTIVE_CYCLE", "path": path}
    moved = await ann.do("moveObjective", "parent { id } ancestors { id }", id=leaf)
    assert moved == {"parent": None, "ancestors": []}


async def test_archived_work_leaves_the_lists_until_work_is_added(ann: Actor) -> None:
    tree = await line(ann)
    await ann.finish(await ann.make(objective=tree[2]))
    lists = """query ($id: ID!) { room { objectives { totalCount } } objective(id: $id) {
        children { totalCount } subtree { id } all: subtree(includeArchived: true) { id } } }"""

    await ann.do("updateObjective", id=tree[0], archived=True)
    cancelled = await ann.see(lists, id=tree[0])
    await ann.make(objective=tree[2])
    back = await ann.see(lists, id=tree[0])

    below = [{"id": one} for one in tree[1:]]
    assert cancelled == {
        "room": {"objectives": {"totalCount": 0}},
        "objective": {"children": {"totalCount": 0}, "subtree": [], "all": below},
    }
    assert back == {
        "room": {"objectives": {"totalCount": 1}},
        "objective": {"children": {"totalCount": 1}, "subtree": below, "all": below},
    }


KEY = {"title": "Number", "target": 10}


@pytest.mark.parametrize(
    ("key_results", "children", "tasks", "progress"),
    [
        ([], [], "", 0),
        ([KEY | {"current": 4}], [], "", 0.4),
        ([KEY | {"current": -5}], [], "", 0),
        ([KEY | {"start": 20, "current": 15}], [], "", 0.5),
        ([KEY | {"start": 10, "current": 9}, KEY | {"current": 5}], [], "", 0.25),
        ([KEY | {"current": 5, "weight": 3}, KEY | {"weight": 1}], [], "", 0.375),
        ([KEY | {"current": 5, "weight": 0}, KEY | {"weight": 0}], [], "", 0.25),
        ([KEY | {"current": 5, "weight": 0}, KEY], [], "", 0),
        ([], [], "D.", 0.5),
        ([], [], "D.CC", 0.5),
        ([], [], "CC", 0),
        ([KEY | {"current": 5}], [], "D...", 0.375),
        ([], [(1, "D."), (3, ".")], "", 0.125),
        ([], [(0, "D."), (0, ".")], "", 0.25),
        ([KEY], [(1, "D")], "D", 2 / 3),
    ],
)
async def test_progress(
    ann: Actor, key_results: list[dict[str, Any]], children: list[tuple[float, str]], tasks: str, progress: float
) -> None:
    async def work(objective: str, wanted: str) -> None:
        for task in [(await ann.make(objective=objective), kind) for kind in wanted]:
            if task[1] == "D":
                await ann.finish(task[0])
            elif task[1] == "C":
                await ann.do("cancelTask", task=task[0], reason="No")

    top = await goal(ann)
    root = await goal(ann, top, keyResults=key_results)
    for weight, wanted in children:
        await work(await goal(ann, root, weight=weight), wanted)
    await work(root, tasks)

    found = await life(ann, top, root)

    assert [one["progress"] for one in found] == pytest.approx([progress, progress])
