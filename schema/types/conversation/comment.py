"""Comments as clients see them: the running log of the work."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.conversation import comment_lists
from db.conversation.comment_lists import CommentPage
from db.conversation.comments import NewHandoff
from db.core import ids, records
from db.core.pagination import Page
from db.goal_tree import objectives
from db.rooms import agents
from db.tasks import task_loaders
from schema.context import Info
from schema.types.enums import CommentKind
from schema.types.goals import objective as objective_types
from schema.types.node import Node
from schema.types.pagination import PageInfo, edges_of
from schema.types.rooms import agent as agent_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.goals.objective import Objective
    from schema.types.rooms.agent import Agent
    from schema.types.tasks.task import Task


@strawberry.type(description="What the next holder must know.")
class Handoff:
    done: str = strawberry.field(description="What is done.")
    pending: str = strawberry.field(description="What is left to do.")
    gotchas: str = strawberry.field(description="What to beware of.")


@strawberry.type(description="A comment on a task or an objective.")
class Comment(Node):
    kind: CommentKind = strawberry.field(description="What it is for.")
    body: str = strawberry.field(description="The text.")
    handoff: Handoff | None = strawberry.field(description="Set on handoffs.")
    created_at: datetime = strawberry.field(description="When it was written.")
    record: strawberry.Private[records.Comment]

    @classmethod
    def of(cls, comment: records.Comment) -> Self:
        handoff = None
        if comment.handoff_done is not None and comment.handoff_pending is not None:
            handoff = Handoff(
                done=comment.handoff_done, pending=comment.handoff_pending, gotchas=comment.handoff_gotchas or ""
            )
        return cls(
            id=strawberry.ID(ids.of(ids.COMMENT, comment.id)),
            kind=comment.kind,
            body=comment.body,
            handoff=handoff,
            created_at=comment.created_at,
            record=comment,
        )

    @strawberry.field(description="Who wrote it; null for the server.")
    def author(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")] | None:
        def shown(agent: records.Agent) -> "Agent":
            return agent_types.Agent.of(agent, self.record.room_id)

        return info.context.has_one(agents.by_ids, self.record, lambda comment: comment.author_id, shown)

    @strawberry.field(description="The agents whose @name is in the body.")
    async def mentions(self, info: Info) -> list[Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]]:
        found = await asyncio.gather(*(info.context.one(agents.by_ids, key) for key in self.record.mentions))
        return [agent_types.Agent.of(agent, self.record.room_id) for agent in found if agent]

    @strawberry.field(description="The task that it is on.")
    def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")] | None:
        shown = task_types.Task.of
        return info.context.has_one(task_loaders.by_ids, self.record, lambda comment: comment.task_id, shown)

    @strawberry.field(description="The objective that it is on.")
    def objective(self, info: Info) -> Annotated["Objective", strawberry.lazy("schema.types.goals.objective")] | None:
        shown = objective_types.Objective.of
        return info.context.has_one(objectives.by_ids, self.record, lambda comment: comment.objective_id, shown)


@strawberry.type(description="A comment at its place in a page.")
class CommentEdge:
    cursor: str = strawberry.field(description="Hand it back as `after` to go on from here.")
    node: Comment = strawberry.field(description="The comment.")


@strawberry.type(description="A page of comments, oldest first.")
class CommentConnection:
    nodes: list[Comment] = strawberry.field(description="The comments.")
    edges: list[CommentEdge] = strawberry.field(description="The comments, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where this page is in its list.")
    wanted: strawberry.Private[CommentPage]

    @classmethod
    async def of(cls, info: Info, wanted: CommentPage) -> Self:
        page = await info.context.one(comment_lists.pages, wanted) or Page([], [])
        nodes = [Comment.of(comment) for comment in page.items]
        edges = edges_of(CommentEdge, page, nodes)
        return cls(nodes=nodes, edges=edges, page_info=PageInfo.of(page), wanted=wanted)

    @strawberry.field(description="How many there are in all.")
    async def total_count(self, info: Info) -> int:
        return await info.context.one(comment_lists.counts, self.wanted) or 0


@strawberry.input(description="What the next holder must know.")
class HandoffInput:
    done: str = strawberry.field(description="What is done.")
    pending: str = strawberry.field(description="What is left to do.")
    gotchas: str | None = strawberry.field(default=strawberry.UNSET, description="What to beware of.")

    def new(self) -> NewHandoff:
        """What db makes one of."""
        return NewHandoff(done=self.done, pending=self.pending, gotchas=self.gotchas or "")


@strawberry.input(description="A comment to write.")
class AddCommentInput:
    on: strawberry.ID = strawberry.field(description="A task or an objective.")
    body: str = strawberry.field(description="The text; @name mentions the agent of this name.")
    kind: CommentKind | None = strawberry.field(
        default=CommentKind.NOTE, description="NOTE, PROGRESS or DECISION; the server writes the other kinds."
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same comment."
    )
