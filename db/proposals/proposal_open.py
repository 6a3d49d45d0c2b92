"""Opening a proposal: a vote of the team, an approval by a person, or the question of a task's holder."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from db.conversation import comments
from db.core import idempotency, ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, EventKind, InboxKind, ProposalKind, TaskStatus
from db.core.errors import BadInput, WrongStatus
from db.core.queries import q, required
from db.core.records import Agent, Proposal, Room, Task
from db.core.text import one_line
from db.core.transaction import Transaction
from db.goal_tree.references import find_task
from db.proposals.proposal_lists import get_seen
from db.resources import resources
from db.rooms import agents, rooms
from db.tasks import announcements
from db.tasks.task_guard import Held, hold, late_text, require_holder

# May always be voted, and decides nothing.
ABSTAIN = "abstain"

_APPROVAL_OPTIONS = ("yes", "no")
_VOTE_OPTIONS = ("approve", "reject")
_FEWEST_OPTIONS, _MOST_OPTIONS = 2, 10


@dataclass(frozen=True, slots=True)
class NewProposal:
    """What propose is told; None is what was left out."""

    room: str | None
    kind: ProposalKind
    title: str
    body: str = ""
    options: Sequence[str] | None = None
    electorate: Sequence[str] | None = None
    quorum: int | None = None
    closes_at: datetime | None = None
    default_option: str | None = None
    tasks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewEscalation:
    """What escalate is told; None is what was left out."""

    task: str
    question: str
    options: Sequence[str] | None = None
    closes_at: datetime | None = None
    default_option: str | None = None
    fence: int | None = None


@dataclass(frozen=True, slots=True)
class _Terms:
    """What is frozen when a proposal is opened."""

    kind: ProposalKind
    title: str
    body: str
    options: Sequence[str]
    default_option: str | None
    closes_at: datetime | None


async def propose(database: Database, caller: Caller, new: NewProposal, key: str | None = None) -> Proposal:
    """Ask the electorate to decide; the tasks wait for it. The same key again answers with the same proposal."""
    terms = _proposed(new)
    references = list(dict.fromkeys(validation.items("tasks", new.tasks)))
    async with database.transaction() as tx:
        room = await rooms.find(tx, caller, new.room)
        caller.must_work(room.id, ids.of(ids.ROOM, room.id))
        answer = await idempotency.stored_answer(tx, caller, "propose", key, [room.id, *astuple(new)])
        if answer is not None:
            return await get_seen(tx, caller, answer)
        await rooms.lock(tx, room.id)
        tasks = [await find_task(tx, caller, reference) for reference in references]
        for reference, task in zip(references, tasks, strict=True):
            validation.same_room("tasks", reference, task.room_id, room.id)
        electorate = await _electorate(tx, caller, room, new)
        proposal = await _open(tx, caller, room, terms, electorate, _quorum(new, electorate), tasks)
        await idempotency.store_answer(tx, caller, "propose", key, proposal.id)
        return proposal


async def escalate(database: Database, caller: Caller, new: NewEscalation, key: str | None = None) -> Proposal:
    """Ask a person to decide, as the task's holder: the task is BLOCKED, with no lease, until somebody did."""
    if not new.question.strip():
        raise BadInput("question", "question is empty.")
    validation.text("question", new.question)
    options = _APPROVAL_OPTIONS if new.options is None else _options(new.options)
    terms = _Terms(
        ProposalKind.APPROVAL,
        one_line(new.question, validation.MAX_TITLE),
        new.question,
        options,
        *_ending(new.default_option, new.closes_at, options),
    )
    async with comments.preserve_late_text(database, caller), database.transaction() as tx:
        found = await find_task(tx, caller, new.task)
        caller.must_work(found.room_id, new.task)
        answer = await idempotency.stored_answer(tx, caller, "escalate", key, astuple(new))
        if answer is not None:
            return await get_seen(tx, caller, answer)
        room = await rooms.lock(tx, found.room_id)
        held = await hold(tx, caller, new.task, fence=new.fence, text=new.question)
        await _require_unasked_holder(tx, held, caller)
        people = await _people(tx, caller, room)
        proposal = await _open(tx, caller, room, terms, people, 1, [held.task], escalated=held.task)
        await _block(tx, caller, held, proposal)
        await idempotency.store_answer(tx, caller, "escalate", key, proposal.id)
        return proposal


