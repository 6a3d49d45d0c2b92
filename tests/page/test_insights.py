"""Insights on the page: what agents reflected alike becomes a task, or is dismissed."""

from playwright.async_api import expect

from tests.client import Client
from tests.page.conftest import Open


async def _reflect_alike(admin: Client, worker: Client, room: str, words: str, tag: str) -> None:
    create = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
    made = await admin.execute(create, input={"room": room, "title": f"Work on {tag}"})
    for client in (worker, admin):
        reflect = "mutation($input: ReflectInput!) { reflect(input: $input) { id } }"
        said = {"task": made["createTask"]["id"], "didNotWork": words, "change": "", "tags": [tag]}
        await client.execute(reflect, input={"worked": "", **said})


async def test_an_insight_becomes_a_task_in_two_clicks_and_another_is_dismissed(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/insights")
    await expect(page.get_by_text("No insights yet.")).to_be_visible()

    await _reflect_alike(admin, worker, room, "The cache was cold", "cache")
    await _reflect_alike(admin, worker, room, "Nobody knew the password", "access")
    dismissed = page.get_by_role("article").filter(has_text="password")
    await dismissed.get_by_text("Reflections", exact=True).click()
    await expect(dismissed.get_by_role("listitem").filter(has_text="Nobody knew the password")).to_have_count(2)
    await dismissed.get_by_role("button", name="Dismiss").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Why").fill("It is in the vault now.")
    await dialog.get_by_role("button", name="Dismiss").click()
    await expect(dismissed).to_have_count(0)
    await page.get_by_text("Dismissed", exact=True).first.click()
    await expect(page.get_by_text("It is in the vault now.")).to_be_visible()
    await page.get_by_text("Open", exact=True).click()

    await page.get_by_role("article").filter(has_text="cache").get_by_role("button", name="Make a task").click()
    await dialog.get_by_role("button", name="Create task").click()

    await page.wait_for_url("**/tasks/*")
    await expect(page.get_by_role("heading", name="The cache was cold")).to_be_visible()
    query = "query($room: ID!) { room(room: $room) { insights { nodes { status reason task { title } } } } }"
    found = (await admin.execute(query, room=room))["room"]["insights"]["nodes"]
    assert sorted(found, key=lambda one: str(one["status"])) == [
        {"status": "DISMISSED", "reason": "It is in the vault now.", "task": None},
        {"status": "PROMOTED", "reason": "", "task": {"title": "The cache was cold"}},
    ]
