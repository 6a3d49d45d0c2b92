"""The archive: what is finished leaves the slim lists by hand or by time, and comes back with new work."""

import json
from typing import Any

import pytest

from db.core.database import Database
from db.events.feed import Feed
from db.goal_tree import objectives
from tests import people
from tests.api.schema_client import Actor

SLIM = "{ room { objectives { totalCount nodes { id } } } }"
WHOLE = "{ room { objectives(includeArchived: true) { totalCount nodes { id } } } }"
LISTED = """query ($id: ID!, $statuses: [TaskStatus!]) {
    room { tasks(orderBy: CREATED, filter: {statuses: $statuses}) { totalCount nodes { id } } counts { done } }
    objective(id: $id) {
        tasks(orderBy: CREATED, filter: {statuses: $statuses}) { totalCount nodes { id } } counts { done } } }"""
LOG = """{ events(last: 200, kinds: [OBJECTIVE_FINISHED, OBJECTIVE_ARCHIVED, OBJECTIVE_UPDATED]) {
    nodes { kind objective { id } actor { name } data } } }"""


@pytest.fixture
async def ann(database: Database) -> Actor:
    room = await people.room(database, require_done_criteria=False, require_review=False, require_handoff=False)
    return Actor(database, await people.caller(database, "ann", room), Feed(database))


async def goal(ann: Actor, parent: str | None = None, **more: Any) -> str:
    made: str = (await ann.do("createObjective", title="Goal", parent=parent, **more))["id"]
    return made


async def reached(ann: Actor, parent: str | None = None) -> tuple[str, str]:
    """An objective that finished by itself, and its one task."""
    one = await goal(ann, parent)
    task = await ann.make(objective=one)
    await ann.finish(task)
    return one, task


async def age(database: Database, *some: str) -> None:
    """Have them be finished for two days."""
    await database.execute(
        "update objective set finished_at = finished_at - interval '2 days' where id = any($1::bigint[])",
        [int(one[1:]) for one in some],
    )


async def roots(ann: Actor, document: str = SLIM) -> list[str]:
    found = (await ann.see(document))["room"]["objectives"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["id"] for node in found["nodes"]]


async def archived(ann: Actor, *some: str) -> list[bool]:
    document = "query ($id: ID!) { objective(id: $id) { archivedAt } }"
    return [(await ann.see(document, id=one))["objective"]["archivedAt"] is not None for one in some]


async def said(ann: Actor, one: str) -> list[tuple[str, Any]]:
    """Kind and actor of what the log says of the objective."""
    nodes = (await ann.see(LOG))["events"]["nodes"]
    return [(node["kind"], node["actor"] and node["actor"]["name"]) for node in nodes if node["objective"]["id"] == one]


async def test_what_finished_long_enough_ago_leaves_with_its_subtree(database: Database, ann: Actor) -> None:
    old = await goal(ann)
    below, task = await reached(ann, old)
    fresh, _ = await reached(ann)
    open_one = await goal(ann)
    await age(database, old)

    assert await objectives.archive_finished(database) == 1

    assert await archived(ann, old, below, fresh, open_one) == [True, True, False, False]
    assert await roots(ann) == [fresh, open_one]
    assert await roots(ann, WHOLE) == [old, fresh, open_one]
    assert await said(ann, old) == [("OBJECTIVE_FINISHED", "ann"), ("OBJECTIVE_ARCHIVED", None)]
    assert (await said(ann, below))[-1] == ("OBJECTIVE_ARCHIVED", None)
    # It is out of the list, and there all the same.
    one = await ann.see("query ($id: ID!) { objective(id: $id) { status progress subtree { id } } }", id=old)
    assert one["objective"] == {"status": "DONE", "progress": 1, "subtree": []}
    assert (await ann.task(task, "objective { id archivedAt }"))["objective"]["id"] == below


async def test_a_change_of_words_keeps_nothing_back(database: Database, ann: Actor) -> None:
    one, _ = await reached(ann)
    await age(database, one)
    await ann.do("updateObjective", id=one, title="Reached", weight=2)

    await objectives.archive_finished(database)

    assert await archived(ann, one) == [True]


async def test_what_was_given_up_leaves_as_well(database: Database, ann: Actor) -> None:
    given_up = await goal(ann)
    await ann.do("updateObjective", id=given_up, status="CANCELLED")
    await age(database, given_up)

    await objectives.archive_finished(database)

    assert await archived(ann, given_up) == [True]


