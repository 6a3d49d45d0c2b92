"""What users of other systems report as lost, late or too much: each would fail here if it happened here too.

Those who act and those who are told speak to different server processes.
"""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.client import Client
from tests.e2e.teammate import Teammate
from tests.patience import PATIENCE_S

FREE = {"requireDoneCriteria": False, "requireReview": False, "requireHandoff": False}

ARRIVES = "subscription { inbox { id kind summary task { id } message { body } comment { body } } }"
WAITS = """query ($first: Int = 200, $unacknowledged: Boolean = true) {
  inbox(first: $first, unacknowledged: $unacknowledged) {
    nodes { id message { body } acknowledgedAt } totalCount } }"""

_numbers = itertools.count()


@dataclass
class Ears:
    """What the inbox subscription pushes, one item after the other."""

    items: AsyncGenerator[dict[str, Any]]

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            item: dict[str, Any] = (await anext(self.items))["inbox"]
        return item

    async def kind(self) -> tuple[str, str | None]:
        """What the next one is about."""
        item = await self.hear()
        return item["kind"], item["task"] and item["task"]["id"]

    async def text(self) -> str:
        """What the next message says."""
        body: str = (await self.hear())["message"]["body"]
        return body


@asynccontextmanager
async def listening(who: Teammate) -> AsyncGenerator[Ears]:
    """The subscription runs once the first item was heard."""
    async with aclosing(who.subscribe(ARRIVES)) as items:
        yield Ears(items)


@dataclass
class Team:
    """Ann acts at one server; bob and eve listen at another."""

    ann: Teammate
    bob: Teammate
    eve: Teammate

    async def say(self, body: str) -> None:
        await self.ann.do("sendMessage", channel="general", body=body)

    async def tell(self, who: Teammate, body: str) -> None:
        await self.ann.do("sendMessage", to=[who.name], body=body)

    async def make(self, **more: Any) -> str:
        task: str = (await self.ann.do("createTask", title="Task", **more))["id"]
        return task

    async def finish(self, who: Teammate, task: str) -> None:
        await who.do("claimTask", "lease { fence }", task=task)
        await who.do("completeTask", task=task, summary="Done")

    @asynccontextmanager
    async def waking(self, who: Teammate) -> AsyncGenerator[Ears]:
        """It has heard and acknowledged all so far, and listens."""
        await self.tell(who, "Listen")
        async with listening(who) as ears:
            while (await ears.hear())["message"] != {"body": "Listen"}:
                pass
            await who.do("acknowledge")
            yield ears

    async def heard_nothing(self, who: Teammate, ears: Ears) -> None:
        """Inboxes have one order: had anything been told before this word, it would come first."""
        await self.tell(who, "And now?")
        item = await ears.hear()
        assert item["message"] == {"body": "And now?"}, item


@pytest.fixture
async def team(admin: Client, other_server: tuple[str, str]) -> AsyncGenerator[Team]:
    room = f"losses-{next(_numbers)}"
    async with AsyncExitStack() as stack:
        boss = await stack.enter_async_context(Teammate(admin.url, admin.token))
        await boss.do("createRoom", name=room, settings=FREE)
        ann = await boss.hire(f"ann-of-{room}", room)
        bob, eve = [await boss.hire(f"{name}-of-{room}", room, at=other_server[0]) for name in ("bob", "eve")]
        for one in (ann, bob, eve):
            await stack.enter_async_context(one)
        yield Team(ann, bob, eve)


async def waits(who: Teammate, **asked: object) -> Any:
    return (await who.execute(WAITS, **asked))["inbox"]


async def test_two_messages_that_differ_only_in_an_id_are_both_delivered(team: Team) -> None:
    one, other = await team.make(), await team.make()
    said = [f"{one} is ready", f"{other} is ready", f"{other} is ready"]
    async with team.waking(team.bob) as ears:
        for body in said:
            await team.tell(team.bob, body)

        assert [await ears.text() for _ in said] == said


async def test_two_messages_that_differ_only_in_a_name_are_both_delivered(team: Team) -> None:
    async with team.waking(team.bob) as bob, team.waking(team.eve) as eve:
        for who in (team.bob, team.eve):
            await team.say(f"Please review, @{who.name}")
            await team.tell(who, "Please review")

        for who, ears in ((team.bob, bob), (team.eve, eve)):
            assert [await ears.text() for _ in range(2)] == [f"Please review, @{who.name}", "Please review"]


async def test_reading_three_of_fifteen_leaves_twelve(team: Team) -> None:
    said = [f"@{team.bob.name} {number}" for number in range(15)]
    for body in said:
        await team.say(body)

    # Whoever only reads, by pages or as they are pushed, has dealt with nothing.
    page = (await waits(team.bob, first=3))["nodes"]
    async with listening(team.bob) as ears:
        assert [await ears.text() for _ in range(3)] == said[:3]
    assert (await waits(team.bob))["totalCount"] == 15
    assert await team.bob.do("acknowledge", items=[item["id"] for item in page]) == 3

    left = await waits(team.bob)
    assert left["totalCount"] == 12
    assert [item["message"]["body"] for item in left["nodes"]] == said[3:]
    async with listening(team.bob) as ears:
        assert [await ears.text() for _ in range(12)] == said[3:]
    assert (await waits(team.bob, unacknowledged=False))["totalCount"] == 15
    assert (await team.bob.do("heartbeat", "unacknowledged")) == {"unacknowledged": 12}


