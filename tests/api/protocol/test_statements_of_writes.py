"""How many statements an act takes, from the token's to the COMMIT: each is a round trip, some under a lock."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from db.core import ids
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
        for _ in range(2):
            await self.ask(document, **variables)
        self.sent.clear()
        await self.ask(document, **variables)
        return list(self.sent)

    async def ask(self, document: str, **variables: object) -> None:
        answer = await ask(self.database, await authenticate(self.database, self.token), document, **variables)
        assert answer.codes == []


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
    await counted.ask("mutation { claimNextTasks(limit: 10) { task { id } } }")
    sent = await counted.statements(HEARTBEAT)

    assert len(sent) <= 4, sent


COMPLETE = "mutation ($input: SubmitTaskInput!) { completeTask(input: $input) { id status } }"


@dataclass
class Claimed:
    """A task that the worker holds; its criterion, and the input that completes it."""

    task: str
    input: dict[str, Any]


async def claimed(counted: Counted, world: World, dependents: int = 0, **new: Any) -> Claimed:
    task = await world.task(counted.room, criteria=["It works"], **new)
    for _ in range(dependents):
        await world.task(counted.room, depends_on=[ids.of(ids.TASK, task.id)])
    name = ids.of(ids.TASK, task.id)
    await counted.ask(f'mutation {{ claimTask(input: {{task: "{name}"}}) {{ task {{ id }} }} }}')
    criterion = await counted.database.fetchval("select id from criterion where task_id = $1", task.id)
    met = [{"id": ids.of(ids.CRITERION, criterion), "met": True, "evidence": "Seen"}]
    artifacts = [{"url": "https://example.org/1"}]
    return Claimed(name, {"task": name, "summary": "Done", "criteria": met, "artifacts": artifacts})


async def test_completing_a_task(counted: Counted, world: World) -> None:
    goal = ids.of(ids.OBJECTIVE, (await world.objective(counted.room)).id)
    await world.task(counted.room, objective=goal)
    for dependents, new, most in ((0, {}, 7), (0, {"objective": goal}, 8), (3, {}, 9)):
        for _ in range(2):
            await counted.ask(COMPLETE, input=(await claimed(counted, world, dependents, **new)).input)
        held = await claimed(counted, world, dependents, **new)
        counted.sent.clear()

        await counted.ask(COMPLETE, input=held.input)

        assert len(counted.sent) <= most, counted.sent


async def test_completions_at_once_share_their_statements(counted: Counted, world: World) -> None:
    held = [await claimed(counted, world) for _ in range(8)]
    counted.sent.clear()

    await asyncio.gather(*(counted.ask(COMPLETE, input=one.input) for one in held))

    # The first goes alone, and the others have come when it is done; each reads its token.
    assert len([text for text in counted.sent if "update task" in text]) <= 2, counted.sent
    assert len(counted.sent) <= 2 * 7 + 8, counted.sent


SEND = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { id body } }"


async def test_sending_a_message(counted: Counted, world: World) -> None:
    await world.agent("reader", rooms=[counted.room])
    body = "The build is green."
    for new, most in (
        ({"channel": "general"}, 2),
        ({"channel": "general", "room": counted.room.name}, 2),
        ({"to": ["reader"]}, 3),
        ({"channel": "general", "body": "@reader, look."}, 3),
    ):
        sent = await counted.statements(SEND, input={"body": body, **new})

        assert len(sent) <= most, sent


CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { id title status } }"
CREATE_MANY = "mutation ($input: CreateTasksInput!) { createTasks(input: $input) { id title status } }"


async def test_a_new_task(counted: Counted) -> None:
    for new in ({}, {"room": counted.room.name}, {"criteria": ["It works"], "capabilities": ["sql"], "labels": ["x"]}):
        sent = await counted.statements(CREATE, input={"title": "One more", **new})

        assert len(sent) <= 6, sent


async def test_a_new_task_for_somebody(counted: Counted, world: World) -> None:
    await world.agent("reader", rooms=[counted.room])

    sent = await counted.statements(CREATE, input={"title": "One more", "assignee": "reader"})

    assert len(sent) <= 8, sent


async def test_a_hundred_new_tasks(counted: Counted, world: World) -> None:
    goals = [ids.of(ids.OBJECTIVE, (await world.objective(counted.room)).id) for _ in range(5)]
    blockers = [ids.of(ids.TASK, (await world.task(counted.room)).id) for _ in range(5)]

    def batch(**each: list[Any]) -> dict[str, Any]:
        given = [{field: values[n % 5] for field, values in each.items()} for n in range(100)]
        return {"tasks": [{"task": {"title": f"Task {n}"} | new, "ref": str(n)} for n, new in enumerate(given)]}

    plain = batch(criteria=[["It works"]] * 5, capabilities=[[], ["sql"], ["go"], [], []])
    rich = batch(objective=goals, dependsOn=[[one] for one in blockers], assignee=["worker"] * 5)
    chain = batch()
    for before, task in pairwise(chain["tasks"]):
        task["dependsOnRefs"] = [before["ref"]]
    for new in (plain, rich, chain):
        sent = await counted.statements(CREATE_MANY, input=new)

        assert len(sent) <= 12, sent


CLAIM = "mutation ($input: ClaimNextTaskInput) { claimNextTask(input: $input) { task { id } lease { fence } } }"
CLAIM_MANY = "mutation { claimNextTasks(limit: 10) { task { id } lease { fence } } }"


async def test_claims(counted: Counted, world: World) -> None:
    for _ in range(60):
        await world.task(counted.room)

    assert len(sent := await counted.statements(CLAIM, input={"room": counted.room.name})) <= 3, sent
    assert len(sent := await counted.statements(CLAIM_MANY)) <= 4, sent
    # On a new connection the driver asks for the types of what is logged, once.
    await counted.ask(CLAIM, input={"idempotencyKey": "first"})
    for key in ("a", "b"):
        counted.sent.clear()
        await counted.ask(CLAIM, input={"idempotencyKey": key})
        assert len(counted.sent) <= 8, counted.sent


async def test_claims_at_once_share_their_statements(counted: Counted, world: World) -> None:
    for _ in range(16):
        await world.task(counted.room)
    for request in ({}, {"labels": ["none"]}):
        counted.sent.clear()

        await asyncio.gather(*(counted.ask(CLAIM, input=request) for _ in range(8)))

        assert len([text for text in counted.sent if "'TASK_CLAIMED'" in text]) <= 3, counted.sent
