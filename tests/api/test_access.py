"""Every field and mutation, walked as whoever has no business there."""

import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_composite_type,
    is_interface_type,
    is_required_argument,
)

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.errors import ErrorCode
from db.core.records import Room
from db.events.feed import Feed
from db.schedules import due_schedules
from resolvers.build import sdl
from tests import people
from tests.api.access import ADMINS, BY_ROOM, FIELDS, MUTATIONS, PLAIN, QUERIES, SUBSCRIPTIONS, WORKS
from tests.api.schema_client import Actor
from tests.api.server_fixture import Live
from tests.api.test_room_isolation import ASKED, OFF, SENT
from tests.receiver import HOOK

SCHEMA: GraphQLSchema = build_schema(sdl())
ROOTS: dict[str, Mapping[str, str]] = {"Query": QUERIES, "Mutation": MUTATIONS, "Subscription": SUBSCRIPTIONS}

HUSH = "hush"

# Every query of a room, as its members ask it; {task} and the like stand for things of that room.
FROM = {
    "me": [""],
    # That it says another thing to an observer is its purpose.
    "myRole": [],
    # It is of no room.
    "cronTimes": [],
    "rooms": [""],
    "agent": ['(agent: "bob")', '(agent: "kid")'],
    "agents": ['(room: "{room}")'],
    "node": [f'(id: "{{{one}}}")' for one in ("room", "bob", "kid", "objective", "key_result", "task", "done", "waits",
                                              "comment", "review", "resource", "event", "session", "below", "drafted",
                                              "queued", "pup", "message", "note", "item", "told", "schedule",
                                              "ballot", "question", "decided", "reflection", "insight")],
    "nodes": ['(ids: ["{task}", "{done}"])', '(ids: ["{events}"])'],
    "room": ['(room: "{room}")'],
    "objective": ['(id: "{objective}")'],
    "task": ['(id: "{task}")', '(id: "{done}")', '(id: "{waits}")'],
    "readyTasks": ['(room: "{room}")'],
    "criticalPath": ['(room: "{room}")'],
    "inbox": ["(unacknowledged: false)"],
    "briefing": ['(room: "{room}")'],
    "recall": ['(scope: "{room}", key: "k")'],
    "memories": ['(scope: "{room}")'],
    "search": ['(query: "open", room: "{room}", first: 100)', '(query: "hush", room: "{room}", first: 50)'],
    "events": ['(room: "{room}", last: 100)'],
}  # fmt: skip

# What only mutations and subscriptions answer with; what they lead to is walked from the queries.
ANSWERS = {
    "Claim",
    "MessageSent",
    "NothingToClaim",
    "Pulse",
    "Registration",
    "PresenceChange",
    "TaskChange",
    "TaskUnblocked",
}

OF_THE_MOMENT = {"since", "until", "markdown", "flow", "burnUp", "score"}

# Where the world below has nothing to show: to be shorter is better.
NOT_THERE = ["Digest.reclaimed", "Digest.stale"]


def named(classes: Mapping[str, str]) -> list[str]:
    return [name for names in classes.values() for name in names.split()]


def objects() -> dict[str, GraphQLObjectType]:
    """All types of the API that have fields."""
    return {
        name: kind
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
    }


def test_every_field_is_in_a_class_and_in_one() -> None:
    tables = FIELDS | ROOTS
    classified = {name: sorted(named(classes)) for name, classes in tables.items()}

    assert classified == {name: sorted(kind.fields) for name, kind in objects().items()}


def test_every_query_is_walked_by_those_who_may_and_asked_by_those_who_may_not() -> None:
    asked = " ".join(ASKED)

    assert set(FROM) == set(named(QUERIES))
    assert [name for name in QUERIES[BY_ROOM].split() if f"{{ {name}(" not in asked and name != "nodes"] == []


@dataclass
class World:
    """Two rooms. Bob and his subagent are in both, Eve in one; whatever is in the other says so."""

    database: Database
    bob: Actor
    eve: Actor
    here: dict[str, str]
    hidden: set[str]

    def filled(self, text: str) -> str:
        for name, thing in self.here.items():
            text = text.replace(f"{{{name}}}", thing)
        return text


