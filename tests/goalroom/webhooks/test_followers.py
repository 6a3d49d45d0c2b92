"""Delivery by a process: every event that interests, in order, one at a time, until it is taken or given up."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import Any

import pytest

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, Role
from db.core.records import Room, Webhook
from db.events.feed import Feed
from db.webhooks import cursors, webhooks
from db.webhooks.webhooks import NewWebhook
from goalroom.observability.metrics import Metrics
from goalroom.webhooks.addresses import Addresses
from goalroom.webhooks.followers import Followers, Options
from goalroom.webhooks.sender import Sender
from tests.api.schema_client import Actor
from tests.clock import advance
from tests.factories import World
from tests.receiver import SECRET, Receiver, answering, closing

SENDER = Sender(Addresses([ip_network("127.0.0.1/32")]))
QUICK = (0.05, 0.05)


@dataclass
class Scene:
    """A room with two ADMINs and a member, the receiver of a webhook, and what delivers to it."""

    database: Database
    room: Room
    admin: Caller
    creator: Caller
    bob: Actor
    receiver: Receiver

    async def webhook(self, kinds: Sequence[EventKind] = (), labels: Sequence[str] = ()) -> Webhook:
        new = NewWebhook(url=self.receiver.url, secret=SECRET, kinds=kinds, labels=labels)
        return await webhooks.create(self.database, SENDER, self.admin, self.room.name, new)

    @asynccontextmanager
    async def delivering(self, schedule: Sequence[float] = QUICK) -> AsyncGenerator[Followers]:
        feed = Feed(self.database)
        options = Options(schedule=schedule, public_url="https://goalroom.example")
        followers = Followers(self.database, feed, SENDER, Metrics(), options)
        task = asyncio.create_task(followers.run())
        try:
            yield followers
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await feed.close()

    async def state(self) -> Any:
        return await self.database.fetchrow("select * from webhook")

    async def until(self, **state: object) -> Any:
        """The webhook's row, once it is so."""
        async with asyncio.timeout(20):
            while True:
                row = await self.state()
                if all(row[name] == value for name, value in state.items()):
                    return row
                await asyncio.sleep(0.02)

    async def log_end(self) -> int:
        end: int = await self.database.fetchval("select seq from room_log where room_id = $1", self.room.id)
        return end

    async def changes(self) -> list[Any]:
        rows = await self.database.fetch("select data from event where kind = 'WEBHOOK_CHANGED' order by seq")
        return [row["data"] for row in rows]

    async def attempts(self) -> list[tuple[str | None, int, int | None]]:
        rows = await self.database.fetch("select * from delivery order by id")
        return [(None if row["event_id"] is None else f"E{row['event_id']}.W{row['webhook_id']}", row["attempt"],
                 row["status"]) for row in rows]  # fmt: skip


@pytest.fixture
async def scene(database: Database, world: World) -> AsyncGenerator[Scene]:
    room = await world.room("shop")
    # ADMINs that are no members, or whose tokens ended, are told nothing.
    await world.agent("stranger", role=Role.ADMIN)
    await world.agent("late", rooms=[room], role=Role.ADMIN)
    await database.execute("update token set expires_at = now() from agent where agent_id = agent.id and name = 'late'")
    admin = await world.agent("root", rooms=[room], role=Role.ADMIN)
    bob = Actor(database, await world.agent("bob", rooms=[room]), Feed(database))
    async with Receiver() as receiver:
        yield Scene(database, room, admin, await world.creator(), bob, receiver)


async def test_every_event_arrives_once_in_order_from_the_one_after_its_making(scene: Scene) -> None:
    await scene.bob.make("Before")
    webhook = await scene.webhook()
    tasks = [await scene.bob.make(f"Task {number}") for number in range(20)]
    for task in tasks[:5]:
        await scene.bob.finish(task)
    async with scene.delivering():
        row = await scene.until(settled_seq=await scene.log_end())
    log = await scene.database.fetch(
        "select id from event where room_id = $1 and seq > $2 order by seq", scene.room.id, webhook.settled_seq
    )

    assert [one.id for one in scene.receiver.received] == [f"E{event['id']}.W{webhook.id}" for event in log]
    assert scene.receiver.most_open == 1
    assert (row["failures"], row["last_status"], row["begun_seq"], row["body"]) == (0, 204, None, None)
    assert (await scene.state())["holder"] is None
    assert await scene.attempts() == [(one, 1, 204) for one in scene.receiver.ids]


