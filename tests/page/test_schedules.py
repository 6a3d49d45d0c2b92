"""Schedules on the page: a person makes, switches, edits and deletes one."""

import pytest
from playwright.async_api import expect

from tests.client import Client
from tests.page.conftest import Open

_SCHEDULES = "query($room: ID!) { room(room: $room) { schedules { cron timezone title active skipWhileOpen } } }"


@pytest.mark.usefixtures("worker")
async def test_a_schedule_shows_its_next_times_while_one_types_and_is_changed(
    visit: Open, admin: Client, room: str
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/schedules")
    await page.get_by_role("button", name="New schedule").click()
    dialog = page.get_by_role("dialog")
    times = dialog.get_by_label("Next times")

    await dialog.get_by_label("When", exact=True).fill("0 9 30 2 *")
    await expect(times).to_contain_text("no cron expression that ever comes")
    await dialog.get_by_label("When", exact=True).fill("30 9 * * 1")
    await dialog.get_by_label("Time zone").fill("Asia/Kathmandu")
    await expect(times.get_by_role("listitem")).to_have_count(5)
    await expect(times.get_by_role("listitem").first).to_contain_text("Mon")
    await expect(times.get_by_role("listitem").first).to_contain_text("09:30")
    await dialog.get_by_label("Title").fill("Sweep the yard")
    await dialog.get_by_label("Done when").fill("It is clean")
    await dialog.get_by_role("button", name="Create").click()

    schedule = page.get_by_role("article", name="Sweep the yard")
    await expect(schedule.get_by_text("Asia/Kathmandu")).to_be_visible()
    await schedule.get_by_role("button", name="Switch off").click()
    await expect(schedule.get_by_text("off", exact=True)).to_be_visible()
    await schedule.get_by_role("button", name="Edit").click()
    await dialog.get_by_label("When", exact=True).fill("@hourly")
    await dialog.get_by_label("No new task while the last one is open").uncheck()
    await dialog.get_by_role("button", name="Save").click()
    await expect(schedule.get_by_text("@hourly")).to_be_visible()
    assert (await admin.execute(_SCHEDULES, room=room))["room"]["schedules"] == [
        {
            "cron": "@hourly",
            "timezone": "Asia/Kathmandu",
            "title": "Sweep the yard",
            "active": False,
            "skipWhileOpen": False,
        }
    ]
    await schedule.get_by_role("button", name="Delete").click()
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No schedules yet.")).to_be_visible()
    assert (await admin.execute(_SCHEDULES, room=room))["room"]["schedules"] == []