async def furnish(
    bob: Actor, ann: Actor, person: Actor, kid: str, reviewer: str, room: Room, word: str
) -> dict[str, str]:
    """A room with something of everything; its things by name."""
    name = room.name
    goal = await bob.do("createObjective", "id keyResults { id }", room=name, title=word, description=word,
                        keyResults=[{"title": word, "target": 1, "owner": "bob"}])  # fmt: skip
    measure = goal["keyResults"][0]["id"]
    resource = await bob.do("defineResource", room=name, name=f"{word}-repo", capacity=1)
    parent = await bob.make(word, room=name, objective=goal["id"])
    task = await bob.make(word, room=name, objective=goal["id"], parent=parent, description=word, instructions=word,
                          labels=[word], capabilities=[], criteria=[word], track=word, keyResults=[measure],
                          assignee="bob", reviewer="ann", resources=[f"{word}-repo"])  # fmt: skip
    waits = await bob.make(word, room=name, dependsOn=[task])
    schedule = await bob.do("createSchedule", room=name, cron="@daily", task={"title": word})
    reflection = await bob.do("reflect", task=task, worked=word, didNotWork=word, change=word, tags=[word])
    await ann.do("reflect", room=name, worked=word, didNotWork=word, change=word, tags=[word])
    insight = (await bob.see(f'{{ room(room: "{name}") {{ insights {{ nodes {{ id }} }} }} }}'))["room"]["insights"]
    await bob.do("promoteInsight", insight=insight["nodes"][0]["id"])
    await bob.database.execute("update schedule set next_at = now() where last_task_id is null")
    assert await due_schedules.take_turn(bob.database)
    await bob.make(word, room=name, parent=task)
    comment = (await bob.do("addComment", on=task, body=f"{word} @{reviewer}"))["id"]
    await bob.do("addComment", on=goal["id"], body=word)
    handoff = {"done": word, "pending": word, "gotchas": word}
    await bob.do("claimTask", "lease { fence }", task=task, session="main")
    await bob.do("releaseTask", task=task, handoff=handoff)
    await bob.do("claimTask", "lease { fence }", task=task, session="main")
    await bob.do("writeNotes", task=task, text=word)
    done = await bob.make(word, room=name, objective=goal["id"])
    await bob.claim(done)
    await bob.do("submitTask", task=done, summary=word, artifacts=[{"kind": "LINK", "url": f"https://{word}.example"}])
    reviewed = await ann.do("reviewTask", "reviews { id }", task=done, verdict="APPROVED", comment=word)
    below = await bob.do("createObjective", title=word, parent=goal["id"], owner="bob")
    await bob.do("updateObjective", id=below["id"], status="DRAFT")
    drafted = await bob.make(word, objective=below["id"])
    queued = await bob.make(word, room=name, resources=[f"{word}-repo"])
    stuck = await bob.make(word, room=name)
    await bob.claim(stuck)
    await bob.do("blockTask", task=stuck, reason=word)
    submitted = await bob.make(word, room=name, reviewer=reviewer)
    await bob.claim(submitted)
    await bob.do("submitTask", task=submitted, summary=word)
    pup = await bob.do("registerAgent", "agent { id }", name=f"{word}-pup", spawnedFor=task)
    await bob.do("createChannel", "name", room=name, name=f"{word}-talk", topic=word)
    message = (await ann.do("sendMessage", room=name, channel="general", body=f"{word} @bob on {task}"))["id"]
    await bob.do("sendMessage", replyTo=message, body=word)
    slip = (await bob.do("sendMessage", room=name, channel=f"{word}-talk", body=word))["id"]
    await bob.do("sendMessage", room=name, channel=f"{word}-talk", body=word, supersedes=slip)
    note = (await bob.do("sendMessage", room=name, to=[reviewer], body=word))["id"]
    aside = (await bob.do("sendMessage", room=name, to=["ann"], body=HUSH))["id"]
    await bob.do("remember", "key", scope=name, key="k", value=word)
    questions = await ask(bob, person, reviewer, name, word)
    beat = await bob.do("heartbeat", "session { id }", session="main")
    events = (await bob.see(f'{{ events(room: "{name}", last: 100) {{ nodes {{ id }} }} }}'))["events"]["nodes"]
    return {
        **questions,
        "room": f"R{room.id}", "objective": goal["id"], "key_result": measure, "task": task, "waits": waits,
        "done": done, "comment": comment, "review": reviewed["reviews"][0]["id"], "resource": resource["id"],
        "schedule": schedule["id"], "reflection": reflection["id"], "insight": insight["nodes"][0]["id"],
        "events": '", "'.join(event["id"] for event in events), "event": events[0]["id"],
        "below": below["id"], "drafted": drafted, "queued": queued, "pup": pup["agent"]["id"],
        "session": beat["session"]["id"], "parent": parent, "message": message, "note": note,
        "aside": aside,
        "bob": f"A{bob.caller.agent_id}", "kid": kid,
    }  # fmt: skip


