"""The board: columns by state, a filter with suggestions, and cards that are dragged or moved by keys."""

import asyncio

from playwright.async_api import Locator, Page, Route, expect

from tests.client import Client
from tests.page.conftest import Open
from tests.page.tasks.rooms import claim, new_task

STATE = "query($id: ID!) { task(id: $id) { status priority assignee { name } } }"


def _card(page: Page, task: str) -> Locator:
    return page.locator(f".card[data-task={task}]")


async def _board_with(task: str, visit: Open, admin: Client, room: str) -> Page:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")
    await expect(_card(page, task)).to_be_visible()
    return page


async def _drag(page: Page, card: Locator, target: str) -> None:
    """With the steps of a hand: the dock is there only while a card is dragged."""
    await card.hover()
    await page.mouse.down()
    await page.mouse.move(400, 400, steps=4)
    place = page.locator(".dock-target", has_text=target)
    await place.wait_for()
    box = await place.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    await page.mouse.up()


async def test_ready_and_waiting_stand_apart_and_each_column_scrolls_under_its_head(
    visit: Open, admin: Client, room: str
) -> None:
    query = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
    tasks = [{"task": {"title": f"Task {n}", "criteria": ["So"]}} for n in range(30)]
    waits = {"task": {"title": "It waits"}}
    await admin.execute(query, input={"room": room, "tasks": [*tasks, waits]})
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")
    ready = page.get_by_role("region", name="Ready")

    await expect(page.get_by_role("region", name="Waiting").get_by_text("It waits")).to_be_visible()
    await expect(ready.get_by_role("listitem")).to_have_count(30)
    await ready.get_by_role("link", name="Task 29").scroll_into_view_if_needed()
    await expect(ready.get_by_role("heading", name="Ready")).to_be_in_viewport()
    await expect(page.get_by_role("region", name="Waiting").get_by_text("It waits")).to_be_in_viewport()
    assert await page.evaluate("() => document.documentElement.scrollTop") == 0


async def test_a_card_is_dragged_to_prioritise_assign_release_and_cancel_it(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    task = await new_task(admin, room, "Paint the door", criteria=["It is green"])
    page = await _board_with(task, visit, admin, room)

    await _drag(page, _card(page, task), "P0")
    await expect(_card(page, task).get_by_text("P0")).to_be_visible()
    await _drag(page, _card(page, task), "Assign…")
    await page.get_by_role("dialog").get_by_label("Assignee").press_sequentially("worker\n")
    await expect(_card(page, task).get_by_text(f"{room}-worker")).to_be_visible()
    await claim(worker)
    await expect(page.get_by_role("region", name="Doing").locator(f"[data-task={task}]")).to_be_visible()
    await _card(page, task).drag_to(page.get_by_role("region", name="Ready"))
    await page.get_by_role("dialog").get_by_label("Handoff: what is done").fill("Nothing.")
    await page.get_by_role("dialog").get_by_label("Handoff: what is pending").fill("All of it.")
    await page.get_by_role("dialog").get_by_role("button", name="Release").click()
    await expect(page.get_by_role("region", name="Ready").locator(f"[data-task={task}]")).to_be_visible()
    state = (await admin.execute(STATE, id=task))["task"]
    assert state == {"status": "TODO", "priority": "P0", "assignee": None}
    await _drag(page, _card(page, task), "Cancel…")
    await page.get_by_role("dialog").get_by_label("Why").fill("No paint.")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel task").click()

    await expect(page.get_by_role("region", name="Cancelled").locator(f"[data-task={task}]")).to_be_visible()
    await page.get_by_text(f"{task}: cancelled.").locator("..").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("region", name="Ready").locator(f"[data-task={task}]")).to_be_visible()


async def test_a_card_stands_in_one_column_though_another_is_told_later(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    task = await new_task(admin, room, "Paint the door", criteria=["It is green"])
    page = await _board_with(task, visit, admin, room)
    late = asyncio.Event()

    async def ready_is_late(route: Route) -> None:
        if "query TodoColumn" in (route.request.post_data or ""):
            await late.wait()
        await route.continue_()

    await page.route("**/graphql", ready_is_late)
    await claim(worker)
    await expect(page.get_by_role("region", name="Doing").locator(f"[data-task={task}]")).to_be_visible()

    await expect(_card(page, task)).to_have_count(1)
    await expect(page.get_by_role("heading", name="Ready 0")).to_be_visible()
    late.set()
    await expect(_card(page, task)).to_have_count(1)


async def test_a_card_is_moved_by_keys(visit: Open, admin: Client, room: str, worker: Client) -> None:
    task = await new_task(admin, room, "Paint the door", criteria=["It is green"])
    await claim(worker)
    page = await _board_with(task, visit, admin, room)

    await page.keyboard.press("j")
    await page.keyboard.press("m")
    await page.get_by_role("dialog").get_by_label("Where to").press_sequentially("To do\n")
    await expect(page.get_by_label("Handoff: what is done")).to_be_focused()
    await page.keyboard.type("Nothing.")
    await page.keyboard.press("Tab")
    await page.keyboard.type("All of it.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("region", name="Ready").locator(f"[data-task={task}]")).to_be_visible()
    assert (await admin.execute(STATE, id=task))["task"]["assignee"] is None


async def test_the_filter_suggests_counts_and_says_that_nothing_was_found(
    visit: Open, admin: Client, room: str
) -> None:
    goal = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"
    house = (await admin.execute(goal, input={"room": room, "title": "The house"}))["createObjective"]["id"]
    door = await new_task(admin, room, "Paint the door", labels=["paint"], objective=house)
    await new_task(admin, room, "Water the plants", labels=["garden"], objective=house)
    await new_task(admin, room, "Elsewhere", labels=["paint"])
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")
    field = page.get_by_role("combobox", name="Filter")
    found = page.get_by_role("search").get_by_role("status").last

    await expect(_card(page, door)).to_be_visible()
    await page.keyboard.press("/")
    await expect(field).to_be_focused()
    await field.fill("hous")
    await page.get_by_role("option", name="The house").click()
    await expect(page.get_by_text("2 tasks", exact=True)).to_be_visible()
    await field.fill("pai")
    await page.get_by_role("group", name="Label").get_by_role("option", name="paint").click()
    await expect(page.get_by_text("1 task", exact=True)).to_be_visible()
    await expect(_card(page, door)).to_be_visible()
    await expect(page).to_have_url(f"{admin.url}/rooms/{room}/board?objective={house}&label=paint")
    await field.fill("submarine")
    await field.press("Enter")
    await expect(found).to_have_text("Nothing found")
    await page.get_by_role("button", name="Remove the filter words submarine").click()
    await expect(page.get_by_text("1 task", exact=True)).to_be_visible()

    await page.locator("summary", has_text="Views").click()
    await page.get_by_label("Name of this view").fill("My paint")
    await page.get_by_role("button", name="Save").click()
    await page.goto(f"/rooms/{room}/now")
    await expect(page.get_by_role("heading", name="Now")).to_be_attached()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search, go and do").fill("my pai")
    await page.get_by_role("option", name="My paint").click()
    await expect(_card(page, door)).to_be_visible()
    await expect(page.get_by_text("1 task", exact=True)).to_be_visible()
