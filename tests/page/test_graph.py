"""The graph of dependencies."""

import re

from playwright.async_api import Page, expect

from tests.client import Client
from tests.page.conftest import Open


async def _chain(admin: Client, room: str, length: int) -> list[str]:
    create = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
    tasks = [
        {"ref": str(n), "dependsOnRefs": [str(n - 1)] if n else [], "task": {"title": f"Step {n}"}}
        for n in range(length)
    ]
    made = await admin.execute(create, input={"room": room, "tasks": tasks})
    return [task["id"] for task in made["createTasks"]]


async def _size(page: Page) -> tuple[float, float, float]:
    """The height of the text in a node, how far the drawing goes to the right, and how wide its frame is."""
    measured: list[float] = await page.evaluate("""() => {
        const frame = document.querySelector('.graph-frame').getBoundingClientRect();
        const nodes = [...document.querySelectorAll('.graph-node')].map((node) => node.getBoundingClientRect());
        return [nodes[0].height / 74 * 13, Math.max(...nodes.map(({right}) => right)) - frame.left, frame.width];
    }""")
    height, right, width = measured
    return height, right, width


async def test_a_long_chain_fits_when_it_opens_and_can_be_read(visit: Open, admin: Client, room: str) -> None:
    await _chain(admin, room, 30)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/graph")
    await expect(page.get_by_text("critical path: 30 tasks")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="Step 29")).to_be_attached()

    height, right, width = await _size(page)

    assert height >= 9
    assert right <= width
    await page.get_by_label("Task or objective").fill("Step 12")
    await page.get_by_role("option", name="Step 12").click()
    await expect(page.get_by_text(re.compile("^Around T"))).to_be_visible()
    await expect(page.locator(".graph-node[data-center]")).to_contain_text("Step 12")


async def test_all_open_tasks_and_an_objective_are_shown_whole(visit: Open, admin: Client, room: str) -> None:
    objective = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"
    goal = (await admin.execute(objective, input={"room": room, "title": "House"}))["createObjective"]["id"]
    create = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
    tasks = [{"task": {"title": f"Single {n}", "objective": goal}} for n in range(260)]
    await admin.execute(create, input={"room": room, "tasks": tasks})
    await _chain(admin, room, 3)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/graph")

    await page.get_by_role("link", name="All open tasks").click()
    await expect(page.get_by_text("All open tasks of the room: 263 tasks")).to_be_visible()
    await expect(page.locator(".graph-node")).to_have_count(263)
    await expect(page.locator(".minimap")).to_be_visible()
    await page.goto(f"/rooms/{room}/graph/{goal}")
    await expect(page.locator(".graph-node")).to_have_count(260)
