"""The goal tree as clients make, change and read it."""

from typing import Any

import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import Role
from db.core.records import Room
from tests import people
from tests.api.asking import Answer, ask
from tests.client import Client
from tests.goals import finish, o, objective, task

FIELDS = """{ id title description status owner { name } parent { id } weight standing dueAt finishedAt archivedAt
              progress keyResults { id title unit start target current progress weight owner { name } } }"""
CREATE = "mutation ($input: CreateObjectiveInput!) { createObjective(input: $input)" + FIELDS + "}"
UPDATE = "mutation ($input: UpdateObjectiveInput!) { updateObjective(input: $input)" + FIELDS + "}"
MOVE = "mutation ($input: MoveObjectiveInput!) { moveObjective(input: $input) { id parent { id } } }"
MEASURE = "mutation ($input: CreateKeyResultInput!) { createKeyResult(input: $input) { id current objective { id } } }"
REACH = """mutation ($input: UpdateKeyResultInput!) {
             updateKeyResult(input: $input) { title current target progress objective { id status } } }"""
ONE = "query ($id: ID!) { objective(id: $id)" + FIELDS + "}"


@pytest.fixture
async def room(database: Database) -> Room:
    return await people.room(database, require_done_criteria=False, require_review=False)


@pytest.fixture
async def ann(database: Database, room: Room) -> Caller:
    return await people.caller(database, "ann", room)


def given(answer: Answer, name: str) -> Any:
    """The field, where nothing was refused."""
    assert answer.codes == []
    assert answer.data is not None
    return answer.data[name]


async def events(database: Database) -> int:
    number: int = await database.fetchval("select count(*) from event")
    return number


