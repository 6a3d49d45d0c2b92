"""What the server writes to #blockers and #shipping, and what it doesn't."""

from typing import Any

import pytest

from tests.api.schema_client import Actor

MESSAGES = """query ($channel: String!) { room { messages(channel: $channel) { nodes {
    body from { name } mentions { id } unknownMentions refs { ... on Task { id } } } } } }"""


async def said(actor: Actor, channel: str) -> list[dict[str, Any]]:
    """All that stands in the channel."""
    messages = (await actor.see(MESSAGES, channel=channel))["room"]["messages"]["nodes"]
    for message in messages:
        assert (message["from"], message["mentions"], message["unknownMentions"]) == (None, [], [])
    return [{"body": message["body"], "refs": [one["id"] for one in message["refs"]]} for message in messages]


async def test_blockers_hears_of_a_block_once(ann: Actor, bob: Actor) -> None:
    other, task = await ann.make("Base"), await ann.make("For @ann")
    await bob.claim(task)

    await bob.do("blockTask", task=task, reason="Ask @ann and @nobody", dependsOn=[other])
    assert (await bob.refused("blockTask", task=task, reason="Again"))["code"] == "WRONG_STATUS"
    await ann.finish(other)
    first = await said(ann, "blockers")
    await bob.claim(task)
    await bob.do("blockTask", task=task, reason="Stuck again")

    words = f"{task} 'For @ann' of bob is blocked.\nAsk @ann and @nobody\nWaits for {other} 'Base'."
    assert first == [{"body": words, "refs": [task, other]}]
    assert (await said(ann, "blockers"))[1:] == [
        {"body": f"{task} 'For @ann' of bob is blocked.\nStuck again", "refs": [task]}
    ]
    assert (await ann.see("{ inbox { totalCount } }"))["inbox"]["totalCount"] == 0


async def test_blockers_hears_nothing_of_a_block_that_is_over_at_once(ann: Actor, bob: Actor) -> None:
    other, task = await ann.make(), await ann.make()
    await ann.finish(other)
    await bob.claim(task)

    await bob.do("blockTask", task=task, reason="w", dependsOn=[other])

    assert await said(ann, "blockers") == []


@pytest.mark.parametrize("reviewed", [False, True])
async def test_shipping_hears_of_what_went_out(ann: Actor, bob: Actor, *, reviewed: bool) -> None:
    task, plain = await ann.make("Ship it"), await ann.make("Plain")
    artifacts = [
        {"kind": "PULL_REQUEST", "url": "https://git.example/pr/1", "title": "For @bob"},
        {"kind": "COMMIT", "url": "https://git.example/c/1"},
        {"kind": "RELEASE", "url": "https://git.example/r/1"},
        {"kind": "DEPLOY", "url": "https://site.example"},
    ]
    hand_in = "submitTask" if reviewed else "completeTask"
    for one, came in ((task, artifacts), (plain, artifacts[1:2])):
        await ann.claim(one)
        await ann.do(hand_in, task=one, summary="Done", artifacts=came)
        if reviewed:
            assert await said(ann, "shipping") == []

    if reviewed:
        for one in (plain, task):
            await bob.do("reviewTask", task=one, verdict="APPROVED")

    assert await said(ann, "shipping") == [
        {
            "body": f"{task} 'Ship it' by ann is done.\n- pull request: For @bob https://git.example/pr/1\n"
            "- release: https://git.example/r/1\n- deploy: https://site.example",
            "refs": [task],
        }
    ]


async def test_discovered_work_stays_in_the_tree(ann: Actor, root: Actor) -> None:
    goal, other = [(await ann.do("createObjective", title="Goal"))["id"] for _ in range(2)]
    source = await ann.make(objective=goal)
    parent = await ann.make(objective=other)
    place = "objective { id }"

    made = [
        await ann.do("createTask", place, title="Found", discoveredFrom=source),
        await ann.do("createTask", place, title="Found", discoveredFrom=source, objective=other),
        await ann.do("createTask", place, title="Found", discoveredFrom=source, parent=parent),
        (await ann.do("createTasks", place, tasks=[{"task": {"title": "Found", "discoveredFrom": source}}]))[0],
    ]
    await root.do("createRoom", name="side")
    elsewhere = await root.do("createTask", "room { name }", title="Found", discoveredFrom=source)
    await ann.do("updateObjective", id=goal, status="CANCELLED")
    late = await ann.do("createTask", place, title="Found", discoveredFrom=source)

    assert [one["objective"]["id"] for one in made] == [goal, other, other, goal]
    assert elsewhere == {"room": {"name": "web"}}
    assert late == {"objective": None}
