"""What clients send to ask people, and to answer."""

from datetime import datetime

import strawberry

from db.proposals.proposal_open import NewEscalation, NewProposal
from schema.types.absent import or_none
from schema.types.enums import ProposalKind

_CLOSES_AT = "When it ends, if it is not decided before; never, where it is left out."
_DEFAULT_OPTION = "Taken at closesAt where nobody decided; needs closesAt."


@strawberry.input(description="A question to the room's people, or to its members.")
class ProposeInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    kind: ProposalKind = strawberry.field(description="APPROVAL: one person decides. VOTE: the electorate votes.")
    title: str = strawberry.field(description="The question in a line.")
    body: str | None = strawberry.field(default=strawberry.UNSET, description="The question in full.")
    options: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Of a VOTE: 2 to 10; left out, `approve` and `reject`. `abstain` can be voted always.",
    )
    electorate: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Members who may vote, by id or name; of an APPROVAL, people. Left out, all who may work.",
    )
    quorum: int | None = strawberry.field(
        default=strawberry.UNSET, description="Of a VOTE: how many votes it takes; left out, more than half."
    )
    closes_at: datetime | None = strawberry.field(default=strawberry.UNSET, description=_CLOSES_AT)
    default_option: str | None = strawberry.field(default=strawberry.UNSET, description=_DEFAULT_OPTION)
    tasks: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Tasks that wait for it: none of them starts before it has ended."
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same proposal."
    )

    def new(self) -> NewProposal:
        """What db makes one of."""
        return NewProposal(
            room=or_none(self.room),
            kind=self.kind,
            title=self.title,
            body=self.body or "",
            options=or_none(self.options),
            electorate=or_none(self.electorate),
            quorum=or_none(self.quorum),
            closes_at=or_none(self.closes_at),
            default_option=or_none(self.default_option),
            tasks=self.tasks or (),
        )


@strawberry.input(description="A question to a person, from the holder of a task that can't go on without the answer.")
class EscalateInput:
    task: strawberry.ID = strawberry.field(description="The task, which the caller holds.")
    question: str = strawberry.field(description="What is to be decided.")
    options: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="2 to 10 answers to choose from; `yes` and `no` where they are left out."
    )
    closes_at: datetime | None = strawberry.field(default=strawberry.UNSET, description=_CLOSES_AT)
    default_option: str | None = strawberry.field(default=strawberry.UNSET, description=_DEFAULT_OPTION)
    fence: int | None = strawberry.field(default=strawberry.UNSET, description="The fence of the caller's claim.")
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same proposal."
    )

    def new(self) -> NewEscalation:
        """What db makes one of."""
        return NewEscalation(
            task=self.task,
            question=self.question,
            options=or_none(self.options),
            closes_at=or_none(self.closes_at),
            default_option=or_none(self.default_option),
            fence=or_none(self.fence),
        )


@strawberry.input(description="A vote, which replaces the caller's earlier one.")
class VoteInput:
    proposal: strawberry.ID = strawberry.field(description="The proposal.")
    option: str = strawberry.field(description="One of its options, exactly as written, or `abstain`.")
    note: str | None = strawberry.field(default=strawberry.UNSET, description="Why, for those who waited.")


@strawberry.input(description="A proposal to take back.")
class WithdrawProposalInput:
    proposal: strawberry.ID = strawberry.field(description="The proposal.")
