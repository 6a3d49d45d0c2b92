"""What happens at one server process is pushed to who listens at another: words, who is here, and what they do."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.client import Client
from tests.e2e.teammate import Teammate
from tests.patience import PATIENCE_S

SENT = """subscription ($channel: String, $after: String) {
  messageSent(channel: $channel, after: $after) { cursor message { body } } }"""
COMES_AND_GOES = """subscription ($after: String) { presenceChanged(after: $after) {
  cursor agent { name } presence previous activity { kind note } } }"""

_numbers = itertools.count()


@dataclass
class Team:
    """Ann and eve act at one server; bob listens at another. `begin` is where the log stood."""

    ann: Teammate
    eve: Teammate
    bob: Teammate
    begin: str


@pytest.fixture
async def team(admin: Client, other_server: tuple[str, str]) -> AsyncGenerator[Team]:
    room = f"push-{next(_numbers)}"
    settings = {"requireDoneCriteria": False, "idleAfterSeconds": 2, "offlineAfterSeconds": 1000}
    async with Teammate(admin.url, admin.token) as boss:
        await boss.do("createRoom", name=room, settings=settings)
        hired = [
            await boss.hire(f"{name}-of-{room}", room, at=at)
            for name, at in (("ann", None), ("eve", None), ("bob", other_server[0]))
        ]
    async with hired[0] as ann, hired[1] as eve, hired[2] as bob:
        yield Team(ann, eve, bob, (await bob.execute("{ briefing { cursor } }"))["briefing"]["cursor"])


async def heard(stream: AsyncGenerator[dict[str, Any]]) -> Any:
    """The next payload."""
    async with asyncio.timeout(PATIENCE_S):
        return next(iter((await anext(stream)).values()))


async def test_words_are_pushed_to_those_whom_they_are_for(team: Team) -> None:
    await team.ann.do("sendMessage", channel="general", body="Before")
    async with aclosing(team.bob.subscribe(SENT, after=team.begin)) as sent:
        assert (await heard(sent))["message"] == {"body": "Before"}

        await team.ann.do("sendMessage", to=[team.eve.name], body="Between two others")
        await team.ann.do("sendMessage", to=[team.bob.name], body="To one")
        await team.eve.do("sendMessage", channel="ops", body="To all")
        last = [await heard(sent) for _ in range(2)]

    assert [one["message"]["body"] for one in last] == ["To one", "To all"]
    async with aclosing(team.bob.subscribe(SENT, channel="general", after=last[0]["cursor"])) as general:
        await team.ann.do("sendMessage", channel="shipping", body="Elsewhere")
        await team.ann.do("sendMessage", channel="general", body="Here")
        assert (await heard(general))["message"] == {"body": "Here"}


async def test_who_comes_and_falls_silent_is_pushed(team: Team) -> None:
    async with aclosing(team.bob.subscribe(COMES_AND_GOES, after=team.begin)) as seen:
        await team.ann.execute("{ me { id } }")

        changes = [await heard(seen)]
        while changes[-1]["agent"] != {"name": team.ann.name} or changes[-1]["presence"] != "IDLE":
            changes.append(await heard(seen))

    of_ann = [(one["previous"], one["presence"]) for one in changes if one["agent"] == {"name": team.ann.name}]
    assert of_ann == [("OFFLINE", "ONLINE"), ("ONLINE", "IDLE")]


async def test_an_open_socket_keeps_its_session_online(team: Team) -> None:
    """It says nothing for longer than it takes to be idle; its other session, which does as little, is idle then."""
    sessions = "query ($who: ID!) { agent(agent: $who) { presence sessions { label presence } } }"
    await team.ann.do("heartbeat", "session { id }", session="day")
    async with aclosing(team.ann.subscribe(SENT, session_name="night")) as open_socket:
        listening = asyncio.ensure_future(anext(open_socket))
        async with asyncio.timeout(PATIENCE_S):
            while True:
                ann = (await team.bob.execute(sessions, who=team.ann.name))["agent"]
                found = {session["label"]: session["presence"] for session in ann["sessions"]}
                if found == {"day": "IDLE", "night": "ONLINE"}:
                    break
                await asyncio.sleep(0.2)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    # The best of its sessions is what the agent is.
    assert ann["presence"] == "ONLINE"


async def test_what_an_agent_does_is_pushed_and_fades_by_itself(team: Team) -> None:
    async with aclosing(team.bob.subscribe(COMES_AND_GOES, after=team.begin)) as seen:
        await team.ann.execute("{ me { id } }")
        while (await heard(seen))["agent"] != {"name": team.ann.name}:
            pass

        said: list[dict[str, Any]] = [{"kind": "THINKING", "note": "Hm"}, {"kind": "TYPING", "note": None}]
        for activity in said:
            await team.ann.do("setActivity", ttlSeconds=60, **activity)
            assert (await _of_ann(team, seen))["activity"] == activity
        await team.ann.do("setActivity", kind="WAITING", ttlSeconds=1)
        faded = await _of_ann(team, seen)
        while faded["activity"] is not None:
            faded = await _of_ann(team, seen)

    log = await team.bob.execute(
        "query ($after: String) { events(after: $after) { nodes { cursor kind } } }", after=team.begin
    )
    assert {event["kind"] for event in log["events"]["nodes"]} == {"PRESENCE_CHANGED"}
    assert faded["cursor"] in {event["cursor"] for event in log["events"]["nodes"]}


async def _of_ann(team: Team, seen: AsyncGenerator[dict[str, Any]]) -> Any:
    """The next change of what ann does; others, and her presence, may change meanwhile."""
    while True:
        change = await heard(seen)
        if change["agent"] == {"name": team.ann.name} and change["presence"] == change["previous"]:
            return change
