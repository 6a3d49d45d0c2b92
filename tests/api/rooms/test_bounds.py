"""What one agent may have at once, and a room: beyond it, nothing is added, and the refusal says how many it may be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.core import validation
from db.core.callers import authenticate
from db.core.database import Database
from db.core.enums import Role
from db.core.errors import Unauthenticated
from db.events.feed import Feed
from db.operations.bootstrap import bootstrap
from db.presence import presence, sessions
from db.rooms import tokens
from db.tasks import leaving
from tests import people
from tests.api.schema_client import Actor


@pytest.fixture
async def bob(database: Database) -> Actor:
    room = await people.room(database, require_done_criteria=False)
    return Actor(database, await people.caller(database, "bob", room), Feed(database))


async def count(bob: Actor, table: str) -> int:
    found: int = await bob.database.fetchval(f"select count(*) from {table}")  # noqa: S608  # our own tables
    return found


async def refused(bob: Actor, table: str, mutation: str, **sent: Any) -> dict[str, Any]:
    """The refusal's facts, where it added nothing."""
    before = await count(bob, table)
    found = await bob.refused(mutation, **sent)
    assert await count(bob, table) == before
    return found


async def test_live_tokens_of_an_agent(bob: Actor) -> None:
    await bob.database.execute(
        "insert into token (agent_id, role, hash) select $1, 'MEMBER', sha256(n::text::bytea)"
        " from generate_series(2, $2) as n",
        bob.caller.agent_id,
        validation.MAX_TOKENS,
    )
    root = Actor(bob.database, await people.admin(bob.database), bob.feed)
    full = {"code": "BAD_INPUT", "field": "agent", "limit": 100}

    assert await refused(bob, "token", "createToken") == full
    assert await refused(root, "token", "createToken", agent="bob") == full

    oldest = (await bob.see("{ me { tokens { id } } }"))["me"]["tokens"][1]["id"]
    await bob.do("revokeTokens", id=oldest)
    await bob.do("createToken", "token")
    assert await refused(bob, "token", "createToken") == full
    await bob.database.execute("update token set expires_at = now() where id > $1", bob.caller.token_id)
    await bob.do("createToken", "token")


async def test_live_subagents_of_a_family(bob: Actor) -> None:
    tasks = [await bob.make(f"Task {number}") for number in range(2)]
    await bob.claim(tasks[0])
    made = await bob.do("registerAgent", "token", name="kid", spawnedFor=tasks[0])
    kid = Actor(bob.database, await authenticate(bob.database, made["token"]), bob.feed)
    await kid.claim(tasks[1])
    await bob.database.execute(
        "with made as (insert into agent (name, parent_id, spawned_for_id)"
        "   select 'kid-' || n, $1, $2 from generate_series(2, $3) as n returning id)"
        " insert into token (agent_id, role, hash) select id, 'MEMBER', sha256(id::text::bytea) from made",
        bob.caller.agent_id,
        int(tasks[0][1:]),
        validation.MAX_SUBAGENTS,
    )
    full = {"code": "BAD_INPUT", "field": "spawnedFor", "limit": 100}

    assert await refused(bob, "agent", "registerAgent", name="more", spawnedFor=tasks[0]) == full
    assert await refused(kid, "agent", "registerAgent", name="more", spawnedFor=tasks[1]) == full

    root = Actor(bob.database, await people.admin(bob.database), bob.feed)
    await root.do("revokeTokens", agent="kid-2")
    await kid.do("registerAgent", "token", name="more", spawnedFor=tasks[1])


async def test_sessions_of_an_agent(bob: Actor) -> None:
    await bob.database.execute(
        "insert into session (agent_id, label) select $1, 's' || n from generate_series(1, $2) as n",
        bob.caller.agent_id,
        validation.MAX_SESSIONS,
    )
    task = await bob.make()
    full = {"code": "BAD_INPUT", "field": "session", "limit": 100}

    assert await refused(bob, "session", "heartbeat", session="more") == full
    assert await refused(bob, "session", "claimTask", task=task, session="more") == full
    assert (await bob.task(task, "status"))["status"] == "TODO"
    await presence.keep_alive(bob.database, {bob.caller.agent_id: frozenset({"more", "s1"})})
    assert await count(bob, "session") == 100
    await bob.do("claimTask", "lease { fence }", task=task, session="s1")

    # The oldest that has ended makes room; nothing is held in s2, and s1 is older.
    await bob.database.execute("update session set last_seen_at = now() - interval '2 hours' where label = 's2'")
    await bob.database.execute("update session set last_seen_at = now() - interval '3 hours' where label = 's1'")
    await bob.do("heartbeat", "session { id }", session="more")
    labels = {row["label"] for row in await bob.database.fetch("select label from session")}
    assert (len(labels), labels & {"s1", "s2", "more"}) == (100, {"s1", "more"})


