"""Every view passes axe, light and dark, wide and narrow."""

import pytest
from playwright.async_api import expect

from tests.client import Client
from tests.page.axe import axe_violations
from tests.page.conftest import Open
from tests.page.example_room import fill

# Controls of which a part can be neither seen nor scrolled to.
CONTROLS = ":is(main, header) :is(button, select, input, textarea)"
CUT_OFF = """(controls) => [...document.querySelectorAll(controls)].filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    if (!one.checkVisibility() || right - left < 2) return false;
    for (let around = one.parentElement; around; around = around.parentElement) {
        const { overflowX } = getComputedStyle(around);
        if (['auto', 'scroll'].includes(overflowX)) return false;
        const box = around.getBoundingClientRect();
        if (['hidden', 'clip'].includes(overflowX) && (right > box.right + 1 || left < box.left - 1)) return true;
    }
    return right > innerWidth + 1 || left < -1;
}).map((one) => one.outerHTML)"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_no_view_has_accessibility_violations(
    visit: Open, admin: Client, room: str, worker: Client, *, width: int, dark: bool
) -> None:
    example = await fill(admin, room, worker)
    objective, task, proposal = example.objective, example.task, example.proposal
    page = await visit(admin.url, width=width, dark=dark)
    await page.goto("/")
    await page.get_by_label("Token").wait_for()
    violations = {"sign in": await axe_violations(page)}
    await page.get_by_label("Token").fill(admin.token)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Needs you")).to_be_visible()

    for view, shown in [
        ("now", "@admin look"),
        ("decisions", "Which paint?"),
        (f"decisions/{proposal}", "quorum 2"),
        ("tree", "House"),
        (f"tree/{objective}", "Tasks directly under it"),
        ("board", "Task 3"),
        ("list?group=priority", "Task 3"),
        (f"tasks/{task}", "Done when"),
        ("room/general", "long = 1"),
        (f"room/@{room}-worker", "No messages yet"),
        ("inbox", "long = 1"),
        ("agents", "running session"),
        (f"agents/{room}-worker", "That is the whole history"),
        ("insights", "The brush was hard"),
        ("schedules", "Sweep"),
        ("resources", "in use"),
        ("webhooks", "nowhere.invalid"),
        ("settings", "Criteria before the start"),
        ("flow", "Work in progress"),
        ("digest", "As Markdown"),
        ("graph", "Task 2"),
        (f"graph/{objective}", "critical path"),
    ]:
        await page.goto(f"/rooms/{room}/{view}")
        await expect(page.get_by_role("main").get_by_text(shown).first).to_be_visible()
        violations[view] = await axe_violations(page)
        overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert (view, await page.evaluate(overflow)) == (view, 0)
        assert (view, await page.evaluate(CUT_OFF, CONTROLS)) == (view, [])
    await page.get_by_role("button", name="List").click()
    violations["graph as a list"] = await axe_violations(page)
    await page.goto(f"/rooms/{room}/agents/{room}-worker")
    await page.get_by_role("button", name="New token").click()
    await expect(page.get_by_label("Lines for Claude Code")).to_be_visible()
    violations["lines that connect an agent"] = await axe_violations(page)
    await page.goto(f"/rooms/{room}/board")
    await page.get_by_role("button", name="New task").click()
    violations["a dialog"] = await axe_violations(page)
    await page.goto(f"/rooms/{room}/tasks/{task}")
    for field in ("title", "description", "priority", "objective", "labels"):
        await page.get_by_role("button", name=f"Edit {field}", exact=True).click()
    await expect(page.get_by_role("form")).to_have_count(5)
    violations["fields that are edited"] = await axe_violations(page)
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search, go and do").fill("task")
    await expect(page.get_by_role("group", name="Tasks")).to_be_visible()
    violations["the palette"] = await axe_violations(page)

    assert {view: some for view, some in violations.items() if some} == {}