async def ask(bob: Actor, person: Actor, reviewer: str, name: str, word: str) -> dict[str, str]:
    """A proposal that is open and one that was decided, and the tasks that waited for them."""
    asked = await bob.make(word, room=name)
    question = (await bob.do("propose", room=name, kind="VOTE", title=word, body=word, options=[word, "other"],
                             quorum=2, electorate=["bob", reviewer], tasks=[asked]))["id"]  # fmt: skip
    await bob.do("vote", proposal=question, option=word, note=word)
    doubtful = await bob.make(word, room=name)
    await bob.claim(doubtful)
    decided = (await bob.do("escalate", task=doubtful, question=word, options=[word, "other"]))["id"]
    await person.do("vote", proposal=decided, option=word, note=word)
    return {"question": question, "decided": decided, "asked": asked, "doubtful": doubtful}


@pytest.fixture
async def world(database: Database) -> World:
    here, there = await people.room(database, "here", **OFF), await people.room(database, HUSH, **OFF)
    feed = Feed(database)

    def actor(caller: Caller) -> Actor:
        return Actor(database, caller, feed)

    bob, ann = [actor(await people.caller(database, name, here, there)) for name in ("bob", "ann")]
    person = actor(await people.caller(database, "hugo", here, there, kind=AgentKind.HUMAN))
    eve = actor(await people.caller(database, "eve", here))
    secret = await bob.make(HUSH, room=HUSH)
    await bob.claim(secret)
    registered = await bob.do("registerAgent", "agent { id }", name="kid", spawnedFor=secret)
    kid = registered["agent"]["id"]
    await people.caller(database, "kid", here)
    hidden = await furnish(bob, ann, person, kid, "ann", there, HUSH)
    found = await furnish(bob, ann, person, kid, "eve", here, "open")
    await bob.do("setActivity", "name", kind="THINKING", task=secret, ttlSeconds=600)
    await ann.do("setActivity", "name", kind="REVIEWING", task=found["task"], ttlSeconds=600)
    items = (await eve.see("{ inbox { nodes { id message { id } proposal { id } } } }"))["inbox"]["nodes"]
    found["item"] = next(item["id"] for item in items if item["message"] is None)
    found["ballot"] = next(item["id"] for item in items if item["proposal"])
    found["told"] = next(item["id"] for item in items if item["message"])
    root = actor(await people.admin(database))
    for word, things in (("open", found), (HUSH, hidden)):
        made = await root.do("createWebhook", room=things["room"], **HOOK | {"url": f"https://127.0.0.1:9/{word}"})
        things["webhook"] = made["id"]
    await eve.claim(await eve.make("open"))
    ids = {thing for name, thing in hidden.items() if name not in {"bob", "kid", "session", "events"}} | {secret}
    return World(database, bob, eve, found, ids | {found["aside"]})


def selection(kind: GraphQLNamedType, depth: int, wanted: Callable[[str, str], bool] = lambda *_: True) -> str:
    """All fields of the type that are wanted, and of the things that they lead to so many steps away."""
    if is_interface_type(kind):
        return "{ __typename id }"
    assert isinstance(kind, GraphQLObjectType)
    fields = ["__typename"]
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        if not wanted(kind.name, name):
            continue
        if not is_composite_type(below):
            fields.append(name)
        elif (rest := depth - _is_thing(below)) >= 0:
            fields.append(f"{name} {selection(below, rest, wanted)}")
        assert not any(is_required_argument(one) for one in field.args.values())
    return f"{{ {' '.join(fields)} }}"


def _is_thing(kind: GraphQLNamedType) -> bool:
    """Whether it has a life of its own; the rest is parts of such things."""
    return is_interface_type(kind) or bool(getattr(kind, "interfaces", ()))


async def documents(world: World) -> list[str]:
    """Every query of Eve's room, with all that can be selected two steps away from what it answers."""
    made = []
    for name, calls in FROM.items():
        kind = get_named_type(objects()["Query"].fields[name].type)
        for call in map(world.filled, calls):
            chosen = [selection(kind, 1)]
            if is_interface_type(kind):
                # One document for each type that it is: fields of one name may differ between types.
                found = (await world.eve.see(f"{{ {name}{call} {{ __typename }} }}"))[name]
                types = {one["__typename"] for one in (found if isinstance(found, list) else [found])}
                chosen = [f"{{ ... on {one} {selection(objects()[one], 1)} }}" for one in sorted(types)]
            made += [f"{{ {name}{call} {fields} }}" for fields in chosen]
    return made


