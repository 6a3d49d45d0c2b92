"""Lists of tasks as clients read them: narrowed, ordered, and paged while the rows change."""

import random
from typing import Any

import pytest

from db.core.database import Database
from db.core.records import Room
from db.events.feed import Feed
from db.tasks import staleness
from tests import people
from tests.api.schema_client import Actor

OFF: dict[str, Any] = {"require_done_criteria": False, "require_review": False, "require_handoff": False}
LIST = """query ($filter: TaskFilter, $order: TaskOrder, $first: Int, $after: String) {
    room { tasks(filter: $filter, orderBy: $order, first: $first, after: $after) {
        totalCount edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
ORDERS = ("CLAIM", "CREATED", "UPDATED")


@pytest.fixture
async def room(database: Database) -> Room:
    return await people.room(database, **OFF)


@pytest.fixture
async def ann(database: Database, room: Room) -> Actor:
    return Actor(database, await people.caller(database, "ann", room), Feed(database))


@pytest.fixture
async def bob(database: Database, room: Room) -> Actor:
    return Actor(database, await people.caller(database, "bob", room), Feed(database))


async def listed(one: Actor, order: str = "CREATED", **wanted: Any) -> list[str]:
    """The ids of all tasks that the filter leaves, in this order; they are counted right."""
    found = (await one.see(LIST, filter=wanted, order=order, first=200))["room"]["tasks"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["id"] for node in found["nodes"]]


async def walk(one: Actor, order: str, first: int, between: Any = None, **wanted: Any) -> list[str]:
    """The ids on all pages; `between` is awaited after each."""
    seen: list[str] = []
    after = None
    while True:
        page = (await one.see(LIST, filter=wanted, order=order, first=first, after=after))["room"]["tasks"]
        info = page["pageInfo"]
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert info["hasPreviousPage"] == (after is not None)
        if page["edges"]:
            assert (info["startCursor"], info["endCursor"]) == (page["edges"][0]["cursor"], page["edges"][-1]["cursor"])
        seen += [node["id"] for node in page["nodes"]]
        if not info["hasNextPage"]:
            return seen
        assert len(page["nodes"]) == first
        after = info["endCursor"]
        if between is not None:
            await between()


async def test_each_filter_narrows(database: Database, ann: Actor, bob: Actor) -> None:
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    below = (await ann.do("createObjective", title="Below", parent=goal))["id"]
    plain = await ann.make("Plain")
    in_goal, in_below = await ann.make("Wombat", objective=goal), await ann.make(objective=below)
    labelled, both = await ann.make(labels=["a"]), await ann.make(labels=["b", "a"])
    urgent, idle = await ann.make(priority="P0"), await ann.make(priority="P3")
    held = await ann.make(assignee="bob", reviewer="ann")
    waiting = await ann.make(dependsOn=[held], assignee="ann")
    done = await ann.make()
    await ann.finish(done)
    await bob.claim(held)
    everything = [plain, in_goal, in_below, labelled, both, urgent, idle, held, waiting, done]

    assert await listed(ann) == everything
    assert await listed(ann, statuses=["DONE", "DOING"]) == [held, done]
    assert await listed(ann, statuses=[]) == []
    assert await listed(ann, ready=False) == [held, waiting, done]
    assert await listed(ann, ready=True) == everything[:7]
    assert await listed(ann, objective=goal) == [in_goal, in_below]
    assert await listed(ann, objective=below) == [in_below]
    assert await listed(ann, assignee="bob") == [held]
    assert await listed(ann, assignee=f"A{ann.caller.agent_id}") == [waiting, done]
    assert await listed(ann, reviewer="ann") == [held]
    assert await listed(ann, labels=["a"]) == [labelled, both]
    assert await listed(ann, labels=["a", "b"]) == [both]
    assert await listed(ann, priorities=["P0", "P3"]) == [urgent, idle]
    assert await listed(ann, waitingForAgent="bob") == [waiting]
    assert await listed(ann, waitingForAgent="ann") == []
    assert await listed(ann, awaitedByAgent="ann") == [held]
    assert await listed(ann, labels=["a"], priorities=["P2"], ready=True) == [labelled, both]
    assert await listed(ann, statuses=None, labels=None, search=None) == everything
    await database.execute(
        "update task set claimed_at = now() - interval '1 day', last_progress_at = null where id = $1", int(held[1:])
    )
    await staleness.mark_stale(database)
    assert await listed(ann, stale=True) == [held]
    assert held not in await listed(ann, stale=False)
    await bob.do("completeTask", task=held, summary="Done")
    assert await listed(ann, waitingForAgent="bob") == await listed(ann, awaitedByAgent="ann") == []


async def test_search_looks_at_titles_descriptions_notes_and_comments(ann: Actor) -> None:
    title, described = await ann.make("Feed the wombats"), await ann.make(description="A wombat digs.")
    noted, commented, other = [await ann.make("Rest") for _ in range(3)]
    await ann.claim(noted)
    await ann.do("writeNotes", task=noted, text="Seen: one wombat.")
    for _ in range(2):
        await ann.do("addComment", on=commented, body="A lone wombat sleeps")

    assert await listed(ann, search="wombat") == [title, described, noted, commented]
    assert await listed(ann, search="wombat -sleeps", labels=[]) == [title, described, noted]
    assert await listed(ann, search='"lone wombat"') == [commented]
    assert await listed(ann, search="rest") == [noted, commented, other]
    assert await listed(ann, search="nowhere") == []
    for odd in ("'", '"', "a & | !", ":*", "\\", "%_", "(", "-"):
        await listed(ann, search=odd)


async def test_the_orders(ann: Actor, bob: Actor) -> None:
    low, waited, plain = await ann.make(priority="P3"), await ann.make(), await ann.make()
    mine, high = await ann.make(priority="P3", assignee="ann"), await ann.make(priority="P0")
    waiting = await ann.make(dependsOn=[waited])
    finished = await ann.make(priority="P0")
    await ann.finish(finished)
    await ann.do("addComment", on=low, body="x")
    await ann.do("updateTask", id=plain, description="x")

    assert await listed(ann, "CLAIM") == [mine, high, finished, waited, plain, waiting, low]
    assert await listed(bob, "CLAIM") == [high, finished, waited, plain, waiting, low, mine]
    assert await listed(ann, "CREATED") == [low, waited, plain, mine, high, waiting, finished]
    assert (await listed(ann, "UPDATED"))[:2] == [plain, finished]


@pytest.mark.parametrize("order", ORDERS)
async def test_pages_hold_every_task_once(ann: Actor, order: str) -> None:
    for n in range(13):
        await ann.make(priority=f"P{n % 4}", assignee="ann" if n % 3 else None)

    everything = await listed(ann, order)

    assert len(set(everything)) == 13
    for first in (1, 3, 13, 14):
        assert await walk(ann, order, first) == everything


@pytest.mark.parametrize("order", ORDERS)
async def test_pages_stay_steady_while_rows_change(ann: Actor, order: str) -> None:
    made = await ann.do("createTasks", tasks=[{"task": {"title": str(n), "priority": f"P{n % 4}"}} for n in range(40)])
    tasks = [task["id"] for task in made]
    steady = [task for at, task in enumerate(tasks) if at % 2]
    moving = [task for at, task in enumerate(tasks) if not at % 2]
    chance = random.Random(7)

    async def between() -> None:
        task = moving.pop()
        act = chance.choice(["cancel", "finish", "raise", "make"])
        match act:
            case "cancel":
                await ann.do("cancelTask", task=task, reason="No")
            case "finish":
                await ann.finish(task)
            case "raise":
                await ann.do("updateTask", id=task, priority="P0")
            case _:
                await ann.make(priority="P1")

    seen = await walk(ann, order, 3, between)

    assert [task for task in seen if task in steady] == [task for task in await listed(ann, order) if task in steady]
    assert all(seen.count(task) == 1 for task in steady)


async def test_what_a_standing_objective_finished_long_ago_is_hidden(database: Database, ann: Actor) -> None:
    queue = (await ann.do("createObjective", title="Queue", standing=True))["id"]
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    old, new, elsewhere = (
        await ann.make(objective=queue),
        await ann.make(objective=queue),
        await ann.make(objective=goal),
    )
    for task in (old, new, elsewhere):
        await ann.finish(task)
    await database.execute(
        "update task set finished_at = now() - interval '2 days' where id = any($1)", [int(old[1:]), int(elsewhere[1:])]
    )
    own = """query ($id: ID!, $statuses: [TaskStatus!]) { objective(id: $id) {
        tasks(filter: {statuses: $statuses}) { totalCount nodes { id } } counts { done } } }"""

    assert await listed(ann) == [new, elsewhere]
    assert await listed(ann, statuses=["DONE"]) == [old, new, elsewhere]
    slim = (await ann.see(own, id=queue))["objective"]
    whole = (await ann.see(own, id=queue, statuses=["DONE"]))["objective"]
    assert (slim["tasks"], slim["counts"]) == ({"totalCount": 1, "nodes": [{"id": new}]}, {"done": 2})
    assert whole["tasks"]["totalCount"] == 2


async def test_an_objectives_lists(ann: Actor) -> None:
    goal = (await ann.do("createObjective", title="Goal"))["id"]
    below = (await ann.do("createObjective", title="Below", parent=goal))["id"]
    own = [await ann.make(objective=goal) for _ in range(3)]
    deep = [await ann.make(objective=below) for _ in range(3)]
    document = """query ($id: ID!, $deep: Boolean, $after: String, $filter: TaskFilter) { objective(id: $id) {
        tasks(deep: $deep, orderBy: CREATED, first: 2, after: $after, filter: $filter) {
            totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }"""

    async def page(**sent: Any) -> Any:
        return (await ann.see(document, id=goal, **sent))["objective"]["tasks"]

    first = await page(deep=True)
    second = await page(deep=True, after=first["pageInfo"]["endCursor"])
    assert [node["id"] for node in first["nodes"] + second["nodes"]] == [*own, deep[0]]
    assert (first["totalCount"], (await page())["totalCount"]) == (6, 3)
    assert (await page(deep=True, filter={"objective": below}))["totalCount"] == 3
    assert (await page(filter={"objective": below}))["totalCount"] == 0


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"order": "CREATED", "after": "CLAIM"}, "BAD_INPUT"),
        ({"order": "CLAIM", "after": "CREATED"}, "BAD_INPUT"),
        ({"order": "UPDATED", "after": "CREATED"}, "BAD_INPUT"),
        ({"filter": {"assignee": "nobody"}}, "NOT_FOUND"),
        ({"filter": {"assignee": "eve"}}, "NOT_FOUND"),
        ({"filter": {"assignee": "T1"}}, "BAD_INPUT"),
        ({"filter": {"objective": "O999999"}}, "NOT_FOUND"),
        ({"filter": {"labels": [""]}}, "BAD_INPUT"),
        ({"filter": {"labels": ["x"] * 101}}, "BAD_INPUT"),
        ({"filter": {"search": "x" * 301}}, "BAD_INPUT"),
        ({"filter": {"search": "\ud800"}}, "BAD_INPUT"),
        ({"filter": {"priorities": ["P0"] * 101}}, "BAD_INPUT"),
        ({"first": 201}, "BAD_INPUT"),
    ],
)
async def test_what_is_no_list(database: Database, ann: Actor, sent: dict[str, Any], code: str) -> None:
    await people.caller(database, "eve", await people.room(database, "elsewhere"))
    for _ in range(2):
        await ann.make()
    if "after" in sent:
        page = (await ann.see(LIST, order=sent["after"], first=1))["room"]["tasks"]
        sent = sent | {"after": page["pageInfo"]["endCursor"]}

    assert (await ann.unseen(LIST, **sent))["code"] == code
