"""Load what belongs to tasks for many of them at once, with one statement each."""

from collections.abc import Sequence

from db.core.database import Database
from db.core.grouping import grouped
from db.core.queries import q
from db.core.records import Artifact, Comment, Criterion, Dependency, KeyResult, Session, Task, Wait
from db.tasks import waits


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Task]:
    """Tasks by key."""
    return {row["id"]: Task.of(row) for row in await q.tasks_by_ids(database, task_ids=keys)}


async def subtasks(database: Database, keys: Sequence[int]) -> dict[int, list[Task]]:
    """The subtasks of each task, oldest first."""
    return grouped(await q.subtasks_of(database, task_ids=keys), "parent_id", Task.of)


async def held_by(database: Database, keys: Sequence[int]) -> dict[int, list[Task]]:
    """What each agent holds now."""
    return grouped(await q.held_by(database, agent_ids=keys), "assignee_id", Task.of)


async def criteria(database: Database, keys: Sequence[int]) -> dict[int, list[Criterion]]:
    """The criteria of each task, in their order."""
    return grouped(await q.criteria_of_tasks(database, task_ids=keys), "task_id", Criterion.of)


async def capabilities(database: Database, keys: Sequence[int]) -> dict[int, list[str]]:
    """What is in each capability set."""
    return {row["id"]: row["capabilities"] for row in await q.capabilities_of_sets(database, set_ids=keys)}


async def waiting_on(database: Database, keys: Sequence[int]) -> dict[int, list[Wait]]:
    """Everything that each task waits for."""
    return await waits.waits_by_task(database, keys)


async def startable(database: Database, keys: Sequence[int]) -> dict[int, bool]:
    """Of these tasks, those that are ready, and that neither the room's pause nor a resource holds back."""
    return {row["id"]: True for row in await q.startable_tasks(database, task_ids=keys)}


async def dependencies(database: Database, keys: Sequence[int]) -> dict[int, list[Dependency]]:
    """What each task waits for and relates to."""
    return grouped(await q.dependencies_of(database, task_ids=keys), "task_id", Dependency.of)


async def dependents(database: Database, keys: Sequence[int]) -> dict[int, list[Dependency]]:
    """What waits for and relates to each task."""
    return grouped(await q.dependents_of(database, task_ids=keys), "depends_on_id", Dependency.of)


async def unblocks(database: Database, keys: Sequence[int]) -> dict[int, int]:
    """How many unfinished tasks wait for each, directly or through others."""
    return {row["asked"]: row["tasks"] for row in await q.unblocks_of(database, task_ids=keys)}


async def handoffs(database: Database, keys: Sequence[int]) -> dict[int, Comment]:
    """The latest handoff of each task that has one."""
    return {row["task_id"]: Comment.of(row) for row in await q.latest_handoffs(database, task_ids=keys)}


async def artifacts(database: Database, keys: Sequence[int]) -> dict[int, list[Artifact]]:
    """The artifacts of each task, oldest first."""
    return grouped(await q.artifacts_of(database, task_ids=keys), "task_id", Artifact.of)


async def key_results(database: Database, keys: Sequence[int]) -> dict[int, list[KeyResult]]:
    """The key results that each task moves."""
    return grouped(await q.key_results_of_tasks(database, task_ids=keys), "task_id", KeyResult.of)


async def sessions(database: Database, keys: Sequence[int]) -> dict[int, Session]:
    """Sessions by key."""
    return {row["id"]: Session.of(row) for row in await q.sessions_by_ids(database, session_ids=keys)}
