"""Agents: programs and people, their tokens and their rooms."""

from collections.abc import Sequence

from db import ids
from db.callers import Caller
from db.database import Act, Database
from db.queries import q
from db.records import Agent, Role
from db.refusals import NotFound


async def find(on: Database | Act, caller: Caller, reference: str) -> Agent:
    """The agent of this id or name; NOT_FOUND unless it is the caller, shares a room with it, or an ADMIN asks."""
    agent = await _named(on, reference)
    if agent.id != caller.agent_id and caller.role is not Role.ADMIN:
        if not await q.shares_a_room(on, agent_id=agent.id, room_ids=sorted(caller.rooms)):
            raise NotFound(reference)
    return agent


async def find_member(on: Database | Act, room_id: int, reference: str) -> Agent:
    """The agent of this id or name, where it is a member of the room; else NOT_FOUND."""
    agent = await _named(on, reference)
    if not await q.shares_a_room(on, agent_id=agent.id, room_ids=[room_id]):
        raise NotFound(reference)
    return agent


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Agent]:
    """Agents by key."""
    return {row["id"]: Agent.of(row) for row in await q.agents_by_ids(database, agent_ids=keys)}


async def _named(on: Database | Act, reference: str) -> Agent:
    key = ids.key_or_name(ids.AGENT, reference)
    row = await (q.agent_by_id(on, agent_id=key) if isinstance(key, int) else q.agent_by_name(on, name=key))
    if row is None:
        raise NotFound(reference)
    return Agent.of(row)
