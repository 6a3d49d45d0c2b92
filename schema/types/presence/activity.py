"""What agents do right now, as clients see it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import records
from db.presence import activity
from db.presence.activity import NewActivity
from db.tasks import task_loaders
from schema.context import Info
from schema.types.absent import or_none
from schema.types.enums import ActivityKind
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.tasks.task import Task


@strawberry.type(description="What an agent says that it is doing right now; it fades by itself.")
class Activity:
    kind: ActivityKind = strawberry.field(description="What it is busy with.")
    note: str | None = strawberry.field(description="A note on it.")
    since: datetime = strawberry.field(description="When it began.")
    expires_at: datetime = strawberry.field(description="When it fades, unless it is renewed.")
    task_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, said: records.Activity) -> Self:
        return cls(kind=said.kind, note=said.note, since=said.since, expires_at=said.expires_at, task_id=said.task_id)

    @strawberry.field(description="The task that it is about.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")] | None:
        task = await info.context.one(task_loaders.by_ids, self.task_id) if self.task_id is not None else None
        return task_types.Task.of(task) if task else None


async def activity_of(info: Info, agent_id: int) -> Activity | None:
    """What the agent does right now."""
    said = await info.context.one(activity.of_agents, agent_id)
    return Activity.of(said) if said else None


@strawberry.input(description="What the caller is doing right now; without `kind`, its activity ends.")
class SetActivityInput:
    kind: ActivityKind | None = strawberry.field(default=strawberry.UNSET, description="What it is busy with.")
    note: str | None = strawberry.field(default=strawberry.UNSET, description="A note on it.")
    task: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The task that it is about.")
    ttl_seconds: int | None = strawberry.field(
        default=activity.TTL_SECONDS, description="It fades after this many seconds, unless it is renewed."
    )

    def new_activity(self) -> NewActivity:
        """What db makes one of."""
        return NewActivity(kind=or_none(self.kind), note=or_none(self.note), task=or_none(self.task))
