"""A team that has nothing but the tools: a planner, a worker and a reviewer, at two server processes."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from tests.api.mcp.mcp_client import MCP, NEW, OLD
from tests.api.server_fixture import serving


@dataclass
class Team:
    planner: MCP
    worker: MCP
    reviewer: MCP


@pytest.fixture
async def team(database_url: str) -> AsyncGenerator[Team]:
    async with serving(database_url) as here, serving(database_url) as there:
        yield Team(
            MCP(here, await here.newcomer("planner"), NEW),
            MCP(there, await there.newcomer("worker"), OLD),
            MCP(here, await here.newcomer("reviewer"), OLD),
        )


async def test_a_planner_and_a_worker_get_a_plan_done(team: Team) -> None:
    waiting = asyncio.create_task(team.worker.done("check_in", waitSeconds=30))
    planned = await team.planner.done(
        "plan_tasks",
        objective="Ship the parser",
        keyResults=[{"title": "p99", "target": 5, "start": 40, "unit": "ms"}],
        tasks=[
            {"ref": "parse", "title": "Write the parser", "criteria": ["Its tests pass", "It is documented"],
             "track": "parser", "instructions": "Keep it small", "assignee": "worker", "reviewer": "reviewer"},
            {"ref": "tune", "title": "Make it fast", "criteria": ["p99 below 5 ms"], "track": "parser",
             "assignee": "worker", "reviewer": "reviewer"},
        ],
        key="plan-1",
    )  # fmt: skip
    first, second = planned.ids("T")
    woken = await asyncio.wait_for(waiting, 10)
    assert f"ASSIGNED {first}" in woken.text

    await team.worker.done("check_in", ack=["all"])
    await team.planner.done("remember", scope=first, key="where", value={"file": "parser.py"})
    waiting = asyncio.create_task(team.worker.done("check_in", waitSeconds=30))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    sent = asyncio.get_running_loop().time()
    told = await team.planner.done("send_message", to=["worker"], body="Start with the lexer, please")
    woken = await waiting
    assert asyncio.get_running_loop().time() - sent < 1
    assert f"DIRECT {told.ids('M')[0]} from @planner" in woken.text
    assert "> Start with the lexer, please" in woken.lines

    acknowledged = await team.worker.done("check_in", ack=woken.ids("I"))
    assert acknowledged.ids("I") == []
    claimed = await team.worker.done("claim_task", key="claim-1")
    assert claimed.ids("T") == [first]
    for line in ("> Keep it small", '> "where": {"file":"parser.py"}', "> Ship the parser"):
        assert line in claimed.lines
    # The other one is behind it on its track, whoever asks for it.
    assert await team.worker.refused("claim_task", task=second) == "NOT_READY"

    await team.worker.done("update_task", task=first, progress="The lexer stands", notes="The grammar is in parser.py")
    criteria = [{"id": one, "met": True, "evidence": "CI run 17"} for one in claimed.ids("Q")]
    handed_in = await team.worker.done(
        "submit_task", task=first, summary="It parses", criteria=criteria,
        artifacts=[{"kind": "PULL_REQUEST", "url": "https://example.org/pull/5"}],
        reflection={"worked": "Small steps", "didNotWork": "The first grammar", "tags": ["grammar"]},
    )  # fmt: skip
    assert "VALIDATING" in handed_in.lines[0]

    review = await team.reviewer.done("claim_task", kind="review")
    assert review.ids("T") == [first]
    assert "> CI run 17" in review.lines
    back = await team.reviewer.done(
        "review_task", task=first, verdict="changes", comment="Say it in the README", rejected=claimed.ids("Q")[1:]
    )
    assert "TODO" in back.lines[0]

    again = await team.worker.done("claim_task")
    assert again.ids("T") == [first]
    assert "> Say it in the README" in again.lines
    assert f"{claimed.ids('Q')[1]} not accepted by the reviewer" in again.lines
    await team.worker.done("submit_task", task=first, summary="With a README", criteria=criteria)
    approved = await team.reviewer.done("review_task", task=first, verdict="approve", comment="Good")
    assert "DONE" in approved.lines[0]

    last = await team.worker.done("check_in", ack=["all"])
    assert f'Next: claim_task {{"task":"{second}"}}' in last.lines
    assert (await team.worker.done("claim_task")).ids("T") == [second]
    tree = await team.planner.done("look_up", view="tree")
    assert "1 of 2 tasks done" in tree.text
    assert "> p99 ms" in tree.lines
