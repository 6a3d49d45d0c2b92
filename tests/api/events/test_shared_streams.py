"""Subscriptions that say the same: run once for each event, and yet everybody gets its own, once and in order."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.core.database import Database
from db.core.enums import EventKind, Role
from db.core.records import Room
from db.events import event_log
from db.events.feed import Feed
from goalroom.execution import shared_streams
from goalroom.execution.documents import RequestError
from goalroom.execution.engine import Engine, Request
from goalroom.execution.subscriptions import Runner
from goalroom.limits import Limits
from resolvers.build import schema
from schema.context import Context
from tests import people
from tests.api.schema_client import Actor
from tests.patience import PATIENCE_S
from tests.size import sized

EVENTS = """
subscription ($after: String, $room: ID = "web") {
  events(room: $room, after: $after) { cursor kind data actor { name } }
}
"""
CHANGES = 'subscription { taskChanged(room: "web") { cursor task { title room { name } } } }'
SAID = 'subscription { messageSent(room: "web") { cursor message { body to { name } } } }'
OFF = {"require_done_criteria": False}


@dataclass
class Client:
    """What one subscriber got. While it does not read, nothing more is sent to it."""

    got: list[Any] = field(default_factory=list)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0

    def write(self, payloads: Sequence[bytes]) -> bool:
        if self.reads.is_set():
            self.at_once += len(payloads)
            self.got += map(json.loads, payloads)
        return self.reads.is_set()

    async def send(self, payloads: Sequence[bytes]) -> None:
        await self.reads.wait()
        self.got += map(json.loads, payloads)

    @property
    def payloads(self) -> list[Any]:
        assert all("errors" not in one for one in self.got), self.got
        return [next(iter(one["data"].values())) for one in self.got]

    @property
    def cursors(self) -> list[str]:
        return [one["cursor"] for one in self.payloads]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.got) < count:  # noqa: ASYNC110  # a client that only listens
                await asyncio.sleep(0.005)


@dataclass
class Scene:
    """A room, and one process that serves it."""

    database: Database
    feed: Feed
    engine: Engine
    room: Room
    running: list[asyncio.Task[None]] = field(default_factory=list)

    async def actor(self, name: str, *rooms: Room, role: Role = Role.MEMBER) -> Actor:
        caller = await people.caller(self.database, name, *(rooms or (self.room,)), role=role)
        return Actor(self.database, caller, self.feed)

    async def follow(
        self, who: Actor, document: str, context: Context | None = None, *, reads: bool = True, **variables: Any
    ) -> Client:
        """A new subscription, from the moment that it has begun."""
        client = Client()
        if reads:
            client.reads.set()
        context = context or Context(self.database, self.feed, who.caller)
        operation = await self.engine.prepare(Request(document, variables), context)
        self.running.append(asyncio.create_task(operation.deliver(client)))
        await asyncio.sleep(0.05)
        return client

    async def write(self, count: int) -> list[str]:
        """So many events; their cursors."""
        begin = await event_log.start(self.database, self.room.id, None)
        async with self.database.transaction() as tx:
            for number in range(count):
                tx.append_event(self.room.id, EventKind.ROOM_UPDATED, data={"title": number})
        return [event_log.cursor(self.room.id, begin + number + 1) for number in range(count)]

    async def end(self) -> str:
        return event_log.cursor(self.room.id, await event_log.start(self.database, self.room.id, None))

    async def leave(self) -> None:
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)


@pytest.fixture
async def scene(database: Database) -> AsyncGenerator[Scene]:
    room = await people.room(database, "web", **OFF)
    feed = Feed(database)
    scene = Scene(database, feed, Engine(schema, Limits()), room)
    yield scene
    await scene.leave()
    await asyncio.sleep(0.05)
    assert not feed.watched
    await feed.close()


@pytest.fixture
async def counted(database_url: str) -> AsyncGenerator[tuple[Database, list[str]]]:
    """A database for followers, and what they send to it."""
    sent: list[str] = []
    database = await Database.connect(database_url, size=1)
    async with database.pool.acquire() as connection:
        connection.add_query_logger(lambda record: sent.append(record.query))
    yield database, sent
    await database.close()


async def test_what_many_ask_alike_is_read_once_for_each_event(
    counted: tuple[Database, list[str]], scene: Scene
) -> None:
    database, sent = counted
    agents = [await scene.actor(f"agent-{n}") for n in range(4)]
    clients = []
    for n in range(40):
        context = Context(database, scene.feed, agents[n % 4].caller)
        clients.append(await scene.follow(agents[n % 4], CHANGES, context))
    sent.clear()

    for n in range(5):
        await agents[0].make(f"Task {n}", room="web")
        for client in clients:
            await client.until(n + 1)

    assert [payload["task"] for payload in clients[0].payloads] == [
        {"title": f"Task {n}", "room": {"name": "web"}} for n in range(5)
    ]
    assert [client.got for client in clients] == [clients[0].got] * 40
    assert sum(client.at_once for client in clients) == 200
    # Tasks and their rooms.
    assert len(sent) == 10


async def test_what_happens_at_once_is_read_together_and_told_in_order(
    counted: tuple[Database, list[str]], scene: Scene
) -> None:
    database, sent = counted
    ann = await scene.actor("ann")
    clients = [await scene.follow(ann, CHANGES, Context(database, scene.feed, ann.caller)) for _ in range(3)]
    sent.clear()

    titles = [f"Task {n}" for n in range(100)]
    await ann.do("createTasks", room="web", tasks=[{"task": {"title": title}} for title in titles])
    for client in clients:
        await client.until(100)

    assert [[one["task"]["title"] for one in client.payloads] for client in clients] == [titles] * 3
    # Tasks and their rooms, of sixteen events or so at a time.
    assert len(sent) <= 2 * 10


async def test_what_happens_at_once_is_run_in_the_names_of_all_who_follow(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid: list[int] = []
    run = Runner.response

    async def noted(runner: Runner, payload: object, context: Context, payer: Any) -> Any:
        paid.append(payer.agent_id)
        return await run(runner, payload, context, payer)

    monkeypatch.setattr(Runner, "response", noted)
    agents = [await scene.actor(f"agent-{n}") for n in range(4)]
    clients = [await scene.follow(agent, EVENTS) for agent in agents]

    cursors = await scene.write(16)
    for client in clients:
        await client.until(16)

    assert [client.cursors for client in clients] == [cursors] * 4
    assert len(paid) == 16
    assert all(3 <= paid.count(agent.caller.agent_id) <= 5 for agent in agents)


async def test_an_event_for_which_one_must_ask_leaves_those_beside_it_shared(
    counted: tuple[Database, list[str]], scene: Scene
) -> None:
    database, sent = counted
    ann, bob = await scene.actor("ann"), await scene.actor("bob")
    document = 'subscription { messageSent(room: "web") { message { body refs { id } } } }'
    whispered = (await ann.do("sendMessage", room="web", to=["bob"], body="psst"))["id"]
    clients = [await scene.follow(bob, document, Context(database, scene.feed, bob.caller)) for _ in range(40)]
    sent.clear()

    bodies = ["one", "two", f"see {whispered}", "three", "four", "five", "six", "seven"]
    async with asyncio.TaskGroup() as group:
        for body in bodies:
            group.create_task(ann.do("sendMessage", room="web", channel="general", body=body))
    for client in clients:
        await client.until(8)

    said = [{one["message"]["body"]: len(one["message"]["refs"]) for one in client.payloads} for client in clients]
    assert said == [{body: int(body.startswith("see")) for body in bodies}] * 40
    # That one is read by each of the forty, and the seven others not by forty.
    assert len(sent) < 40 * 6


async def test_who_sees_other_rooms_is_told_so(scene: Scene) -> None:
    attic = await people.room(scene.database, "attic", **OFF)
    document = 'subscription { events(room: "web") { actor { rooms { name } } } }'
    both, here = await scene.actor("both", scene.room, attic), await scene.actor("here")
    admin = await scene.actor("chief", scene.room, role=Role.ADMIN)
    clients = [await scene.follow(who, document) for who in (both, here, admin, here)]

    await both.make(room="web")
    for client in clients:
        await client.until(1)

    names = [sorted(room["name"] for room in client.payloads[0]["actor"]["rooms"]) for client in clients]
    assert names == [["attic", "web"], ["web"], ["attic", "web"], ["web"]]


async def test_direct_messages_reach_their_readers_alone(scene: Scene) -> None:
    ann, bob, eve = [await scene.actor(name) for name in ("ann", "bob", "eve")]
    logs = [await scene.follow(who, EVENTS) for who in (ann, bob, eve)]
    said = [await scene.follow(who, SAID) for who in (ann, bob, eve)]

    for body in ("one", "two"):
        await ann.do("sendMessage", room="web", channel="general", body=body)
        await ann.do("sendMessage", room="web", to=["bob"], body=f"psst {body}")
    await ann.do("sendMessage", room="web", channel="general", body="three")
    for client, count in zip(logs + said, (5, 5, 5, 5, 5, 3), strict=True):
        await client.until(count)

    bodies = [[one["message"]["body"] for one in client.payloads] for client in said]
    everything = ["one", "psst one", "two", "psst two", "three"]
    assert bodies == [everything, everything, ["one", "two", "three"]]
    assert logs[0].payloads == logs[1].payloads
    hidden: dict[str, Any] = {"kind": "MESSAGE_SENT", "data": {}, "actor": None}
    assert [one if n % 2 == 0 else hidden | {"cursor": one["cursor"]} for n, one in enumerate(logs[0].payloads)] == (
        logs[2].payloads
    )


async def test_what_depends_on_who_asks_is_run_for_each(scene: Scene) -> None:
    document = 'subscription { taskChanged(room: "web") { task { room { tasks { nodes { title } } } } } }'
    ann, bob = [await scene.actor(name) for name in ("ann", "bob")]
    await ann.make("ann's", room="web", assignee="ann")
    await ann.make("bob's", room="web", assignee="bob")
    clients = [await scene.follow(who, document) for who in (ann, bob)]

    await ann.make("nobody's", room="web")
    for client in clients:
        await client.until(1)

    # Everybody's own come first.
    orders = [[one["title"] for one in client.payloads[0]["task"]["room"]["tasks"]["nodes"]] for client in clients]
    assert orders == [["ann's", "bob's", "nobody's"], ["bob's", "ann's", "nobody's"]]
    assert [client.at_once for client in clients] == [0, 0]


async def test_who_is_slow_holds_nobody_up_and_misses_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_streams, "_MOST_BYTES", 2_000)
    monkeypatch.setattr(shared_streams, "_LEAST_BYTES", 2_000)
    ann = await scene.actor("ann")
    quick, slow = await scene.follow(ann, EVENTS), await scene.follow(ann, EVENTS, reads=False)

    cursors = [cursor for _ in range(10) for cursor in await scene.write(20)]
    await quick.until(200)
    while_waiting = slow.got.copy()
    slow.reads.set()
    await slow.until(200)
    cursors += await scene.write(1)
    await quick.until(201)
    await slow.until(201)

    assert while_waiting == []
    assert quick.cursors == slow.cursors == cursors


async def test_what_each_runs_alone_stays_in_its_place_among_what_is_shared(scene: Scene) -> None:
    ann, bob = await scene.actor("ann"), await scene.actor("bob")
    document = 'subscription { messageSent(room: "web", channel: "general") { cursor message { refs { id } } } }'
    whispered = (await ann.do("sendMessage", room="web", to=["bob"], body="psst"))["id"]
    # So many that others have their turn while they are handed an event, and some are handed it after that.
    clients = [await scene.follow((ann, bob)[n % 2], document) for n in range(130)]

    async def say(body: str) -> None:
        await ann.do("sendMessage", room="web", channel="general", body=body)

    # Whether it leads to the direct message depends on who asks.
    await asyncio.gather(*(say(f"see {whispered}" if n % 3 == 0 else "hear") for n in range(24)))
    for client in clients:
        await client.until(24)

    assert [client.cursors for client in clients] == [
        sorted(clients[0].cursors, key=lambda one: int(one.partition(".")[2]))
    ] * 130
    assert sum(client.at_once for client in clients) >= 130


async def test_a_replay_shows_what_is_now_and_joins_the_others(scene: Scene) -> None:
    ann = await scene.actor("ann")
    document = 'subscription ($after: String) { taskChanged(room: "web", after: $after) { cursor task { title } } }'
    begin = await scene.end()
    early = await scene.follow(ann, document, after=begin)
    task = await ann.make("Old", room="web")
    await early.until(1)
    await ann.do("updateTask", id=task, title="New")
    await early.until(2)

    late = await scene.follow(ann, document, after=begin)
    literal = await scene.follow(ann, document.replace("($after: String)", "").replace("$after", f'"{begin}"'))
    await late.until(2)
    await literal.until(2)
    await ann.make("Next", room="web")
    for client in (early, late, literal):
        await client.until(3)

    assert [one["task"]["title"] for one in early.payloads] == ["Old", "New", "Next"]
    assert [one["task"]["title"] for one in late.payloads] == ["New", "New", "Next"]
    assert late.cursors == literal.cursors == early.cursors
    assert [client.at_once for client in (late, early)] == [1, 3]


async def test_what_is_being_run_when_one_joins_is_too_old_for_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = asyncio.Event()
    run = Runner.response

    async def run_slowly(*given: Any) -> Any:
        response = await run(*given)
        await held.wait()
        return response

    monkeypatch.setattr(Runner, "response", run_slowly)
    ann = await scene.actor("ann")
    document = 'subscription ($after: String) { taskChanged(room: "web", after: $after) { task { title } } }'
    begin = await scene.end()
    early = await scene.follow(ann, document, after=begin)
    task = await ann.make("Old", room="web")
    await asyncio.sleep(0.1)
    await ann.do("updateTask", id=task, title="New")
    late = await scene.follow(ann, document, after=begin)
    held.set()
    for client in (early, late):
        await client.until(2)

    assert [one["task"]["title"] for one in early.payloads] == ["Old", "New"]
    assert [one["task"]["title"] for one in late.payloads] == ["New", "New"]


async def test_who_is_taken_out_of_the_room_is_refused_and_the_others_go_on(scene: Scene) -> None:
    ann, bob = [await scene.actor(name) for name in ("ann", "bob")]
    context = Context(scene.database, scene.feed, bob.caller)
    stays, goes = await scene.follow(ann, EVENTS), await scene.follow(bob, EVENTS, context)
    cursors = await scene.write(1)
    await stays.until(1)
    await goes.until(1)

    context.caller = replace(bob.caller, rooms=frozenset())
    cursors += await scene.write(1)
    await stays.until(2)
    with pytest.raises(RequestError) as refused:
        await asyncio.wait_for(scene.running[1], PATIENCE_S)

    assert [error["extensions"]["code"] for error in refused.value.errors] == ["NOT_FOUND"]
    assert (stays.cursors, goes.cursors) == (cursors, cursors[:1])


STEP = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 5)),
    st.tuples(st.just("whisper"), st.integers(0, 1)),
    st.tuples(st.just("follow"), st.integers(0, 100)),
    st.tuples(st.just("follow now"), st.integers(0, 2)),
    st.tuples(st.just("stop reading"), st.integers(0, 5)),
    st.tuples(st.just("read"), st.integers(0, 5)),
    st.tuples(st.just("change rooms"), st.integers(0, 5)),
    st.tuples(st.just("leave"), st.integers(0, 5)),
    st.tuples(st.just("pause"), st.integers(0, 10)),
)


@dataclass
class Play:
    """Any number of subscribers that come, stop reading, go on and leave, while the log grows."""

    scene: Scene
    actors: Sequence[Actor]
    # Who it is, where it begins, its context, what it got, and its task.
    clients: list[tuple[Actor, int, Context, Client, asyncio.Task[None]]] = field(default_factory=list)
    whispers: dict[int, str] = field(default_factory=dict)

    async def end(self) -> int:
        return await event_log.start(self.scene.database, self.scene.room.id, None)

    async def step(self, what: str, amount: int) -> None:
        chosen = self.clients[amount % len(self.clients)] if self.clients else None
        match what:
            case "write":
                await self.scene.write(amount)
            case "whisper":
                ann, bob, _ = self.actors
                whom = (ann, bob) if amount else (bob, ann)
                await whom[0].do("sendMessage", room=self.scene.room.name, to=[whom[1].name], body="psst")
                self.whispers[await self.end()] = whom[0].name
            case "follow" | "follow now":
                await self.follow(amount, now=what == "follow now")
            case "pause":
                await asyncio.sleep(amount / 1000)
            case _ if chosen:
                self.change(what, *chosen)

    async def follow(self, amount: int, *, now: bool) -> None:
        who, end = self.actors[amount % 3], await self.end()
        begin = end if now else end * amount // 100
        after = None if now else event_log.cursor(self.scene.room.id, begin)
        context = Context(self.scene.database, self.scene.feed, who.caller)
        client = await self.scene.follow(who, EVENTS, context, after=after, room=self.scene.room.name)
        self.clients.append((who, begin, context, client, self.scene.running[-1]))

    def change(
        self, what: str, who: Actor, _begin: int, context: Context, client: Client, task: asyncio.Task[None]
    ) -> None:
        match what:
            case "stop reading":
                client.reads.clear()
            case "read":
                client.reads.set()
            case "change rooms":
                rooms = context.caller.rooms ^ {10**9}
                context.caller = replace(who.caller, rooms=rooms)
            case "leave":
                task.cancel()

    async def finish(self) -> None:
        await self.scene.write(1)
        end = await self.end()
        for who, begin, _, client, task in self.clients:
            seqs = [*range(begin + 1, end + 1)]
            client.reads.set()
            if not task.cancelling():
                await client.until(len(seqs))
            expected = [event_log.cursor(self.scene.room.id, seq) for seq in seqs]
            assert client.cursors == expected[: len(client.got)]
            for seq, payload in zip(seqs, client.payloads, strict=False):
                is_hidden = seq in self.whispers and who is self.actors[2]
                assert (payload["data"] == {}) == is_hidden or payload["kind"] != "MESSAGE_SENT"


@settings(
    max_examples=sized(10, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=4, max_size=30), kept=st.sampled_from([200, 2_000, 4_000_000]))
def test_whoever_comes_whenever_gets_every_event_once_and_in_order(
    database_url: str, steps: list[tuple[str, int]], kept: int
) -> None:
    async def play(database: Database) -> None:
        feed = Feed(database, poll_seconds=0.02)
        number = await database.fetchval("select count(*) from room")
        room = await people.room(database, f"web-{number}", **OFF)
        scene = Scene(database, feed, Engine(schema), room)
        playing = Play(scene, [await scene.actor(name) for name in ("ann", "bob", "eve")])
        try:
            for step in steps:
                await playing.step(*step)
            await playing.finish()
        finally:
            await scene.leave()
            await asyncio.sleep(0.02)
            await feed.close()
        assert not feed.watched

    async def open_and_play() -> None:
        database = await Database.connect(database_url, size=4)
        try:
            await play(database)
        finally:
            await database.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared_streams, "_MOST_BYTES", kept)
        patch.setattr(shared_streams, "_LEAST_BYTES", kept)
        asyncio.run(open_and_play())
