"""How many statements an act takes, from the token's to the COMMIT: each is a round trip, some under a lock."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from db.core.callers import authenticate
from db.core.database import Database
from db.core.records import Room
from db.rooms import agents
from tests.api.asking import ask
from tests.factories import World

HEARTBEAT = """mutation { heartbeat(input: {session: "main"}) {
    session { label } leases { fence expiresAt } lost { id } stale { id } unacknowledged nextWithinSeconds } }"""


@dataclass
class Counted:
    """An agent of a room, and every statement that its requests send."""

    database: Database
    sent: list[str]
    room: Room
    token: str

    async def statements(self, document: str, **variables: object) -> list[str]:
        """What a request takes of a server that has done the like before."""
        self.sent.clear()
        answer = await ask(self.database, await authenticate(self.database, self.token), document, **variables)
        assert answer.codes == []
        return list(self.sent)


@pytest.fixture
async def counted(database_url: str, world: World) -> AsyncGenerator[Counted]:
    sent: list[str] = []
    database = await Database.connect(database_url, size=1, acquire_timeout=60)
    async with database.pool.acquire() as connection:
        connection.add_query_logger(lambda record: sent.append(record.query))
    room = await world.room()
    worker = await world.agent("worker", rooms=[room])
    yield Counted(database, sent, room, await agents.issue_token(database, worker.agent_id, worker.role))
    await database.close()


async def test_a_heartbeat(counted: Counted, world: World) -> None:
    for _ in range(10):
        await world.task(counted.room)
    await counted.statements("mutation { claimNextTasks(limit: 10) { task { id } } }")
    await counted.statements(HEARTBEAT)

    sent = await counted.statements(HEARTBEAT)

    assert len(sent) <= 4, sent
