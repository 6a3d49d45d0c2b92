"""The list: sorted, grouped, with the columns one wants, and acts on many at once that say what was refused."""

from playwright.async_api import expect

from tests.client import Client
from tests.page.conftest import Open
from tests.page.tasks.rooms import new_task

STATES = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Task { status priority labels } } }"


async def test_a_list_is_sorted_grouped_and_shows_the_columns_one_wants(visit: Open, admin: Client, room: str) -> None:
    for title, priority, due in (("One", "P3", None), ("Two", "P0", "2031-01-01"), ("Three", "P1", "2030-01-01")):
        more = {"dueAt": f"{due}T00:00:00Z"} if due else {}
        await new_task(admin, room, title, priority=priority, **more)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/list")
    titles = page.locator("td[data-column=title]")

    await expect(titles).to_contain_text(["Two", "Three", "One"])
    await page.get_by_role("button", name="Due").click()
    await expect(titles).to_contain_text(["Three", "Two", "One"])
    await page.get_by_role("button", name="Due").click()
    await expect(titles).to_contain_text(["Two", "Three", "One"])
    await expect(page.get_by_role("columnheader", name="Due")).to_have_attribute("aria-sort", "descending")
    await page.get_by_label("Group").select_option("by priority")
    await expect(page.get_by_role("rowheader")).to_contain_text(["P0", "P1", "P3"])
    await page.locator("summary", has_text="Columns").click()
    await page.get_by_role("checkbox", name="Labels").uncheck()
    await page.get_by_role("checkbox", name="Estimate").check()
    await expect(page.get_by_role("columnheader", name="Estimate")).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Labels")).to_have_count(0)

    # All of it is in the address.
    await page.reload()
    await expect(page.get_by_role("columnheader", name="Estimate")).to_be_visible()
    await expect(titles).to_contain_text(["Two", "Three", "One"])


async def test_acts_on_many_say_line_by_line_what_was_refused_and_the_rest_is_undone(
    visit: Open, admin: Client, room: str
) -> None:
    tasks = [await new_task(admin, room, f"Task {n}", labels=["old"]) for n in range(3)]
    cancel = 'mutation($task: ID!) { cancelTask(input: {task: $task, reason: "No."}) { id } }'
    await admin.execute(cancel, task=tasks[2])
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/list")
    await expect(page.get_by_role("link", name="Task 2")).to_be_visible()

    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await page.keyboard.press("p")
    await page.get_by_role("dialog").get_by_label("Priority").press_sequentially("P0\n")
    await expect(page.get_by_text("2 tasks: now P0.")).to_be_visible()
    await page.get_by_label("Select all").check()
    bulk = page.get_by_role("region", name="With the selected")
    await bulk.get_by_role("button", name="Labels…").click()
    await page.get_by_role("dialog").get_by_label("Labels").fill("new")
    await page.get_by_role("dialog").get_by_role("button", name="Add").click()
    await expect(page.get_by_text("3 tasks: labelled new.")).to_be_visible()
    found = (await admin.execute(STATES, ids=tasks))["nodes"]
    assert [(one["priority"], one["labels"]) for one in found] == [
        ("P0", ["old", "new"]),
        ("P0", ["old", "new"]),
        ("P2", ["old", "new"]),
    ]

    await bulk.get_by_role("button", name="Cancel…").click()
    await page.get_by_role("dialog").get_by_label("Why").fill("Not wanted.")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel tasks").click()
    report = page.get_by_role("dialog", name="1 of 3 refused")
    await expect(report.get_by_role("listitem")).to_contain_text(f"{tasks[2]} Task 2")
    await expect(report.get_by_role("listitem")).to_contain_text("is CANCELLED")
    await expect(report.get_by_text("2 tasks: cancelled.").first).to_be_visible()
    await report.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("2 tasks: as before.")).to_be_visible()
    found = (await admin.execute(STATES, ids=tasks))["nodes"]
    assert [one["status"] for one in found] == ["TODO", "TODO", "CANCELLED"]


async def test_who_may_only_read_selects_nothing(visit: Open, admin: Client, room: str) -> None:
    await new_task(admin, room, "One")
    token = "mutation { createToken(input: {role: OBSERVER}) { token } }"
    page = await visit(admin.url, (await admin.execute(token))["createToken"]["token"])
    await page.goto(f"/rooms/{room}/list")

    await expect(page.get_by_role("link", name="One")).to_be_visible()
    await expect(page.locator("tbody input")).to_have_count(0)
    await page.keyboard.press("j")
    for key in "apmlocx":
        await page.keyboard.press(key)
    await expect(page.get_by_role("dialog")).to_have_count(0)
