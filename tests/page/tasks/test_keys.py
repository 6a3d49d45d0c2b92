"""The palette and the keys: whatever can be done with a pointer can be done without one."""

import pytest
from playwright.async_api import expect

from tests.client import Client
from tests.page.conftest import Open
from tests.page.tasks.rooms import new_task

TASK = "query($id: ID!) { task(id: $id) { title status priority assignee { name } } }"


@pytest.mark.usefixtures("worker")
async def test_a_task_is_made_prioritised_assigned_and_cancelled_by_keys_alone(
    visit: Open, admin: Client, room: str
) -> None:
    await new_task(admin, room, "First", priority="P1")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")
    await expect(page.get_by_text("First")).to_be_visible()
    keyboard = page.keyboard

    await keyboard.press("c")
    await keyboard.type("Paint the door")
    await keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Paint the door")).to_be_visible()
    task = page.url.rsplit("/", 1)[1]
    await keyboard.press("g")
    await keyboard.press("b")
    await expect(page.get_by_text("Paint the door")).to_be_visible()
    await keyboard.press("j")
    await keyboard.press("j")
    await expect(page.locator(f"[data-task={task}] a")).to_be_focused()
    await keyboard.press("p")
    await expect(page.get_by_role("dialog").get_by_label("Priority")).to_be_focused()
    await keyboard.type("P0")
    await keyboard.press("Enter")
    await expect(page.get_by_text(f"{task}: now P0.")).to_be_visible()
    # The dialog gave the focus back.
    await expect(page.locator(f"[data-task={task}] a")).to_be_focused()
    await keyboard.press("a")
    await expect(page.get_by_role("dialog").get_by_label("Assignee")).to_be_focused()
    await keyboard.type("worker")
    await keyboard.press("Enter")
    await expect(page.get_by_text(f"{task}: assigned to {room}-worker.")).to_be_visible()
    state = (await admin.execute(TASK, id=task))["task"]
    assert (state["priority"], state["assignee"]) == ("P0", {"name": f"{room}-worker"})
    await keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Paint the door")).to_be_visible()
    await keyboard.press("Control+k")
    await keyboard.type("cancel")
    await expect(page.get_by_role("option", name=f"Cancel {task}")).to_be_visible()
    await keyboard.press("Enter")
    await expect(page.get_by_label("Why")).to_be_focused()
    await keyboard.type("No paint.")
    await keyboard.press("Tab")
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(page.get_by_role("article").get_by_text("Cancelled", exact=True)).to_be_visible()
    assert (await admin.execute(TASK, id=task))["task"]["status"] == "CANCELLED"


async def test_the_palette_finds_goes_and_does(visit: Open, admin: Client, room: str) -> None:
    goal = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"
    await admin.execute(goal, input={"room": room, "title": "Authentication works"})
    task = await new_task(admin, room, "Rotate the authentication keys")
    comment = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"
    await admin.execute(comment, input={"on": task, "body": "The authenticator is old"})
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/now")
    field = page.get_by_role("combobox", name="Search, go and do")
    await expect(page.get_by_role("heading", name="Ready to start")).to_be_visible()

    await page.keyboard.press("Control+k")
    await field.fill("authen")
    for found in ("Rotate the authentication keys", "Authentication works", "The authenticator is old"):
        await expect(page.get_by_role("option", name=found)).to_be_visible()
    await field.press("Enter")
    await expect(page.get_by_role("heading", name="Rotate the authentication keys")).to_be_visible()
    await page.keyboard.press("Control+k")
    await field.fill("insi")
    await field.press("Enter")
    await expect(page.get_by_role("heading", name="Insights")).to_be_visible()
    await page.keyboard.press("Control+k")
    await field.fill(task.lower())
    await expect(page.get_by_role("option", name=task)).to_be_visible()
    await field.press("Enter")
    await expect(page.get_by_role("heading", name="Rotate the authentication keys")).to_be_visible()
    await page.keyboard.press("Control+k")
    await field.fill("pause")
    await field.press("Enter")

    await expect(page.get_by_role("dialog", name=f"Pause {room}?")).to_be_visible()


async def test_keys_do_nothing_while_somebody_types_or_composes(visit: Open, admin: Client, room: str) -> None:
    task = await new_task(admin, room, "Paint the door")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")
    comment = page.get_by_role("textbox", name="Comment")

    await comment.press_sequentially("cap? gb")
    await expect(comment).to_have_value("cap? gb")
    await comment.blur()
    composing = (
        "(key) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true}))"
    )
    for key in "cap?":
        await page.evaluate(composing, key)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text(f"Assign {task}")
    # Within a dialog, they are off.
    await page.keyboard.press("c")
    await expect(page.get_by_role("dialog")).to_have_count(1)
