"""Objectives: how they are made, changed and moved, finish by themselves, come back, and leave the slim lists."""

import asyncio
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import ObjectiveStatus, Role
from db.core.errors import BadInput, Forbidden, NotFound, ObjectiveCycle, Refused, WrongStatus
from db.core.queries import q, required
from db.core.records import Objective, Room, Task
from db.goal_tree import objectives
from db.goals import key_results, objective_mutations
from db.goals.key_results import NewKeyResult
from db.rooms import rooms
from db.tasks import task_cancel, task_update
from tests import people
from tests.goals import finish, now_is, o, objective, said_of, task

ACTIVE, DONE, DRAFT, CANCELLED = (
    ObjectiveStatus.ACTIVE,
    ObjectiveStatus.DONE,
    ObjectiveStatus.DRAFT,
    ObjectiveStatus.CANCELLED,
)
UPDATED, FINISHED, ARCHIVED = "OBJECTIVE_UPDATED", "OBJECTIVE_FINISHED", "OBJECTIVE_ARCHIVED"


@pytest.fixture
async def room(database: Database) -> Room:
    return await people.room(database, require_done_criteria=False, require_review=False)


@pytest.fixture
async def ann(database: Database, room: Room) -> Caller:
    return await people.caller(database, "ann", room)


async def update(database: Database, caller: Caller, one: Objective, **changes: Any) -> Objective:
    sent: Any = changes
    return await objective_mutations.update(database, caller, o(one), sent)


async def status_of(database: Database, *some: Objective) -> list[ObjectiveStatus]:
    return [(await now_is(database, one)).status for one in some]


async def kinds_of(database: Database, one: Objective) -> list[str]:
    return [kind for kind, _ in await said_of(database, one)]


async def task_now(database: Database, one: Task) -> Task:
    return Task.of(required(await q.task_by_id(database, task_id=one.id)))


async def test_an_objective_is_made_with_its_key_results(database: Database, ann: Caller, room: Room) -> None:
    due = datetime(2030, 1, 1, tzinfo=UTC)

    made = await objective(
        database,
        ann,
        "Ship it",
        description="All of it",
        owner="ann",
        weight=2,
        due_at=due,
        new_key_results=[NewKeyResult(title="Users", target=10)],
    )

    assert (made.room_id, made.parent_id, made.title, made.description) == (room.id, None, "Ship it", "All of it")
    assert (made.status, made.owner_id, made.weight, made.standing, made.due_at) == (
        ACTIVE,
        ann.agent_id,
        2,
        False,
        due,
    )
    results = await q.key_results_of(database, objective_ids=[made.id])
    assert [(row["title"], row["start"], row["current"], row["target"]) for row in results] == [("Users", 0, 0, 10)]
    assert await said_of(database, made) == [("OBJECTIVE_CREATED", {"title": "Ship it", "parent": None})]


async def test_the_same_key_is_the_same_objective(database: Database, ann: Caller) -> None:
    made = await objective(database, ann, key="k", new_key_results=[NewKeyResult(title="Users", target=10)])

    again = await objective(database, ann, key="k", new_key_results=[NewKeyResult(title="Users", target=10)])

    assert again == made
    assert await database.fetchval("select count(*) from objective") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 301},
        {"title": "a\0"},
        {"description": "x" * 65_537},
        {"description": "\ud800"},
        {"weight": -1.0},
        {"weight": math.nan},
        {"weight": math.inf},
        {"due_at": datetime(1969, 1, 1, tzinfo=UTC)},
        {"owner": "nobody"},
        {"owner": "T1"},
        {"owner": "stranger"},
        {"room": "elsewhere"},
        {"new_key_results": [NewKeyResult(title="", target=1)]},
        {"new_key_results": [NewKeyResult(title="x", target=math.inf)]},
        {"new_key_results": [NewKeyResult(title="x", target=1)] * 101},
    ],
)
async def test_invalid_objectives_are_refused(
    database: Database, ann: Caller, room: Room, wrong: dict[str, Any]
) -> None:
    await people.caller(database, "stranger", await people.room(database, "elsewhere"))
    before = await people.log(database, room)

    with pytest.raises((BadInput, NotFound)):
        await objective(database, ann, **wrong)

    assert await database.fetchval("select count(*) from objective") == 0
    assert await people.log(database, room) == before


