"""Claims as clients see them: what was given, or why nothing was."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import records
from db.tasks import claim_next, claim_nothing
from schema.types.absent import or_none
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.tasks.task import Lease, Task


@strawberry.type(description="Why claimNextTask came back empty, and what would change that.")
class NothingToClaim:
    reason: str = strawberry.field(description="For an agent to read.")
    todo: int = strawberry.field(description="How many tasks of the room are TODO.")
    waiting: int = strawberry.field(description="Of these: tasks that wait for something other than criteria.")
    assigned_to_others: int = strawberry.field(description="Of these: tasks that are assigned to somebody else.")
    need_criteria: int = strawberry.field(description="Of these: tasks without criteria, where the room requires them.")
    missing_capabilities: list[str] = strawberry.field(
        description="Capabilities that would have made a ready task claimable."
    )
    wip_limit_reached: bool = strawberry.field(description="The caller holds as many tasks as the room allows.")
    paused: bool = strawberry.field(description="The room is paused.")
    retry_at: datetime | None = strawberry.field(
        description="When something is known to become ready: a schedule, a breaker's cooldown, a lease's end."
    )

    @classmethod
    def of(cls, nothing: claim_nothing.NothingToClaim) -> Self:
        return cls(
            reason=nothing.reason,
            todo=nothing.todo,
            waiting=nothing.waiting,
            assigned_to_others=nothing.assigned_to_others,
            need_criteria=nothing.need_criteria,
            missing_capabilities=list(nothing.missing_capabilities),
            wip_limit_reached=nothing.wip_limit_reached,
            paused=nothing.paused,
            retry_at=nothing.retry_at,
        )


@strawberry.type(description="The result of a claim.")
class Claim:
    task: Annotated["Task", strawberry.lazy("schema.types.tasks.task")] | None = strawberry.field(
        description="Null when there was nothing to claim: see `nothing`."
    )
    lease: Annotated["Lease", strawberry.lazy("schema.types.tasks.task")] | None = strawberry.field(
        description="The lease that the task is held under."
    )
    nothing: NothingToClaim | None = strawberry.field(description="Why there was nothing to claim.")

    @classmethod
    def of(cls, task: records.Task) -> Self:
        return cls(task=task_types.Task.of(task), lease=task_types.Lease.of(task), nothing=None)

    @classmethod
    def of_next(cls, answer: tuple[Sequence[records.Task], claim_nothing.NothingToClaim | None]) -> Self:
        """The one that was claimed, or why there was none."""
        claimed, nothing = answer
        if claimed:
            return cls.of(claimed[0])
        return cls(task=None, lease=None, nothing=NothingToClaim.of(nothing) if nothing else None)


@strawberry.input(description="Which tasks to claim from, and for how long.")
class ClaimNextTaskInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    objective: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only from this objective's subtree."
    )
    labels: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Only tasks that have all of these."
    )
    session: str | None = strawberry.field(
        default=strawberry.UNSET, description="The caller's name for the process that will work on it."
    )
    lease_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="1..86400; the room's when left out."
    )
    wait_seconds: int | None = strawberry.field(default=0, description="0..60.")
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The same key again answers with the same claim while it is held, so that a retry doesn't claim "
        "twice.",
    )

    def request(self) -> claim_next.ClaimRequest:
        """What db claims by."""
        return claim_next.ClaimRequest(
            room=or_none(self.room),
            objective=or_none(self.objective),
            labels=or_none(self.labels),
            session=or_none(self.session),
            lease_seconds=or_none(self.lease_seconds),
        )


@strawberry.input(description="Which task to claim, and for how long.")
class ClaimTaskInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    criteria: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Sets the criteria of a task that has none, in the same step."
    )
    session: str | None = strawberry.field(
        default=strawberry.UNSET, description="The caller's name for the process that will work on it."
    )
    lease_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="1..86400; the room's when left out."
    )


@strawberry.input(description="A lease to extend.")
class RenewLeaseInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    fence: int | None = strawberry.field(
        default=strawberry.UNSET, description="The fence of the claim that the caller means."
    )
    lease_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="1..86400; left out, as long as when it was claimed."
    )
    quiet_seconds: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Announces that nothing will be heard for this long: the lease lasts through it.",
    )
