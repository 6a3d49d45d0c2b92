"""Webhooks as ADMINs meet them, and as others don't."""

import base64
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from db.core.database import Database
from db.core.enums import Role
from db.core.records import Room
from db.events.feed import Feed
from db.webhooks import deliveries
from goalroom.webhooks.addresses import Addresses
from goalroom.webhooks.sender import Sender
from tests.api.schema_client import Actor
from tests.clock import advance
from tests.factories import World
from tests.receiver import SECRET, Receiver, answering

FIELDS = (
    "id room { name } url kinds labels active failures lastStatus lastDeliveredAt cursor"
    " deliveries { event { id } attempt status error milliseconds at }"
)
URL = "https://127.0.0.1/hook"


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room("shop")


@pytest.fixture
async def root(database: Database, world: World, room: Room) -> Actor:
    return Actor(database, await world.agent("root", rooms=[room], role=Role.ADMIN), Feed(database))


@pytest.fixture
async def bob(database: Database, world: World, room: Room) -> Actor:
    return Actor(database, await world.agent("bob", rooms=[room]), Feed(database))


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with Receiver() as running:
        yield running


async def create(root: Actor, fields: str = FIELDS, **sent: Any) -> Any:
    return await root.do("createWebhook", fields, **({"url": URL, "secret": SECRET, "kinds": []} | sent))


async def listed(actor: Actor) -> list[Any]:
    found: list[Any] = (await actor.see(f"{{ room {{ webhooks {{ {FIELDS} }} }} }}"))["room"]["webhooks"]
    return found


async def changes(actor: Actor) -> list[Any]:
    query = "{ events(kinds: [WEBHOOK_CHANGED]) { nodes { cursor actor { name } data } } }"
    found: list[Any] = (await actor.see(query))["events"]["nodes"]
    return found


async def test_a_webhook_is_made_read_and_deleted(root: Actor, bob: Actor) -> None:
    await bob.make()
    made = await create(root, kinds=["TASK_DONE", "TASK_CREATED", "TASK_DONE"], labels=["urgent", "late", "urgent"])

    [event] = await changes(bob)
    assert made == {
        "id": made["id"], "room": {"name": "shop"}, "url": URL, "kinds": ["TASK_DONE", "TASK_CREATED"],
        "labels": ["urgent", "late"], "active": True, "failures": 0, "lastStatus": None, "lastDeliveredAt": None,
        "cursor": event["cursor"], "deliveries": [],
    }  # fmt: skip
    assert made["id"].startswith("W")
    assert event["actor"] == {"name": "root"}
    assert event["data"] == {"webhook": made["id"], "change": "CREATED", "active": True, "cursor": made["cursor"]}
    assert await listed(root) == [made]
    query = f'{{ node(id: "{made["id"]}") {{ ... on Webhook {{ {FIELDS} }} }} }}'
    assert (await root.see(query))["node"] == made

    await create(root)
    assert await root.do("deleteWebhook", webhook=made["id"]) is True

    assert [one["id"] for one in await listed(root)] != [made["id"]]
    assert (await root.refused("deleteWebhook", webhook=made["id"]))["code"] == "NOT_FOUND"
    assert [one["data"]["change"] for one in await changes(bob)] == ["CREATED", "CREATED", "DELETED"]


async def test_they_are_shown_to_admins_alone(root: Actor, bob: Actor) -> None:
    made = await create(root)
    node = f'{{ node(id: "{made["id"]}") {{ id }} }}'
    elsewhere = replace(root, caller=replace(root.caller, rooms=frozenset()))

    assert (await elsewhere.see('{ room(room: "shop") { webhooks { id } } }'))["room"]["webhooks"] == [
        {"id": made["id"]}
    ]
    for role in (Role.MEMBER, Role.OBSERVER):
        one = bob.as_role(role)
        assert await listed(one) == []
        assert (await one.unseen(node))["code"] == "NOT_FOUND"
    # Who reads the log is not told where it leads.
    assert URL not in str(await changes(bob))


