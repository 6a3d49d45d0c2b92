"""Everything of tasks, objectives and key results is edited where it stands: saved, undone, or refused at its field."""

import pytest
from playwright.async_api import Page, Route, expect

from tests.client import Client
from tests.page.conftest import Open
from tests.page.tasks.rooms import new_objective, new_task

TASK = """query($id: ID!) { task(id: $id) { title description priority labels capabilities track trackOrder role
  instructions estimateMinutes dueAt notBefore objective { id } parent { id } reviewer { name } resources { name }
  criteria { text } } }"""


async def _edit(page: Page, label: str, text: str) -> None:
    await page.get_by_role("button", name=f"Edit {label.lower()}", exact=True).click()
    field = page.get_by_role("form", name=label)
    await field.get_by_label(label).first.fill(text)
    await field.get_by_role("button", name="Save").click()
    await expect(field).to_have_count(0)


async def _choose(page: Page, label: str, text: str, option: str) -> None:
    await page.get_by_role("button", name=f"Edit {label.lower()}", exact=True).click()
    await page.get_by_role("combobox", name=label).fill(text)
    await page.get_by_role("listbox").get_by_role("option", name=option).click()
    await expect(page.get_by_role("form", name=label)).to_have_count(0)


@pytest.mark.usefixtures("worker")
async def test_every_property_of_a_task_is_edited_in_place(visit: Open, admin: Client, room: str) -> None:
    goal, parent = await new_objective(admin, room, "House"), await new_task(admin, room, "Paint it all")
    resource = "mutation($input: DefineResourceInput!) { defineResource(input: $input) { name } }"
    await admin.execute(resource, input={"room": room, "name": "ladder", "capacity": 1})
    task = await new_task(admin, room, "Paint the dor")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")

    await _edit(page, "Title", "Paint the door")
    await _edit(page, "Description", "**Green**")
    await _edit(page, "Criteria", "It is green\nIt is dry")
    await _edit(page, "Labels", "paint, door")
    await _edit(page, "Due", "2031-05-01T10:00")
    await _choose(page, "Priority", "P1", "P1")
    await _choose(page, "Objective", "Hou", "House")
    await _choose(page, "Reviewer", "work", f"{room}-worker")
    await page.get_by_text("More", exact=True).click()
    await _edit(page, "Estimate", "90")
    await _edit(page, "Not before", "2030-05-01T10:00")
    await _choose(page, "Parent", "paint", "Paint it all")
    await _edit(page, "Capabilities", "brush")
    await page.get_by_role("button", name="Edit resources").click()
    await page.get_by_role("checkbox", name="ladder").check()
    await page.get_by_role("form", name="Resources").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("form", name="Resources")).to_have_count(0)
    await _edit(page, "Track", "doors")
    await _edit(page, "Track order", "2")
    await _edit(page, "Role", "painter")
    await _edit(page, "Instructions", "Two coats.")

    assert (await admin.execute(TASK, id=task))["task"] == {
        "title": "Paint the door",
        "description": "**Green**",
        "priority": "P1",
        "labels": ["paint", "door"],
        "capabilities": ["brush"],
        "track": "doors",
        "trackOrder": 2,
        "role": "painter",
        "instructions": "Two coats.",
        "estimateMinutes": 90,
        "dueAt": "2031-05-01T10:00:00.000000Z",
        "notBefore": "2030-05-01T10:00:00.000000Z",
        "objective": {"id": goal},
        "parent": {"id": parent},
        "reviewer": {"name": f"{room}-worker"},
        "resources": [{"name": "ladder"}],
        "criteria": [{"text": "It is green"}, {"text": "It is dry"}],
    }


async def test_what_was_saved_is_undone_and_what_was_discarded_comes_back(
    visit: Open, admin: Client, room: str
) -> None:
    task = await new_task(admin, room, "Paint the door", labels=["paint"])
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")

    await _edit(page, "Labels", "varnish")
    await expect(page.get_by_role("region", name="Properties").get_by_text("varnish", exact=True)).to_be_visible()
    await page.get_by_text("Labels saved.").locator("..").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("region", name="Properties").get_by_text("paint", exact=True)).to_be_visible()
    assert (await admin.execute(TASK, id=task))["task"]["labels"] == ["paint"]

    await page.get_by_role("button", name="Edit title").click()
    await page.get_by_role("textbox", name="Title").fill("Paint the gate")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Paint the door")).to_be_visible()
    await page.get_by_text("Title was not changed.").locator("..").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Paint the gate")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Paint the gate")).to_be_visible()


