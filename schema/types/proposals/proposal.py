"""Proposals as clients see them: questions to people, and the votes on them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import ids, records
from db.core.pagination import Page
from db.proposals import proposal_lists
from db.proposals.proposal_lists import ProposalList
from db.rooms import agents, rooms
from db.tasks import task_loaders
from schema.context import Info
from schema.types.enums import ProposalKind, ProposalStatus
from schema.types.node import Node
from schema.types.pagination import PageInfo, edges_of
from schema.types.rooms import agent as agent_types
from schema.types.rooms import room as room_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.rooms.agent import Agent
    from schema.types.rooms.room import Room
    from schema.types.tasks.task import Task

_AGENT = strawberry.lazy("schema.types.rooms.agent")
_TASK = strawberry.lazy("schema.types.tasks.task")


@strawberry.type(description="What one agent said to a proposal.")
class Vote:
    option: str = strawberry.field(description="One of the options, or `abstain`.")
    note: str = strawberry.field(description="Why, in its own words.")
    at: datetime = strawberry.field(description="When it was cast, or last changed.")
    record: strawberry.Private[records.Vote]

    @classmethod
    def of(cls, vote: records.Vote) -> Self:
        return cls(option=vote.option, note=vote.note, at=vote.at, record=vote)

    @strawberry.field(description="Who voted.")
    async def agent(self, info: Info) -> Annotated["Agent", _AGENT]:
        agent = await info.context.one(agents.by_ids, self.record.agent_id)
        return agent_types.Agent.of(agent, None)  # type: ignore[arg-type]  # agents are never deleted


@strawberry.type(description="A question that agents don't decide alone. Its terms are frozen when it is opened.")
class Proposal(Node):
    kind: ProposalKind = strawberry.field(description="Who decides: one person, or an electorate by vote.")
    title: str = strawberry.field(description="The question in a line.")
    body: str = strawberry.field(description="The question in full.")
    options: list[str] = strawberry.field(description="What can be voted, beside `abstain`.")
    quorum: int = strawberry.field(description="How many votes it takes, abstentions included.")
    status: ProposalStatus = strawberry.field(description="Its status.")
    outcome: str | None = strawberry.field(
        description="The option that won; null while open, and where nothing was decided."
    )
    by_default: bool = strawberry.field(description="Whether the outcome was taken because its time was over.")
    default_option: str | None = strawberry.field(description="The option that is taken at closesAt if nobody decided.")
    closes_at: datetime | None = strawberry.field(description="When it ends, if it is not decided before.")
    created_at: datetime = strawberry.field(description="When it was opened.")
    decided_at: datetime | None = strawberry.field(description="When it was decided.")
    record: strawberry.Private[records.Proposal]

    @classmethod
    def of(cls, proposal: records.Proposal) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.PROPOSAL, proposal.id)),
            kind=proposal.kind,
            title=proposal.title,
            body=proposal.body,
            options=list(proposal.options),
            quorum=proposal.quorum,
            status=proposal.status,
            outcome=proposal.outcome,
            by_default=proposal.by_default,
            default_option=proposal.default_option,
            closes_at=proposal.closes_at,
            created_at=proposal.created_at,
            decided_at=proposal.closed_at if proposal.status is ProposalStatus.DECIDED else None,
            record=proposal,
        )

    @strawberry.field(description="The room that it is in.")
    async def room(self, info: Info) -> Annotated["Room", strawberry.lazy("schema.types.rooms.room")]:
        return room_types.Room.of(await info.context.required(rooms.by_ids, ids.ROOM, self.record.room_id))

    @strawberry.field(description="Who asks.")
    async def author(self, info: Info) -> Annotated["Agent", _AGENT]:
        author = await info.context.one(agents.by_ids, self.record.author_id)
        return agent_types.Agent.of(author, self.record.room_id)  # type: ignore[arg-type]  # as above

    @strawberry.field(description="Who may vote, sorted by name.")
    async def electorate(self, info: Info) -> list[Annotated["Agent", _AGENT]]:
        found = await info.context.many(proposal_lists.electorates, self.record.id)
        return [agent_types.Agent.of(agent, self.record.room_id) for agent in found]

    @strawberry.field(description="The task whose holder asked, of an escalation.")
    async def escalates(self, info: Info) -> Annotated["Task", _TASK] | None:
        key = self.record.escalates_id
        task = await info.context.one(task_loaders.by_ids, key) if key is not None else None
        return task_types.Task.of(task) if task else None

    @strawberry.field(
        description="Whether what it is about was changed after it was asked: criteria, description, assignee or "
        "status of one of its tasks."
    )
    async def changed_since_asked(self, info: Info) -> bool:
        return await info.context.one(proposal_lists.changed_since_asked, self.record.id) or False

    @strawberry.field(description="The votes, oldest first.")
    async def votes(self, info: Info) -> list[Vote]:
        return [Vote.of(vote) for vote in await info.context.many(proposal_lists.votes, self.record.id)]

    @strawberry.field(description="Tasks that wait for it, or did until it ended.")
    async def tasks(self, info: Info) -> list[Annotated["Task", _TASK]]:
        found = await info.context.many(proposal_lists.tasks, self.record.id)
        return [task_types.Task.of(task) for task in found]


async def proposal_of(info: Info, key: int | None) -> Proposal | None:
    """The proposal of this key, if there is one and the caller may see it."""
    proposal = await info.context.one(proposal_lists.by_ids, key) if key is not None else None
    return Proposal.of(proposal) if proposal else None


@strawberry.type(description="A proposal at its place in a page.")
class ProposalEdge:
    cursor: str = strawberry.field(description="Hand it back as `after` to go on from here.")
    node: Proposal = strawberry.field(description="The proposal.")


@strawberry.type(description="A page of proposals, newest first.")
class ProposalConnection:
    nodes: list[Proposal] = strawberry.field(description="The proposals.")
    edges: list[ProposalEdge] = strawberry.field(description="The proposals, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where this page is in its list.")
    listed: strawberry.Private[ProposalList]

    @classmethod
    async def of(cls, info: Info, listed: ProposalList, first: int | None, after: str | None) -> Self:
        wanted = proposal_lists.requested_page(listed, first, after)
        page: Page[records.Proposal] = await info.context.one(proposal_lists.pages, wanted) or Page([], [])
        nodes = [Proposal.of(proposal) for proposal in page.items]
        edges = edges_of(ProposalEdge, page, nodes)
        return cls(nodes=nodes, edges=edges, page_info=PageInfo.of(page), listed=listed)

    @strawberry.field(description="How many there are in all.")
    async def total_count(self, info: Info) -> int:
        return await info.context.one(proposal_lists.counts, self.listed) or 0
