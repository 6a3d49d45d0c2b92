"""The commands that let agents in, and shut them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TextIO

from db.core import ids, validation
from db.core.callers import caller_of_agent
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.errors import BadInput, NotFound
from db.core.queries import q
from db.core.records import Agent
from db.operations import agent_mutations, room_mutations, server_address
from db.rooms import agents
from db.rooms import tokens as valid
from goalroom.command_error import CommandError
from goalroom.endpoints import login_link
from goalroom.postgres import setup
from goalroom.settings import Settings


@dataclass(frozen=True, slots=True)
class NewToken:
    """What the command line asks for."""

    agent: str
    role: Role
    kind: AgentKind | None
    rooms: Sequence[str]
    label: str
    valid_for: timedelta | None


async def create(settings: Settings, new: NewToken, out: TextIO) -> None:
    """Print a new token of the agent, who is made where there is none, and let in to the rooms."""
    validation.agent_name(new.agent)
    label = validation.text("label", new.label, most=validation.MAX_TITLE)
    async with setup.opened(settings) as database:
        found = await _let_in(database, new.agent, new.rooms, new.kind, of_new=AgentKind.AGENT)
        expires_at = datetime.now(UTC) + new.valid_for if new.valid_for else None
        text = await agents.issue_token(database, found.id, new.role, label=label, expires_at=expires_at)
    out.write(f"{text}\n")


async def create_link(settings: Settings, agent: str, role: Role | None, rooms: Sequence[str], out: TextIO) -> None:
    """Print a link that signs the agent in to the dashboard; it is made, as a person, where there is none."""
    validation.agent_name(agent)
    async with setup.opened(settings) as database:
        found = await _let_in(database, agent, rooms, None, of_new=AgentKind.HUMAN)
        if found.parent_id is not None:
            raise CommandError(f"{found.name} is a subagent, which has no dashboard: name a person.", 2)
        known = await caller_of_agent(database, found.id)
        may = role or (known.role if known else Role.MEMBER)
        at = settings.public_url or await server_address.find(database) or login_link.address(settings, settings.port)
        out.write(f"{await login_link.create(database, found.id, may, at)}\n")


async def _let_in(
    database: Database, name: str, rooms: Sequence[str], kind: AgentKind | None, *, of_new: AgentKind
) -> Agent:
    """The agent of this name, made where there is none, in these rooms, or else in some."""
    joins = [await _room(database, room) for room in rooms]
    found = await agents.ensure(database, name, kind=kind or of_new)
    if kind not in {None, found.kind}:
        raise CommandError(
            f"{name} is there already, and of the kind {found.kind}: leave --kind out, or choose another name.", 2
        )
    if not joins and not (await agents.rooms_of(database, [found.id])).get(found.id):
        # Without a room it could do nothing; an ADMIN gives it others.
        joins = [(await room_mutations.ensure_main(database)).id]
    await agents.grant_membership(database, found, joins)
    return found


async def _room(database: Database, name: str) -> int:
    found = await q.room_by_name(database, name=name)
    if found is None:
        raise CommandError(f"There is no room {name}.")
    return found["id"]


async def show(settings: Settings, agent: str | None, out: TextIO) -> None:
    """A table of the valid tokens, or of those of one agent."""
    async with setup.opened(settings) as database:
        if agent is not None and await q.agent_by_name(database, name=agent) is None:
            raise CommandError(f"There is no agent {agent}.")
        found = await valid.valid_tokens(database, agent)
    if not found:
        out.write(f"{agent or 'Nobody'} has no valid token.\n")
        return
    rows = [["ID", "AGENT", "ROLE", "MADE", "LAST USED", "EXPIRES", "LABEL"]]
    for one in found:
        times = (one.created_at, one.last_used_at, one.expires_at)
        shown = [f"{time.astimezone(UTC):%Y-%m-%d %H:%MZ}" if time else "never" for time in times]
        label = f"session of {one.label}" if one.is_browser_session else one.label
        rows.append([ids.of(ids.TOKEN, one.id), one.agent, one.role, *shown, label])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    out.writelines(f"{line}\n" for line in lines)


async def revoke(settings: Settings, token_id: str, out: TextIO) -> None:
    """End the token of this id; servers close its connections within a second."""
    async with setup.opened(settings) as database:
        try:
            agent = await agent_mutations.revoke_as_server(database, token_id)
        except (NotFound, BadInput) as error:
            raise CommandError(f"There is no valid token {token_id}: `goalroom tokens` lists them.") from error
    out.write(f"Revoked {token_id}, a token of {agent.name}.\n")
