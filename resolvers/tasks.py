"""What clients can do with tasks."""

# ruff: noqa: A002  # `id` and `input` are the contract's names

import strawberry

from db.core import records
from db.goal_tree import references
from db.overviews import critical_path
from db.tasks import (
    assignment,
    claim_next,
    claim_nothing,
    claims,
    comment_mutations,
    criteria,
    dependencies,
    submissions,
    task_cancel,
    task_create,
    task_lists,
    task_progress,
    task_update,
)
from schema.context import Info
from schema.types.absent import given, or_none
from schema.types.conversation.comment import AddCommentInput, Comment
from schema.types.enums import CommentKind, DependencyKind
from schema.types.tasks.claim import Claim, ClaimNextTaskInput, ClaimTaskInput, RenewLeaseInput
from schema.types.tasks.task import Dependency, Lease, Task
from schema.types.tasks.task_inputs import (
    AssignTaskInput,
    BlockTaskInput,
    CancelTaskInput,
    CreateTaskInput,
    CreateTasksInput,
    DependencyInput,
    ReleaseTaskInput,
    ReopenTaskInput,
    SetCriteriaInput,
    SubmitTaskInput,
    UnblockTaskInput,
    UpdateTaskInput,
    WriteNotesInput,
)


@strawberry.type
class TaskQuery:
    @strawberry.field(description="The task with this id.")
    async def task(self, info: Info, id: strawberry.ID) -> Task | None:
        return Task.of(await references.find_task(info.context.database, info.context.caller, id))

    @strawberry.field(description="What claimNextTask would offer this caller, best first, without claiming it.")
    async def ready_tasks(
        self, info: Info, room: strawberry.ID | None = strawberry.UNSET, first: int | None = 20
    ) -> list[Task]:
        most = 20 if first is None else first
        found = await task_lists.offered(info.context.database, info.context.caller, or_none(room), most)
        return [Task.of(task) for task in info.context.read_together(found)]

    @strawberry.field(
        description="The longest chain of unfinished tasks, in order, that this objective (or the room) waits for."
    )
    async def critical_path(
        self,
        info: Info,
        room: strawberry.ID | None = strawberry.UNSET,
        objective: strawberry.ID | None = strawberry.UNSET,
    ) -> list[Task]:
        chain = await critical_path.find(info.context.database, info.context.caller, or_none(room), or_none(objective))
        return [Task.of(task) for task in info.context.read_together(chain)]


