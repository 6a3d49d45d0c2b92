"""The goal tree as it is read: pages, subtrees, and what rolls up, in few statements whatever the size."""

from dataclasses import astuple, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import ObjectiveStatus
from db.core.errors import BadInput
from db.core.pagination import Page
from db.core.records import KeyResult, Objective, Room, TaskCounts
from db.goal_tree import objective_tree, objectives
from db.goal_tree.objective_tree import Node, Rollup, roll_up
from db.goals import objective_mutations
from db.goals.key_results import NewKeyResult
from db.tasks import claims, staleness, task_cancel
from tests import people
from tests.goals import finish, now_is, o, objective, task

ACTIVE, DONE, CANCELLED = ObjectiveStatus.ACTIVE, ObjectiveStatus.DONE, ObjectiveStatus.CANCELLED
TASKS = TaskCounts(total=4, todo=1, done=2, cancelled=1)


def measured(current: float, weight: float = 1.0) -> KeyResult:
    return KeyResult(1, 1, "Users", "", 0.0, 1.0, current, weight, None, datetime(2030, 1, 1, tzinfo=UTC))


def node(
    key: int, parent: int | None = None, *, status: ObjectiveStatus = ACTIVE, weight: float = 1, **own: Any
) -> Node:
    tasks: TaskCounts = own.pop("tasks", TaskCounts())
    return Node(key, parent, status, weight, tasks=astuple(tasks), **own)


@pytest.mark.parametrize(
    ("nodes", "progress"),
    [
        ([node(1)], 0.0),
        ([node(1, status=DONE)], 1.0),
        ([node(1, status=DONE, key_results=[measured(0)])], 1.0),
        ([node(1, key_results=[measured(0.5), measured(1, weight=3)])], 0.875),
        ([node(1, tasks=TASKS)], 2 / 3),
        ([node(1, tasks=TaskCounts(total=1, cancelled=1))], 0.0),
        ([node(1, tasks=TASKS, key_results=[measured(1)])], (2 / 3 + 1) / 2),
        ([node(1), node(2, 1, status=DONE), node(3, 1)], 0.5),
        ([node(1), node(2, 1, status=DONE, weight=3), node(3, 1)], 0.75),
        ([node(1), node(2, 1, status=DONE, weight=0), node(3, 1, weight=0)], 0.5),
        ([node(1), node(2, 1, status=DONE), node(3, 1, status=CANCELLED)], 1.0),
        ([node(1), node(2, 1, status=CANCELLED, tasks=TASKS)], 0.0),
        ([node(1), node(2, 1), node(3, 2, key_results=[measured(0.5)]), node(4, 2, status=DONE)], 0.75),
        ([node(1, 99), node(2, 1, status=DONE)], 1.0),
    ],
)
def test_progress_is_the_mean_of_the_parts(nodes: list[Node], progress: float) -> None:
    assert roll_up(nodes)[1].progress == pytest.approx(progress)
    assert roll_up(nodes[::-1]) == roll_up(nodes)


def test_counts_are_over_the_whole_subtree() -> None:
    folded = roll_up(
        [node(1, tasks=TASKS), node(2, 1, status=CANCELLED, tasks=TASKS), node(3, 2, tasks=TASKS), node(4)]
    )

    assert folded[1].counts == TaskCounts(total=12, todo=3, done=6, cancelled=3)
    assert folded[2].counts == TaskCounts(total=8, todo=2, done=4, cancelled=2)
    assert folded[4] == Rollup(0.0, TaskCounts())


def test_a_tree_may_be_deeper_than_the_stack() -> None:
    nodes = [node(key, key - 1 or None) for key in range(1, 10_000)] + [node(10_000, 9_999, status=DONE)]

    assert roll_up(nodes)[1].progress == 1.0


