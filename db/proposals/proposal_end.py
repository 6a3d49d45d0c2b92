"""How proposals end: by the votes, the clock, or withdrawn; who is told of it, and what goes on or is blocked then."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from db.conversation import comments
from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind, EventKind, InboxKind, ProposalKind, ProposalStatus, TaskStatus
from db.core.queries import q, required
from db.core.records import Proposal, Task
from db.core.text import code_span
from db.core.transaction import Transaction
from db.events import unblocked_tasks
from db.proposals.proposal_open import question_of
from db.tasks import announcements

if TYPE_CHECKING:
    from db.core.statements import EndWaitsForRow

# How many proposals one sweep looks at.
_BATCH = 100
# What an APPROVAL says that is no escalation.
_NO = "no"
_TITLE = 300


async def close_if_decided(tx: Transaction, proposal_id: int, actor: Caller | None, note: str = "") -> Proposal | None:
    """Close the proposal if the votes or the clock settled it; as it is then, or None while it stays open.

    The room is locked. `actor` is whose vote it was, with its note; None is the clock, or that somebody left.
    """
    row = await q.close_if_decided(tx, proposal_id=proposal_id)
    return None if row is None else await _ended(tx, Proposal.of(row), actor, note)


async def withdraw(tx: Transaction, proposal_id: int, caller: Caller) -> Proposal:
    """Close the open proposal without an outcome. The room is locked, and so is the proposal."""
    return await _ended(tx, Proposal.of(required(await q.close_withdrawn(tx, proposal_id=proposal_id))), caller, "")


async def close_overdue(database: Database) -> int:
    """Close a batch of the proposals whose time is over; answers how many."""
    return await _close_each(database, [row["id"] for row in await q.overdue_proposals(database, most=_BATCH)])


async def close_settled(database: Database, agent_id: int | None = None) -> int:
    """Close what is settled since somebody left who is waited for no more: this agent, or anybody; answers how many."""
    rows = await q.settled_proposals(database, agent_id=agent_id, most=_BATCH)
    return await _close_each(database, [row["id"] for row in rows])


async def remind_voters(database: Database) -> int:
    """Ask those once more who were told, acknowledged it, and have not voted; answers of how many proposals."""
    async with database.transaction() as tx:
        due = {row["id"]: Proposal.of(row) for row in await q.take_reminders(tx, most=_BATCH)}
        for row in await q.voters_to_remind(tx, proposal_ids=list(due)) if due else ():
            proposal = due[row["proposal_id"]]
            text = question_of(proposal, "Your vote is still missing on")
            tx.notify(
                row["agent_id"],
                proposal.room_id,
                InboxKind.PROPOSAL,
                text,
                by=None,
                task=proposal.escalates_id,
                proposal=proposal.id,
            )
    return len(due)


async def _close_each(database: Database, proposal_ids: Iterable[int]) -> int:
    closed = 0
    for proposal_id in proposal_ids:
        async with database.transaction() as tx:
            found = Proposal.of(required(await q.proposal_by_id(tx, proposal_id=proposal_id)))
            await q.lock_room(tx, room_id=found.room_id)
            await q.lock_proposal(tx, proposal_id=found.id)
            closed += await close_if_decided(tx, found.id, None) is not None
    return closed


async def _ended(tx: Transaction, proposal: Proposal, actor: Caller | None, note: str) -> Proposal:
    """Do all that follows from the end: it was just written, and the room is locked."""
    by = actor.agent_id if actor else None
    votes = {row["option"]: row["votes"] for row in await q.count_votes(tx, proposal_id=proposal.id)}
    counts = {option: votes.get(option, 0) for option in proposal.options} | votes
    tx.append_event(
        proposal.room_id,
        EventKind.PROPOSAL_CLOSED,
        actor=by,
        task=proposal.escalates_id,
        proposal=proposal.id,
        data={
            "status": proposal.status.value,
            "outcome": proposal.outcome,
            "byDefault": proposal.by_default,
            "counts": counts,
        },
    )
    words = _words(proposal, actor)
    rows = await _end_waits(tx, proposal, by, words)
    if proposal.status is ProposalStatus.DECIDED:
        await _comment(tx, rows, by, _decision(proposal, counts, actor, note))
    await q.acknowledge_proposal(tx, proposal_id=proposal.id, agent_id=None)
    _tell(tx, proposal, by, words, rows)
    return proposal


async def _end_waits(tx: Transaction, proposal: Proposal, by: int | None, words: str) -> Sequence["EndWaitsForRow"]:
    """Nothing waits for it any more: what it holds back is BLOCKED by it, all else goes on; the tasks as they are."""
    task_ids = [row["task_id"] for row in await q.waiting_tasks(tx, proposal_id=proposal.id)]
    if not task_ids:
        return ()
    await q.lock_tasks(tx, task_ids=task_ids)
    reason = f"{words} unblockTask lets it go on." if _holds_back(proposal) else None
    rows = await q.end_waits_for(tx, proposal_id=proposal.id, reason=reason)
    owners = {row["assignee_id"] for row in rows if row["assignee_id"] is not None}
    names = {row["id"]: row["name"] for row in await q.agents_by_ids(tx, agent_ids=sorted(owners))}
    for row in rows:
        task = Task.of(row)
        if row["is_held"] and row["was_status"] == TaskStatus.TODO:
            data: dict[str, object] = {"reason": task.blocked_reason, "dependsOn": []}
            tx.append_task_event(EventKind.TASK_BLOCKED, task, by, data)
            owner = None if task.assignee_id is None else names[task.assignee_id]
            await announcements.blocked(tx, task, owner, task.blocked_reason)
        elif row["is_held"]:
            tx.append_task_event(EventKind.TASK_UPDATED, task, by, {"changes": {"reason": task.blocked_reason}})
        elif row["resumes"] or (row["ready"] and not row["was_ready"]):
            # Its owner hears of the end itself.
            unblocked_tasks.clear(tx, task.id, words.rstrip("."), by, resumes=row["resumes"], told=True)
    return rows


def _holds_back(proposal: Proposal) -> bool:
    """Whether what waited is blocked now. Of what its holder asked for, every answer lets it go on."""
    is_no = proposal.kind is ProposalKind.APPROVAL and proposal.escalates_id is None and proposal.outcome == _NO
    return is_no or proposal.status is ProposalStatus.EXPIRED


def _words(proposal: Proposal, actor: Caller | None) -> str:
    """What is said of the end, to people."""
    name = f"{ids.of(ids.PROPOSAL, proposal.id)} '{proposal.title}'"
    match proposal.status:
        case ProposalStatus.EXPIRED:
            return f"{name} expired without a decision."
        case ProposalStatus.WITHDRAWN:
            return f"{name} was withdrawn."
    if proposal.by_default:
        return f"{name} was decided by default: {proposal.outcome}."
    by = f" by @{actor.name}" if actor and proposal.kind is ProposalKind.APPROVAL else ""
    return f"{name} was decided{by}: {proposal.outcome}."


def _decision(proposal: Proposal, counts: Mapping[str, int], actor: Caller | None, note: str) -> str:
    """The comment on what waited. Nothing in it is a mention but what the note mentions."""
    title, outcome = code_span(proposal.title, _TITLE), code_span(proposal.outcome or "", _TITLE)
    if proposal.by_default:
        how = ", by default, for nobody decided in time"
    elif proposal.kind is ProposalKind.VOTE:
        how = f", by vote: {', '.join(f'{code_span(option, _TITLE)} {votes}' for option, votes in counts.items())}"
    else:
        how = f", by {actor.name}" if actor else ""
    said = f"\n\n{actor.name}: {note}" if actor and note.strip() else ""
    return f"{ids.of(ids.PROPOSAL, proposal.id)} {title} was decided: {outcome}{how}.{said}"


async def _comment(tx: Transaction, rows: Sequence["EndWaitsForRow"], by: int | None, body: str) -> None:
    for at, row in enumerate(rows):
        await comments.write(
            tx, row["room_id"], CommentKind.DECISION, body, author=by, task=row["id"], is_repeated=at > 0
        )


def _tell(tx: Transaction, proposal: Proposal, by: int | None, words: str, rows: Sequence["EndWaitsForRow"]) -> None:
    """One item for each owner of what waited, and one for the author, who may be one of them."""
    owned = defaultdict(list)
    for row in rows:
        if row["assignee_id"] is not None and not Task.of(row).finished:
            owned[row["assignee_id"]].append(row)
    for owner, theirs in owned.items():
        named = ", ".join(f"{ids.of(ids.TASK, row['id'])} '{row['title']}'" for row in theirs)
        follows = "is BLOCKED by that until unblockTask" if theirs[0]["is_held"] else "waits for it no more"
        tx.notify(
            owner,
            proposal.room_id,
            InboxKind.DECIDED,
            f"{words} Your {named} {follows}.",
            by=by,
            task=theirs[0]["id"],
            proposal=proposal.id,
        )
    if proposal.author_id not in owned:
        tx.notify(
            proposal.author_id,
            proposal.room_id,
            InboxKind.DECIDED,
            f"Your question is answered: {words}" if proposal.outcome else f"Your question has ended: {words}",
            by=by,
            task=proposal.escalates_id,
            proposal=proposal.id,
        )
