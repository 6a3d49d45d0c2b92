"""Goal trees to start from, made the way clients make them."""

from typing import Any

from db.core.callers import Caller
from db.core.database import Database
from db.core.records import Objective, Task
from db.goal_tree import objectives
from db.goals import objective_mutations
from db.tasks import claims, submissions, task_create
from db.tasks.submissions import Submission
from db.tasks.task_create import NewTask


def o(objective: Objective) -> str:
    """The id as clients send it."""
    return f"O{objective.id}"


async def objective(
    database: Database, caller: Caller, title: str = "Goal", *, parent: Objective | None = None, **more: Any
) -> Objective:
    """An objective in the caller's room, or below a parent."""
    return await objective_mutations.create(database, caller, title=title, parent=o(parent) if parent else None, **more)


async def task(database: Database, caller: Caller, below: Objective | None = None, **more: Any) -> Task:
    """A task in the caller's room, or of an objective."""
    new = NewTask(title=more.pop("title", "Task"), objective=o(below) if below else None, **more)
    return await task_create.create(database, caller, new, None)


async def finish(database: Database, caller: Caller, one: Task) -> Task:
    """Claim the task and complete it."""
    await claims.claim(database, caller, f"T{one.id}")
    return await submissions.complete(database, caller, f"T{one.id}", Submission(summary="Done"))


async def now_is(database: Database, one: Objective) -> Objective:
    """The objective as it stands now."""
    return (await objectives.by_ids(database, [one.id]))[one.id]


async def said_of(database: Database, one: Objective) -> list[tuple[str, dict[str, Any]]]:
    """Kind and data of what the log says of the objective itself."""
    rows = await database.fetch(
        "select kind, data from event where objective_id = $1 and task_id is null order by seq", one.id
    )
    return [(row["kind"], row["data"]) for row in rows]
