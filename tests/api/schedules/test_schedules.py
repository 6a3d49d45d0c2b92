"""Schedules as clients meet them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.events.feed import Feed
from db.schedules import due_schedules
from tests.api.schema_client import Actor
from tests.clock import advance
from tests.factories import World

FIELDS = (
    "id cron timezone title skipWhileOpen active nextAt missed upcoming lastTask { id } room { name } creator { name }"
)


@pytest.fixture
async def pair(database: Database, world: World) -> tuple[Actor, Actor]:
    room, feed = await world.room("shop"), Feed(database)
    ann, bob = [await world.agent(name, rooms=[room]) for name in ("ann", "bob")]
    return Actor(database, ann, feed), Actor(database, bob, feed)


async def listed(actor: Actor) -> list[Any]:
    found: list[Any] = (await actor.see(f"{{ room {{ schedules {{ {FIELDS} }} }} }}"))["room"]["schedules"]
    return found


async def test_a_schedule_is_made_read_and_makes_its_task(database: Database, pair: tuple[Actor, Actor]) -> None:
    ann, bob = pair
    made = await ann.do("createSchedule", FIELDS, cron="30 2 * * *", timezone="Europe/Berlin", task={"title": "Sweep"})

    times = [datetime.fromisoformat(one) for one in made["upcoming"]]
    assert made == {
        "id": made["id"], "cron": "30 2 * * *", "timezone": "Europe/Berlin", "title": "Sweep", "skipWhileOpen": True,
        "active": True, "nextAt": made["upcoming"][0], "missed": 0, "upcoming": made["upcoming"], "lastTask": None,
        "room": {"name": "shop"}, "creator": {"name": "ann"},
    }  # fmt: skip
    assert made["id"].startswith("Z")
    assert len(times) == 5
    assert await listed(bob) == [made]
    assert (await bob.see(f'{{ node(id: "{made["id"]}") {{ ... on Schedule {{ title }} }} }}'))["node"] == {
        "title": "Sweep"
    }
    [changed] = (await bob.see("{ events(kinds: [SCHEDULE_CHANGED]) { nodes { kind actor { name } data } } }"))[
        "events"
    ]["nodes"]
    assert (changed["actor"], changed["data"]["schedule"], changed["data"]["change"]) == (
        {"name": "ann"},
        made["id"],
        "CREATED",
    )

    await advance(database, timedelta(days=1).total_seconds())
    assert await due_schedules.take_turn(database)

    [after] = await listed(bob)
    task = await bob.task(after["lastTask"]["id"], "title labels creator { name } dependencies { kind }")
    assert task == {
        "title": "Sweep",
        "labels": [f"schedule:{made['id']}"],
        "creator": {"name": "ann"},
        "dependencies": [],
    }


async def test_the_same_key_makes_one(pair: tuple[Actor, Actor]) -> None:
    ann, _ = pair
    sent: dict[str, Any] = {"cron": "@daily", "task": {"title": "Sweep"}, "idempotencyKey": "k"}

    first, again = [await ann.do("createSchedule", **sent) for _ in range(2)]

    assert first == again
    assert len(await listed(ann)) == 1
    assert (await ann.refused("createSchedule", **(sent | {"cron": "@hourly"})))["code"] == "IDEMPOTENCY_MISMATCH"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"cron": "* * * * * *"}, "cron"),
    ({"cron": "0 0 31 2 *"}, "cron"),
    ({"cron": "0 0 L * *"}, "cron"),
    ({"cron": "@reboot"}, "cron"),
    ({"timezone": "Mars/Olympus"}, "timezone"),
    ({"timezone": "europe/berlin"}, "timezone"),
    ({"task": {"title": ""}}, "title"),
    ({"task": {"title": "x", "resources": ["nothing"]}}, "resources"),
    ({"task": {"title": "x", "room": "elsewhere"}}, "task"),
    ({"task": {"title": "x", "idempotencyKey": "k"}}, "idempotencyKey"),
    ({"task": {"title": "x", "labels": [f"l{number}" for number in range(100)]}}, "labels"),
    ({"task": {"title": "x", "criteria": [" "]}}, "criteria"),
]


@pytest.mark.parametrize(("sent", "field"), REFUSED)
async def test_what_can_not_be_is_refused_at_once(
    world: World, pair: tuple[Actor, Actor], sent: dict[str, Any], field: str
) -> None:
    ann, _ = pair
    elsewhere = await world.room("elsewhere")
    ann.caller = await world.agent("ann", rooms=[elsewhere])
    made = await ann.do("createSchedule", room="shop", cron="@daily", task={"title": "Sweep"})
    before = (await ann.see('{ room(room: "shop") { schedules { cron timezone title } } }'))["room"]

    complaint = await ann.refused(
        "createSchedule", **({"room": "shop", "cron": "@daily", "task": {"title": "x"}} | sent)
    )
    assert (complaint["code"], complaint["field"]) == ("BAD_INPUT", field)
    complaint = await ann.refused("updateSchedule", schedule=made["id"], **sent)
    assert (complaint["code"], complaint["field"]) == ("BAD_INPUT", field)

    assert (await ann.see('{ room(room: "shop") { schedules { cron timezone title } } }'))["room"] == before


async def test_what_its_task_names_has_to_be_there(pair: tuple[Actor, Actor]) -> None:
    ann, _ = pair
    for task in ({"dependsOn": ["T999"]}, {"objective": "O999"}, {"parent": "T999"}, {"assignee": "nobody"}):
        refused = await ann.refused("createSchedule", cron="@daily", task={"title": "x", **task})
        assert refused["code"] == "NOT_FOUND", task
    assert await listed(ann) == []


async def test_it_is_changed_switched_off_and_on_and_deleted(database: Database, pair: tuple[Actor, Actor]) -> None:
    ann, _ = pair
    made = await ann.do("createSchedule", FIELDS, cron="@hourly", task={"title": "Sweep"})

    changed = await ann.do("updateSchedule", FIELDS, schedule=made["id"], cron="@daily", skipWhileOpen=False,
                           task={"title": "Scrub"})  # fmt: skip
    assert (changed["cron"], changed["title"], changed["skipWhileOpen"]) == ("@daily", "Scrub", False)
    off = await ann.do("updateSchedule", FIELDS, schedule=made["id"], active=False)
    assert (off["active"], off["nextAt"], off["upcoming"]) == (False, None, [])
    await advance(database, timedelta(days=3).total_seconds())
    assert await due_schedules.take_turn(database) == 0
    on = await ann.do("updateSchedule", FIELDS, schedule=made["id"], active=True)
    assert (on["active"], on["missed"], on["nextAt"]) == (True, 0, on["upcoming"][0])
    assert await due_schedules.take_turn(database) == 0, "it starts from now"

    assert await ann.do("deleteSchedule", schedule=made["id"]) is True
    assert await listed(ann) == []
    assert (await ann.refused("deleteSchedule", schedule=made["id"]))["code"] == "NOT_FOUND"
    seen = (await ann.see("{ events(kinds: [SCHEDULE_CHANGED], last: 9) { nodes { data } } }"))["events"]["nodes"]
    assert [one["data"]["change"] for one in seen] == ["CREATED", "UPDATED", "UPDATED", "UPDATED", "DELETED"]


async def test_who_may_change_it(database: Database, world: World, pair: tuple[Actor, Actor]) -> None:
    ann, bob = pair
    room = await world.room("other")
    made = await ann.do("createSchedule", FIELDS, cron="@hourly", task={"title": "Sweep"})
    sent = {"schedule": made["id"], "skipWhileOpen": False}

    assert (await bob.refused("updateSchedule", **sent))["code"] == "FORBIDDEN"
    assert (await bob.refused("deleteSchedule", schedule=made["id"]))["code"] == "FORBIDDEN"
    assert (await ann.as_role(Role.OBSERVER).refused("updateSchedule", **sent))["code"] == "FORBIDDEN"
    refused = await ann.as_role(Role.OBSERVER).refused("createSchedule", cron="@daily", task={"title": "x"})
    assert refused["code"] == "FORBIDDEN"
    stranger = Actor(database, await world.agent("eve", rooms=[room], kind=AgentKind.HUMAN), Feed(database))
    assert (await stranger.refused("updateSchedule", **sent))["code"] == "NOT_FOUND"
    assert await listed(ann) == [made]

    shop = await database.fetchrow("select * from room where name = 'shop'")
    await database.execute(
        "insert into room_member (room_id, agent_id) values ($1, $2)", shop["id"], stranger.caller.agent_id
    )
    person = Actor(database, await world.agent("eve", kind=AgentKind.HUMAN), Feed(database))
    assert (await person.do("updateSchedule", "skipWhileOpen", **sent)) == {"skipWhileOpen": False}
    admin = Actor(database, await world.creator(), Feed(database))
    assert await admin.do("deleteSchedule", schedule=made["id"]) is True


async def test_upcoming_is_bounded(pair: tuple[Actor, Actor]) -> None:
    ann, _ = pair
    made = await ann.do("createSchedule", cron="* * * * *", task={"title": "Sweep"})
    query = "query ($id: ID!, $first: Int) { node(id: $id) { ... on Schedule { upcoming(first: $first) } } }"

    assert len((await ann.see(query, id=made["id"], first=20))["node"]["upcoming"]) == 20
    for first in (0, 21):
        assert (await ann.unseen(query, id=made["id"], first=first))["code"] == "BAD_INPUT"


async def test_the_times_of_an_expression_are_told_before_it_is_a_schedule(pair: tuple[Actor, Actor]) -> None:
    ann, _ = pair
    query = (
        "query ($cron: String!, $zone: String, $first: Int) { cronTimes(cron: $cron, timezone: $zone, first: $first) }"
    )

    told = (await ann.see(query, cron=" 30 2 * * * ", zone="Europe/Berlin", first=5))["cronTimes"]
    made = await ann.do("createSchedule", FIELDS, cron="30 2 * * *", timezone="Europe/Berlin", task={"title": "Sweep"})
    assert told == made["upcoming"]
    assert len((await ann.see('{ cronTimes(cron: "@daily") }'))["cronTimes"]) == 5

    for wrong in (
        {"cron": "0 0 30 2 *"}, {"cron": "* * * * * *"}, {"cron": ""}, {"cron": "@daily", "zone": "Mars"},
        {"cron": "@daily", "first": 0}, {"cron": "@daily", "first": 21},
    ):  # fmt: skip
        assert (await ann.unseen(query, **wrong))["code"] == "BAD_INPUT"


async def test_a_room_has_so_many_and_no_more(database: Database, pair: tuple[Actor, Actor]) -> None:
    ann, _ = pair
    await ann.do("createSchedule", cron="@daily", task={"title": "Sweep"})
    await database.execute(
        "insert into schedule (room_id, creator_id, cron, timezone, skip_while_open, template)"
        " select room_id, creator_id, cron, timezone, skip_while_open, template from schedule, generate_series(2, 200)"
    )

    refused = await ann.refused("createSchedule", cron="@daily", task={"title": "Sweep"})

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", "room")
    assert await database.fetchval("select count(*) from schedule") == 200
