"""A restart of the server takes work from nobody; who stays silent after it loses its work in the end."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.commands import Server
from tests.e2e.team import Agent, hire, make_room, read_log
from tests.size import long

LEASE_S = 4

CREATE = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
CLAIM = "mutation($input: ClaimTaskInput!) { claimTask(input: $input) { lease { fence } } }"
BEAT = "mutation { heartbeat { leases { task { id } fence } lost { id } } }"
TASK = "query($id: ID!) { task(id: $id) { status attempts lease { fence agent { name } } } }"


async def beat(agent: Agent) -> tuple[list[tuple[str, int]], list[str]]:
    """The tasks that a heartbeat renewed with their fences, and those that it finds lost."""
    pulse = (await agent.ask(BEAT))["heartbeat"]
    return [(one["task"]["id"], one["fence"]) for one in pulse["leases"]], [task["id"] for task in pulse["lost"]]


@long
async def test_a_server_that_was_down_for_longer_than_a_lease_takes_nothing_back(tmp_path: Path) -> None:
    async with httpx.AsyncClient() as http:
        with Server("--data-dir", tmp_path) as server:
            admin = Agent((tmp_path / "admin-token").read_text().strip(), [server.url], http)
            await make_room(admin, "web", leaseSeconds=LEASE_S, archiveAfterSeconds=None)
            agents = [await hire(admin, name, "web", [server.url]) for name in ("beating", "silent")]
            tasks: list[str] = []
            for agent in agents:
                task = (await admin.ask(CREATE, input={"title": "Task", "room": "web"}))["createTask"]["id"]
                claimed = await agent.ask(CLAIM, input={"task": task})
                assert claimed["claimTask"]["lease"]["fence"] == 1
                await beat(agent)
                tasks.append(task)
            server.stop(signal.SIGKILL)

        await asyncio.sleep(LEASE_S + 1)

        with Server("--data-dir", tmp_path) as server:
            for agent in (admin, *agents):
                agent.urls = [server.url]
            beating, kept, lost = agents[0], tasks[0], tasks[1]
            assert await beat(beating) == ([(kept, 1)], [])
            while (await state(admin, lost))["status"] == "DOING":
                assert await beat(beating) == ([(kept, 1)], [])
                await asyncio.sleep(0.5)
            assert await state(admin, lost) == {"status": "TODO", "attempts": 1, "lease": None}
            assert await state(admin, kept) == {
                "status": "DOING",
                "attempts": 0,
                "lease": {"fence": 1, "agent": {"name": "beating"}},
            }
            assert await beat(agents[1]) == ([], [lost])
            reclaimed = await read_log(admin, "web", "TASK_RECLAIMED")
            assert [(event["task"]["id"], event["data"]["reason"]) for event in reclaimed] == [(lost, "expired")]
            assert server.stop() == 0


async def state(admin: Agent, task: str) -> dict[str, Any]:
    """What everybody sees of the task."""
    found: dict[str, Any] = (await admin.ask(TASK, id=task))["task"]
    return found
