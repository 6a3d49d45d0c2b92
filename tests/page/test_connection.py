"""The page loses its connection and gets it back."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import expect

from tests.client import Client
from tests.e2e.commands import Server
from tests.page.conftest import Open, end_of_log


async def test_the_page_shows_that_the_server_is_down_and_catches_up_when_it_is_back(
    visit: Open, own_server: Callable[[int], Server], tmp_path: Path
) -> None:
    with own_server(0) as server:
        url, token = server.url, (tmp_path / "home" / "admin-token").read_text().strip()
        page = await visit(url, token)
        await expect(page.get_by_role("heading", name="Needs you")).to_be_visible()

        server.stop()
        await expect(page.get_by_text("Reconnecting")).to_be_visible()
        await expect(page.get_by_text("data as of")).to_be_visible()

    with own_server(urlsplit(url).port or 0) as server:
        async with Client(server.url, token) as client:
            query = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
            tasks = [{"task": {"title": f"Missed {n}"}} for n in range(3)]
            await client.execute(query, input={"room": "main", "tasks": tasks})

            await expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=20_000)
            await expect(page.get_by_text("Missed 2")).to_be_visible()
            await expect(page.locator("[data-cursor]")).to_have_attribute(
                "data-cursor", await end_of_log(client, "main")
            )


async def test_the_page_counts_the_events_that_it_missed(visit: Open, admin: Client, room: str) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/now")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()

    await page.context.set_offline(True)
    query = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
    for n in range(5):
        await admin.execute(query, input={"room": room, "title": f"Unseen {n}"})
    await expect(page.get_by_text("Reconnecting")).to_be_visible(timeout=30_000)
    await page.context.set_offline(False)

    await expect(page.get_by_text("Caught up")).to_be_visible(timeout=20_000)
    await expect(page.get_by_role("status").get_by_text("5 events")).to_be_visible()
    await expect(page.get_by_role("region", name="Newest").get_by_text("Unseen 4")).to_be_visible()