async def test_a_refused_text_stays_with_its_reason_and_outlasts_the_way_to_another_page(
    visit: Open, admin: Client, room: str
) -> None:
    task = await new_task(admin, room, "Paint the door")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")
    description = page.get_by_role("form", name="Description")

    async def lose_updates(route: Route) -> None:
        await (route.abort() if "UpdateTask" in (route.request.post_data or "") else route.continue_())

    await page.route("**/graphql", lose_updates)
    await page.get_by_role("button", name="Edit description").click()
    await description.get_by_role("textbox").fill("A long text")
    await page.keyboard.press("Control+Enter")
    await expect(description.get_by_role("alert")).to_contain_text("The server can't be reached.")
    await page.get_by_role("link", name="Board").first.click()
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()
    await page.go_back()
    await expect(description.get_by_role("textbox")).to_have_value("A long text")
    await page.unroute("**/graphql")
    await description.get_by_role("button", name="Save").click()

    await expect(description).to_have_count(0)
    await expect(page.get_by_role("region", name="Description").get_by_text("A long text")).to_be_visible()
    assert (await admin.execute(TASK, id=task))["task"]["description"] == "A long text"


async def test_a_refusal_of_a_field_stands_at_it(visit: Open, admin: Client, room: str) -> None:
    task = await new_task(admin, room, "Paint the door")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")
    labels = page.get_by_role("form", name="Labels")

    await page.get_by_role("button", name="Edit labels").click()
    await labels.get_by_role("textbox").fill("x" * 101)
    await labels.get_by_role("button", name="Save").click()

    await expect(labels.get_by_role("alert")).to_contain_text("100")
    await expect(labels.get_by_role("textbox")).to_have_value("x" * 101)
    assert (await admin.execute(TASK, id=task))["task"]["labels"] == []


async def test_a_place_is_changed_for_another_or_none_at_once(visit: Open, admin: Client, room: str) -> None:
    house, shed = await new_objective(admin, room, "House"), await new_objective(admin, room, "Shed")
    task = await new_task(admin, room, "Paint the door", objective=house)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")
    properties = page.get_by_role("region", name="Properties")

    await page.get_by_role("button", name="Edit objective").click()
    await expect(page.get_by_role("combobox", name="Objective")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("form", name="Objective")).to_have_count(0)
    await _choose(page, "Objective", "shed", "Shed")
    await expect(properties.get_by_text("Shed")).to_be_visible()
    assert (await admin.execute(TASK, id=task))["task"]["objective"] == {"id": shed}
    await page.get_by_role("button", name="Edit objective").click()
    await page.get_by_role("button", name=f"None instead of {shed}").click()

    await expect(page.get_by_role("form", name="Objective")).to_have_count(0)
    assert (await admin.execute(TASK, id=task))["task"]["objective"] is None


async def test_a_subtask_is_made_on_the_page_of_its_parent(visit: Open, admin: Client, room: str) -> None:
    goal = await new_objective(admin, room, "House")
    task = await new_task(admin, room, "Paint the door", objective=goal)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")

    await page.get_by_role("button", name="Add subtask").click()
    await page.get_by_role("dialog").get_by_label("Title").fill("Buy paint")
    await page.get_by_role("dialog").get_by_role("button", name="Create").click()

    await expect(page.get_by_role("heading", name="Buy paint")).to_be_visible()
    made = (await admin.execute(TASK, id=page.url.rsplit("/", 1)[1]))["task"]
    assert (made["parent"], made["objective"]) == ({"id": task}, {"id": goal})