async def test_what_is_sent_says_what_happened(scene: Scene) -> None:
    await scene.webhook([EventKind.TASK_CLAIMED, EventKind.MESSAGE_SENT, EventKind.OBJECTIVE_CREATED])
    goal = await scene.bob.do("createObjective", "id", title="Ship")
    task = await scene.bob.make("Sweep", objective=goal["id"], labels=["chore"])
    await scene.bob.claim(task)
    await scene.bob.do("sendMessage", channel="general", body="Hush, this is a body")
    async with scene.delivering():
        aim, claim, message = await scene.receiver.until(3)

    room, bob = {"id": f"R{scene.room.id}", "name": "shop"}, {"id": f"A{scene.bob.caller.agent_id}", "name": "bob"}
    assert claim.json == {
        "id": claim.id.partition(".")[0],
        "kind": "TASK_CLAIMED",
        "cursor": claim.json["cursor"],
        "at": claim.json["at"],
        "room": room,
        "actor": bob,
        "task": {"id": task, "title": "Sweep", "status": "DOING", "assignee": bob, "labels": ["chore"]},
        "objective": {"id": goal["id"], "title": "Ship"},
        "data": claim.json["data"],
        "url": f"https://goalroom.example/rooms/shop/tasks/{task}",
    }
    assert claim.json["data"]["fence"] == 1
    assert aim.json.keys() == {"id", "kind", "cursor", "at", "room", "actor", "objective", "data", "url"}
    assert message.json.keys() == {"id", "kind", "cursor", "at", "room", "actor", "data", "url"}
    [event] = (await scene.bob.see("{ events(kinds: [TASK_CLAIMED]) { nodes { id cursor at data } } }"))["events"][
        "nodes"
    ]
    assert {name: claim.json[name] for name in event} == event
    assert "Hush" not in message.body


async def test_kinds_labels_and_direct_messages_say_what_is_passed_over(scene: Scene) -> None:
    await scene.webhook([EventKind.TASK_CREATED, EventKind.MESSAGE_SENT, EventKind.TASK_CLAIMED], ["urgent", "late"])
    urgent = await scene.bob.make("Now", labels=["urgent"])
    await scene.bob.make("Whenever", labels=["someday"])
    await scene.bob.do("sendMessage", channel="general", body="of no task")
    await scene.bob.do("sendMessage", to=["root"], body="aside")
    late = await scene.bob.make("Then", labels=["x", "late"])
    await scene.bob.claim(urgent)
    await scene.bob.do("updateTask", id=urgent, title="of no interest")
    async with scene.delivering():
        await scene.until(settled_seq=await scene.log_end())

    assert [(one.json["kind"], one.json["task"]["id"]) for one in scene.receiver.received] == [
        ("TASK_CREATED", urgent),
        ("TASK_CREATED", late),
        ("TASK_CLAIMED", urgent),
    ]


async def test_direct_messages_are_never_sent(scene: Scene) -> None:
    await scene.webhook()
    await scene.bob.do("sendMessage", to=["root"], body="aside")
    await scene.bob.do("sendMessage", channel="general", body="to all")
    async with scene.delivering():
        await scene.until(settled_seq=await scene.log_end())

    assert [one.json["data"].get("channel") for one in scene.receiver.received] == ["general"]


async def test_it_follows_what_happens(scene: Scene) -> None:
    await scene.webhook()
    async with scene.delivering() as followers:
        for number in range(3):
            await scene.bob.make()
            await scene.receiver.until(number + 1)
        assert followers.count == 1
        later = await scene.webhook()
        await scene.bob.make()
        await scene.receiver.until(6)
        await webhooks.delete(scene.database, scene.admin, f"W{later.id}")
        await scene.bob.make()
        await scene.receiver.until(8)
        await scene.until(settled_seq=await scene.log_end())

    # Of the other's making and end it is told, and of its own never.
    kinds = [one.json["kind"] for one in scene.receiver.received if not one.id.endswith(f".W{later.id}")]
    assert kinds == [*3 * ["TASK_CREATED"], "WEBHOOK_CHANGED", "TASK_CREATED", "WEBHOOK_CHANGED", "TASK_CREATED"]
    assert [one.json["kind"] for one in scene.receiver.received if one.id.endswith(f".W{later.id}")] == ["TASK_CREATED"]


