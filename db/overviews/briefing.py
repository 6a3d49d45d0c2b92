"""What a session that remembers nothing must know to go on: read at one moment, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, InboxKind, Role
from db.core.queries import q
from db.core.records import Criterion, InboxItem, Proposal, Room, Task, Wait
from db.events import event_log
from db.rooms import rooms
from db.tasks import waits

# How many of each are read, and how many are offered to claim.
_MOST = 50
_OFFERED = 5

# What is lost or sent back can't wait; what was approved can.
_URGENCY = (
    InboxKind.LEASE_LOST,
    InboxKind.STALE,
    InboxKind.REOPENED,
    InboxKind.CHANGES_REQUESTED,
    InboxKind.HANDOFF,
    InboxKind.PROPOSAL,
    InboxKind.DIRECT,
    InboxKind.REVIEW_REQUESTED,
    InboxKind.MENTION,
    InboxKind.UNBLOCKED,
    InboxKind.ASSIGNED,
    InboxKind.DECIDED,
    InboxKind.APPROVED,
)


@dataclass(frozen=True, slots=True)
class BriefingItem:
    """`words` and `author` of the message or comment that it tells of, if any; `by_person` where a person said it."""

    item: InboxItem
    by_person: bool
    author: str | None
    words: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A proposal that the caller may answer, who asks, and how many unfinished tasks wait for it, in all."""

    proposal: Proposal
    author: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Listed:
    """How much there is in all of what a briefing lists."""

    to_answer: int
    owned: int
    to_review: int
    from_people: int
    from_agents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """`cursor`: where the room's log stood when all else was read."""

    agent_id: int
    agent: str
    # Whether the caller's token only reads: it is told how things stand, and not what to do.
    observes: bool
    room: Room
    at: datetime
    cursor: str
    proposals: Sequence[Question]
    tasks: Sequence[Task]
    reviews: Sequence[Task]
    told: Sequence[BriefingItem]
    next: Sequence[Task]
    totals: Listed
    waits: Mapping[int, Sequence[Wait]]
    criteria: Mapping[int, Sequence[Criterion]]
    # Of each task that has one: what the latest handoff says, and the names of who reviews and who submitted it.
    handoffs: Mapping[int, str]
    reviewers: Mapping[int, str]
    authors: Mapping[int, str]


async def of(database: Database, caller: Caller, room: str | None) -> Briefing:
    """What waits for the caller in the room, and what it could do there."""
    observes = caller.role is Role.OBSERVER
    async with database.snapshot() as moment:
        here = await rooms.find(moment, caller, room)
        place = {"room_id": here.id, "agent_id": caller.agent_id}
        rows = await q.briefing_tasks(moment, **place, most=0 if observes else _OFFERED)
        asked = [] if observes else await q.proposals_to_answer(moment, **place, most=_MOST)
        # What a person is asked comes before what a person is told; of agents the messages of people come first.
        first = [row["id"] for row in asked] if caller.kind is AgentKind.HUMAN else []
        kinds = [kind.value for kind in _URGENCY]
        told = await q.unacknowledged_by_urgency(moment, **place, kinds=kinds, proposal_ids=first, most=_MOST)
        listed = {name: [row for row in rows if row["list"] == name] for name in ("OWNED", "REVIEW", "OFFERED")}
        owned = [Task.of(row) for row in listed["OWNED"]]
        waits_of = await waits.waits_of(moment, owned)
    facts, totals = rows[0], {row["by_person"]: row["total"] for row in told}
    in_all = {name: found[0]["total"] or 0 if found else 0 for name, found in listed.items()}
    return Briefing(
        agent_id=caller.agent_id,
        agent=caller.name,
        observes=observes,
        room=here,
        at=facts["at"],
        cursor=event_log.cursor(here.id, facts["seq"], facts["epoch"]),
        proposals=[Question(Proposal.of(row), row["author"], row["waiting"]) for row in asked],
        tasks=owned,
        reviews=[Task.of(row) for row in listed["REVIEW"]],
        told=[BriefingItem(InboxItem.of(row), row["by_person"], row["author"], row["words"]) for row in told],
        next=[Task.of(row) for row in listed["OFFERED"]],
        totals=Listed(
            to_answer=asked[0]["total"] if asked else 0,
            owned=in_all["OWNED"],
            to_review=in_all["REVIEW"],
            from_people=totals.get(True, 0),
            from_agents=totals.get(False, 0),
        ),
        waits=waits_of,
        criteria={row["id"]: [Criterion.of(one) for one in row["criteria"] or ()] for row in listed["OWNED"]},
        handoffs={row["id"]: row["handoff"] for row in rows if row["handoff"] is not None},
        reviewers={row["id"]: row["reviewer"] for row in rows if row["reviewer"] is not None},
        authors={row["id"]: row["submitted_by"] for row in rows if row["submitted_by"] is not None},
    )


def characters(max_tokens: int) -> int:
    """How much text as many tokens are, at four characters each."""
    return 4 * validation.integer("maxTokens", max_tokens, 50, 20_000)
