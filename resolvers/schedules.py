"""What clients can do with schedules."""

# ruff: noqa: A002  # `input` is the contract's name

from datetime import datetime

import strawberry

from db.schedules import schedules
from schema.context import Info
from schema.types.absent import or_none
from schema.types.schedules.schedule import Schedule
from schema.types.schedules.schedule_inputs import CreateScheduleInput, DeleteScheduleInput, UpdateScheduleInput


@strawberry.type
class ScheduleQuery:
    @strawberry.field(
        description="The next times, at most 20, of a schedule that would have this expression. BAD_INPUT where it is "
        "none, or never comes."
    )
    async def cron_times(
        self, info: Info, cron: str, timezone: str | None = "UTC", first: int | None = 5
    ) -> list[datetime]:
        zone, most = "UTC" if timezone is None else timezone, 5 if first is None else first
        return await schedules.next_times(info.context.database, cron, zone, most)


@strawberry.type
class ScheduleMutation:
    @strawberry.mutation(description="Create a schedule, which makes a task at each of its times.")
    async def create_schedule(self, info: Info, input: CreateScheduleInput) -> Schedule | None:
        return Schedule.of(
            await schedules.create(
                info.context.database,
                info.context.caller,
                or_none(input.room),
                input.new(),
                or_none(input.idempotency_key),
            )
        )

    @strawberry.mutation(
        description="Change a schedule, switch it off, or on again: its creator, HUMAN members of its room and ADMINs."
    )
    async def update_schedule(self, info: Info, input: UpdateScheduleInput) -> Schedule | None:
        return Schedule.of(
            await schedules.update(info.context.database, info.context.caller, input.schedule, input.changes())
        )

    @strawberry.mutation(description="Delete a schedule; the tasks that it made stay.")
    async def delete_schedule(self, info: Info, input: DeleteScheduleInput) -> bool | None:
        return await schedules.delete(info.context.database, info.context.caller, input.schedule)
