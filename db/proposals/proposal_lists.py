"""Proposals by key and page by page, and what belongs to many of them, with one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.core import ids, pagination, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import NotFound
from db.core.grouping import grouped
from db.core.pagination import Page
from db.core.queries import q
from db.core.records import Agent, Proposal, Task, Vote
from db.core.transaction import Transaction

_CURSOR = "proposals"
_DEFAULT = 50


@dataclass(frozen=True, slots=True)
class ProposalList:
    """The proposals of a room, or those of them that are open."""

    room_id: int
    only_open: bool


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """A page of such a list, newest first, before the one of this key."""

    of: ProposalList
    most: int
    before: int | None


async def get_seen(on: Database | Transaction, caller: Caller, key: int) -> Proposal:
    """The proposal of this key; NOT_FOUND where the caller may not see its room."""
    reference = ids.of(ids.PROPOSAL, key)
    row = await q.proposal_by_id(on, proposal_id=key)
    if row is None:
        raise NotFound(reference)
    caller.must_see(row["room_id"], reference)
    return Proposal.of(row)


def requested_page(listed: ProposalList, first: int | None, after: str | None) -> ProposalPage:
    """The `first` ones after a cursor."""
    most = validation.page("first", _DEFAULT if first is None else first)
    (before,) = pagination.decode(_CURSOR, after, int) if after is not None else (None,)
    return ProposalPage(listed, most, before)


async def pages(database: Database, keys: Sequence[ProposalPage]) -> dict[ProposalPage, Page[Proposal]]:
    """Each page, newest first."""
    found: dict[ProposalPage, Page[Proposal]] = {}
    for most in dict.fromkeys(key.most for key in keys):
        asked = [key for key in keys if key.most == most]
        rows = await q.proposals_page(
            database,
            room_ids=[key.of.room_id for key in asked],
            opens=[key.of.only_open for key in asked],
            befores=[key.before for key in asked],
            most=most + 1,
        )
        by_position = grouped(rows, "position", Proposal.of)
        for position, key in enumerate(asked, start=1):
            found[key] = Page.of(
                by_position.get(position, []),
                most,
                lambda one: pagination.encode(_CURSOR, one.id),
                resumed=key.before is not None,
            )
    return found


async def counts(database: Database, keys: Sequence[ProposalList]) -> dict[ProposalList, int]:
    """How many there are in all."""
    rows = await q.count_proposals(
        database, room_ids=[key.room_id for key in keys], opens=[key.only_open for key in keys]
    )
    return {keys[row["position"] - 1]: row["proposals"] for row in rows}


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Proposal]:
    """Proposals by key."""
    return {row["id"]: Proposal.of(row) for row in await q.proposals_by_ids(database, proposal_ids=keys)}


async def electorates(database: Database, keys: Sequence[int]) -> dict[int, list[Agent]]:
    """Who may vote on each, by name."""
    return grouped(await q.voters_of_proposals(database, proposal_ids=keys), "proposal_id", Agent.of)


async def votes(database: Database, keys: Sequence[int]) -> dict[int, list[Vote]]:
    """The votes on each, oldest first."""
    return grouped(await q.votes_of_proposals(database, proposal_ids=keys), "proposal_id", Vote.of)


async def tasks(database: Database, keys: Sequence[int]) -> dict[int, list[Task]]:
    """The tasks that wait or waited for each."""
    return grouped(await q.tasks_of_proposals(database, proposal_ids=keys), "proposal_id", Task.of)


async def of_tasks(database: Database, keys: Sequence[int]) -> dict[int, list[Proposal]]:
    """What each task waits or waited for, oldest first."""
    return grouped(await q.proposals_of_tasks(database, task_ids=keys), "task_id", Proposal.of)


async def changed_since_asked(database: Database, keys: Sequence[int]) -> dict[int, bool]:
    """Whether what each is about was changed after it was asked, and before it ended."""
    return {row["id"]: row["changed"] for row in await q.changed_since_asked(database, proposal_ids=keys)}