@strawberry.type
class TaskMutation:
    @strawberry.mutation(description="Create a task.")
    async def create_task(self, info: Info, input: CreateTaskInput) -> Task | None:
        key = or_none(input.idempotency_key)
        return Task.of(await task_create.create(info.context.database, info.context.caller, input.new(), key))

    @strawberry.mutation(description="All or none, dependencies between them by their `ref`.")
    async def create_tasks(self, info: Info, input: CreateTasksInput) -> list[Task] | None:
        made = await task_create.create_many(
            info.context.database,
            info.context.caller,
            or_none(input.room),
            [task.new() for task in input.tasks],
            or_none(input.idempotency_key),
        )
        return [Task.of(task) for task in made]

    @strawberry.mutation(description="Change a task's fields, its place in the goal tree, or its track.")
    async def update_task(self, info: Info, input: UpdateTaskInput) -> Task | None:
        fence = or_none(input.fence)
        return Task.of(
            await task_update.update(info.context.database, info.context.caller, input.id, input.changes(), fence=fence)
        )

    @strawberry.mutation(description="Set a task's done criteria, before work on it starts.")
    async def set_criteria(self, info: Info, input: SetCriteriaInput) -> Task | None:
        return Task.of(await criteria.set_all(info.context.database, info.context.caller, input.task, input.criteria))

    @strawberry.mutation(description="Set a task's assignee, reviewer, role and instructions.")
    async def assign_task(self, info: Info, input: AssignTaskInput) -> Task | None:
        changes = given(input, "assignee", "reviewer", "role", "instructions")
        handoff = input.handoff.new() if input.handoff else None
        return Task.of(
            await assignment.assign(
                info.context.database,
                info.context.caller,
                input.task,
                changes,  # type: ignore[arg-type]  # these names are its keys
                handoff,
            )
        )

    @strawberry.mutation(description="Make a task depend on another; cycles are refused.")
    async def add_dependency(self, info: Info, input: DependencyInput) -> Dependency | None:
        kind = input.kind or DependencyKind.BLOCKS
        return Dependency.of(
            await dependencies.add(info.context.database, info.context.caller, input.task, input.depends_on, kind)
        )

    @strawberry.mutation(description="Remove a dependency; where there is none, nothing changes.")
    async def remove_dependency(self, info: Info, input: DependencyInput) -> Task | None:
        kind = input.kind or DependencyKind.BLOCKS
        return Task.of(
            await dependencies.remove(info.context.database, info.context.caller, input.task, input.depends_on, kind)
        )

    @strawberry.mutation(
        description="The best ready task that the caller may take, and nobody else gets it. Waits up to `waitSeconds` "
        "for one."
    )
    async def claim_next_task(self, info: Info, input: ClaimNextTaskInput | None = strawberry.UNSET) -> Claim | None:
        return Claim.of_next(await _claim_next(info, input, 1, "claimNextTask"))

    @strawberry.mutation(description="Up to `limit` of them in one step, for dispatchers; empty when there is nothing.")
    async def claim_next_tasks(
        self, info: Info, limit: int, input: ClaimNextTaskInput | None = strawberry.UNSET
    ) -> list[Claim] | None:
        claimed, _nothing = await _claim_next(info, input, limit, "claimNextTasks")
        return [Claim.of(task) for task in claimed]

    @strawberry.mutation(description="Take this task, if it is ready; the holder's own claim is renewed.")
    async def claim_task(self, info: Info, input: ClaimTaskInput) -> Claim | None:
        return Claim.of(
            await claims.claim(
                info.context.database,
                info.context.caller,
                input.task,
                criteria=or_none(input.criteria),
                session=or_none(input.session),
                lease_seconds=or_none(input.lease_seconds),
            )
        )

    @strawberry.mutation(description="Extend the lease on a task.")
    async def renew_lease(self, info: Info, input: RenewLeaseInput) -> Lease | None:
        return Lease.of(
            await task_progress.renew(
                info.context.database,
                info.context.caller,
                input.task,
                fence=or_none(input.fence),
                lease_seconds=or_none(input.lease_seconds),
                quiet_seconds=or_none(input.quiet_seconds),
            )
        )

    @strawberry.mutation(description="Give a task back, so that anybody can claim it.")
    async def release_task(self, info: Info, input: ReleaseTaskInput) -> Task | None:
        handoff = input.handoff.new() if input.handoff else None
        return Task.of(
            await task_progress.release(
                info.context.database, info.context.caller, input.task, handoff=handoff, fence=or_none(input.fence)
            )
        )

    @strawberry.mutation(
        description="Block a task that can't go on: its owner keeps it, without a lease, until it can."
    )
    async def block_task(self, info: Info, input: BlockTaskInput) -> Task | None:
        return Task.of(
            await task_progress.block(
                info.context.database,
                info.context.caller,
                input.task,
                reason=or_none(input.reason),
                depends_on=input.depends_on or (),
                fence=or_none(input.fence),
            )
        )

    @strawberry.mutation(description="Takes back the REASON that blockTask gave; other waits stay.")
    async def unblock_task(self, info: Info, input: UnblockTaskInput) -> Task | None:
        return Task.of(await task_progress.unblock(info.context.database, info.context.caller, input.task))

    @strawberry.mutation(description="Write to the notes of a task.")
    async def write_notes(self, info: Info, input: WriteNotesInput) -> Task | None:
        return Task.of(
            await task_progress.write_notes(
                info.context.database,
                info.context.caller,
                input.task,
                input.text,
                append=input.append is not False,
                fence=or_none(input.fence),
            )
        )

    @strawberry.mutation(description="Where the room asks for no review.")
    async def complete_task(self, info: Info, input: SubmitTaskInput) -> Task | None:
        submission, fence = input.submission(), or_none(input.fence)
        return Task.of(
            await submissions.complete(info.context.database, info.context.caller, input.task, submission, fence=fence)
        )

    @strawberry.mutation(description="Submit a task for review by an agent that is no relative of its author.")
    async def submit_task(self, info: Info, input: SubmitTaskInput) -> Task | None:
        submission, fence = input.submission(), or_none(input.fence)
        return Task.of(
            await submissions.submit(info.context.database, info.context.caller, input.task, submission, fence=fence)
        )

    @strawberry.mutation(
        description="Cancel a task: what waited for it no longer does. The reason stands as a comment on it."
    )
    async def cancel_task(self, info: Info, input: CancelTaskInput) -> Task | None:
        return Task.of(await task_cancel.cancel(info.context.database, info.context.caller, input.task, input.reason))

    @strawberry.mutation(
        description="Reopen a finished task: what depends on it waits again or, where work on it has started, "
        "its owner is told."
    )
    async def reopen_task(self, info: Info, input: ReopenTaskInput) -> Task | None:
        return Task.of(await task_cancel.reopen(info.context.database, info.context.caller, input.task, input.reason))

    @strawberry.mutation(description="Add a comment to a task or an objective.")
    async def add_comment(self, info: Info, input: AddCommentInput) -> Comment | None:
        return Comment.of(
            await comment_mutations.add(
                info.context.database,
                info.context.caller,
                input.on,
                input.kind or CommentKind.NOTE,
                input.body,
                or_none(input.idempotency_key),
            )
        )


async def _claim_next(
    info: Info, input_: ClaimNextTaskInput | None, most: int, mutation: str
) -> tuple[list[records.Task], claim_nothing.NothingToClaim | None]:
    asked = input_ or ClaimNextTaskInput()
    return await claim_next.claim_next(
        info.context.database,
        info.context.feed,
        info.context.caller,
        asked.request(),
        most=most,
        wait_seconds=asked.wait_seconds or 0,
        mutation=mutation,
        key=or_none(asked.idempotency_key),
        cancelled=info.context.cancelled,
    )