@pytest.mark.usefixtures("worker")
async def test_an_objective_is_edited_measured_commented_on_and_ended(visit: Open, admin: Client, room: str) -> None:
    above, goal = await new_objective(admin, room, "City"), await new_objective(admin, room, "Hous")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tree/{goal}")
    query = """query($id: ID!) { objective(id: $id) { title description status weight dueAt archivedAt owner { name }
      parent { id } keyResults { title unit start target current } comments { nodes { body } } } }"""

    await _edit(page, "Title", "House")
    await _edit(page, "Description", "With a roof")
    await _choose(page, "Owner", "work", f"{room}-worker")
    await _edit(page, "Due", "2031-05-01T10:00")
    await _edit(page, "Weight", "2.5")
    await _choose(page, "Parent", "Cit", "City")
    await page.get_by_role("button", name="Add key result").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("Rooms")
    await dialog.get_by_label("Target").fill("4")
    await dialog.get_by_label("Unit").fill("rooms")
    await dialog.get_by_role("button", name="Create").click()
    await _edit(page, "Title of the key result", "Rooms done")
    await _edit(page, "Target of Rooms done", "5")
    await _edit(page, "Value of Rooms done", "2")
    await _edit(page, "Unit of Rooms done", "halls")
    await expect(page.get_by_text("unit: halls")).to_be_visible()
    await page.get_by_role("textbox", name="Comment").fill("On the way.")
    await page.get_by_role("button", name="Comment").click()
    await expect(page.get_by_role("listitem").get_by_text("On the way.", exact=True)).to_be_visible()

    assert (await admin.execute(query, id=goal))["objective"] == {
        "title": "House",
        "description": "With a roof",
        "status": "ACTIVE",
        "weight": 2.5,
        "dueAt": "2031-05-01T10:00:00.000000Z",
        "archivedAt": None,
        "owner": {"name": f"{room}-worker"},
        "parent": {"id": above},
        "keyResults": [{"title": "Rooms done", "unit": "halls", "start": 0, "target": 5, "current": 2}],
        "comments": {"nodes": [{"body": "On the way."}]},
    }
    status = page.get_by_role("complementary", name="Objective")
    await page.get_by_text("Status", exact=True).click()
    await page.get_by_role("button", name="Archive").click()
    await expect(status.get_by_text("archived", exact=True)).to_be_visible()
    await page.get_by_text("is archived.").locator("..").get_by_role("button", name="Undo").click()
    await expect(status.get_by_text("archived", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="Cancel objective").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel objective").click()
    await expect(status.get_by_text("cancelled", exact=True)).to_be_visible()
    assert (await admin.execute(query, id=goal))["objective"]["status"] == "CANCELLED"


async def test_a_moved_objective_goes_back_at_a_click(visit: Open, admin: Client, room: str) -> None:
    house = await new_objective(admin, room, "House")
    shed = await new_objective(admin, room, "Shed", parent=house)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tree/{shed}")
    query = "query($id: ID!) { objective(id: $id) { parent { id } } }"
    await page.get_by_role("tree").focus()
    await expect(page.get_by_role("treeitem", name="Shed")).to_be_visible()

    await page.keyboard.press("m")
    await page.get_by_role("button", name="Top level").click()
    await expect(page.get_by_text(f"{shed} was moved to the top level.")).to_be_visible()
    await expect(page.get_by_role("treeitem", name="Shed", level=1)).to_be_visible()
    assert (await admin.execute(query, id=shed))["objective"]["parent"] is None
    await page.get_by_role("button", name="Undo").click()

    await expect(page.get_by_role("treeitem", name="Shed", level=1)).to_have_count(0)
    await expect(page.get_by_role("treeitem", name="Shed", level=2)).to_be_visible()
    assert (await admin.execute(query, id=shed))["objective"]["parent"] == {"id": house}
    # What was said of the last move would cover the buttons of the next.
    await page.get_by_role("tree").focus()
    await page.keyboard.press("m")
    await expect(page.get_by_text("choose its new parent")).to_be_visible()
    await expect(page.locator(".toast")).to_have_count(0)


async def test_acknowledged_items_are_found_again(visit: Open, admin: Client, room: str, worker: Client) -> None:
    say = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
    for body in ("The cache is on fire", "The cache is cold"):
        await admin.execute(say, input={"room": room, "to": [f"{room}-worker"], "body": body})
    page = await visit(admin.url, worker.token)
    await page.goto(f"/rooms/{room}/inbox")
    await expect(page.get_by_text("The cache is cold")).to_be_visible()

    await page.keyboard.press("j")
    await page.keyboard.press("e")
    await expect(page.get_by_text("The cache is on fire")).to_have_count(0)
    await expect(page.get_by_text("The cache is cold")).to_be_visible()
    await page.get_by_text("Acknowledged", exact=True).click()

    await expect(page.get_by_text("The cache is on fire")).to_be_visible()
    await expect(page.get_by_text("The cache is cold")).to_have_count(0)


async def test_a_message_of_ones_own_is_replaced(visit: Open, admin: Client, room: str) -> None:
    say = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
    first = await admin.execute(say, input={"room": room, "channel": "general", "body": "The dor is green"})
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/room/general")

    await page.get_by_role("listitem").filter(has_text="The dor is green").get_by_role("button", name="Edit").click()
    field = page.get_by_role("textbox", name="Message", exact=True)
    await expect(field).to_have_value("The dor is green")
    await field.fill("The door is green")
    await field.press("Enter")

    await expect(page.get_by_text("The door is green")).to_be_visible()
    await expect(page.get_by_text("Replaced by a later message")).to_be_visible()
    query = "query($id: ID!) { node(id: $id) { ... on Message { supersededBy { body channel { name } } } } }"
    replaced = (await admin.execute(query, id=first["sendMessage"]["id"]))["node"]["supersededBy"]
    assert replaced == {"body": "The door is green", "channel": {"name": "general"}}
