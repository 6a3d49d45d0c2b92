"""A person's day in an imported room of 537 tasks, by clicks and keys alone."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.client import Client
from tests.conftest import Site
from tests.e2e.commands import run
from tests.page.conftest import Open

EPICS, TASKS = 20, 537
# Of the floors with even numbers all is open. This is what is P1 of one of them, and as much is P0.
LEFT = 27


def _issues() -> list[dict[str, object]]:
    """As beads exports them: goals, open and closed work, names, labels, and chains of what waits."""
    at = {"created_at": "2026-01-05T09:00:00Z", "updated_at": "2026-01-06T09:00:00Z"}
    issues: list[dict[str, object]] = [
        {"id": f"e-{n}", "title": f"Goal {n}", "issue_type": "epic", "status": "open", **at} for n in range(EPICS)
    ]
    for n in range(TASKS):
        task: dict[str, object] = {"id": f"t-{n}", "title": f"Chore {n} of the house", "issue_type": "task", **at}
        task |= {"priority": n % 5, "labels": [f"floor-{n % 4}"], "assignee": f"crew/{n % 9}"}
        task |= {"status": "closed", "closed_at": "2026-01-07T09:00:00Z"} if n % 2 else {"status": "open"}
        needs = [{"issue_id": f"t-{n}", "depends_on_id": f"e-{n % EPICS}", "type": "parent-child"}]
        if n >= 40 and n % 3 == 0:
            needs.append({"issue_id": f"t-{n}", "depends_on_id": f"t-{n - 40}", "type": "blocks"})
        issues.append(task | {"dependencies": needs})
    return issues


@pytest.fixture
def imported(site: Site, admin: Client, room: str, tmp_path: Path) -> str:
    """A room that `goalroom import beads` made while the server runs."""
    assert admin.url
    file = tmp_path / "issues.jsonl"
    file.write_text("".join(json.dumps(issue) + "\n" for issue in _issues()))
    name = f"{room}-house"
    arguments = ("--room", name, "--database-url", site.database_url, "--data-dir", tmp_path / "home")
    made = run("import", "beads", file, *arguments)
    assert made.returncode == 0, made.stderr
    return name


async def _adopt_a_goal(page: Page) -> None:
    """Found by its name, it gets an owner and a measure."""
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search, go and do").fill("Goal 7")
    await page.get_by_role("group", name="Objectives").get_by_role("option", name="Goal 7").first.click()
    goal = page.get_by_role("complementary", name="Objective")
    await expect(goal.get_by_role("heading", name="Goal 7")).to_be_visible()
    await goal.get_by_role("button", name="Edit owner").click()
    await page.get_by_role("combobox", name="Owner").press_sequentially("admin\n")
    await expect(page.get_by_role("form", name="Owner")).to_have_count(0)
    await goal.get_by_role("button", name="Add key result").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("Rooms that are clean")
    await dialog.get_by_label("Target").fill("12")
    await dialog.get_by_role("button", name="Create").click()
    await expect(goal.get_by_text("Rooms that are clean")).to_be_visible()


async def _plan_a_task(page: Page) -> str:
    """In the goal that is open, waiting for another that is found by its words; described, and given to somebody."""
    dialog = page.get_by_role("dialog")
    await page.keyboard.press("c")
    await dialog.get_by_label("Title").fill("Sweep the attic")
    await dialog.get_by_label("Blocked by").press_sequentially("chore 14")
    await page.get_by_role("option", name="Chore 14 of the house").click()
    await dialog.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("heading", name="Sweep the attic")).to_be_visible()
    task: str = page.url.rsplit("/", 1)[1]
    await page.get_by_role("button", name="Edit description").click()
    await page.get_by_role("form", name="Description").get_by_role("textbox").fill("With a **broom**.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("strong", has_text="broom")).to_be_visible()
    await page.keyboard.press("a")
    await dialog.get_by_label("Assignee").press_sequentially("crew-3\n")
    await expect(page.get_by_text(f"{task}: assigned to crew-3.")).to_be_visible()
    return task


async def _put_a_floor_first(page: Page) -> None:
    """What is P1 on one floor becomes P0, but for one task."""
    await page.keyboard.press("g")
    await page.keyboard.press("k")
    field = page.get_by_role("combobox", name="Filter")
    await field.fill("floor-2")
    await page.get_by_role("group", name="Label").get_by_role("option", name="floor-2").click()
    await field.fill("to do")
    await page.get_by_role("group", name="Status").get_by_role("option", name="To do").click()
    await field.fill("p1")
    await page.get_by_role("group", name="Priority").get_by_role("option", name="P1").click()
    await expect(page.get_by_text(f"{LEFT} tasks", exact=True)).to_be_visible()
    await page.get_by_label("Select all").check()
    await expect(page.get_by_text(f"{LEFT} selected")).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("p")
    await page.get_by_role("dialog").get_by_label("Priority").press_sequentially("P0\n")
    await expect(page.get_by_text(f"{LEFT - 1} tasks: now P0.")).to_be_visible()


async def test_a_person_runs_a_room_by_clicks_and_keys_alone(visit: Open, admin: Client, imported: str) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{imported}/now")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()

    await _adopt_a_goal(page)
    task = await _plan_a_task(page)
    await _put_a_floor_first(page)

    query = """query($id: ID!, $room: ID!) {
      task(id: $id) { description assignee { name } objective { title owner { name } keyResults { title target } }
        dependencies { dependsOn { title } } }
      room(room: $room) { tasks(filter: {labels: ["floor-2"], statuses: [TODO], priorities: [P0]}) { totalCount } }
    }"""
    found = await admin.execute(query, id=task, room=imported)
    assert found["task"] == {
        "description": "With a **broom**.",
        "assignee": {"name": "crew-3"},
        "objective": {
            "title": "Goal 7",
            "owner": {"name": "admin"},
            "keyResults": [{"title": "Rooms that are clean", "target": 12}],
        },
        "dependencies": [{"dependsOn": {"title": "Chore 14 of the house"}}],
    }
    assert found["room"]["tasks"]["totalCount"] == LEFT + LEFT - 1
