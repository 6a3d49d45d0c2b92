"""What agents say that they do, as others see it."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from db.core.database import Database
from db.core.enums import Role
from db.presence import activity
from db.rooms import rooms
from tests import clock, people
from tests.api.schema_client import Actor
from tests.api.subscriptions import take, watching
from tests.processes import process

ALL = "activity { kind note task { id } since expiresAt }"
SEEN = f'{{ agent(agent: "ann") {{ {ALL} }} }}'
CHANGES = """subscription ($after: String) { presenceChanged(after: $after) {
  cursor agent { name } presence previous activity { kind note } } }"""


@pytest.fixture
async def team(database: Database, database_url: str) -> AsyncGenerator[tuple[Actor, Actor]]:
    """Two, each at a server process of its own."""
    room = await people.room(database, require_done_criteria=False)
    async with process(database_url) as here, process(database_url, poll_seconds=0.1) as there:
        ann, bob = [
            Actor(at.database, await people.caller(database, name, room), at.feed)
            for name, at in (("ann", here), ("bob", there))
        ]
        yield ann, bob


async def seen(actor: Actor) -> Any:
    return (await actor.see(SEEN))["agent"]["activity"]


async def logged(actor: Actor) -> int:
    """How much stands in all logs."""
    count: int = await actor.database.fetchval("select count(*) from event")
    return count


async def test_an_activity_is_seen_until_it_fades(team: tuple[Actor, Actor]) -> None:
    ann, bob = team
    task = await ann.make()
    before = await logged(ann)

    said = (await ann.do("setActivity", ALL, kind="WORKING", note="Tests", task=task))["activity"]
    found = await seen(bob)
    await clock.advance(bob.database, 29)
    late = await seen(bob)
    await clock.advance(bob.database, 2)

    assert said == found
    assert (said["kind"], said["note"], said["task"]) == ("WORKING", "Tests", {"id": task})
    assert late["kind"] == "WORKING"
    assert await seen(bob) is None
    assert await logged(ann) == before


async def test_the_same_again_goes_on_and_another_begins(team: tuple[Actor, Actor]) -> None:
    ann, bob = team

    async def after(seconds: int, **said: Any) -> Any:
        await clock.advance(ann.database, seconds)
        await ann.do("setActivity", ttlSeconds=60, **said)
        return await seen(bob)

    first = await after(0, kind="THINKING")
    await clock.advance(ann.database, 20)
    aged = await seen(bob)
    again = await after(0, kind="THINKING")
    other = await after(0, kind="THINKING", note="Hm")

    assert aged["since"] < first["since"]
    assert again["since"] == aged["since"]
    assert again["expiresAt"] > aged["expiresAt"]
    assert other["since"] > again["since"]


async def test_an_activity_can_be_ended(team: tuple[Actor, Actor]) -> None:
    ann, bob = team

    for ending in ({"kind": None}, {}):
        await ann.do("setActivity", kind="TYPING")
        assert (await seen(bob))["kind"] == "TYPING"
        assert (await ann.do("setActivity", ALL, **ending))["activity"] is None
        assert await seen(bob) is None


async def test_a_heartbeat_says_it_until_the_next_is_due(team: tuple[Actor, Actor]) -> None:
    ann, bob = team
    task = await ann.make()

    beat = await ann.do("heartbeat", "nextWithinSeconds", activity="REVIEWING", note="Slowly", task=task)
    await clock.advance(ann.database, beat["nextWithinSeconds"] - 1)
    assert (await seen(bob))["kind"] == "REVIEWING"
    await ann.do("heartbeat", "unacknowledged")
    assert (await seen(bob))["note"] == "Slowly"
    await ann.do("heartbeat", "unacknowledged", activity=None)
    assert await seen(bob) is None


async def test_a_beat_that_only_says_more_is_about_work(team: tuple[Actor, Actor]) -> None:
    ann, bob = team
    task = await ann.make()

    await ann.do("heartbeat", "unacknowledged", note=None)
    assert await seen(bob) is None
    await ann.do("heartbeat", "unacknowledged", note="Half of it", task=task)

    said = await seen(bob)
    assert (said["kind"], said["note"], said["task"]) == ("WORKING", "Half of it", {"id": task})


async def test_what_is_wrong_is_refused(team: tuple[Actor, Actor]) -> None:
    ann, bob = team
    await ann.do("setActivity", kind="WAITING")
    before = await seen(bob)

    for ttl in (0, -1, 31_536_001):
        assert (await ann.refused("setActivity", kind="TYPING", ttlSeconds=ttl))["code"] == "BAD_INPUT"
    for said in ({"note": "x"}, {"kind": None, "task": "T1"}, {"kind": "TYPING", "note": "x" * 65_537}):
        assert (await ann.refused("setActivity", **said))["code"] == "BAD_INPUT"
    assert (await ann.refused("heartbeat", activity=None, note="x"))["code"] == "BAD_INPUT"
    assert (await ann.refused("setActivity", kind="TYPING", task="T999"))["code"] == "NOT_FOUND"
    assert (await ann.refused("heartbeat", activity="TYPING", task="T999"))["code"] == "NOT_FOUND"
    assert (await ann.as_role(Role.OBSERVER).refused("setActivity", kind="TYPING"))["code"] == "FORBIDDEN"
    assert await seen(bob) == before


async def test_a_task_of_another_room_is_not_shown(team: tuple[Actor, Actor]) -> None:
    ann, bob = team
    there = await people.room(ann.database, "there", require_done_criteria=False)
    both = Actor(ann.database, await people.caller(ann.database, "ann", there), ann.feed)
    task = await both.make(room="there")

    await both.do("setActivity", kind="WORKING", task=task)

    assert (await seen(both))["task"] == {"id": task}
    assert (await seen(bob))["task"] is None


async def test_watchers_see_it_begin_change_and_end(team: tuple[Actor, Actor]) -> None:
    ann, bob = team
    (room,) = [await rooms.get(bob.database, room_id) for room_id in bob.caller.rooms]

    async with watching(bob, CHANGES) as stream:
        changes = [asyncio.ensure_future(take(stream, 1))]
        await asyncio.sleep(0.1)
        for said in ({"kind": "THINKING"}, {"kind": "TYPING", "note": "A reply"}, {"kind": None}):
            await ann.do("setActivity", **said)
            await changes[-1]
            changes.append(asyncio.ensure_future(take(stream, 1)))
        await ann.do("setActivity", kind="WAITING", ttlSeconds=60)
        await changes[-1]
        await clock.advance(ann.database, 61)
        faded = await take(stream, 1)

    heard = [(await change)[0] for change in changes] + faded
    assert [change["activity"] for change in heard] == [
        {"kind": "THINKING", "note": None}, {"kind": "TYPING", "note": "A reply"}, None,
        {"kind": "WAITING", "note": None}, None,
    ]  # fmt: skip
    assert {change["agent"]["name"] for change in heard} == {"ann"}
    assert all(change["presence"] == change["previous"] for change in heard)
    end = (await bob.see("{ events(last: 1) { nodes { cursor } } }"))["events"]["nodes"][0]["cursor"]
    assert {change["cursor"] for change in heard} == {end}
    assert end.startswith(f"R{room.id}.")


async def test_the_log_and_activities_are_pushed_by_one_subscription(team: tuple[Actor, Actor]) -> None:
    ann, bob = team
    start = f"R{next(iter(bob.caller.rooms))}.0"
    await ann.do("heartbeat", "unacknowledged")
    await ann.do("setActivity", kind="THINKING")

    async with watching(bob, CHANGES, after=start) as stream:
        (came,) = await take(stream, 1)
        await ann.do("setActivity", kind="TYPING")
        (types,) = await take(stream, 1)
        await bob.do("heartbeat", "unacknowledged")
        (also,) = await take(stream, 1)

    assert (came["presence"], came["previous"], came["activity"]["kind"]) == ("ONLINE", "OFFLINE", "THINKING")
    assert (types["agent"], types["activity"]["kind"]) == ({"name": "ann"}, "TYPING")
    assert (also["agent"], also["presence"], also["activity"]) == ({"name": "bob"}, "ONLINE", None)
    assert int(came["cursor"].split(".")[1]) <= int(types["cursor"].split(".")[1]) < int(also["cursor"].split(".")[1])


async def test_what_faded_long_ago_is_deleted(team: tuple[Actor, Actor]) -> None:
    ann, bob = team
    await ann.do("setActivity", "name", kind="WORKING", ttlSeconds=30)
    await bob.do("setActivity", "name", kind="THINKING", ttlSeconds=7200)
    await clock.advance(ann.database, 60)
    assert await activity.delete_faded(ann.database) == 0

    await clock.advance(ann.database, 3600)

    assert await activity.delete_faded(ann.database) == 1
    assert await ann.database.fetchval("select array_agg(kind) from activity") == ["THINKING"]
