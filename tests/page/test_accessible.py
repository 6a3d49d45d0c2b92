"""Every view passes axe, light and dark, wide and narrow."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.client import Client
from tests.page.conftest import Open

AXE = Path(__file__).parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_RUN = """async (rules) => (await axe.run(document, {runOnly: rules})).violations
    .map(({id, nodes}) => [id, nodes.map((node) => node.html)])"""


async def _violations(page: Page) -> Any:
    # Through the debugger, because the content security policy forbids other scripts.
    session = await page.context.new_cdp_session(page)
    await session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    return await page.evaluate(AXE_RUN, RULES)


@pytest.fixture
async def example_room(admin: Client, room: str, worker: Client) -> tuple[str, str, str, str]:
    """A room with data for every view: its name, an objective, a task, a proposal."""
    query = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"
    measured = [{"title": "Rooms", "target": 4, "current": 1}]
    made = await admin.execute(query, input={"room": room, "title": "House", "keyResults": measured})
    objective = made["createObjective"]["id"]
    create = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
    tasks = [
        {
            "ref": str(n),
            "dependsOnRefs": [str(n - 1)] if n % 3 else [],
            "task": {"title": f"Task {n}", "objective": objective, "criteria": ["So"], "labels": ["db"], "priority": p},
        }
        for n, p in enumerate(["P0", "P1", "P2", "P3", "P2", "P1"])
    ]
    ids = [task["id"] for task in (await admin.execute(create, input={"room": room, "tasks": tasks}))["createTasks"]]
    claim = "mutation { claimNextTask { task { id } } }"
    held = [(await worker.execute(claim))["claimNextTask"]["task"]["id"] for _ in range(2)]
    block = "mutation($input: BlockTaskInput!) { blockTask(input: $input) { id } }"
    await worker.execute(block, input={"task": held[0], "reason": "No paint."})
    comment = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"
    await worker.execute(comment, input={"on": held[1], "body": "@admin look"})
    say = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
    body = "@admin see `T1`:\n\n1. **so**\n2. [there](https://example.com)\n\n```\nlong = 1\n```\n\n| a |\n| - |\n| b |"
    await worker.execute(say, input={"channel": "general", "body": body})
    reflect = "mutation($input: ReflectInput!) { reflect(input: $input) { id } }"
    for client in (admin, worker):
        words = {"worked": "", "didNotWork": "The brush was hard", "change": "", "tags": ["brush"]}
        await client.execute(reflect, input={"room": room, "task": ids[1], **words})
    schedule = "mutation($input: CreateScheduleInput!) { createSchedule(input: $input) { id } }"
    await admin.execute(schedule, input={"room": room, "cron": "@daily", "task": {"title": "Sweep"}})
    hook = "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { id } }"
    at = {"url": "https://nowhere.invalid", "secret": f"whsec_{'c2VjcmV0' * 4}", "kinds": []}
    await admin.execute(hook, input={"room": room, **at})
    ask = "mutation($input: ProposeInput!) { propose(input: $input) { id } }"
    asked = {"kind": "VOTE", "title": "Which paint?", "body": "**Now**", "options": ["green", "blue"]}
    proposal = (await admin.execute(ask, input={"room": room, "tasks": [ids[5]], **asked}))["propose"]["id"]
    vote = "mutation($input: VoteInput!) { vote(input: $input) { id } }"
    await worker.execute(vote, input={"proposal": proposal, "option": "green", "note": "Like grass."})
    return room, objective, ids[1], proposal


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_no_view_has_accessibility_violations(
    visit: Open, admin: Client, example_room: tuple[str, str, str, str], *, width: int, dark: bool
) -> None:
    room, objective, task, proposal = example_room
    page = await visit(admin.url, width=width, dark=dark)
    await page.goto("/")
    await page.get_by_label("Token").wait_for()
    violations = {"sign in": await _violations(page)}
    await page.get_by_label("Token").fill(admin.token)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="For you")).to_be_visible()

    for view, shown in [
        ("now", "@admin look"),
        ("decisions", "Which paint?"),
        (f"decisions/{proposal}", "quorum 2"),
        ("tree", "House"),
        (f"tree/{objective}", "Tasks directly under it"),
        ("board", "Task 3"),
        (f"tasks/{task}", "Done when"),
        ("room/general", "long = 1"),
        (f"room/@{room}-worker", "No messages yet"),
        ("inbox", "long = 1"),
        ("agents", "running session"),
        (f"agents/{room}-worker", "That is the whole history"),
        ("insights", "The brush was hard"),
        ("schedules", "Sweep"),
        ("webhooks", "nowhere.invalid"),
        ("flow", "Work in progress"),
        ("digest", "As Markdown"),
        ("graph", "Task 2"),
        (f"graph/{objective}", "critical path"),
    ]:
        await page.goto(f"/rooms/{room}/{view}")
        await expect(page.get_by_text(shown).first).to_be_visible()
        violations[view] = await _violations(page)
        overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert (view, await page.evaluate(overflow)) == (view, 0)
    await page.get_by_role("button", name="List").click()
    violations["graph as a list"] = await _violations(page)
    await page.goto(f"/rooms/{room}/agents/{room}-worker")
    await page.get_by_role("button", name="New token").click()
    await expect(page.get_by_label("Lines for Claude Code")).to_be_visible()
    violations["lines that connect an agent"] = await _violations(page)
    await page.goto(f"/rooms/{room}/board")
    await page.get_by_role("button", name="New task").click()
    violations["a dialog"] = await _violations(page)

    assert {view: some for view, some in violations.items() if some} == {}