async def test_no_field_shows_the_secret(root: Actor) -> None:
    made = await create(root)

    names = (await root.see('{ __type(name: "Webhook") { fields { name } } }'))["__type"]["fields"]
    assert "secret" not in {field["name"] for field in names}
    assert SECRET not in str(made)


async def test_only_admins_manage_them(database: Database, root: Actor, bob: Actor) -> None:
    made = await create(root)
    before = await database.fetch("select * from webhook")
    new = {"url": URL, "secret": SECRET, "kinds": []}

    for role in (Role.MEMBER, Role.OBSERVER):
        one = bob.as_role(role)
        assert (await one.refused("createWebhook", **new))["code"] == "FORBIDDEN"
        for name in ("deleteWebhook", "testWebhook", "resumeWebhook"):
            for webhook in (made["id"], "W999"):
                assert (await one.refused(name, webhook=webhook))["code"] == "FORBIDDEN"
    for name in ("deleteWebhook", "testWebhook", "resumeWebhook"):
        assert (await root.refused(name, webhook="W999"))["code"] == "NOT_FOUND"
        assert (await root.refused(name, webhook="T1"))["code"] == "BAD_INPUT"
    assert await database.fetch("select * from webhook") == before
    assert len(await changes(root)) == 1


def secret(size: int) -> str:
    return f"whsec_{base64.b64encode(bytes(size)).decode()}"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"url": ""}, "url"),
    ({"url": "hook"}, "url"),
    ({"url": "ftp://example.org/"}, "url"),
    ({"url": "//example.org/"}, "url"),
    ({"url": "https:///hook"}, "url"),
    ({"url": "https://user:word@127.0.0.1/"}, "url"),
    ({"url": "https://user@127.0.0.1/"}, "url"),
    ({"url": "https://@127.0.0.1/"}, "url"),
    ({"url": "https://127.0.0.1/#part"}, "url"),
    ({"url": "https://127.0.0.1:99999/"}, "url"),
    ({"url": "https://127.0.0.1:0/"}, "url"),
    ({"url": "https://[::1/"}, "url"),
    ({"url": "https://bücher.example/"}, "url"),
    ({"url": "https://127.0.0.1/" + "x" * 2_000}, "url"),
    ({"url": "https://10.0.0.1/"}, "url"),
    ({"url": "https://[::1]/"}, "url"),
    ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
    ({"url": "http://1.1.1.1/"}, "url"),
    ({"secret": ""}, "secret"),
    ({"secret": secret(32).removeprefix("whsec_")}, "secret"),
    ({"secret": secret(23)}, "secret"),
    ({"secret": secret(65)}, "secret"),
    ({"secret": "whsec_" + "!" * 40}, "secret"),
    ({"secret": secret(32) + "\n"}, "secret"),
    ({"secret": secret(25).rstrip("=")}, "secret"),
    ({"kinds": ["TASK_DONE"] * 101}, "kinds"),
    ({"labels": [" "]}, "labels"),
    ({"labels": ["x" * 101]}, "labels"),
    ({"labels": [f"l{number}" for number in range(101)]}, "labels"),
]


@pytest.mark.parametrize(("sent", "field"), REFUSED, ids=str)
async def test_what_can_not_be_is_refused_at_once(root: Actor, sent: dict[str, Any], field: str) -> None:
    new: dict[str, Any] = {"url": URL, "secret": secret(32), "kinds": []}

    refused = await root.refused("createWebhook", **(new | sent))

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", field)
    assert await listed(root) == []
    assert await changes(root) == []


@pytest.mark.parametrize("size", [24, 64])
@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "https://1.1.1.1/"])
async def test_what_can_be_is_taken(root: Actor, size: int, url: str) -> None:
    made = await create(root, url=url, secret=secret(size))

    assert (made["url"], made["active"]) == (url, True)


