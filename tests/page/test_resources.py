"""Resources on the page: a person makes one, sees who holds it, and resets its breaker (D13)."""

from playwright.async_api import expect

from tests.client import Client
from tests.page.conftest import Open

_RESOURCES = """query($room: ID!) { room(room: $room) {
  resources { name capacity failureThreshold cooldownSeconds breaker } } }"""
_TASK = """mutation($room: ID!) { createTask(input: {
  room: $room, title: "Measure it", criteria: ["It is measured"], resources: ["scale"]}) { id } }"""
_FAILED = """mutation($room: ID!) { reportHealth(input: {
  room: $room, resource: "scale", ok: false, detail: "It shows nothing"}) { breaker } }"""


async def test_a_resource_is_made_and_shows_its_holder_and_an_open_breaker_is_reset(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/resources")
    await page.get_by_role("button", name="New resource").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("scale")
    await dialog.get_by_label("Capacity").fill("1")
    await dialog.get_by_label("Breaker opens at").fill("2")
    await dialog.get_by_role("button", name="Create").click()
    scale = page.get_by_role("article", name="scale")
    await expect(scale.get_by_text("0 of 1 in use")).to_be_visible()

    task = (await admin.execute(_TASK, room=room))["createTask"]["id"]
    await worker.execute("mutation($task: ID!) { claimTask(input: {task: $task}) { task { id } } }", task=task)
    holders = page.get_by_role("list", name="Tasks that hold scale")
    await expect(holders).to_contain_text(f"{task}Measure it{room}-worker")
    await expect(scale.get_by_text("1 of 1 in use")).to_be_visible()

    await expect(scale.get_by_role("button", name="Reset")).to_have_count(0)
    for _ in range(2):
        await worker.execute(_FAILED, room=room)
    await expect(scale.get_by_text("no task may use it")).to_be_visible()
    await expect(scale.get_by_text("It shows nothing")).to_be_visible()
    await scale.get_by_role("button", name="Reset").click()
    await expect(scale.get_by_text("works", exact=True)).to_be_visible()

    await scale.get_by_role("button", name="Edit").click()
    await dialog.get_by_label("Capacity").fill("")
    await dialog.get_by_label("Tried again after").fill("90")
    await dialog.get_by_role("button", name="Save").click()
    await expect(scale.get_by_text("1 in use, no limit")).to_be_visible()
    assert (await admin.execute(_RESOURCES, room=room))["room"]["resources"] == [
        {"name": "scale", "capacity": None, "failureThreshold": 2, "cooldownSeconds": 90, "breaker": "CLOSED"}
    ]


async def test_who_only_reads_is_offered_nothing(visit: Open, admin: Client, room: str, worker: Client) -> None:
    define = 'mutation($room: ID!) { defineResource(input: {room: $room, name: "scale", failureThreshold: 1}) { id } }'
    await admin.execute(define, room=room)
    await worker.execute(_FAILED, room=room)
    made = await worker.execute("mutation { createToken(input: {role: OBSERVER}) { token } }")

    page = await visit(admin.url, made["createToken"]["token"])
    await page.goto(f"/rooms/{room}/resources")

    await expect(page.get_by_text("no task may use it")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
