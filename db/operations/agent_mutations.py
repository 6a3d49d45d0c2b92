"""Changes of agents that reach their work: the rooms that they leave, and the tokens that they lose."""

from collections.abc import Mapping, Sequence
from typing import Any

from db.core import validation
from db.core.callers import Caller, token_hash
from db.core.database import Database
from db.core.enums import EventKind, Presence, Role
from db.core.errors import BadInput, Forbidden, NotFound
from db.core.queries import q, required
from db.core.records import Agent
from db.core.transaction import Topic, Transaction
from db.rooms import agents, rooms
from db.tasks import leaving


async def update(database: Database, caller: Caller, reference: str | None, changes: Mapping[str, Any]) -> Agent:
    """Change description, capabilities or rooms: of oneself, one's subagents, or, for an ADMIN, anyone.

    `rooms` is the whole set of memberships, and for an ADMIN alone. Null clears each of the three.
    """
    caller.must_not_observe()
    wanted: dict[str, Any] = {}
    if "description" in changes:
        wanted["description"] = validation.text("description", changes["description"] or "")
    if "capabilities" in changes:
        wanted["capabilities"] = agents.checked_capabilities(changes["capabilities"] or ())
    async with database.transaction() as tx:
        agent = await agents.find(tx, caller, reference or caller.name)
        if caller.role is not Role.ADMIN and caller.agent_id not in (agent.id, agent.parent_id):
            raise Forbidden(
                f"You can only change yourself and your subagents, and @{agent.name} is neither.",
                f"Ask @{agent.name} itself, or an admin, to do it.",
            )
        if "rooms" in changes:
            caller.must_administrate("change the rooms of agents")
            await _move(tx, caller, agent, changes["rooms"] or ())
            tx.publish_change(Topic.AGENT, agent.id)
        if wanted:
            agent = Agent.of(required(await q.change_agent(tx, agent_id=agent.id, changes=wanted)))
    return agent


async def revoke_tokens(database: Database, caller: Caller, reference: str | None, token: str | None) -> int:
    """End every token of the agent, or the one given: the caller's own, or, for an ADMIN, anyone's. Says how many."""
    caller.must_not_observe()
    if token is not None:
        if reference is not None:
            raise BadInput(
                "token",
                "agent and token are mutually exclusive: `agent` revokes all of its tokens, `token` that one.",
            )
        owner = await q.token_owner(database, hash=token_hash(token))
        if owner is None or (owner != caller.agent_id and caller.role is not Role.ADMIN):
            # Never the token itself, which would end in logs.
            raise NotFound("token")
    else:
        owner = (await agents.find(database, caller, reference or caller.name)).id
        if owner != caller.agent_id:
            caller.must_administrate("revoke the tokens of others")
    async with database.transaction() as tx:
        await q.lock_agent(tx, agent_id=owner)
        rows = await q.revoke_tokens(tx, agent_id=owner, hash=None if token is None else token_hash(token))
        if rows:
            await leaving.tokens_revoked(tx, owner, caller.agent_id)
        tx.publish_change(Topic.AGENT, owner)
    return len(rows)


async def _move(tx: Transaction, caller: Caller, agent: Agent, references: Sequence[str]) -> None:
    """Into exactly these rooms. What the agent holds and was to review in those that it leaves goes back."""
    wanted = {(await rooms.find(tx, caller, room)).id for room in validation.items("rooms", references)}
    await q.lock_agent(tx, agent_id=agent.id)
    left = await q.leave_other_rooms(tx, agent_id=agent.id, room_ids=sorted(wanted))
    if left:
        await leaving.give_back(tx, [agent.id], [row["room_id"] for row in left], caller.agent_id)
    for row in left:
        if row["presence"] != Presence.OFFLINE:
            data = {"presence": Presence.OFFLINE, "previous": row["presence"]}
            tx.append_event(
                row["room_id"], EventKind.PRESENCE_CHANGED, actor=caller.agent_id, agent=agent.id, data=data
            )
    await rooms.add_member(tx, agent, wanted, actor=caller.agent_id)
