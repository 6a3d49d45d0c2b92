"""What clients send to make, change and finish tasks."""

from datetime import datetime
from typing import Any

import strawberry

from db.tasks.submissions import CriterionResult, NewArtifact, Submission
from db.tasks.task_create import BatchTask, NewTask
from schema.types.absent import given, or_none
from schema.types.conversation.comment import HandoffInput
from schema.types.enums import ArtifactKind, DependencyKind, Priority

_FENCE = "The fence of the claim that is meant; never required of the holder."


@strawberry.input(description="A task to make.")
class CreateTaskInput:
    room: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Its id or name.")
    objective: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="What it is a part of.")
    parent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The task that it is a subtask of, whose objective it takes."
    )
    title: str = strawberry.field(description="What is to be done.")
    description: str | None = strawberry.field(default=strawberry.UNSET, description="In more words.")
    priority: Priority | None = strawberry.field(default=Priority.P2, description="P0 first.")
    labels: list[str] | None = strawberry.field(default=strawberry.UNSET, description="What it is filed under.")
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
    assignee: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Whom it is for.")
    reviewer: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Who decides whether it is done."
    )
    instructions: str | None = strawberry.field(default=strawberry.UNSET, description="For whom it is assigned to.")
    resources: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Names of the resources that it needs: see defineResource."
    )
    key_results: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="The key results that it moves."
    )
    not_before: datetime | None = strawberry.field(default=strawberry.UNSET, description="It is not ready before.")
    due_at: datetime | None = strawberry.field(default=strawberry.UNSET, description="When it shall be done.")
    estimate_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="How long it is thought to take."
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
            "track_order", "assignee", "reviewer", "instructions", "resources", "key_results", "not_before", "due_at",
            "estimate_minutes", "discovered_from",
        )  # fmt: skip
        said = {name: value for name, value in given(self, *names).items() if value is not None}
        return NewTask(title=self.title, priority=(self.priority or Priority.P2).value, **said)


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


@strawberry.input(description="Tasks to make, all or none.")
class CreateTasksInput:
    room: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Its id or name.")
    tasks: list[BatchTaskInput] = strawberry.field(description="1 to 500 of them.")
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same tasks."
    )


@strawberry.input(description="Changes of a task: what is left out stays, null clears.")
class UpdateTaskInput:
    id: strawberry.ID = strawberry.field(description="Which one.")
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What is to be done.")
    description: str | None = strawberry.field(default=strawberry.UNSET, description="In more words.")
    priority: Priority | None = strawberry.field(default=strawberry.UNSET, description="P0 first.")
    labels: list[str] | None = strawberry.field(default=strawberry.UNSET, description="All that it is filed under.")
    capabilities: list[str] | None = strawberry.field(default=strawberry.UNSET, description="All that it asks for.")
    objective: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="What it is a part of.")
    parent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The task that it is a subtask of."
    )
    track: str | None = strawberry.field(default=strawberry.UNSET, description="Its track.")
    track_order: int | None = strawberry.field(default=strawberry.UNSET, description="Its place on the track.")
    instructions: str | None = strawberry.field(default=strawberry.UNSET, description="For whom it is assigned to.")
    resources: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Names of all the resources that it needs."
    )
    key_results: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="All the key results that it moves."
    )
    not_before: datetime | None = strawberry.field(default=strawberry.UNSET, description="It is not ready before.")
    due_at: datetime | None = strawberry.field(default=strawberry.UNSET, description="When it shall be done.")
    estimate_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="How long it is thought to take."
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


@strawberry.input(description="What done means.")
class SetCriteriaInput:
    task: strawberry.ID = strawberry.field(description="Of which task.")
    criteria: list[str] = strawberry.field(description="All of them, in their order.")


@strawberry.input(description="Whom a task is for: what is left out stays, null clears.")
class AssignTaskInput:
    task: strawberry.ID = strawberry.field(description="Which one.")
    assignee: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Whom it is for.")
    reviewer: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Who decides whether it is done."
    )
    instructions: str | None = strawberry.field(default=strawberry.UNSET, description="What the owner must know.")
    handoff: HandoffInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where held work changes hands."
    )


@strawberry.input(description="An edge between two tasks of a room.")
class DependencyInput:
    task: strawberry.ID = strawberry.field(description="The task that depends.")
    depends_on: strawberry.ID = strawberry.field(description="The task that it depends on.")
    kind: DependencyKind | None = strawberry.field(default=DependencyKind.BLOCKS, description="How.")


@strawberry.input(description="Work to give back.")
class ReleaseTaskInput:
    task: strawberry.ID = strawberry.field(description="Which task.")
    handoff: HandoffInput | None = strawberry.field(
        default=strawberry.UNSET, description="What the next holder must know."
    )
    fence: int | None = strawberry.field(default=strawberry.UNSET, description=_FENCE)


@strawberry.input(description="Work that can't go on.")
class BlockTaskInput:
    task: strawberry.ID = strawberry.field(description="Which task.")
    reason: str | None = strawberry.field(default=strawberry.UNSET, description="Why.")
    depends_on: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Also adds these as dependencies."
    )
    fence: int | None = strawberry.field(default=strawberry.UNSET, description=_FENCE)


@strawberry.input(description="Work that can go on.")
class UnblockTaskInput:
    task: strawberry.ID = strawberry.field(description="Which task.")


@strawberry.input(description="A text for the page that a task's holders keep.")
class WriteNotesInput:
    task: strawberry.ID = strawberry.field(description="Whose page.")
    text: str = strawberry.field(description="What to write.")
    append: bool | None = strawberry.field(default=True, description="Behind what is there, or in its place.")
    fence: int | None = strawberry.field(default=strawberry.UNSET, description=_FENCE)


@strawberry.input(description="How a criterion came out.")
class CriterionResultInput:
    id: strawberry.ID = strawberry.field(description="Which criterion.")
    met: bool = strawberry.field(description="Whether it holds.")
    evidence: str | None = strawberry.field(default=strawberry.UNSET, description="How that can be seen.")


@strawberry.input(description="Something that came of a task.")
class ArtifactInput:
    kind: ArtifactKind | None = strawberry.field(default=ArtifactKind.LINK, description="What it is.")
    url: str = strawberry.field(description="Where it is.")
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What it is called.")


@strawberry.input(description="What came of the work.")
class SubmitTaskInput:
    task: strawberry.ID = strawberry.field(description="Which task.")
    summary: str = strawberry.field(description="What came of it, in a few words.")
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


@strawberry.input(description="A task to give up.")
class CancelTaskInput:
    task: strawberry.ID = strawberry.field(description="Which one.")
    reason: str = strawberry.field(description="Why.")


@strawberry.input(description="A finished task to open again.")
class ReopenTaskInput:
    task: strawberry.ID = strawberry.field(description="Which one.")
    reason: str = strawberry.field(description="Why.")
