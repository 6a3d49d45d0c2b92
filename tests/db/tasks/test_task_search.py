"""Lists of tasks that have some words: the same whichever way they are found, and found without reading all tasks."""

import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind, TaskOrder, TaskStatus
from db.core.records import Room, Task
from db.tasks import claims, comment_mutations, submissions, task_lists
from db.tasks.submissions import Submission
from db.tasks.task_lists import TaskFilter
from tests import many_tasks, people
from tests.conftest import new_database
from tests.factories import World

ORDERS = list(TaskOrder)


def t(task: Task) -> str:
    return ids.of(ids.TASK, task.id)


async def titles(
    database: Database,
    caller: Caller,
    room: Room,
    wanted: TaskFilter,
    order: TaskOrder,
    *,
    first: int = 200,
    within: Sequence[int] | None = None,
) -> list[str]:
    """Of the whole list, read in pages of so many and counted."""
    narrowing = await task_lists.narrow(database, caller, room.id, wanted)
    found = narrowing.of(room.id, within)
    read: list[str] = []
    after, has_next = None, True
    while has_next:
        asked = task_lists.page_of(found, caller, order, first, after)
        page = (await task_lists.pages(database, [asked]))[asked]
        read += [task.title for task in page.items]
        after, has_next = page.cursors[-1] if page.cursors else None, page.has_next
    assert (await task_lists.counts(database, [found]))[found] == len(read)
    return read


@pytest.mark.parametrize(("looked_up", "reach"), [(1000, 1000), (0, 1), (0, 4), (0, 1000), (7, 4)])
async def test_each_way_to_find_words_finds_the_same(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch, looked_up: int, reach: int
) -> None:
    """Looked up by the words; tested where too many have them; and looked up after all where those are far away."""
    room, elsewhere = await world.room(), await world.room()
    ann, bob = [await world.agent(name, rooms=[room]) for name in ("ann", "bob")]
    goal = await world.objective(room)
    for n in range(24):
        task = await world.task(
            room,
            title=f"{n}",
            description="a pear" if n % 3 == 0 else "an apple",
            priority=n % 4,
            assignee=(None, None, "ann", "bob", None)[n % 5],
            objective=ids.of(ids.OBJECTIVE, goal.id) if n % 2 else None,
        )
        if n % 4 == 1:
            await comment_mutations.add(database, bob, t(task), CommentKind.NOTE, "More of a pear.", None)
        if n in (3, 4, 9):
            await claims.claim(database, bob if task.assignee_id == bob.agent_id else ann, t(task))
            if n == 9:
                await submissions.complete(database, ann, t(task), Submission(summary="Done"))
    await world.task(elsewhere, title="elsewhere", description="a pear")
    pears = {f"{n}" for n in range(24) if n % 3 == 0 or n % 4 == 1}
    filters: list[dict[str, Any]] = [{}, {"statuses": (TaskStatus.TODO,)}, {"assignee": "ann"}, {"priorities": (3,)}]
    asked = [(order, within, more) for order in ORDERS for within in (None, [goal.id]) for more in filters]
    whole = [
        await titles(database, ann, room, TaskFilter(**more), order, within=within) for order, within, more in asked
    ]

    monkeypatch.setattr(task_lists, "_LOOKED_UP", looked_up)
    monkeypatch.setattr(task_lists, "_REACH", reach)

    for (order, within, more), expected in zip(asked, whole, strict=True):
        for first in (2, 200):
            found = await titles(
                database, ann, room, TaskFilter(search="pear", **more), order, first=first, within=within
            )
            assert found == [title for title in expected if title in pears], (order, within, more, first)
    assert await titles(database, ann, room, TaskFilter(search="cherry"), TaskOrder.CLAIM) == []


@dataclass
class Explained:
    """Runs statements as they are, and keeps what Postgres says of each."""

    database: Database
    plans: list[dict[str, Any]] = field(default_factory=list)

    async def fetch(self, statement: str, *parameters: object) -> list[Any]:
        explained = await self.database.fetchval(f"explain (analyze, buffers, format json) {statement}", *parameters)
        self.plans += [part["Plan"] for part in (json.loads(explained) if isinstance(explained, str) else explained)]
        return await self.database.fetch(statement, *parameters)

    def pages_read(self) -> int:
        return sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in self.plans)

    def read_whole(self) -> list[str]:
        """The tables of many rows of which all were read."""
        nodes = list(self.plans)
        for node in nodes:
            nodes += node.get("Plans", [])
        return [
            node["Relation Name"]
            for node in nodes
            if node["Node Type"] == "Seq Scan"
            and node["Relation Name"] in {"task", "search_document"}
            and node["Actual Loops"] > 0
        ]


_TASKS = 40_000


@pytest.fixture(scope="module")
async def crowd(postgres_url: str, template: str) -> AsyncGenerator[tuple[Database, Room, Caller]]:
    """A room of very many tasks, for tests that only read it."""
    async with new_database(postgres_url, template) as url:
        database = await Database.connect(url, size=2)
        rooms = [await people.room(database, name) for name in ("large", "small")]
        caller = await people.caller(database, "ann", *rooms)
        await many_tasks.fill(database, caller, [room.id for room in rooms], _TASKS)
        yield database, rooms[0], caller
        await database.close()


@pytest.mark.parametrize("analysed", [False, True])
async def test_a_search_reads_no_more_than_it_must(crowd: tuple[Database, Room, Caller], *, analysed: bool) -> None:
    database, room, caller = crowd
    if analysed:
        await database.execute("analyze task")
        await database.execute("analyze search_document")
    # Words, how many tasks are on the first page, and how many pages of 8 kB may be read for it.
    expected = {
        "nowhere": (0, 100),
        "issue4243": (1, 100),
        "word4243": (2, 100),
        "登录": (40, 600),
        "rare": (50, 3_000),
        "tenth": (50, 40_000),
        "everybody": (50, 5_000),
        "everybody -tenth": (50, 5_000),
        "the": (0, 100),
    }

    for words, (count, most) in expected.items():
        for order in ORDERS:
            explained: Any = Explained(database)
            narrowing = await task_lists.narrow(explained, caller, room.id, TaskFilter(search=words))
            asked = task_lists.page_of(narrowing.of(room.id, None), caller, order, 50, None)
            page = (await task_lists.pages(explained, [asked]))[asked]

            assert (len(page.items), explained.read_whole()) == (count, []), (words, order)
            assert explained.pages_read() <= most, (words, order)


async def test_what_many_have_and_none_is_near_is_found(crowd: tuple[Database, Room, Caller]) -> None:
    database, room, caller = crowd

    for order in (TaskOrder.CLAIM, TaskOrder.CREATED):
        narrowing = await task_lists.narrow(database, caller, room.id, TaskFilter(search="late"))
        asked = task_lists.page_of(narrowing.of(room.id, None), caller, order, 50, None)
        page = (await task_lists.pages(database, [asked]))[asked]

        first = await database.fetch(
            "select id from task where priority = 3 and room_id = $1 order by created_at, id limit 50", room.id
        )
        assert [task.id for task in page.items] == [row["id"] for row in first]
