"""What clients send to make, change and finish tasks."""

from datetime import datetime
from typing import Any

import strawberry

from db.core.errors import BadInput
from db.tasks.submissions import CriterionResult, NewArtifact, Submission
from db.tasks.task_create import BatchTask, NewTask
from schema.types.absent import given, or_none
from schema.types.conversation.comment import HandoffInput
from schema.types.enums import ArtifactKind, DependencyKind, Priority

_FENCE = "The fence of the claim that the caller means; its holder may leave it out."
_ROLE = "The role in which its assignee works on it, in a word, such as implementer: at most 100 characters."


@strawberry.input(description="A task to create.")
class CreateTaskInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    objective: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The objective that it is a part of."
    )
    parent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The task that it is a subtask of; it gets that task's objective."
    )
    title: str = strawberry.field(description="What is to be done.")
    description: str | None = strawberry.field(default=strawberry.UNSET, description="More detail.")
    priority: Priority | None = strawberry.field(default=Priority.P2, description="Its priority; P0 comes first.")
    labels: list[str] | None = strawberry.field(default=strawberry.UNSET, description="Its labels.")
    capabilities: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="An agent must have all of these to claim it."
    )
    criteria: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="What must hold for it to be done."
    )
    depends_on: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks that must end before it can start."
    )
    track: str | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks of one objective on the same track run one at a time."
    )
    track_order: int | None = strawberry.field(default=strawberry.UNSET, description="Its place on the track.")
    assignee: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The agent that it is for.")
    reviewer: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Who decides whether it is done."
    )
    role: str | None = strawberry.field(default=strawberry.UNSET, description=_ROLE)
    instructions: str | None = strawberry.field(
        default=strawberry.UNSET, description="Instructions for the agent that it is assigned to."
    )
    resources: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Names of the resources that it needs: see defineResource."
    )
    key_results: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="The key results that it moves."
    )
    not_before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="It is not ready before this time."
    )
    due_at: datetime | None = strawberry.field(default=strawberry.UNSET, description="When it is due.")
    estimate_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many minutes it is expected to take."
    )
    discovered_from: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="While working on which task this was found."
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same task."
    )

    def new(self) -> NewTask:
        """What db makes one of: null is as good as left out."""
        names = (
            "room", "objective", "parent", "description", "labels", "capabilities", "criteria", "depends_on", "track",
            "track_order", "assignee", "reviewer", "role", "instructions", "resources", "key_results", "not_before",
            "due_at", "estimate_minutes", "discovered_from",
        )  # fmt: skip
        said = {name: value for name in names if (value := or_none(getattr(self, name))) is not None}
        return NewTask(title=self.title, priority=(self.priority or Priority.P2).value, **said)

    def template(self) -> NewTask:
        """As `new`, of a task that is made again and again: BAD_INPUT where it has a key, by which it is made once."""
        if or_none(self.idempotency_key) is not None:
            raise BadInput(
                "idempotencyKey",
                "A task that is made again and again has no key of its own.",
                "Send `idempotencyKey` beside `task`: it is the schedule that is created once.",
            )
        return self.new()


@strawberry.input(description="A task of a batch.")
class BatchTaskInput:
    ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="A name for this task inside this batch, for `dependsOnRefs`."
    )
    depends_on_refs: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks of this batch that must end before it can start."
    )
    task: CreateTaskInput = strawberry.field(description="The task.")

    def new(self) -> BatchTask:
        """What db makes one of."""
        return BatchTask(task=self.task.new(), ref=or_none(self.ref), depends_on_refs=self.depends_on_refs or ())


@strawberry.input(description="Tasks to create: all of them, or none.")
class CreateTasksInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    tasks: list[BatchTaskInput] = strawberry.field(description="1 to 500 tasks.")
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same tasks."
    )


@strawberry.input(description="Changes to a task: a field that is left out stays as it is, and null clears it.")
class UpdateTaskInput:
    id: strawberry.ID = strawberry.field(description="The task.")
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What is to be done.")
    description: str | None = strawberry.field(default=strawberry.UNSET, description="More detail.")
    priority: Priority | None = strawberry.field(default=strawberry.UNSET, description="Its priority; P0 comes first.")
    labels: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="All its labels; they replace the earlier ones."
    )
    capabilities: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="All capabilities that it requires; they replace the earlier ones."
    )
    objective: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The objective that it is a part of."
    )
    parent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The task that it is a subtask of."
    )
    track: str | None = strawberry.field(default=strawberry.UNSET, description="Its track.")
    track_order: int | None = strawberry.field(default=strawberry.UNSET, description="Its place on the track.")
    instructions: str | None = strawberry.field(
        default=strawberry.UNSET, description="Instructions for the agent that it is assigned to."
    )
    resources: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Names of all resources that it needs; they replace the earlier ones."
    )
    key_results: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="All key results that it moves; they replace the earlier ones."
    )
    not_before: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="It is not ready before this time."
    )
    due_at: datetime | None = strawberry.field(default=strawberry.UNSET, description="When it is due.")
    estimate_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many minutes it is expected to take."
    )
    fence: int | None = strawberry.field(default=strawberry.UNSET, description=_FENCE)

    def changes(self) -> Any:
        """What was said, by db's names."""
        names = (
            "title", "description", "labels", "capabilities", "objective", "parent", "track", "track_order",
            "instructions", "resources", "key_results", "not_before", "due_at", "estimate_minutes",
        )  # fmt: skip
        said = given(self, *names)
        if self.priority is not strawberry.UNSET:
            said["priority"] = self.priority.value if self.priority else None
        return said


