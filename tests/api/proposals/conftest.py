"""A room without gates, with agents and people in it; the ADMIN is in no room."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeAlias

import pytest

from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.records import Room
from db.events.feed import Feed
from tests import people
from tests.api.schema_client import Actor
from tests.invariants import check_what_is_stored

NewActor: TypeAlias = Callable[..., Awaitable[Actor]]


@pytest.fixture
async def room(database: Database) -> AsyncGenerator[Room]:
    made = await people.room(database, require_done_criteria=False, require_review=False, require_handoff=False)
    await database.execute("delete from room_member")
    yield made
    await check_what_is_stored(database, made.id)


@pytest.fixture
def actor(database: Database, room: Room) -> NewActor:
    feed = Feed(database)

    async def new(name: str, *, kind: AgentKind = AgentKind.AGENT, role: Role = Role.MEMBER) -> Actor:
        return Actor(database, await people.caller(database, name, room, kind=kind, role=role), feed)

    return new


@pytest.fixture
async def ann(actor: NewActor) -> Actor:
    """An agent."""
    return await actor("ann")


@pytest.fixture
async def bob(actor: NewActor) -> Actor:
    """An agent."""
    return await actor("bob")


@pytest.fixture
async def hugo(actor: NewActor) -> Actor:
    """A person."""
    return await actor("hugo", kind=AgentKind.HUMAN)


@pytest.fixture
async def ida(actor: NewActor) -> Actor:
    """A person."""
    return await actor("ida", kind=AgentKind.HUMAN)


@pytest.fixture
async def root(database: Database) -> Actor:
    """An ADMIN who sees the room and is no member."""
    return Actor(database, await people.admin(database), Feed(database))
