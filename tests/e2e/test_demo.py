"""`goalroom demo` as its visitor meets it: a process, its agents, and what the room's log says of them."""

import asyncio
import json
import re
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.client import Client
from tests.e2e.commands import Demo, Server, run
from tests.size import long

TOKEN = "gr_" + "d" * 40
FOLLOW = """subscription($room: ID, $after: String) { events(room: $room, after: $after) {
  kind actor { name } task { id } objective { title parent: ancestors { id } } data } }"""
WEBHOOKS = '{ room(room: "demo") { webhooks { lastStatus } } }'
LOG = "query($room: ID) { events(room: $room, last: 200) { nodes { id kind } } }"

# What the demo must show, each by an event that proves it.
EVENTS: dict[str, Callable[[Any], object]] = {
    "a claim": lambda event: event["kind"] == "TASK_CLAIMED",
    "a note": lambda event: event["kind"] == "TASK_UPDATED" and "notes" in event["data"]["changes"],
    "a word of progress": lambda event: event["kind"] == "COMMENT_ADDED" and event["data"]["kind"] == "PROGRESS",
    "an approval": lambda event: event["kind"] == "TASK_REVIEWED" and event["data"]["verdict"] == "APPROVED",
    "a rejection": lambda event: event["kind"] == "TASK_REVIEWED" and event["data"]["verdict"] == "CHANGES_REQUESTED",
    "a lost lease": lambda event: event["kind"] == "TASK_RECLAIMED" and event["data"]["reason"] == "expired",
    "an outage": lambda event: event["kind"] == "RESOURCE_CHANGED" and event["data"]["breaker"] == "OPEN",
    "a repair": lambda event: event["kind"] == "RESOURCE_CHANGED" and event["data"]["breaker"] == "HALF_OPEN",
    "a handover": lambda event: event["kind"] == "TASK_RELEASED",
    "a cleared way": lambda event: event["kind"] == "TASK_UNBLOCKED" and event["data"]["clearedBy"],
    "a memory": lambda event: event["kind"] == "MEMORY_WRITTEN",
    "a vote": lambda event: event["kind"] == "VOTE_CAST",
    "a vote of the team": lambda event: (
        event["kind"] == "PROPOSAL_CLOSED" and "rows of their own" in event["data"]["counts"]
    ),
    "a question to a person": lambda event: event["kind"] == "PROPOSAL_OPENED" and event["data"]["kind"] == "APPROVAL",
    "what nobody answered": lambda event: event["kind"] == "PROPOSAL_CLOSED" and event["data"]["byDefault"],
    "something learned": lambda event: event["kind"] == "REFLECTION_ADDED",
    "an insight": lambda event: event["kind"] == "INSIGHT_FOUND",
    "an insight that becomes work": lambda event: event["kind"] == "INSIGHT_CLOSED" and event["data"]["task"],
    "a schedule": lambda event: event["kind"] == "SCHEDULE_CHANGED",
    "a webhook": lambda event: event["kind"] == "WEBHOOK_CHANGED",
    "a subagent": lambda event: event["kind"] == "AGENT_JOINED" and "-t" in event["data"]["name"],
    "a goal reached": lambda event: event["kind"] == "OBJECTIVE_FINISHED" and not event["objective"]["parent"],
}


@pytest.fixture
def options(empty_database: str, tmp_path: Path) -> tuple[str, ...]:
    return ("--data-dir", str(tmp_path / "home"), "--database-url", empty_database)


async def the_room(client: Client) -> str:
    """The id of the demo's room, once it is there."""
    while True:
        for room in (await client.execute("{ rooms { id name } }"))["rooms"]:
            if room["name"] == "demo":
                return str(room["id"])
        await asyncio.sleep(0.05)


async def events_of_demo(client: Client) -> AsyncGenerator[dict[str, Any]]:
    """The log of the demo's room, from its beginning and on."""
    room = await the_room(client)
    async with aclosing(client.subscribe(FOLLOW, room=room, after=f"{room}.0")) as events:
        async for event in events:
            yield event["events"]


async def called_tools(demo: Demo) -> set[str]:
    """The tools of MCP that were called without being refused: by half of the workers."""
    async with httpx.AsyncClient() as http:
        page = (await http.get(f"{demo.url}/metrics")).text
    return set(re.findall(r'goalroom_mcp_calls_total\{code="OK",tool="(\w+)"\}', page))


