"""Agents: programs and people, and the rooms that they are in."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.core import ids, validation
from db.core.callers import Caller, token_hash
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.errors import BadInput, Forbidden, NameTaken, NotFound, NotHolder
from db.core.queries import q, required
from db.core.records import Agent, Room, Task
from db.core.transaction import Transaction
from db.rooms import rooms

_TOKEN_PREFIX = "gr_"  # noqa: S105  # what tokens begin with, so that scanners for leaked secrets know them
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewAgent:
    """What registerAgent is told. `rooms` None: the task's, or the caller's only one."""

    name: str
    kind: AgentKind = AgentKind.AGENT
    role: Role = Role.MEMBER
    rooms: Sequence[str] | None = None
    description: str = ""
    capabilities: Sequence[str] = ()
    spawned_for: str | None = None


async def find(on: Database | Transaction, caller: Caller, reference: str) -> Agent:
    """The agent of this id or name; NOT_FOUND unless it is the caller, shares a room with it, or an ADMIN asks."""
    agent = await _named(on, reference)
    if (
        agent.id != caller.agent_id
        and caller.role is not Role.ADMIN
        and not await q.shares_a_room(on, agent_id=agent.id, room_ids=sorted(caller.rooms))
    ):
        raise NotFound(reference)
    return agent


async def find_member(on: Database | Transaction, room_id: int, reference: str) -> Agent:
    """The agent of this id or name, where it is a member of the room; else NOT_FOUND."""
    agent = await _named(on, reference)
    if not await q.shares_a_room(on, agent_id=agent.id, room_ids=[room_id]):
        raise NotFound(reference)
    return agent


async def by_ids(database: Database | Transaction, keys: Sequence[int]) -> dict[int, Agent]:
    """Agents by key."""
    return {row["id"]: Agent.of(row) for row in await q.agents_by_ids(database, agent_ids=keys)}


async def of_rooms(database: Database, keys: Sequence[int]) -> dict[int, list[Agent]]:
    """The members of each room, by name."""
    members = defaultdict(list)
    for row in await q.members_of_rooms(database, room_ids=keys):
        members[row["room_id"]].append(Agent.of(row))
    return members


async def rooms_of(database: Database, keys: Sequence[int]) -> dict[int, list[Room]]:
    """The rooms of each agent, by name."""
    found = defaultdict(list)
    for row in await q.rooms_of_agents(database, agent_ids=keys):
        found[row["agent_id"]].append(Room.of(row))
    return found


async def related(tx: Transaction, one: int, other: int) -> bool:
    """Whether they are the same agent, or of one family, however distant: such don't review each other's work."""
    return await q.related(tx, agent_id=one, other_id=other)


async def ensure(on: Database | Transaction, name: str, *, kind: AgentKind = AgentKind.AGENT) -> Agent:
    """The agent of this name, made where there is none."""
    row = await q.agent_by_name(on, name=name)
    if row is None:
        row = await q.insert_agent(
            on, name=name, kind=kind, description="", capabilities=[], parent_id=None, spawned_for_id=None
        )
    return Agent.of(row or required(await q.agent_by_name(on, name=name)))


def new_secret() -> str:
    """The text of a new token, or of a browser session."""
    return _TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


async def issue_token(
    on: Database | Transaction,
    agent_id: int,
    role: Role,
    *,
    label: str = "",
    expires_at: datetime | None = None,
    token: str | None = None,
) -> str:
    """A new token of the agent, or the one given, made good; it can be read here and never again."""
    text = token or new_secret()
    await q.insert_token(on, agent_id=agent_id, role=role, hash=token_hash(text), label=label, expires_at=expires_at)
    return text


async def grant_membership(database: Database, agent: Agent, room_ids: Iterable[int]) -> None:
    """Let the agent into these rooms, in the name of the server; where it is in already, nothing happens."""
    async with database.transaction() as tx:
        await rooms.add_member(tx, agent, room_ids, actor=None)


async def register(database: Database, caller: Caller, new: NewAgent) -> tuple[Agent, str]:
    """A new agent with its first token, by an ADMIN, or as a subagent for a task that the caller holds.

    The token ends when that of the caller does.
    """
    caller.must_not_observe()
    validation.agent_name(new.name)
    validation.text("description", new.description)
    capabilities = checked_capabilities(new.capabilities)
    validation.items("rooms", new.rooms or ())
    async with database.transaction() as tx:
        if caller.role is not Role.ADMIN and new.spawned_for is not None:
            await _check_family(tx, caller)
        task = None if new.spawned_for is None else await _own_task(tx, caller, new.spawned_for)
        if caller.role is not Role.ADMIN:
            _check_subagent(new, task)
        room_ids = await _rooms_of_new(tx, caller, new, task)
        row = await q.insert_agent(
            tx,
            name=new.name,
            kind=new.kind,
            description=new.description,
            capabilities=capabilities,
            parent_id=caller.agent_id if task else None,
            spawned_for_id=task.id if task else None,
        )
        if row is None:
            raise NameTaken(new.name)
        agent = Agent.of(row)
        await rooms.add_member(tx, agent, room_ids, actor=caller.agent_id)
        return agent, await issue_token(tx, agent.id, new.role, expires_at=caller.token_expires_at)


async def _named(on: Database | Transaction, reference: str) -> Agent:
    key = ids.key_or_name(ids.AGENT, validation.text("agent", reference))
    row = await (q.agent_by_id(on, agent_id=key) if isinstance(key, int) else q.agent_by_name(on, name=key))
    if row is None:
        raise NotFound(reference)
    return Agent.of(row)


def checked_capabilities(values: Sequence[str]) -> list[str]:
    """These capabilities, sorted, within their bounds."""
    return sorted(validation.keys("capabilities", values))


async def _own_task(tx: Transaction, caller: Caller, reference: str) -> Task:
    """The task that a subagent is for; its holder's own, unless an ADMIN asks."""
    row = await q.lock_task(tx, task_id=ids.key(ids.TASK, reference))
    if row is None:
        raise NotFound(reference)
    task = Task.of(row)
    caller.must_work(task.room_id, reference)
    if caller.role is not Role.ADMIN and not (row["lease_runs"] and task.assignee_id == caller.agent_id):
        raise NotHolder(task=ids.of(ids.TASK, task.id), holder=row["assignee_name"] if row["lease_runs"] else None)
    return task


