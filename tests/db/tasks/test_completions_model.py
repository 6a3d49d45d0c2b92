"""Completions that are made at once leave what they would have left one after another, in their order."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import ArtifactKind
from db.core.errors import Refused
from db.core.records import Objective, Room
from db.resources import resources
from db.tasks import claims, readiness, submissions
from db.tasks.submissions import CriterionResult, NewArtifact, Submission
from tests.factories import World
from tests.invariants import check_what_is_stored
from tests.size import sized


@dataclass(frozen=True)
class Task:
    """A task that one of two agents holds; `parent` and `blocker` say which of those before it is meant, if any."""

    holder: int
    parent: int = 9
    blocker: int = 9
    on_track: bool = False
    in_goal: bool = False
    uses_crane: bool = False
    has_criterion: bool = False
    # Whether the other agent was spawned for it, whose work ends with it.
    has_subagent: bool = False


@dataclass(frozen=True)
class End:
    """One of the agents completes a task, which it may not hold, or may have completed before."""

    task: int
    agent: int
    is_met: bool = True
    fence: int | None = None
    artifact: ArtifactKind | None = None
    mentions: bool = False


TASKS = st.builds(
    Task,
    holder=st.integers(0, 1),
    parent=st.sampled_from([9, 9, 0, 1, 2]),
    blocker=st.sampled_from([9, 9, 0, 1, 2]),
    on_track=st.booleans(),
    in_goal=st.booleans(),
    uses_crane=st.booleans(),
    has_criterion=st.booleans(),
    has_subagent=st.sampled_from([False, False, False, True]),
)
ENDS = st.builds(
    End,
    task=st.integers(0, 5),
    agent=st.integers(0, 1),
    is_met=st.sampled_from([True, True, False]),
    fence=st.sampled_from([None, None, 1, 2]),
    artifact=st.sampled_from([None, ArtifactKind.LINK, ArtifactKind.DEPLOY]),
    mentions=st.booleans(),
)


@dataclass(frozen=True)
class Scene:
    """A room in which the agents hold their tasks."""

    database: Database
    room: Room
    goal: Objective
    agents: Sequence[Caller]
    tasks: Sequence[int]
    criteria: Mapping[int, int]

    async def complete(self, end: End) -> str:
        """DONE, or the name of the refusal."""
        task_id = self.tasks[end.task % len(self.tasks)]
        criterion = self.criteria.get(task_id)
        said = Submission(
            summary=f"@{self.agents[1].name}, it is done" if end.mentions else "Done",
            criteria=[CriterionResult(id=ids.of(ids.CRITERION, criterion), met=end.is_met)] if criterion else [],
            artifacts=[NewArtifact(url="https://example.org/1", kind=end.artifact)] if end.artifact else [],
        )
        try:
            done = await submissions.complete(
                self.database, self.agents[end.agent], ids.of(ids.TASK, task_id), said, fence=end.fence
            )
        except Refused as refusal:
            return type(refusal).__name__
        return done.status.value

    async def left(self) -> dict[str, Any]:
        """What stands in the tables, with tasks and agents by their places."""
        place = {task_id: number for number, task_id in enumerate(self.tasks)}
        agent = {caller.agent_id: number for number, caller in enumerate(self.agents)}
        fetch, room_id = self.database.fetch, self.room.id
        return {
            "tasks": [
                (
                    row["status"],
                    _without_name(row["result"]),
                    agent.get(row["assignee_id"]),
                    row["open_dependencies"],
                    row["waited_by"],
                )
                for row in await fetch("select * from task where room_id = $1 order by id", room_id)
            ],
            "criteria": [
                row["met"]
                for row in await fetch(
                    "select met from criterion c join task t on t.id = task_id where room_id = $1 order by c.id",
                    room_id,
                )
            ],
            "comments": [
                (
                    place[row["task_id"]],
                    agent.get(row["author_id"]),
                    _without_name(row["body"]),
                    len(row["mentions"]),
                )
                for row in await fetch(
                    "select * from comment where room_id = $1 and kind = 'SUBMISSION' order by id", room_id
                )
            ],
            "late": await self.database.fetchval(
                "select count(*) from comment where room_id = $1 and kind = 'NOTE'", room_id
            ),
            "artifacts": [
                (place[row["task_id"]], row["kind"])
                for row in await fetch(
                    "select a.* from artifact a join task t on t.id = task_id where room_id = $1 order by a.id", room_id
                )
            ],
            "goal": await self.database.fetchval("select status from objective where id = $1", self.goal.id),
            "crane": await self.database.fetchval("select in_use from resource where room_id = $1", room_id),
            "events": Counter(
                (row["kind"], place.get(row["task_id"]), agent.get(row["actor_id"]))
                for row in await fetch("select * from event where room_id = $1", room_id)
            ),
            "items": Counter(
                (row["kind"], agent[row["agent_id"]], place.get(row["task_id"]))
                for row in await fetch("select * from inbox_item where room_id = $1", room_id)
            ),
        }


def _without_name(text: str) -> str:
    return text.rpartition(", ")[2]


async def scene(database: Database, world: World, tasks: Sequence[Task]) -> Scene:
    room = await world.room()
    agents = [await world.agent(rooms=[room]) for _ in range(2)]
    goal = await world.objective(room)
    await resources.define(
        database,
        await world.creator(),
        room=room.name,
        name="crane",
        capacity={"capacity": 9},
        failure_threshold=9,
        cooldown_seconds=60,
    )
    made: list[int] = []
    for task in tasks:
        new = await world.task(
            room,
            objective=ids.of(ids.OBJECTIVE, goal.id) if task.in_goal else None,
            resources=["crane"] if task.uses_crane else [],
            criteria=["It works"] if task.has_criterion else [],
        )
        await claims.claim(database, agents[task.holder], ids.of(ids.TASK, new.id))
        made.append(new.id)
    # What holds a task back is there when it is held already.
    for number, task in enumerate(tasks):
        parent = made[task.parent] if task.parent < number else None
        await database.execute(
            "update task set parent_id = $2, track = $3 where id = $1",
            *(made[number], parent, "track" if task.on_track else None),
        )
        if task.blocker < number:
            await database.execute(
                "insert into dependency (task_id, depends_on_id, kind, created_by_id) values ($1, $2, 'BLOCKS', $3)",
                *(made[number], made[task.blocker], agents[0].agent_id),
            )
        if task.has_subagent:
            await database.execute(
                "update agent set spawned_for_id = $1, parent_id = $2 where id = $3",
                *(made[number], agents[0].agent_id, agents[1].agent_id),
            )
    async with database.transaction() as tx:
        await readiness.recompute(tx, room.id)
    criteria = await database.fetch("select id, task_id from criterion where task_id = any($1)", made)
    return Scene(database, room, goal, agents, made, {row["task_id"]: row["id"] for row in criteria})


async def test_completions_at_once_leave_what_one_after_another_leave(database: Database, world: World) -> None:
    async def check(tasks: list[Task], ends: list[End]) -> None:
        slow, fast = [await scene(database, world, tasks) for _ in range(2)]

        one_by_one = [await slow.complete(end) for end in ends]
        at_once = await asyncio.gather(*(fast.complete(end) for end in ends))

        assert at_once == one_by_one
        assert await fast.left() == await slow.left()
        for one in (slow, fast):
            await check_what_is_stored(database, one.room.id)

    loop = asyncio.get_running_loop()

    @settings(max_examples=sized(10, 30), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(TASKS, min_size=1, max_size=6), st.lists(ENDS, min_size=2, max_size=8))
    @example([Task(0), Task(0), Task(1), Task(1)], [End(0, 0), End(1, 0), End(2, 1), End(3, 0), End(3, 1), End(0, 0)])
    @example([Task(0), Task(0, parent=0), Task(0, parent=0)], [End(1, 0), End(0, 0), End(2, 0), End(0, 0)])
    @example([Task(0), Task(0, has_subagent=True), Task(1)], [End(0, 0), End(1, 0), End(2, 1)])
    def any_completions(tasks: list[Task], ends: list[End]) -> None:
        asyncio.run_coroutine_threadsafe(check(tasks, ends), loop).result(60)

    await asyncio.to_thread(any_completions)
