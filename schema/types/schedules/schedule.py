"""Schedules as clients see them."""

from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import ids, records, validation
from db.rooms import agents, rooms
from db.schedules import cron, schedules
from db.tasks import task_loaders
from schema.context import Info
from schema.types.node import Node
from schema.types.rooms import agent as agent_types
from schema.types.rooms import room as room_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.rooms.agent import Agent
    from schema.types.rooms.room import Room
    from schema.types.tasks.task import Task


@strawberry.type(description="Makes a task again and again.")
class Schedule(Node):
    cron: str = strawberry.field(description="Five fields: minute, hour, day of month, month, day of week.")
    timezone: str = strawberry.field(description="The zone of the tz database by whose clocks it comes.")
    title: str = strawberry.field(description="The title of its tasks.")
    skip_while_open: bool = strawberry.field(description="No new task while the last one is unfinished.")
    active: bool = strawberry.field(
        description="Whether it makes tasks: it can be switched off, and switches itself off "
        "when its task can't be made."
    )
    next_at: datetime | None = strawberry.field(description="When it comes next; null while it is switched off.")
    missed: int = strawberry.field(
        description="Turns passed over since the last task, because it was open or no server ran."
    )
    record: strawberry.Private[records.Schedule]

    @classmethod
    def of(cls, schedule: records.Schedule) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.SCHEDULE, schedule.id)),
            cron=schedule.cron,
            timezone=schedule.timezone,
            title=schedule.title,
            skip_while_open=schedule.skip_while_open,
            active=schedule.active,
            next_at=schedule.next_at,
            missed=schedule.missed,
            record=schedule,
        )

    @strawberry.field(description="The room in which it makes tasks.")
    async def room(self, info: Info) -> Annotated["Room", strawberry.lazy("schema.types.rooms.room")]:
        return room_types.Room.of(await info.context.required(rooms.by_ids, ids.ROOM, self.record.room_id))

    @strawberry.field(description="The next times, at most 20 of them.")
    def upcoming(self, first: int | None = 5) -> list[datetime]:
        most = validation.integer("first", 5 if first is None else first, 1, schedules.MOST_TIMES)
        if self.next_at is None:
            return []
        later = cron.times(self.cron, self.timezone, self.next_at)
        return [self.next_at, *islice(later, most - 1)]

    @strawberry.field(description="The last task that it made.")
    async def last_task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")] | None:
        last = self.record.last_task_id
        task = None if last is None else await info.context.one(task_loaders.by_ids, last)
        return task_types.Task.of(task) if task else None

    @strawberry.field(description="Who created it, and so creates its tasks.")
    async def creator(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]:
        return agent_types.Agent.of(await info.context.required(agents.by_ids, ids.AGENT, self.record.creator_id))