async def test_a_name_is_refused_for_what_it_resolves_to_and_taken_where_it_does_not(root: Actor) -> None:
    found = {"inside.example": ["1.1.1.1", "10.0.0.1"], "outside.example": ["1.1.1.1"]}

    async def resolve(name: str) -> Sequence[str]:
        if name not in found:
            raise OSError("Name or service not known")
        return found[name]

    root = replace(root, outbound=Sender(Addresses([], resolve)))
    new = {"secret": SECRET, "kinds": []}

    refused = await root.refused("createWebhook", url="https://inside.example/", **new)
    assert (refused["code"], refused["field"]) == ("BAD_INPUT", "url")
    assert (await root.refused("createWebhook", url="http://outside.example/", **new))["code"] == "BAD_INPUT"
    for url in ("https://outside.example/", "https://nowhere.example/", "http://nowhere.example/"):
        assert (await create(root, url=url))["url"] == url
    made = await create(root, url="https://nowhere.example/")
    delivery = await root.do("testWebhook", "status error", webhook=made["id"])
    assert delivery == {"status": None, "error": "The request failed: Name or service not known."}


async def test_a_room_has_so_many_and_no_more(database: Database, root: Actor) -> None:
    await create(root)
    await database.execute(
        "insert into webhook (room_id, url, secret, kinds, labels, settled_seq)"
        " select room_id, url, secret, kinds, labels, settled_seq from webhook, generate_series(2, 50)"
    )

    refused = await root.refused("createWebhook", url=URL, secret=SECRET, kinds=[])

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", "room")
    assert await database.fetchval("select count(*) from webhook") == 50


async def test_a_test_is_sent_now_and_kept(database: Database, root: Actor, receiver: Receiver) -> None:
    made = await create(root, url=receiver.url)
    receiver.answers = [answering(200), answering(500)]
    fields = "event { id } attempt status error milliseconds at"

    first = await root.do("testWebhook", fields, webhook=made["id"])
    refused = await root.refused("testWebhook", webhook=made["id"])
    await advance(database, 1)
    second = await root.do("testWebhook", fields, webhook=made["id"])

    assert (refused["code"], refused["retryAfterSeconds"]) == ("RATE_LIMITED", 1)
    assert (first["event"], first["attempt"], first["status"], first["error"]) == (None, 1, 200, "")
    assert (second["status"], second["error"]) == (500, "The receiver answered 500 Internal Server Error.")
    sent, again = receiver.received
    assert (sent.id, again.id) == (f"test.{made['id']}.1", f"test.{made['id']}.2")
    assert {name: value for name, value in sent.json.items() if name != "at"} == {
        "id": sent.id, "kind": "TEST", "room": {"id": sent.json["room"]["id"], "name": "shop"}, "data": {},
    }  # fmt: skip
    [after] = await listed(root)
    assert [one["status"] for one in after["deliveries"]] == [500, 200]
    assert (after["failures"], after["lastStatus"], after["lastDeliveredAt"]) == (0, None, None)
    assert [one["data"]["change"] for one in await changes(root)] == ["CREATED"]


async def test_what_is_switched_off_is_tested_all_the_same(database: Database, root: Actor, receiver: Receiver) -> None:
    made = await create(root, url=receiver.url)
    await database.execute("update webhook set active = false")

    assert (await root.do("testWebhook", "status", webhook=made["id"])) == {"status": 204}
    assert [one["active"] for one in await listed(root)] == [False]


