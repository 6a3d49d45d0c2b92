"""What hangs on tasks, read for many at once."""

from typing import Any

import pytest

from db.conversation import comment_lists
from db.conversation.comment_lists import CommentPage, requested_page
from db.conversation.comments import NewHandoff
from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind, DependencyKind, ObjectiveStatus, WaitKind
from db.core.errors import BadInput
from db.core.records import Room, Task, Wait
from db.goals.objective_mutations import update as update_objective
from db.operations import room_mutations
from db.tasks import claims, comment_mutations, dependencies, task_cancel, task_loaders, task_progress, waits
from tests.factories import World


def t(task: Task) -> str:
    return ids.of(ids.TASK, task.id)


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room()


@pytest.fixture
async def ann(world: World, room: Room) -> Caller:
    return await world.agent("ann", rooms=[room])


async def waits_of(database: Database, *tasks: Task) -> list[list[Wait]]:
    """What each waits for now, read together."""
    now = await task_loaders.by_ids(database, [task.id for task in tasks])
    found = await waits.waits_of(database, list(now.values()))
    return [found[task.id] for task in tasks]


async def test_a_task_names_all_that_it_waits_for(database: Database, world: World, room: Room, ann: Caller) -> None:
    top = await world.objective(room, title="Top")
    inner = await world.objective(room, title="Inner", parent=ids.of(ids.OBJECTIVE, top.id))
    goal = ids.of(ids.OBJECTIVE, inner.id)
    ahead = await world.task(room, title="Ahead", track="t", track_order=1, objective=goal)
    blocker, finished = [await world.task(room, title=title) for title in ("Blocker", "Finished")]
    soon = "2090-01-01T12:00:00+00:00"
    task = await world.task(room, track="t", objective=goal, depends_on=[t(blocker), t(finished)])
    part = await world.task(room, title="Part", parent=t(task))
    free = await world.task(room)
    await task_cancel.cancel(database, ann, t(finished), "No")
    await database.execute("update task set not_before = $1::text::timestamptz where id = $2", soon, task.id)
    await database.execute(
        "update task set waits_for_schedule = true, waits_for_criteria = true where id = $1", task.id
    )
    for objective in (top, inner):
        await update_objective(database, ann, ids.of(ids.OBJECTIVE, objective.id), {"status": ObjectiveStatus.DRAFT})
    await room_mutations.update(database, await world.creator(), room.name, {"paused": True})

    waiting, of_free, of_finished = await waits_of(database, task, free, finished)

    assert [(wait.kind, wait.task_id, wait.objective_id) for wait in waiting] == [
        (WaitKind.DEPENDENCY, blocker.id, None),
        (WaitKind.TRACK, ahead.id, None),
        (WaitKind.CRITERIA, None, None),
        (WaitKind.SCHEDULE, None, None),
        (WaitKind.OBJECTIVE, None, top.id),
        (WaitKind.PAUSED, None, None),
        (WaitKind.SUBTASK, part.id, None),
    ]
    assert f"{t(blocker)} 'Blocker'" in waiting[0].reason
    assert f"{t(ahead)} 'Ahead'" in waiting[1].reason
    assert waiting[3].until is not None
    assert waiting[3].until.isoformat() == soon
    assert f"{ids.of(ids.OBJECTIVE, top.id)} 'Top'" in waiting[4].reason
    assert [wait.kind for wait in of_free] == [WaitKind.PAUSED]
    assert of_finished == []
    assert waits.facts(waiting)[:1] == [{"kind": "DEPENDENCY", "reason": waiting[0].reason, "task": t(blocker)}]


async def test_work_that_began_waits_for_no_start(database: Database, world: World, room: Room, ann: Caller) -> None:
    blocker, begun, blocked = [await world.task(room) for _ in range(3)]
    for task in (begun, blocked):
        await claims.claim(database, ann, t(task))
    await dependencies.add(database, ann, t(begun), t(blocker), DependencyKind.BLOCKS)
    await task_progress.block(database, ann, t(blocked), reason="No answer from the bank", depends_on=[t(blocker)])
    await room_mutations.update(database, await world.creator(), room.name, {"paused": True})

    of_begun, of_blocked = await waits_of(database, begun, blocked)

    assert [wait.kind for wait in of_begun] == [WaitKind.DEPENDENCY]
    assert [(wait.kind, wait.task_id) for wait in of_blocked] == [
        (WaitKind.DEPENDENCY, blocker.id),
        (WaitKind.REASON, None),
    ]
    assert of_blocked[1].reason == "No answer from the bank"


async def test_only_the_task_directly_ahead_on_the_track_is_waited_for(
    database: Database, world: World, room: Room
) -> None:
    unordered, second, first, other = [
        await world.task(room, track=track, track_order=order)
        for track, order in (("t", None), ("t", 2), ("t", 1), ("u", 0))
    ]

    found = await waits_of(database, unordered, second, first, other)

    assert [[wait.task_id for wait in waiting] for waiting in found] == [[second.id], [first.id], [], []]


