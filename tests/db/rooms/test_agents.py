"""Agents, what they may do to one another, and their tokens."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.core.callers import Caller, authenticate
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.errors import BadInput, Forbidden, NameTaken, NotFound, NotHolder, Refused, Unauthenticated
from db.core.records import Room
from db.core.transaction import Committed, Topic
from db.operations import agent_mutations
from db.rooms import agents, tokens
from db.rooms.agents import NewAgent
from tests import people


async def held_task(database: Database, room: Room, holder: Caller, *, seconds: int = 60) -> str:
    """A task in the hands of this agent, its lease over where `seconds` is negative."""
    empty = await database.fetchval(
        "insert into requirement (capabilities) values ('{}') on conflict (capabilities, resources) do update"
        " set capabilities = excluded.capabilities returning id"
    )
    number = await database.fetchval(
        "insert into task (room_id, title, creator_id, requirement_id, status, assignee_id, fence, claimed_at,"
        " lease_seconds, lease_expires_at) values ($1, 'x', $2, $3, 'DOING', $2, 1, now(), 60,"
        " now() + make_interval(secs => $4)) returning id",
        room.id,
        holder.agent_id,
        empty,
        float(seconds),
    )
    return f"T{number}"


async def test_an_admin_registers_an_agent_with_a_token_that_works(database: Database) -> None:
    web = await people.room(database)

    agent, token = await agents.register(
        database, await people.admin(database), NewAgent("bob", rooms=["web"], capabilities=["py", "go", "py"])
    )

    caller = await authenticate(database, token)
    assert (caller.agent_id, caller.role, caller.rooms) == (agent.id, Role.MEMBER, frozenset({web.id}))
    assert agent.capabilities == ("go", "py")
    assert (await people.log(database, web))[-1] == ("AGENT_JOINED", {"name": "bob", "kind": "AGENT"})
    assert token.startswith("gr_")
    assert len(token) > 40
    assert await database.fetchval("select count(*) from token where hash::text like '%' || $1 || '%'", token) == 0


async def test_rooms_left_out_are_the_only_one_of_the_caller(database: Database) -> None:
    web = await people.room(database)

    agent, _ = await agents.register(database, await people.admin(database), NewAgent("bob"))
    nowhere, _ = await agents.register(database, await people.admin(database), NewAgent("eve", rooms=[]))

    assert (await agents.rooms_of(database, [agent.id, nowhere.id])) == {agent.id: [web]}


async def test_a_name_is_taken_once(database: Database) -> None:
    admin = await people.admin(database)

    tries = await asyncio.gather(
        *(agents.register(database, admin, NewAgent("bob")) for _ in range(4)), return_exceptions=True
    )

    assert [type(result) for result in tries].count(NameTaken) == 3


@pytest.mark.parametrize(
    "new",
    [
        NewAgent(""),
        NewAgent("Bob"),
        NewAgent("1bob"),
        NewAgent("a7"),
        NewAgent("b" * 65),
        NewAgent("bob", capabilities=[""]),
        NewAgent("bob", capabilities=["x"] * 101),
        NewAgent("bob", capabilities=["x" * 101]),
        NewAgent("bob", description="\0"),
        NewAgent("bob", description="x" * 65_537),
        NewAgent("bob", rooms=["\ud800"]),
        NewAgent("bob", rooms=["T1"]),
    ],
)
async def test_invalid_agents_are_refused(database: Database, new: NewAgent) -> None:
    admin = await people.admin(database)

    with pytest.raises(BadInput):
        await agents.register(database, admin, new)

    assert await database.fetchval("select count(*) from agent") == 1


async def test_a_member_registers_a_subagent_for_a_task_that_it_holds(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)
    task = await held_task(database, web, bob)

    agent, token = await agents.register(database, bob, NewAgent("bob-1", spawned_for=task))

    assert (agent.parent_id, f"T{agent.spawned_for_id}") == (bob.agent_id, task)
    child = await authenticate(database, token)
    assert (child.role, child.rooms) == (Role.MEMBER, frozenset({web.id}))


async def test_a_member_registers_nothing_else(database: Database) -> None:
    web, other = await people.room(database), await people.room(database, "other")
    bob = await people.caller(database, "bob", web, other)
    eve = await people.caller(database, "eve", web)
    watcher = await people.caller(database, "bob", web, role=Role.OBSERVER)
    outsider = await people.caller(database, "outsider")
    own, expired = await held_task(database, web, bob), await held_task(database, web, bob, seconds=-1)
    before = await database.fetchval("select count(*) from agent")

    tries: list[tuple[Caller, NewAgent, type[Refused]]] = [
        (bob, NewAgent("x"), Forbidden),
        (bob, NewAgent("x", spawned_for=own, role=Role.ADMIN), Forbidden),
        (bob, NewAgent("x", spawned_for=own, kind=AgentKind.HUMAN), Forbidden),
        (bob, NewAgent("x", spawned_for=own, rooms=["other"]), Forbidden),
        (bob, NewAgent("x", spawned_for=expired), NotHolder),
        (eve, NewAgent("x", spawned_for=own), NotHolder),
        (outsider, NewAgent("x", spawned_for=own), NotFound),
        (bob, NewAgent("x", spawned_for="T999999"), NotFound),
        (bob, NewAgent("x", spawned_for="O1"), BadInput),
        (watcher, NewAgent("x", spawned_for=own), Forbidden),
    ]
    for caller, new, refusal in tries:
        with pytest.raises(refusal):
            await agents.register(database, caller, new)

    assert await database.fetchval("select count(*) from agent") == before


async def test_agents_change_themselves_and_their_subagents(database: Database) -> None:
    web = await people.room(database)
    bob, eve = await people.caller(database, "bob", web), await people.caller(database, "eve", web)
    child, _ = await agents.register(database, bob, NewAgent("kid", spawned_for=await held_task(database, web, bob)))

    itself = await agent_mutations.update(database, bob, None, {"description": "builds", "capabilities": ["py", "go"]})
    kid = await agent_mutations.update(database, bob, "@kid", {"capabilities": ["go"]})
    cleared = await agent_mutations.update(database, bob, None, {"capabilities": None})

    assert (itself.description, itself.capabilities) == ("builds", ("go", "py"))
    assert (kid.id, kid.capabilities, kid.description) == (child.id, ("go",), "")
    assert (cleared.description, cleared.capabilities) == ("builds", ())
    tries: list[tuple[Caller, str | None, dict[str, Any]]] = [
        (eve, "bob", {"description": "x"}),
        (bob, None, {"rooms": ["web"]}),
        (await people.caller(database, "bob", web, role=Role.OBSERVER), None, {"description": "x"}),
    ]
    for caller, reference, changes in tries:
        with pytest.raises(Forbidden):
            await agent_mutations.update(database, caller, reference, changes)
    with pytest.raises(NotFound):
        await agent_mutations.update(database, await people.caller(database, "far"), "bob", {"description": "x"})


async def test_an_admin_sets_all_the_rooms_of_an_agent(database: Database) -> None:
    web, other = await people.room(database), await people.room(database, "other")
    bob = await people.caller(database, "bob", web)
    await database.execute("update room_member set presence = 'IDLE' where agent_id = $1", bob.agent_id)

    await agent_mutations.update(database, await people.admin(database), "bob", {"rooms": ["other"]})

    assert await agents.rooms_of(database, [bob.agent_id]) == {bob.agent_id: [other]}
    assert (await people.log(database, web))[-1] == (
        "PRESENCE_CHANGED",
        {"presence": "OFFLINE", "previous": "IDLE"},
    )
    assert (await people.log(database, other))[-1][0] == "AGENT_JOINED"


async def test_a_caller_sees_the_members_of_its_rooms(database: Database) -> None:
    web, other = await people.room(database), await people.room(database, "other")
    bob, eve = await people.caller(database, "bob", web), await people.caller(database, "eve", other)

    assert (await agents.find(database, bob, "root")).name == "root"
    assert (await agents.find(database, await people.admin(database), "eve")).id == eve.agent_id
    for reference in ["eve", f"A{eve.agent_id}", "nobody", "A999999"]:
        with pytest.raises(NotFound):
            await agents.find(database, bob, reference)


async def test_a_token_is_never_above_the_one_that_made_it(database: Database) -> None:
    web = await people.room(database)
    bob = await people.caller(database, "bob", web)

    _, lower = await tokens.create(database, bob, None, role=Role.OBSERVER, label="wall", expires_at=None)
    _, same = await tokens.create(database, bob, None, role=None, label=None, expires_at=None)
    _, admins = await tokens.create(
        database, await people.admin(database), "bob", role=Role.ADMIN, label=None, expires_at=None
    )

    assert [(await authenticate(database, token)).role for token in (lower, same, admins)] == [
        Role.OBSERVER,
        Role.MEMBER,
        Role.ADMIN,
    ]
    tries: list[tuple[Caller, str | None, Role | None]] = [
        (bob, None, Role.ADMIN),
        (bob, "root", Role.OBSERVER),
        (await authenticate(database, lower), None, Role.OBSERVER),
    ]
    for caller, reference, role in tries:
        with pytest.raises(Forbidden):
            await tokens.create(database, caller, reference, role=role, label=None, expires_at=None)


async def test_a_token_ends_at_its_time(database: Database) -> None:
    bob = await people.caller(database, "bob")
    soon = datetime.now(UTC) + timedelta(seconds=60)

    _, token = await tokens.create(database, bob, None, role=None, label=None, expires_at=soon)
    await database.execute("update token set expires_at = now() where expires_at = $1", soon)

    with pytest.raises(Unauthenticated):
        await authenticate(database, token)
    for past in [datetime.now(UTC) - timedelta(seconds=1), datetime(9999, 1, 1, tzinfo=UTC)]:
        with pytest.raises(BadInput):
            await tokens.create(database, bob, None, role=None, label=None, expires_at=past)


async def test_tokens_are_revoked_one_by_one_or_all(database: Database) -> None:
    published: list[Committed] = []
    database.on_commit(published.append)
    bob = await people.caller(database, "bob")
    made = [(await tokens.create(database, bob, None, role=None, label=None, expires_at=None))[1] for _ in range(2)]

    one = await agent_mutations.revoke_tokens(database, bob, token=made[0])
    again = await agent_mutations.revoke_tokens(database, bob, token=made[0])
    rest = await agent_mutations.revoke_tokens(database, await people.admin(database), "bob")

    assert (one, again, rest) == (1, 0, 2)
    assert published == [Committed({}, [], frozenset({(Topic.AGENT, bob.agent_id)}))] * 3
    with pytest.raises(Unauthenticated):
        await authenticate(database, made[1])


async def test_tokens_of_others_can_not_be_revoked(database: Database) -> None:
    web = await people.room(database)
    bob, eve = await people.caller(database, "bob", web), await people.caller(database, "eve", web)
    _, hers = await tokens.create(database, eve, None, role=None, label=None, expires_at=None)

    tries: list[tuple[Any, str | None, str | None, type[Refused]]] = [
        (bob, "eve", None, Forbidden),
        (bob, None, hers, NotFound),
        (bob, None, "gr_nothing", NotFound),
        (bob, "bob", hers, BadInput),
        (await people.caller(database, "bob", role=Role.OBSERVER), None, None, Forbidden),
    ]
    for caller, reference, token, refusal in tries:
        with pytest.raises(refusal):
            await agent_mutations.revoke_tokens(database, caller, reference, token=token)
    assert (await authenticate(database, hers)).name == "eve"
