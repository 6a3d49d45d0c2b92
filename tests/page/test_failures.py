"""What is not there, what is too much, and scripts that can't be loaded: the page says so, and goes on."""

import pytest
from playwright.async_api import Route, expect

from tests.client import Client
from tests.page.conftest import Open


async def test_columns_of_the_board_go_on_page_by_page(visit: Open, admin: Client, room: str) -> None:
    query = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
    tasks = [{"task": {"title": f"Task {n}"}} for n in range(250)]
    await admin.execute(query, input={"room": room, "tasks": tasks})
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")
    column = page.get_by_role("region", name="Waiting")

    await expect(column.get_by_role("listitem")).to_have_count(40)
    await column.get_by_role("button", name="Show more").click()
    await expect(column.get_by_role("listitem")).to_have_count(240)
    await column.get_by_role("button", name="Show more").click()

    await expect(column.get_by_role("listitem")).to_have_count(250)
    await expect(column.get_by_role("button", name="Show more")).to_have_count(0)
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_view_whose_script_is_missing_says_so_and_loads_when_it_is_there(
    visit: Open, admin: Client, room: str
) -> None:
    page = await visit(admin.url, admin.token)
    scripts = "**/assets/Tree-*.js"

    async def missing(route: Route) -> None:
        await route.fulfill(status=404)

    await page.route(scripts, missing)
    await page.goto(f"/rooms/{room}/now")
    await page.get_by_role("link", name="Tree").click()
    # After one reload of its own.
    await expect(page.get_by_text("its script is missing on the server")).to_be_visible()
    await page.get_by_role("link", name="Board").click()
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()
    await page.get_by_role("link", name="Tree").click()
    await page.unroute(scripts)
    await page.get_by_role("button", name="Reload").click()

    await expect(page.get_by_role("heading", name="Tree")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/rooms/{room}/tasks/T999999", "T999999 was not found"),
        ("/rooms/{room}/tree/O999999", "O999999 was not found"),
        ("/rooms/{room}/decisions/D999999", "D999999 was not found"),
        ("/rooms/{room}/board?objective=billing", "billing"),
        ("/rooms/nowhere/now", "nowhere was not found"),
    ],
)
async def test_what_is_not_there_is_said_to_be_missing(
    visit: Open, admin: Client, room: str, path: str, said: str
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(path.format(room=room))

    await expect(page.get_by_role("alert").first).to_contain_text(said, ignore_case=True)
    await expect(page.get_by_text("Loading…")).to_have_count(0)
