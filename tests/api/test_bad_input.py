"""Bad input: each a refusal with a code and a next step, and nothing is changed."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    build_schema,
    get_named_type,
    is_composite_type,
    is_list_type,
)

from db.core.database import Database
from db.core.enums import Role
from resolvers.build import sdl
from tests.api.server_fixture import Live, serving

CREATE = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
UPDATE = "mutation($input: UpdateTaskInput!) { updateTask(input: $input) { id } }"
ASSIGN = "mutation($input: AssignTaskInput!) { assignTask(input: $input) { id } }"
OBJECTIVE = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"
ROOM = "mutation($input: CreateRoomInput!) { createRoom(input: $input) { id } }"
AGENT = "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token } }"
DEPEND = "mutation($input: DependencyInput!) { addDependency(input: $input) { kind } }"
CLAIM = "mutation($input: ClaimNextTaskInput) { claimNextTask(input: $input) { task { id } } }"
RENEW = "mutation($input: RenewLeaseInput!) { renewLease(input: $input) { fence } }"
COMMENT = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"
BATCH = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
KEY_RESULT = "mutation($input: CreateKeyResultInput!) { createKeyResult(input: $input) { id } }"
REMEMBER = "mutation($input: RememberInput!) { remember(input: $input) { key } }"
FORGET = "mutation($input: ForgetInput!) { forget(input: $input) }"
MEMORIES = """query($scope: ID! = "main", $prefix: String, $search: String, $first: Int) {
  memories(scope: $scope, prefix: $prefix, search: $search, first: $first) { key } }"""
SEARCH = """query($query: String!, $room: ID = "main", $first: Int) {
  search(query: $query, room: $room, first: $first) { id } }"""
TASK = "query($id: ID!) { task(id: $id) { id } }"
NODE = "query($id: ID!) { node(id: $id) { id } }"
OBJECTIVE_OF = "query($id: ID!) { objective(id: $id) { id } }"
TASKS = """query($first: Int, $after: String, $filter: TaskFilter) {
  room { tasks(first: $first, after: $after, filter: $filter) { nodes { id } } } }"""
EVENTS = """query($first: Int, $last: Int, $after: String) {
  events(first: $first, last: $last, after: $after) { nodes { id } } }"""
SUBMIT = "mutation($input: SubmitTaskInput!) { submitTask(input: $input) { id } }"
REVIEW = "mutation($input: ReviewTaskInput!) { reviewTask(input: $input) { id } }"
RESOURCE = "mutation($input: DefineResourceInput!) { defineResource(input: $input) { id } }"
HEALTH = "mutation($input: ReportHealthInput!) { reportHealth(input: $input) { id } }"
DIGEST = "query($since: DateTime) { room { digest(since: $since) { markdown } } }"
READY = "query($first: Int) { readyTasks(first: $first) { id } }"

CHANNEL = "mutation($input: CreateChannelInput!) { createChannel(input: $input) { name } }"
SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
MESSAGES = """query($channel: String, $first: Int, $last: Int, $after: String) {
  room { messages(channel: $channel, first: $first, last: $last, after: $after) { nodes { id } } } }"""

ACKNOWLEDGE = "mutation($input: AcknowledgeInput!) { acknowledge(input: $input) }"
INBOX = "query($first: Int, $after: String) { inbox(first: $first, after: $after) { nodes { id } } }"

ACTIVITY = "mutation($input: SetActivityInput!) { setActivity(input: $input) { id } }"
BEAT = "mutation($input: HeartbeatInput) { heartbeat(input: $input) { unacknowledged } }"

LONE = "\ud800"
BAD, LOST = "BAD_INPUT", "NOT_FOUND"

# What is sent, and the code that it must be refused with. T1, O1 and K1 are there; T2 is in a room of its own.
CASES: list[tuple[str, str, dict[str, Any], str]] = [
    ("an unknown task", TASK, {"id": "T999"}, LOST),
    ("an unknown objective", OBJECTIVE_OF, {"id": "O999"}, LOST),
    ("an unknown node", NODE, {"id": "E999999"}, LOST),
    ("an unknown agent", CREATE, {"title": "x", "assignee": "nobody"}, LOST),
    ("an unknown room", CREATE, {"title": "x", "room": "nowhere"}, LOST),
    ("an unknown dependency", CREATE, {"title": "x", "dependsOn": ["T999"]}, LOST),
    ("an unknown key result", CREATE, {"title": "x", "keyResults": ["K999"]}, LOST),
    ("an id of another type", TASK, {"id": "O1"}, BAD),
    ("an objective that is a task", CREATE, {"title": "x", "objective": "T1"}, BAD),
    ("a task of another room", DEPEND, {"task": "T1", "dependsOn": "T2"}, BAD),
    ("a parent of another room", CREATE, {"title": "x", "room": "main", "parent": "T2"}, BAD),
    ("an agent that is in another room", CREATE, {"title": "x", "assignee": "stranger"}, LOST),
    ("an id that is none", TASK, {"id": "task one"}, BAD),
    ("an empty id", TASK, {"id": ""}, BAD),
    ("an id too long for the table", TASK, {"id": "T99999999999999999999"}, BAD),
    ("an id of no kind", NODE, {"id": "Y1"}, BAD),
    ("an id with a tail", TASK, {"id": "T1 "}, BAD),
    ("a cursor that is none", TASKS, {"after": "nonsense"}, BAD),
    ("an empty cursor", TASKS, {"after": ""}, BAD),
    ("a cursor of another list", TASKS, {"after": "WyJDUkVBVEVEIiwiMjAyNi0wMS0wMVQwMDowMDowMCswMDowMCIsMV0"}, BAD),
    ("a log cursor that is none", EVENTS, {"after": "912"}, BAD),
    ("a log cursor of another room", EVENTS, {"after": "R2.1"}, BAD),
    ("a log cursor beyond the end", EVENTS, {"after": "R1.99999999"}, BAD),
    ("an empty title", CREATE, {"title": ""}, BAD),
    ("a blank title", CREATE, {"title": " \t "}, BAD),
    ("a title too long", CREATE, {"title": "x" * 301}, BAD),
    ("a description too long", CREATE, {"title": "x", "description": "x" * 65_537}, BAD),
    ("a label too long", CREATE, {"title": "x", "labels": ["x" * 101]}, BAD),
    ("a role too long", CREATE, {"title": "x", "role": "x" * 101}, BAD),
    ("another role too long", ASSIGN, {"task": "T1", "role": "x" * 101}, BAD),
    ("an empty label", CREATE, {"title": "x", "labels": [""]}, BAD),
    ("too many labels", CREATE, {"title": "x", "labels": [str(n) for n in range(101)]}, BAD),
    ("an empty criterion", CREATE, {"title": "x", "criteria": [" "]}, BAD),
    ("an empty comment", COMMENT, {"on": "T1", "body": ""}, BAD),
    ("a comment on an agent", COMMENT, {"on": "A1", "body": "x"}, BAD),
    ("NUL in a title", CREATE, {"title": "a\0b"}, BAD),
    ("NUL in a label", CREATE, {"title": "x", "labels": ["a\0"]}, BAD),
    ("half a surrogate pair", CREATE, {"title": f"a{LONE}"}, BAD),
    ("half a surrogate pair in an id", TASK, {"id": f"T1{LONE}"}, BAD),
    ("NUL in a search", TASKS, {"filter": {"search": "a\0"}}, BAD),
    ("an integer beyond 32 bits", CREATE, {"title": "x", "estimateMinutes": 2**31}, BAD),
    ("a negative estimate", CREATE, {"title": "x", "estimateMinutes": -1}, BAD),
    ("a number too large for JSON's own", CREATE, {"title": "x", "trackOrder": 10**400}, BAD),
    ("a lease of no time", CLAIM, {"leaseSeconds": 0}, BAD),
    ("a lease too long", CLAIM, {"leaseSeconds": 86_401}, BAD),
    ("a wait too long", CLAIM, {"waitSeconds": 61}, BAD),
    ("a negative wait", CLAIM, {"waitSeconds": -1}, BAD),
    ("a silence too long", RENEW, {"task": "T1", "quietSeconds": 31_536_001}, BAD),
    ("a date that is none", CREATE, {"title": "x", "dueAt": "tomorrow"}, BAD),
    ("a day that is not in its month", CREATE, {"title": "x", "dueAt": "2026-02-30T00:00:00Z"}, BAD),
    ("an absurd date", CREATE, {"title": "x", "notBefore": "0001-01-01T00:00:00Z"}, BAD),
    ("a date of the year 10000", CREATE, {"title": "x", "notBefore": "+010000-01-01T00:00:00Z"}, BAD),
    ("a negative weight", OBJECTIVE, {"title": "x", "weight": -0.5}, BAD),
    ("a key result without end", KEY_RESULT, {"objective": "O1", "keyResult": {"title": "x", "target": 1e400}}, BAD),
    ("a digest of the future", DIGEST, {"since": "9998-01-01T00:00:00Z"}, BAD),
    ("a digest since nonsense", DIGEST, {"since": "yesterday"}, BAD),
    ("an unknown priority", CREATE, {"title": "x", "priority": "P9"}, BAD),
    ("an unknown status", TASKS, {"filter": {"statuses": ["LATER"]}}, BAD),
    ("an unknown kind of dependency", DEPEND, {"task": "T1", "dependsOn": "T1", "kind": "MAYBE"}, BAD),
    ("an unknown field", CREATE, {"title": "x", "colour": "red"}, BAD),
    ("a number for a text", CREATE, {"title": 7}, BAD),
    ("a missing title", CREATE, {}, BAD),
    ("a page of 0", TASKS, {"first": 0}, BAD),
    ("a page of -1", TASKS, {"first": -1}, BAD),
    ("a page of 10,000", TASKS, {"first": 10_000}, BAD),
    ("a page of 0 events", EVENTS, {"first": 0}, BAD),
    ("a page of 10,000 events", EVENTS, {"last": 10_000}, BAD),
    ("first and last at once", EVENTS, {"first": 1, "last": 1}, BAD),
    ("10,000 ready tasks", READY, {"first": 10_000}, BAD),
    ("a room's name in capitals", ROOM, {"name": "Web"}, BAD),
    ("a room's name like an id", ROOM, {"name": "r7"}, BAD),
    ("a room's name that is taken", ROOM, {"name": "main"}, "NAME_TAKEN"),
    ("a setting out of bounds", ROOM, {"name": "x-y", "settings": {"leaseSeconds": 0}}, BAD),
    ("a time of day that never comes", ROOM, {"name": "x-y", "settings": {"digestAt": "25:00"}}, BAD),
    ("an unknown zone", ROOM, {"name": "x-y", "settings": {"timezone": "Mars/Base"}}, BAD),
    ("an agent's name with a space", AGENT, {"name": "a b"}, BAD),
    ("an agent's name too long", AGENT, {"name": "a" * 65}, BAD),
    ("an agent's name that is taken", AGENT, {"name": "admin"}, "NAME_TAKEN"),
    ("a batch of nothing", BATCH, {"tasks": []}, BAD),
    ("a batch of 501", BATCH, {"tasks": [{"task": {"title": "x"}}] * 501}, BAD),
    ("a ref that is none", BATCH, {"tasks": [{"task": {"title": "x"}, "dependsOnRefs": ["y"]}]}, BAD),
    ("a ref twice", BATCH, {"tasks": [{"ref": "a", "task": {"title": "x"}}] * 2}, BAD),
    ("one bad task of a batch", BATCH, {"tasks": [{"task": {"title": "x"}}, {"task": {"title": ""}}]}, BAD),
    ("a cycle in a batch", BATCH, {"tasks": [
        {"ref": "a", "dependsOnRefs": ["b"], "task": {"title": "a"}},
        {"ref": "b", "dependsOnRefs": ["a"], "task": {"title": "b"}}]}, "DEPENDENCY_CYCLE"),
    ("a cleared title", UPDATE, {"id": "T1", "title": None}, BAD),
    ("a task that waits for itself", DEPEND, {"task": "T1", "dependsOn": "T1"}, "DEPENDENCY_CYCLE"),
    ("a fence of the future", RENEW, {"task": "T1", "fence": 7}, BAD),
    ("a submission without words", SUBMIT, {"task": "T1", "summary": " "}, BAD),
    ("a submission of what nobody holds", SUBMIT, {"task": "T1", "summary": "x"}, "NOT_HOLDER"),
    ("a verdict on what was not handed in", REVIEW, {"task": "T1", "verdict": "APPROVED"}, "WRONG_STATUS"),
    ("an unknown verdict", REVIEW, {"task": "T1", "verdict": "PERHAPS"}, BAD),
    ("two words on one criterion", REVIEW, {"task": "T1", "verdict": "APPROVED", "criteria": [
        {"id": "Q1", "accepted": True}, {"id": "q1", "accepted": False}]}, BAD),
    ("null to remember", REMEMBER, {"scope": "main", "key": "k", "value": None}, BAD),
    ("a value beyond all numbers", REMEMBER, {"scope": "main", "key": "k", "value": [1e400]}, BAD),
    ("a value too large", REMEMBER, {"scope": "main", "key": "k", "value": "x" * 65_535}, BAD),
    ("NUL in a value", REMEMBER, {"scope": "main", "key": "k", "value": {"a": ["\0"]}}, BAD),
    ("half a surrogate pair in a value", REMEMBER, {"scope": "main", "key": "k", "value": {LONE: 1}}, BAD),
    ("an empty key", REMEMBER, {"scope": "main", "key": " ", "value": 1}, BAD),
    ("a key too long", REMEMBER, {"scope": "main", "key": "k" * 101, "value": 1}, BAD),
    ("a version of -1", REMEMBER, {"scope": "main", "key": "k", "value": 1, "ifVersion": -1}, BAD),
    ("a version that is none", REMEMBER, {"scope": "main", "key": "k", "value": 1, "ifVersion": 3}, "VERSION_CONFLICT"),
    ("an end at once", REMEMBER, {"scope": "main", "key": "k", "value": 1, "ttlSeconds": 0}, BAD),
    ("an end too far", REMEMBER, {"scope": "main", "key": "k", "value": 1, "ttlSeconds": 31_536_001}, BAD),
    ("the memory of a comment", REMEMBER, {"scope": "C1", "key": "k", "value": 1}, BAD),
    ("the memory of nothing", REMEMBER, {"scope": "T999", "key": "k", "value": 1}, LOST),
    ("a key too long to forget", FORGET, {"scope": "main", "key": "k" * 101}, BAD),
    ("a search for nothing", SEARCH, {"query": " "}, BAD),
    ("a search for NUL", SEARCH, {"query": "a\0"}, BAD),
    ("a search for too much", SEARCH, {"query": "x" * 301}, BAD),
    ("a page of 0 hits", SEARCH, {"query": "x", "first": 0}, BAD),
    ("a search in a room that is not there", SEARCH, {"query": "x", "room": "nowhere"}, LOST),
    ("a page of 0 memories", MEMORIES, {"first": 0}, BAD),
    ("a page of 201 memories", MEMORIES, {"first": 201}, BAD),
    ("a prefix too long", MEMORIES, {"prefix": "k" * 101}, BAD),
    ("a search too long", MEMORIES, {"search": "k" * 301}, BAD),
    ("a channel that shouts", CHANNEL, {"room": "main", "name": "SHOUTING"}, BAD),
    ("a channel like an id", CHANNEL, {"room": "main", "name": "t42"}, BAD),
    ("a topic too long", CHANNEL, {"room": "main", "name": "design", "topic": "x" * 65_537}, BAD),
    ("a channel that is there", CHANNEL, {"room": "main", "name": "general"}, "NAME_TAKEN"),
    ("a message to nowhere", SEND, {"room": "main", "body": "x"}, BAD),
    ("a message to nobody", SEND, {"room": "main", "body": "x", "to": []}, BAD),
    ("a message to too many", SEND, {"room": "main", "body": "x", "to": ["admin"] * 101}, BAD),
    ("a message to two places", SEND, {"room": "main", "body": "x", "to": ["admin"], "channel": "ops"}, BAD),
    ("a message to an unknown channel", SEND, {"room": "main", "body": "x", "channel": "nowhere"}, LOST),
    ("a message to an agent elsewhere", SEND, {"room": "main", "body": "x", "to": ["stranger"]}, LOST),
    ("an empty message", SEND, {"room": "main", "body": " ", "channel": "ops"}, BAD),
    ("a message too long", SEND, {"room": "main", "body": "x" * 65_537, "channel": "ops"}, BAD),
    ("NUL in a message", SEND, {"room": "main", "body": "a\0", "channel": "ops"}, BAD),
    ("half a surrogate pair in a message", SEND, {"room": "main", "body": f"a{LONE}", "channel": "ops"}, BAD),
    ("an answer to a task", SEND, {"room": "main", "body": "x", "replyTo": "T1"}, BAD),
    ("an answer to nothing", SEND, {"room": "main", "body": "x", "replyTo": "M999"}, LOST),
    ("what supersedes nothing", SEND, {"room": "main", "body": "x", "channel": "ops", "supersedes": "M999"}, LOST),
    ("a page of no messages", MESSAGES, {"first": 0}, BAD),
    ("a page of too many messages", MESSAGES, {"last": 201}, BAD),
    ("messages after no cursor", MESSAGES, {"after": "912"}, BAD),
    ("messages of an unknown channel", MESSAGES, {"channel": "nowhere"}, LOST),
    ("items that are none", ACKNOWLEDGE, {"items": ["T1"]}, BAD),
    ("too many items", ACKNOWLEDGE, {"items": ["I1"] * 101}, BAD),
    ("items in two ways", ACKNOWLEDGE, {"items": ["I1"], "upTo": "I1"}, BAD),
    ("items up to none", ACKNOWLEDGE, {"upTo": "one"}, BAD),
    ("items from nobody", ACKNOWLEDGE, {"from": "nobody"}, LOST),
    ("a page of no items", INBOX, {"first": 0}, BAD),
    ("a page of too many items", INBOX, {"first": 201}, BAD),
    ("items after no cursor", INBOX, {"after": "I1"}, BAD),
    ("an activity of no time", ACTIVITY, {"kind": "TYPING", "ttlSeconds": 0}, BAD),
    ("an activity for too long", ACTIVITY, {"kind": "TYPING", "ttlSeconds": 31_536_001}, BAD),
    ("a note of no activity", ACTIVITY, {"note": "x"}, BAD),
    ("a note too long", ACTIVITY, {"kind": "TYPING", "note": "x" * 65_537}, BAD),
    ("an activity of no kind", ACTIVITY, {"kind": "SLEEPING"}, BAD),
    ("an activity about nothing", ACTIVITY, {"kind": "TYPING", "task": "T999"}, LOST),
    ("a heartbeat with a note of no activity", BEAT, {"activity": None, "note": "x"}, BAD),
    ("a resource without a name", RESOURCE, {"room": "main", "name": " "}, BAD),
    ("a resource for nobody", RESOURCE, {"room": "main", "name": "repo", "capacity": 0}, BAD),
    ("a breaker that opens by itself", RESOURCE, {"room": "main", "name": "repo", "failureThreshold": 0}, BAD),
    ("a cooldown of no time", RESOURCE, {"room": "main", "name": "repo", "cooldownSeconds": 0}, BAD),
    ("an unknown resource's health", HEALTH, {"room": "main", "resource": "repo", "ok": True}, LOST),
    ("an unknown resource", CREATE, {"title": "x", "room": "main", "resources": ["repo"]}, BAD),
    ("a lease that nobody has", RENEW, {"task": "T1"}, "NOT_HOLDER"),
]  # fmt: skip


# What moves by itself, or at any request.
_SIGNS_OF_LIFE = ["last_seen_at", "last_used_at", "alive_at", "resumed_at", "presence"]


@dataclass
class Watched:
    """A server, and a way to see that nothing changed on it."""

    live: Live

    async def state(self) -> str:
        """All rows but what signs of life move."""
        tables = await self.live.database.fetch(
            "select table_name as name from information_schema.tables where table_schema = 'public' order by 1"
        )
        rows = {}
        for table in tables:
            plain = f"select (to_jsonb(t) - $1::text[])::text as row from {table['name']} t"  # noqa: S608  # our own tables
            if table["name"] == "event":
                plain += " where kind <> 'PRESENCE_CHANGED'"
            if table["name"] not in ("session", "room_log"):
                rows[table["name"]] = sorted(
                    row["row"] for row in await self.live.database.fetch(plain, _SIGNS_OF_LIFE)
                )
        return json.dumps(rows)


@pytest.fixture
async def watched(database: Database, database_url: str) -> AsyncGenerator[Watched]:
    """With ids that count from 1, so that the cases can name them."""
    sequences = await database.fetch("select sequencename as name from pg_sequences where schemaname = 'public'")
    for sequence in sequences:
        await database.execute(f"alter sequence {sequence['name']} restart")
    async with serving(database_url) as live:
        await live.ask(OBJECTIVE, {"input": {"title": "A goal", "room": "main"}})
        await live.ask(KEY_RESULT, {"input": {"objective": "O1", "keyResult": {"title": "A number", "target": 1}}})
        await live.ask(CREATE, {"input": {"title": "A task", "room": "main", "criteria": ["It works"]}})
        await live.database.execute("insert into agent (name) values ('stranger')")
        other = await live.database.fetchval("insert into room (name, title) values ('other', 'Other') returning id")
        await live.database.execute("insert into room_log (room_id) values ($1)", other)
        await live.ask(CREATE, {"input": {"title": "Elsewhere", "room": "other"}})
        await live.ask('mutation { createSchedule(input: {room: "main", cron: "@daily", task: {title: "x"}}) { id } }')
        insight = await live.database.fetchval(
            "insert into insight (room_id, title) select id, 'x' from room where name = 'main' returning id"
        )
        await live.database.execute(
            "insert into reflection (room_id, author_id, family_id, insight_id, worked, did_not_work, change, tags,"
            " lexemes) select room.id, agent.id, agent.id, $1, '', 'x', '', '{}', '{}' from room, agent"
            " where room.name = 'main' and agent.name = 'stranger'",
            insight,
        )
        await live.ask('mutation { propose(input: {room: "main", kind: VOTE, title: "x"}) { id } }')
        yield Watched(live)


async def test_each_is_refused_with_a_code_and_a_hint_and_changes_nothing(watched: Watched) -> None:
    before = await watched.state()

    for what, document, variables, code in CASES:
        sent = variables if document.startswith("query") else {"input": variables}
        body = json.dumps({"query": document, "variables": sent}).replace("Infinity", "1e400")
        response = await watched.live.http.post(
            "/graphql",
            content=body,
            headers={"authorization": f"Bearer {watched.live.token}", "content-type": "application/json"},
        )
        assert response.status_code < 500, what
        answer = response.json()
        assert [error["extensions"]["code"] for error in answer.get("errors", ())] == [code], (what, answer)
        assert answer["errors"][0]["extensions"]["hint"], what
        assert "Traceback" not in response.text, what
        assert await watched.state() == before, what


async def test_texts_at_their_bounds_are_taken(watched: Watched) -> None:
    sent = {"title": "x" * 300, "description": "y" * 65_536, "labels": ["z" * 100], "room": "main"}

    assert (await watched.live.ask(CREATE, {"input": sent}))["createTask"]["id"] == "T3"


async def test_without_a_good_token_nobody_gets_in(watched: Watched) -> None:
    before = await watched.state()

    for header in (None, "", "Bearer", "Bearer nonsense", "Basic YTpi", "Bearer gr_" + "a" * 43):
        headers = {} if header is None else {"authorization": header}
        response = await watched.live.http.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)

        assert response.status_code == 401, header
        assert "www-authenticate" in response.headers, header
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["UNAUTHENTICATED"], header
        assert await watched.state() == before, header


async def test_a_revoked_token_is_a_bad_one(watched: Watched) -> None:
    token = await watched.live.newcomer("worker")
    await watched.live.ask('mutation { revokeTokens(input: {agent: "worker"}) }')

    response = await watched.live.post("{ me { id } }", authorization=f"Bearer {token}")

    assert response.status_code == 401


async def test_an_observer_changes_nothing_by_any_mutation(watched: Watched) -> None:
    token = await watched.live.newcomer("watcher", Role.OBSERVER)
    await watched.live.post("{ me { id } }", authorization=f"Bearer {token}")
    before = await watched.state()

    for name, document, variables in _every_mutation(
        room="main", task="T1", objective="O1", keyResult="K1", schedule="Z1", insight="N1", proposal="D1", webhook="W1"
    ):
        answer = (await watched.live.post(document, variables, authorization=f"Bearer {token}")).json()
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"], (name, answer)
        assert await watched.state() == before, name


async def test_a_member_of_another_room_finds_nothing_by_any_mutation(watched: Watched) -> None:
    token = await watched.live.newcomer("worker")
    await watched.live.post("{ me { id } }", authorization=f"Bearer {token}")
    before = await watched.state()
    own = {
        "heartbeat",
        "createToken",
        "revokeTokens",
        "createRoom",
        "createWebhook",
        "deleteWebhook",
        "testWebhook",
        "resumeWebhook",
        "registerAgent",
        "updateAgent",
        "acknowledge",
        "setActivity",
    }

    for name, document, variables in _every_mutation(
        room="other",
        task="T2",
        objective="O999",
        keyResult="K999",
        schedule="Z999",
        insight="N999",
        proposal="D999",
        webhook="W999",
    ):
        if name in own:
            continue
        answer = (await watched.live.post(document, variables, authorization=f"Bearer {token}")).json()
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"], (name, answer)
        assert await watched.state() == before, name


def _every_mutation(**named: str) -> list[tuple[str, str, dict[str, Any]]]:
    """A document for each mutation of the schema, with input that is right but for who sends it."""
    mutations = build_schema(sdl()).mutation_type
    assert mutations is not None
    things = named | {"on": named["task"], "dependsOn": named["task"], "name": "somebody", "cron": "@daily"}
    found = []
    for name, field in mutations.fields.items():
        declared = ", ".join(f"${argument}: {of.type}" for argument, of in field.args.items())
        passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
        variables = {argument: _sample(argument, of.type, things) for argument, of in field.args.items()}
        body = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
        found.append((name, f"mutation({declared}) {{ {name}({passed}){body} }}", variables))
    return found


def _sample(name: str, kind: Any, things: dict[str, Any]) -> Any:
    """A value for an input: all that it requires, and the room that is meant."""
    if isinstance(kind, GraphQLNonNull):
        return _sample(name, kind.of_type, things)
    if is_list_type(kind):
        return [_sample(name, kind.of_type, things)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        meant = {"UpdateObjectiveInput": "objective", "MoveObjectiveInput": "objective"}
        meant["UpdateKeyResultInput"] = "keyResult"
        inside = things | {"id": things[meant.get(kind.name, "task")]}
        return {
            field: _sample(field, of.type, inside)
            for field, of in kind.fields.items()
            if isinstance(of.type, GraphQLNonNull) or field in ("room", "reason")
        }
    return things.get(
        name,
        {"String": "words", "ID": things["task"], "Int": 1, "Float": 1.0, "Boolean": True, "JSON": 1}.get(str(kind)),
    )
