"""What is asked often is planned once: a plan made anew at each call takes longer than the statement then runs."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.records import Room
from tests.api.asking import ask
from tests.factories import World
from tests.plans import add_about_tasks, add_tasks, planned_anew

_CALLS = 12

READS = [
    "{ briefing { cursor markdown tasks { id } next { id } inbox { id } } }",
    "{ room { objectives { nodes { title progress counts { total ready } } } counts { total ready } } }",
    """{ objective(id: "OBJECTIVE") { title progress ancestors { title } keyResults { title }
                 children(first: 10) { nodes { title progress } } } }""",
    """{ task(id: "TASK") { title creator { name } assignee { name } reviewer { name } objective { title }
                 parent { title }
                 criteria { text } dependencies { dependsOn { title } } dependents { task { title } } unblocks
                 waitingOn { kind } subtasks { title } keyResults { title } artifacts { url } resources { name }
                 lease { expiresAt } handoff { body } comments(last: 10) { nodes { body author { name } } }
                 reviews { verdict } reflections { id } proposals { id } } }""",
    """{ room { tasks(first: 20) { totalCount
                 nodes { title assignee { name } lease { expiresAt } waitingOn { kind } } } } }""",
    "{ readyTasks(first: 20) { title objective { title } } }",
    "{ agents { name presence activity { task { title } } } }",
    "{ inbox(first: 20) { nodes { id kind task { title } } } }",
    "{ events(last: 20) { nodes { kind actor { name } task { title } } } }",
    '{ nodes(ids: ["TASK", "OBJECTIVE"]) { id } }',
]


@pytest.fixture
async def database_of_one(database_url: str) -> AsyncGenerator[Database]:
    database = await Database.connect(database_url, size=1, acquire_timeout=60)
    yield database
    await database.close()


def _act(name: str, input_type: str, selection: str) -> str:
    return f"mutation ($input: {input_type}) {{ {name}(input: $input) {selection} }}"


CLAIM = _act("claimNextTask", "ClaimNextTaskInput", "{ task { id } lease { fence } }")
RELEASE = _act("releaseTask", "ReleaseTaskInput!", "{ id }")
BLOCK = _act("blockTask", "BlockTaskInput!", "{ id }")
UNBLOCK = _act("unblockTask", "UnblockTaskInput!", "{ id }")
ADD_DEPENDENCY = _act("addDependency", "DependencyInput!", "{ kind }")
REMOVE_DEPENDENCY = _act("removeDependency", "DependencyInput!", "{ id }")
SUBMIT = _act("submitTask", "SubmitTaskInput!", "{ id }")
SEND = _act("sendMessage", "SendMessageInput!", "{ id }")

# Each with what it is given, by the id of a task that the caller has claimed.
ACTS: list[list[tuple[str, Callable[[str], dict[str, Any]]]]] = [
    [
        (
            _act("createTask", "CreateTaskInput!", "{ id }"),
            lambda _: {"title": "One more", "labels": ["x"], "criteria": ["It works"]},
        )
    ],
    [
        (
            _act("createTasks", "CreateTasksInput!", "{ id }"),
            lambda _: {"tasks": [{"task": {"title": f"Task {n}"}, "ref": str(n)} for n in range(5)]},
        )
    ],
    [(_act("updateTask", "UpdateTaskInput!", "{ id }"), lambda task: {"id": task, "title": f"More of {task}"})],
    [
        (
            _act("heartbeat", "HeartbeatInput", "{ nextWithinSeconds leases { fence task { id } } lost { id } }"),
            lambda _: {},
        )
    ],
    [(_act("renewLease", "RenewLeaseInput!", "{ fence }"), lambda task: {"task": task})],
    [(_act("writeNotes", "WriteNotesInput!", "{ id }"), lambda task: {"task": task, "text": "Half."})],
    [(_act("setActivity", "SetActivityInput!", "{ id }"), lambda task: {"kind": "TYPING", "task": task})],
    [
        (SEND, lambda _: {"channel": "general", "body": "@reader, look."}),
        (SEND, lambda _: {"to": ["reader"], "body": "The build is green."}),
    ],
    [(_act("addComment", "AddCommentInput!", "{ id }"), lambda task: {"on": task, "body": "Half."})],
    [(RELEASE, lambda task: {"task": task}), (CLAIM, lambda _: {})],
    [(BLOCK, lambda task: {"task": task, "reason": "No key"}), (UNBLOCK, lambda task: {"task": task})],
    [(SUBMIT, lambda task: {"task": task, "summary": "Done"})],
    [(_act("completeTask", "SubmitTaskInput!", "{ id }"), lambda task: {"task": task, "summary": "Done"})],
    # On one that is not claimed yet.
    [
        (ADD_DEPENDENCY, lambda task: {"task": task, "dependsOn": f"T{int(task[1:]) + _CALLS}"}),
        (REMOVE_DEPENDENCY, lambda task: {"task": task, "dependsOn": f"T{int(task[1:]) + _CALLS}"}),
    ],
    [(_act("cancelTask", "CancelTaskInput!", "{ id }"), lambda task: {"task": task, "reason": "No need"})],
]


# Of tables that were analyzed while they were empty the planner expects less than of those that never were, and beside
# a large room it takes what it reads of a small one for less than of an average one.
@pytest.fixture(params=["alone", "where_all_was_empty", "beside_a_large_room"])
async def room(request: pytest.FixtureRequest, database_of_one: Database, world: World) -> Room:
    if request.param == "where_all_was_empty":
        await database_of_one.execute("vacuum analyze")
    if request.param == "beside_a_large_room":
        large = await world.room()
        await world.agent(rooms=[large])
        await world.task(large)
        await add_tasks(database_of_one, large, 3_000)
        await add_about_tasks(database_of_one)
        await database_of_one.execute("analyze")
    return await world.room()


async def test_nothing_is_planned_anew_at_each_call(database_of_one: Database, world: World, room: Room) -> None:
    caller = await world.agent("worker", rooms=[room])
    await world.agent("reader", rooms=[room])
    root = await world.objective(room)
    tasks = [await world.task(room) for _ in range(_CALLS * (1 + len(ACTS)))]

    for document in READS:
        named = document.replace("OBJECTIVE", f"O{root.id}").replace("TASK", f"T{tasks[0].id}")
        for _ in range(_CALLS):
            assert (await ask(database_of_one, caller, named)).codes == []
    for acts in ACTS:
        for _ in range(_CALLS):
            task = await claimed(database_of_one, caller)
            for document, given in acts:
                assert (await ask(database_of_one, caller, document, input=given(task))).codes == []

    assert await database_of_one.fetchval("select count(*) from pg_prepared_statements") > len(ACTS)
    assert await planned_anew(database_of_one) == []


async def claimed(database: Database, caller: Caller) -> str:
    answer = await ask(database, caller, CLAIM)
    assert answer.data is not None
    return str(answer.data["claimNextTask"]["task"]["id"])