async def test_forbidden_changes_of_an_objective_are_refused(database: Database, ann: Caller, room: Room) -> None:
    goal = await objective(database, ann)
    watcher = await people.caller(database, "ann", room, role=Role.OBSERVER)
    stranger = await people.caller(database, "eve", await people.room(database, "elsewhere"))

    for caller, refusal in [(watcher, Forbidden), (stranger, NotFound)]:
        for act in [
            objective(database, caller, parent=goal),
            update(database, caller, goal, title="Mine"),
            objective_mutations.move(database, caller, o(goal), None),
            key_results.create(database, caller, o(goal), NewKeyResult(title="Users", target=1), None),
        ]:
            with pytest.raises(refusal):
                await act
    with pytest.raises(NotFound):
        await update(database, ann, replace(goal, id=999_999), title="Nothing")
    assert await now_is(database, goal) == goal


async def test_what_is_left_out_stays_and_null_clears(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann, description="All", owner="ann", due_at=datetime(2030, 1, 1, tzinfo=UTC))

    renamed = await update(database, ann, goal, title="New", weight=0)
    cleared = await update(database, ann, goal, owner=None, due_at=None, description=None)

    assert (renamed.title, renamed.weight, renamed.owner_id, renamed.due_at) == ("New", 0, goal.owner_id, goal.due_at)
    assert (cleared.title, cleared.owner_id, cleared.due_at, cleared.description) == ("New", None, None, "")
    assert (await said_of(database, goal))[1:] == [
        (UPDATED, {"changes": {"title": "New", "weight": 0}, "previous": {"title": goal.title, "weight": 1}}),
        (
            UPDATED,
            {
                "changes": {"owner": None, "dueAt": None, "description": None},
                "previous": {"dueAt": "2030-01-01T00:00:00+00:00"},
            },
        ),
    ]
    for name in ("title", "weight", "standing", "status", "archived"):
        with pytest.raises(BadInput):
            await update(database, ann, goal, **{name: None})
    assert await objective_mutations.update(database, ann, o(goal), {}) == cleared
    assert await kinds_of(database, goal) == ["OBJECTIVE_CREATED", UPDATED, UPDATED]


