"""What a list of tasks can be narrowed by."""

from typing import Any

import strawberry

from db.tasks import task_lists
from schema.types.absent import given
from schema.types.enums import Priority, TaskStatus


@strawberry.input(description="Conditions for a list of tasks; a task must meet all that are sent.")
class TaskFilter:
    statuses: list[TaskStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks with one of these statuses."
    )
    ready: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks that are claimable right now, or those that aren't."
    )
    stale: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks that are stale, or those that aren't."
    )
    objective: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="With its whole subtree.")
    assignee: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks that this agent owns."
    )
    reviewer: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks that this agent reviews."
    )
    labels: list[str] | None = strawberry.field(default=strawberry.UNSET, description="Tasks with all of these labels.")
    priorities: list[Priority] | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks with one of these priorities."
    )
    waiting_for_agent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks that wait for an unfinished task of this agent."
    )
    awaited_by_agent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Unfinished tasks that a task of this agent waits for."
    )
    search: str | None = strawberry.field(
        default=strawberry.UNSET, description="Full text over title, description, notes and comments."
    )

    def wanted(self) -> task_lists.TaskFilter:
        """What db looks for; null is as good as left out."""
        names = (
            "statuses", "ready", "stale", "objective", "assignee", "reviewer", "labels", "waiting_for_agent",
            "awaited_by_agent", "search",
        )  # fmt: skip
        said = {name: value for name, value in given(self, *names, "priorities").items() if value is not None}
        if "priorities" in said:
            said["priorities"] = [priority.value for priority in said["priorities"]]
        # Tuples, so that lists of the same filter are known to be the same.
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in said.items()
        }
        return task_lists.TaskFilter(**plain)
