"""Tasks as clients read them: one, and page by page."""

from typing import Any

import pytest

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import Role
from db.core.records import Room
from db.tasks import staleness
from tests import people
from tests.api.asking import Answer, ask
from tests.api.schema_client import Actor

OFF: dict[str, object] = {"require_done_criteria": False, "require_review": False, "require_handoff": False}
ONE = "query ($id: ID!) { task(id: $id) { id title } }"
PAGE = """query ($filter: TaskFilter, $order: TaskOrder, $first: Int, $after: String) {
  room { tasks(filter: $filter, orderBy: $order, first: $first, after: $after) {
    totalCount nodes { title } edges { cursor node { title } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


@pytest.fixture
async def room(database: Database) -> Room:
    return await people.room(database, "web", **OFF)


def titles(answer: Any) -> list[str]:
    return [node["title"] for node in answer["room"]["tasks"]["nodes"]]


async def test_a_task_that_may_not_be_seen_is_one_that_is_not_there(database: Database, ann: Actor) -> None:
    task = await ann.make("Mine")
    elsewhere = await people.room(database, "elsewhere")
    stranger = await people.caller(database, "stranger", elsewhere)
    observer = await people.caller(database, "ann", role=Role.OBSERVER)

    async def seen(caller: Caller, task_id: str) -> Answer:
        return await ask(database, caller, ONE, id=task_id)

    assert await seen(observer, task) == Answer({"task": {"id": task, "title": "Mine"}}, [])
    assert await seen(stranger, task) == Answer({"task": None}, ["NOT_FOUND"])
    assert await seen(ann.caller, "T999999") == Answer({"task": None}, ["NOT_FOUND"])
    for wrong in ("O1", "42", "T", "T-1", "T0x1", "", "T1\0", "T99999999999999999999"):
        assert await seen(ann.caller, wrong) == Answer({"task": None}, ["BAD_INPUT"])


async def test_a_page_says_where_it_lies(ann: Actor) -> None:
    for n in range(5):
        await ann.make(f"{n}")

    whole = (await ann.see(PAGE, order="CREATED"))["room"]["tasks"]
    middle = await ann.see(PAGE, order="CREATED", first=2, after=whole["edges"][1]["cursor"])

    assert whole["totalCount"] == 5
    assert [edge["node"] for edge in whole["edges"]] == whole["nodes"]
    assert whole["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": whole["edges"][0]["cursor"],
        "endCursor": whole["edges"][4]["cursor"],
    }
    assert titles(middle) == ["2", "3"]
    assert middle["room"]["tasks"]["totalCount"] == 5
    assert middle["room"]["tasks"]["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": True,
        "startCursor": whole["edges"][2]["cursor"],
        "endCursor": whole["edges"][3]["cursor"],
    }
    empty = (await ann.see(PAGE, filter={"ready": False}))["room"]["tasks"]
    assert (empty["totalCount"], empty["nodes"], empty["edges"]) == (0, [], [])
    assert empty["pageInfo"] == {
        "hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None,
    }  # fmt: skip


async def test_null_in_a_filter_is_as_good_as_left_out(ann: Actor) -> None:
    names = ["statuses", "ready", "stale", "objective", "assignee", "reviewer", "labels", "priorities"]
    names += ["waitingForAgent", "awaitedByAgent", "search"]
    await ann.make("one", priority="P1")

    assert titles(await ann.see(PAGE, filter=dict.fromkeys(names))) == ["one"]
    assert titles(await ann.see(PAGE, filter=None, order=None, first=None, after=None)) == ["one"]
    assert titles(await ann.see(PAGE, filter={"priorities": []})) == []
    assert titles(await ann.see(PAGE, filter={"priorities": ["P1"], "statuses": ["TODO"]})) == ["one"]


async def test_an_unusable_page_is_refused(ann: Actor) -> None:
    await ann.make()
    created = (await ann.see(PAGE, order="CREATED"))["room"]["tasks"]["pageInfo"]["endCursor"]
    wrong: list[dict[str, Any]] = [
        {"first": 0}, {"first": -1}, {"first": 10_000}, {"after": "nonsense"}, {"after": ""},
        {"after": created, "order": "CLAIM"}, {"after": created, "order": "UPDATED"},
        {"filter": {"objective": "T1"}}, {"filter": {"assignee": "a\0b"}}, {"filter": {"search": "\ud800"}},
        {"filter": {"search": "x" * 301}}, {"filter": {"labels": ["x"] * 101}},
        {"filter": {"statuses": ["TODO"] * 101}}, {"filter": {"priorities": ["P0"] * 101}},
    ]  # fmt: skip

    for variables in wrong:
        assert (await ann.unseen(PAGE, **variables))["code"] == "BAD_INPUT", variables
    for variables in ({"filter": {"objective": "O999999"}}, {"filter": {"reviewer": "nobody"}}):
        assert (await ann.unseen(PAGE, **variables))["code"] == "NOT_FOUND"
    for page in ("readyTasks(first: 0)", "readyTasks(first: 201)", 'readyTasks(room: "T1")'):
        assert (await ann.unseen(f"{{ {page} {{ id }} }}"))["code"] == "BAD_INPUT"


async def test_one_list_that_is_refused_leaves_the_others_standing(database: Database, ann: Actor) -> None:
    await ann.make("one")
    document = """{ good: room { tasks(filter: {assignee: "ann"}) { totalCount } }
                    bad: room { tasks(filter: {assignee: "nobody"}) { totalCount } }
                    rest: room { tasks { totalCount } } }"""

    answer = await ask(database, ann.caller, document)

    assert answer.codes == ["NOT_FOUND"]
    assert answer.data == {
        "good": {"tasks": {"totalCount": 0}}, "bad": None, "rest": {"tasks": {"totalCount": 1}},
    }  # fmt: skip


async def test_an_objective_lists_its_tasks_and_those_below_it(ann: Actor) -> None:
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    below = (await ann.do("createObjective", title="Below", parent=goal))["id"]
    await ann.make("own", objective=goal)
    await ann.make("below", objective=below, priority="P0", labels=["x"])
    await ann.make("none", priority="P0", labels=["x"])
    document = """query ($id: ID!, $below: ID!) { objective(id: $id) {
        tasks { totalCount nodes { title } }
        deep: tasks(deep: true, first: 1) { totalCount nodes { title } pageInfo { hasNextPage } }
        labelled: tasks(deep: true, filter: {labels: ["x"]}) { totalCount nodes { title } }
        inner: tasks(deep: true, filter: {objective: $below}) { nodes { title } }
        shallow: tasks(filter: {objective: $below}) { totalCount nodes { title } } } }"""

    found = (await ann.see(document, id=goal, below=below))["objective"]

    assert found == {
        "tasks": {"totalCount": 1, "nodes": [{"title": "own"}]},
        "deep": {"totalCount": 2, "nodes": [{"title": "below"}], "pageInfo": {"hasNextPage": True}},
        "labelled": {"totalCount": 1, "nodes": [{"title": "below"}]},
        "inner": {"nodes": [{"title": "below"}]},
        "shallow": {"totalCount": 0, "nodes": []},
    }


async def test_comments_are_read_page_by_page(ann: Actor) -> None:
    task = await ann.make()
    for n in range(4):
        await ann.do("addComment", on=task, body=f"{n}", kind="DECISION" if n == 2 else "NOTE")
    await ann.claim(task)
    await ann.do("releaseTask", task=task, handoff={"done": "Half", "pending": "Rest"})
    fields = """comments { totalCount nodes { body kind author { name } task { id } objective { id } } }
        newest: comments(last: 2) { nodes { kind body } pageInfo { hasPreviousPage hasNextPage } }
        decisions: comments(kinds: [DECISION]) { totalCount nodes { body } }
        handoff { kind author { name } handoff { done pending gotchas } }"""

    found = await ann.task(task, fields)

    assert found["comments"]["totalCount"] == 5
    assert [node["body"] for node in found["comments"]["nodes"]][:4] == ["0", "1", "2", "3"]
    assert found["comments"]["nodes"][0] == {
        "body": "0", "kind": "NOTE", "author": {"name": "ann"}, "task": {"id": task}, "objective": None,
    }  # fmt: skip
    assert [node["kind"] for node in found["newest"]["nodes"]] == ["NOTE", "HANDOFF"]
    assert found["newest"]["pageInfo"] == {"hasPreviousPage": True, "hasNextPage": False}
    assert found["decisions"] == {"totalCount": 1, "nodes": [{"body": "2"}]}
    assert found["handoff"] == {
        "kind": "HANDOFF", "author": {"name": "ann"}, "handoff": {"done": "Half", "pending": "Rest", "gotchas": ""},
    }  # fmt: skip
    page = "query ($id: ID!) {{ task(id: $id) {{ comments({}) {{ totalCount }} }} }}"
    for wrong in ("first: 0", "last: 201", "first: 3, last: 2", 'after: "x"', 'last: 1, after: "x"', 'before: "x"'):
        assert (await ann.unseen(page.format(wrong), id=task))["code"] == "BAD_INPUT"


async def test_the_lease_is_there_while_the_task_is_held(ann: Actor) -> None:
    task = await ann.make()
    lease = "status lease { fence agent { name } session { label } task { id } claimedAt expiresAt }"

    assert (await ann.task(task, lease))["lease"] is None
    await ann.do("claimTask", "task { id }", task=task, session="shell")
    held = await ann.task(task, lease)
    await ann.do("blockTask", task=task, reason="Stuck")
    blocked = await ann.task(task, f"{lease} ready waitingOn {{ kind reason task {{ id }} until }}")

    assert held["status"] == "DOING"
    assert held["lease"].pop("claimedAt") < held["lease"].pop("expiresAt")
    assert held["lease"] == {
        "fence": 1, "agent": {"name": "ann"}, "session": {"label": "shell"}, "task": {"id": task},
    }  # fmt: skip
    assert blocked == {
        "status": "BLOCKED",
        "lease": None,
        "ready": False,
        "waitingOn": [{"kind": "REASON", "reason": "Stuck", "task": None, "until": None}],
    }


async def test_staleness_shows_on_the_task_and_in_the_list(database: Database, ann: Actor) -> None:
    task = await ann.make("silent")
    await ann.claim(task)
    await database.execute(
        "update task set claimed_at = now() - interval '1 hour' where id = $1", ids.key(ids.TASK, task)
    )
    await staleness.mark_stale(database)

    assert await ann.task(task, "stale") == {"stale": True}
    assert titles(await ann.see(PAGE, filter={"stale": True})) == ["silent"]
    await ann.do("addComment", on=task, body="Half way", kind="PROGRESS")
    assert await ann.task(task, "stale") == {"stale": False}
    assert titles(await ann.see(PAGE, filter={"stale": True})) == []


async def test_the_history_of_a_task_is_its_part_of_the_log(ann: Actor) -> None:
    task = await ann.make()
    await ann.make("Another")
    await ann.finish(task)

    found = (await ann.task(task, "history { nodes { kind actor { name } task { id } } }"))["history"]["nodes"]

    assert [event["kind"] for event in found][:2] == ["TASK_CREATED", "TASK_CLAIMED"]
    assert "TASK_DONE" in [event["kind"] for event in found]
    assert {event["task"]["id"] for event in found} == {task}


async def test_each_mutation_of_a_document_answers_with_what_is_now(ann: Actor) -> None:
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    make = """%s: createTask(input: {title: "%s", objective: $goal}) {
        room { counts { total } tasks(orderBy: CREATED) { totalCount nodes { title } } }
        objective { counts { total } tasks(orderBy: CREATED) { totalCount nodes { title } } } }"""
    document = f"mutation ($goal: ID!) {{ {make % ('a', 'a')} {make % ('b', 'b')} }}"

    answers = await ann.see(document, goal=goal)

    for name, made in (("a", ["a"]), ("b", ["a", "b"])):
        expected = {
            "counts": {"total": len(made)},
            "tasks": {"totalCount": len(made), "nodes": [{"title": t} for t in made]},
        }
        assert answers[name] == {"room": expected, "objective": expected}