@pytest.mark.parametrize("status", ["ACTIVE", "DONE"])
async def test_by_hand_it_leaves_at_once_with_its_subtree_and_comes_back_so(ann: Actor, status: str) -> None:
    one = await goal(ann)
    below = await goal(ann, one)
    if status == "DONE":
        await ann.do("updateObjective", id=below, status="DONE")

    await ann.do("updateObjective", id=one, archived=True)
    assert (await archived(ann, one, below), await roots(ann)) == ([True, True], [])
    assert (await said(ann, below))[-1] == ("OBJECTIVE_ARCHIVED", "ann")
    await ann.do("updateObjective", id=one, archived=True)
    assert [kind for kind, _ in await said(ann, one)].count("OBJECTIVE_ARCHIVED") == 1

    await ann.do("updateObjective", id=one, archived=False)
    assert (await archived(ann, one, below), await roots(ann)) == ([False, False], [one])
    assert (await ann.see("query ($id: ID!) { objective(id: $id) { status } }", id=one))["objective"] == {
        "status": status
    }


# {below} is archived, {task} is its finished task, {loose} and {part} are elsewhere.
ADDED: list[tuple[str, dict[str, Any]]] = [
    ("createTask", {"title": "Task", "objective": "{below}"}),
    ("createTasks", {"tasks": [{"task": {"title": "Task", "objective": "{below}"}}]}),
    ("createObjective", {"title": "Goal", "parent": "{below}"}),
    ("createKeyResult", {"objective": "{below}", "keyResult": {"title": "Users", "target": 1}}),
    ("updateTask", {"id": "{loose}", "objective": "{below}"}),
    ("moveObjective", {"id": "{part}", "parent": "{below}"}),
    ("reopenTask", {"task": "{task}", "reason": "Not yet"}),
]


@pytest.mark.parametrize(("mutation", "sent"), ADDED)
async def test_work_that_is_added_brings_it_back(
    database: Database, ann: Actor, mutation: str, sent: dict[str, Any]
) -> None:
    root, loose, part = await goal(ann), await ann.make(), await goal(ann)
    below, task = await reached(ann, root)
    beside, _ = await reached(ann, root)
    await age(database, root, below, beside)
    await objectives.archive_finished(database)
    assert await archived(ann, root, below, beside) == [True, True, True]

    text = json.dumps(sent)
    for name, thing in {"below": below, "task": task, "loose": loose, "part": part}.items():
        text = text.replace(f"{{{name}}}", thing)
    await ann.do(mutation, **json.loads(text))

    # With those above it, and not with what is finished beside it.
    assert await archived(ann, root, below, beside) == [False, False, True]
    document = "query ($id: ID!) { objective(id: $id) { status parent { status } } }"
    now = (await ann.see(document, id=below))["objective"]
    assert now == {"status": "ACTIVE", "parent": {"status": "ACTIVE"}}
    assert await objectives.archive_finished(database) == 0


async def test_reading_and_talking_bring_nothing_back(database: Database, ann: Actor) -> None:
    one, task = await reached(ann)
    await age(database, one)
    await objectives.archive_finished(database)

    await ann.do("addComment", on=one, body="Well done")
    await ann.do("addComment", on=task, body="Well done")
    await ann.do("updateObjective", id=one, title="Reached")

    assert (await archived(ann, one), await roots(ann)) == ([True], [])


async def test_brought_back_by_hand_it_stays_as_long_as_if_it_had_finished_now(database: Database, ann: Actor) -> None:
    one, _ = await reached(ann)
    await age(database, one)
    await objectives.archive_finished(database)

    await ann.do("updateObjective", id=one, archived=False)

    assert (await objectives.archive_finished(database), await archived(ann, one)) == (0, [False])


async def test_a_room_may_keep_what_is_finished_for_ever(database: Database, ann: Actor) -> None:
    admin = Actor(database, await people.admin(database), ann.feed)
    await admin.do("updateRoom", room="web", settings={"archiveAfterSeconds": None})
    one, _ = await reached(ann)
    queue = await goal(ann, standing=True)
    task = await ann.make(objective=queue)
    await ann.finish(task)
    await age(database, one)
    await database.execute("update task set finished_at = now() - interval '1 year'")

    assert await objectives.archive_finished(database) == 0

    assert await archived(ann, one) == [False]
    assert (await ann.see(LISTED, id=queue))["objective"]["tasks"] == {"totalCount": 1, "nodes": [{"id": task}]}


