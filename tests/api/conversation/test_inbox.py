"""The inbox as its owner meets it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import pytest

from db.conversation.inbox import filter_of, follow
from db.core.database import Database
from db.core.enums import Role
from db.core.records import Room
from tests import people
from tests.api.schema_client import Actor
from tests.api.subscriptions import take, watching
from tests.patience import PATIENCE_S
from tests.processes import process

OFF: dict[str, Any] = {"require_done_criteria": False, "require_review": False, "require_handoff": False}
INBOX = """query ($unacknowledged: Boolean = true, $kinds: [InboxKind!], $first: Int = 50, $after: String) {
  inbox(unacknowledged: $unacknowledged, kinds: $kinds, first: $first, after: $after) {
    nodes { id kind summary message { body } comment { body } task { id } acknowledgedAt }
    edges { cursor } pageInfo { hasNextPage endCursor } totalCount } }"""
ARRIVES = "subscription ($kinds: [InboxKind!]) { inbox(kinds: $kinds) { id kind summary message { body } } }"


@dataclass
class Team:
    database: Database
    room: Room
    ann: Actor
    bob: Actor
    eve: Actor

    async def say(self, body: str, sender: Actor | None = None) -> str:
        """Its id."""
        sent: str = (await (sender or self.ann).do("sendMessage", channel="general", body=body))["id"]
        return sent


@pytest.fixture
async def team(database: Database, database_url: str) -> AsyncGenerator[Team]:
    """Bob reads, and listens, at another server process than the others."""
    room = await people.room(database, **OFF)
    async with process(database_url) as here, process(database_url) as there:
        ann, bob, eve = [
            Actor(at.database, await people.caller(database, name, room), at.feed)
            for name, at in (("ann", here), ("bob", there), ("eve", here))
        ]
        yield Team(database, room, ann, bob, eve)


async def inbox(actor: Actor, **asked: Any) -> Any:
    return (await actor.see(INBOX, **asked))["inbox"]


async def waiting(actor: Actor, **asked: Any) -> list[tuple[str, str]]:
    """Kind and summary of what waits."""
    return [(item["kind"], item["summary"]) for item in (await inbox(actor, **asked))["nodes"]]


async def test_an_item_says_what_it_is_about(team: Team) -> None:
    task = await team.bob.make("Fix it")
    await team.ann.do("sendMessage", to=["bob"], body="Psst")
    await team.ann.do("addComment", on=task, body="@bob: done?")
    await team.ann.do("assignTask", task=task, assignee="bob")

    found = await inbox(team.bob)

    assert [item.pop("id")[0] for item in found["nodes"]] == ["I"] * 3
    assert found["nodes"] == [
        {"kind": "DIRECT", "summary": "@ann: Psst", "message": {"body": "Psst"}, "comment": None, "task": None,
         "acknowledgedAt": None},
        {"kind": "MENTION", "summary": f"@ann mentions you on {task}: @bob: done?", "message": None,
         "comment": {"body": "@bob: done?"}, "task": {"id": task}, "acknowledgedAt": None},
        {"kind": "ASSIGNED", "summary": found["nodes"][2]["summary"], "message": None, "comment": None,
         "task": {"id": task}, "acknowledgedAt": None},
    ]  # fmt: skip
    assert found["totalCount"] == 3
    assert (await inbox(team.eve))["nodes"] == []


async def test_a_handoff_is_told_to_whoever_has_the_task_already(team: Team) -> None:
    task = await team.ann.make(assignee="bob")
    handoff = {"done": "The frame", "pending": "The colours"}

    for assignee in ({}, {"assignee": "bob"}):
        await team.ann.do("assignTask", task=task, handoff=handoff, **assignee)
    await team.bob.do("assignTask", task=task, handoff=handoff)
    await team.ann.do("assignTask", task=task, assignee="bob", instructions="Two colours")

    assert [kind for kind, _ in await waiting(team.bob)] == ["ASSIGNED", "HANDOFF", "HANDOFF"]


async def test_a_summary_is_one_line_whatever_it_tells_of(team: Team) -> None:
    task = await team.ann.make("Fix\n\nit\u2028now")
    await team.ann.do("sendMessage", to=["bob"], body="One\n\ntwo")
    await team.ann.do("addComment", on=task, body="@bob:\nthree")
    await team.ann.do("assignTask", task=task, assignee="bob")

    assert await waiting(team.bob) == [
        ("DIRECT", "@ann: One two"),
        ("MENTION", f"@ann mentions you on {task}: @bob: three"),
        ("ASSIGNED", f"{task} 'Fix it now' is assigned to you."),
    ]
    await team.bob.do("acknowledge")
    await team.bob.claim(task)
    await team.ann.do("cancelTask", task=task, reason="No\n" * 10_000)
    ((kind, summary),) = await waiting(team.bob)
    assert (kind, summary[-1], summary.count("\n")) == ("LEASE_LOST", "…", 0)
    assert len(summary) <= 1_000


async def test_an_item_is_its_owners_alone(team: Team) -> None:
    await team.say("@bob")
    item = (await inbox(team.bob))["nodes"][0]["id"]
    asked = "query ($id: ID!) { node(id: $id) { id ... on InboxItem { kind } } }"
    admin = Actor(team.database, await people.admin(team.database), team.ann.feed)

    assert (await team.bob.see(asked, id=item))["node"] == {"id": item, "kind": "MENTION"}
    for other in (team.ann, team.eve, admin):
        assert await other.unseen(asked, id=item) == {"code": "NOT_FOUND", "id": item}
        assert await other.do("acknowledge", items=[item]) == 0
        assert await other.do("acknowledge", upTo=item) == 0
    assert len((await inbox(team.bob))["nodes"]) == 1


async def test_what_is_acknowledged_can_be_said_in_four_ways(team: Team) -> None:
    for number in range(3):
        await team.say(f"@bob {number}")
        await team.say(f"@bob {number}", team.eve)
    await team.say("@eve")
    items = [item["id"] for item in (await inbox(team.bob))["nodes"]]
    before = await inbox(team.bob)

    assert await team.bob.do("acknowledge", items=[]) == 0
    assert await team.bob.do("acknowledge", items=["I999999"]) == 0
    for unknown in ("I999999", (await inbox(team.eve))["nodes"][0]["id"]):
        assert await team.bob.do("acknowledge", upTo=unknown) == 0
    for two in ({"items": items, "upTo": items[0]}, {"items": [], "from": "eve"}, {"upTo": items[0], "from": "eve"}):
        assert (await team.bob.refused("acknowledge", **two))["code"] == "BAD_INPUT"
    assert (await team.bob.refused("acknowledge", items=["M1"]))["code"] == "BAD_INPUT"
    assert (await team.bob.refused("acknowledge", **{"from": "nobody"}))["code"] == "NOT_FOUND"
    assert (await team.bob.as_role(Role.OBSERVER).refused("acknowledge"))["code"] == "FORBIDDEN"
    assert await inbox(team.bob) == before

    assert await team.bob.do("acknowledge", items=[items[3], items[3], "I999999"]) == 1
    assert await team.bob.do("acknowledge", upTo=items[1]) == 2
    assert await team.bob.do("acknowledge", upTo=items[1]) == 0
    assert await team.bob.do("acknowledge", **{"from": "@Eve"}) == 1
    assert [item["id"] for item in (await inbox(team.bob))["nodes"]] == [items[2], items[4]]
    assert await team.bob.do("acknowledge") == 2
    assert await team.bob.do("acknowledge", items=None) == 0


async def test_an_inbox_is_paged_and_picked_by_kind(team: Team) -> None:
    for number in range(5):
        await team.say(f"@bob {number}")
        await team.ann.do("sendMessage", to=["bob"], body=str(number))

    first = await inbox(team.bob, first=4, kinds=["DIRECT"])
    second = await inbox(team.bob, first=4, kinds=["DIRECT"], after=first["pageInfo"]["endCursor"])

    assert [item["message"]["body"] for item in first["nodes"] + second["nodes"]] == list("01234")
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second)] == [True, False]
    assert first["totalCount"] == 5
    assert (await inbox(team.bob, kinds=[]))["nodes"] == []
    for wrong in ({"first": 0}, {"first": 201}, {"after": "nonsense"}):
        assert (await team.bob.unseen(INBOX, **wrong))["code"] == "BAD_INPUT"


async def test_a_subscription_begins_with_what_waits_and_goes_on_with_what_arrives(team: Team) -> None:
    for number in range(3):
        await team.say(f"@bob {number}")
    items = [item["id"] for item in (await inbox(team.bob))["nodes"]]
    await team.bob.do("acknowledge", items=[items[1]])

    async with watching(team.bob, ARRIVES) as stream, watching(team.bob, ARRIVES, kinds=["DIRECT"]) as direct:
        waited = await take(stream, 2)
        await team.say("@bob 3")
        await team.ann.do("sendMessage", to=["bob"], body="Psst")
        arrived = await take(stream, 2)
        only = await take(direct, 1)

    assert [item["id"] for item in waited] == [items[0], items[2]]
    assert [item["message"]["body"] for item in arrived] == ["@bob 3", "Psst"]
    assert [item["message"]["body"] for item in only] == ["Psst"]


async def test_what_one_session_acknowledges_the_other_does_not_get_any_more(team: Team) -> None:
    for number in range(4):
        await team.say(f"@bob {number}")

    async with watching(team.bob, ARRIVES) as one, watching(team.bob, ARRIVES) as other:
        first = await take(one, 1)
        same = await take(other, 1)
        await team.bob.do("acknowledge", items=[item["id"] for item in (await inbox(team.bob))["nodes"][:3]])
        rest = await take(one, 1)
        also = await take(other, 1)

    assert first == same
    assert rest == also
    assert rest[0]["message"]["body"] == "@bob 3"
    assert (await inbox(team.bob))["totalCount"] == 1


async def test_who_is_told_while_it_subscribes_is_told_once(team: Team) -> None:
    """Many tell at once, while subscriptions come and go: each gets everything, in the order of the ids."""

    async def tell(actor: Actor) -> None:
        for number in range(10):
            await team.say(f"@bob {number}", actor)

    async def listen() -> list[str]:
        async with watching(team.bob, ARRIVES) as stream:
            return [item["id"] for item in await take(stream, 40)]

    heard, *_ = await asyncio.gather(
        asyncio.gather(*(listen() for _ in range(5))), *(tell(actor) for actor in (team.ann, team.eve) * 2)
    )

    told = [item["id"] for item in (await inbox(team.bob))["nodes"]]
    assert heard == [told] * 5


async def test_whoever_only_reads_is_told_nothing_that_it_could_not_acknowledge(team: Team) -> None:
    reader = Actor(
        team.database, await people.caller(team.database, "eye", team.room, role=Role.OBSERVER), team.ann.feed
    )
    task = await team.ann.make(assignee="eye")

    await team.ann.do("sendMessage", to=["eye", "bob"], body="Psst")
    await team.say("@eye @bob")
    await team.ann.do("addComment", on=task, body="@eye")

    found = await inbox(reader)
    assert (found["nodes"], found["totalCount"]) == ([], 0)
    assert [kind for kind, _ in await waiting(team.bob)] == ["DIRECT", "MENTION"]

    await people.caller(team.database, "eye", team.room)
    await team.say("@eye works here now")
    assert await waiting(reader) == [("MENTION", "@ann mentions you in #general: @eye works here now")]


async def test_an_observer_reads_its_inbox(team: Team) -> None:
    await team.say("@bob")

    assert len((await inbox(team.bob.as_role(Role.OBSERVER)))["nodes"]) == 1


async def test_what_is_told_of_a_room_that_one_has_left_waits_until_one_is_back(team: Team) -> None:
    side = await people.room(team.database, "side")
    root = Actor(team.database, await people.admin(team.database), team.ann.feed)
    task = await team.ann.make(assignee="bob")
    await team.bob.claim(task)
    await team.bob.do("submitTask", task=task, summary="Done")
    first = (await inbox(team.bob))["nodes"][0]["id"]
    await root.do("updateAgent", agent="bob", rooms=["side"])
    bob = replace(team.bob, caller=await people.caller(team.database, "bob", side))

    async with watching(bob, ARRIVES) as stream:
        await team.ann.do("reviewTask", task=task, verdict="APPROVED")
        await root.do("sendMessage", room="side", to=["bob"], body="Welcome")
        (heard,) = await take(stream, 1)

    assert heard["message"] == {"body": "Welcome"}
    assert [item["id"] for item in (await inbox(bob))["nodes"]] == [heard["id"]]
    assert (await inbox(bob, unacknowledged=False))["totalCount"] == 1
    assert await bob.unseen("query ($id: ID!) { node(id: $id) { id } }", id=first) == {"code": "NOT_FOUND", "id": first}
    assert (await bob.do("heartbeat", "unacknowledged"))["unacknowledged"] == 1
    assert await bob.do("acknowledge") == 1
    await root.do("updateAgent", agent="bob", rooms=["side", "web"])
    bob = replace(bob, caller=await people.caller(team.database, "bob"))
    assert [(item["kind"], item["task"]) for item in (await inbox(bob))["nodes"]] == [
        ("ASSIGNED", {"id": task}), ("APPROVED", {"id": task}),
    ]  # fmt: skip


async def test_whoever_leaves_a_room_while_it_listens_hears_no_more_of_it(team: Team) -> None:
    side = await people.room(team.database, "side")
    both = await people.caller(team.database, "bob", side)
    callers = [both]
    listening = follow(team.bob.feed, team.bob.database, lambda: filter_of(callers[-1]))
    async with aclosing(listening), asyncio.timeout(PATIENCE_S):
        await team.say("@bob 1")
        assert (await anext(listening)).summary.endswith("@bob 1")

        callers.append(replace(both, rooms=frozenset({side.id})))
        await team.say("@bob 2")
        root = Actor(team.database, await people.admin(team.database), team.ann.feed)
        await root.do("sendMessage", room="side", to=["bob"], body="Welcome")
        assert (await anext(listening)).summary == "@root: Welcome"
