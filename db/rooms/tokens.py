"""Tokens: what lets a program speak as an agent. Only their hashes are stored."""

from collections.abc import Sequence
from datetime import UTC, datetime

from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import Role
from db.core.errors import BadInput, Forbidden
from db.core.grouping import grouped
from db.core.queries import q
from db.core.records import Agent, Token
from db.rooms import agents

_RANK = {Role.OBSERVER: 0, Role.MEMBER: 1, Role.ADMIN: 2}
# How many old tokens one sweep deletes at most.
_BATCH = 200


async def delete_old(database: Database) -> int:
    """Delete a batch of the tokens that were revoked, or ended, 30 days ago; answers how many."""
    return len(await q.delete_old_tokens(database, most=_BATCH))


async def create(
    database: Database,
    caller: Caller,
    reference: str | None,
    *,
    role: Role | None,
    label: str | None,
    expires_at: datetime | None,
) -> tuple[Agent, str]:
    """A token of the caller's own identity with at most its own role, or, for an ADMIN, any token of anyone."""
    caller.must_not_observe()
    agent = await agents.find(database, caller, reference or caller.name)
    own = agent.id == caller.agent_id
    if not own:
        caller.must_administrate("make tokens for others")
    chosen = role or (caller.role if own else Role.MEMBER)
    if _RANK[chosen] > _RANK[caller.role]:
        raise Forbidden(
            f"A token can't grant more than your own role: {chosen} is above {caller.role}.",
            f"Send {caller.role} or a lower role, or ask an admin.",
        )
    said, end = validation.text("label", label or "", most=validation.MAX_TITLE), _end(caller, expires_at)
    async with database.transaction() as tx:
        # One after the other, so that no two are the last one.
        await q.lock_agent(tx, agent_id=agent.id)
        if await q.count_tokens(tx, agent_id=agent.id) >= validation.MAX_TOKENS:
            raise BadInput(
                "agent",
                f"@{agent.name} has {validation.MAX_TOKENS} live tokens, which is as many as one agent may have.",
                f"'agent(agent: \"{agent.name}\") {{ tokens {{ id label lastUsedAt }} }}' lists them;"
                " revokeTokens with an `id` ends one.",
                validation.MAX_TOKENS,
            )
        return agent, await agents.issue_token(tx, agent.id, chosen, label=said, expires_at=end)


async def valid_tokens(database: Database, agent: str | None) -> list[Token]:
    """All valid tokens, or those of the agent of this name."""
    return [Token.of(row) for row in await q.good_tokens(database, agent=agent)]


async def of_agents(database: Database, keys: Sequence[int]) -> dict[int, list[Token]]:
    """The valid tokens of each agent, the oldest first."""
    return grouped(await q.tokens_of_agents(database, agent_ids=keys), "agent_id", Token.of)


def _end(caller: Caller, expires_at: datetime | None) -> datetime | None:
    """When the new token ends: it doesn't outlive the one that makes it."""
    latest = caller.token_expires_at
    if expires_at is None:
        return latest
    instant = validation.time("expiresAt", expires_at)
    if instant <= datetime.now(UTC):
        raise BadInput("expiresAt", f"expiresAt is {instant.isoformat()}, which is in the past.")
    if latest is not None and instant > latest:
        raise BadInput(
            "expiresAt",
            f"expiresAt is {instant.isoformat()}, and the token that you send ends before: {latest.isoformat()}.",
            "Send that time or an earlier one, or leave it out.",
        )
    return instant