async def test_an_objective_finishes_when_its_last_part_is_complete(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    child = await objective(database, ann, parent=root)
    first, last, given_up = [await task(database, ann, child) for _ in range(3)]

    await finish(database, ann, first)
    await task_cancel.cancel(database, ann, f"T{given_up.id}", "Not wanted")
    assert await status_of(database, root, child) == [ACTIVE, ACTIVE]
    await finish(database, ann, last)

    assert await status_of(database, root, child) == [DONE, DONE]
    assert (await now_is(database, root)).finished_at is not None
    assert await kinds_of(database, child) == ["OBJECTIVE_CREATED", FINISHED]
    assert await kinds_of(database, root) == ["OBJECTIVE_CREATED", FINISHED]


async def test_without_a_part_it_stays_open(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann)
    only = await task(database, ann, goal)

    await task_cancel.cancel(database, ann, f"T{only.id}", "Not wanted")

    assert await status_of(database, goal) == [ACTIVE]


async def test_a_standing_objective_never_finishes(database: Database, ann: Caller) -> None:
    queue = await objective(database, ann, standing=True)
    await finish(database, ann, await task(database, ann, queue))

    with pytest.raises(WrongStatus):
        await update(database, ann, queue, status=DONE)
    assert await status_of(database, queue) == [ACTIVE]

    assert (await update(database, ann, queue, standing=False)).status is DONE
    assert (await update(database, ann, queue, standing=True)).status is ACTIVE
    with pytest.raises(WrongStatus):
        await update(database, ann, queue, standing=True, status=DONE)


async def test_it_goes_on_when_a_part_is_added_or_reopened(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    child = await objective(database, ann, parent=root)
    only = await task(database, ann, child)
    await finish(database, ann, only)

    await task_cancel.reopen(database, ann, f"T{only.id}", "Broken")
    assert await status_of(database, root, child) == [ACTIVE, ACTIVE]
    assert (await now_is(database, child)).finished_at is None
    await finish(database, ann, only)
    assert await status_of(database, root, child) == [DONE, DONE]
    second = await task(database, ann, child)
    assert await status_of(database, root, child) == [ACTIVE, ACTIVE]
    await finish(database, ann, second)
    await objective(database, ann, parent=child)

    assert await status_of(database, root, child) == [ACTIVE, ACTIVE]
    assert (await said_of(database, root))[-1] == (UPDATED, {"changes": {"status": "ACTIVE"}})


async def test_a_task_that_moves_takes_its_part_along(database: Database, ann: Caller) -> None:
    left, right = await objective(database, ann), await objective(database, ann)
    await finish(database, ann, await task(database, ann, left))
    await finish(database, ann, await task(database, ann, right))
    moving = await task(database, ann, left)

    await task_update.update(database, ann, f"T{moving.id}", {"objective": o(right)})
    assert await status_of(database, left, right) == [DONE, ACTIVE]
    await task_update.update(database, ann, f"T{moving.id}", {"objective": None})

    assert await status_of(database, left, right) == [DONE, DONE]


async def test_the_last_two_parts_at_once_finish_it(database: Database, ann: Caller, room: Room) -> None:
    for _ in range(5):
        goal = await objective(database, ann)
        some = [await task(database, ann, goal) for _ in range(4)]
        callers = [await people.caller(database, f"agent-{n}", room) for n in range(4)]

        await asyncio.gather(*(finish(database, caller, one) for caller, one in zip(callers, some, strict=True)))

        assert await status_of(database, goal) == [DONE]
        assert (await kinds_of(database, goal)).count(FINISHED) == 1


async def test_done_by_hand_is_refused_while_work_is_open_below(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    child = await objective(database, ann, parent=root)
    open_task = await task(database, ann, child)
    before = await said_of(database, root)

    with pytest.raises(WrongStatus) as refused:
        await update(database, ann, root, status=DONE, title="Other")

    assert refused.value.facts() == {
        "id": o(root),
        "status": "ACTIVE",
        "allowed": ["DRAFT", "ACTIVE", "CANCELLED"],
        "open": [o(child), f"T{open_task.id}"],
    }
    assert await now_is(database, root) == root
    assert await said_of(database, root) == before


async def test_done_by_hand_stays_done_though_a_key_result_falls_short(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    goal = await objective(database, ann, parent=root, new_key_results=[NewKeyResult(title="Users", target=10)])
    result = (await q.key_results_of(database, objective_ids=[goal.id]))[0]["id"]

    done = await update(database, ann, goal, status=DONE)
    await key_results.update(database, ann, f"K{result}", {"current": 3}, None)

    assert done.status is DONE
    assert await status_of(database, goal, root) == [DONE, DONE]
    assert (await kinds_of(database, goal))[1:] == [FINISHED, UPDATED, "KEY_RESULT_UPDATED"]


async def test_opened_again_by_hand_it_is_open_and_so_is_its_parent(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    goal = await objective(database, ann, parent=root)
    await finish(database, ann, await task(database, ann, goal))
    await update(database, ann, root, archived=True)

    again = await update(database, ann, goal, status=ACTIVE)

    assert (again.status, again.finished_at, again.archived_at) == (ACTIVE, None, None)
    above = await now_is(database, root)
    assert (above.status, above.archived_at) == (ACTIVE, None)
    await finish(database, ann, await task(database, ann, goal))
    assert await status_of(database, goal, root) == [DONE, DONE]


async def test_cancelled_by_hand_takes_all_that_is_open_below(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    doomed = await objective(database, ann, parent=root)
    finished = await objective(database, ann, parent=doomed)
    open_child = await objective(database, ann, parent=doomed)
    done_task = await finish(database, ann, await task(database, ann, finished))
    open_task = await task(database, ann, open_child)
    waiting = await task(database, ann, depends_on=[f"T{open_task.id}"])
    await finish(database, ann, await task(database, ann, root))

    await update(database, ann, doomed, status=CANCELLED)

    assert await status_of(database, doomed, open_child, finished) == [CANCELLED, CANCELLED, DONE]
    assert (await task_now(database, open_task)).status == "CANCELLED"
    assert (await task_now(database, done_task)).status == "DONE"
    assert (await task_now(database, waiting)).ready
    # Of the parts of the root, what was cancelled counts no more.
    assert await status_of(database, root) == [DONE]
    for adding in (
        task(database, ann, doomed),
        objective(database, ann, parent=doomed),
        key_results.create(database, ann, o(doomed), NewKeyResult(title="Users", target=1), None),
        objective_mutations.move(database, ann, o(finished), o(open_child)),
    ):
        with pytest.raises(WrongStatus):
            await adding
    assert (await update(database, ann, doomed, status=ACTIVE)).status is ACTIVE
    assert await status_of(database, root) == [ACTIVE]


async def test_a_draft_holds_back_its_subtree_until_it_is_active(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    child = await objective(database, ann, parent=root)
    ready = await task(database, ann, child)

    await update(database, ann, root, status=DRAFT)
    born_below = await objective(database, ann, parent=child)
    late = await task(database, ann, born_below)
    assert [(await task_now(database, one)).ready for one in (ready, late)] == [False, False]
    assert [(await now_is(database, one)).in_draft for one in (root, child, born_below)] == [True, True, True]
    await update(database, ann, child, status=DRAFT)
    await update(database, ann, root, status=ACTIVE)
    assert [(await task_now(database, one)).ready for one in (ready, late)] == [False, False]
    await update(database, ann, child, status=ACTIVE)

    assert [(await task_now(database, one)).ready for one in (ready, late)] == [True, True]
    assert [(await now_is(database, one)).in_draft for one in (root, child, born_below)] == [False, False, False]


async def test_what_ended_as_a_draft_finishes_once_it_is_active(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann, new_key_results=[NewKeyResult(title="Users", target=1)])
    result = (await q.key_results_of(database, objective_ids=[goal.id]))[0]["id"]
    await update(database, ann, goal, status=DRAFT)

    await key_results.update(database, ann, f"K{result}", {"current": 1}, None)
    assert await status_of(database, goal) == [DRAFT]

    assert (await update(database, ann, goal, status=ACTIVE)).status is DONE


async def test_moving_takes_the_subtree_along_and_settles_both_sides(database: Database, ann: Caller) -> None:
    left, right = await objective(database, ann), await objective(database, ann)
    await finish(database, ann, await task(database, ann, left))
    moving = await objective(database, ann, parent=left)
    below = await objective(database, ann, parent=moving)
    await finish(database, ann, await task(database, ann, right))
    held_back = await task(database, ann, below)
    draft = await objective(database, ann)
    await update(database, ann, draft, status=DRAFT)

    moved = await objective_mutations.move(database, ann, o(moving), o(right))
    assert moved.parent_id == right.id
    assert await status_of(database, left, right) == [DONE, ACTIVE]
    await objective_mutations.move(database, ann, o(moving), o(draft))
    assert await status_of(database, right) == [DONE]
    assert (await now_is(database, below)).in_draft
    assert not (await task_now(database, held_back)).ready
    await objective_mutations.move(database, ann, o(moving), None)

    assert (await now_is(database, moving)).parent_id is None
    assert not (await now_is(database, below)).in_draft
    assert (await task_now(database, held_back)).ready
    assert [data for kind, data in await said_of(database, moving) if kind == "OBJECTIVE_MOVED"] == [
        {"parent": o(right), "previous": o(left)},
        {"parent": o(draft), "previous": o(right)},
        {"parent": None, "previous": o(draft)},
    ]


async def test_nothing_stands_below_itself(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    child = await objective(database, ann, parent=root)
    grandchild = await objective(database, ann, parent=child)
    before = await said_of(database, root)

    with pytest.raises(ObjectiveCycle) as round_trip:
        await objective_mutations.move(database, ann, o(root), o(grandchild))
    with pytest.raises(ObjectiveCycle) as itself:
        await objective_mutations.move(database, ann, o(root), o(root))

    assert round_trip.value.path == [o(root), o(grandchild), o(child), o(root)]
    assert itself.value.path == [o(root), o(root)]
    assert (await now_is(database, root)).parent_id is None
    assert await said_of(database, root) == before


async def test_two_moves_at_once_make_no_cycle(database: Database, ann: Caller) -> None:
    for _ in range(5):
        one, other = await objective(database, ann), await objective(database, ann)

        moves = await asyncio.gather(
            objective_mutations.move(database, ann, o(one), o(other)),
            objective_mutations.move(database, ann, o(other), o(one)),
            return_exceptions=True,
        )

        assert sorted(type(move).__name__ for move in moves) == ["Objective", "ObjectiveCycle"]


async def test_nothing_moves_to_another_room(database: Database, ann: Caller) -> None:
    elsewhere = await people.room(database, "elsewhere")
    admin = await people.admin(database)
    goal, there = await objective(database, ann), await objective(database, admin, room="elsewhere")
    assert there.room_id == elsewhere.id

    with pytest.raises(NotFound):
        await objective_mutations.move(database, ann, o(goal), o(there))
    with pytest.raises(BadInput):
        await objective_mutations.move(database, admin, o(goal), o(there))
    with pytest.raises(BadInput):
        await objective(database, admin, room="elsewhere", parent=goal)

    assert (await now_is(database, goal)).parent_id is None


async def test_archived_by_hand_it_leaves_with_its_subtree_and_comes_back_with_it(
    database: Database, ann: Caller
) -> None:
    root = await objective(database, ann)
    child = await objective(database, ann, parent=root)

    assert (await update(database, ann, root, archived=True)).archived_at is not None
    assert (await now_is(database, child)).archived_at is not None
    assert (await kinds_of(database, child))[1:] == [ARCHIVED]
    assert (await update(database, ann, root, archived=False)).archived_at is None
    assert (await now_is(database, child)).archived_at is None
    await update(database, ann, root, archived=True)
    await task(database, ann, child)

    assert [(await now_is(database, one)).archived_at for one in (root, child)] == [None, None]
    assert (await said_of(database, root))[-1] == (UPDATED, {"changes": {"archived": False}})


async def _age(database: Database, *some: Objective) -> None:
    await database.execute(
        "update objective"
        " set finished_at = finished_at - interval '2 days', brought_back_at = brought_back_at - interval '2 days'"
        " where id = any($1::bigint[])",
        [one.id for one in some],
    )


async def test_what_finished_long_ago_is_archived_once_with_its_subtree(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    child = await objective(database, ann, parent=root)
    await finish(database, ann, await task(database, ann, child))
    fresh = await objective(database, ann)
    await finish(database, ann, await task(database, ann, fresh))
    still_open = await objective(database, ann)
    await _age(database, root)

    counts = await asyncio.gather(*(objectives.archive_finished(database) for _ in range(4)))

    assert sum(counts) == 1
    assert [(await now_is(database, one)).archived_at is None for one in (root, child, fresh, still_open)] == [
        False,
        False,
        True,
        True,
    ]
    assert [(await kinds_of(database, one)).count(ARCHIVED) for one in (root, child)] == [1, 1]
    assert await objectives.archive_finished(database) == 0


async def test_what_goes_on_at_this_moment_is_not_archived(database: Database, ann: Caller, room: Room) -> None:
    goal = await objective(database, ann)
    await finish(database, ann, await task(database, ann, goal))
    await _age(database, goal)

    async with database.transaction() as tx:
        await rooms.lock(tx, room.id)
        sweeping = asyncio.create_task(objectives.archive_finished(database))
        await asyncio.sleep(0.1)
        await q.set_objective_status(tx, objective_id=goal.id, status=ACTIVE)

    assert await sweeping == 0
    assert (await now_is(database, goal)).archived_at is None


async def test_brought_back_by_hand_it_stays_as_long_as_if_it_had_finished_now(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann)
    await finish(database, ann, await task(database, ann, goal))
    await _age(database, goal)
    await objectives.archive_finished(database)

    await update(database, ann, goal, archived=False)

    assert await objectives.archive_finished(database) == 0
    await _age(database, goal)
    assert await objectives.archive_finished(database) == 1


async def test_a_room_may_keep_what_is_finished_for_ever(database: Database, ann: Caller, room: Room) -> None:
    await database.execute("update room set archive_after_seconds = null where id = $1", room.id)
    goal = await objective(database, ann)
    await finish(database, ann, await task(database, ann, goal))
    await _age(database, goal)

    assert await objectives.archive_finished(database) == 0


async def test_concurrent_mutations_of_one_tree_do_not_deadlock(database: Database, ann: Caller) -> None:
    root = await objective(database, ann)
    children = [await objective(database, ann, parent=root) for _ in range(3)]
    some = [await task(database, ann, child) for child in children for _ in range(2)]

    acts = [finish(database, ann, one) for one in some]
    acts += [task_cancel.cancel(database, ann, f"T{one.id}", "Not wanted") for one in some[:2]]
    moves = [objective_mutations.move(database, ann, o(children[0]), o(children[1]))]
    moves += [objective_mutations.move(database, ann, o(children[1]), o(children[0]))]
    moves += [
        update(database, ann, child, status=status) for child in children for status in (DRAFT, ACTIVE, CANCELLED)
    ]
    ends = await asyncio.gather(
        *acts, *moves, *(objectives.archive_finished(database) for _ in range(3)), return_exceptions=True
    )

    assert [end for end in ends if isinstance(end, BaseException) and not isinstance(end, Refused)] == []
    wrong = await database.fetch(
        "select o.id from objective o left join objective p on p.id = o.parent_id"
        " where o.in_draft <> (o.status = 'DRAFT' or coalesce(p.in_draft, false))"
    )
    assert wrong == []
