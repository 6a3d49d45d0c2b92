"""Briefings: all that waits for the caller at one moment, most urgent first, in as much text as was asked for."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from db.core.database import Database
from db.core.enums import AgentKind, InboxKind, Role
from db.core.records import Room
from db.events.feed import Feed
from tests import people
from tests.api.schema_client import Actor
from tests.clock import advance

NewActor: TypeAlias = Callable[..., Awaitable[Actor]]
ALL = """query ($tokens: Int, $room: ID) { briefing(maxTokens: $tokens, room: $room) {
  me { name } tasks { id } reviews { id } next { id } cursor markdown } }"""


@pytest.fixture
async def room(database: Database) -> Room:
    return await people.room(database, require_done_criteria=False, require_handoff=False)


@pytest.fixture
def actor(database: Database, room: Room) -> NewActor:
    feed = Feed(database)

    async def new(name: str, **more: Any) -> Actor:
        return Actor(database, await people.caller(database, name, room, **more), feed)

    return new


@pytest.fixture
async def ann(actor: NewActor) -> Actor:
    return await actor("ann")


async def brief(actor: Actor, tokens: int | None = 1000) -> Any:
    return (await actor.see(ALL, tokens=tokens))["briefing"]


async def told(database: Database, agent: Actor, summary: str, kind: InboxKind, by: Actor, on: str) -> None:
    """An item that a comment of this agent caused."""
    comment = (await by.do("addComment", on=on, body=summary))["id"]
    async with database.transaction() as tx:
        room_id = next(iter(agent.caller.rooms))
        tx.notify(agent.caller.agent_id, room_id, kind, summary, by=by.caller.agent_id, comment=int(comment[1:]))


async def test_whoever_has_nothing_to_do_is_told_so(ann: Actor) -> None:
    found = await brief(ann)

    assert found == {
        "me": {"name": "ann"}, "tasks": [], "reviews": [], "next": [], "cursor": found["cursor"],
        "markdown": f"# ann in web, {found['cursor']}\n\nNothing waits for you.",
    }  # fmt: skip


async def test_the_cursor_is_where_the_log_stood(ann: Actor) -> None:
    await ann.make()
    cursor = (await brief(ann))["cursor"]
    later = await ann.make()

    missed = await ann.see("query ($after: String) { events(after: $after) { nodes { task { id } } } }", after=cursor)

    assert missed["events"]["nodes"] == [{"task": {"id": later}}]


async def test_people_come_before_tasks_and_those_before_what_agents_say(
    database: Database, actor: NewActor, ann: Actor
) -> None:
    boss, bot = await actor("boss", kind=AgentKind.HUMAN), await actor("bot")
    mine, free = await ann.make("Mine"), await ann.make("Free\n# and `more`")
    await ann.claim(mine)
    await told(database, ann, "And now?", InboxKind.MENTION, bot, free)
    await told(database, ann, "Stop", InboxKind.MENTION, boss, free)
    await told(database, ann, "Gone", InboxKind.LEASE_LOST, bot, free)

    said = (await brief(ann))["markdown"]

    parts = [
        "From people",
        "\n> Stop\n",
        "Yours (1)",
        f"\n{mine} P2 DOING: ",
        "Told",
        "\n> Gone\n",
        "\n> And now?\n",
        f"\n{free} P2\n> Free\n> # and `more`",
    ]
    assert [said.index(part) for part in parts] == sorted(said.index(part) for part in parts)
    assert "Left out" not in said


async def test_what_is_acknowledged_or_of_another_room_is_not_told(database: Database, ann: Actor) -> None:
    elsewhere = await people.room(database, "elsewhere")
    async with database.transaction() as tx:
        tx.notify(ann.caller.agent_id, elsewhere.id, InboxKind.ASSIGNED, "Elsewhere", by=None)
        tx.notify(ann.caller.agent_id, next(iter(ann.caller.rooms)), InboxKind.ASSIGNED, "Old", by=None)
    await database.execute("update inbox_item set acknowledged_at = now() where summary = 'Old'")

    assert "Nothing waits for you" in (await brief(ann))["markdown"]


async def test_each_task_says_what_to_do_next(database: Database, actor: NewActor, ann: Actor) -> None:
    bob = await actor("bob")
    held, lost, stuck, waiting, given, handed = [
        await ann.make(title) for title in ["held", "lost", "stuck", "waiting", "given", "handed"]
    ]
    before = await ann.make("before")
    await ann.claim(lost)
    await advance(database, 2_000)
    for task in (held, stuck, handed):
        await ann.claim(task)
    await ann.do("blockTask", task=stuck, reason="no `key`")
    await ann.do("submitTask", task=handed, summary="Done")
    for task in (waiting, given):
        await bob.do("assignTask", task=task, assignee="ann")
    await ann.do("addDependency", "kind", task=waiting, dependsOn=before)

    found = await brief(ann)
    paragraphs = found["markdown"].split("\n\n")
    lines = {part.split()[0]: part.partition(" P2 ")[2] for part in paragraphs if part[:1] == "T"}

    assert [task["id"] for task in found["tasks"]] == [lost, held, given, stuck, waiting, handed]
    assert lines[held].startswith("DOING: yours until ")
    assert lines[held].endswith("UTC, fence 1; submit it for review\n> held")
    assert lines[lost] == "DOING: your lease is over, claim it again\n> lost"
    assert lines[given] == "TODO: assigned to you and ready, claim it\n> given"
    assert lines[waiting] == "TODO: you are told when it can go on\n> waiting"
    assert lines[stuck] == "BLOCKED: unblock it when what it waits for is over\n> stuck"
    assert lines[handed] == "VALIDATING: waits for a reviewer\n> handed"
    for task, wait in ((waiting, f"DEPENDENCY\n> {before} 'before' is unfinished"), (stuck, "REASON\n> no `key`")):
        assert paragraphs[paragraphs.index(f"{task} P2 {lines[task]}") + 1] == f"waits, {wait}"


async def test_what_came_back_from_review_says_so_with_what_is_known_of_it(actor: NewActor, ann: Actor) -> None:
    bob = await actor("bob")
    given = {"instructions": "By hand", "role": "welder", "description": "Leaks"}
    task = await ann.make("Pump", criteria=["It is dry"], reviewer="bob", **given)
    await ann.claim(task)
    await ann.do("writeNotes", task=task, text="Seal\nis worn")
    criterion = (await ann.task(task, "criteria { id }"))["criteria"][0]["id"]
    await ann.do("submitTask", task=task, summary="Dry", criteria=[{"id": criterion, "met": True, "evidence": "x"}])
    reviewing = await brief(bob)
    verdict = [{"id": criterion, "accepted": False, "note": "There is a puddle"}]
    await bob.do("reviewTask", task=task, verdict="CHANGES_REQUESTED", comment="Still wet", criteria=verdict)

    said = (await brief(ann))["markdown"]

    assert reviewing["reviews"] == [{"id": task}]
    assert f"## To review: give your verdict (1)\n\n{task} P2 from @ann\n> Pump" in reviewing["markdown"]
    assert f"\n{task} P2 TODO: yours to go on with, claim it\n> Pump\n" in said
    refused = f"{criterion} not accepted\n> It is dry\n\nwhy {criterion} is not accepted\n> There is a puddle"
    known = ("your role\n> welder", "instructions\n> By hand", "description\n> Leaks", "notes\n> Seal\n> is worn")
    for detail in (refused, *known):
        assert f"\n\n{detail}" in said
    told = f"Not accepted: {criterion} 'It is dry' (There is a puddle). Still wet"
    again = f"{task} 'Pump': bob requests changes; claimTask takes it up again. {told}"
    assert f" CHANGES_REQUESTED {task}\n> {again}" in said

    await ann.claim(task)
    await ann.do("submitTask", task=task, summary="Dry", criteria=[{"id": criterion, "met": True, "evidence": "y"}])
    await bob.do("reviewTask", task=task, verdict="CHANGES_REQUESTED", comment="Wipe it")
    assert f"{criterion} not accepted" not in (await brief(ann))["markdown"], "a verdict is on one submission"


@pytest.mark.parametrize("tokens", [50, 75, 120, 300, 1_000])
async def test_it_keeps_within_its_tokens_and_counts_what_is_left_out(
    database: Database, actor: NewActor, tokens: int
) -> None:
    named = await actor("a" * 64)
    task = await named.make("x" * 300, description="y" * 60_000)
    await named.claim(task)
    async with database.transaction() as tx:
        for number in range(120):
            place = named.caller.agent_id, next(iter(named.caller.rooms))
            tx.notify(*place, InboxKind.ASSIGNED, f"{number} {'z' * 300}", by=None)

    said = (await brief(named, tokens))["markdown"]

    assert len(said) <= 4 * tokens
    assert f"{120 - len(re.findall(r'^I[0-9]+ ASSIGNED$', said, re.MULTILINE))} things told" in said
    assert said.startswith("# aaa")


async def test_an_observer_is_offered_nothing_to_claim(actor: NewActor, ann: Actor) -> None:
    task = await ann.make()

    assert (await brief(ann))["next"] == [{"id": task}]
    assert (await brief(await actor("eve", role=Role.OBSERVER)))["next"] == []


async def test_a_token_that_only_reads_is_not_told_to_do_anything(actor: NewActor, ann: Actor) -> None:
    reader = await actor("eve", role=Role.OBSERVER)
    bob = await actor("bob", kind=AgentKind.HUMAN)
    held, given, handed = await ann.make(), await ann.make(assignee="ann"), await ann.make()
    await ann.claim(held)
    await bob.claim(handed)
    await bob.do("submitTask", task=handed, summary="x")
    await ann.do("assignTask", task=handed, reviewer="ann")
    await ann.make()
    for sender, text in ((bob, "Psst"), (ann, "@ann: hm")):
        await sender.do("sendMessage", to=["ann"], body=text)
    everything = (await brief(ann))["markdown"]

    nothing = (await brief(reader))["markdown"]
    seen = (await brief(ann.as_role(Role.OBSERVER)))["markdown"]

    assert nothing.endswith("\n\nNothing waits for you.")
    verbs = ("claim", "acknowledge", "submit", "complete", "give your verdict", "answer", "say how")
    # What users and other agents wrote is theirs.
    ours = [line for line in seen.splitlines() if not line.startswith("> ")]
    assert [verb for verb in verbs if any(verb in line for line in ours)] == []
    assert {verb for verb in verbs if verb in everything} >= {"claim", "acknowledge", "submit", "give your verdict"}
    assert f"\n{held} P2 DOING\n> Task" in seen
    assert f"\n{given} P2 TODO\n> Task" in seen


async def test_a_paused_room_says_so(database: Database, ann: Actor) -> None:
    await ann.make()
    root = Actor(database, await people.admin(database), Feed(database))
    await root.do("updateRoom", room="web", settings={"paused": True})

    found = await brief(ann)

    assert found["next"] == []
    assert "The room is paused" in found["markdown"]


@pytest.mark.parametrize("tokens", [49, 0, -1, 20_001])
async def test_tokens_out_of_bounds_are_refused(ann: Actor, tokens: int) -> None:
    assert await ann.unseen(ALL, tokens=tokens) == {"code": "BAD_INPUT", "field": "maxTokens"}


async def test_the_inbox_stands_in_it_with_messages_of_people_first(actor: NewActor, ann: Actor) -> None:
    boss, bot = await actor("boss", kind=AgentKind.HUMAN), await actor("bot")
    await bot.do("sendMessage", to=["ann"], body="Beep")
    await bot.do("sendMessage", channel="general", body="@ann: boop")
    await boss.do("sendMessage", to=["ann"], body="Stop")
    own = (await ann.see("{ inbox(kinds: [MENTION]) { nodes { id } } }"))["inbox"]["nodes"][0]["id"]

    asked = "{ briefing { inbox { id kind summary message { body } } markdown } }"
    found = (await ann.see(asked))["briefing"]
    await ann.do("acknowledge", items=[own])
    later = (await ann.see(asked))["briefing"]["inbox"]

    assert [item["message"]["body"] for item in found["inbox"]] == ["Stop", "Beep", "@ann: boop"]
    assert found["markdown"].index("from @boss\n> Stop") < found["markdown"].index("from @bot\n> Beep")
    assert later == found["inbox"][:2]