async def test_a_task_behind_two_others_is_counted_once(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    base = await world.task(room)
    left, right = [await world.task(room, depends_on=[t(base)]) for _ in range(2)]
    end = await world.task(room, depends_on=[t(left), t(right)])
    last = await world.task(room, depends_on=[t(end)])
    await dependencies.add(database, ann, t(last), t(base), DependencyKind.RELATED)
    keys = [task.id for task in (base, left, right, end, last)]

    before = await task_loaders.unblocks(database, keys)
    await task_cancel.cancel(database, ann, t(left), "No")
    after = await task_loaders.unblocks(database, keys)

    assert [before.get(key, 0) for key in keys] == [4, 2, 2, 1, 0]
    assert [after.get(key, 0) for key in keys] == [3, 0, 2, 1, 0]


async def test_an_edge_is_open_while_both_its_ends_are(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    blocker = await world.task(room)
    task, cancelled = [await world.task(room, depends_on=[t(blocker)]) for _ in range(2)]
    await dependencies.add(database, ann, t(task), t(blocker), DependencyKind.RELATED)
    await task_cancel.cancel(database, ann, t(cancelled), "No")

    async def edges() -> list[tuple[int, int, str, bool]]:
        found = await task_loaders.dependencies(database, [task.id, cancelled.id])
        mirrored = await task_loaders.dependents(database, [blocker.id])
        listed = [edge for of in found.values() for edge in of]
        assert sorted(map(str, listed)) == sorted(map(str, mirrored[blocker.id]))
        return sorted((edge.task_id, edge.depends_on_id, edge.kind.value, edge.open) for edge in listed)

    assert await edges() == [
        (task.id, blocker.id, "BLOCKS", True),
        (task.id, blocker.id, "RELATED", False),
        (cancelled.id, blocker.id, "BLOCKS", False),
    ]
    await task_cancel.cancel(database, ann, t(blocker), "No")
    assert not any(is_open for *_, is_open in await edges())


async def test_agents_hold_what_they_work_on(database: Database, world: World, room: Room, ann: Caller) -> None:
    bob = await world.agent("bob", rooms=[room])
    first, second, blocked = [await world.task(room) for _ in range(3)]
    await world.task(room, assignee="ann")
    for task in (second, first, blocked):
        await claims.claim(database, ann, t(task))
    await task_progress.block(database, ann, t(blocked), reason="Waiting", depends_on=())

    found = await task_loaders.held_by(database, [ann.agent_id, bob.agent_id])

    assert {agent: [task.id for task in held] for agent, held in found.items()} == {ann.agent_id: [second.id, first.id]}


async def test_the_latest_handoff_is_the_one_to_read(database: Database, world: World, room: Room, ann: Caller) -> None:
    task, without = [await world.task(room) for _ in range(2)]
    for done in ("One", "Two"):
        await claims.claim(database, ann, t(task))
        await task_progress.release(database, ann, t(task), handoff=NewHandoff(done=done, pending="Rest"))

    found = await task_loaders.handoffs(database, [task.id, without.id])

    assert {key: handoff.handoff_done for key, handoff in found.items()} == {task.id: "Two"}


async def bodies(database: Database, *asked: CommentPage) -> list[Any]:
    pages = await comment_lists.pages(database, asked)
    return [
        ([comment.body for comment in page.items], page.has_previous, page.has_next)
        for page in (pages[one] for one in asked)
    ]


async def test_comments_are_read_from_either_end_in_reading_order(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    task, silent = [await world.task(room) for _ in range(2)]
    goal = await world.objective(room)
    for n in range(5):
        kind = CommentKind.DECISION if n == 3 else CommentKind.NOTE
        await comment_mutations.add(database, ann, t(task), kind, f"{n}", None)
    await comment_mutations.add(database, ann, ids.of(ids.OBJECTIVE, goal.id), CommentKind.NOTE, "why", None)
    # All of one instant, so that the keys alone tell them apart.
    await database.execute("update comment set created_at = now()")
    whole = requested_page(task_id=task.id)
    cursors = (await comment_lists.pages(database, [whole]))[whole].cursors

    assert await bodies(
        database,
        whole,
        requested_page(task_id=silent.id),
        requested_page(objective_id=goal.id),
        requested_page(task_id=task.id, first=2),
        requested_page(task_id=task.id, first=2, after=cursors[1]),
        requested_page(task_id=task.id, first=2, after=cursors[3]),
        requested_page(task_id=task.id, last=2),
        requested_page(task_id=task.id, last=2, before=cursors[3]),
        requested_page(task_id=task.id, last=2, before=cursors[1]),
        requested_page(task_id=task.id, kinds=[CommentKind.DECISION]),
        requested_page(task_id=task.id, kinds=[]),
    ) == [
        (["0", "1", "2", "3", "4"], False, False),
        ([], False, False),
        (["why"], False, False),
        (["0", "1"], False, True),
        (["2", "3"], True, True),
        (["4"], True, False),
        (["3", "4"], True, False),
        (["1", "2"], True, True),
        (["0"], False, True),
        (["3"], False, False),
        ([], False, False),
    ]
    asked = [
        whole,
        requested_page(task_id=task.id, kinds=[CommentKind.NOTE], last=1),
        requested_page(task_id=silent.id),
    ]
    assert [(await comment_lists.counts(database, asked))[one] for one in asked] == [5, 4, 0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": 0}, {"first": 201}, {"last": 0}, {"last": -1}, {"last": 10_000}, {"first": 10, "last": 10},
        {"last": 1, "after": "x"}, {"first": 1, "before": "x"}, {"after": "x"}, {"last": 1, "before": "x"},
    ],
)  # fmt: skip
def test_a_page_of_comments_that_can_not_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        requested_page(task_id=1, **wrong)
