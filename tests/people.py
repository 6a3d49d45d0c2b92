"""Rooms and callers to start from, made the way the server makes them."""

from db.core.callers import Caller, authenticate
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.records import Room
from db.operations import room_mutations
from db.rooms import agents


async def caller(
    database: Database, name: str, *room: Room, role: Role = Role.MEMBER, kind: AgentKind = AgentKind.AGENT
) -> Caller:
    """An agent of this name in these rooms, and a token of this role."""
    agent = await agents.ensure(database, name, kind=kind)
    await agents.grant_membership(database, agent, [one.id for one in room])
    return await authenticate(database, await agents.issue_token(database, agent.id, role))


async def admin(database: Database) -> Caller:
    """The person who makes everything."""
    return await caller(database, "root", role=Role.ADMIN, kind=AgentKind.HUMAN)


async def room(database: Database, name: str = "web", **settings: object) -> Room:
    """A room that differs from the defaults in these settings."""
    return await room_mutations.create(database, await admin(database), name, settings=settings)


async def log(database: Database, room: Room) -> list[tuple[str, dict[str, object]]]:
    """Kind and data of all that the room's log holds."""
    rows = await database.fetch("select kind, data from event where room_id = $1 order by seq", room.id)
    return [(row["kind"], row["data"]) for row in rows]