def complaints(demo: Demo) -> list[str]:
    """What stands on standard error beside the server's own coming and going."""
    lines = [json.loads(line) for line in demo.said().splitlines()]
    return [line["message"] for line in lines if line["level"] != "info"]


async def test_the_demo_shows_everything_and_leaves_other_rooms_alone(options: tuple[str, ...]) -> None:
    with Server(*options, GOALROOM_ADMIN_TOKEN=TOKEN) as server:
        async with Client(server.url, TOKEN) as admin:
            await admin.execute('mutation { createRoom(input: {name: "other"}) { id } }')
            await admin.execute('mutation { registerAgent(input: {name: "juno", rooms: ["other"]}) { token } }')
            await admin.execute('mutation { createTask(input: {room: "other", title: "Ours"}) { id } }')
            before = [await admin.execute(LOG, room=room) for room in ("main", "other")]

    with Demo(*options, "--speed", "80", GOALROOM_ADMIN_TOKEN=TOKEN) as demo:
        async with Client(demo.url, TOKEN) as admin, asyncio.timeout(120), aclosing(events_of_demo(admin)) as events:
            missing, actors = set(EVENTS), set[str]()
            async for event in events:
                missing -= {name for name in missing if EVENTS[name](event)}
                actors |= {event["actor"]["name"]} if event["actor"] else set()
                if not missing:
                    break
            after = [await admin.execute(LOG, room=room) for room in ("main", "other")]
            webhooks = (await admin.execute(WEBHOOKS))["room"]["webhooks"]
            counted = await called_tools(demo)
        agents = demo.agents()
        status = demo.stop(signal.SIGTERM)
        _, left = psutil.wait_procs(agents, timeout=10)
        said, all_said = complaints(demo), demo.said()

    assert missing == set()
    assert {"juno-demo", "otto", "mara", "atlas"} <= actors
    assert "juno" not in actors
    assert after == before
    assert [webhook["lastStatus"] for webhook in webhooks] == [204]
    assert {"check_in", "claim_task", "update_task", "submit_task", "goalroom_graphql"} <= counted
    assert '"the webhook\'s receiver was told"' in all_said
    assert (status, left, said) == (0, [], [])
    assert len(agents) >= 6


@long
async def test_agents_end_with_a_killed_demo_and_the_next_demo_goes_on(options: tuple[str, ...]) -> None:
    with Demo(*options, "--speed", "40", "--agents", "4", GOALROOM_ADMIN_TOKEN=TOKEN) as demo:
        async with Client(demo.url, TOKEN) as admin, asyncio.timeout(60), aclosing(events_of_demo(admin)) as events:
            claimed = [event async for event in _until(events, "TASK_CLAIMED")]
        agents = demo.agents()
        demo.stop(signal.SIGKILL)
        _, left = psutil.wait_procs(agents, timeout=10)

    assert left == []
    assert len(agents) == 5

    with Demo(*options, "--speed", "40", "--agents", "4", GOALROOM_ADMIN_TOKEN=TOKEN) as demo:
        async with Client(demo.url, TOKEN) as admin, asyncio.timeout(60), aclosing(events_of_demo(admin)) as events:
            again = [event async for event in _until(events, "TASK_DONE")]
        assert demo.stop(signal.SIGINT) == 0
        said = complaints(demo)

    assert again[: len(claimed)] == claimed
    goals = [event for event in again if event["kind"] == "OBJECTIVE_CREATED" and not event["objective"]["parent"]]
    assert len(goals) == 1
    assert said == []


async def test_a_room_of_that_name_which_is_somebody_elses_is_left_alone(options: tuple[str, ...]) -> None:
    with Server(*options, GOALROOM_ADMIN_TOKEN=TOKEN) as server:
        async with Client(server.url, TOKEN) as admin:
            await admin.execute('mutation { createRoom(input: {name: "demo", title: "Ours"}) { id } }')
            before = await admin.execute(LOG, room="demo")

            refused = run("demo", "--port", "0", *options, GOALROOM_ADMIN_TOKEN=TOKEN)

            assert await admin.execute(LOG, room="demo") == before
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(
        "goalroom: The room 'demo' exists already, and this command did not create it"
    )


async def _until(events: AsyncGenerator[dict[str, Any]], kind: str) -> AsyncGenerator[dict[str, Any]]:
    async for event in events:
        yield event
        if event["kind"] == kind:
            return
