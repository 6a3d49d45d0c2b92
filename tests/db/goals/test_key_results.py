"""Key results: how far an objective is, in numbers."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from db.core import rules
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import ObjectiveStatus
from db.core.errors import BadInput, IdempotencyMismatch, NotFound
from db.core.records import KeyResult, Room
from db.goals import key_results, objective_mutations
from db.goals.key_results import NewKeyResult
from tests import people
from tests.goals import now_is, o, objective, said_of

BIG = 1.7e308


def measured(start: float, target: float, current: float) -> KeyResult:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    return KeyResult(1, 1, "Users", "", start, target, current, 1.0, None, now)


@pytest.mark.parametrize(
    ("start", "target", "current", "progress"),
    [
        (0, 10, 0, 0.0),
        (0, 10, 5, 0.5),
        (0, 10, 10, 1.0),
        (0, 10, 11, 1.0),
        (0, 10, -1, 0.0),
        (10, 0, 10, 0.0),
        (10, 0, 2.5, 0.75),
        (10, 0, -1, 1.0),
        (10, 0, 11, 0.0),
        (5, 5, 5, 1.0),
        (5, 5, 6, 1.0),
        (5, 5, 4, 0.0),
        (0, 5e-324, 0, 0.0),
        (0, 5e-324, 5e-324, 1.0),
        (-BIG, BIG, BIG, 1.0),
        (-BIG, BIG, -BIG, 0.0),
        (-BIG, BIG, 0, 0.5),
        (BIG, -BIG, 0, 0.5),
        (-1e308, 1e308, 0, 0.5),
        (-1e308, 1e308, 5e307, 0.75),
        (-1e308, 1e308, -BIG, 0.0),
        (BIG, 0, BIG, 0.0),
    ],
)
def test_progress_is_how_far_it_is_on_its_way(start: float, target: float, current: float, progress: float) -> None:
    key_result = measured(start, target, current)

    assert rules.key_result_progress(key_result) == progress
    assert rules.key_result_complete(key_result) == (progress == 1.0)


@pytest.mark.parametrize(
    ("parts", "mean"),
    [
        ([], 0.0),
        ([(1, 0.5)], 0.5),
        ([(1, 0.0), (3, 1.0)], 0.75),
        ([(0, 0.0), (2, 1.0)], 1.0),
        ([(0, 0.0), (0, 1.0)], 0.5),
        ([(5e-324, 1.0), (5e-324, 0.0)], 0.5),
        ([(BIG, 1.0), (BIG, 0.5)], 0.75),
        ([(0.1, 1.0)] * 10, 1.0),
    ],
)
def test_the_mean_is_weighted(parts: list[tuple[float, float]], mean: float) -> None:
    assert rules.weighted_mean([(weight, progress, 1) for weight, progress in parts]) == mean


@pytest.mark.parametrize("parts", [[(2, 1.0), (2, 0.5), (2, 0.0)], [(0, 1.0), (0, 0.0)], [(BIG, 1.0), (BIG, 0.25)]])
def test_parts_of_one_weight_may_come_together(parts: list[tuple[float, float]]) -> None:
    together = (parts[0][0], sum(progress for _, progress in parts), len(parts))
    other = (3.0, 0.5, 1)

    for others in ([], [other]):
        alone = [*((weight, progress, 1) for weight, progress in parts), *others]
        assert rules.weighted_mean([together, *others]) == pytest.approx(rules.weighted_mean(alone), abs=1e-12)


@pytest.fixture
async def room(database: Database) -> Room:
    return await people.room(database, require_done_criteria=False, require_review=False)


@pytest.fixture
async def ann(database: Database, room: Room) -> Caller:
    return await people.caller(database, "ann", room)


async def update(
    database: Database, caller: Caller, one: KeyResult, note: str | None = None, **changes: Any
) -> KeyResult:
    sent: Any = changes
    return await key_results.update(database, caller, f"K{one.id}", sent, note)


async def test_reaching_the_last_target_finishes_the_objective_and_falling_short_opens_it(
    database: Database, ann: Caller
) -> None:
    root = await objective(database, ann)
    goal = await objective(database, ann, parent=root)
    new = NewKeyResult(title="Latency", target=10, start=100, unit="ms", owner="ann", weight=2)

    made = await key_results.create(database, ann, o(goal), new, None)
    assert (made.current, made.unit, made.owner_id, made.weight) == (100, "ms", ann.agent_id, 2)
    assert (await now_is(database, goal)).status is ObjectiveStatus.ACTIVE
    reached = await update(database, ann, made, "Measured twice", current=9)
    assert (reached.current, reached.title, reached.target) == (9, "Latency", 10)
    assert [(await now_is(database, one)).status for one in (goal, root)] == [ObjectiveStatus.DONE] * 2
    await update(database, ann, made, target=5)

    assert [(await now_is(database, one)).status for one in (goal, root)] == [ObjectiveStatus.ACTIVE] * 2
    told = {"keyResult": f"K{made.id}", "title": "Latency"}

    def was(target: float, current: float) -> dict[str, object]:
        return {"previous": {"target": target, "current": current}}

    assert (await said_of(database, goal))[1:] == [
        ("KEY_RESULT_UPDATED", {**told, "target": 10, "current": 100, "note": None}),
        ("KEY_RESULT_UPDATED", {**told, "target": 10, "current": 9, "note": "Measured twice", **was(10, 100)}),
        ("OBJECTIVE_FINISHED", {}),
        ("KEY_RESULT_UPDATED", {**told, "target": 5, "current": 9, "note": None, **was(10, 9)}),
        ("OBJECTIVE_UPDATED", {"changes": {"status": "ACTIVE"}}),
    ]


async def test_one_more_key_result_opens_what_was_done_unless_it_is_reached(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann, new_key_results=[NewKeyResult(title="Users", target=1, current=1)])
    assert goal.status is ObjectiveStatus.DONE

    await key_results.create(database, ann, o(goal), NewKeyResult(title="Reached", target=1, current=2), None)
    assert (await now_is(database, goal)).status is ObjectiveStatus.DONE
    await key_results.create(database, ann, o(goal), NewKeyResult(title="More", target=1), None)

    assert (await now_is(database, goal)).status is ObjectiveStatus.ACTIVE


async def test_what_falls_short_again_is_back_in_the_slim_list(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann)
    made = await key_results.create(database, ann, o(goal), NewKeyResult(title="Users", target=1, current=1), None)
    await objective_mutations.update(database, ann, o(goal), {"archived": True})

    await update(database, ann, made, current=0)

    back = await now_is(database, goal)
    assert (back.status, back.archived_at) == (ObjectiveStatus.ACTIVE, None)


async def test_the_same_key_is_the_same_key_result(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann)
    new = NewKeyResult(title="Users", target=10)

    made = await key_results.create(database, ann, o(goal), new, "k")

    assert await key_results.create(database, ann, o(goal), new, "k") == made
    with pytest.raises(IdempotencyMismatch):
        await key_results.create(database, ann, o(goal), NewKeyResult(title="Users", target=11), "k")
    assert await database.fetchval("select count(*) from key_result") == 1
    before = await said_of(database, goal)
    assert await update(database, ann, made) == made
    assert await said_of(database, goal) == before


@pytest.mark.parametrize(
    "changes",
    [{"current": math.nan}, {"target": math.inf}, {"title": " "}, {"title": None}, {"current": None}, {"note": "\0"}],
)
async def test_invalid_changes_of_a_key_result_are_refused(
    database: Database, ann: Caller, changes: dict[str, Any]
) -> None:
    goal = await objective(database, ann)
    made = await key_results.create(database, ann, o(goal), NewKeyResult(title="Users", target=10), None)
    before = await said_of(database, goal)

    with pytest.raises(BadInput):
        await update(database, ann, made, changes.pop("note", None), **changes)

    assert (await key_results.by_ids(database, [made.id]))[made.id] == made
    assert await said_of(database, goal) == before


async def test_what_the_caller_may_not_see_is_not_there(database: Database, ann: Caller) -> None:
    goal = await objective(database, ann)
    made = await key_results.create(database, ann, o(goal), NewKeyResult(title="Users", target=10), None)
    stranger = await people.caller(database, "eve", await people.room(database, "elsewhere"))

    for caller, reference, refusal in [
        (stranger, f"K{made.id}", NotFound),
        (ann, "K999999", NotFound),
        (ann, f"O{goal.id}", BadInput),
        (ann, "K", BadInput),
    ]:
        with pytest.raises(refusal):
            await key_results.update(database, caller, reference, {"current": 1}, None)