def _proposed(new: NewProposal) -> _Terms:
    """The terms, within their bounds."""
    title = validation.title("title", new.title)
    body = validation.text("body", new.body)
    if new.kind is ProposalKind.APPROVAL:
        for field, given in (("options", new.options), ("quorum", new.quorum)):
            if given is not None:
                raise BadInput(
                    field,
                    f"An APPROVAL takes no {field}: one person decides, yes or no.",
                    f"Leave `{field}` out, or send kind VOTE. The holder of a task can ask with options of its own by "
                    "escalate.",
                )
        options: Sequence[str] = _APPROVAL_OPTIONS
    else:
        options = _VOTE_OPTIONS if new.options is None else _options(new.options)
    return _Terms(new.kind, title, body, options, *_ending(new.default_option, new.closes_at, options))


def _options(given: Sequence[str]) -> Sequence[str]:
    validation.items("options", given, least=_FEWEST_OPTIONS, most=_MOST_OPTIONS)
    if len(validation.keys("options", given)) < len(given):
        raise BadInput("options", "options contains the same option twice.")
    if ABSTAIN in given:
        raise BadInput("options", f"{ABSTAIN} may always be voted and is no option.", f"Leave {ABSTAIN} out.")
    return given


def _ending(
    default: str | None, closes_at: datetime | None, options: Sequence[str]
) -> tuple[str | None, datetime | None]:
    """`defaultOption` and `closesAt`, in the order of the terms. Whether it lies ahead the database's clock says."""
    if default is not None and default not in options:
        raise BadInput("defaultOption", "defaultOption is not one of the options.", options=options)
    if default is not None and closes_at is None:
        raise BadInput("defaultOption", "defaultOption needs closesAt: it is taken then, if nobody decided.")
    return default, None if closes_at is None else validation.time("closesAt", closes_at)


async def _electorate(tx: Transaction, caller: Caller, room: Room, new: NewProposal) -> list[Agent]:
    """Who may vote: those named, or all that may work in the room, of an APPROVAL the people among them."""
    named = None
    if new.electorate is not None:
        references = dict.fromkeys(validation.items("electorate", new.electorate))
        found = [await agents.find_member(tx, room.id, reference) for reference in references]
        named = list({agent.id: agent for agent in found}.values())
        if not named:
            raise BadInput("electorate", "electorate is empty.", "Name those who decide, or leave `electorate` out.")
    if new.kind is ProposalKind.APPROVAL:
        return await _people(tx, caller, room, named)
    if named is None:
        named = [Agent.of(row) for row in await q.workers_of(tx, room_id=room.id, people=False)]
    if not named:
        raise BadInput("electorate", "Nobody may work in this room, so nobody could vote.", "Add members first.")
    return named


async def _people(tx: Transaction, caller: Caller, room: Room, named: Sequence[Agent] | None = None) -> list[Agent]:
    """The people who may decide; BAD_INPUT where one of those named is none, or nobody but the author is left."""
    able = [Agent.of(row) for row in await q.workers_of(tx, room_id=room.id, people=True)]
    programs = [agent.name for agent in named or () if agent.kind is not AgentKind.HUMAN]
    if programs:
        raise BadInput(
            "electorate",
            f"Only people decide an APPROVAL, and @{programs[0]} is none.",
            "Name HUMAN members: 'room { agents { name kind } }' lists the members. Agents decide by kind VOTE.",
        )
    chosen = list(able if named is None else named)
    if not {agent.id for agent in chosen} & {agent.id for agent in able} - {caller.agent_id}:
        raise BadInput(
            "electorate",
            f"There is nobody in the room {room.name} who could decide this: a HUMAN member, not its author.",
            f'An ADMIN can add one: registerAgent(input: {{name: "NAME", kind: HUMAN, rooms: ["{room.name}"]}}).',
        )
    return chosen


