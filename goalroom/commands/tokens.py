"""The commands that let agents in, and shut them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TextIO

from db.core import ids, validation
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.errors import BadInput, NotFound
from db.core.queries import q
from db.operations import agent_mutations, room_mutations
from db.rooms import agents
from db.rooms import tokens as valid
from goalroom.command_error import CommandError
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
    name = validation.agent_name(new.agent)
    label = validation.text("label", new.label, most=validation.MAX_TITLE)
    async with setup.opened(settings) as database:
        rooms = [await _room(database, room) for room in new.rooms]
        found = await agents.ensure(database, name, kind=new.kind or AgentKind.AGENT)
        if new.kind not in {None, found.kind}:
            raise CommandError(
                f"{name} is there already, and of the kind {found.kind}: leave --kind out, or choose another name.", 2
            )
        if not rooms and not (await agents.rooms_of(database, [found.id])).get(found.id):
            # Without a room it could do nothing; an ADMIN gives it others.
            rooms = [(await room_mutations.ensure_main(database)).id]
        await agents.grant_membership(database, found, rooms)
        expires_at = datetime.now(UTC) + new.valid_for if new.valid_for else None
        text = await agents.issue_token(database, found.id, new.role, label=label, expires_at=expires_at)
    out.write(f"{text}\n")


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
        rows.append([ids.of(ids.TOKEN, one.id), one.agent, one.role, *shown, one.label])
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
