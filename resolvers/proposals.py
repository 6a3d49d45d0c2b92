"""What clients can ask people, and how they answer."""

# ruff: noqa: A002  # `input` is the contract's name

import strawberry

from db.proposals import proposal_open, voting
from schema.context import Info
from schema.types.absent import or_none
from schema.types.proposals.proposal import Proposal
from schema.types.proposals.proposal_inputs import EscalateInput, ProposeInput, VoteInput, WithdrawProposalInput


@strawberry.type
class ProposalMutation:
    @strawberry.mutation(description="Ask the room's people, or its members, to decide something.")
    async def propose(self, info: Info, input: ProposeInput) -> Proposal | None:
        context, key = info.context, or_none(input.idempotency_key)
        return Proposal.of(await proposal_open.propose(context.database, context.caller, input.new(), key))

    @strawberry.mutation(description="Asks people to decide something, and blocks the task until they did.")
    async def escalate(self, info: Info, input: EscalateInput) -> Proposal | None:
        context, key = info.context, or_none(input.idempotency_key)
        return Proposal.of(await proposal_open.escalate(context.database, context.caller, input.new(), key))

    @strawberry.mutation(description="Vote on a proposal, or change one's vote while it is open.")
    async def vote(self, info: Info, input: VoteInput) -> Proposal | None:
        context = info.context
        voted = await voting.vote(context.database, context.caller, input.proposal, input.option, input.note or "")
        return Proposal.of(voted)

    @strawberry.mutation(description="Take a proposal back, as its author or an ADMIN.")
    async def withdraw_proposal(self, info: Info, input: WithdrawProposalInput) -> Proposal | None:
        return Proposal.of(await voting.withdraw(info.context.database, info.context.caller, input.proposal))
