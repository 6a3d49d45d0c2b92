"""Calls that come twice: with their key nothing is done twice, and what a holder repeats is safe."""

from typing import Any

from tests.api.mcp.mcp_client import MCP
from tests.api.server_fixture import Live

MADE = ("task", "objective", "key_result", "message", "comment", "review", "reflection", "proposal", "inbox_item")


async def state(live: Live) -> Any:
    """How much there is of what tools make, beside presence."""
    counts = {table: await live.database.fetchval(f"select count(*) from {table}") for table in MADE}  # noqa: S608
    events = await live.database.fetchval("select count(*) from event where kind <> 'PRESENCE_CHANGED'")
    return counts | {"events": events}


async def test_a_retried_call_with_its_key_does_nothing_twice(live: Live) -> None:
    ann, bob = MCP(live, await live.newcomer("ann")), MCP(live, await live.newcomer("bob"))
    plan = {
        "objective": "Ship it",
        "keyResults": [{"title": "p99", "target": 5}],
        "tasks": [{"ref": "a", "title": "A", "criteria": ["x"]}, {"title": "B", "after": ["a"]}],
    }
    calls: list[tuple[MCP, str, dict[str, Any], dict[str, Any]]] = [
        (ann, "plan_tasks", plan | {"key": "k"}, {"objective": "Other"}),
        (ann, "send_message", {"to": ["#general"], "body": "@bob: go", "key": "k"}, {"body": "Other"}),
        (ann, "send_message", {"to": ["bob"], "body": "Go", "key": "d"}, {"body": "Other"}),
        (bob, "claim_task", {"key": "k"}, {"leaseMinutes": 5}),
    ]
    for client, tool, arguments, other in calls:
        first = await client.done(tool, **arguments)
        before = await state(live)
        second = await client.done(tool, **arguments)

        assert (second.ids("T"), second.ids("M")) == (first.ids("T"), first.ids("M"))
        assert await state(live) == before
        assert await client.refused(tool, **(arguments | other)) == "IDEMPOTENCY_MISMATCH"
    left = await live.database.fetchval("select count(*) from objective where status <> 'CANCELLED'")
    assert left == 1


async def test_a_plan_that_is_refused_leaves_nothing_open(live: Live) -> None:
    ann = MCP(live, await live.newcomer("ann"))
    tasks = [{"title": "A", "resources": ["staging"]}]

    assert await ann.refused("plan_tasks", objective="Ship it", tasks=tasks, key="k") != "OK"
    assert await live.database.fetchval("select count(*) from task") == 0
    assert await live.database.fetchval("select count(*) from objective where status <> 'CANCELLED'") == 0

    await ann.done("goalroom_graphql", query='mutation { defineResource(input: {name: "staging"}) { id } }')
    made = await ann.done("plan_tasks", objective="Ship it", tasks=tasks, key="k")
    assert await live.database.fetchval("select count(*) from objective where status = 'ACTIVE'") == 1
    assert (await ann.done("plan_tasks", objective="Ship it", tasks=tasks, key="k")).ids("T") == made.ids("T")


async def test_what_a_holder_repeats_without_a_key_is_safe(live: Live) -> None:
    ann, bob = MCP(live, await live.newcomer("ann")), MCP(live, await live.newcomer("bob"))
    [task, other] = (await ann.done("plan_tasks", tasks=[{"title": "A"}, {"title": "B", "criteria": ["y"]}])).ids("T")
    criteria: list[str] = []

    async def twice(client: MCP, tool: str, **arguments: Any) -> None:
        first = await client.done(tool, **arguments)
        criteria.extend(first.ids("Q"))
        before = await state(live)
        second = await client.done(tool, **arguments)
        assert second.ids("T")[:1] == first.ids("T")[:1]
        assert (tool, await state(live)) == (tool, before)

    await twice(bob, "claim_task", task=task, criteria=["It holds"])
    await twice(bob, "block_task", task=task, on=[other], reason="Needs B")
    await ann.done(
        "goalroom_graphql", query=f'mutation {{ cancelTask(input: {{task: "{other}", reason: "No"}}) {{ id }} }}'
    )
    await bob.done("claim_task", task=task)
    await twice(bob, "block_task", task=task, question="Drop it?", options=["drop", "keep"])
    proposal = await live.database.fetchval("select 'D' || id from proposal")
    withdraw = f'mutation {{ withdrawProposal(input: {{proposal: "{proposal}"}}) {{ id }} }}'
    await bob.done("goalroom_graphql", query=withdraw)
    await bob.done("claim_task", task=task)
    await twice(bob, "release_task", task=task, done="Half", pending="Half")
    await ann.done("claim_task", task=task)
    await twice(ann, "release_task", task=task, done="Half", pending="The rest", assignee="bob")
    await bob.done("claim_task", task=task)
    results = [{"id": one, "met": True} for one in criteria[:1]]
    await twice(
        bob, "submit_task", task=task, summary="It is", criteria=results, reflection={"worked": "w", "change": "c"}
    )
    await twice(ann, "claim_task", kind="review", task=task)
    await twice(ann, "review_task", task=task, verdict="changes", comment="More")
    await bob.done("claim_task", task=task)
    await bob.done("submit_task", task=task, summary="Done now", criteria=results)
    await twice(ann, "review_task", task=task, verdict="approve")
    await twice(bob, "remember", scope="me", key="k", value=None)