async def test_a_mention_survives_any_number_of_later_messages(team: Team) -> None:
    await team.say(f"@{team.bob.name}: the key is under the mat")

    await asyncio.gather(*(team.say(f"@{team.eve.name} {number}") for number in range(120)))
    await asyncio.gather(*(team.say(f"@{team.bob.name} {number}") for number in range(120)))

    first = (await waits(team.bob, first=1))["nodes"]
    assert first[0]["message"]["body"] == f"@{team.bob.name}: the key is under the mat"
    async with listening(team.bob) as ears:
        heard = [await ears.text() for _ in range(121)]
    assert heard[0] == f"@{team.bob.name}: the key is under the mat"
    assert sorted(heard[1:]) == sorted(f"@{team.bob.name} {number}" for number in range(120))


async def test_a_message_to_an_offline_agent_is_there_when_it_wakes(team: Team) -> None:
    task = await team.make()
    await team.tell(team.bob, "Wake up")
    await team.ann.do("assignTask", task=task, assignee=team.bob.name)
    for number in range(20):
        await team.say(str(number))
    await team.say(f"@{team.bob.name}?")
    seen = await team.ann.execute("query ($who: ID!) { agent(agent: $who) { presence } }", who=team.bob.name)
    assert seen["agent"] == {"presence": "OFFLINE"}

    async with listening(team.bob) as ears:
        assert [await ears.kind() for _ in range(3)] == [("DIRECT", None), ("ASSIGNED", task), ("MENTION", None)]


async def test_what_was_superseded_while_an_agent_slept_is_not_told(team: Team) -> None:
    old = (await team.ann.do("sendMessage", channel="general", body=f"@{team.bob.name}: at 3"))["id"]
    await team.ann.do("sendMessage", channel="general", body=f"@{team.bob.name}: at 4", supersedes=old)

    async with listening(team.bob) as ears:
        assert await ears.text() == f"@{team.bob.name}: at 4"
        await team.heard_nothing(team.bob, ears)


async def test_an_agent_is_not_woken_by_what_it_does_itself(team: Team) -> None:
    blocker, task = await team.make(), await team.make()
    async with team.waking(team.bob) as ears:
        await team.bob.do("addComment", on=task, body=f"@{team.bob.name}: look again tomorrow")
        await team.bob.do("sendMessage", channel="general", body=f"@{team.bob.name} says so")
        await team.bob.do("assignTask", task=task, assignee=team.bob.name, reviewer=team.bob.name)
        await team.bob.do("addDependency", "kind", task=task, dependsOn=blocker)
        await team.finish(team.bob, blocker)
        await team.finish(team.bob, task)

        await team.heard_nothing(team.bob, ears)


async def test_an_agent_is_not_woken_about_a_task_that_is_finished(team: Team) -> None:
    blocker, given_up, done = [await team.make() for _ in range(3)]
    for task in (given_up, done):
        await team.ann.do("assignTask", task=task, assignee=team.bob.name)
    await team.ann.do("addDependency", "kind", task=given_up, dependsOn=blocker)
    await team.ann.do("cancelTask", task=given_up, reason="Not needed")
    await team.ann.do("addDependency", "kind", task=done, dependsOn=blocker)
    async with team.waking(team.bob) as ears:
        await team.finish(team.ann, blocker)
        assert await ears.kind() == ("UNBLOCKED", done)
        await team.finish(team.bob, done)

        for task in (given_up, done):
            await team.ann.do("addComment", on=task, body="It is over")
        await team.ann.do("reopenTask", task=blocker, reason="Once more")
        await team.finish(team.ann, blocker)

        await team.heard_nothing(team.bob, ears)


async def test_who_waits_for_several_is_woken_once_by_the_last(team: Team) -> None:
    blockers = [await team.make() for _ in range(3)]
    task = await team.make(assignee=team.bob.name, dependsOn=blockers)
    async with team.waking(team.bob) as ears:
        for blocker in blockers:
            await team.finish(team.ann, blocker)

        told = await ears.hear()
        assert (told["kind"], told["task"]) == ("UNBLOCKED", {"id": task})
        assert blockers[-1] in told["summary"]
        await team.heard_nothing(team.bob, ears)


@pytest.mark.parametrize("verdict", ["APPROVED", "CHANGES_REQUESTED"])
async def test_approval_and_rejection_both_wake_the_author(team: Team, verdict: str) -> None:
    task = await team.make()
    async with team.waking(team.bob) as ears:
        await team.bob.do("claimTask", "lease { fence }", task=task)
        await team.bob.do("submitTask", task=task, summary="Done")
        await team.ann.do("reviewTask", task=task, verdict=verdict, comment=f"@{team.bob.name}: see for yourself")

        assert await ears.kind() == (verdict, task)
        await team.heard_nothing(team.bob, ears)


async def test_two_sessions_of_an_agent_share_its_inbox(team: Team) -> None:
    """One at each server: both are told, and what one has dealt with the other is not told any more."""
    async with Teammate(team.ann.url, team.bob.token, team.bob.name) as night:
        for number in range(3):
            await team.tell(team.bob, str(number))
        async with listening(team.bob) as one, listening(night) as other:
            heard = [await one.hear() for _ in range(3)]
            assert [await other.hear() for _ in range(3)] == heard

            await team.bob.do("acknowledge", upTo=heard[1]["id"])
            await team.tell(team.bob, "3")
            assert await one.text() == await other.text() == "3"

        known = (await waits(night, unacknowledged=False))["nodes"]
        assert [item["acknowledgedAt"] is not None for item in known] == [True, True, False, False]
        async with listening(night) as other:
            assert [await other.text() for _ in range(2)] == ["2", "3"]


async def test_steady_traffic_delays_nobody(team: Team) -> None:
    """Where streams wait for a lull before they push, this would never end."""
    async with team.waking(team.bob) as ears:
        await team.tell(team.bob, "Now")
        hearing = asyncio.ensure_future(ears.text())
        async with asyncio.timeout(PATIENCE_S):
            while not hearing.done():
                await team.say("Never a lull")

        assert await hearing == "Now"