async def test_an_objective_is_made_as_said(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    wanted = {
        "title": "Ship it",
        "description": "All of it",
        "parent": o(root),
        "owner": "ann",
        "weight": 2.5,
        "dueAt": "2030-01-01T00:00:00Z",
        "keyResults": [{"title": "Users", "target": 10}, {"title": "Latency", "start": 9, "target": 1, "current": 5}],
        "idempotencyKey": "k",
    }

    made = given(await ask(database, ann, CREATE, input=wanted), "createObjective")
    again = given(await ask(database, ann, CREATE, input=wanted), "createObjective")

    assert again == made
    first, second = made.pop("keyResults")
    assert {name: made[name] for name in made if name != "id"} == {
        "title": "Ship it",
        "description": "All of it",
        "status": "ACTIVE",
        "owner": {"name": "ann"},
        "parent": {"id": o(root)},
        "weight": 2.5,
        "standing": False,
        "dueAt": "2030-01-01T00:00:00.000000Z",
        "finishedAt": None,
        "archivedAt": None,
        "progress": 0.25,
    }
    assert (first["current"], first["progress"], first["weight"], first["owner"]) == (0, 0, 1, None)
    assert (second["start"], second["current"], second["progress"]) == (9, 5, 0.5)
    assert await database.fetchval("select count(*) from objective") == 2


async def test_what_is_left_out_stays_and_null_clears(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann, description="All", owner="ann")

    renamed = given(
        await ask(database, ann, UPDATE, input={"id": o(goal), "title": "New", "standing": True}), "updateObjective"
    )
    cleared = given(
        await ask(database, ann, UPDATE, input={"id": o(goal), "owner": None, "dueAt": None}), "updateObjective"
    )

    assert (renamed["title"], renamed["standing"], renamed["description"]) == ("New", True, "All")
    assert renamed["owner"] == {"name": "ann"}
    assert (cleared["title"], cleared["standing"], cleared["owner"]) == ("New", True, None)
    for name in ("title", "weight", "standing", "status", "archived"):
        refused = await ask(database, ann, UPDATE, input={"id": o(goal), name: None})
        assert (refused.data, refused.codes) == ({"updateObjective": None}, ["BAD_INPUT"])


async def test_key_results_say_how_far_it_is(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann)
    wanted = {"objective": o(goal), "keyResult": {"title": "Users", "target": 4}, "idempotencyKey": "k"}

    made = given(await ask(database, ann, MEASURE, input=wanted), "createKeyResult")
    again = given(await ask(database, ann, MEASURE, input=wanted), "createKeyResult")
    half = given(await ask(database, ann, REACH, input={"id": made["id"], "current": 2}), "updateKeyResult")
    full = given(
        await ask(database, ann, REACH, input={"id": made["id"], "target": 2, "note": "Enough"}), "updateKeyResult"
    )

    assert again == made == {"id": made["id"], "current": 0, "objective": {"id": o(goal)}}
    assert (half["progress"], half["objective"]["status"]) == (0.5, "ACTIVE")
    assert full == {
        "title": "Users",
        "current": 2,
        "target": 2,
        "progress": 1,
        "objective": {"id": o(goal), "status": "DONE"},
    }


async def test_the_unit_of_a_key_result_is_changed_and_taken_away(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann)
    made = given(
        await ask(database, ann, MEASURE, input={"objective": o(goal), "keyResult": {"title": "p95", "target": 4}}),
        "createKeyResult",
    )
    update = "mutation ($input: UpdateKeyResultInput!) { updateKeyResult(input: $input) { unit target } }"

    for unit in ("ms", "s", ""):
        changed = given(await ask(database, ann, update, input={"id": made["id"], "unit": unit}), "updateKeyResult")
        assert changed == {"unit": unit, "target": 4}
    for wrong in (None, "x" * 101, "\0"):
        refused = await ask(database, ann, update, input={"id": made["id"], "unit": wrong})
        assert (refused.data, refused.codes) == ({"updateKeyResult": None}, ["BAD_INPUT"])
    assert await database.fetchval("select unit from key_result") == ""


async def test_the_slim_list_leaves_archived_ones_out(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    old, new = [await objective(database, ann, parent=root) for _ in range(2)]
    await ask(database, ann, UPDATE, input={"id": o(old), "archived": True})
    document = """query ($id: ID!) { room {
        objectives { totalCount nodes { id } }
        below: objectives(parent: $id) { totalCount nodes { id } }
        every: objectives(parent: $id, includeArchived: true, first: 1) {
            totalCount edges { cursor node { id archivedAt } }
            pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""

    lists = given(await ask(database, ann, document, id=o(root)), "room")

    assert lists["objectives"] == {"totalCount": 1, "nodes": [{"id": o(root)}]}
    assert lists["below"] == {"totalCount": 1, "nodes": [{"id": o(new)}]}
    assert lists["every"]["totalCount"] == 2
    edge, page = lists["every"]["edges"][0], lists["every"]["pageInfo"]
    assert edge["node"]["id"] == o(old)
    assert edge["node"]["archivedAt"] is not None
    assert page == {"hasNextPage": True, "hasPreviousPage": False, "endCursor": edge["cursor"]}
    rest = await ask(
        database,
        ann,
        "query ($id: ID!, $after: String) { objective(id: $id) {"
        " children(includeArchived: true, after: $after) { nodes { id } pageInfo { hasPreviousPage } } } }",
        id=o(root),
        after=edge["cursor"],
    )
    assert given(rest, "objective")["children"] == {"nodes": [{"id": o(new)}], "pageInfo": {"hasPreviousPage": True}}


async def test_the_tree_is_read_from_any_place_in_it(database: Database, ann: Caller, room: Room) -> None:
    root = await objective(database, ann)
    middle = await objective(database, ann, parent=root)
    leaf = await objective(database, ann, parent=middle)
    await finish(database, ann, await task(database, ann, leaf))
    await objective(database, ann, parent=middle)
    open_task = await task(database, ann, root)
    document = """query ($id: ID!) { objective(id: $id) {
        room { id } ancestors { id } subtree(depth: 1) { id } whole: subtree { id status } progress
        counts { total todo ready doing blocked validating done cancelled stale }
        tasks { totalCount nodes { id } } deep: tasks(deep: true, orderBy: CREATED) { nodes { status } }
        comments { totalCount } } }"""

    top = given(await ask(database, ann, document, id=o(root)), "objective")
    low = given(await ask(database, ann, document, id=o(leaf)), "objective")

    counts = {"doing": 0, "blocked": 0, "validating": 0, "cancelled": 0, "stale": 0}
    assert top["room"] == {"id": f"R{room.id}"}
    assert (top["ancestors"], top["subtree"]) == ([], [{"id": o(middle)}])
    assert [one["status"] for one in top["whole"]] == ["ACTIVE", "DONE", "ACTIVE"]
    assert top["progress"] == 0.25
    assert top["counts"] == {"total": 2, "todo": 1, "ready": 1, "done": 1, **counts}
    assert top["tasks"] == {"totalCount": 1, "nodes": [{"id": f"T{open_task.id}"}]}
    assert top["deep"] == {"nodes": [{"status": "DONE"}, {"status": "TODO"}]}
    assert top["comments"] == {"totalCount": 0}
    assert low["ancestors"] == [{"id": o(root)}, {"id": o(middle)}]
    assert (low["subtree"], low["progress"]) == ([], 1)
    assert low["counts"] == {"total": 1, "todo": 0, "ready": 0, "done": 1, **counts}


async def test_a_wide_tree_costs_no_more_statements_than_a_narrow_one(
    database: Database, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = """{ room { counts { total } objectives(first: 200) { totalCount nodes {
        title owner { name } room { name } parent { id } ancestors { id } progress counts { ready }
        keyResults { progress objective { id } } subtree { id progress } comments { totalCount }
        children { totalCount nodes { id progress parent { id } ancestors { id } keyResults { id } } } } } } }"""

    async def statements(wide: int) -> int:
        for _ in range(wide):
            root = await objective(database, ann, owner="ann")
            await task(database, ann, await objective(database, ann, parent=root))
            await ask(
                database, ann, MEASURE, input={"objective": o(root), "keyResult": {"title": "Users", "target": 4}}
            )
        counted: list[str] = []

        def counting(run: Any) -> Any:
            async def counted_run(sql: str, *values: object) -> Any:
                counted.append(sql)
                return await run(sql, *values)

            return counted_run

        with monkeypatch.context() as patch:
            for name in ("fetch", "fetchrow", "fetchval"):
                patch.setattr(database, name, counting(getattr(database, name)))
            assert (await ask(database, ann, document)).codes == []
        return len(counted)

    assert await statements(1) == await statements(20)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"title": ""}, "BAD_INPUT"),
        ({"title": "x" * 301}, "BAD_INPUT"),
        ({"title": "a\0"}, "BAD_INPUT"),
        ({"description": "\ud800"}, "BAD_INPUT"),
        ({"weight": -0.5}, "BAD_INPUT"),
        ({"parent": "T1"}, "BAD_INPUT"),
        ({"parent": "O"}, "BAD_INPUT"),
        ({"parent": "O99999999999999999999"}, "BAD_INPUT"),
        ({"parent": "O999999"}, "NOT_FOUND"),
        ({"parent": "there"}, "NOT_FOUND"),
        ({"owner": "nobody"}, "NOT_FOUND"),
        ({"owner": "eve"}, "NOT_FOUND"),
        ({"room": "elsewhere"}, "NOT_FOUND"),
        ({"room": "O1"}, "BAD_INPUT"),
        ({"idempotencyKey": ""}, "BAD_INPUT"),
        ({"keyResults": [{"title": "Users", "target": 1, "weight": -1}]}, "BAD_INPUT"),
        ({"keyResults": [{"title": "Users", "target": 1, "owner": "eve"}]}, "NOT_FOUND"),
    ],
)
async def test_invalid_objectives_are_refused(
    database: Database, ann: Caller, wrong: dict[str, Any], code: str
) -> None:
    elsewhere = await people.room(database, "elsewhere")
    there = await objective(database, await people.caller(database, "eve", elsewhere))
    before = await events(database)
    if wrong.get("parent") == "there":
        wrong = {"parent": o(there)}

    refused = await ask(database, ann, CREATE, input={"title": "Goal", **wrong})

    assert (refused.data, refused.codes) == ({"createObjective": None}, [code])
    assert await database.fetchval("select count(*) from objective") == 1
    assert await events(database) == before


async def test_what_the_caller_may_not_do_changes_nothing(database: Database, ann: Caller, room: Room) -> None:
    goal = await objective(database, ann)
    result = given(
        await ask(database, ann, MEASURE, input={"objective": o(goal), "keyResult": {"title": "Users", "target": 4}}),
        "createKeyResult",
    )
    before = await events(database)
    watcher = await people.caller(database, "ann", room, role=Role.OBSERVER)
    stranger = await people.caller(database, "eve", await people.room(database, "elsewhere"))
    before += 2  # the other room, and eve in it

    for document, sent in [
        (CREATE, {"title": "Goal", "parent": o(goal)}),
        (UPDATE, {"id": o(goal), "title": "Mine"}),
        (MOVE, {"id": o(goal)}),
        (MEASURE, {"objective": o(goal), "keyResult": {"title": "Users", "target": 4}}),
        (REACH, {"id": result["id"], "current": 4}),
    ]:
        for caller, code in ((watcher, "FORBIDDEN"), (stranger, "NOT_FOUND")):
            refused = await ask(database, caller, document, input=sent)
            assert refused.codes == [code]
            assert refused.data is not None
            assert list(refused.data.values()) == [None]
    assert (await ask(database, stranger, ONE, id=o(goal))) == Answer({"objective": None}, ["NOT_FOUND"])
    assert (await ask(database, ann, ONE, id="K1")) == Answer({"objective": None}, ["BAD_INPUT"])
    assert given(await ask(database, watcher, ONE, id=o(goal).lower()), "objective")["id"] == o(goal)
    assert await database.fetchval("select count(*) from event where kind not in ('ROOM_CREATED', 'AGENT_JOINED')") == 2
    assert await database.fetchval("select count(*) from objective") == 1


@pytest.mark.parametrize(
    "asked",
    [
        "children(first: 0) { nodes { id } }",
        "children(first: -1) { nodes { id } }",
        "children(first: 10000) { nodes { id } }",
        'children(after: "x") { nodes { id } }',
        'children(after: "") { nodes { id } }',
        "subtree(depth: -1) { id }",
        "subtree(depth: 101) { id }",
        "tasks(first: 0) { nodes { id } }",
        'comments(after: "\\u0000") { nodes { id } }',
    ],
)
async def test_what_no_list_of_an_objective_takes(database: Database, ann: Caller, asked: str) -> None:
    goal = await objective(database, ann)

    refused = await ask(database, ann, "query ($id: ID!) { objective(id: $id) {" + asked + "} }", id=o(goal))

    assert refused == Answer({"objective": None}, ["BAD_INPUT"])


async def test_refusals_tell_a_client_what_stands_in_the_way(admin: Client) -> None:
    await admin.execute(
        'mutation { createRoom(input: {name: "goals", settings: {requireDoneCriteria: false}}) { id } }'
    )
    make = "mutation ($input: CreateObjectiveInput!) { made: createObjective(input: $input) { id } }"
    root = (await admin.execute(make, input={"room": "goals", "title": "Root"}))["made"]["id"]
    child = (await admin.execute(make, input={"title": "Child", "parent": root}))["made"]["id"]

    cycle = await admin.refused(MOVE, input={"id": root, "parent": child})
    open_below = await admin.refused(UPDATE, input={"id": root, "status": "DONE"})
    unknown = await admin.refused(UPDATE, input={"id": root, "status": "FINISHED"})
    mismatch = [
        await admin.execute(make, input={"room": "goals", "title": "Goal", "idempotencyKey": "k"}),
        await admin.refused(make, input={"room": "goals", "title": "Other", "idempotencyKey": "k"}),
    ][1]

    assert (cycle["code"], cycle["path"]) == ("OBJECTIVE_CYCLE", [root, child, root])
    assert (open_below["code"], open_below["status"], open_below["open"]) == ("WRONG_STATUS", "ACTIVE", [child])
    assert unknown["code"] == "BAD_INPUT"
    assert mismatch["code"] == "IDEMPOTENCY_MISMATCH"
    assert all(refusal["hint"] for refusal in (cycle, open_below, unknown, mismatch))
