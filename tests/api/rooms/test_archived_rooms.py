"""A room that is archived is out of the lists and stays as it is, until it is brought back."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.core.callers import refresh_caller
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.errors import Forbidden
from db.core.records import Room
from db.events.feed import Feed
from db.operations import imports
from db.operations.import_plan import Plan
from db.overviews import digest_posting
from db.proposals import proposal_end
from db.schedules import due_schedules
from db.tasks import leaving
from tests import people
from tests.api.schema_client import Actor
from tests.clock import advance
from tests.factories import World

ROOM = "name archivedAt settings { paused }"


@pytest.fixture
async def web(world: World) -> Room:
    return await world.room("web")


@pytest.fixture
async def root(database: Database) -> Actor:
    return Actor(database, await people.admin(database), Feed(database))


@pytest.fixture
async def ann(database: Database, web: Room, root: Actor) -> Actor:
    return Actor(database, await people.caller(database, "ann", web), root.feed)


async def again(actor: Actor) -> Actor:
    """The same agent, as its next request finds it."""
    return replace(actor, caller=await refresh_caller(actor.database, actor.caller))


async def names(actor: Actor, asked: str = "") -> list[str]:
    return [room["name"] for room in (await actor.see(f"{{ rooms{asked} {{ name }} }}"))["rooms"]]


async def test_an_archived_room_is_in_no_list_and_can_be_read(root: Actor, ann: Actor, web: Room) -> None:
    task = await ann.make("Kept")

    archived = await root.do("updateRoom", ROOM, room="web", archived=True)
    ann = await again(ann)

    assert archived["archivedAt"] is not None
    assert (await names(ann), await names(ann, "(includeArchived: true)")) == ([], ["web"])
    assert "web" not in await names(root)
    seen = await ann.see(f'{{ room {{ {ROOM} }} task(id: "{task}") {{ title waitingOn {{ kind }} }} }}')
    assert (seen["room"], seen["task"]) == (archived, {"title": "Kept", "waitingOn": [{"kind": "PAUSED"}]})
    assert "is archived" in (await ann.see("{ briefing { markdown } }"))["briefing"]["markdown"]
    complaint = await ann.complaint("createTask", title="Late")
    assert complaint["message"] == f"The room R{web.id} is archived: nothing in it can be changed."
    assert f'updateRoom(input: {{room: "R{web.id}", archived: false}})' in complaint["extensions"]["hint"]


async def test_the_only_room_that_is_not_archived_needs_no_name(
    database: Database, world: World, root: Actor, web: Room
) -> None:
    yard = await world.room("yard")
    bob = Actor(database, await people.caller(database, "bob", web, yard), root.feed)
    assert (await bob.refused("createTask", title="Where?"))["field"] == "room"

    await root.do("updateRoom", room="web", archived=True)
    made = await (await again(bob)).do("createTask", "room { name }", title="Here")
    await root.do("updateRoom", room="yard", archived=True)

    assert made == {"room": {"name": "yard"}}
    assert (await (await again(bob)).refused("createTask", title="Where?"))["field"] == "room"


async def test_a_room_that_is_brought_back_goes_on_when_it_is_resumed(
    database: Database, root: Actor, ann: Actor, web: Room
) -> None:
    task = await ann.make()
    await root.do("updateRoom", room="web", archived=True)
    root = await again(root)

    back = await root.do("updateRoom", ROOM, room="web", archived=False)
    ann = await again(ann)

    assert back == {"name": "web", "archivedAt": None, "settings": {"paused": True}}
    assert (await ann.refused("claimTask", task=task))["code"] == "PAUSED"
    await root.do("updateRoom", room="web", archived=True)
    await root.do("updateRoom", room="web", archived=False, settings={"paused": False})
    assert await ann.claim(task) == 1
    said = [data for kind, data in await people.log(database, web) if kind == "ROOM_UPDATED"]
    assert said == [
        {"archived": True, "settings": {"paused": True}},
        {"archived": False},
        {"archived": True},
        {"archived": False, "settings": {"paused": False}},
    ]


async def test_who_may_not_archive_a_room_or_bring_it_back(database: Database, root: Actor, web: Room) -> None:
    person = await people.caller(database, "pat", web, kind=AgentKind.HUMAN)
    stranger = await people.caller(database, "far", kind=AgentKind.HUMAN)
    watcher = await people.caller(database, "eye", web, kind=AgentKind.HUMAN, role=Role.OBSERVER)

    for archived in (True, False):
        for caller, code in ((person, "FORBIDDEN"), (watcher, "FORBIDDEN"), (stranger, "NOT_FOUND")):
            actor = Actor(database, caller, root.feed)
            assert (await actor.refused("updateRoom", room="web", archived=archived))["code"] == code
        assert (await database.fetchval("select archived_at is null from room where id = $1", web.id)) is archived
        await root.do("updateRoom", room="web", archived=True)


async def test_a_room_in_which_work_is_held_is_not_archived(root: Actor, ann: Actor) -> None:
    task, blocked = await ann.make(), await ann.make()
    await ann.claim(blocked)
    await ann.do("blockTask", task=blocked, reason="Stuck")
    await ann.claim(task)

    refused = await root.complaint("updateRoom", room="web", archived=True)

    assert refused["message"] == f"web can't be archived while tasks in it are held: {task}."
    assert (refused["extensions"]["code"], refused["extensions"]["field"]) == ("BAD_INPUT", "archived")
    assert "web" in await names(root)
    assert (await ann.see("{ room { settings { paused } } }"))["room"]["settings"] == {"paused": False}
    await ann.do("releaseTask", task=task)
    await root.do("updateRoom", room="web", archived=True)
    assert await ann.task(blocked, "status") == {"status": "BLOCKED"}


async def test_a_claim_that_was_on_its_way_is_seen_or_taken_back(
    database: Database, root: Actor, ann: Actor, web: Room
) -> None:
    first, second = await ann.make(), await ann.make()

    # Both wait for the room's log, in this order.
    async with database.transaction() as tx:
        await tx.execute("select from room_log where room_id = $1 for update", web.id)
        claim = asyncio.create_task(ann.claim(first))
        await _waiting(database, 1)
        archive = asyncio.create_task(root.complaint("updateRoom", room="web", archived=True))
        await _waiting(database, 2)
    assert await claim == 1
    assert first in (await archive)["message"]

    await ann.do("releaseTask", task=first)
    async with database.transaction() as tx:
        await tx.execute("select from room_log where room_id = $1 for update", web.id)
        archived = asyncio.create_task(root.do("updateRoom", room="web", archived=True))
        await _waiting(database, 1)
        late = asyncio.create_task(ann.claim(second))
        await _waiting(database, 2)
    await archived
    await late

    assert await leaving.release_late_claims(database) == 1
    assert await ann.task(second, "status assignee { name }") == {"status": "TODO", "assignee": None}
    assert await leaving.release_late_claims(database) == 0


async def test_nothing_falls_due_in_an_archived_room(database: Database, root: Actor, ann: Actor, web: Room) -> None:
    await ann.do("createSchedule", cron="@daily", task={"title": "Sweep"})
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    asked = await root.do("propose", room="web", kind="VOTE", title="Which?", closesAt=soon)
    await root.do("updateRoom", room="web", archived=True)
    said = await people.log(database, web)

    await advance(database, timedelta(days=2).total_seconds())
    done = [
        await due_schedules.take_turn(database),
        await digest_posting.post_due(database),
        await proposal_end.close_overdue(database),
    ]

    assert (done, await people.log(database, web)) == ([0, 0, 0], said)
    await root.do("updateRoom", room="web", archived=False)
    assert await due_schedules.take_turn(database) == 1
    assert await digest_posting.post_due(database) == 1
    assert await proposal_end.close_overdue(database) == 1
    asked = (await ann.see(f'{{ node(id: "{asked["id"]}") {{ ... on Proposal {{ status }} }} }}'))["node"]
    assert asked["status"] != "OPEN"


async def test_an_import_into_an_archived_room_is_refused(database: Database, root: Actor, web: Room) -> None:
    await root.do("updateRoom", room="web", archived=True)
    said = await people.log(database, web)

    with pytest.raises(Forbidden, match="is archived"):
        await imports.load(database, "web", "beads", {}, lambda _known: Plan())

    assert await people.log(database, web) == said


async def _waiting(database: Database, count: int) -> None:
    """Until so many statements wait for a lock."""
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with asyncio.timeout(10):
        while await database.fetchval(waiting) < count:  # noqa: ASYNC110  # Postgres tells nobody
            await asyncio.sleep(0.01)