async def test_many_sessions_of_open_sockets_stay_within_the_bound(bob: Actor) -> None:
    named = frozenset(f"socket {number}" for number in range(validation.MAX_SESSIONS + 5))

    for _ in range(2):
        await presence.keep_alive(bob.database, {bob.caller.agent_id: named})

    assert await count(bob, "session") == validation.MAX_SESSIONS


async def test_sessions_that_ended_are_deleted_after_a_week(bob: Actor) -> None:
    task = await bob.make()
    await bob.do("claimTask", "lease { fence }", task=task, session="holds")
    for label in ("ended", "younger", "goes on"):
        await bob.do("heartbeat", "session { id }", session=label)
    week = datetime.now(UTC) - timedelta(days=7)
    for label, seen in (("holds", week), ("ended", week), ("younger", week + timedelta(minutes=1))):
        await bob.database.execute("update session set last_seen_at = $2 where label = $1", label, seen)

    deleted = [await sessions.delete_ended(bob.database) for _ in range(2)]

    assert deleted == [1, 0]
    left = (await bob.see("{ me { sessions { label } } }"))["me"]["sessions"]
    assert [one["label"] for one in left] == ["goes on", "younger", "holds"]


async def test_tokens_that_ended_are_deleted_after_30_days(bob: Actor) -> None:
    database, later = bob.database, datetime.now(UTC) + timedelta(hours=1)
    for label in ("old", "younger", "goes on"):
        await bob.do("createToken", "token", label=label)
    await bob.do("createToken", "token", label="ended", expiresAt=later.isoformat())
    age = datetime.now(UTC) - timedelta(days=30)
    ends = {"old": age, "younger": age + timedelta(minutes=1)}
    for label, end in ends.items():
        await database.execute("update token set revoked_at = $2 where label = $1", label, end)
    # Not before what its agent had was given back.
    await database.execute("update token set expires_at = $1 where label = 'ended'", age)
    early = await tokens.delete_old(database)
    await leaving.close_expired_tokens(database)

    deleted = [await tokens.delete_old(database) for _ in range(2)]

    assert (early, deleted) == (1, [1, 0])
    rows = await database.fetch("select label from token where label <> '' order by label")
    assert [row["label"] for row in rows] == ["goes on", "younger"]


async def test_an_admin_token_that_was_revoked_long_ago_does_not_come_back(database: Database) -> None:
    found, given = "gr_" + "f" * 43, "gr_" + "e" * 43

    async def start() -> None:
        """Once with what is in the data directory, and once with a token from the environment."""
        for admin_token in (None, given):
            await bootstrap(database, admin_token=admin_token, keep_token=lambda: found)

    await start()
    assert [(await authenticate(database, token)).role for token in (found, given)] == [Role.ADMIN] * 2
    await database.execute("update token set revoked_at = now() - interval '400 days'")

    deleted = await tokens.delete_old(database)
    await start()

    assert deleted == 0
    for token in (found, given):
        with pytest.raises(Unauthenticated):
            await authenticate(database, token)


async def test_channels_of_a_room(bob: Actor) -> None:
    room = next(iter(bob.caller.rooms))
    await bob.database.execute(
        "insert into channel (room_id, name, topic) select $1, 'c-' || n, '' from generate_series(6, $2) as n",
        room,
        validation.MAX_CHANNELS,
    )

    found = await refused(bob, "channel", "createChannel", name="more")

    assert found == {"code": "BAD_INPUT", "field": "room", "limit": 200}


async def test_memories_of_an_agent(bob: Actor) -> None:
    own = f"A{bob.caller.agent_id}"
    await bob.database.execute(
        "insert into memory (scope, key, value, author_id, updated_at) select $1, 'k' || n, '1', $2, now()"
        " from generate_series(1, $3) as n",
        own,
        bob.caller.agent_id,
        validation.MAX_MEMORIES,
    )
    full = {"code": "BAD_INPUT", "field": "key", "limit": 5000}

    assert await refused(bob, "memory", "remember", scope=own, key="more", value=1) == full
    assert await refused(bob, "memory", "remember", scope="web", key="more", value=1) == full

    assert (await bob.do("remember", "version", scope=own, key="k1", value=2)) == {"version": 2}
    await bob.do("forget", scope=own, key="k1")
    assert (await bob.do("remember", "version", scope="web", key="more", value=1)) == {"version": 1}
