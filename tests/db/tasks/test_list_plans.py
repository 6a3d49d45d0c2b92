"""A list that is not narrowed is read in its own order, by one plan for all calls, however many tasks there are."""

import re

import pytest

from db.core.database import Database
from db.core.queries import q, texts_of
from db.core.validation import MAX_PAGE
from tests.factories import World
from tests.plans import add_tasks, kept_plan, scans

# What the caller owns, and the orders of the list.
INDEXES = {"task_owned", "task_by_claim", "task_by_created", "task_by_updated"}


def _plain(texts: list[str]) -> list[str]:
    """Without filters and words."""
    return [text for text in texts if "labels @>" not in text and "search_query" not in text]


@pytest.mark.parametrize("tasks", [1_000, 20_000])
async def test_a_list_reads_the_index_of_its_order(database: Database, world: World, tasks: int) -> None:
    room, other = await world.room(), await world.room()
    agents = [await world.agent(rooms=[room]) for _ in range(5)]
    await world.task(other)
    await add_tasks(database, room, tasks)
    await add_tasks(database, other, 1_000)
    await database.execute(
        "update task set assignee_id = ($1::bigint[])[1 + id % 5], status = 'DOING', fence = 1, claimed_at = now(),"
        " lease_seconds = 60, lease_expires_at = now() + interval '1 day' where id % 20 = 0 and status = 'TODO'",
        [agent.agent_id for agent in agents],
    )
    await database.execute("analyze")
    texts = _plain(texts_of(q.list_tasks_of_rooms))
    assert len(texts) > 2

    async with database.connection() as connection:
        read = [set(scans(await kept_plan(connection, text), "task")) for text in texts]

    assert [indexes - INDEXES for indexes in read] == [set() for _ in texts]


@pytest.mark.parametrize(
    "statement", [q.list_tasks_of_rooms, q.list_tasks_of_objectives, q.all_items, q.unacknowledged_items]
)
def test_the_most_that_a_list_reads_is_a_page_and_one_more(statement: object) -> None:
    texts = [text for text in texts_of(statement) if "search_query" not in text]

    assert {tuple(re.findall(r"limit (\d+)", text)) for text in texts} == {(str(MAX_PAGE + 1),)}