def _quorum(new: NewProposal, electorate: Sequence[Agent]) -> int:
    if new.kind is ProposalKind.APPROVAL:
        return 1
    if new.quorum is None:
        return len(electorate) // 2 + 1
    return validation.integer("quorum", new.quorum, 1, len(electorate))


async def _open(
    tx: Transaction,
    caller: Caller,
    room: Room,
    terms: _Terms,
    electorate: Sequence[Agent],
    quorum: int,
    tasks: Sequence[Task],
    escalated: Task | None = None,
) -> Proposal:
    """Write it, let the tasks wait for it, and ask the electorate. The room's lock is held."""
    if terms.closes_at is not None and not await q.lies_ahead(tx, at=terms.closes_at):
        raise BadInput("closesAt", "closesAt does not lie ahead.")
    row = await q.insert_proposal(
        tx,
        room_id=room.id,
        kind=terms.kind,
        author_id=caller.agent_id,
        title=terms.title,
        body=terms.body,
        options=terms.options,
        quorum=quorum,
        default_option=terms.default_option,
        escalates_id=escalated.id if escalated else None,
        closes_at=terms.closes_at,
    )
    proposal = Proposal.of(required(row))
    await q.insert_voters(tx, proposal_id=proposal.id, agent_ids=[agent.id for agent in electorate])
    task_ids = [task.id for task in tasks]
    if tasks:
        await q.lock_tasks(tx, task_ids=task_ids)
        await q.insert_proposal_tasks(tx, proposal_id=proposal.id, task_ids=task_ids)
        await q.start_waits_for(tx, proposal_id=proposal.id)
    tx.append_event(
        room.id,
        EventKind.PROPOSAL_OPENED,
        actor=caller.agent_id,
        task=escalated.id if escalated else None,
        objective=escalated.objective_id if escalated else None,
        proposal=proposal.id,
        data={"kind": proposal.kind.value, "options": list(proposal.options)},
    )
    for agent in electorate:
        if agent.id != caller.agent_id:
            tx.notify(
                agent.id,
                room.id,
                InboxKind.PROPOSAL,
                question_of(proposal, f"@{caller.name} asks you to decide"),
                by=caller.agent_id,
                task=proposal.escalates_id,
                proposal=proposal.id,
            )
    return proposal


def question_of(proposal: Proposal, asks: str) -> str:
    """A line for the inbox of who may vote."""
    by = "" if proposal.closes_at is None else f" by {proposal.closes_at:%Y-%m-%d %H:%M} UTC"
    name = f"{ids.of(ids.PROPOSAL, proposal.id)} '{proposal.title}'"
    return f"{asks} {name}{by}: {', '.join(proposal.options)}. Answer with vote."


async def _require_unasked_holder(tx: Transaction, held: Held, caller: Caller) -> None:
    """WRONG_STATUS where the task can't be escalated, whoever asks; NOT_HOLDER for anybody but its holder."""
    task = held.task
    is_asked = await q.escalation_of(tx, task_id=task.id) is not None
    if task.status in (TaskStatus.BLOCKED, TaskStatus.VALIDATING) or is_asked:
        text = "" if task.assignee_id == caller.agent_id else await late_text(tx, held, caller)
        raise WrongStatus(id=held.id, status=task.status.value, allowed=[TaskStatus.DOING.value], text=text)
    await require_holder(tx, held, caller)


async def _block(tx: Transaction, caller: Caller, held: Held, proposal: Proposal) -> None:
    """Nothing but the open question blocks it: no words are needed, and no lease runs."""
    await q.block_task(tx, task_id=held.task.id, reason=None, reason_ends=False)
    words = f"Waits for {ids.of(ids.PROPOSAL, proposal.id)} '{proposal.title}'."
    data: dict[str, object] = {"reason": words, "dependsOn": []}
    tx.append_task_event(EventKind.TASK_BLOCKED, held.task, caller.agent_id, data)
    await resources.release(tx, held.holds, caller.agent_id, worked=False)
    await announcements.blocked(tx, held.task, caller.name, words)
