"""What is asked often is planned once: a plan made anew at each call takes longer than the statement then runs."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from db.core.callers import Caller
from db.core.database import Database
from tests.api.asking import ask
from tests.factories import World

# The planner makes five for the values at hand before it takes one for all.
_PLANS_FOR_VALUES = 5
_CALLS = 12

READS = {
    "briefing": "{ briefing { cursor markdown tasks { id } next { id } inbox { id } } }",
    "roots": "{ room { objectives { nodes { title progress counts { total ready } } } counts { total ready } } }",
    "tree": """{ objective(id: "%s") { title progress ancestors { title } keyResults { title }
                 children(first: 10) { nodes { title progress } } } }""",
}


@pytest.fixture
async def database_of_one(database_url: str) -> AsyncGenerator[Database]:
    database = await Database.connect(database_url, size=1, acquire_timeout=60)
    yield database
    await database.close()


@pytest.mark.parametrize("name", READS)
async def test_no_statement_is_planned_anew_at_each_call(database_of_one: Database, world: World, name: str) -> None:
    room = await world.room()
    caller = await world.agent("worker", rooms=[room])
    root = await world.objective(room)
    for _ in range(30):
        await world.task(room)
    document = READS[name] % f"O{root.id}" if "%s" in READS[name] else READS[name]

    for _ in range(_CALLS):
        assert (await ask(database_of_one, caller, document)).codes == []

    assert await planned_anew(database_of_one) == []


CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }"
CREATE_MANY = "mutation ($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
HEARTBEAT = "mutation { heartbeat { nextWithinSeconds leases { fence task { id } } lost { id } } }"
SEND = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
COMMENT = "mutation ($input: AddCommentInput!) { addComment(input: $input) { id } }"
COMPLETE = "mutation ($input: SubmitTaskInput!) { completeTask(input: $input) { id } }"
CLAIM = "mutation { claimNextTask { task { id } lease { fence } } }"

ACTS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "createTask": [(CREATE, {"title": "One more", "labels": ["x"], "criteria": ["It works"]})],
    "createTasks": [(CREATE_MANY, {"tasks": [{"task": {"title": f"Task {n}"}, "ref": str(n)} for n in range(5)]})],
    "heartbeat": [(HEARTBEAT, {})],
    "sendMessage": [
        (SEND, {"channel": "general", "body": "@reader, look."}),
        (SEND, {"to": ["reader"], "body": "The build is green."}),
    ],
    "addComment": [(COMMENT, {"body": "Half of it is done."})],
    "completeTask": [(COMPLETE, {"summary": "Done"})],
}
OF_A_TASK = {"addComment": "on", "completeTask": "task"}


@pytest.mark.parametrize("name", ACTS)
async def test_no_act_is_planned_anew_at_each_call(database_of_one: Database, world: World, name: str) -> None:
    room = await world.room()
    caller = await world.agent("worker", rooms=[room])
    await world.agent("reader", rooms=[room])
    for _ in range(2 * _CALLS):
        await world.task(room)

    for _ in range(_CALLS):
        task = await claimed(database_of_one, caller)
        for document, given in ACTS[name]:
            new = given | ({OF_A_TASK[name]: task} if name in OF_A_TASK else {})
            assert (await ask(database_of_one, caller, document, **({"input": new} if new else {}))).codes == []

    assert await planned_anew(database_of_one) == []


async def claimed(database: Database, caller: Caller) -> str:
    answer = await ask(database, caller, CLAIM)
    assert answer.data is not None
    return str(answer.data["claimNextTask"]["task"]["id"])


async def planned_anew(database: Database) -> list[str]:
    """The statements whose plan was made for the values at hand, again and again."""
    plans = await database.fetch("select statement, generic_plans, custom_plans from pg_prepared_statements")
    assert len(plans) > 1
    return [row["statement"] for row in plans if row["custom_plans"] > _PLANS_FOR_VALUES]
