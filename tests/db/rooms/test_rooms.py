"""Rooms, their settings, and who may change them."""

import asyncio
from typing import Any

import pytest

from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.errors import BadInput, Forbidden, NameTaken, NotFound
from db.operations import room_mutations
from db.rooms import rooms
from tests import people


async def test_its_maker_is_the_first_member_of_a_room_with_the_default_settings(database: Database) -> None:
    admin = await people.admin(database)

    made = await room_mutations.create(database, admin, "web")

    assert (made.name, made.title, made.require_review, made.wip_limit, made.lease_seconds) == (
        "web",
        "web",
        True,
        None,
        1800,
    )
    assert await people.log(database, made) == [
        ("ROOM_CREATED", {"name": "web", "title": "web"}),
        ("AGENT_JOINED", {"name": "root", "kind": "HUMAN"}),
    ]
    assert await rooms.visible(database, await people.admin(database)) == [made]


async def test_a_name_is_taken_once(database: Database) -> None:
    admin = await people.admin(database)

    tries = await asyncio.gather(
        *(room_mutations.create(database, admin, "web") for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(result).__name__ for result in tries) == ["NameTaken", "NameTaken", "NameTaken", "Room"]
    with pytest.raises(NameTaken):
        await room_mutations.create(database, admin, "web")


async def test_only_an_admin_makes_rooms(database: Database) -> None:
    with pytest.raises(Forbidden):
        await room_mutations.create(database, await people.caller(database, "bob"), "web")

    assert await database.fetchval("select count(*) from room") == 0


@pytest.mark.parametrize("name", ["", "Web", "a b", "x" * 65, "t42", "R1", "ä", "a\0"])
async def test_invalid_room_names_are_refused(database: Database, name: str) -> None:
    with pytest.raises(BadInput):
        await room_mutations.create(database, await people.admin(database), name)


@pytest.mark.parametrize(
    "settings",
    [
        {"lease_seconds": 0},
        {"lease_seconds": 86_401},
        {"idle_after_seconds": 31_536_001},
        {"wip_limit": 0},
        {"max_attempts": 0},
        {"reclaim_after_seconds": -1},
        {"offline_after_seconds": None},
        {"paused": None},
        {"timezone": None},
        {"timezone": "Europe/Atlantis"},
        {"timezone": "localtime"},
        {"timezone": "../UTC"},
        {"timezone": "utc\0"},
        {"digest_at": "24:00"},
        {"digest_at": "8:30"},
        {"digest_at": "08:30:00"},
        {"digest_at": "08:30\n"},
        {"digest_at": "०८:३०"},
    ],
)
async def test_settings_have_bounds(database: Database, settings: dict[str, Any]) -> None:
    web = await people.room(database)
    before = await people.log(database, web)

    with pytest.raises(BadInput):
        await room_mutations.update(database, await people.admin(database), "web", settings)

    assert await rooms.find(database, await people.admin(database), "web") == web
    assert await people.log(database, web) == before


async def test_what_is_left_out_stays_and_null_clears(database: Database) -> None:
    web = await people.room(database, wip_limit=3)
    admin = await people.admin(database)

    changed = await room_mutations.update(
        database, admin, "web", {"title": "The web", "max_attempts": None, "paused": True}
    )

    assert (changed.title, changed.max_attempts, changed.paused, changed.wip_limit) == ("The web", None, True, 3)
    assert (await people.log(database, web))[-1] == (
        "ROOM_UPDATED",
        {"title": "The web", "settings": {"maxAttempts": None, "paused": True}},
    )


async def test_nothing_changed_is_nothing_logged(database: Database) -> None:
    web = await people.room(database, wip_limit=3)
    before = await people.log(database, web)

    same = await room_mutations.update(
        database, await people.admin(database), "R" + str(web.id), {"wip_limit": 3, "title": "web"}
    )

    assert same == web
    assert await people.log(database, web) == before


async def test_a_person_who_is_a_member_changes_settings_and_a_program_does_not(database: Database) -> None:
    web, other = await people.room(database), await people.room(database, "other")
    person = await people.caller(database, "ann", web, kind=AgentKind.HUMAN)
    watcher = await people.caller(database, "ann", web, role=Role.OBSERVER)
    program = await people.caller(database, "bob", web)

    changed = await room_mutations.update(database, person, "web", {"wip_limit": 1})

    assert changed.wip_limit == 1
    for caller, room, refusal in [
        (program, "web", Forbidden),
        (watcher, "web", Forbidden),
        (person, other.name, NotFound),
        (person, "R" + str(other.id), NotFound),
        (person, "nowhere", NotFound),
        (person, "T1", BadInput),
    ]:
        with pytest.raises(refusal):
            await room_mutations.update(database, caller, room, {"wip_limit": 2})
    assert (await rooms.find(database, person, None)).wip_limit == 1


async def test_main_is_made_once_whoever_asks(database: Database) -> None:
    made = await asyncio.gather(*(room_mutations.ensure_main(database) for _ in range(4)))

    assert {(room.id, room.name) for room in made} == {(made[0].id, "main")}
    assert await people.log(database, made[0]) == [("ROOM_CREATED", {"name": "main", "title": "main"})]
