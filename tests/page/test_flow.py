"""Views that show what agents do and did: flow, digest, agents and inbox."""

import re

from playwright.async_api import Page, expect

from tests.client import Client
from tests.page.conftest import Open


async def _done(admin: Client, worker: Client, room: str, title: str, objective: str) -> str:
    """A task that the worker finished, in a room that requires no review."""
    rules = {"requireReview": False, "requireDoneCriteria": False}
    change = "mutation($input: UpdateRoomInput!) { updateRoom(input: $input) { id } }"
    await admin.execute(change, input={"room": room, "settings": rules})
    create = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
    made = await admin.execute(create, input={"room": room, "title": title, "objective": objective})
    task: str = made["createTask"]["id"]
    await worker.execute("mutation($task: ID!) { claimTask(input: {task: $task}) { task { id } } }", task=task)
    complete = 'mutation($task: ID!) { completeTask(input: {task: $task, summary: "It stands."}) { id } }'
    await worker.execute(complete, task=task)
    return task


async def _objective(admin: Client, room: str) -> str:
    query = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"
    made = await admin.execute(query, input={"room": room, "title": "House"})
    objective: str = made["createObjective"]["id"]
    return objective


async def _open_view(page: Page, room: str, view: str) -> None:
    await page.goto(f"/rooms/{room}/{view}")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()


async def test_charts_update_live_and_can_be_read_by_keyboard_and_as_tables(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    objective = await _objective(admin, room)
    page = await visit(admin.url, admin.token)
    await _open_view(page, room, "flow")
    done = page.get_by_role("region", name="Tasks done")
    await expect(done.get_by_text("0 in all")).to_be_visible()

    await _done(admin, worker, room, "Raise the roof", objective)

    await expect(done.get_by_text("1 in all")).to_be_visible()
    await expect(page.get_by_role("region", name="Burn-up").get_by_text("Done 1")).to_be_visible()
    slider = done.get_by_role("slider")
    await expect(slider).to_have_attribute("aria-valuetext", re.compile("Done 1, Created 1$"))
    await slider.focus()
    await slider.press("Home")
    await expect(slider).to_have_attribute("aria-valuetext", re.compile("Done 0, Created 0$"))
    await done.get_by_text("As a table").click()
    await expect(done.get_by_role("row").last).to_contain_text("11")
    await page.get_by_text("7 d", exact=True).click()
    await expect(done.get_by_role("row")).to_have_count(29)


async def test_the_digest_lists_finished_tasks_and_can_be_copied_as_markdown(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, admin.token)
    await _open_view(page, room, "digest")
    await expect(page.get_by_text("Nothing was finished.")).to_be_visible()

    task = await _done(admin, worker, room, "Raise the roof", await _objective(admin, room))

    region = page.get_by_role("region", name="Done")
    await expect(region.get_by_role("link", name="Raise the roof")).to_be_visible()
    await expect(page.get_by_label("The digest as Markdown")).to_have_value(re.compile(task))
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_text("Copied.")).to_be_visible()
    assert task in await page.evaluate("() => navigator.clipboard.readText()")


async def test_the_agents_view_shows_work_and_the_agent_page_its_history(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, admin.token)
    await _open_view(page, room, "agents")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=f"{room}-worker"))
    await expect(row).to_be_visible()
    create = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
    await admin.execute(create, input={"room": room, "title": "Raise the roof", "criteria": ["It holds"]})

    await worker.execute("mutation { claimNextTask(input: {leaseSeconds: 600}) { task { id } } }")
    await worker.execute('mutation { setActivity(input: {kind: WORKING, note: "Up the ladder"}) { id } }')

    await expect(row.get_by_text("Raise the roof")).to_be_visible()
    await expect(row.get_by_text(re.compile(r"^(10:00|9:\d\d)$"))).to_be_visible()
    await expect(row.get_by_text("Up the ladder")).to_be_visible()
    await page.get_by_label("In which order").select_option("Most work first")
    first = page.get_by_role("rowheader").first
    await expect(first.get_by_role("link", name=f"{room}-worker")).to_be_visible()
    await row.get_by_role("link", name=f"{room}-worker").click()
    history = page.get_by_role("region", name="History")
    await expect(history.get_by_text("claimed")).to_be_visible()
    await worker.execute('mutation { sendMessage(input: {channel: "general", body: "It rains."}) { id } }')
    await expect(history.get_by_text("It rains.")).to_be_visible()


async def test_inbox_items_stay_until_they_are_acknowledged(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    await admin.execute("mutation { acknowledge(input: {}) }")
    page = await visit(admin.url, admin.token)
    await _open_view(page, room, "inbox")
    await expect(page.get_by_text("Nothing waits for you.")).to_be_visible()

    for body in ("@admin look", "@admin look again"):
        say = 'mutation($body: String!) { sendMessage(input: {channel: "general", body: $body}) { id } }'
        await worker.execute(say, body=body)

    await expect(page.get_by_text("look again")).to_be_visible()
    await page.get_by_role("button", name="Acknowledge all 2").click()
    await expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    assert (await admin.execute("{ inbox { totalCount } }"))["inbox"]["totalCount"] == 0
