"""Progress and counts of any tree are those that the contract's sentence gives, worked out the plain way."""

import asyncio
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.core.database import Database
from db.core.records import TaskCounts
from db.goal_tree import objective_tree
from tests import people
from tests.size import sized


@dataclass(frozen=True)
class Goal:
    """An objective to be; `above` says which of those before it is its parent."""

    above: int
    status: str
    weight: float
    tasks: list[str]
    # Where it starts, where it is to get to, where it is, and its weight.
    key_results: list[tuple[float, float, float, float]]


WEIGHTS = st.sampled_from([0.0, 1.0, 1.0, 2.5, 1e-3, 1e300])
POINTS = st.sampled_from([-2.0, 0.0, 1.0, 4.0])
GOALS = st.builds(
    Goal,
    above=st.integers(0, 20),
    status=st.sampled_from(["ACTIVE", "ACTIVE", "DRAFT", "DONE", "CANCELLED"]),
    weight=WEIGHTS,
    tasks=st.lists(st.sampled_from(["TODO", "BLOCKED", "DONE", "CANCELLED"]), max_size=4),
    key_results=st.lists(st.tuples(POINTS, POINTS, POINTS, WEIGHTS), max_size=2),
)


class Forest:
    """Goals, each below an earlier one or a root."""

    def __init__(self, goals: list[Goal]) -> None:
        self.goals = goals
        self.parents = [goal.above if goal.above < number else None for number, goal in enumerate(goals)]

    def children(self, number: int) -> list[int]:
        return [other for other, parent in enumerate(self.parents) if parent == number]

    def progress(self, number: int) -> float:
        goal = self.goals[number]
        if goal.status == "DONE":
            return 1.0
        parts = [(weight, _measured(*points)) for *points, weight in goal.key_results]
        parts += [
            (self.goals[child].weight, self.progress(child))
            for child in self.children(number)
            if self.goals[child].status != "CANCELLED"
        ]
        wanted = [status for status in goal.tasks if status != "CANCELLED"]
        if wanted:
            parts.append((1.0, wanted.count("DONE") / len(wanted)))
        if all(weight == 0 for weight, _ in parts):
            return sum(part for _, part in parts) / max(len(parts), 1)
        whole = sum(weight / 1e300 for weight, _ in parts)
        return sum(weight / 1e300 * part for weight, part in parts) / whole

    def tasks(self, number: int) -> list[str]:
        return self.goals[number].tasks + [task for child in self.children(number) for task in self.tasks(child)]


def _measured(start: float, target: float, current: float) -> float:
    if start == target:
        return float(current >= target)
    return min(1.0, max(0.0, (current - start) / (target - start)))


async def test_any_forest_rolls_up_as_the_contract_says(database: Database) -> None:
    room = await people.room(database, require_done_criteria=False, require_review=False)
    ann = await people.caller(database, "ann", room)
    requirement = await database.fetchval("insert into requirement (capabilities) values ('{nothing}') returning id")

    async def plant(forest: Forest) -> list[int]:
        keys: list[int] = []
        for goal, parent in zip(forest.goals, forest.parents, strict=True):
            key = await database.fetchval(
                "insert into objective (room_id, parent_id, title, status, weight, finished_at)"
                " values ($1, $2, 'Goal', $3, $4, case when $3 in ('DONE', 'CANCELLED') then now() end) returning id",
                room.id, None if parent is None else keys[parent], goal.status, goal.weight,
            )  # fmt: skip
            keys.append(key)
            await database.execute(
                "insert into task (room_id, objective_id, title, requirement_id, creator_id, status, blocked_reason,"
                " finished_at) select $1, $2, 'Task', $3, $4, status, case status when 'BLOCKED' then 'Why' end,"
                " case when status in ('DONE', 'CANCELLED') then now() end from unnest($5::text[]) status",
                room.id, key, requirement, ann.agent_id, goal.tasks,
            )  # fmt: skip
            for start, target, current, weight in goal.key_results:
                await database.execute(
                    "insert into key_result (objective_id, title, start, target, current, weight)"
                    " values ($1, 'Measure', $2, $3, $4, $5)",
                    key, start, target, current, weight,
                )  # fmt: skip
        return keys

    async def check(goals: list[Goal], asked: set[int]) -> None:
        forest = Forest(goals)
        keys = await plant(forest)

        found = await objective_tree.rollups(database, [keys[number] for number in asked])

        assert found.keys() == {keys[number] for number in asked}
        for number in asked:
            rollup, tasks = found[keys[number]], forest.tasks(number)
            assert abs(rollup.progress - forest.progress(number)) < 1e-9
            assert rollup.counts == TaskCounts(
                total=len(tasks),
                todo=tasks.count("TODO"),
                ready=tasks.count("TODO"),
                blocked=tasks.count("BLOCKED"),
                done=tasks.count("DONE"),
                cancelled=tasks.count("CANCELLED"),
            )

    loop = asyncio.get_running_loop()

    @settings(max_examples=sized(30, 60), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(GOALS, min_size=1, max_size=12), st.sets(st.integers(0, 11), min_size=1))
    def any_forest(goals: list[Goal], numbers: set[int]) -> None:
        asked = {number % len(goals) for number in numbers}
        asyncio.run_coroutine_threadsafe(check(goals, asked), loop).result(60)

    await asyncio.to_thread(any_forest)
