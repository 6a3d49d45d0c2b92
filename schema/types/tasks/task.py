"""Tasks as clients see them."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.conversation import comment_lists
from db.core import ids, records
from db.goal_tree import objectives
from db.proposals import proposal_lists
from db.reflections import reflections
from db.resources import resources
from db.rooms import agents, rooms
from db.tasks import reviews, task_loaders
from schema.context import Info
from schema.types.absent import or_none
from schema.types.conversation import comment as comment_types
from schema.types.enums import ArtifactKind, CommentKind, DependencyKind, Priority, TaskStatus, WaitKind
from schema.types.events import event as event_types
from schema.types.goals import key_result as key_result_types
from schema.types.goals import objective as objective_types
from schema.types.node import Node
from schema.types.presence import session as session_types
from schema.types.proposals import proposal as proposal_types
from schema.types.reflections import reflection as reflection_types
from schema.types.resources import resource as resource_types
from schema.types.rooms import agent as agent_types
from schema.types.rooms import room as room_types
from schema.types.tasks import review as review_types

if TYPE_CHECKING:
    from schema.types.conversation.comment import Comment, CommentConnection
    from schema.types.events.event import EventConnection
    from schema.types.goals.key_result import KeyResult
    from schema.types.goals.objective import Objective
    from schema.types.presence.session import Session
    from schema.types.proposals.proposal import Proposal
    from schema.types.reflections.reflection import Reflection
    from schema.types.resources.resource import Resource
    from schema.types.rooms.agent import Agent
    from schema.types.rooms.room import Room
    from schema.types.tasks.review import Review

_TASK = strawberry.lazy("schema.types.tasks.task")
_AGENT = strawberry.lazy("schema.types.rooms.agent")
_PROPOSAL = strawberry.lazy("schema.types.proposals.proposal")
_RESOURCE = strawberry.lazy("schema.types.resources.resource")


@strawberry.type(description="One thing that must hold for the task to be done. Frozen once work starts.")
class Criterion:
    id: strawberry.ID = strawberry.field(description="The id to use in results and verdicts.")
    text: str = strawberry.field(description="What must hold.")
    met: bool = strawberry.field(description="Whether the agent that did the task says that it is met.")
    evidence: str = strawberry.field(description="How that can be seen.")
    accepted: bool | None = strawberry.field(description="The reviewer's word on it: null until reviewed.")

    @classmethod
    def of(cls, criterion: records.Criterion) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.CRITERION, criterion.id)),
            text=criterion.text,
            met=criterion.met,
            evidence=criterion.evidence,
            accepted=criterion.accepted,
        )


@strawberry.type(description="One thing that a task waits for.")
class Wait:
    kind: WaitKind = strawberry.field(description="What kind of thing it is.")
    reason: str = strawberry.field(description="For people and agents to read.")
    until: datetime | None = strawberry.field(description="When it ends, if that is known.")
    record: strawberry.Private[records.Wait]

    @classmethod
    def of(cls, wait: records.Wait) -> Self:
        return cls(kind=wait.kind, reason=wait.reason, until=wait.until, record=wait)

    @strawberry.field(description="The task that it waits for.")
    def task(self, info: Info) -> Annotated["Task", _TASK] | None:
        return info.context.has_one(task_loaders.by_ids, self.record, lambda wait: wait.task_id, Task.of)

    @strawberry.field(description="The resource that it waits for.")
    def resource(self, info: Info) -> Annotated["Resource", _RESOURCE] | None:
        shown = resource_types.Resource.of
        return info.context.has_one(resources.by_ids, self.record, lambda wait: wait.resource_id, shown)

    @strawberry.field(description="The proposal that it waits for.")
    def proposal(self, info: Info) -> Annotated["Proposal", _PROPOSAL] | None:
        shown = proposal_types.Proposal.of
        return info.context.has_one(proposal_lists.by_ids, self.record, lambda wait: wait.proposal_id, shown)

    @strawberry.field(description="The objective that it waits for.")
    def objective(self, info: Info) -> Annotated["Objective", strawberry.lazy("schema.types.goals.objective")] | None:
        shown = objective_types.Objective.of
        return info.context.has_one(objectives.by_ids, self.record, lambda record: record.objective_id, shown)


@strawberry.type(description="A link from a task to one that it waits for or relates to.")
class Dependency:
    kind: DependencyKind = strawberry.field(description="How the task depends on the other.")
    open: bool = strawberry.field(description="Whether it still holds the task back.")
    created_at: datetime = strawberry.field(description="When it was created.")
    record: strawberry.Private[records.Dependency]

    @classmethod
    def of(cls, dependency: records.Dependency) -> Self:
        return cls(kind=dependency.kind, open=dependency.open, created_at=dependency.created_at, record=dependency)

    @strawberry.field(description="The task that depends.")
    def task(self, info: Info) -> Annotated["Task", _TASK]:
        return info.context.belongs_to(task_loaders.by_ids, ids.TASK, self.record, lambda link: link.task_id, Task.of)

    @strawberry.field(description="The task that it depends on.")
    def depends_on(self, info: Info) -> Annotated["Task", _TASK]:
        return info.context.belongs_to(
            task_loaders.by_ids, ids.TASK, self.record, lambda link: link.depends_on_id, Task.of
        )

    @strawberry.field(description="Who created it.")
    def created_by(self, info: Info) -> Annotated["Agent", _AGENT]:
        shown = agent_types.Agent.of
        return info.context.belongs_to(agents.by_ids, ids.AGENT, self.record, lambda link: link.created_by_id, shown)


@strawberry.type(description="A result of a task: a pull request, a document, a link.")
class Artifact:
    kind: ArtifactKind = strawberry.field(description="What kind of artifact it is.")
    url: str = strawberry.field(description="Its address.")
    title: str = strawberry.field(description="Its title.")

    @classmethod
    def of(cls, artifact: records.Artifact) -> Self:
        return cls(kind=artifact.kind, url=artifact.url, title=artifact.title)


@strawberry.type(
    description="A claim: exclusive, and over when it expires. A heartbeat, and every write of its holder on the task, "
    "renews it."
)
class Lease:
    fence: int = strawberry.field(
        description="Grows with every claim of the task. A write that carries an older one is refused: STALE_LEASE."
    )
    claimed_at: datetime = strawberry.field(description="When it began.")
    expires_at: datetime = strawberry.field(description="When it ends, if nothing renews it.")
    record: strawberry.Private[records.Task]

    @classmethod
    def of(cls, task: records.Task) -> Self | None:
        """The claim on the task, if it is held."""
        if task.claimed_at is None or task.lease_expires_at is None:
            return None
        return cls(fence=task.fence, claimed_at=task.claimed_at, expires_at=task.lease_expires_at, record=task)

    @strawberry.field(description="The task that is held.")
    def task(self) -> Annotated["Task", _TASK]:
        return Task.of(self.record)

    @strawberry.field(description="The agent that holds it.")
    def agent(self, info: Info) -> Annotated["Agent", _AGENT]:
        # What has a lease has a holder.
        return _agent(info, self.record, lambda task: task.assignee_id)  # type: ignore[return-value]

    @strawberry.field(description="The process that claimed it, if the claim named one.")
    def session(self, info: Info) -> Annotated["Session", strawberry.lazy("schema.types.presence.session")] | None:
        shown = session_types.Session.of
        return info.context.has_one(task_loaders.sessions, self.record, lambda task: task.session_id, shown)


@strawberry.type(description="A piece of work that one agent at a time can own.")
class Task(Node):
    title: str = strawberry.field(description="What is to be done.")
    description: str = strawberry.field(description="More detail.")
    status: TaskStatus = strawberry.field(description="Its status.")
    priority: Priority = strawberry.field(description="Its priority; P0 comes first.")
    labels: list[str] = strawberry.field(description="Its labels.")
    track: str | None = strawberry.field(
        description="Tasks of one objective on the same track run one at a time, by trackOrder."
    )
    track_order: int | None = strawberry.field(description="Its place on the track; tasks without one come last.")
    role: str = strawberry.field(
        description="The role in which its assignee works on it, in a word; empty where none was given."
    )
    instructions: str = strawberry.field(description="Instructions from whoever assigned it.")
    attempts: int = strawberry.field(description="How many times a claim on it was lost.")
    notes: str = strawberry.field(description="A living page that its holders keep: what any next session must know.")
    result: str = strawberry.field(
        description="What came of it: the summary of its latest submission or completion; empty until then."
    )
    quiet_until: datetime | None = strawberry.field(
        description="Its holder announced that nothing will be heard until then: a long build, a slow model."
    )
    last_progress_at: datetime | None = strawberry.field(description="When progress was last reported.")
    not_before: datetime | None = strawberry.field(description="It is not ready before this time.")
    due_at: datetime | None = strawberry.field(description="When it is due.")
    estimate_minutes: int | None = strawberry.field(description="How many minutes it is expected to take.")
    created_at: datetime = strawberry.field(description="When it was created.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    started_at: datetime | None = strawberry.field(description="When it was first claimed.")
    finished_at: datetime | None = strawberry.field(description="When it was done or cancelled.")
    record: strawberry.Private[records.Task]

    @classmethod
    def of(cls, task: records.Task) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.TASK, task.id)),
            title=task.title,
            description=task.description,
            status=task.status,
            priority=Priority(task.priority),
            labels=list(task.labels),
            track=task.track,
            track_order=task.track_order,
            role=task.role,
            instructions=task.instructions,
            attempts=task.attempts,
            notes=task.notes,
            result=task.result,
            quiet_until=task.quiet_until,
            last_progress_at=task.last_progress_at,
            not_before=task.not_before,
            due_at=task.due_at,
            estimate_minutes=task.estimate_minutes,
            created_at=task.created_at,
            updated_at=task.updated_at,
            started_at=task.started_at,
            finished_at=task.finished_at,
            record=task,
        )

    @strawberry.field(description="The room that it is in.")
    def room(self, info: Info) -> Annotated["Room", strawberry.lazy("schema.types.rooms.room")]:
        shown = room_types.Room.of
        return info.context.belongs_to(rooms.by_ids, ids.ROOM, self.record, lambda task: task.room_id, shown)

    @strawberry.field(description="The objective that it is a part of.")
    def objective(self, info: Info) -> Annotated["Objective", strawberry.lazy("schema.types.goals.objective")] | None:
        shown = objective_types.Objective.of
        return info.context.has_one(objectives.by_ids, self.record, lambda record: record.objective_id, shown)

    @strawberry.field(
        description="A subtask must end before its parent can be submitted; it doesn't keep its parent from starting."
    )
    def parent(self, info: Info) -> Annotated["Task", _TASK] | None:
        return info.context.has_one(task_loaders.by_ids, self.record, lambda task: task.parent_id, Task.of)

    @strawberry.field(description="Its subtasks, oldest first.")
    def subtasks(self, info: Info) -> list[Annotated["Task", _TASK]]:
        return info.context.has_many(task_loaders.subtasks, self.record, _id, Task.of)

    @strawberry.field(description="An agent must have all of these to claim it.")
    def capabilities(self, info: Info) -> list[str]:
        return info.context.has_many(task_loaders.capabilities, self.record, lambda task: task.requirement_id, str)

    @strawberry.field(description="The agent that created it.")
    def creator(self, info: Info) -> Annotated["Agent", _AGENT]:
        # Agents are never deleted.
        return _agent(info, self.record, lambda task: task.creator_id)  # type: ignore[return-value]

    @strawberry.field(description="The one owner, kept while BLOCKED or VALIDATING.")
    def assignee(self, info: Info) -> Annotated["Agent", _AGENT] | None:
        return _agent(info, self.record, lambda task: task.assignee_id)

    @strawberry.field(description="Who decides whether it is done.")
    def reviewer(self, info: Info) -> Annotated["Agent", _AGENT] | None:
        return _agent(info, self.record, lambda task: task.reviewer_id)

    @strawberry.field(description="What must hold for it to be done.")
    def criteria(self, info: Info) -> list[Criterion]:
        return info.context.has_many(task_loaders.criteria, self.record, _id, Criterion.of)

    @strawberry.field(description="Claimable right now by somebody.")
    def ready(self, info: Info) -> bool:
        def key(task: records.Task) -> int | None:
            return task.id if task.ready else None

        return info.context.related(task_loaders.startable, self.record, key, bool)

    @strawberry.field(
        description="Everything that it waits for. SUBTASK holds back its submission, all others its start."
    )
    def waiting_on(self, info: Info) -> list[Wait]:
        return info.context.has_many(task_loaders.waiting_on, self.record, _id, Wait.of)

    @strawberry.field(description="The claim on it, while it is held.")
    def lease(self) -> Lease | None:
        return Lease.of(self.record)

    @strawberry.field(description="What this task waits for and relates to.")
    def dependencies(self, info: Info) -> list[Dependency]:
        return info.context.has_many(task_loaders.dependencies, self.record, _id, Dependency.of)

    @strawberry.field(description="What waits for and relates to this task.")
    def dependents(self, info: Info) -> list[Dependency]:
        return info.context.has_many(task_loaders.dependents, self.record, _id, Dependency.of)

    @strawberry.field(description="How many unfinished tasks wait for this one, directly or through others.")
    def unblocks(self, info: Info) -> int:
        return info.context.related(task_loaders.unblocks, self.record, _id, lambda count: count or 0)

    @strawberry.field(description="The latest handoff, if any: read it before going on.")
    def handoff(self, info: Info) -> Annotated["Comment", strawberry.lazy("schema.types.conversation.comment")] | None:
        return info.context.has_one(task_loaders.handoffs, self.record, _id, comment_types.Comment.of)

    @strawberry.field(description="What was learned from it, oldest first.")
    async def reflections(
        self, info: Info
    ) -> list[Annotated["Reflection", strawberry.lazy("schema.types.reflections.reflection")]]:
        found = await info.context.many(reflections.of_tasks, self.record.id)
        return [reflection_types.Reflection.of(one) for one in found]

    @strawberry.field(description="The comments on it, oldest first; `last` gives the newest.")
    async def comments(
        self,
        info: Info,
        kinds: list[CommentKind] | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Annotated["CommentConnection", strawberry.lazy("schema.types.conversation.comment")]:
        wanted = comment_lists.requested_page(
            task_id=self.record.id,
            kinds=or_none(kinds),
            first=first,
            after=or_none(after),
            last=or_none(last),
            before=or_none(before),
        )
        return await comment_types.CommentConnection.of(info, wanted)

    @strawberry.field(description="The verdicts on its submissions, oldest first.")
    def reviews(self, info: Info) -> list[Annotated["Review", strawberry.lazy("schema.types.tasks.review")]]:
        return info.context.has_many(reviews.of_tasks, self.record, _id, review_types.Review.of)

    @strawberry.field(description="Those that it waits or waited for, oldest first.")
    def proposals(self, info: Info) -> list[Annotated["Proposal", _PROPOSAL]]:
        return info.context.has_many(proposal_lists.of_tasks, self.record, _id, proposal_types.Proposal.of)

    @strawberry.field(description="Its results, such as pull requests and documents, oldest first.")
    def artifacts(self, info: Info) -> list[Artifact]:
        return info.context.has_many(task_loaders.artifacts, self.record, _id, Artifact.of)

    @strawberry.field(description="The resources that it needs; it holds them while it is DOING.")
    def resources(self, info: Info) -> list[Annotated["Resource", _RESOURCE]]:
        shown = resource_types.Resource.of
        return info.context.has_many(resources.of_requirements, self.record, lambda task: task.requirement_id, shown)

    @strawberry.field(description="The key results that it moves.")
    def key_results(self, info: Info) -> list[Annotated["KeyResult", strawberry.lazy("schema.types.goals.key_result")]]:
        return info.context.has_many(task_loaders.key_results, self.record, _id, key_result_types.KeyResult.of)

    @strawberry.field(description="Whether it is held, and nothing was heard of its progress for too long.")
    def stale(self) -> bool:
        return self.record.stale_since is not None

    @strawberry.field(description="Its events in the room's log, oldest first.")
    async def history(
        self, info: Info, first: int | None = 50, after: str | None = strawberry.UNSET
    ) -> Annotated["EventConnection", strawberry.lazy("schema.types.events.event")]:
        return await event_types.history_of(info, self.record, first, or_none(after))


def _id(task: records.Task) -> int:
    return task.id


def _agent(info: Info, task: records.Task, key: Callable[[records.Task], int | None]) -> "Agent | None":
    """As the task's room sees it."""
    return info.context.has_one(agents.by_ids, task, key, lambda agent: agent_types.Agent.of(agent, task.room_id))
