"""Tokens: what is stored of them, how long they let their bearer in, and when they were used."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from db.core.callers import authenticate
from db.core.database import Database
from db.core.enums import Role
from db.events.feed import Feed
from db.rooms import agents
from tests import people
from tests.api.schema_client import Actor
from tests.api.server_fixture import Live, serving

ME = "{ me { name } }"


async def used_at(live: Live, token: str) -> datetime | None:
    found: datetime | None = await live.database.fetchval(
        "select last_used_at from token where hash = $1", hashlib.sha256(token.encode()).digest()
    )
    return found


async def long_ago(live: Live) -> None:
    await live.database.execute("update token set last_used_at = now() - interval '2 minutes'")


async def test_only_the_hash_of_256_random_bits_is_stored(live: Live) -> None:
    token = (await live.ask('mutation { createToken(input: {label: "ci"}) { token } }'))["createToken"]["token"]

    assert (token[:3], len(token)) == ("gr_", 3 + 43)
    row = await live.database.fetchrow("select token::text as row, hash from token where label = 'ci'")
    assert row["hash"] == hashlib.sha256(token.encode()).digest()
    assert token not in row["row"]


async def test_the_last_use_is_kept_to_the_minute(live: Live) -> None:
    token = await live.newcomer("worker")
    never = await used_at(live, token)

    await live.post(ME, authorization=f"Bearer {token}")
    first = await used_at(live, token)
    await live.post(ME, authorization=f"Bearer {token}")
    again = await used_at(live, token)
    await long_ago(live)
    await live.post(ME, authorization=f"Bearer {token}")
    later = await used_at(live, token)

    assert never is None
    assert first is not None
    assert again == first
    assert later is not None
    assert later > first


async def test_an_open_socket_uses_its_token(live: Live) -> None:
    token = await live.newcomer("worker")
    async with live.socket(token) as opened:
        await long_ago(live)
        for _ in range(3):
            await opened.say(type="ping")
            await opened.hear()
            await opened.subscribe("1", "mutation { heartbeat(input: {}) { nextWithinSeconds } }")
            await opened.hear()
            await opened.hear()
            with pytest.raises(TimeoutError):
                await opened.hear(0.4)

        used = await used_at(live, token)
        assert used is not None
        assert datetime.now(UTC) - used < timedelta(minutes=1)


async def test_a_revoked_token_ends_sockets_of_every_process_within_a_second(live: Live, database_url: str) -> None:
    token = await live.newcomer("left")
    async with serving(database_url) as other, live.socket(token) as here, other.socket(token) as there:
        await live.ask('mutation { revokeTokens(input: {agent: "left"}) }')

        assert [await here.closed(), await there.closed()] == [(4403, "Forbidden")] * 2
        refused = await other.post(ME, authorization=f"Bearer {token}")
        assert refused.status_code == 401


async def test_a_token_that_runs_out_ends_its_sockets_too(live: Live) -> None:
    agent = await agents.ensure(live.database, "guest")
    soon = datetime.now(UTC) + timedelta(seconds=1)
    token = await agents.issue_token(live.database, agent.id, Role.MEMBER, expires_at=soon)

    async with live.socket(token) as opened:
        assert await opened.closed(3) == (4403, "Forbidden")
    assert (await live.post(ME, authorization=f"Bearer {token}")).status_code == 401


async def test_a_token_ends_no_later_than_the_one_that_made_it(database: Database) -> None:
    room = await people.room(database, require_done_criteria=False)
    agent = await people.caller(database, "bob", room)
    end = datetime.now(UTC) + timedelta(minutes=1)
    token = await agents.issue_token(database, agent.agent_id, Role.MEMBER, expires_at=end)
    bob = Actor(database, await authenticate(database, token), Feed(database))
    task = await bob.make()
    await bob.claim(task)

    made = [
        (await bob.do("createToken", "token"))["token"],
        (await bob.do("createToken", "token", expiresAt=(end - timedelta(seconds=9)).isoformat()))["token"],
        (await bob.do("registerAgent", "token", name="kid", spawnedFor=task))["token"],
    ]

    ends = [(await authenticate(database, one)).token_expires_at for one in made]
    assert ends == [end, end - timedelta(seconds=9), end]
    again = await Actor(database, await authenticate(database, made[1]), bob.feed).do("createToken", "token")
    assert (await authenticate(database, again["token"])).token_expires_at == end - timedelta(seconds=9)
    before = await database.fetchval("select count(*) from token")
    refused = await bob.refused("createToken", expiresAt=(end + timedelta(seconds=1)).isoformat())
    assert (refused["code"], await database.fetchval("select count(*) from token")) == ("BAD_INPUT", before)


@pytest.fixture
async def team(database: Database) -> dict[str, Actor]:
    """A MEMBER and its OBSERVER, a stranger to its tokens in the same room, and an ADMIN."""
    room, feed = await people.room(database), Feed(database)
    callers = {
        "bob": await people.caller(database, "bob", room),
        "wall": await people.caller(database, "bob", room, role=Role.OBSERVER),
        "ann": await people.caller(database, "ann", room),
        "root": await people.admin(database),
    }
    return {name: Actor(database, caller, feed) for name, caller in callers.items()}


TOKENS = '{ agent(agent: "bob") { tokens { id label role createdAt expiresAt lastUsedAt } } }'


async def test_live_tokens_are_shown_to_their_agent_and_to_admins(team: dict[str, Actor]) -> None:
    bob = team["bob"]
    await bob.do("createToken", "token", label="ci", role="OBSERVER", expiresAt="2100-01-01T00:00:00Z")
    gone = (await bob.do("createToken", "token", label="gone"))["token"]
    await bob.do("revokeTokens", token=gone)
    await bob.do("createToken", "token", label="over", expiresAt="2100-01-02T00:00:00Z")
    await bob.database.execute("update token set expires_at = now() where label = 'over'")
    await bob.database.execute(
        "update token set last_used_at = '2026-01-01T00:00:00Z' where id = $1", bob.caller.token_id
    )

    seen = {name: (await actor.see(TOKENS))["agent"]["tokens"] for name, actor in team.items()}

    assert seen["bob"] == seen["wall"] == seen["root"]
    assert seen["ann"] is None
    first, second, ci = seen["bob"]
    assert [one.pop("createdAt") for one in (first, second, ci)] == sorted(
        row["created_at"].isoformat(timespec="microseconds").replace("+00:00", "Z")
        for row in await bob.database.fetch(
            "select created_at from token where label in ('', 'ci') and agent_id = $1", bob.caller.agent_id
        )
    )
    key = bob.caller.token_id
    assert first == {
        "id": f"Y{key}", "label": "", "role": "MEMBER", "expiresAt": None, "lastUsedAt": "2026-01-01T00:00:00.000000Z",
    }  # fmt: skip
    assert (second["role"], second["lastUsedAt"]) == ("OBSERVER", None)
    assert (ci["label"], ci["role"], ci["expiresAt"]) == ("ci", "OBSERVER", "2100-01-01T00:00:00.000000Z")


async def test_one_token_is_revoked_by_its_id(team: dict[str, Actor]) -> None:
    bob, root = team["bob"], team["root"]
    made = [await authenticate(bob.database, (await bob.do("createToken", "token"))["token"]) for _ in range(2)]
    first, second = [f"Y{caller.token_id}" for caller in made]

    answers = [
        await bob.do("revokeTokens", id=first),
        await bob.do("revokeTokens", id=first),
        await root.do("revokeTokens", id=second),
    ]

    assert answers == [1, 0, 1]
    left = (await bob.see("{ me { tokens { id } } }"))["me"]["tokens"]
    assert left == [{"id": f"Y{bob.caller.token_id}"}, {"id": f"Y{team['wall'].caller.token_id}"}]


@pytest.mark.parametrize(
    ("who", "sent", "code"),
    [
        ("ann", {"id": "{token}"}, "NOT_FOUND"),
        ("bob", {"id": "Y999999"}, "NOT_FOUND"),
        ("bob", {"id": "T1"}, "BAD_INPUT"),
        ("bob", {"id": "{token}", "agent": "bob"}, "BAD_INPUT"),
        ("root", {"id": "{token}", "token": "gr_x"}, "BAD_INPUT"),
        ("wall", {"id": "{token}"}, "FORBIDDEN"),
    ],
)
async def test_what_revokes_no_token(team: dict[str, Actor], who: str, sent: dict[str, str], code: str) -> None:
    filled = {name: text.replace("{token}", f"Y{team['bob'].caller.token_id}") for name, text in sent.items()}

    refused = await team[who].refused("revokeTokens", **filled)

    assert refused["code"] == code
    assert await team["bob"].database.fetchval("select count(*) from token where revoked_at is not null") == 0


async def test_an_admin_changes_what_kind_an_agent_is(team: dict[str, Actor]) -> None:
    bob, root = team["bob"], team["root"]
    assert await root.do("updateAgent", "name kind", agent="bob", kind="HUMAN") == {"name": "bob", "kind": "HUMAN"}

    refused = [
        await bob.refused("updateAgent", kind="AGENT"),
        await root.refused("updateAgent", agent="bob", kind=None),
    ]

    assert [one["code"] for one in refused] == ["FORBIDDEN", "BAD_INPUT"]
    assert (await bob.see("{ me { kind description } }"))["me"] == {"kind": "HUMAN", "description": ""}


async def test_the_token_that_the_caller_speaks_by_is_told_apart(database: Database) -> None:
    room = await people.room(database)
    first, second = [await people.caller(database, "ann", room) for _ in range(2)]
    admin = await people.admin(database)
    query = '{ agent(agent: "ann") { tokens { id current } } }'

    told = [
        (await Actor(database, who, Feed(database)).see(query))["agent"]["tokens"] for who in (first, second, admin)
    ]

    keys = [f"Y{first.token_id}", f"Y{second.token_id}"]
    assert told == [
        [{"id": key, "current": key == mine} for key in keys] for mine in (keys[0], keys[1], f"Y{admin.token_id}")
    ]
