"""Channels and messages as clients meet them."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from db.conversation import message_send, messages
from db.core.database import Database
from db.core.enums import AgentKind, Role
from db.core.records import Room
from tests import people
from tests.api.schema_client import Actor
from tests.api.subscriptions import take, watching
from tests.processes import process

OFF: dict[str, Any] = {"require_done_criteria": False, "require_review": False, "require_handoff": False}
ALL = """id room { name } from { name } channel { name } to { name } body mentions { name } unknownMentions
  refs { id __typename } replyTo { id } supersededBy { id }"""
PAGE = "nodes { id body } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount"
LIST = f"""query ($channel: String, $first: Int = 50, $after: String, $last: Int, $before: String) {{ room {{
  messages(channel: $channel, first: $first, after: $after, last: $last, before: $before) {{ {PAGE} }} }} }}"""
SENT = """subscription ($channel: String, $after: String) {
  messageSent(channel: $channel, after: $after) { cursor message { body } } }"""

EXAMPLES = json.loads((Path(__file__).parents[2] / "data" / "mentions.json").read_text())


@dataclass
class Team:
    database: Database
    room: Room
    ann: Actor
    bob: Actor
    eve: Actor

    async def inbox(self, actor: Actor) -> list[tuple[str, str]]:
        """Kind and summary of what waits."""
        rows = await self.database.fetch(
            "select kind, summary from inbox_item where agent_id = $1 and acknowledged_at is null order by id",
            actor.caller.agent_id,
        )
        return [(row["kind"], row["summary"]) for row in rows]

    async def state(self) -> tuple[int, int, int]:
        """How much there is of what a refusal must not leave behind."""
        row = await self.database.fetchrow(
            "select (select count(*) from message), (select count(*) from inbox_item), (select sum(seq) from room_log)"
        )
        return tuple(map(int, row))  # type: ignore[return-value]


@pytest.fixture
async def team(database: Database, database_url: str) -> AsyncGenerator[Team]:
    """Ann speaks at one server process; bob and eve read, and listen, at another."""
    room = await people.room(database, **OFF)
    async with process(database_url) as here, process(database_url) as there:
        ann, bob, eve = [
            Actor(at.database, await people.caller(database, name, room), at.feed)
            for name, at in (("ann", here), ("bob", there), ("eve", there))
        ]
        yield Team(database, room, ann, bob, eve)


async def test_every_room_has_channels_and_others_are_made(team: Team) -> None:
    made = await team.ann.do("createChannel", "name topic room { name }", name="design", topic="How it looks")

    seen = await team.bob.see("{ room { channels { name topic } } }")

    assert made == {"name": "design", "topic": "How it looks", "room": {"name": "web"}}
    channels = [channel["name"] for channel in seen["room"]["channels"]]
    assert channels == ["general", "reviews", "blockers", "shipping", "ops", "design"]
    assert (await people.log(team.database, team.room))[-1] == (
        "ROOM_UPDATED", {"channel": {"name": "design", "topic": "How it looks"}},
    )  # fmt: skip


async def test_a_channel_has_a_name_of_its_own(team: Team) -> None:
    before = await team.state()

    assert await team.ann.refused("createChannel", name="general") == {"code": "NAME_TAKEN", "name": "general"}
    for name in ("", "Design", "a b", "#design", "x" * 65, "t42"):
        assert (await team.ann.refused("createChannel", name=name))["code"] == "BAD_INPUT", name
    assert await team.state() == before


async def test_a_message_says_where_it_is_and_what_it_names(team: Team) -> None:
    task = await team.ann.make()
    goal = await team.ann.do(
        "createObjective", "id keyResults { id }", title="G", keyResults=[{"title": "n", "target": 1}]
    )
    measure = goal["keyResults"][0]["id"]
    first = await team.ann.do("sendMessage", ALL, channel="General", body="Hello")

    body = f"@Bob and @nobody: {task} moves {measure} of {goal['id']}, see {first['id']}, T999 and `@eve T1`. @ann"
    sent = await team.ann.do("sendMessage", ALL, channel="#general", body=body)

    assert sent == {
        "id": sent["id"], "room": {"name": "web"}, "from": {"name": "ann"}, "channel": {"name": "general"}, "to": [],
        "body": body, "mentions": [{"name": "bob"}, {"name": "ann"}], "unknownMentions": ["nobody"],
        "refs": [
            {"id": task, "__typename": "Task"}, {"id": measure, "__typename": "KeyResult"},
            {"id": goal["id"], "__typename": "Objective"}, {"id": first["id"], "__typename": "Message"},
        ],
        "replyTo": None, "supersededBy": None,
    }  # fmt: skip
    assert await team.inbox(team.bob) == [("MENTION", f"@ann mentions you in #general: {body}")]
    assert await team.inbox(team.eve) == []
    assert await team.inbox(team.ann) == []


async def test_a_direct_message_is_between_its_sender_and_its_recipients(team: Team) -> None:
    sent = await team.ann.do("sendMessage", ALL, to=["bob", "A" + str(team.bob.caller.agent_id), "ann"], body="@eve?")
    admin = Actor(team.database, await people.admin(team.database), team.ann.feed)

    asked = "query ($id: ID!) { node(id: $id) { id ... on Message { body } } }"
    for reader in (team.ann, team.bob):
        assert (await reader.see(asked, id=sent["id"]))["node"]["body"] == "@eve?"
        assert [m["body"] for m in (await reader.see(LIST))["room"]["messages"]["nodes"]] == ["@eve?"]
    for reader in (team.eve, admin):
        assert await reader.unseen(asked, id=sent["id"]) == {"code": "NOT_FOUND", "id": sent["id"]}
        many = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
        assert (await reader.unseen(many, ids=[sent["id"]]))["code"] == "NOT_FOUND"
    page = (await team.eve.see(LIST))["room"]["messages"]

    assert (sent["channel"], [agent["name"] for agent in sent["to"]]) == (None, ["bob", "ann"])
    assert [agent["name"] for agent in sent["mentions"]] == ["eve"]
    assert (page["nodes"], page["totalCount"]) == ([], 0)
    assert await team.inbox(team.bob) == [("DIRECT", "@ann: @eve?")]
    assert await team.inbox(team.ann) == [("DIRECT", "@ann: @eve?")]
    assert await team.inbox(team.eve) == []
    for reader, seen in ((team.ann, [{"id": sent["id"]}]), (team.bob, [{"id": sent["id"]}]), (team.eve, [])):
        assert (await reader.see(f'{{ search(query: "{sent["id"]}") {{ id }} }}'))["search"] == seen


async def test_in_the_log_a_direct_message_is_a_number_to_others(team: Team) -> None:
    sent = await team.ann.do("sendMessage", to=["bob"], body="Hush")
    asked = """{ events(last: 1) { nodes {
      id cursor kind actor { name } agent { name } task { id } message { body } data } } }"""
    follow = """subscription ($after: String) { events(after: $after) {
      cursor kind actor { name } message { body } data } }"""

    mine = (await team.bob.see(asked))["events"]["nodes"][0]
    theirs = (await team.eve.see(asked))["events"]["nodes"][0]
    node = await team.eve.see(
        "query ($id: ID!) { node(id: $id) { ... on Event { actor { name } message { id } data } } }", id=theirs["id"]
    )
    place = f"R{team.room.id}.{int(mine['cursor'].split('.')[1]) - 1}"
    async with watching(team.eve, follow, after=place) as stream:
        (live,) = await take(stream, 1)

    assert (mine["actor"], mine["message"]) == ({"name": "ann"}, {"body": "Hush"})
    assert mine["data"] == {"message": sent["id"], "to": ["bob"]}
    nothing: dict[str, Any] = {"actor": None, "message": None, "data": {}}
    assert theirs == mine | nothing
    assert node["node"] == nothing
    assert live == {"cursor": mine["cursor"], "kind": "MESSAGE_SENT"} | nothing


async def test_an_answer_goes_where_its_parent_is(team: Team) -> None:
    said = await team.ann.do("sendMessage", channel="blockers", body="Stuck")
    asked = await team.ann.do("sendMessage", to=["bob", "eve"], body="Psst")
    alone = await team.ann.do("sendMessage", to=["ann"], body="Note to self")

    openly = await team.bob.do("sendMessage", ALL, replyTo=said["id"], body="Why?")
    again = await team.bob.do("sendMessage", ALL, replyTo=said["id"], channel="blockers", body="Well?")
    directly = await team.bob.do("sendMessage", ALL, replyTo=asked["id"], body="Yes?")
    own = await team.ann.do("sendMessage", ALL, replyTo=asked["id"], to=["eve", "bob"], body="Go on")
    to_self = await team.ann.do("sendMessage", ALL, replyTo=alone["id"], body="Done")

    assert openly["channel"] == again["channel"] == {"name": "blockers"}
    assert openly["replyTo"] == {"id": said["id"]}
    assert {agent["name"] for agent in directly["to"]} == {"ann", "eve"}
    assert {agent["name"] for agent in own["to"]} == {"eve", "bob"}
    assert [agent["name"] for agent in to_self["to"]] == ["ann"]
    replies = "query ($id: ID!) { node(id: $id) { ... on Message { replies(first: 1) { %s } } } }" % PAGE  # noqa: UP031
    page = (await team.eve.see(replies, id=said["id"]))["node"]["replies"]
    assert [node["body"] for node in page["nodes"]] == ["Why?"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    assert page["edges"][0]["cursor"] == page["pageInfo"]["endCursor"]
    assert (await team.bob.see(replies, id=asked["id"]))["node"]["replies"]["totalCount"] == 2


async def test_an_admin_who_is_no_member_can_be_answered(team: Team) -> None:
    visitor = await people.caller(team.database, "visitor", role=Role.ADMIN, kind=AgentKind.HUMAN)
    boss = replace(team.ann, caller=visitor)
    asked = (await boss.do("sendMessage", room="web", to=["bob"], body="How is it going?"))["id"]

    answer = await team.bob.do("sendMessage", "id to { name }", replyTo=asked, body="Well")

    assert answer["to"] == [{"name": "visitor"}]
    assert await team.inbox(boss) == [("DIRECT", "@bob: Well")]
    assert (await team.eve.refused("sendMessage", to=["visitor"], body="x"))["code"] == "NOT_FOUND"
    await team.database.execute("update token set revoked_at = now() where agent_id = $1", visitor.agent_id)
    assert (await team.bob.refused("sendMessage", replyTo=asked, body="Still there?"))["code"] == "BAD_INPUT"


async def test_an_answer_elsewhere_is_refused(team: Team) -> None:
    said = (await team.ann.do("sendMessage", channel="blockers", body="Stuck"))["id"]
    asked = (await team.ann.do("sendMessage", to=["bob"], body="Psst"))["id"]
    before = await team.state()

    for elsewhere in ({"channel": "general"}, {"to": ["bob"]}):
        assert (await team.bob.refused("sendMessage", replyTo=said, body="x", **elsewhere))["code"] == "BAD_INPUT"
    for elsewhere in ({"channel": "general"}, {"to": ["eve"]}, {"to": ["ann", "eve"]}):
        assert (await team.bob.refused("sendMessage", replyTo=asked, body="x", **elsewhere))["code"] == "BAD_INPUT"
    for hidden in (asked, "M999999"):
        assert await team.eve.refused("sendMessage", replyTo=hidden, body="x") == {"code": "NOT_FOUND", "id": hidden}
    assert await team.state() == before


async def test_a_message_goes_to_one_place(team: Team) -> None:
    before = await team.state()
    many: list[dict[str, Any]] = [{}, {"channel": "ops", "to": ["bob"]}, {"to": []}, {"to": ["bob"] * 101}]
    unknown: list[dict[str, Any]] = [{"channel": "nowhere"}, {"to": ["nobody"]}, {"to": ["bob", "stranger"]}]

    for place in many:
        assert (await team.ann.refused("sendMessage", body="x", **place))["code"] == "BAD_INPUT", place
    for body in ("", " \n", "x" * 65_537):
        assert (await team.ann.refused("sendMessage", channel="general", body=body))["code"] == "BAD_INPUT"
    for place in unknown:
        assert (await team.ann.refused("sendMessage", body="x", **place))["code"] == "NOT_FOUND", place
    observer = team.ann.as_role(Role.OBSERVER)
    assert (await observer.refused("sendMessage", channel="general", body="x"))["code"] == "FORBIDDEN"
    assert await team.state() == before


async def test_what_is_superseded_leaves_the_inboxes_where_nobody_saw_it(team: Team) -> None:
    old = (await team.ann.do("sendMessage", channel="general", body="@bob @eve: deploy at 3"))["id"]
    await team.database.execute(
        "update inbox_item set acknowledged_at = now() where agent_id = $1", team.eve.caller.agent_id
    )

    new = (await team.ann.do("sendMessage", channel="general", body="@bob: deploy at 4", supersedes=old))["id"]

    assert await team.inbox(team.bob) == [("MENTION", "@ann mentions you in #general: @bob: deploy at 4")]
    assert await team.database.fetchval("select count(*) from inbox_item") == 2
    asked = "query ($id: ID!) { node(id: $id) { ... on Message { supersededBy { id } } } }"
    assert (await team.bob.see(asked, id=old))["node"] == {"supersededBy": {"id": new}}
    assert (await team.bob.see(asked, id=new))["node"] == {"supersededBy": None}


async def test_only_ones_own_latest_message_can_be_superseded(team: Team) -> None:
    old = (await team.ann.do("sendMessage", channel="general", body="Deploy at 3"))["id"]
    hidden = (await team.ann.do("sendMessage", to=["eve"], body="Psst"))["id"]
    await team.ann.do("sendMessage", channel="general", body="At 4", supersedes=old)
    before = await team.state()

    async def refused(actor: Actor, supersedes: str) -> str:
        return str((await actor.refused("sendMessage", channel="general", body="x", supersedes=supersedes))["code"])

    assert await refused(team.ann, old) == "BAD_INPUT"
    assert await refused(team.bob, old) == "FORBIDDEN"
    assert await refused(team.bob, hidden) == "NOT_FOUND"
    assert await refused(team.ann, "M999999") == "NOT_FOUND"
    assert await refused(team.ann, "T1") == "BAD_INPUT"
    assert await team.state() == before


async def test_of_two_that_supersede_one_message_one_is_refused(team: Team) -> None:
    old = (await team.ann.do("sendMessage", channel="general", body="Deploy at 3"))["id"]
    sent = [message_send.NewMessage(channel="general", body=f"At {hour}", supersedes=old) for hour in range(4, 9)]

    answers = await asyncio.gather(
        *(message_send.send(team.database, team.ann.caller, one, None) for one in sent), return_exceptions=True
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["BadInput"] * 4 + ["Message"]


async def test_a_key_sends_once_and_nothing_else_is_a_duplicate(team: Team) -> None:
    old = (await team.ann.do("sendMessage", channel="general", body="@bob T1"))["id"]
    sent = {"channel": "general", "body": "@bob T2", "supersedes": old, "idempotencyKey": "k"}

    answers = [await team.ann.do("sendMessage", **sent) for _ in range(3)]
    for body in ("@bob Look at T1", "@bob Look at T2", "@bob Look at T2"):
        await team.ann.do("sendMessage", channel="general", body=body)

    assert answers[0] == answers[1] == answers[2]
    assert (await team.ann.refused("sendMessage", channel="general", body="x", idempotencyKey="k"))["code"] == (
        "IDEMPOTENCY_MISMATCH"
    )
    assert [summary.split(": ", 1)[1] for _, summary in await team.inbox(team.bob)] == [
        "@bob T2", "@bob Look at T1", "@bob Look at T2", "@bob Look at T2",
    ]  # fmt: skip


async def test_messages_are_paged_by_cursors_of_the_log(team: Team) -> None:
    for number in range(7):
        await team.ann.do("sendMessage", channel="general" if number % 2 else "ops", body=str(number))
        await team.ann.make()
    await team.ann.do("sendMessage", to=["bob"], body="7")

    async def page(actor: Actor = team.bob, **asked: Any) -> tuple[list[str], dict[str, Any]]:
        found = (await actor.see(LIST, **asked))["room"]["messages"]
        return [node["body"] for node in found["nodes"]], found

    everything, whole = await page()
    half, first = await page(first=3)
    rest, second = await page(after=first["pageInfo"]["endCursor"])
    newest, last = await page(last=2)
    older, _ = await page(last=3, before=last["pageInfo"]["startCursor"])
    said, general = await page(channel="general")
    events = (await team.bob.see("{ events(kinds: [MESSAGE_SENT]) { nodes { cursor } } }"))["events"]["nodes"]

    assert everything == [str(number) for number in range(8)]
    assert [edge["cursor"] for edge in whole["edges"]] == [event["cursor"] for event in events]
    assert (half, rest) == (everything[:3], everything[3:])
    assert first["pageInfo"]["hasNextPage"]
    assert not second["pageInfo"]["hasNextPage"]
    assert (newest, older) == (["6", "7"], ["3", "4", "5"])
    assert said == ["1", "3", "5"]
    assert [page["totalCount"] for page in (whole, general, (await page(team.eve))[1])] == [8, 3, 7]
    cursor = first["pageInfo"]["endCursor"]
    for wrong in ({"after": "R1.x"}, {"after": f"R{team.room.id}.9999"}, {"after": "R999.1"}, {"last": 0},
                  {"first": 201}, {"last": 2, "after": cursor}, {"before": cursor}):  # fmt: skip
        assert (await team.bob.unseen(LIST, **wrong))["code"] == "BAD_INPUT", wrong
    assert (await team.bob.unseen(LIST, channel="nowhere"))["code"] == "NOT_FOUND"


async def test_a_subscriber_gets_what_it_may_see_and_nothing_twice(team: Team) -> None:
    start = f"R{team.room.id}.0"
    for number in range(3):
        await team.ann.do("sendMessage", channel="general", body=f"past {number}")
    await team.ann.do("sendMessage", to=["eve"], body="hush")

    async with watching(team.bob, SENT, after=start) as bob, watching(team.eve, SENT, after=start) as eve:
        before = [payload["message"]["body"] for payload in await take(bob, 3)]
        await team.ann.do("sendMessage", channel="ops", body="live")
        after = await take(bob, 1)
        secret = [payload["message"]["body"] for payload in await take(eve, 5)]
    async with watching(team.bob, SENT, after=after[0]["cursor"], channel="general") as bob:
        await team.ann.do("sendMessage", channel="ops", body="elsewhere")
        await team.ann.do("sendMessage", to=["bob"], body="directly")
        await team.ann.do("sendMessage", channel="general", body="here")
        here = await take(bob, 1)

    assert before == ["past 0", "past 1", "past 2"]
    assert after[0]["message"]["body"] == "live"
    assert secret == ["past 0", "past 1", "past 2", "hush", "live"]
    assert here[0]["message"]["body"] == "here"


async def test_a_page_and_then_a_subscription_miss_nothing(team: Team) -> None:
    """Backfill by cursor meets live: many send at once while it happens."""

    async def send(actor: Actor, number: int) -> None:
        for turn in range(10):
            await actor.do("sendMessage", channel="general", body=f"{number}.{turn}")

    async def read() -> list[str]:
        cursor, found = f"R{team.room.id}.0", list[str]()
        while len(found) < 20:
            page = (await team.eve.see(LIST, channel="general", first=4, after=cursor))["room"]["messages"]
            found += [node["body"] for node in page["nodes"]]
            cursor = page["pageInfo"]["endCursor"] or cursor
        async with watching(team.eve, SENT, channel="general", after=cursor) as stream:
            return found + [payload["message"]["body"] for payload in await take(stream, 60 - len(found))]

    reading = asyncio.gather(read(), read())
    await asyncio.gather(*(send(actor, 2 * n + i) for n in range(3) for i, actor in enumerate((team.ann, team.bob))))

    first, second = await reading
    assert first == second
    assert sorted(first) == sorted(f"{number}.{turn}" for number in range(6) for turn in range(10))
    everything = (await team.ann.see(LIST, channel="general", first=200))["room"]["messages"]["nodes"]
    assert [node["body"] for node in everything] == first


async def test_mentions_in_comments_count_as_in_messages(team: Team) -> None:
    task = await team.ann.make()
    goal = (await team.ann.do("createObjective", title="G"))["id"]

    said = await team.ann.do("addComment", "id mentions { name }", on=task, body="@BOB, `@eve` and @nobody: @ann asks")
    await team.ann.do("addComment", on=goal, body="Why, @eve?")

    assert [agent["name"] for agent in said["mentions"]] == ["bob", "ann"]
    assert await team.inbox(team.bob) == [
        ("MENTION", f"@ann mentions you on {task}: @BOB, `@eve` and @nobody: @ann asks")
    ]
    assert await team.inbox(team.eve) == [("MENTION", f"@ann mentions you on {goal}: Why, @eve?")]
    assert await team.inbox(team.ann) == []
    rows = await team.database.fetch("select comment_id from inbox_item order by id")
    assert f"C{rows[0]['comment_id']}" == said["id"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["text"])
async def test_addresses_and_comments_name_nobody_and_what_stands_beside_them_does(
    team: Team, example: dict[str, Any]
) -> None:
    tasks = {f"T{n}": await team.ann.make() for n in (1, 2, 3)}
    body = re.sub(r"T[123]", lambda match: tasks[match[0]], example["text"])

    sent = await team.bob.do("sendMessage", ALL, channel="general", body=body)
    said = await team.bob.do("addComment", "mentions { name }", on=tasks["T1"], body=body)

    assert [agent["name"] for agent in sent["mentions"]] == example["names"]
    assert [agent["name"] for agent in said["mentions"]] == example["names"]
    assert sent["unknownMentions"] == []
    assert [ref["id"] for ref in sent["refs"]] == [tasks[task] for task in example["ids"]]
    told = [("MENTION", f"@bob mentions you in #general: {messages.summary(body)}")]
    assert (await team.inbox(team.eve))[:1] == (told if "eve" in example["names"] else [])


async def test_who_is_told_anyway_is_not_told_of_the_mention_as_well(team: Team) -> None:
    task = await team.ann.make()
    await team.ann.claim(task)

    await team.ann.do(
        "assignTask",
        task=task,
        assignee="bob",
        handoff={"done": "All of it", "pending": "@bob: ship it, @eve: look on"},
    )

    assert [kind for kind, _ in await team.inbox(team.bob)] == ["HANDOFF"]
    assert [kind for kind, _ in await team.inbox(team.eve)] == ["MENTION"]
