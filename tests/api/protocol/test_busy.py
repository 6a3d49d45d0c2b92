"""A lock that others keep for long: who waits for it is told that the room is busy, not that the database is away."""

import asyncpg

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
