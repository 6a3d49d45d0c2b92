"""Wherever a task or an objective is named, it is found by its title, and by its id."""

from playwright.async_api import Page, expect

from tests.client import Client
from tests.page.conftest import Open
from tests.page.tasks.rooms import new_objective, new_task

COMPOSING = {"isComposing": True, "bubbles": True, "cancelable": True, "key": "Enter"}


async def _pick(page: Page, label: str, text: str, option: str) -> None:
    field = page.get_by_role("combobox", name=label)
    await field.fill(text)
    await expect(page.get_by_role("option", name=option)).to_be_visible()
    await field.press("Enter")
    await expect(page.get_by_role("option", name=option)).to_have_count(0)


async def test_a_new_task_is_put_in_its_place_by_titles_and_ids(visit: Open, admin: Client, room: str) -> None:
    goal = await new_objective(admin, room, "Authentication works")
    first, second = await new_task(admin, room, "Rotate the keys"), await new_task(admin, room, "Water the plants")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")
    await page.get_by_role("button", name="New task").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("Paint the door")

    await _pick(page, "Objective", "authen", "Authentication works")
    await _pick(page, "Blocked by", "rot", "Rotate the keys")
    await _pick(page, "Blocked by", second.removeprefix("T"), "Water the plants")
    await dialog.get_by_role("button", name="Create").click()

    await expect(page.get_by_role("heading", name="Paint the door")).to_be_visible()
    query = "query($id: ID!) { task(id: $id) { objective { id } dependencies { dependsOn { id } } } }"
    made = (await admin.execute(query, id=page.url.rsplit("/", 1)[1]))["task"]
    assert made["objective"] == {"id": goal}
    assert [one["dependsOn"]["id"] for one in made["dependencies"]] == [first, second]


async def test_words_that_name_nothing_are_not_sent(visit: Open, admin: Client, room: str) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")
    await page.get_by_role("button", name="New task").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("Paint the door")

    await dialog.get_by_label("Objective").fill("billing")
    await expect(dialog.get_by_text("Nothing found.").first).to_be_visible()
    await dialog.get_by_label("Title").press("Enter")

    await expect(dialog.get_by_label("Objective")).to_be_focused()
    counts = await admin.execute("query($room: ID!) { room(room: $room) { counts { total } } }", room=room)
    assert counts["room"]["counts"]["total"] == 0


async def test_tasks_are_related_and_the_relation_is_taken_back_and_undone(
    visit: Open, admin: Client, room: str
) -> None:
    door, other = await new_task(admin, room, "Paint the door"), await new_task(admin, room, "Paint the gate")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{door}")
    panel = page.get_by_role("region", name="Dependencies")
    query = "query($id: ID!) { task(id: $id) { dependencies { kind dependsOn { id } } } }"

    await panel.get_by_label("Kind of dependency").select_option("Duplicate of")
    await _pick(page, "Add dependency", "gate", "Paint the gate")
    await expect(panel.get_by_role("listitem").get_by_text("Paint the gate")).to_be_visible()
    duplicate = [{"kind": "DUPLICATES", "dependsOn": {"id": other}}]
    assert (await admin.execute(query, id=door))["task"]["dependencies"] == duplicate
    await panel.get_by_role("button", name=f"Remove: Duplicate of {other}").click()
    await expect(panel.get_by_text("No dependencies.")).to_be_visible()
    assert (await admin.execute(query, id=door))["task"]["dependencies"] == []
    await page.get_by_text("The dependency was removed.").locator("..").get_by_role("button", name="Undo").click()

    await expect(panel.get_by_role("listitem").get_by_text("Paint the gate")).to_be_visible()
    assert (await admin.execute(query, id=door))["task"]["dependencies"] == duplicate


async def test_an_input_method_composes_without_choosing(visit: Open, admin: Client, room: str) -> None:
    door, gate = await new_task(admin, room, "Paint the door"), await new_task(admin, room, "登录页面")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{door}")
    panel = page.get_by_role("region", name="Dependencies")
    field = page.get_by_role("combobox", name="Add dependency")

    await field.fill("登录")
    await expect(page.get_by_role("option", name="登录页面")).to_be_visible()
    await field.evaluate("(field, init) => field.dispatchEvent(new KeyboardEvent('keydown', init))", COMPOSING)
    await expect(field).to_have_value("登录")
    await expect(panel.get_by_text("No dependencies.")).to_be_visible()
    await field.press("Enter")

    await expect(panel.get_by_role("listitem").get_by_text("登录页面")).to_be_visible()
    await expect(panel.get_by_role("listitem").get_by_text(gate)).to_be_visible()
