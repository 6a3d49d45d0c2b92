"""The inbox as its owner sees it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.conversation import comment_lists, inbox, message_lists
from db.core import ids, records
from db.core.pagination import Page
from db.tasks import task_loaders
from schema.context import Info
from schema.types.conversation import comment as comment_types
from schema.types.conversation import message as message_types
from schema.types.enums import InboxKind
from schema.types.node import Node
from schema.types.pagination import PageInfo, edges_of
from schema.types.proposals import proposal as proposal_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.conversation.comment import Comment
    from schema.types.conversation.message import Message
    from schema.types.proposals.proposal import Proposal
    from schema.types.tasks.task import Task


@strawberry.type(description="Something that an agent must know, kept until it acknowledges it.")
class InboxItem(Node):
    kind: InboxKind = strawberry.field(description="Why the agent is told.")
    summary: str = strawberry.field(description="One line to read.")
    created_at: datetime = strawberry.field(description="When it arrived.")
    acknowledged_at: datetime | None = strawberry.field(description="When it was acknowledged, by any session.")
    record: strawberry.Private[records.InboxItem]

    @classmethod
    def of(cls, item: records.InboxItem) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.INBOX_ITEM, item.id)),
            kind=item.kind,
            summary=item.summary,
            created_at=item.created_at,
            acknowledged_at=item.acknowledged_at,
            record=item,
        )

    @strawberry.field(description="The message that it tells about, if any.")
    def message(self, info: Info) -> Annotated["Message", strawberry.lazy("schema.types.conversation.message")] | None:
        shown = message_types.Message.of
        return info.context.has_one(message_lists.by_ids, self.record, lambda item: item.message_id, shown)

    @strawberry.field(description="The comment that it tells about, if any.")
    def comment(self, info: Info) -> Annotated["Comment", strawberry.lazy("schema.types.conversation.comment")] | None:
        shown = comment_types.Comment.of
        return info.context.has_one(comment_lists.by_ids, self.record, lambda item: item.comment_id, shown)

    @strawberry.field(description="The task that it is about, if any.")
    def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")] | None:
        shown = task_types.Task.of
        return info.context.has_one(task_loaders.by_ids, self.record, lambda item: item.task_id, shown)

    @strawberry.field(description="The proposal that it tells about, if any.")
    async def proposal(
        self, info: Info
    ) -> Annotated["Proposal", strawberry.lazy("schema.types.proposals.proposal")] | None:
        return await proposal_types.proposal_of(info, self.record.proposal_id)


@strawberry.type(description="An item at its place in a page.")
class InboxEdge:
    cursor: str = strawberry.field(description="Hand it back as `after` to go on from here.")
    node: InboxItem = strawberry.field(description="The item.")


@strawberry.type(description="A page of the inbox, oldest first.")
class InboxConnection:
    nodes: list[InboxItem] = strawberry.field(description="The items.")
    edges: list[InboxEdge] = strawberry.field(description="The items, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where this page is in its list.")
    part: strawberry.Private[inbox.InboxFilter]

    @classmethod
    def of(cls, page: Page[records.InboxItem], part: inbox.InboxFilter) -> Self:
        nodes = [InboxItem.of(item) for item in page.items]
        edges = edges_of(InboxEdge, page, nodes)
        return cls(nodes=nodes, edges=edges, page_info=PageInfo.of(page), part=part)

    @strawberry.field(description="How many there are in all.")
    async def total_count(self, info: Info) -> int:
        return await info.context.one(inbox.counts, self.part) or 0


@strawberry.input(description="The items, or all up to one, or all from one agent; with none of these, all.")
class AcknowledgeInput:
    items: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="These items. An empty list acknowledges nothing, and unknown ids are ignored.",
    )
    up_to: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="This item and all earlier ones. An item that isn't in the inbox acknowledges nothing.",
    )
    sender: strawberry.ID | None = strawberry.field(
        name="from", default=strawberry.UNSET, description="All items that this agent caused."
    )
