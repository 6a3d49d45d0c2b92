"""Browser sessions: what a browser's cookie lets it in with; and the tickets of login links, which begin one."""

import secrets

from db.core import validation
from db.core.callers import Caller, browser_session_hash, token_hash
from db.core.database import Database
from db.core.enums import Role
from db.core.errors import Forbidden
from db.core.queries import q, required
from db.core.transaction import Topic
from db.rooms import agents

# In whose name login links sign in: a token whose text nobody knows, so that it can be revoked, and they with it.
_LOGIN_LINKS = "login links"
_TICKET_BYTES = 24


async def begin(database: Database, caller: Caller, label: str) -> str:
    """A session in the name of the caller's token; its text can be read here and never again."""
    session = await _begin(database, caller.agent_id, caller.token_id, label)
    if session is None:
        raise Forbidden(
            "A subagent's token can't sign in to the dashboard.",
            "Send the token of a person.",
        )
    return session


async def begin_with_ticket(database: Database, ticket: str, label: str) -> str | None:
    """A session of whom the ticket is for, or nothing where it was used, or is over. It is used up by that."""
    row = await q.take_login_ticket(database, hash=token_hash(ticket))
    return None if row is None else await _begin(database, row["agent_id"], row["token_id"], label)


async def end(database: Database, caller: Caller, *, everywhere: bool = False) -> None:
    """Sign out the caller's session, or all browsers of its agent."""
    async with database.transaction() as tx:
        await q.lock_agent(tx, agent_id=caller.agent_id)
        session = None if everywhere else caller.token_id
        await q.end_browser_sessions(tx, agent_id=caller.agent_id, session_id=session)
        tx.publish_change(Topic.AGENT, caller.agent_id)


async def issue_ticket(database: Database, agent_id: int, role: Role, seconds: float) -> str:
    """A ticket that signs the agent in with this role, once, within so many seconds."""
    ticket = secrets.token_urlsafe(_TICKET_BYTES)
    async with database.transaction() as tx:
        # One after the other, so that there is one token for all of its links.
        await q.lock_agent(tx, agent_id=agent_id)
        token_id = await q.token_of_login_links(tx, agent_id=agent_id, role=role, label=_LOGIN_LINKS)
        if token_id is None:
            await agents.issue_token(tx, agent_id, role, label=_LOGIN_LINKS)
            token_id = required(await q.token_of_login_links(tx, agent_id=agent_id, role=role, label=_LOGIN_LINKS))
        await q.add_login_ticket(tx, hash=token_hash(ticket), token_id=token_id, seconds=seconds)
    return ticket


async def _begin(database: Database, agent_id: int, token_id: int, label: str) -> str | None:
    text = agents.new_secret()
    async with database.transaction() as tx:
        await q.lock_agent(tx, agent_id=agent_id)
        session = await q.begin_browser_session(
            tx, token_id=token_id, hash=browser_session_hash(text), label=label[: validation.MAX_TITLE]
        )
        if session is None:
            return None
        if await q.end_old_browser_sessions(tx, agent_id=agent_id, most=validation.MAX_BROWSER_SESSIONS):
            tx.publish_change(Topic.AGENT, agent_id)
    return text
