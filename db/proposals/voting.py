"""Voting on a proposal, and taking it back."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from db.core import ids, rules, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, ProposalKind, Role
from db.core.errors import BadInput, Forbidden
from db.core.queries import q, required
from db.core.records import Proposal
from db.core.transaction import Transaction
from db.proposals import proposal_end
from db.proposals.proposal_lists import get_seen
from db.proposals.proposal_open import ABSTAIN


async def vote(database: Database, caller: Caller, reference: str, option: str, note: str) -> Proposal:
    """Vote, or vote otherwise; the vote that settles the proposal closes it."""
    validation.text("note", note)
    async with _locked_open(database, caller, reference) as (tx, proposal):
        await _check_voter(tx, caller, proposal)
        if option not in (*proposal.options, ABSTAIN):
            shown = ", ".join(proposal.options)
            raise BadInput(
                "option",
                f"That is no option of {ids.of(ids.PROPOSAL, proposal.id)}.",
                f"Vote one of these, exactly as written, or {ABSTAIN}: {shown}.",
                options=proposal.options,
            )
        await q.cast_vote(tx, proposal_id=proposal.id, agent_id=caller.agent_id, option=option, note=note)
        await q.acknowledge_proposal(tx, proposal_id=proposal.id, agent_id=caller.agent_id)
        tx.append_event(
            proposal.room_id,
            EventKind.VOTE_CAST,
            actor=caller.agent_id,
            agent=caller.agent_id,
            task=proposal.escalates_id,
            proposal=proposal.id,
            data={"option": option, "agent": caller.name},
        )
        return await proposal_end.close_if_decided(tx, proposal.id, caller, note) or proposal


async def withdraw(database: Database, caller: Caller, reference: str) -> Proposal:
    """Take the question back, as its author or an ADMIN: nothing waits for it any more."""
    async with _locked_open(database, caller, reference) as (tx, proposal):
        if caller.agent_id != proposal.author_id and caller.role is not Role.ADMIN:
            raise Forbidden(
                "Only its author or an ADMIN can withdraw a proposal.",
                "Ask its author with sendMessage to withdraw it, or vote on it.",
            )
        return await proposal_end.withdraw(tx, proposal.id, caller)


@asynccontextmanager
async def _locked_open(
    database: Database, caller: Caller, reference: str
) -> AsyncGenerator[tuple[Transaction, Proposal]]:
    """A transaction with the room and this proposal locked; WRONG_STATUS where it has ended by the clock or otherwise.

    One whose time is over is closed first, so that the refusal says how it ended.
    """
    found = await get_seen(database, caller, ids.key(ids.PROPOSAL, reference))
    caller.must_work(found.room_id, reference)
    while True:
        async with database.transaction() as tx:
            await q.lock_room(tx, room_id=found.room_id)
            row = required(await q.lock_proposal(tx, proposal_id=found.id))
            if not row["is_over"]:
                proposal = Proposal.of(row)
                rules.check_open(proposal)
                yield tx, proposal
                return
            await proposal_end.close_if_decided(tx, found.id, None)


async def _check_voter(tx: Transaction, caller: Caller, proposal: Proposal) -> None:
    name = ids.of(ids.PROPOSAL, proposal.id)
    if not await q.is_voter(tx, proposal_id=proposal.id, agent_id=caller.agent_id):
        raise Forbidden(
            f"You are not among those who may vote on {name}.",
            f"'node(id: \"{name}\") {{ ... on Proposal {{ electorate {{ name }} }} }}' names them.",
        )
    if proposal.kind is ProposalKind.APPROVAL and caller.agent_id == proposal.author_id:
        raise Forbidden(f"{name} is your own question, and its author never decides it.", "Wait for another's answer.")
