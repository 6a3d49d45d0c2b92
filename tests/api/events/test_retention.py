"""Retention as clients meet it: the setting, and cursors that have expired, wherever one is asked for."""

from contextlib import aclosing
from typing import Any

import pytest

from db.core.database import Database
from db.core.enums import AgentKind, EventKind
from db.core.records import Room
from db.events import event_log, retention
from db.events.feed import Feed
from goalroom.execution.documents import RequestError
from goalroom.execution.engine import Engine, Request
from resolvers.build import schema
from schema.context import Context
from tests.api.schema_client import Actor
from tests.clock import advance
from tests.factories import World

_ENGINE = Engine(schema)
SETTING = "{ room { settings { keepEventsSeconds } } }"
EVENTS = "query ($after: String) { events(after: $after) { nodes { cursor } } }"
HISTORY = """query ($task: ID!, $after: String) {
  task(id: $task) { history(after: $after) { nodes { cursor } pageInfo { hasPreviousPage } } } }"""
FOLLOWED = [
    "subscription ($after: String) { events(after: $after) { cursor } }",
    "subscription ($after: String) { taskChanged(after: $after) { cursor } }",
    "subscription ($after: String) { messageSent(after: $after) { cursor } }",
    "subscription ($after: String) { presenceChanged(after: $after) { cursor } }",
    "subscription ($after: String) { taskUnblocked(after: $after) { cursor } }",
]


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room("web")


@pytest.fixture
async def ann(database: Database, world: World, room: Room) -> Actor:
    return Actor(database, await world.agent("ann", rooms=[room], kind=AgentKind.HUMAN), Feed(database))


async def write(ann: Actor, room: Room, count: int) -> None:
    async with ann.database.transaction() as tx:
        for _ in range(count):
            tx.append_event(room.id, EventKind.MEMORY_WRITTEN)


async def shorten(ann: Actor, room: Room) -> str:
    """Drop all that there is but two new events; the cursor before those."""
    await ann.do("updateRoom", room="web", settings={"keepEventsSeconds": 60})
    await advance(ann.database, 61)
    await write(ann, room, 2)
    while await retention.drop_old_events(ann.database, newest=1):
        pass
    extent = await event_log.extent_of(ann.database, room.id)
    assert extent.oldest == extent.seq - 2
    return event_log.cursor(room.id, extent.oldest)


async def test_the_setting_is_null_until_it_is_set_and_can_be_cleared(ann: Actor) -> None:
    async def now() -> Any:
        return (await ann.see(SETTING))["room"]["settings"]["keepEventsSeconds"]

    assert await now() is None
    await ann.do("updateRoom", room="web", settings={"keepEventsSeconds": 86_400})
    assert await now() == 86_400
    for wrong in (0, -1, 31_536_001):
        facts = await ann.refused("updateRoom", room="web", settings={"keepEventsSeconds": wrong})
        assert facts == {"code": "BAD_INPUT", "field": "keepEventsSeconds"}
    assert await now() == 86_400
    await ann.do("updateRoom", room="web", settings={"paused": True})
    assert await now() == 86_400
    await ann.do("updateRoom", room="web", settings={"keepEventsSeconds": None})
    assert await now() is None


async def test_pages_and_histories_refuse_an_expired_cursor_and_begin_at_the_oldest(ann: Actor, room: Room) -> None:
    task = await ann.make()
    [created] = (await ann.see(HISTORY, task=task))["task"]["history"]["nodes"]
    oldest = await shorten(ann, room)

    for query in (EVENTS, HISTORY):
        for cursor in (created["cursor"], event_log.cursor(room.id, 0)):
            variables = {"after": cursor} | ({"task": task} if query is HISTORY else {})
            assert await ann.unseen(query, **variables) == {"code": "CURSOR_EXPIRED", "oldest": oldest}
    left = (await ann.see(EVENTS))["events"]["nodes"]
    assert len(left) == 2
    assert (await ann.see(EVENTS, after=oldest))["events"]["nodes"] == left
    assert (await ann.see(HISTORY, task=task))["task"]["history"]["nodes"] == []
    await ann.do("addComment", on=task, body="Still there")
    [since] = (await ann.see(HISTORY, task=task, after=oldest))["task"]["history"]["nodes"]
    assert since["cursor"] > oldest


async def to_the_end(answers: Any) -> None:
    async for _ in answers:
        pass


async def refused_at(answers: Any) -> dict[str, Any]:
    """The code and the fact with which the subscription ends."""
    with pytest.raises(RequestError) as refused:
        await to_the_end(answers)
    [error] = refused.value.errors
    return {key: error["extensions"][key] for key in ("code", "oldest")}


@pytest.mark.parametrize("document", FOLLOWED)
async def test_a_subscription_from_before_the_log_is_refused(ann: Actor, room: Room, document: str) -> None:
    oldest = await shorten(ann, room)
    context = Context(database=ann.database, feed=ann.feed, caller=ann.caller)
    operation = await _ENGINE.prepare(Request(document, {"after": event_log.cursor(room.id, 1)}), context)

    async with aclosing(operation.stream()) as answers:
        assert await refused_at(answers) == {"code": "CURSOR_EXPIRED", "oldest": oldest}


@pytest.mark.parametrize("document", FOLLOWED[:1])
async def test_a_subscription_that_falls_behind_what_is_kept_ends(ann: Actor, room: Room, document: str) -> None:
    begin = await event_log.start(ann.database, room.id, None)
    await write(ann, room, 20)
    # Of so little memory nothing is left of what was read ahead.
    feed = Feed(ann.database, cache=1, page=2)
    context = Context(database=ann.database, feed=feed, caller=ann.caller)
    operation = await _ENGINE.prepare(Request(document, {"after": event_log.cursor(room.id, begin)}), context)

    async with aclosing(operation.stream()) as answers:
        first = await anext(answers)
        assert first["data"]["events"]["cursor"] == event_log.cursor(room.id, begin + 1)
        oldest = await shorten(ann, room)
        assert await refused_at(answers) == {"code": "CURSOR_EXPIRED", "oldest": oldest}
    await feed.close()
