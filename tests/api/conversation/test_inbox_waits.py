"""An inbox that is asked with waitSeconds: whoever has no socket is woken as soon as who has one."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import Role
from db.core.records import Room
from goalroom.limits import Limits
from tests import people
from tests.api.schema_client import Actor
from tests.api.server_fixture import Live, serving
from tests.patience import PATIENCE_S
from tests.processes import process

WAIT = """query ($first: Int, $after: String, $kinds: [InboxKind!], $seconds: Int = 30) {
  inbox(first: $first, after: $after, kinds: $kinds, waitSeconds: $seconds) {
    nodes { summary message { body } } pageInfo { endCursor } } }"""


@dataclass
class Pair:
    """Bob waits at another server process than where Ann writes."""

    database: Database
    room: Room
    ann: Actor
    bob: Actor

    async def tell(self, body: str) -> None:
        await self.ann.do("sendMessage", room="web", to=["bob"], body=body)

    async def put_item(self, room: Room) -> None:
        """An item of bob's that no act brought, for which it has to be there no more."""
        await self.database.execute(
            "insert into inbox_item (agent_id, room_id, kind, summary) values ($1, $2, 'DIRECT', '')",
            self.bob.caller.agent_id,
            room.id,
        )
        self.bob.feed.poll_now()

    async def told(self, **asked: Any) -> list[str]:
        """What bob's inbox answers."""
        return [item["summary"] for item in (await self.bob.see(WAIT, **asked))["inbox"]["nodes"]]


@pytest.fixture
async def pair(database: Database, database_url: str) -> AsyncGenerator[Pair]:
    room = await people.room(database)
    async with process(database_url) as here, process(database_url) as there:
        ann = Actor(here.database, await people.caller(database, "ann", room), here.feed)
        bob = Actor(there.database, await people.caller(database, "bob", room), there.feed)
        yield Pair(database, room, ann, bob)


async def begun(waiting: "asyncio.Task[Any]") -> None:
    """Once it has looked, found nothing, and waits."""
    await asyncio.sleep(0.3)
    assert not waiting.done(), waiting.result()


async def woken(waiting: "asyncio.Task[Any]") -> Any:
    """What it answers, within a second: nobody polls so often here."""
    return await asyncio.wait_for(waiting, 1)


async def test_an_item_wakes_whoever_waits_at_another_process(pair: Pair) -> None:
    waiting = asyncio.create_task(pair.told())
    await begun(waiting)

    await pair.tell("Hello")

    assert await woken(waiting) == ["@ann: Hello"]
    assert await pair.told() == ["@ann: Hello"]


async def test_with_after_it_waits_for_what_is_behind_it(pair: Pair) -> None:
    await pair.tell("One")
    end = (await pair.bob.see(WAIT))["inbox"]["pageInfo"]["endCursor"]
    waiting = asyncio.create_task(pair.told(after=end))
    await begun(waiting)

    await pair.tell("Two")

    assert await woken(waiting) == ["@ann: Two"]


async def test_only_what_is_asked_for_ends_the_wait(pair: Pair) -> None:
    waiting = asyncio.create_task(pair.told(kinds=["MENTION"]))
    await begun(waiting)
    await pair.tell("Hello")
    await begun(waiting)

    await pair.ann.do("sendMessage", channel="general", body="@bob")

    assert await woken(waiting) == ["@ann mentions you in #general: @bob"]


async def test_nothing_is_the_answer_when_the_time_is_over(pair: Pair) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()

    assert await pair.told(seconds=1) == []
    assert 1 <= loop.time() - began < PATIENCE_S
    assert await pair.told(seconds=0) == []
    assert await pair.told(seconds=None) == []


async def test_a_wait_out_of_bounds_is_refused(pair: Pair) -> None:
    for seconds in (-1, 61):
        refused = await pair.bob.unseen(WAIT, seconds=seconds)
        assert (refused["code"], refused["field"]) == ("BAD_INPUT", "waitSeconds")


async def test_a_token_that_is_revoked_ends_the_wait_with_the_next_news(pair: Pair) -> None:
    waiting = asyncio.create_task(pair.bob.unseen(WAIT, kinds=["MENTION"]))
    await begun(waiting)

    await pair.bob.do("revokeTokens", "", agent="bob")
    await pair.put_item(pair.room)

    assert await woken(waiting) == {"code": "UNAUTHENTICATED"}


async def test_a_room_that_is_entered_while_one_waits_is_seen(pair: Pair) -> None:
    side = await people.room(pair.database, "side")
    root = Actor(pair.ann.database, await people.admin(pair.database), pair.ann.feed)
    waiting = asyncio.create_task(pair.bob.see(WAIT))
    await begun(waiting)

    await root.do("updateAgent", agent="bob", rooms=["web", "side"])
    await root.do("sendMessage", room="side", to=["bob"], body="Welcome")

    assert (await woken(waiting))["inbox"]["nodes"] == [{"summary": "@root: Welcome", "message": {"body": "Welcome"}}]
    assert side.id not in pair.bob.caller.rooms


async def test_a_room_that_is_left_while_one_waits_is_not(pair: Pair) -> None:
    side = await people.room(pair.database, "side")
    both: Caller = replace(pair.bob.caller, rooms=frozenset({pair.room.id, side.id}))
    pair.bob = replace(pair.bob, caller=both)
    waiting = asyncio.create_task(pair.told(seconds=2))
    await begun(waiting)

    await pair.put_item(side)

    assert await waiting == []


async def test_an_observer_may_wait(pair: Pair) -> None:
    observer = pair.bob.as_role(Role.OBSERVER)

    assert (await observer.see(WAIT, seconds=1))["inbox"]["nodes"] == []


async def test_a_client_that_is_gone_frees_its_place(database_url: str) -> None:
    async with serving(database_url, rate_limit=1_000, limits=Limits.of("polls=1")) as live:
        async with httpx.AsyncClient(base_url=f"http://{live.host}", timeout=1) as leaving:
            sent = {"query": WAIT, "variables": {"seconds": 60}}
            with pytest.raises(httpx.ReadTimeout):
                await leaving.post("/graphql", json=sent, headers={"authorization": f"Bearer {live.token}"})
        async with asyncio.timeout(PATIENCE_S):
            # Nobody tells of a place that is free.
            while (answer := await live.post(WAIT, {"seconds": 1})).status_code == httpx.codes.TOO_MANY_REQUESTS:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    assert answer.json()["data"]["inbox"]["nodes"] == []


async def test_waits_end_when_the_server_stops(live: Live) -> None:
    waiting = asyncio.create_task(live.post(WAIT, {"seconds": 60}))
    await begun(waiting)

    live.app.stopping.set()
    response = await asyncio.wait_for(waiting, PATIENCE_S)

    assert response.json()["data"]["inbox"]["nodes"] == []