class Counting:
    """A database that counts its statements."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.statements = 0

    async def fetch(self, sql: str, *values: object) -> Any:
        self.statements += 1
        return await self._database.fetch(sql, *values)


@pytest.fixture
async def room(database: Database) -> Room:
    return await people.room(database, require_done_criteria=False, require_review=False)


@pytest.fixture
async def ann(database: Database, room: Room) -> Caller:
    return await people.caller(database, "ann", room)


async def rollup(database: Database, one: Objective) -> Rollup:
    return (await objective_tree.rollups(database, [one.id]))[one.id]


async def test_what_is_done_rolls_up_over_any_depth(database: Database, ann: Caller, room: Room) -> None:
    root = await objective(database, ann, new_key_results=[NewKeyResult(title="Users", target=4, current=1)])
    middle = await objective(database, ann, parent=root)
    leaf = await objective(database, ann, parent=middle)
    first, second, third = [await task(database, ann, leaf) for _ in range(3)]
    await task(database, ann, leaf, depends_on=[f"T{second.id}"])
    await finish(database, ann, first)
    await task_cancel.cancel(database, ann, f"T{third.id}", "Not wanted")
    await claims.claim(database, ann, f"T{second.id}")
    await task(database, ann)

    counts = TaskCounts(total=4, todo=1, doing=1, done=1, cancelled=1)
    assert await rollup(database, leaf) == Rollup(1 / 3, counts)
    assert await rollup(database, root) == Rollup((0.25 + 1 / 3) / 2, counts)
    whole = await objective_tree.counts_of_rooms(database, [room.id])
    assert whole == {room.id: replace(counts, total=5, todo=2, ready=1)}


async def test_nothing_is_ready_while_the_room_is_paused(database: Database, ann: Caller, room: Room) -> None:
    goal = await objective(database, ann)
    await task(database, ann, goal)
    assert (await rollup(database, goal)).counts.ready == 1

    await database.execute("update room set paused = true where id = $1", room.id)

    assert (await rollup(database, goal)).counts == TaskCounts(total=1, todo=1)
    assert await objective_tree.counts_of_rooms(database, [room.id]) == {room.id: TaskCounts(total=1, todo=1)}


@pytest.mark.parametrize(
    ("silent", "quiet_until", "stale"),
    [
        ("claimed_at = now() - interval '1 hour'", "null", 1),
        ("claimed_at = now() - interval '2 hours'", "now() - interval '1 hour'", 1),
        ("claimed_at = now() - interval '1 hour'", "now() - interval '1 second'", 0),
        ("claimed_at = now() - interval '1 hour'", "now() + interval '1 hour'", 0),
        ("claimed_at = now() - interval '1 hour', last_progress_at = now() - interval '2 hours'", "null", 1),
        ("claimed_at = now() - interval '1 hour', last_progress_at = now()", "null", 0),
        ("claimed_at = now()", "null", 0),
    ],
)
async def test_a_task_without_progress_counts_as_stale(
    database: Database, ann: Caller, room: Room, silent: str, quiet_until: str, stale: int
) -> None:
    goal = await objective(database, ann)
    held = await task(database, ann, goal)
    await claims.claim(database, ann, f"T{held.id}")
    await database.execute(f"update task set {silent}, quiet_until = {quiet_until} where id = $1", held.id)  # noqa: S608
    await staleness.mark_stale(database)

    assert (await rollup(database, goal)).counts == TaskCounts(total=1, doing=1, stale=stale)
    assert (await objective_tree.counts_of_rooms(database, [room.id]))[room.id].stale == stale


async def test_ten_thousand_objectives_take_one_statement(database: Database, ann: Caller, room: Room) -> None:
    root = await objective(database, ann)
    # A tree in which each has ten children, and a task that is done with each tenth.
    await database.execute(
        "insert into objective (id, room_id, parent_id, title)"
        " select $2 + n, $1, $2 + n / 10, 'Goal ' || n from generate_series(1, 9999) n",
        room.id,
        root.id,
    )
    await database.execute(
        "insert into task (room_id, objective_id, title, requirement_id, creator_id, status, finished_at)"
        " select $1, $2 + n, 'Task', $3, $4, 'DONE', now() from generate_series(0, 9999, 10) n",
        room.id,
        root.id,
        (await task(database, ann)).requirement_id,
        ann.agent_id,
    )
    counting: Any = Counting(database)

    everything = await objective_tree.rollups(counting, list(range(root.id, root.id + 10_000)))

    assert counting.statements == 1
    assert len(everything) == 10_000
    assert everything[root.id].counts == TaskCounts(total=1000, done=1000)
    assert 0 < everything[root.id].progress < 1
    counting.statements = 0
    below = await objective_tree.subtrees(counting, [(root.id, 100, False)])
    assert (len(below[root.id, 100, False]), counting.statements) == (9_999, 1)
    await database.execute("select setval(pg_get_serial_sequence('objective', 'id'), $1)", root.id + 10_000)


async def _page(database: Database, room: Room, parent: Objective | None, **more: Any) -> Page[Objective]:
    asked: dict[str, Any] = {"archived": False, "first": 2, "after": None, **more}
    key = objective_tree.children_key(room.id, parent.id if parent else None, **asked)
    return (await objective_tree.children(database, [key]))[key]


async def test_children_come_in_pages_oldest_first_without_archived_ones(
    database: Database, ann: Caller, room: Room
) -> None:
    root = await objective(database, ann)
    made = [await objective(database, ann, parent=root) for _ in range(6)]
    made[1] = await objective_mutations.update(database, ann, o(made[1]), {"archived": True})
    slim = [one for one in made if one is not made[1]]

    first = await _page(database, room, root)
    second = await _page(database, room, root, after=first.cursors[-1])
    await objective_mutations.move(database, ann, o(slim[3]), None)
    last = await _page(database, room, root, after=second.cursors[-1])

    assert [one.id for one in (*first.items, *second.items, *last.items)] == [one.id for one in slim]
    assert [(page.has_previous, page.has_next) for page in (first, second, last)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    roots = await _page(database, room, None, first=200)
    assert [one.id for one in roots.items] == [root.id, slim[3].id]
    everyone = await _page(database, room, root, first=200, archived=True)
    assert [one.id for one in everyone.items] == [one.id for one in made if one is not slim[3]]
    counts = await objective_tree.child_counts(
        database,
        [(room.id, root.id, False), (room.id, root.id, True), (room.id, None, False), (room.id, made[0].id, False)],
    )
    assert counts == {
        (room.id, root.id, False): 4,
        (room.id, root.id, True): 5,
        (room.id, None, False): 2,
        (room.id, made[0].id, False): 0,
    }


async def test_many_pages_take_one_statement(database: Database, ann: Caller, room: Room) -> None:
    roots = [await objective(database, ann) for _ in range(5)]
    for root in roots:
        await objective(database, ann, parent=root)
    keys = [objective_tree.children_key(room.id, root.id, archived=False, first=50, after=None) for root in roots]
    counting: Any = Counting(database)

    pages = await objective_tree.children(counting, keys)

    assert counting.statements == 1
    assert [[one.parent_id for one in pages[key].items] for key in keys] == [[root.id] for root in roots]


@pytest.mark.parametrize("wrong", [{"first": 0}, {"first": -1}, {"first": 10_000}, {"after": "x"}, {"after": "\0"}])
async def test_invalid_pages_are_refused(database: Database, room: Room, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        await _page(database, room, None, **wrong)


async def test_subtrees_are_cut_at_their_depth_and_ancestors_start_at_the_root(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    left, right = [await objective(database, ann, parent=root) for _ in range(2)]
    leaf = await objective(database, ann, parent=left)
    lowest = await objective(database, ann, parent=leaf)
    await objective_mutations.update(database, ann, o(lowest), {"archived": True})

    keys = [(root.id, 0, False), (root.id, 1, False), (root.id, 100, False), (root.id, 3, True), (left.id, 1, False)]
    below = await objective_tree.subtrees(database, keys)
    above = await objective_tree.ancestors(database, [lowest.id, root.id, right.id])

    assert [[one.id for one in below.get(key, [])] for key in keys] == [
        [],
        [left.id, right.id],
        [left.id, right.id, leaf.id],
        [left.id, right.id, leaf.id, lowest.id],
        [leaf.id],
    ]
    assert {key: [one.id for one in line] for key, line in above.items()} == {
        lowest.id: [root.id, left.id, leaf.id],
        right.id: [root.id],
    }
    assert await objective_tree.subtree_keys(database, [left.id, lowest.id]) == {
        left.id: [left.id, leaf.id, lowest.id],
        lowest.id: [lowest.id],
    }
    assert await objectives.subtree(database, left.id) == [left.id, leaf.id, lowest.id]
    assert (await now_is(database, lowest)).archived_at is not None