def reached(found: Any, seen: set[str]) -> None:
    """Which fields had something to say."""
    if isinstance(found, list):
        for one in found:
            reached(one, seen)
    elif isinstance(found, dict):
        kind = found.get("__typename")
        for name, value in found.items():
            if kind in FIELDS and value is not None and value != []:
                seen.add(f"{kind}.{name}")
            reached(value, seen)


async def test_no_field_reaches_another_room_and_observers_read_what_members_read(
    world: World,
) -> None:
    seen: set[str] = set()
    observer = world.eve.as_role(Role.OBSERVER)
    for document in await documents(world):
        found = await world.eve.see_all(document)
        text = json.dumps(found)
        reached(found, seen)
        assert HUSH not in text, document
        assert set(re.findall(r"\b[A-Z]\d+\b", text)) & world.hidden == set(), document
        # What the one is offered, the other can't take.
        if not document.startswith(("{ readyTasks", "{ briefing")):
            assert timeless(await observer.see_all(document)) == timeless(found), document

    leading = {
        f"{kind}.{name}"
        for kind, classes in FIELDS.items()
        for name in named({means: names for means, names in classes.items() if means not in {PLAIN, ADMINS}})
        if kind not in ANSWERS
    }
    assert sorted(leading - seen) == NOT_THERE


BEAT = f'mutation {{ heartbeat(input: {{session: "main"}}) {selection(objects()["Pulse"], 2)} }}'

CLAIM = f'mutation {{ claimNextTask(input: {{idempotencyKey: "k"}}) {selection(objects()["Claim"], 2)} }}'

# With the keys that they were first sent with, and without a room, which is then the sender's only one.
AGAIN: list[tuple[str, dict[str, Any]]] = [
    ("createTask", {"title": HUSH}),
    ("createTasks", {"tasks": [{"task": {"title": HUSH}}]}),
    ("createObjective", {"title": HUSH}),
    ("createKeyResult", {"objective": "{objective}", "keyResult": {"title": HUSH, "target": 1}}),
    ("addComment", {"on": "{objective}", "body": HUSH}),
    ("sendMessage", {"channel": "general", "body": HUSH}),
    ("propose", {"kind": "VOTE", "title": HUSH}),
]


async def test_who_left_a_room_sees_nothing_of_it_by_any_field(world: World) -> None:
    database = world.database
    here, there = [
        Room.of(await database.fetchrow("select * from room where name = $1", name)) for name in ("here", HUSH)
    ]
    lea = replace(world.bob, caller=await people.caller(database, "lea", there))
    root = replace(world.bob, caller=await people.admin(database))
    hidden = {"objective": (await lea.do("createObjective", title=HUSH))["id"]}
    assert HUSH in json.dumps(await lea.see_all(CLAIM))
    for mutation, sent in AGAIN:
        filled = json.loads(json.dumps(sent).replace("{objective}", hidden["objective"]))
        await lea.do(mutation, "__typename", **filled, idempotencyKey="k")
    queued = await lea.make(HUSH)
    await world.bob.do("addComment", on=queued, body=f"{HUSH} @lea")
    await world.bob.do("sendMessage", room=HUSH, channel="general", body=f"{HUSH} @lea")
    held = await lea.make(HUSH)
    await lea.do("claimTask", "lease { fence }", task=held, session="main")
    await lea.do("setActivity", kind="WORKING", task=held, ttlSeconds=600)
    await database.execute("update task set stale_since = now() where status = 'DOING'")
    assert HUSH in json.dumps(await lea.see_all(BEAT))
    secrets = await database.fetch("select 'T' || id as id from task where room_id = $1", there.id)

    await root.do("updateAgent", agent="lea", rooms=["here"])
    # Too late to be refused at the door, as a request that was on its way.
    await database.execute(
        "update task set assignee_id = $1, stale_since = now() where status = 'DOING' and room_id = $2",
        lea.caller.agent_id, there.id,
    )  # fmt: skip
    left = replace(lea, caller=replace(lea.caller, rooms=frozenset({here.id})))
    await world.bob.do("addComment", on=world.here["task"], body="open @lea")
    await world.bob.do("sendMessage", room="here", channel="general", body="open @lea")
    items = (await left.see("{ inbox { nodes { id message { id } proposal { id } } } }"))["inbox"]["nodes"]
    note = (await world.bob.do("sendMessage", room="here", to=["lea"], body="open"))["id"]
    own = {"item": items[0]["id"], "told": items[1]["id"], "ballot": items[0]["id"], "note": note}
    found = world.here | own

    answers = [await left.see_all(document) for document in await documents(replace(world, eve=left, here=found))]
    answers += [await left.see_all(document) for document in (BEAT, CLAIM)]
    for mutation, sent in AGAIN:
        filled = json.loads(json.dumps(sent).replace("{objective}", hidden["objective"]))
        refused = await left.refused(mutation, **filled, idempotencyKey="k")
        assert refused["code"] in {ErrorCode.NOT_FOUND, ErrorCode.IDEMPOTENCY_MISMATCH}, (mutation, refused)
    for answer in answers:
        text = json.dumps(answer)
        assert HUSH not in text
        ids = {row["id"] for row in secrets} | world.hidden | {*hidden.values()}
        assert set(re.findall(r"\b[A-Z]\d+\b", text)) & ids == set()


