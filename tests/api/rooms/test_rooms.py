"""Rooms as clients make, change and read them."""

from collections.abc import Mapping

import pytest

from db.core.database import Database
from db.core.enums import AgentKind, Role
from tests import people
from tests.api.asking import ask

ROOM = "{ name title settings { wipLimit leaseSeconds maxAttempts paused requireReview } agents { name presence } }"
CREATE = "mutation ($input: CreateRoomInput!) { createRoom(input: $input)" + ROOM + "}"
UPDATE = "mutation ($input: UpdateRoomInput!) { updateRoom(input: $input)" + ROOM + "}"


async def test_an_admin_makes_a_room(database: Database) -> None:
    admin = await people.admin(database)

    made = await ask(database, admin, CREATE, input={"name": "web", "settings": {"wipLimit": 2, "maxAttempts": None}})

    assert made.codes == []
    assert made.data == {
        "createRoom": {
            "name": "web",
            "title": "web",
            "settings": {
                "wipLimit": 2,
                "leaseSeconds": 1800,
                "maxAttempts": None,
                "paused": False,
                "requireReview": True,
            },
            "agents": [{"name": "root", "presence": "OFFLINE"}],
        }
    }


async def test_a_key_answers_with_the_same_room(database: Database) -> None:
    admin = await people.admin(database)
    wanted = {"name": "web", "idempotencyKey": "k"}

    first = await ask(database, admin, CREATE, input=wanted)
    again = await ask(database, admin, CREATE, input=wanted)
    other = await ask(database, admin, CREATE, input={**wanted, "title": "Other"})

    assert first == again
    assert other.codes == ["IDEMPOTENCY_MISMATCH"]
    assert await database.fetchval("select count(*) from room") == 1


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"name": "Web"}, "BAD_INPUT"),
        ({"name": "r1"}, "BAD_INPUT"),
        ({"name": "web", "title": " "}, "BAD_INPUT"),
        ({"name": "web", "title": "\0"}, "BAD_INPUT"),
        ({"name": "web", "settings": {"leaseSeconds": 0}}, "BAD_INPUT"),
        ({"name": "web", "settings": {"leaseSeconds": None}}, "BAD_INPUT"),
        ({"name": "taken"}, "NAME_TAKEN"),
    ],
)
async def test_what_is_no_room(database: Database, wanted: dict[str, object], code: str) -> None:
    admin = await people.admin(database)
    await people.room(database, "taken")

    refused = await ask(database, admin, CREATE, input=wanted)

    assert (refused.data, refused.codes) == ({"createRoom": None}, [code])
    assert await database.fetchval("select count(*) from room") == 1


async def test_a_member_makes_no_room(database: Database) -> None:
    refused = await ask(database, await people.caller(database, "bob"), CREATE, input={"name": "web"})

    assert (refused.data, refused.codes) == ({"createRoom": None}, ["FORBIDDEN"])


async def test_settings_change_and_what_is_left_out_stays(database: Database) -> None:
    web = await people.room(database, wip_limit=2)
    person = await people.caller(database, "ann", web, kind=AgentKind.HUMAN)

    paused = await ask(database, person, UPDATE, input={"room": "web", "settings": {"paused": True}})
    cleared = await ask(database, person, UPDATE, input={"room": "web", "title": "W", "settings": {"wipLimit": None}})

    assert paused.data is not None
    assert cleared.data is not None
    assert paused.data["updateRoom"]["settings"]["wipLimit"] == 2
    assert cleared.data["updateRoom"]["settings"] == {**paused.data["updateRoom"]["settings"], "wipLimit": None}
    assert cleared.data["updateRoom"]["title"] == "W"


async def test_who_may_not_change_a_room(database: Database) -> None:
    web = await people.room(database)
    change = {"room": "web", "settings": {"paused": True}}

    for caller, code in [
        (await people.caller(database, "bob", web), "FORBIDDEN"),
        (await people.caller(database, "ann", web, kind=AgentKind.HUMAN, role=Role.OBSERVER), "FORBIDDEN"),
        (await people.caller(database, "far", kind=AgentKind.HUMAN), "NOT_FOUND"),
    ]:
        refused = await ask(database, caller, UPDATE, input=change)
        assert (refused.data, refused.codes) == ({"updateRoom": None}, [code])
    assert await database.fetchval("select paused from room") is False


async def test_callers_see_their_rooms_and_admins_all(database: Database) -> None:
    web, other = await people.room(database), await people.room(database, "other")
    bob = await people.caller(database, "bob", web)

    own = await ask(database, bob, "{ room { name } rooms { name } }")
    every = await ask(database, await people.admin(database), "{ rooms { name } }")
    by_id = await ask(database, bob, "query ($id: ID) { room(room: $id) { name } }", id=f"r{web.id}")

    assert own.data == {"room": {"name": "web"}, "rooms": [{"name": "web"}]}
    assert every.data == {"rooms": [{"name": "other"}, {"name": "web"}]}
    assert by_id.data == {"room": {"name": "web"}}
    for reference, code in [
        ("other", "NOT_FOUND"),
        (f"R{other.id}", "NOT_FOUND"),
        ("R999999", "NOT_FOUND"),
        ("T1", "BAD_INPUT"),
        ("\0", "BAD_INPUT"),
    ]:
        refused = await ask(database, bob, "query ($id: ID) { room(room: $id) { name } }", id=reference)
        assert (refused.data, refused.codes) == ({"room": None}, [code])


async def test_a_caller_of_two_rooms_says_which_it_means(database: Database) -> None:
    web, other = await people.room(database), await people.room(database, "other")
    bob = await people.caller(database, "bob", web, other)

    refused = await ask(database, bob, "{ room { name } }")

    assert (refused.data, refused.codes) == ({"room": None}, ["BAD_INPUT"])


async def test_the_digest_has_a_time_of_day_in_a_zone(database: Database) -> None:
    admin = await people.admin(database)
    settings = "settings { digestEverySeconds digestAt timezone }"
    create = f"mutation ($input: CreateRoomInput!) {{ createRoom(input: $input) {{ {settings} }} }}"
    update = f"mutation ($input: UpdateRoomInput!) {{ updateRoom(input: $input) {{ {settings} }} }}"

    async def changed(change: Mapping[str, object]) -> object:
        answer = await ask(database, admin, update, input={"room": "web", "settings": change})
        return answer.data["updateRoom"]["settings"] if answer.data and answer.data["updateRoom"] else answer.codes

    made = await ask(database, admin, create, input={"name": "web"})

    defaults = {"digestEverySeconds": 14400, "digestAt": None, "timezone": "UTC"}
    assert made.data == {"createRoom": {"settings": defaults}}
    wanted = {"digestEverySeconds": None, "digestAt": "08:30", "timezone": "Europe/Berlin"}
    assert await changed(wanted) == wanted
    assert await changed({"timezone": "Europe/Atlantis"}) == ["BAD_INPUT"]
    assert await changed({"digestAt": "8 o'clock"}) == ["BAD_INPUT"]
    assert await changed({"digestAt": None}) == wanted | {"digestAt": None}
