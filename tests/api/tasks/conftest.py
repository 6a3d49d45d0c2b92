"""A room without gates, and agents in it."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest

from db.core.database import Database
from db.core.records import Room
from db.events.feed import Feed
from tests import people
from tests.api.schema_client import Actor

NewActor: TypeAlias = Callable[[str], Awaitable[Actor]]


@pytest.fixture
async def room(database: Database) -> Room:
    return await people.room(database, require_done_criteria=False, require_review=False, require_handoff=False)


@pytest.fixture
def actor(database: Database, room: Room) -> NewActor:
    feed = Feed(database)

    async def new(name: str) -> Actor:
        return Actor(database, await people.caller(database, name, room), feed)

    return new


@pytest.fixture
async def ann(actor: NewActor) -> Actor:
    return await actor("ann")


@pytest.fixture
async def bob(actor: NewActor) -> Actor:
    return await actor("bob")


@pytest.fixture
async def root(database: Database) -> Actor:
    return Actor(database, await people.admin(database), Feed(database))
