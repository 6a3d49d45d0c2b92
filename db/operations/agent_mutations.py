"""Changes of agents that reach their work: the rooms that they leave, and the tokens that they lose."""

from collections.abc import Mapping, Sequence
from typing import Any

from db.core import ids, validation
from db.core.callers import Caller, token_hash
from db.core.database import Database
from db.core.enums import EventKind, Presence, Role
from db.core.errors import BadInput, Forbidden, NotFound
from db.core.queries import q, required
from db.core.records import Agent
from db.core.transaction import Topic, Transaction
from db.proposals import proposal_end
from db.rooms import agents, rooms
from db.tasks import leaving


async def update(database: Database, caller: Caller, reference: str | None, changes: Mapping[str, Any]) -> Agent:
    """Change description, capabilities, rooms or kind: of oneself, one's subagents, or, for an ADMIN, anyone.

    `rooms` is the whole set of memberships; it and `kind` are for an ADMIN alone. Null clears each but the kind.
    """
    caller.must_not_observe()
    wanted: dict[str, Any] = {}
    if "description" in changes:
        wanted["description"] = validation.text("description", changes["description"] or "")
    if "capabilities" in changes:
        wanted["capabilities"] = agents.checked_capabilities(changes["capabilities"] or ())
    if "kind" in changes:
        if changes["kind"] is None:
            raise BadInput("kind", "kind can't be null: leave it out to keep it as it is.")
        wanted["kind"] = changes["kind"]
    async with database.transaction() as tx:
        agent = await agents.find(tx, caller, reference or caller.name)
        if caller.role is not Role.ADMIN and caller.agent_id not in (agent.id, agent.parent_id):
            raise Forbidden(
                f"You can only change yourself and your subagents, and @{agent.name} is neither.",
                f"Ask @{agent.name} itself, or an admin, to do it.",
            )
        if "kind" in changes:
            caller.must_administrate("change the kind of agents")
        if "rooms" in changes:
            caller.must_administrate("change the rooms of agents")
            await _move(tx, caller, agent, changes["rooms"] or ())
        if wanted:
            agent = Agent.of(required(await q.change_agent(tx, agent_id=agent.id, changes=wanted)))
        tx.publish_change(Topic.AGENT, agent.id)
    if "rooms" in changes:
        await proposal_end.close_settled(database, agent.id)
    return agent


async def revoke_tokens(
    database: Database,
    caller: Caller,
    reference: str | None = None,
    *,
    token: str | None = None,
    token_id: str | None = None,
) -> int:
    """End every token of the agent, or one, given by its text or its id: the caller's own, or, for an ADMIN, anyone's.

    Answers how many ended.
    """
    caller.must_not_observe()
    if sum(one is not None for one in (reference, token, token_id)) > 1:
        raise BadInput(
            "token",
            "agent, token and id are mutually exclusive: `agent` revokes all of its tokens, the others one.",
            "Send one of them, or none to revoke all of your own tokens.",
        )
    if token is None and token_id is None:
        key, owner = None, (await agents.find(database, caller, reference or caller.name)).id
        if owner != caller.agent_id:
            caller.must_administrate("revoke the tokens of others")
    else:
        key, owner = await _find_token(database, caller, token, token_id)
    return await _revoke(database, owner, key, actor=caller.agent_id)


async def revoke_as_server(database: Database, token_id: str) -> Agent:
    """End the token of this id, in the name of the server; whose it was. NOT_FOUND where none lets anybody in."""
    found = await q.token_owner(database, token_id=ids.key(ids.TOKEN, token_id), hash=None)
    if found is None or not await _revoke(database, found["agent_id"], found["id"], actor=None):
        raise NotFound(token_id)
    return (await agents.by_ids(database, [found["agent_id"]]))[found["agent_id"]]


async def _revoke(database: Database, owner: int, key: int | None, *, actor: int | None) -> int:
    async with database.transaction() as tx:
        await q.lock_agent(tx, agent_id=owner)
        rows = await q.revoke_tokens(tx, agent_id=owner, token_id=key)
        if rows:
            await leaving.tokens_revoked(tx, owner, actor)
        tx.publish_change(Topic.AGENT, owner)
    await proposal_end.close_settled(database, owner)
    # With a token go its browser sessions, which nobody made apart from it.
    return sum(row["signed_in_with_id"] is None or row["id"] == key for row in rows)


async def _find_token(database: Database, caller: Caller, token: str | None, token_id: str | None) -> tuple[int, int]:
    """The keys of the token and of its agent; NOT_FOUND unless it is the caller's own, or an ADMIN asks."""
    found = await q.token_owner(
        database,
        token_id=None if token_id is None else ids.key(ids.TOKEN, token_id),
        hash=None if token is None else token_hash(token),
    )
    if found is None or not caller.sees_tokens_of(found["agent_id"]):
        # Never the token itself, which would end in logs.
        raise NotFound(token_id or "token")
    return found["id"], found["agent_id"]


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
