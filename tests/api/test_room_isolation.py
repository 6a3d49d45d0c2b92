"""What a member of another room meets, whatever it asks: things that it may not see are things that aren't there."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import build_schema

from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import Role
from db.core.records import Room
from db.events.feed import Feed
from resolvers.build import sdl
from tests import people
from tests.api.schema_client import Actor
from tests.receiver import HOOK

OFF: dict[str, Any] = {"require_done_criteria": False, "require_review": False, "require_handoff": False}
SAID = {"title": "Said"}
WORDS: dict[str, Any] = {"worked": "x", "didNotWork": "x", "change": "x", "tags": ["hush"]}

# Every mutation with inputs that name something of the other room; {task} and the like stand for those.
SENT: list[tuple[str, dict[str, Any]]] = [
    ("updateRoom", {"room": "{room}", "title": "Mine"}),
    ("updateRoom", {"room": "{room_id}", "settings": {"paused": True}}),
    ("registerAgent", {"name": "kid", "spawnedFor": "{task}"}),
    ("registerAgent", {"name": "kid", "spawnedFor": "{own_held}", "rooms": ["{room}"]}),
    ("updateAgent", {"agent": "{agent}", "description": "x"}),
    ("createToken", {"agent": "{agent}"}),
    ("revokeTokens", {"agent": "{agent}"}),
    ("revokeTokens", {"id": "{token}"}),
    ("createObjective", SAID | {"room": "{room}"}),
    ("createObjective", SAID | {"parent": "{objective}"}),
    ("createObjective", SAID | {"owner": "{agent}"}),
    ("createObjective", SAID | {"keyResults": [{"title": "n", "target": 1, "owner": "{agent}"}]}),
    ("updateObjective", {"id": "{objective}", "title": "Mine"}),
    ("updateObjective", {"id": "{own_objective}", "owner": "{agent}"}),
    ("moveObjective", {"id": "{objective}"}),
    ("moveObjective", {"id": "{own_objective}", "parent": "{objective}"}),
    ("createKeyResult", {"objective": "{objective}", "keyResult": {"title": "n", "target": 1}}),
    ("updateKeyResult", {"id": "{key_result}", "current": 1}),
    ("createTask", SAID | {"room": "{room}"}),
    ("createTask", SAID | {"objective": "{objective}"}),
    ("createTask", SAID | {"parent": "{task}"}),
    ("createTask", SAID | {"dependsOn": ["{task}"]}),
    ("createTask", SAID | {"discoveredFrom": "{task}"}),
    ("createTask", SAID | {"keyResults": ["{key_result}"]}),
    ("createTask", SAID | {"assignee": "{agent}"}),
    ("createTask", SAID | {"reviewer": "{agent}"}),
    ("createTasks", {"tasks": [{"task": SAID | {"dependsOn": ["{task}"]}}]}),
    ("createTasks", {"room": "{room}", "tasks": [{"task": SAID}]}),
    ("updateTask", {"id": "{task}", "title": "Mine"}),
    ("updateTask", {"id": "{own_task}", "objective": "{objective}"}),
    ("updateTask", {"id": "{own_task}", "parent": "{task}"}),
    ("updateTask", {"id": "{own_task}", "keyResults": ["{key_result}"]}),
    ("setCriteria", {"task": "{task}", "criteria": ["x"]}),
    ("assignTask", {"task": "{task}", "assignee": "eve"}),
    ("assignTask", {"task": "{own_task}", "assignee": "{agent}"}),
    ("assignTask", {"task": "{own_task}", "reviewer": "{agent_id}"}),
    ("addDependency", {"task": "{task}", "dependsOn": "{own_task}"}),
    ("addDependency", {"task": "{own_task}", "dependsOn": "{task}"}),
    ("removeDependency", {"task": "{task}", "dependsOn": "{other_task}"}),
    ("removeDependency", {"task": "{own_task}", "dependsOn": "{task}"}),
    ("claimNextTask", {"room": "{room}"}),
    ("claimNextTask", {"objective": "{objective}"}),
    ("claimNextTasks", {"room": "{room_id}"}),
    ("claimTask", {"task": "{other_task}"}),
    ("renewLease", {"task": "{task}"}),
    ("releaseTask", {"task": "{task}", "fence": 1}),
    ("blockTask", {"task": "{task}", "reason": "x"}),
    ("blockTask", {"task": "{own_held}", "dependsOn": ["{task}"]}),
    ("unblockTask", {"task": "{task}"}),
    ("writeNotes", {"task": "{task}", "text": "x", "fence": 0}),
    ("completeTask", {"task": "{task}", "summary": "x", "fence": 0}),
    ("submitTask", {"task": "{task}", "summary": "x", "fence": 0}),
    ("claimNextReview", {"room": "{room}"}),
    ("reviewTask", {"task": "{task}", "verdict": "APPROVED"}),
    ("createTask", SAID | {"room": "{room}", "resources": ["repo"]}),
    ("defineResource", {"room": "{room}", "name": "repo"}),
    ("reportHealth", {"room": "{room}", "resource": "repo", "ok": False}),
    ("resetBreaker", {"room": "{room}", "resource": "repo"}),
    ("createSchedule", {"room": "{room}", "cron": "@daily", "task": SAID}),
    ("createSchedule", {"cron": "@daily", "task": SAID | {"dependsOn": ["{task}"]}}),
    ("reflect", WORDS | {"task": "{task}"}),
    ("reflect", WORDS | {"room": "{room}"}),
    ("promoteInsight", {"insight": "{insight}"}),
    ("dismissInsight", {"insight": "{insight}", "reason": "x"}),
    ("updateSchedule", {"schedule": "{schedule}", "active": False}),
    ("deleteSchedule", {"schedule": "{schedule}"}),
    ("cancelTask", {"task": "{task}", "reason": "x"}),
    ("reopenTask", {"task": "{task}", "reason": "x"}),
    ("addComment", {"on": "{task}", "body": "x"}),
    ("addComment", {"on": "{objective}", "body": "x"}),
    ("createChannel", {"room": "{room}", "name": "design"}),
    ("sendMessage", {"room": "{room}", "channel": "general", "body": "x"}),
    ("sendMessage", {"to": ["{agent}"], "body": "x"}),
    ("sendMessage", {"replyTo": "{message}", "body": "x"}),
    ("sendMessage", {"channel": "general", "body": "x", "supersedes": "{message}"}),
    ("setActivity", {"kind": "TYPING", "task": "{task}"}),
    ("heartbeat", {"activity": "TYPING", "task": "{task}"}),
    ("propose", {"room": "{room}", "kind": "VOTE", "title": "x"}),
    ("propose", {"kind": "VOTE", "title": "x", "tasks": ["{task}"]}),
    ("propose", {"kind": "VOTE", "title": "x", "electorate": ["{agent}"]}),
    ("escalate", {"task": "{task}", "question": "x"}),
    ("vote", {"proposal": "{proposal}", "option": "approve"}),
    ("withdrawProposal", {"proposal": "{proposal}"}),
    ("acknowledge", {"from": "{agent}"}),
    ("remember", {"scope": "{task}", "key": "k", "value": 1}),
    ("remember", {"scope": "{objective}", "key": "k", "value": 1}),
    ("remember", {"scope": "{room}", "key": "k", "value": 1}),
    ("remember", {"scope": "{room_id}", "key": "k", "value": 1}),
    ("remember", {"scope": "{agent}", "key": "k", "value": 1}),
    ("remember", {"scope": "{agent_id}", "key": "k", "value": 1}),
    ("forget", {"scope": "{task}", "key": "k"}),
    ("forget", {"scope": "{agent}", "key": "k"}),
]  # fmt: skip

# For an ADMIN alone.
ALONE = {"createRoom", "createWebhook", "deleteWebhook", "testWebhook", "resumeWebhook"}

ASKED = [
    '{ task(id: "{task}") { id } }',
    '{ objective(id: "{objective}") { id } }',
    '{ agent(agent: "{agent}") { id } }',
    '{ agent(agent: "{agent_id}") { id } }',
    '{ room(room: "{room}") { id } }',
    '{ room(room: "{room_id}") { id } }',
    '{ room(room: "{room}") { digest { markdown } } }',
    '{ room(room: "{room}") { messages { nodes { id } } } }',
    '{ agents(room: "{room}") { id } }',
    '{ readyTasks(room: "{room}") { id } }',
    '{ criticalPath(room: "{room}") { id } }',
    '{ criticalPath(objective: "{objective}") { id } }',
    '{ events(room: "{room}") { nodes { id } } }',
    '{ search(query: "x", room: "{room}") { id } }',
    '{ briefing(room: "{room}") { cursor } }',
    '{ recall(scope: "{task}", key: "k") { key } }',
    '{ recall(scope: "{agent_id}", key: "k") { key } }',
    '{ memories(scope: "{objective}") { key } }',
    '{ memories(scope: "{room}", search: "x") { key } }',
    '{ memories(scope: "{agent}") { key } }',
    '{ room { objectives(parent: "{objective}") { nodes { id } } } }',
    '{ room { tasks(filter: {objective: "{objective}"}) { nodes { id } } } }',
    '{ room { tasks(filter: {assignee: "{agent}"}) { nodes { id } } } }',
    '{ room { tasks(filter: {reviewer: "{agent_id}"}) { nodes { id } } } }',
    '{ room { tasks(filter: {waitingForAgent: "{agent}"}) { nodes { id } } } }',
    *(f'{{ node(id: "{{{name}}}") {{ id }} }}' for name in
      ("room_id", "agent_id", "session", "objective", "key_result", "task", "comment", "review", "resource", "event",
       "message", "item", "schedule", "reflection", "insight", "webhook")),
]  # fmt: skip


@dataclass
class Rooms:
    """Eve is in one room; `things` names what is in the other, and what is hers."""

    database: Database
    eve: Actor
    room: Room
    things: dict[str, str]

    def filled(self, sent: Any) -> Any:
        text = json.dumps(sent)
        for name, thing in self.things.items():
            text = text.replace(f"{{{name}}}", thing)
        return json.loads(text)

    async def dump(self) -> str:
        """All rows of all tables."""
        names = await self.database.fetch(
            "select tablename as name from pg_tables where schemaname = 'public' order by 1"
        )
        rows = {
            row["name"]: [
                one["row"]
                for one in await self.database.fetch(f"select t::text as row from {row['name']} t order by 1")  # noqa: S608  # our own tables
            ]
            for row in names
        }
        return json.dumps(rows)


@pytest.fixture
async def rooms(database: Database) -> Rooms:
    here, there = await people.room(database, "here", **OFF), await people.room(database, "there", **OFF)
    feed = Feed(database)

    def actor(caller: Caller) -> Actor:
        return Actor(database, caller, feed)

    bob, eve = actor(await people.caller(database, "bob", there)), actor(await people.caller(database, "eve", here))
    goal = await bob.do("createObjective", "id keyResults { id }", title="G", keyResults=[{"title": "n", "target": 1}])
    task, other, own, held = await bob.make(), await bob.make(), await eve.make(), await eve.make()
    await bob.do("claimTask", "lease { fence }", task=task, session="main")
    await eve.claim(held)
    comment = (await bob.do("addComment", on=task, body="Hush"))["id"]
    beat = await bob.do("heartbeat", "session { id }", session="main")
    event = (await bob.see("{ events(first: 1) { nodes { id } } }"))["events"]["nodes"][0]["id"]
    submitted = await bob.make()
    await bob.claim(submitted)
    await bob.do("submitTask", task=submitted, summary="Done")
    ann = actor(await people.caller(database, "ann", there))
    reviewed = await ann.do("reviewTask", "reviews { id }", task=submitted, verdict="APPROVED")
    message = (await bob.do("sendMessage", channel="general", body="Hush"))["id"]
    await bob.do("sendMessage", to=["bob"], body="Note")
    item = (await bob.see("{ inbox { nodes { id } } }"))["inbox"]["nodes"][0]["id"]
    resource = await bob.do("defineResource", name="repo", capacity=1)
    schedule = await bob.do("createSchedule", cron="@daily", task=SAID)
    reflection, _ = [await one.do("reflect", room="there", **WORDS) for one in (bob, ann)]
    insight = (await bob.see("{ room { insights { nodes { id } } } }"))["room"]["insights"]["nodes"][0]["id"]
    root = actor(await people.admin(database))
    webhook = (await root.do("createWebhook", room="there", **HOOK))["id"]
    things = {
        "webhook": webhook,
        "room": "there", "room_id": f"R{there.id}", "agent": "bob", "agent_id": f"A{bob.caller.agent_id}",
        "objective": goal["id"], "key_result": goal["keyResults"][0]["id"], "task": task, "other_task": other,
        "comment": comment, "session": beat["session"]["id"], "event": event, "review": reviewed["reviews"][0]["id"],
        "token": f"Y{bob.caller.token_id}",
        "own_task": own, "message": message, "item": item, "resource": resource["id"], "schedule": schedule["id"],
        "reflection": reflection["id"], "insight": insight,
        "own_held": held, "proposal": (await bob.do("propose", kind="VOTE", title="Hush"))["id"],
        "own_objective": (await eve.do("createObjective", title="Mine"))["id"],
    }  # fmt: skip
    return Rooms(database, eve, there, things)


def test_every_mutation_is_tried() -> None:
    mutations = build_schema(sdl()).mutation_type
    assert mutations is not None
    assert {name for name, _ in SENT} | ALONE == set(mutations.fields)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OBSERVER])
async def test_what_is_in_another_room_is_not_found_and_not_changed(rooms: Rooms, role: Role) -> None:
    before = await rooms.dump()
    stranger = rooms.eve.as_role(role)

    for mutation, sent in SENT:
        filled = rooms.filled(sent)
        refused = await (
            stranger.unseen(
                f'mutation {{ claimNextTasks(limit: 1, input: {{room: "{filled["room"]}"}}) {{ __typename }} }}'
            )
            if mutation == "claimNextTasks"
            else stranger.refused(mutation, **filled)
        )
        codes = {"NOT_FOUND"} if role is Role.MEMBER else {"NOT_FOUND", "FORBIDDEN"}
        assert refused["code"] in codes, (mutation, sent, refused)
        if refused["code"] == "NOT_FOUND":
            assert refused["id"] in {*rooms.things.values()}, (mutation, sent, refused)
    assert await rooms.dump() == before


@pytest.mark.parametrize("document", ASKED)
async def test_what_is_in_another_room_can_not_be_looked_up(rooms: Rooms, document: str) -> None:
    before = await rooms.dump()

    refused = await rooms.eve.unseen(rooms.filled(document))

    assert (refused["code"], refused["id"] in rooms.things.values()) == ("NOT_FOUND", True)
    assert await rooms.dump() == before


async def test_what_is_hidden_is_refused_exactly_like_what_is_not_there(rooms: Rooms) -> None:
    for name, letter in [
        ("task", "T"),
        ("objective", "O"),
        ("comment", "C"),
        ("review", "V"),
        ("session", "S"),
        ("message", "M"),
        ("item", "I"),
        ("proposal", "D"),
        ("agent_id", "A"),
    ]:
        answers = []
        for thing in (rooms.things[name], f"{letter}999999"):
            refused = await rooms.eve.unseen("query ($id: ID!) { node(id: $id) { id } }", id=thing)
            answers.append({key: str(value).replace(thing, "it") for key, value in refused.items()})
        assert answers[0] == answers[1] == {"code": "NOT_FOUND", "id": "it"}


async def test_an_agent_shows_no_room_that_the_caller_is_not_in(rooms: Rooms) -> None:
    await people.caller(rooms.database, "bob", await _room(rooms, "here"))

    seen = (await rooms.eve.see('{ agent(agent: "bob") { name rooms { name } tasks { id } sessions { label } } }'))[
        "agent"
    ]

    assert seen == {"name": "bob", "rooms": [{"name": "here"}], "tasks": [], "sessions": [{"label": "main"}]}


async def _room(rooms: Rooms, name: str) -> Room:
    return Room.of(await rooms.database.fetchrow("select * from room where name = $1", name))


# What concerns an agent more than a room, and goes on when the room is archived.
OF_AGENTS = {"registerAgent", "updateAgent", "createToken", "revokeTokens", "heartbeat", "setActivity", "acknowledge"}


async def test_in_an_archived_room_everything_is_refused_and_not_changed(rooms: Rooms) -> None:
    database, feed = rooms.database, rooms.eve.feed
    root = Actor(database, await people.admin(database), feed)
    await Actor(database, await people.caller(database, "bob"), feed).do("releaseTask", task=rooms.things["task"])
    await root.do("updateRoom", room="there", archived=True)
    bob = Actor(database, await people.caller(database, "bob", role=Role.ADMIN), feed)
    before = await rooms.dump()

    for mutation, sent in SENT:
        names_another = "{own_" in str(sent) or str(sent.get("scope", "")).startswith("{agent")
        if mutation in OF_AGENTS or names_another:
            continue
        filled = rooms.filled(sent)
        complaint = await (
            bob.query_complaint('mutation { claimNextTasks(limit: 1, input: {room: "there"}) { __typename } }')
            if mutation == "claimNextTasks"
            else bob.complaint(mutation, **filled)
        )
        assert complaint["extensions"]["code"] == "FORBIDDEN", (mutation, sent, complaint)
        assert f"{rooms.things['room_id']} is archived" in complaint["message"], (mutation, sent, complaint)
    assert await rooms.dump() == before