async def test_it_is_resumed_from_where_it_stands_or_from_a_cursor(database: Database, root: Actor, bob: Actor) -> None:
    made = await create(root)
    task = await bob.make()
    await database.execute(
        "update webhook set active = false, failures = 7, failing_since = now(), attempts = 3, steps = 3, body = '{}',"
        " begun_seq = settled_seq + 1"
    )

    resumed = await root.do("resumeWebhook", FIELDS, webhook=made["id"])

    row = await database.fetchrow("select * from webhook")
    assert (resumed["active"], resumed["failures"], resumed["cursor"]) == (True, 0, made["cursor"])
    assert (row["attempts"], row["steps"], row["body"], row["failing_since"]) == (3, 0, "{}", None)
    ahead = (await bob.see("{ briefing { cursor } }"))["briefing"]["cursor"]
    moved = await root.do("resumeWebhook", FIELDS, webhook=made["id"], after=ahead)
    row = await database.fetchrow("select * from webhook")
    assert moved["cursor"] == ahead != made["cursor"]
    assert (row["attempts"], row["body"], row["begun_seq"], row["run"]) == (0, None, None, 2)
    assert [one["data"]["change"] for one in await changes(root)] == ["CREATED", "RESUMED", "RESUMED"]

    room = made["cursor"].partition(".")[0]
    for after in ("nonsense", task, "R999.1", f"{room}.999999", "", f"{room}.-1"):
        refused = await root.refused("resumeWebhook", webhook=made["id"], after=after)
        assert (refused["code"], refused["field"]) == ("BAD_INPUT", "after"), after
    assert (await listed(root))[0]["cursor"] == ahead


async def test_it_is_not_resumed_from_where_the_log_no_longer_reaches(
    database: Database, root: Actor, bob: Actor
) -> None:
    made = await create(root)
    for _ in range(3):
        await bob.make()
    await database.execute("update webhook set active = false")
    await database.execute("update room_log set oldest = seq - 1")
    before = await database.fetchrow("select * from webhook")
    oldest = await database.fetchval("select oldest from room_log where room_id = $1", before["room_id"])
    room = made["cursor"].partition(".")[0]

    for after in ({}, {"after": made["cursor"]}):
        refused = await root.refused("resumeWebhook", webhook=made["id"], **after)
        assert refused == {"code": "CURSOR_EXPIRED", "oldest": f"{room}.{oldest}"}
    assert await database.fetchrow("select * from webhook") == before
    assert await changes(root) == []

    resumed = await root.do("resumeWebhook", FIELDS, webhook=made["id"], after=f"{room}.{oldest}")
    assert (resumed["active"], resumed["cursor"]) == (True, f"{room}.{oldest}")


async def test_of_deliveries_200_are_kept_and_for_30_days(database: Database, root: Actor) -> None:
    first, second = await create(root), await create(root)
    keys = [int(one["id"].removeprefix("W")) for one in (first, second)]
    await database.execute(
        "insert into delivery (webhook_id, event_id, attempt, error, milliseconds)"
        " select $1, null, number, '', 1 from generate_series(1, 2300) number",
        keys[0],
    )
    while await deliveries.delete_old(database):
        pass
    await database.execute(
        "insert into delivery (webhook_id, event_id, attempt, error, milliseconds, at)"
        " values ($1, null, 1, '', 1, now() - interval '31 days'), ($1, null, 2, '', 1, now() - interval '29 days')",
        keys[1],
    )
    assert await deliveries.delete_old(database) == 1

    query = "query ($id: ID!, $last: Int) { node(id: $id) { ... on Webhook { deliveries(last: $last) { attempt } } } }"
    kept = (await root.see(query, id=first["id"], last=200))["node"]["deliveries"]
    assert [one["attempt"] for one in kept] == list(range(2_300, 2_100, -1))
    assert await database.fetchval("select count(*) from delivery where webhook_id = $1", keys[0]) == 200
    assert len((await root.see(query, id=first["id"]))["node"]["deliveries"]) == 20
    assert (await root.see(query, id=second["id"]))["node"]["deliveries"] == [{"attempt": 2}]
    for last in (0, 201):
        assert (await root.unseen(query, id=first["id"], last=last))["code"] == "BAD_INPUT"
