"""Webhooks on the page: an admin makes, tests, resumes and deletes one."""

import base64

import asyncpg
from playwright.async_api import expect

from tests.client import Client
from tests.conftest import Site
from tests.page.conftest import Open

_WEBHOOKS = "query($room: ID!) { room(room: $room) { webhooks { url kinds labels active } } }"
# A name that resolves nowhere is taken, and every attempt fails.
_URL = "https://nowhere.invalid/hook"


async def test_an_admin_makes_tests_resumes_and_deletes_a_webhook(
    visit: Open, admin: Client, room: str, site: Site
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/webhooks")
    await page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog")

    await dialog.get_by_label("Address").fill("https://127.0.0.1/hook")
    await dialog.get_by_label("Labels").fill("db, code review")
    await dialog.locator("summary").click()
    await dialog.get_by_label("TASK_DONE").check()
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_label("Address").fill(_URL)
    await dialog.get_by_role("button", name="Create").click()
    secret = await dialog.get_by_label("Secret").input_value()
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    await dialog.get_by_role("button", name="Done").click()

    webhook = page.get_by_role("article", name=_URL)
    await webhook.get_by_role("button", name="Send a test").click()
    await expect(page.get_by_text("Not taken:")).to_be_visible()
    await webhook.get_by_text("Deliveries").click()
    await expect(webhook.get_by_role("listitem").filter(has_text="test")).to_be_visible()
    assert (await admin.execute(_WEBHOOKS, room=room))["room"]["webhooks"] == [
        {"url": _URL, "kinds": ["TASK_DONE"], "labels": ["db", "code review"], "active": True}
    ]

    database = await asyncpg.connect(site.database_url)
    await database.execute("update webhook set active = false where url = $1", _URL)
    await database.close()
    await page.reload()
    await webhook.get_by_role("button", name="Resume").click()
    await expect(webhook.get_by_role("button", name="Resume")).to_have_count(0)
    assert (await admin.execute(_WEBHOOKS, room=room))["room"]["webhooks"][0]["active"] is True
    await webhook.get_by_role("button", name="Delete").click()
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No webhooks yet.")).to_be_visible()
    assert (await admin.execute(_WEBHOOKS, room=room))["room"]["webhooks"] == []


async def test_nobody_else_is_offered_webhooks(visit: Open, admin: Client, room: str, worker: Client) -> None:
    page = await visit(admin.url, worker.token)
    await page.goto(f"/rooms/{room}/webhooks")

    await expect(page.get_by_text("There is no such page.")).to_be_visible()
    await expect(page.get_by_role("link", name="Webhooks")).to_have_count(0)
