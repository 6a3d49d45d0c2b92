"""What clients send to make, change and delete schedules."""

import strawberry

from db.schedules.schedules import Changes, NewSchedule
from schema.types.absent import given
from schema.types.tasks.task_inputs import CreateTaskInput


@strawberry.input(description="A schedule to create.")
class CreateScheduleInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    cron: str = strawberry.field(
        description="Five fields, minute, hour, day of month, month and day of week; or @hourly, @daily, @weekly, "
        "@monthly or @yearly."
    )
    timezone: str | None = strawberry.field(default="UTC", description="A zone of the tz database.")
    skip_while_open: bool | None = strawberry.field(
        default=True, description="No new task while the last one is unfinished."
    )
    task: CreateTaskInput = strawberry.field(description="What its tasks are made of.")
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same schedule."
    )

    def new(self) -> NewSchedule:
        """What db makes one of: null is as good as left out."""
        return NewSchedule(
            cron=self.cron,
            timezone="UTC" if self.timezone is None else self.timezone,
            skip_while_open=self.skip_while_open is not False,
            task=self.task.template(),
        )


@strawberry.input(description="Changes to a schedule: a field that is left out stays as it is.")
class UpdateScheduleInput:
    schedule: strawberry.ID = strawberry.field(description="The schedule.")
    cron: str | None = strawberry.field(default=strawberry.UNSET, description="When it comes, as at its creation.")
    timezone: str | None = strawberry.field(default=strawberry.UNSET, description="A zone of the tz database.")
    skip_while_open: bool | None = strawberry.field(
        default=strawberry.UNSET, description="No new task while the last one is unfinished."
    )
    active: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it makes tasks; switched on again, it goes on from now."
    )
    task: CreateTaskInput | None = strawberry.field(
        default=strawberry.UNSET, description="What its tasks are made of from now on, whole."
    )

    def changes(self) -> Changes:
        """What db changes: null is as good as left out, for nothing of a schedule can be cleared."""
        said = given(self, "cron", "timezone", "skip_while_open", "active")
        changes: Changes = {name: value for name, value in said.items() if value is not None}  # type: ignore[assignment]
        if self.task:
            changes["task"] = self.task.template()
        return changes


@strawberry.input(description="A schedule to delete.")
class DeleteScheduleInput:
    schedule: strawberry.ID = strawberry.field(description="The schedule; the tasks that it made stay.")