def timeless(found: Any) -> Any:
    """Without what depends on when it was asked."""
    if isinstance(found, list):
        return [timeless(one) for one in found]
    if isinstance(found, dict):
        return {name: timeless(value) for name, value in found.items() if name not in OF_THE_MOMENT}
    return found


async def test_an_observer_changes_nothing(world: World) -> None:
    [here] = await world.database.fetch("select id from room where name = 'here'")
    as_observer = replace(world.bob.caller, role=Role.OBSERVER, rooms=frozenset({here["id"]}))
    observer = replace(world.bob, caller=as_observer)
    own = {
        "room": "here", "room_id": world.here["room"], "agent": "bob", "agent_id": world.here["bob"],
        "other_task": world.here["waits"], "own_task": world.here["parent"], "own_held": world.here["task"],
        "own_objective": world.here["objective"], "proposal": world.here["question"],
    }  # fmt: skip
    before = await everything(world.database)
    webhook = {"webhook": "{webhook}"}
    everybody = [
        *SENT, ("createRoom", {"name": "new"}), ("heartbeat", {}), ("createWebhook", HOOK), ("deleteWebhook", webhook),
        ("testWebhook", webhook), ("resumeWebhook", webhook),
    ]  # fmt: skip

    for mutation, sent in everybody:
        text = json.dumps(sent)
        for name, thing in (world.here | own).items():
            text = text.replace(f"{{{name}}}", thing)
        if mutation == "claimNextTasks":
            refused = await observer.unseen("mutation { claimNextTasks(limit: 1) { __typename } }")
        else:
            refused = await observer.refused(mutation, **json.loads(text))
        assert refused["code"] == ErrorCode.FORBIDDEN, (mutation, sent, refused)

    assert {name for name, _ in everybody} == set(named(MUTATIONS))
    assert await everything(world.database) == before


async def everything(database: Database) -> str:
    """All rows of all tables."""
    tables = await database.fetch("select tablename as name from pg_tables where schemaname = 'public' order by 1")
    rows = [
        [row["row"] for row in await database.fetch(f"select t::text as row from {table['name']} t order by 1")]  # noqa: S608  # our own tables
        for table in tables
    ]
    return json.dumps(rows)


async def test_what_is_for_admins_is_refused_to_members(world: World) -> None:
    refused = await world.bob.refused("createRoom", name="new")

    assert refused["code"] == ErrorCode.FORBIDDEN
    assert set(MUTATIONS) - {WORKS} == {"ADMIN"}


@pytest.mark.parametrize("name", SUBSCRIPTIONS[BY_ROOM].split())
async def test_another_rooms_log_can_not_be_watched(live: Live, name: str) -> None:
    await people.room(live.database, "there", **OFF)
    async with live.socket(await live.newcomer("eve")) as opened:
        await opened.subscribe("1", f'subscription {{ {name}(room: "there") {{ cursor }} }}')
        heard = await opened.hear()

    assert (heard["type"], heard["payload"][0]["extensions"]["code"]) == ("error", "NOT_FOUND")


async def test_nobody_gets_anything_without_a_token(live: Live) -> None:
    tokens = itertools.cycle(["", "Bearer", "Bearer nobody", "Basic YTpi"])
    for root, classes in ROOTS.items():
        for name, token in zip(named(classes), tokens, strict=False):
            document = f"{root.lower()} {{ {name} {{ __typename }} }}"
            response = await live.http.post(
                "/graphql",
                json={"query": document},
                headers={"authorization": token, "accept": "text/event-stream, application/json"},
            )
            assert response.status_code == 401, (name, token)
            assert "data" not in response.json()
