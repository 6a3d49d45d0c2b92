"""Agents, tokens, heartbeats and look-ups by id, as clients see them."""

import pytest

from db.core.database import Database
from db.core.enums import Role
from db.presence import presence
from tests import people
from tests.api.asking import ask
from tests.db.rooms.test_agents import held_task

REGISTER = """mutation ($input: RegisterAgentInput!) { registerAgent(input: $input) {
    token agent { name kind description capabilities parent { name } spawnedFor { id } rooms { name } } } }"""
HEARTBEAT = """mutation ($input: HeartbeatInput) { heartbeat(input: $input) {
    agent { name presence } session { label presence agent { name } } leases { __typename } lost { id } stale { id }
    unacknowledged nextWithinSeconds } }"""


async def test_an_admin_registers_an_agent(database: Database) -> None:
    await people.room(database)

    made = await ask(
        database,
        await people.admin(database),
        REGISTER,
        input={"name": "bob", "kind": "HUMAN", "role": "OBSERVER", "rooms": ["web"], "capabilities": ["py", "go"]},
    )

    assert made.codes == []
    assert made.data is not None
    assert made.data["registerAgent"].pop("token").startswith("gr_")
    assert made.data["registerAgent"]["agent"] == {
        "name": "bob",
        "kind": "HUMAN",
        "description": "",
        "capabilities": ["go", "py"],
        "parent": None,
        "spawnedFor": None,
        "rooms": [{"name": "web"}],
    }


async def test_a_subagent_names_its_parent_and_its_task(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)
    task = await held_task(database, web, bob)

    made = await ask(database, bob, REGISTER, input={"name": "kid", "spawnedFor": task})
    refused = await ask(database, bob, REGISTER, input={"name": "free"})

    assert made.data is not None
    assert made.data["registerAgent"]["agent"]["parent"] == {"name": "bob"}
    assert made.data["registerAgent"]["agent"]["spawnedFor"] == {"id": task}
    assert (refused.data, refused.codes) == ({"registerAgent": None}, ["FORBIDDEN"])


async def test_agents_change_what_they_say_of_themselves(database: Database) -> None:
    bob = await people.caller(database, "bob", await people.room(database))
    update = "mutation ($input: UpdateAgentInput!) { updateAgent(input: $input) { description capabilities } }"

    said = await ask(database, bob, update, input={"description": "builds", "capabilities": ["go"]})
    cleared = await ask(database, bob, update, input={"agent": "bob", "capabilities": None})
    refused = await ask(database, bob, update, input={"agent": "root", "description": "x"})

    assert said.data == {"updateAgent": {"description": "builds", "capabilities": ["go"]}}
    assert cleared.data == {"updateAgent": {"description": "builds", "capabilities": []}}
    assert (refused.data, refused.codes) == ({"updateAgent": None}, ["FORBIDDEN"])


async def test_tokens_are_made_and_revoked(database: Database) -> None:
    bob = await people.caller(database, "bob")
    create = "mutation ($input: CreateTokenInput!) { createToken(input: $input) { token agent { name } } }"
    revoke = "mutation ($input: RevokeTokensInput!) { revokeTokens(input: $input) }"

    made = await ask(database, bob, create, input={"label": "laptop", "expiresAt": "2100-01-01T00:00:00Z"})
    above = await ask(database, bob, create, input={"role": "ADMIN"})
    past = await ask(database, bob, create, input={"expiresAt": "2000-01-01T00:00:00Z"})
    assert made.data is not None
    one = await ask(database, bob, revoke, input={"token": made.data["createToken"]["token"]})
    rest = await ask(database, bob, revoke, input={})

    assert made.data["createToken"]["agent"] == {"name": "bob"}
    assert (above.codes, past.codes) == (["FORBIDDEN"], ["BAD_INPUT"])
    assert (one.data, rest.data) == ({"revokeTokens": 1}, {"revokeTokens": 1})


async def test_a_heartbeat(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)
    await held_task(database, web, bob)

    beat = await ask(database, bob, HEARTBEAT, input={"session": "one", "quietSeconds": 5})
    bare = await ask(database, bob, HEARTBEAT)

    assert beat.codes == []
    assert beat.data == {
        "heartbeat": {
            "agent": {"name": "bob", "presence": "ONLINE"},
            "session": {"label": "one", "presence": "ONLINE", "agent": {"name": "bob"}},
            "leases": [{"__typename": "Lease"}],
            "lost": [],
            "stale": [],
            "unacknowledged": 0,
            "nextWithinSeconds": 20,
        }
    }
    assert bare.data is not None
    assert bare.data["heartbeat"]["session"]["label"] == "default"


