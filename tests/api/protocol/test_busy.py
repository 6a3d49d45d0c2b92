"""A lock that others keep for long: who waits for it is told that the room is busy, not that the database is away.

And what the server logs of requests that find no database at all.
"""

import asyncio
import logging

import asyncpg
import pytest

from db.core.database import Database
from db.events.feed import Feed
from tests import people
from tests.api.schema_client import Actor
from tests.api.server_fixture import Live

RENAME = 'mutation { updateRoom(input: {room: "main", title: "Renamed"}) { title } }'


async def test_who_waits_too_long_for_a_lock_is_told_that_the_room_is_busy(live: Live, database_url: str) -> None:
    holder = await asyncpg.connect(database_url)
    try:
        async with holder.transaction():
            await holder.execute("select from room for no key update")
            waited = await live.post(RENAME)
            ready = await live.http.get("/readyz")
    finally:
        await holder.close()
    title = await live.ask("{ rooms { title } }")
    repeated = await live.ask(RENAME)

    [error] = waited.json()["errors"]
    facts = error["extensions"]
    assert (facts["code"], facts["retryAfterSeconds"], error["path"]) == ("UNAVAILABLE", 2, ["updateRoom"])
    assert error["message"].startswith("The room is busy")
    assert ready.status_code == 200
    assert title == {"rooms": [{"title": "main"}]}
    assert repeated == {"updateRoom": {"title": "Renamed"}}


async def test_a_queue_for_one_lock_ends_after_ten_seconds_too(live: Live, database_url: str) -> None:
    """Who stands second waits for the place behind the holder, and then for the holder: each has a time of its own."""
    holders = [await asyncpg.connect(database_url) for _ in range(2)]
    clock = asyncio.get_running_loop().time
    try:
        first = holders[0].transaction()
        await first.start()
        await holders[0].execute("select from room for no key update")
        # It stands first, and gets the room when that is let go.
        second = asyncio.create_task(holders[1].execute("begin; select from room for no key update"))
        await asyncio.sleep(0.5)
        began = clock()
        renamed = asyncio.create_task(live.post(RENAME))
        await asyncio.sleep(6)
        await first.rollback()
        await second
        waited = await renamed
        took = clock() - began
    finally:
        for holder in holders:
            await holder.close()

    [error] = waited.json()["errors"]
    assert (error["extensions"]["code"], error["extensions"]["retryAfterSeconds"]) == ("UNAVAILABLE", 2)
    assert error["message"].startswith("The room is busy")
    assert 9 < took < 15
    assert await live.ask(RENAME) == {"updateRoom": {"title": "Renamed"}}


async def test_requests_that_find_no_database_are_one_warning_together(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await people.room(database)
    root = Actor(database, await people.admin(database), Feed(database))
    database.mark_unavailable()

    codes = [(await root.refused("createTask", title="Task", room="web"))["code"] for _ in range(10)]

    database.mark_available()
    assert codes == ["UNAVAILABLE"] * 10
    assert [(one.levelno, one.message) for one in caplog.records if one.levelno >= logging.WARNING] == [
        (logging.WARNING, "the database is unavailable")
    ]
