"""What is read often is planned once: a plan made anew at each call takes longer than the statement then runs."""

from collections.abc import AsyncGenerator

import pytest

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

    plans = await database_of_one.fetch("select statement, generic_plans, custom_plans from pg_prepared_statements")
    assert len(plans) > 1
    anew = [row["statement"] for row in plans if row["custom_plans"] > _PLANS_FOR_VALUES]
    assert anew == []