async def test_an_observer_changes_nothing(database: Database) -> None:
    web = await people.room(database)
    watcher = await people.caller(database, "wall", web, role=Role.OBSERVER)

    for document in [
        'mutation { it: registerAgent(input: {name: "x"}) { token } }',
        'mutation { it: updateAgent(input: {description: "x"}) { id } }',
        "mutation { it: createToken(input: {}) { token } }",
        "mutation { it: revokeTokens(input: {}) }",
        "mutation { it: heartbeat { unacknowledged } }",
        'mutation { it: createRoom(input: {name: "x"}) { id } }',
        'mutation { it: updateRoom(input: {room: "web", title: "x"}) { id } }',
    ]:
        refused = await ask(database, watcher, document)
        assert (refused.data, refused.codes) == ({"it": None}, ["FORBIDDEN"])


@pytest.mark.parametrize("role", Role)
async def test_who_asks_is_told_what_its_token_lets_it_do(database: Database, role: Role) -> None:
    caller = await people.caller(database, "one", await people.room(database), role=role)

    assert (await ask(database, caller, "{ myRole }")).data == {"myRole": role}


async def test_members_by_their_presence(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)
    await presence.mark_seen(database, bob.agent_id)

    seen = await ask(
        database,
        bob,
        "{ agents(presence: [ONLINE]) { name } room { agents(presence: [OFFLINE, IDLE]) { name presence } } }",
    )
    nobody = await ask(database, bob, "{ agents(presence: []) { name } all: agents { name } }")

    assert seen.data == {"agents": [{"name": "bob"}], "room": {"agents": [{"name": "root", "presence": "OFFLINE"}]}}
    assert nobody.data == {"agents": [], "all": [{"name": "bob"}, {"name": "root"}]}


async def test_what_an_agent_shows_of_rooms_that_the_caller_does_not_see(database: Database) -> None:
    web, other = await people.room(database), await people.room(database, "other")
    bob, eve = await people.caller(database, "bob", web, other), await people.caller(database, "eve", web)
    here = await held_task(database, web, bob)
    await held_task(database, other, bob)

    seen = await ask(database, eve, '{ agent(agent: "bob") { rooms { name } tasks { id } } me { name } }')

    assert seen.data == {"agent": {"rooms": [{"name": "web"}], "tasks": [{"id": here}]}, "me": {"name": "eve"}}


async def test_nodes_come_in_their_order_with_an_error_in_place_of_what_is_missing(database: Database) -> None:
    web, other = await people.room(database), await people.room(database, "other")
    bob, far = await people.caller(database, "bob", web), await people.caller(database, "far", other)
    task = await held_task(database, web, bob)
    await ask(database, bob, "mutation { heartbeat { unacknowledged } }")
    session = await database.fetchval("select id from session")
    asked = [f"R{web.id}", f"A{far.agent_id}", task, f"S{session}", f"R{other.id}", f"A{bob.agent_id}", "nonsense"]

    found = await ask(database, bob, "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=asked)
    hidden = await ask(database, far, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[task, f"S{session}"])

    assert found.data == {
        "nodes": [
            {"__typename": "Room", "id": asked[0]},
            None,
            {"__typename": "Task", "id": task},
            {"__typename": "Session", "id": asked[3]},
            None,
            {"__typename": "Agent", "id": asked[5]},
            None,
        ]
    }
    assert sorted(found.codes) == ["BAD_INPUT", "NOT_FOUND", "NOT_FOUND"]
    assert (hidden.data, hidden.codes) == ({"nodes": [None, None]}, ["NOT_FOUND", "NOT_FOUND"])


async def test_what_is_no_node(database: Database) -> None:
    bob = await people.caller(database, "bob", await people.room(database))

    for reference, code in [
        ("T999999", "NOT_FOUND"),
        ("O999999", "NOT_FOUND"),
        ("K999999", "NOT_FOUND"),
        ("C999999", "NOT_FOUND"),
        ("E999999", "NOT_FOUND"),
        ("T" + "9" * 30, "BAD_INPUT"),
        ("Q1", "BAD_INPUT"),
        ("", "BAD_INPUT"),
        ("\0", "BAD_INPUT"),
        ("web", "BAD_INPUT"),
    ]:
        refused = await ask(database, bob, "query ($id: ID!) { node(id: $id) { id } }", id=reference)
        assert (refused.data, refused.codes) == ({"node": None}, [code])
    many = await ask(database, bob, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["R1"] * 101)
    assert (many.data, many.codes) == (None, ["BAD_INPUT"])