async def test_a_failure_is_tried_again_with_the_same_id_and_the_same_words(scene: Scene) -> None:
    webhook = await scene.webhook([EventKind.TASK_CREATED], ["urgent"])
    task = await scene.bob.make("First", labels=["urgent"])
    second = await scene.bob.make("Second", labels=["urgent"])
    scene.receiver.answers = [answering(500), closing]
    async with scene.delivering((0.4, 0.4)):
        await scene.receiver.until(1)
        state = await scene.until(failures=1)
        await scene.bob.do("updateTask", id=task, title="Changed", labels=["other"])
        await scene.receiver.until(4)
        after = await scene.until(settled_seq=await scene.log_end())

    first, again, third, other = scene.receiver.received
    assert first.id == again.id == third.id != other.id
    assert first.body == again.body == third.body
    assert first.headers["webhook-signature"]
    assert other.json["task"]["id"] == second
    assert (state["settled_seq"], state["last_status"]) == (webhook.settled_seq, 500)
    assert (after["failures"], after["failing_since"], after["last_status"]) == (0, None, 204)
    assert await scene.attempts() == [(first.id, 1, 500), (first.id, 2, None), (first.id, 3, 204), (other.id, 1, 204)]


async def test_after_its_last_attempt_an_event_is_given_up_in_writing(scene: Scene) -> None:
    webhook = await scene.webhook([EventKind.TASK_CREATED])
    await scene.bob.make("Lost")
    await scene.bob.make("Found")
    scene.receiver.answers = 3 * [answering(500)]
    async with scene.delivering():
        await scene.receiver.until(4)
        row = await scene.until(failures=0, settled_seq=await scene.log_end())

    lost, found = scene.receiver.ids
    assert await scene.attempts() == [(lost, 1, 500), (lost, 2, 500), (lost, 3, 500), (found, 1, 204)]
    _, told = await scene.changes()
    assert told == {
        "webhook": f"W{webhook.id}",
        "change": "GAVE_UP",
        "active": True,
        "cursor": told["cursor"],
        "event": lost.partition(".")[0],
        "reason": "The receiver answered 500 Internal Server Error.",
    }
    assert row["active"]
    assert await scene.database.fetchval("select count(*) from message") == 0


async def test_retry_after_is_waited_for(scene: Scene) -> None:
    await scene.webhook([EventKind.TASK_CREATED])
    await scene.bob.make()
    scene.receiver.answers = [answering(429, "retry-after: 1")]
    async with scene.delivering((0.01,)):
        clock = asyncio.get_running_loop().time
        await scene.receiver.until(1)
        begun = clock()
        await scene.receiver.until(2)

    assert 0.9 < clock() - begun < 10


async def told(scene: Scene) -> tuple[list[str], list[str]]:
    """What #ops and each ADMIN of the room were told."""
    rows = await scene.database.fetch("select * from message order by id")
    direct = [row for row in rows if not row["channel_id"]]
    assert all(row["author_id"] is None and row["mentions"] == [] for row in rows)
    assert sorted(list(row["to_ids"]) for row in direct) == sorted([[scene.admin.agent_id], [scene.creator.agent_id]])
    return ([row["body"] for row in rows if row["channel_id"]], sorted({row["body"] for row in direct}))


async def test_gone_switches_it_off_without_settling_and_it_is_resumed_from_where_it_stood(scene: Scene) -> None:
    webhook = await scene.webhook([EventKind.TASK_CREATED])
    await scene.bob.make()
    scene.receiver.answers = [answering(410)]
    async with scene.delivering():
        row = await scene.until(active=False)
        [ops], [direct] = await told(scene)

        assert row["settled_seq"] == webhook.settled_seq
        assert [one["change"] for one in await scene.changes()] == ["CREATED", "SWITCHED_OFF"]
        assert f"W{webhook.id} is switched off" in ops
        assert scene.receiver.url not in ops
        assert scene.receiver.url in direct
        items = await scene.database.fetch("select * from inbox_item")
        assert {(item["agent_id"], item["kind"]) for item in items} == {
            (scene.admin.agent_id, "DIRECT"),
            (scene.creator.agent_id, "DIRECT"),
        }

        await scene.bob.make()
        await webhooks.resume(scene.database, scene.admin, f"W{webhook.id}", None)
        await scene.receiver.until(3)
        await scene.until(active=True, failures=0, settled_seq=await scene.log_end())

    first, again, other = scene.receiver.received
    assert first.id == again.id != other.id
    assert await scene.attempts() == [(first.id, 1, 410), (first.id, 2, 204), (other.id, 1, 204)]