@strawberry.input(description="A task, and its done criteria.")
class SetCriteriaInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    criteria: list[str] = strawberry.field(description="All criteria, in order; they replace the earlier ones.")


@strawberry.input(description="Who works on a task: a field that is left out stays as it is, and null clears it.")
class AssignTaskInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    assignee: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The agent that it is for.")
    reviewer: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Who decides whether it is done."
    )
    role: str | None = strawberry.field(default=strawberry.UNSET, description=_ROLE)
    instructions: str | None = strawberry.field(default=strawberry.UNSET, description="Instructions for the assignee.")
    handoff: HandoffInput | None = strawberry.field(
        default=strawberry.UNSET, description="What the next holder must know, where held work changes hands."
    )


@strawberry.input(description="A dependency between two tasks of a room.")
class DependencyInput:
    task: strawberry.ID = strawberry.field(description="The task that depends.")
    depends_on: strawberry.ID = strawberry.field(description="The task that it depends on.")
    kind: DependencyKind | None = strawberry.field(
        default=DependencyKind.BLOCKS, description="How the task depends on the other."
    )


@strawberry.input(description="A task to give back.")
class ReleaseTaskInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    handoff: HandoffInput | None = strawberry.field(
        default=strawberry.UNSET, description="What the next holder must know."
    )
    fence: int | None = strawberry.field(default=strawberry.UNSET, description=_FENCE)


@strawberry.input(description="A task that can't go on.")
class BlockTaskInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    reason: str | None = strawberry.field(default=strawberry.UNSET, description="Why it can't go on.")
    depends_on: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Also adds these as dependencies."
    )
    fence: int | None = strawberry.field(default=strawberry.UNSET, description=_FENCE)


@strawberry.input(description="A task that can go on.")
class UnblockTaskInput:
    task: strawberry.ID = strawberry.field(description="The task.")


@strawberry.input(description="Text for the notes of a task.")
class WriteNotesInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    text: str = strawberry.field(description="The text.")
    append: bool | None = strawberry.field(
        default=True, description="Whether the text is added at the end of the notes, or replaces them."
    )
    fence: int | None = strawberry.field(default=strawberry.UNSET, description=_FENCE)


@strawberry.input(description="Whether a criterion is met.")
class CriterionResultInput:
    id: strawberry.ID = strawberry.field(description="The criterion.")
    met: bool = strawberry.field(description="Whether it is met.")
    evidence: str | None = strawberry.field(default=strawberry.UNSET, description="How that can be seen.")


@strawberry.input(description="A result of a task.")
class ArtifactInput:
    kind: ArtifactKind | None = strawberry.field(default=ArtifactKind.LINK, description="What kind of artifact it is.")
    url: str = strawberry.field(description="Its address.")
    title: str | None = strawberry.field(default=strawberry.UNSET, description="Its title.")


@strawberry.input(description="The result of the work on a task.")
class SubmitTaskInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    summary: str = strawberry.field(description="The result, in a few words.")
    criteria: list[CriterionResultInput] | None = strawberry.field(
        default=strawberry.UNSET, description="One for each criterion, in any order."
    )
    artifacts: list[ArtifactInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Pull requests, documents, links."
    )
    fence: int | None = strawberry.field(default=strawberry.UNSET, description=_FENCE)

    def submission(self) -> Submission:
        """What db keeps of it."""
        return Submission(
            summary=self.summary,
            criteria=[
                CriterionResult(id=result.id, met=result.met, evidence=result.evidence or "")
                for result in self.criteria or ()
            ],
            artifacts=[
                NewArtifact(url=artifact.url, kind=artifact.kind or ArtifactKind.LINK, title=artifact.title or "")
                for artifact in self.artifacts or ()
            ],
        )


@strawberry.input(description="A task to cancel.")
class CancelTaskInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    reason: str = strawberry.field(description="Why it is cancelled.")


@strawberry.input(description="A finished task to reopen.")
class ReopenTaskInput:
    task: strawberry.ID = strawberry.field(description="The task.")
    reason: str = strawberry.field(description="Why it is reopened.")
