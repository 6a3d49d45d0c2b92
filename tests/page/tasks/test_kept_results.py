"""What was seen before, or aimed at, is shown at once, and never when the log says that it is outdated."""

from playwright.async_api import Page, expect

from tests.client import Client
from tests.page.conftest import Open, end_of_log

CREATE = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
RENAME = "mutation($input: UpdateTaskInput!) { updateTask(input: $input) { id } }"


async def _silence(page: Page) -> None:
    """From now on no query is answered; the log is still followed."""
    await page.route("**/graphql", lambda route: route.abort())


async def _seen(page: Page, cursor: str) -> None:
    await page.wait_for_function(
        "(cursor) => document.querySelector('[data-cursor]')?.dataset.cursor === cursor", arg=cursor, polling=100
    )


async def test_a_task_whose_link_was_aimed_at_opens_without_being_asked_for_then(
    visit: Open, admin: Client, room: str
) -> None:
    await admin.execute(CREATE, input={"room": room, "title": "Aimed at"})
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")
    link = page.get_by_role("link", name="Aimed at")
    async with page.expect_response(lambda answer: "query TaskPage" in (answer.request.post_data or "")):
        await link.hover()
    await _silence(page)

    await link.click()

    await expect(page.get_by_role("heading", name="Aimed at")).to_be_visible()


async def test_a_task_that_was_seen_is_shown_again_unless_it_has_changed(visit: Open, admin: Client, room: str) -> None:
    task = (await admin.execute(CREATE, input={"room": room, "title": "Seen"}))["createTask"]["id"]
    page = await visit(admin.url, admin.token)
    title = page.get_by_role("heading", name="Seen")
    await page.goto(f"/rooms/{room}/tasks/{task}")
    await expect(title).to_be_visible()
    await page.get_by_role("link", name="Now", exact=True).click()
    await expect(page.get_by_role("heading", name="Needs you")).to_be_visible()
    await _silence(page)

    await page.go_back()
    await expect(title).to_be_visible()
    await page.go_forward()
    await expect(title).to_have_count(0)
    await admin.execute(RENAME, input={"id": task, "title": "Seen by nobody"})
    await _seen(page, await end_of_log(admin, room))
    await page.go_back()

    await expect(page.get_by_text("The server can't be reached.").first).to_be_visible()
    await expect(title).to_have_count(0)
