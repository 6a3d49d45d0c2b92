"""Tasks on the page: agents work on them over the API, and a person watches and acts."""

import pytest
from playwright.async_api import Page, expect

from tests.client import Client
from tests.page.conftest import Open, end_of_log


async def _new_task(client: Client, room: str, title: str, **more: object) -> str:
    query = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
    made = await client.execute(query, input={"room": room, "title": title, **more})
    task: str = made["createTask"]["id"]
    return task


async def _claim(worker: Client) -> None:
    await worker.execute("mutation { claimNextTask { task { id } } }")


async def _submit(worker: Client, task: str) -> None:
    asked = await worker.execute("query($id: ID!) { task(id: $id) { criteria { id } } }", id=task)
    met = [{"id": criterion["id"], "met": True} for criterion in asked["task"]["criteria"]]
    query = "mutation($input: SubmitTaskInput!) { submitTask(input: $input) { id } }"
    await worker.execute(query, input={"task": task, "summary": "It stands.", "criteria": met})


async def _expect_in_column(page: Page, column: str, title: str) -> None:
    await expect(page.get_by_role("region", name=column).get_by_text(title)).to_be_visible()


async def test_a_task_moves_across_the_board_as_agents_work(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()

    task = await _new_task(admin, room, "Raise the roof", criteria=["It holds"])
    await _expect_in_column(page, "Ready", "Raise the roof")
    await _claim(worker)
    await _expect_in_column(page, "Doing", "Raise the roof")
    await _submit(worker, task)
    await _expect_in_column(page, "In review", "Raise the roof")

    # Each column asks for itself: for a moment the one that it left may still have it.
    card = page.get_by_text("Raise the roof")
    await expect(card).to_have_count(1)
    await card.click()
    await page.get_by_role("button", name="Review", exact=True).click()
    await page.get_by_role("dialog").get_by_label("Comment").fill("It holds indeed.")
    await page.get_by_role("dialog").get_by_role("button", name="Approve").click()

    await expect(page.get_by_role("article").get_by_text("Done", exact=True)).to_be_visible()
    await expect(page.get_by_text("accepted")).to_be_visible()
    state = await admin.execute("query($id: ID!) { task(id: $id) { status reviewer { name } } }", id=task)
    assert state["task"] == {"status": "DONE", "reviewer": {"name": "admin"}}
    await page.get_by_role("link", name="Board").first.click()
    await _expect_in_column(page, "Done", "Raise the roof")


@pytest.mark.usefixtures("worker")
async def test_a_person_creates_prioritises_assigns_comments_on_and_cancels_a_task(
    visit: Open, admin: Client, room: str
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")

    await page.get_by_role("button", name="New task").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("Paint the door")
    await dialog.get_by_label("Done when").fill("It is green\nIt is dry")
    await dialog.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("heading", name="Paint the door")).to_be_visible()
    properties = page.get_by_role("region", name="Properties")
    await page.get_by_role("button", name="Edit priority").click()
    await page.get_by_role("combobox", name="Priority").press_sequentially("P0\n")
    await expect(page.get_by_role("form", name="Priority")).to_have_count(0)
    await expect(properties.get_by_text("P0")).to_be_visible()
    await page.get_by_role("button", name="Assign", exact=True).click()
    await dialog.get_by_role("combobox", name="Assignee").press_sequentially("worker\n")
    await expect(properties.get_by_text(f"{room}-worker")).to_be_visible()
    await page.get_by_role("textbox", name="Comment").fill("Green as grass.")
    await page.get_by_role("button", name="Comment").click()
    await expect(page.get_by_text("Green as grass.")).to_be_visible()
    await page.get_by_role("button", name="Cancel task").click()
    await dialog.get_by_label("Why").fill("No paint.")
    await dialog.get_by_role("button", name="Cancel task").click()
    await expect(page.get_by_role("article").get_by_text("Cancelled", exact=True)).to_be_visible()

    task = page.url.rsplit("/", 1)[1]
    query = "query($id: ID!) { task(id: $id) { status priority criteria { text } assignee { name } } }"
    assert (await admin.execute(query, id=task))["task"] == {
        "status": "CANCELLED",
        "priority": "P0",
        "criteria": [{"text": "It is green"}, {"text": "It is dry"}],
        "assignee": {"name": f"{room}-worker"},
    }


async def test_a_refusal_stands_at_its_field_in_words_for_people(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    first = await _new_task(admin, room, "First", criteria=["It is so"])
    task = await _new_task(admin, room, "Alone", criteria=["It is so"], dependsOn=[first])
    page = await visit(admin.url, worker.token)
    await page.goto(f"/rooms/{room}/tasks/{first}")

    await page.get_by_label("Add dependency").fill(task)
    await page.get_by_label("Add dependency").press("Enter")

    refused = await worker.refused(
        "mutation($task: ID!, $on: ID!) { addDependency(input: {task: $task, dependsOn: $on}) { kind } }",
        task=first,
        on=task,
    )
    alert = page.get_by_role("region", name="Dependencies").get_by_role("alert")
    await expect(alert).to_contain_text(f"This would create a dependency cycle: {' waits for '.join(refused['path'])}.")
    await expect(alert).to_contain_text("A task can't wait for itself, directly or through others.")
    # It names the next call of a program.
    assert "removeDependency" in refused["hint"]
    await expect(alert).not_to_contain_text("removeDependency")


async def test_a_refusal_of_a_dialog_is_shown_once_in_it_and_goes_with_it(
    visit: Open, admin: Client, room: str
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/board")
    await page.get_by_role("button", name="New task").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("Paint the door")
    await dialog.get_by_label("Blocked by").fill("T999999")

    for _ in range(2):
        await dialog.get_by_role("button", name="Create").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("T999999 was not found")
    await expect(dialog.get_by_role("alert")).to_have_count(1)
    await dialog.get_by_role("button", name="Cancel").click()

    await expect(page.get_by_role("alert")).to_have_count(0)
    counts = await admin.execute("query($room: ID!) { room(room: $room) { counts { total } } }", room=room)
    assert counts["room"]["counts"]["total"] == 0


async def test_a_review_is_offered_to_those_who_may_give_it(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    query = "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { agent { id } } }"
    await admin.execute(query, input={"name": f"{room}-other", "rooms": [room]})
    task = await _new_task(admin, room, "Alone", criteria=["It is so"], reviewer=f"{room}-other")
    await _claim(worker)
    await _submit(worker, task)

    page = await visit(admin.url, worker.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")
    await expect(page.get_by_text(f"{room}-other reviews your work.")).to_be_visible()
    await expect(page.get_by_role("button", name="Review", exact=True)).to_have_count(0)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")
    await expect(page.get_by_text(f"{room}-other reviews this.")).to_be_visible()
    await page.get_by_role("button", name="Take over").click()
    await page.get_by_role("dialog").get_by_role("button", name="Approve").click()

    await expect(page.get_by_role("article").get_by_text("Done", exact=True)).to_be_visible()


async def test_who_may_only_read_is_offered_nothing_else(visit: Open, admin: Client, room: str, worker: Client) -> None:
    goal = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"
    measured = [{"title": "Rooms", "target": 4}]
    made = await admin.execute(goal, input={"room": room, "title": "House", "keyResults": measured})
    task = await _new_task(admin, room, "Alone", criteria=["It is so"])
    await _claim(worker)
    await _submit(worker, task)
    token = "mutation { createToken(input: {role: OBSERVER}) { token } }"
    page = await visit(admin.url, (await admin.execute(token))["createToken"]["token"])

    offered = {}
    objective = f"tree/{made['createObjective']['id']}"
    for path in ("now", objective, "board", f"tasks/{task}", "room/general", "inbox", "schedules", "insights"):
        await page.goto(f"/rooms/{room}/{path}")
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        await expect(page.get_by_text("Loading…")).to_have_count(0)
        offered[path] = [
            (await button.text_content() or await button.get_attribute("aria-label") or "").strip()
            for button in await page.locator("main button, .topbar button").all()
            if not await button.is_disabled()
        ]
    # The board's filter is saved in the browser, for whoever looks.
    assert {path: names for path, names in offered.items() if names} == {"board": ["Save"]}


async def test_a_paused_room_allows_no_claims_until_it_is_resumed(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    await _new_task(admin, room, "Wait", criteria=["It is so"])
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/now")

    await page.get_by_role("button", name="Pause room").click()
    await page.get_by_role("dialog").get_by_role("button", name="Pause room").click()
    await expect(page.get_by_text("No task can be claimed. Work in progress continues.")).to_be_visible()
    claim = "mutation { claimNextTask { task { id } nothing { paused } } }"
    assert (await worker.execute(claim))["claimNextTask"] == {"task": None, "nothing": {"paused": True}}
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_role("button", name="Pause room")).to_be_visible()

    assert (await worker.execute(claim))["claimNextTask"]["task"] is not None


async def test_the_page_follows_the_log_to_its_end_under_load(visit: Open, admin: Client, room: str) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/now")
    await expect(page.get_by_text("Ready to start")).to_be_visible()

    for batch in range(4):
        query = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
        tasks = [{"task": {"title": f"{batch} of {n}", "criteria": ["So"]}} for n in range(100)]
        await admin.execute(query, input={"room": room, "tasks": tasks})

    sign = page.locator("[data-cursor]")
    await expect(sign).to_have_attribute("data-cursor", await end_of_log(admin, room))
    await expect(page.get_by_role("region", name="Ready to start").get_by_text("400", exact=True)).to_be_visible()


async def test_what_waits_is_counted_in_the_navigation_and_in_the_title(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, worker.token)
    await page.goto(f"/rooms/{room}/tree")
    await expect(page).to_have_title(f"Tree · {room} · Goalroom")

    say = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
    await admin.execute(say, input={"room": room, "to": [f"{room}-worker"], "body": "The cache is on fire"})
    ask = "mutation($input: ProposeInput!) { propose(input: $input) { id } }"
    await admin.execute(ask, input={"room": room, "kind": "VOTE", "title": "Turn it off?"})

    await expect(page).to_have_title(f"(2) Tree · {room} · Goalroom")
    navigation = page.get_by_role("navigation", name="Views")
    await expect(navigation.get_by_role("link", name="Inbox 2")).to_be_visible()
    await expect(navigation.get_by_role("link", name="Decisions 1")).to_be_visible()
    await expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/logo-waiting.svg")


async def test_the_texts_of_a_task_are_markdown_without_images(visit: Open, admin: Client, room: str) -> None:
    text = "**Bold**, see [there](https://elsewhere.example/) ![x](https://elsewhere.example/x.png)"
    task = await _new_task(admin, room, "Alone", description=text)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")

    description = page.get_by_role("region", name="Description")
    await expect(description.locator("strong")).to_have_text("Bold")
    await expect(description.get_by_role("link", name="there")).to_have_attribute("rel", "noopener noreferrer")
    await expect(description.locator("img")).to_have_count(0)