async def test_a_standing_objective_is_never_done(database: Database, ann: Actor) -> None:
    queue = await goal(ann, standing=True)
    await ann.finish(await ann.make(objective=queue))

    refusal = await ann.refused("updateObjective", id=queue, status="DONE")

    assert (refusal["code"], refusal["status"], refusal["open"]) == ("WRONG_STATUS", "ACTIVE", [])
    assert refusal["allowed"] == ["DRAFT", "ACTIVE", "CANCELLED"]
    assert await said(ann, queue) == []
    assert await objectives.archive_finished(database) == 0
    one = await ann.see("query ($id: ID!) { objective(id: $id) { status progress finishedAt } }", id=queue)
    assert one["objective"] == {"status": "ACTIVE", "progress": 1, "finishedAt": None}


async def test_a_parent_of_a_standing_objective_is_never_done_either(ann: Actor) -> None:
    root = await goal(ann)
    queue = await goal(ann, root, standing=True)
    await ann.finish(await ann.make(objective=root))

    assert (await ann.refused("updateObjective", id=root, status="DONE"))["open"] == [queue]

    await ann.do("updateObjective", id=queue, standing=False)
    await ann.finish(await ann.make(objective=queue))
    statuses = "query ($id: ID!) { objective(id: $id) { status parent { status } } }"
    assert (await ann.see(statuses, id=queue))["objective"] == {"status": "DONE", "parent": {"status": "DONE"}}


async def test_what_is_made_standing_goes_on_and_what_stands_no_more_finishes(database: Database, ann: Actor) -> None:
    one, _ = await reached(ann)
    await age(database, one)
    await objectives.archive_finished(database)

    on = await ann.do("updateObjective", "status archivedAt finishedAt", id=one, standing=True)
    off = await ann.do("updateObjective", "status", id=one, standing=False)

    assert on == {"status": "ACTIVE", "archivedAt": None, "finishedAt": None}
    assert off == {"status": "DONE"}


@pytest.mark.parametrize("ending", ["DONE", "CANCELLED"])
async def test_what_a_standing_objective_finished_leaves_lists_and_not_counts(
    database: Database, ann: Actor, ending: str
) -> None:
    root = await goal(ann)
    queue, other = await goal(ann, root, standing=True), await goal(ann)
    old, new, kept = await ann.make(objective=queue), await ann.make(objective=queue), await ann.make(objective=other)
    still_open, loose = await ann.make(objective=queue), await ann.make()
    for task in (old, new, kept, loose):
        if ending == "DONE":
            await ann.finish(task)
        else:
            await ann.do("cancelTask", task=task, reason="Not needed")
    await database.execute(
        "update task set finished_at = finished_at - interval '86401 seconds' where id = any($1)",
        [int(task[1:]) for task in (old, kept, loose)],
    )
    await database.execute(
        "update task set finished_at = finished_at - interval '86300 seconds' where id = $1", int(new[1:])
    )

    slim = await ann.see(LISTED, id=queue)
    whole = await ann.see(LISTED, id=queue, statuses=[ending])
    deep = """query ($id: ID!) { objective(id: $id) {
        tasks(deep: true, orderBy: CREATED) { totalCount nodes { id } } } }"""
    below = (await ann.see(deep, id=root))["objective"]["tasks"]

    def tasks(*some: str) -> dict[str, Any]:
        return {"totalCount": len(some), "nodes": [{"id": one} for one in some]}

    assert slim["room"]["tasks"] == tasks(new, kept, still_open, loose)
    assert slim["objective"]["tasks"] == below == tasks(new, still_open)
    assert whole["room"]["tasks"] == tasks(old, new, kept, loose)
    assert whole["objective"]["tasks"] == tasks(old, new)
    done = 1 if ending == "DONE" else 0
    assert (slim["room"]["counts"]["done"], slim["objective"]["counts"]["done"]) == (4 * done, 2 * done)
    # It is gone from lists alone.
    assert (await ann.task(old, "status"))["status"] == ending
