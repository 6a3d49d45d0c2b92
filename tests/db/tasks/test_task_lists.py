"""Lists of tasks: what each filter finds, the three orders, and pages that nothing shifts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from db.core import ids, pagination
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind, DependencyKind, TaskOrder, TaskStatus
from db.core.errors import BadInput, NotFound
from db.core.pagination import Page
from db.core.queries import q
from db.core.records import Objective, Room, Task
from db.goal_tree import objectives
from db.operations import room_mutations
from db.overviews import critical_path
from db.overviews.critical_path import longest_chain
from db.tasks import (
    claims,
    comment_mutations,
    dependencies,
    staleness,
    submissions,
    task_cancel,
    task_lists,
    task_progress,
)
from db.tasks.submissions import Submission
from db.tasks.task_lists import TaskFilter
from tests.factories import World

ORDERS = list(TaskOrder)


def t(task: Task) -> str:
    return ids.of(ids.TASK, task.id)


def o(objective: Objective) -> str:
    return ids.of(ids.OBJECTIVE, objective.id)


@dataclass
class Scene:
    """A room, and the two who work in it."""

    database: Database
    world: World
    room: Room
    ann: Caller
    bob: Caller

    async def task(self, title: str, **new: Any) -> Task:
        return await self.world.task(self.room, title=title, **new)

    async def page(
        self,
        order: TaskOrder = TaskOrder.CREATED,
        *,
        caller: Caller | None = None,
        within: Sequence[int] | None = None,
        first: int = 200,
        after: str | None = None,
        **wanted: Any,
    ) -> Page[Task]:
        """A page, which has as many tasks as are counted where all are on it."""
        who = caller or self.ann
        narrowing = await task_lists.narrow(self.database, who, self.room.id, TaskFilter(**wanted))
        found = narrowing.of(self.room.id, within)
        asked = task_lists.page_of(found, who, order, first, after)
        page = (await task_lists.pages(self.database, [asked]))[asked]
        if after is None and not page.has_next:
            assert (await task_lists.counts(self.database, [found]))[found] == len(page.items)
        return page

    async def titles(self, order: TaskOrder = TaskOrder.CREATED, **more: Any) -> list[str]:
        return [task.title for task in (await self.page(order, **more)).items]

    async def finish(self, caller: Caller, task: Task) -> None:
        await claims.claim(self.database, caller, t(task))
        await submissions.complete(self.database, caller, t(task), Submission(summary="Done"))


@pytest.fixture
async def scene(database: Database, world: World) -> Scene:
    room = await world.room()
    ann, bob = [await world.agent(name, rooms=[room]) for name in ("ann", "bob")]
    return Scene(database, world, room, ann, bob)


async def test_each_filter_narrows_the_list(scene: Scene) -> None:
    goal = await scene.world.objective(scene.room)
    below = await scene.world.objective(scene.room, parent=o(goal))
    await scene.task("plain", priority=0, labels=["a", "b"], description="About pears.")
    await scene.task("goal", objective=o(goal), labels=["b"])
    await scene.task("below", objective=o(below), reviewer="bob")
    held, blocker = await scene.task("held", priority=1), await scene.task("blocker", assignee="bob")
    await scene.task("waiting", depends_on=[t(blocker)], assignee="ann")
    await claims.claim(scene.database, scene.ann, t(held))
    done, given_up = await scene.task("done"), await scene.task("given up")
    await scene.finish(scene.bob, done)
    await task_cancel.cancel(scene.database, scene.bob, t(given_up), "No")
    expected: dict[tuple[tuple[str, Any], ...], list[str]] = {
        (): ["plain", "goal", "below", "held", "blocker", "waiting", "done", "given up"],
        (("statuses", (TaskStatus.DOING, TaskStatus.DONE)),): ["held", "done"],
        (("statuses", ()),): [],
        (("ready", True),): ["plain", "goal", "below", "blocker"],
        (("ready", False),): ["held", "waiting", "done", "given up"],
        (("stale", True),): [],
        (("objective", o(goal)),): ["goal", "below"],
        (("objective", o(below)),): ["below"],
        (("assignee", "ann"),): ["held", "waiting"],
        (("assignee", ids.of(ids.AGENT, scene.bob.agent_id)),): ["blocker", "done"],
        (("reviewer", "@bob"),): ["below"],
        (("labels", ("b",)),): ["plain", "goal"],
        (("labels", ("b", "a")),): ["plain"],
        (("labels", ("c",)),): [],
        (("priorities", (0, 1)),): ["plain", "held"],
        (("priorities", ()),): [],
        (("waiting_for_agent", "bob"),): ["waiting"],
        (("waiting_for_agent", "ann"),): [],
        (("awaited_by_agent", "ann"),): ["blocker"],
        (("awaited_by_agent", "bob"),): [],
        (("search", "pear"),): ["plain"],
        (("assignee", "ann"), ("statuses", (TaskStatus.DOING,))): ["held"],
        (("ready", True), ("objective", o(goal)), ("labels", ("b",))): ["goal"],
    }

    found = {wanted: await scene.titles(**dict(wanted)) for wanted in expected}

    assert found == expected
    for order in ORDERS:
        assert {w: sorted(await scene.titles(order, **dict(w))) for w in expected} == {
            wanted: sorted(titles) for wanted, titles in expected.items()
        }


async def test_a_list_of_objectives_is_narrowed_as_that_of_a_room_is(scene: Scene) -> None:
    goal, other = [await scene.world.objective(scene.room) for _ in range(2)]
    below = await scene.world.objective(scene.room, parent=o(goal))
    await scene.task("goal", objective=o(goal), labels=["x"])
    await scene.task("below", objective=o(below), labels=["x"], priority=0)
    await scene.task("other", objective=o(other), labels=["x"])
    await scene.task("none", labels=["x"])
    whole = [goal.id, below.id]

    assert await scene.titles(within=[goal.id]) == ["goal"]
    assert await scene.titles(within=whole) == ["goal", "below"]
    assert await scene.titles(TaskOrder.CLAIM, within=whole) == ["below", "goal"]
    assert await scene.titles(within=whole, labels=("x",), priorities=(0,)) == ["below"]
    assert await scene.titles(within=whole, objective=o(below)) == ["below"]
    assert await scene.titles(within=[goal.id], objective=o(other)) == []
    assert await scene.titles(within=[]) == []


async def test_many_lists_are_read_together(scene: Scene) -> None:
    goals = [await scene.world.objective(scene.room) for _ in range(3)]
    for n, goal in enumerate(goals):
        for part in range(n):
            await scene.task(f"{n}.{part}", objective=o(goal))
    narrowing = await task_lists.narrow(scene.database, scene.ann, scene.room.id, TaskFilter())
    lists = [narrowing.of(scene.room.id, within) for within in (None, *([goal.id] for goal in goals))]
    asked = [
        task_lists.page_of(one, scene.ann, order, first, None) for one in lists for order in ORDERS for first in (1, 9)
    ]

    pages = await task_lists.pages(scene.database, asked)
    counts = await task_lists.counts(scene.database, lists)

    assert [counts[one] for one in lists] == [3, 0, 1, 2]
    for key in asked:
        expected = {None: ["1.0", "2.0", "2.1"], 0: [], 1: ["1.0"], 2: ["2.0", "2.1"]}[
            None if key.found.within is None else [goal.id for goal in goals].index(key.found.within[0])
        ]
        in_order = expected[::-1] if key.order is TaskOrder.UPDATED else expected
        assert [task.title for task in pages[key].items] == in_order[: key.first]
        assert pages[key].has_next == (len(expected) > key.first)


async def test_the_order_of_claims_is_that_in_which_they_are_claimed(scene: Scene) -> None:
    old, young = [await scene.task(title, priority=1) for title in ("old", "young")]
    urgent = await scene.task("urgent", priority=0)
    awaited = await scene.task("awaited", priority=1)
    await scene.task("late", depends_on=[t(awaited)], priority=3)
    mine = await scene.task("mine", priority=3, assignee="ann")

    listed = await scene.titles(TaskOrder.CLAIM, ready=True)
    offered = await task_lists.offered(scene.database, scene.ann, None, 20)
    to_bob = await scene.titles(TaskOrder.CLAIM, ready=True, caller=scene.bob)

    assert listed == ["mine", "urgent", "awaited", "old", "young"]
    assert [task.id for task in offered] == [mine.id, urgent.id, awaited.id, old.id, young.id]
    assert to_bob == ["urgent", "awaited", "old", "young", "mine"]


async def test_statements_and_python_sort_tasks_alike(scene: Scene) -> None:
    for n in range(24):
        assignee = (None, "ann", "bob")[n % 3]
        await scene.task(f"{n}", assignee=assignee)
    # Few values of each column, in no relation to one another, so that every part of the key decides somewhere.
    await scene.database.execute(
        """
        update task
           set priority = id * 7 % 2, waited_by = id * 5 % 3, created_at = now() - make_interval(secs => id * 3 % 4),
               updated_at = now() - make_interval(secs => id * 11 % 5),
               started_at = case when id * 13 % 5 < 2 then now() end,
               status = case when id * 17 % 7 = 0 then 'DONE' else status end,
               finished_at = case when id * 17 % 7 = 0 then now() end
        """
    )
    nothing = await task_lists.narrow(scene.database, scene.ann, scene.room.id, TaskFilter())
    anywhere = {f"after_{part}": [None] for part in ("turns", "priorities", "waited_bys", "times", "ids")}
    everything = {"room_ids": [scene.room.id], **anywhere, **dict(nothing.columns), "search": None, "reach": None}

    for caller in (scene.ann, scene.bob):
        for order in ORDERS:
            rows = await q.list_tasks_of_rooms(
                scene.database,
                **everything,
                agent_id=caller.agent_id,
                by_claims=order is TaskOrder.CLAIM,
                by_update=order is TaskOrder.UPDATED,
                most=200,
            )
            listed = [Task.of(row) for row in rows]
            assert len(listed) == 24
            assert listed == task_lists.in_order(reversed(listed), order, caller.agent_id), order

        offered = await task_lists.offered(scene.database, caller, None, 200)
        assert len(offered) > 10
        assert offered == task_lists.in_order(reversed(offered), TaskOrder.CLAIM, caller.agent_id)


async def test_what_one_has_finished_is_not_among_ones_own(scene: Scene) -> None:
    done, mine = await scene.task("done", priority=0), await scene.task("mine", priority=3, assignee="ann")
    await scene.task("free", priority=1)
    await scene.finish(scene.ann, done)

    assert await scene.titles(TaskOrder.CLAIM) == [mine.title, "done", "free"]


async def test_updated_means_newest_first(scene: Scene) -> None:
    first, second, third = [await scene.task(title) for title in ("first", "second", "third")]
    await dependencies.add(scene.database, scene.ann, t(second), t(third), DependencyKind.RELATED)
    await claims.claim(scene.database, scene.ann, t(first))

    assert await scene.titles(TaskOrder.UPDATED) == ["first", "third", "second"]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("of_objective", [False, True])
async def test_pages_follow_one_another_whatever_comes_or_goes(
    scene: Scene, order: TaskOrder, *, of_objective: bool
) -> None:
    goal = await scene.world.objective(scene.room)
    for n in range(7):
        await scene.task(f"{n}", objective=o(goal), priority=n % 3, assignee="ann" if n in (2, 6) else None)
    # All of one instant, so that the keys alone tell them apart.
    await scene.database.execute("update task set created_at = now(), updated_at = now()")
    within = [goal.id] if of_objective else None
    whole = await scene.titles(order, within=within)

    seen: list[str] = []
    after, has_next = None, True
    while has_next:
        page = await scene.page(order, within=within, first=2, after=after)
        assert page.has_previous == (after is not None)
        seen += [task.title for task in page.items]
        # What came before the cursor is gone; the rest is where it was.
        await scene.database.execute(
            "update task set room_id = $1, objective_id = null where id = any($2)",
            (await scene.world.room()).id,
            [task.id for task in page.items],
        )
        after, has_next = page.cursors[-1], page.has_next

    assert seen == whole
    assert len(seen) == 7


@pytest.mark.parametrize("order", ORDERS)
async def test_a_cursor_that_this_list_did_not_give_is_refused(scene: Scene, order: TaskOrder) -> None:
    await scene.task("one")
    now = datetime.now(UTC)
    others = [(await scene.page(other)).cursors[0] for other in ORDERS if other is not order]
    ends: list[list[object]] = [
        [now, -1], [now, 2**63], [now, True], [now, "x"], [now, 1.5], [now], [now, 1, 1], [7, 1], ["yesterday", 1],
        ["2026-01-01T00:00:00", 1], ["0001-01-01T00:00:00+14:00", 1],
    ]  # fmt: skip
    claims_alone: list[list[object]] = [[-1, 2, 0, now, 1], [1, 2**70, 0, now, 1], [1, 2, -(2**63), now, 1], [now, 1]]
    keys = [*([1, 2, 0, *end] for end in ends), *claims_alone] if order is TaskOrder.CLAIM else ends
    forged = [pagination.encode(order, *key) for key in keys]

    for cursor in [*others, *forged, "", "nonsense", "W10", "e30", "é", "\0", "A" * 10_000, "R1.5"]:
        with pytest.raises(BadInput):
            await scene.page(order, after=cursor)


async def test_a_forged_cursor_with_great_numbers_is_an_empty_page_at_worst(scene: Scene) -> None:
    await scene.task("one")
    forged = pagination.encode(TaskOrder.CLAIM, 2, 2**63 - 1, 2**63 - 1, datetime.now(UTC), 2**63 - 1)

    assert (await scene.page(TaskOrder.CLAIM, after=forged)).items == []


@pytest.mark.parametrize("first", [0, -1, 201, 10_000])
async def test_a_page_has_1_to_200(scene: Scene, first: int) -> None:
    with pytest.raises(BadInput):
        await scene.page(first=first)
    with pytest.raises(BadInput):
        await task_lists.offered(scene.database, scene.ann, None, first)


async def test_search_reads_titles_descriptions_notes_and_comments(scene: Scene) -> None:
    await scene.task("Rotate the keys")
    described = await scene.task("b", description="Nobody rotates anything here.")
    noted, commented = await scene.task("c"), await scene.task("d")
    await scene.task("e", instructions="rotating")
    await claims.claim(scene.database, scene.ann, t(noted))
    await task_progress.write_notes(scene.database, scene.ann, t(noted), "Rotation is slow.", append=True)
    await comment_mutations.add(scene.database, scene.bob, t(commented), CommentKind.NOTE, "rotating since noon", None)
    elsewhere = await scene.world.task(await scene.world.room(), title="Rotate")

    assert await scene.titles(search="rotate") == ["Rotate the keys", described.title, "c", "d"]
    assert await scene.titles(search='"slow rotation" or noon') == ["d"]
    assert await scene.titles(search="rotate -keys -noon") == ["b", "c"]
    assert await scene.titles(search="the") == []
    assert await scene.titles(search="'); drop table task; --") == []
    assert elsewhere.title not in await scene.titles(search="rotate")
    with pytest.raises(BadInput):
        await scene.page(search="a\0b")


async def test_a_task_without_progress_is_listed_as_stale_unless_it_has_quiet_seconds(scene: Scene) -> None:
    silent, spoken, announced = [await scene.task(title) for title in ("silent", "spoken", "announced")]
    for task in (silent, spoken, announced):
        await claims.claim(scene.database, scene.ann, t(task))
    await scene.database.execute("update task set claimed_at = now() - interval '2 hours'")
    await scene.database.execute("update task set last_progress_at = now() where id = $1", spoken.id)
    await scene.database.execute("update task set quiet_until = now() + interval '1 hour' where id = $1", announced.id)
    await staleness.mark_stale(scene.database)

    assert await scene.titles(stale=True) == ["silent"]
    assert await scene.titles(stale=False) == ["spoken", "announced"]


async def test_a_standing_objective_leaves_out_what_is_long_done(scene: Scene) -> None:
    queue = await scene.world.objective(scene.room, standing=True)
    goal = await scene.world.objective(scene.room)
    old, new, kept = [
        await scene.task(title, objective=o(where)) for title, where in [("old", queue), ("new", queue), ("kept", goal)]
    ]
    for task in (old, new, kept):
        await scene.finish(scene.ann, task)
    await scene.database.execute(
        "update task set finished_at = now() - interval '2 days' where id = any($1)", [old.id, kept.id]
    )

    assert await scene.titles() == ["new", "kept"]
    assert await scene.titles(within=[queue.id]) == ["new"]
    assert await scene.titles(statuses=(TaskStatus.DONE,)) == ["old", "new", "kept"]
    await scene.database.execute("update room set archive_after_seconds = null")
    assert await scene.titles() == ["old", "new", "kept"]


async def test_while_a_room_is_paused_nothing_in_it_is_ready(scene: Scene) -> None:
    await scene.task("one")
    await room_mutations.update(scene.database, await scene.world.creator(), scene.room.name, {"paused": True})

    assert await scene.titles(ready=True) == []
    assert await scene.titles(ready=False) == ["one"]
    assert await task_lists.offered(scene.database, scene.ann, None, 20) == []


async def test_a_filter_that_names_what_is_not_there_is_refused(scene: Scene) -> None:
    elsewhere = await scene.world.room()
    hidden = await scene.world.objective(elsewhere)
    both = await scene.world.agent(rooms=[scene.room, elsewhere])

    unknown: list[dict[str, Any]] = [
        {"assignee": "nobody"}, {"reviewer": "A999999"}, {"waiting_for_agent": "nobody"},
        {"awaited_by_agent": "nobody"}, {"objective": "O999999"}, {"objective": o(hidden)},
    ]  # fmt: skip
    wrong: list[dict[str, Any]] = [{"objective": "T1"}, {"assignee": "T1"}, {"labels": ("",)}, {"labels": ("x" * 101,)}]

    for wanted in unknown:
        with pytest.raises(NotFound):
            await scene.page(**wanted)
    with pytest.raises(BadInput):
        await scene.page(objective=o(hidden), caller=both)
    for wanted in wrong:
        with pytest.raises(BadInput):
            await scene.page(**wanted)


async def test_a_refused_filter_leaves_the_others_of_its_batch_standing(scene: Scene) -> None:
    good, bad = TaskFilter(assignee="ann"), TaskFilter(assignee="nobody")
    keys = [(scene.ann, scene.room.id, one) for one in (good, bad)]

    found: dict[Any, Any] = await task_lists.narrowings(scene.database, keys)

    assert dict(found[keys[0]].columns)["assignee_id"] == scene.ann.agent_id
    assert isinstance(found[keys[1]], NotFound)


@pytest.mark.parametrize(
    ("graph", "chain"),
    [
        ({}, []),
        ({7: set()}, [7]),
        ({2: set(), 1: set()}, [1]),
        ({3: {2}, 2: {1}, 1: set(), 9: {8}, 8: set()}, [1, 2, 3]),
        ({4: {2, 3}, 2: {1}, 3: {1}, 1: set()}, [1, 2, 4]),
        ({6: {5}, 4: {3}, 5: set(), 3: set()}, [3, 4]),
    ],
)
def test_the_longest_chain_is_the_same_each_time(graph: dict[int, set[int]], chain: list[int]) -> None:
    assert longest_chain(graph) == chain


async def test_the_critical_path_runs_over_dependencies_tracks_and_subtasks(scene: Scene) -> None:
    goal = await scene.world.objective(scene.room)
    first, second = [await scene.task(f"track {n}", track="t", track_order=n, objective=o(goal)) for n in (1, 2)]
    parent = await scene.task("parent", objective=o(goal))
    part = await scene.task("part", parent=t(parent), depends_on=[t(second)])
    outside = await scene.task("outside")
    await dependencies.add(scene.database, scene.ann, t(first), t(outside), DependencyKind.BLOCKS)

    async def path(room: str | None = None, objective: str | None = None) -> list[str]:
        return [task.title for task in await critical_path.find(scene.database, scene.ann, room, objective)]

    assert part.title in await path()
    assert await path(objective=o(goal)) == ["outside", "track 1", "track 2", "part", "parent"]
    assert await path(room=scene.room.name) == await path()
    with pytest.raises(NotFound):
        await path(objective="O999999")


async def test_the_critical_path_ends_where_work_is_finished(scene: Scene) -> None:
    goal = await scene.world.objective(scene.room)
    deep, below, done = [await scene.task(title) for title in ("deep", "below", "done")]
    await scene.task("goal", objective=o(goal), depends_on=[t(done)])
    # Work that had begun when its dependency came, and went on all the same.
    await claims.claim(scene.database, scene.ann, t(done))
    await dependencies.add(scene.database, scene.ann, t(done), t(below), DependencyKind.BLOCKS)
    await dependencies.add(scene.database, scene.ann, t(below), t(deep), DependencyKind.BLOCKS)
    await submissions.complete(scene.database, scene.ann, t(done), Submission(summary="Done"))

    found = await critical_path.find(scene.database, scene.ann, None, o(goal))

    assert [task.title for task in found] == ["goal"]


async def test_a_critical_path_is_asked_of_the_room_that_its_objective_is_in(scene: Scene) -> None:
    elsewhere = await scene.world.room()
    both = await scene.world.agent(rooms=[scene.room, elsewhere])
    goal = await scene.world.objective(scene.room)

    with pytest.raises(BadInput):
        await critical_path.find(scene.database, both, elsewhere.name, o(goal))
    assert await objectives.subtree(scene.database, goal.id) == [goal.id]
    assert await critical_path.find(scene.database, both, scene.room.name, o(goal)) == []
