"""Briefings as clients see them."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from db.core import ids, records
from db.overviews import briefing, briefing_markdown
from db.rooms import agents
from schema.context import Info
from schema.types.conversation import inbox as inbox_types
from schema.types.proposals import proposal as proposal_types
from schema.types.rooms import agent as agent_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.conversation.inbox import InboxItem
    from schema.types.proposals.proposal import Proposal
    from schema.types.rooms.agent import Agent
    from schema.types.tasks.task import Task


@strawberry.type(description="Everything that a session which remembers nothing needs to go on, most urgent first.")
class Briefing:
    cursor: str = strawberry.field(
        description="Where the room's log stands: subscribe with it as `after`, and nothing is missed."
    )
    record: strawberry.Private[briefing.Briefing]
    most: strawberry.Private[int]

    @strawberry.field(description="The caller.")
    def me(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]:
        def shown(agent: records.Agent) -> "Agent":
            return agent_types.Agent.of(agent, self.record.room.id)

        return info.context.belongs_to(agents.by_ids, ids.AGENT, self.record, lambda one: one.agent_id, shown)

    @strawberry.field(description="Held or owned by the caller, with what to do next about each.")
    def tasks(self, info: Info) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return [task_types.Task.of(task) for task in info.context.read_together(self.record.tasks)]

    @strawberry.field(description="Submitted work that waits for the caller's review.")
    def reviews(self, info: Info) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return [task_types.Task.of(task) for task in info.context.read_together(self.record.reviews)]

    @strawberry.field(
        description="What the caller may still vote on, the one for which most unfinished work waits first."
    )
    def proposals(self) -> list[Annotated["Proposal", strawberry.lazy("schema.types.proposals.proposal")]]:
        return [proposal_types.Proposal.of(one.proposal) for one in self.record.proposals]

    @strawberry.field(description="What the caller has not acknowledged, items from people first.")
    def inbox(self) -> list[Annotated["InboxItem", strawberry.lazy("schema.types.conversation.inbox")]]:
        return [inbox_types.InboxItem.of(told.item) for told in self.record.told]

    @strawberry.field(description="Best of what the caller could claim.")
    def next(self, info: Info) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return [task_types.Task.of(task) for task in info.context.read_together(self.record.next)]

    @strawberry.field(
        description="The same, as markdown for a prompt, within maxTokens (four characters a token); what was left out "
        "is counted."
    )
    def markdown(self) -> str:
        return briefing_markdown.markdown(self.record, self.most)