async def test_five_days_of_nothing_but_failures_switch_it_off(scene: Scene) -> None:
    await scene.webhook([EventKind.TASK_CREATED])
    await scene.bob.make()
    scene.receiver.answer = answering(500)
    async with scene.delivering((3_600,) * 7):
        await scene.until(failures=1)
    await advance(scene.database, 5 * 86_400 - 60)
    async with scene.delivering((3_600,) * 7):
        assert (await scene.until(failures=2))["active"]
    await advance(scene.database, 3_700)
    async with scene.delivering((3_600,) * 7):
        row = await scene.until(failures=3)

    assert not row["active"]
    [ops], [_direct] = await told(scene)
    assert "last five days failed" in ops


async def test_what_is_switched_off_sends_nothing_and_from_a_cursor_all_is_sent_again(scene: Scene) -> None:
    webhook = await scene.webhook([EventKind.TASK_CREATED])
    start = f"R{scene.room.id}.{webhook.settled_seq}"
    for _ in range(3):
        await scene.bob.make()
    async with scene.delivering():
        await scene.receiver.until(3)
        await scene.until(settled_seq=await scene.log_end())
        await webhooks.resume(scene.database, scene.admin, f"W{webhook.id}", start)
        await scene.receiver.until(6)
        await scene.database.execute("update webhook set active = false, run = run + 1")
        await scene.bob.make()
        await asyncio.sleep(1.5)

    ids = [one.id for one in scene.receiver.received]
    assert len(ids) == 6
    assert ids[:3] == ids[3:]


async def test_while_another_holds_it_nothing_is_sent_and_then_it_is_taken_over(scene: Scene) -> None:
    await scene.webhook([EventKind.TASK_CREATED])
    [dead] = await cursors.hold(scene.database, "dead", 2.5)
    await scene.bob.make()
    async with scene.delivering():
        await asyncio.sleep(1.2)
        assert scene.receiver.received == []
        await scene.receiver.until(1)
        await scene.until(settled_seq=await scene.log_end())

        # Who lost it writes nothing any more.
        event = await scene.bob.feed.follow(scene.room.id, 0).__anext__()
        before = await scene.state()
        attempt = await SENDER.post(scene.receiver.url, "E1.W1", "{}", SECRET)
        assert await cursors.begin_attempt(scene.database, dead, 1, "{}") is None
        assert not await cursors.pass_over(scene.database, dead, 1)
        assert not await cursors.settle(scene.database, dead, event, 1, attempt)
        assert await cursors.fail(scene.database, dead, event, 1, replace(attempt, error="x"), QUICK) is None
        assert await cursors.state(scene.database, dead) is None
        after = await scene.state()
        moving = {"held_until"}
        assert {k: v for k, v in after.items() if k not in moving} == {
            k: v for k, v in before.items() if k not in moving
        }


async def test_who_ends_in_order_leaves_it_to_others_at_once(scene: Scene) -> None:
    await scene.webhook()
    for number in range(3):
        await scene.bob.make()
        async with asyncio.timeout(3), scene.delivering():
            await scene.receiver.until(number + 1)


async def test_connections_that_are_lost_lose_no_event(scene: Scene, database_url: str) -> None:
    await scene.webhook([EventKind.TASK_CREATED])
    own = await Database.connect(database_url, size=4)
    try:
        async with replace(scene, database=own).delivering():
            for number in range(3):
                for _ in range(5):
                    await scene.bob.make()
                await scene.receiver.until(5 * number + 1)
                await database_loses(own)
            await scene.until(settled_seq=await scene.log_end())
    finally:
        await own.close()

    log = await scene.database.fetch("select id from event where kind = 'TASK_CREATED' order by seq")
    assert [one.partition(".")[0] for one in scene.receiver.ids] == [f"E{event['id']}" for event in log]


async def database_loses(own: Database) -> None:
    """Postgres ends the connections of this pool."""
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(_end_backend(own))


async def _end_backend(own: Database) -> None:
    with suppress(Exception):
        await own.execute("select pg_terminate_backend(pg_backend_pid())")


async def test_a_cursor_that_passes_over_much_is_stored_in_few_steps(scene: Scene) -> None:
    await scene.webhook([EventKind.TASK_DONE])
    await scene.bob.do("createTasks", "id", tasks=[{"task": {"title": f"Task {number}"}} for number in range(300)])
    async with scene.delivering():
        await scene.until(settled_seq=await scene.log_end())

    assert scene.receiver.received == []
