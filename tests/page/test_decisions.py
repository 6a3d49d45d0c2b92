"""Decisions on the page: agents ask over the API, and a person answers, or asks."""

from typing import Any

from playwright.async_api import expect

from tests.client import Client
from tests.page.conftest import Open

_ESCALATE = "mutation($input: EscalateInput!) { escalate(input: $input) { id } }"
_PROPOSAL = "query($id: ID!) { node(id: $id) { ... on Proposal { status outcome votes { option note } } } }"


async def _held_task(admin: Client, worker: Client, room: str) -> str:
    create = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
    await admin.execute(create, input={"room": room, "title": "Ship it", "criteria": ["It runs"]})
    claimed = await worker.execute("mutation { claimNextTask { task { id } } }")
    task: str = claimed["claimNextTask"]["task"]["id"]
    return task


async def _proposal(client: Client, proposal: str) -> Any:
    return (await client.execute(_PROPOSAL, id=proposal))["node"]


async def test_a_person_answers_with_a_click_and_a_note(visit: Open, admin: Client, room: str, worker: Client) -> None:
    task = await _held_task(admin, worker, room)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/decisions")
    await expect(page.get_by_text("Nothing waits for your answer.")).to_be_visible()

    text = "Today or on Monday?\n\n![plan](https://elsewhere.example/plan.png) [see](https://elsewhere.example/)"
    asked = await worker.execute(_ESCALATE, input={"task": task, "question": text, "options": ["today", "on Monday"]})
    question = page.get_by_role("article").filter(has_text="Today or on Monday?")
    await expect(question.get_by_role("button", name="on Monday")).to_be_visible()
    await expect(question.get_by_role("listitem").filter(has_text=task)).to_be_visible()
    assert await page.locator("img").count() == 0

    update = 'mutation($id: ID!) { updateTask(input: {id: $id, description: "Another"}) { id } }'
    await admin.execute(update, id=task)
    await expect(question.get_by_text("changed since asked")).to_be_visible()
    await question.get_by_placeholder("Why").fill("Nobody deploys on Fridays.")
    await question.get_by_role("button", name="on Monday").click()

    ended = page.get_by_role("region", name="Ended")
    await expect(ended.get_by_text("admin: Nobody deploys on Fridays.")).to_be_visible()
    await expect(page.get_by_text("Nothing waits for your answer.")).to_be_visible()
    assert await _proposal(admin, asked["escalate"]["id"]) == {
        "status": "DECIDED",
        "outcome": "on Monday",
        "votes": [{"option": "on Monday", "note": "Nobody deploys on Fridays."}],
    }


async def test_a_person_asks_from_a_tasks_page_and_takes_it_back(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    task = await _held_task(admin, worker, room)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tasks/{task}")

    await page.get_by_role("button", name="Ask", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Who decides").select_option("VOTE")
    await dialog.get_by_label("Question").fill("Which paint?")
    await dialog.get_by_label("Options").fill("green\nblue")
    await dialog.get_by_role("button", name="Ask").click()
    await expect(page.get_by_role("heading", name="Which paint?")).to_be_visible()
    await expect(page.get_by_role("region", name="Votes").get_by_text(f"{room}-worker")).to_be_visible()
    await page.get_by_role("button", name="green").click()
    await expect(page.get_by_role("button", name="green")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Withdraw").click()
    await expect(page.get_by_text("withdrawn")).to_be_visible()

    await expect(page.get_by_role("button", name="green")).to_have_count(0)
    proposal = page.url.rsplit("/", 1)[1]
    assert await _proposal(admin, proposal) == {
        "status": "WITHDRAWN",
        "outcome": None,
        "votes": [{"option": "green", "note": ""}],
    }
    await page.goto(f"/rooms/{room}/tasks/{task}")
    await expect(page.get_by_role("region", name="Decisions").get_by_role("link", name="Which paint?")).to_be_visible()


async def test_who_may_only_read_is_offered_no_answer(visit: Open, admin: Client, room: str, worker: Client) -> None:
    task = await _held_task(admin, worker, room)
    asked = await worker.execute(_ESCALATE, input={"task": task, "question": "Now?"})
    token = "mutation { createToken(input: {role: OBSERVER}) { token } }"
    page = await visit(admin.url, (await admin.execute(token))["createToken"]["token"])

    for path in ("decisions", f"decisions/{asked['escalate']['id']}", f"tasks/{task}"):
        await page.goto(f"/rooms/{room}/{path}")
        await expect(page.get_by_text("Now?").first).to_be_visible()
        for name in ("yes", "abstain", "New proposal", "Withdraw", "Ask"):
            await expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