def _check_subagent(new: NewAgent, task: Task | None) -> None:
    """Check what a MEMBER may register: only subagents for its own task, with no more rights than its own."""
    if task is None:
        raise Forbidden(
            "Only an ADMIN can register an agent that is not a subagent.",
            "Send `spawnedFor` with a task that you hold to register a subagent, or ask an admin.",
        )
    if new.role is Role.ADMIN or new.kind is AgentKind.HUMAN:
        raise Forbidden(
            "A MEMBER can only register subagents of kind AGENT, with the role MEMBER or OBSERVER.",
            "Leave `role` and `kind` out.",
        )


async def _check_family(tx: Transaction, caller: Caller) -> None:
    """BAD_INPUT where the caller's family is as large as it may be: rates count for each agent."""
    await q.lock_agent(tx, agent_id=required(await q.family_of(tx, agent_id=caller.agent_id)))
    if await q.count_live_subagents(tx, agent_id=caller.agent_id) >= validation.MAX_SUBAGENTS:
        raise BadInput(
            "spawnedFor",
            f"You and your relatives have {validation.MAX_SUBAGENTS} live subagents, which is as many as there may be.",
            "Finish tasks that subagents were made for with completeTask or submitTask, or end one with revokeTokens.",
            validation.MAX_SUBAGENTS,
        )


async def _rooms_of_new(tx: Transaction, caller: Caller, new: NewAgent, task: Task | None) -> set[int]:
    if new.rooms is None:
        only = caller.rooms if task is None and len(caller.rooms) == 1 else ()
        return {task.room_id} if task else set(only)
    asked = {(await rooms.find(tx, caller, room)).id for room in new.rooms}
    if task is None:
        return asked
    if caller.role is not Role.ADMIN and asked - {task.room_id}:
        raise Forbidden("A subagent can only join the room of its task.", "Leave `rooms` out.")
    return asked | {task.room_id}
