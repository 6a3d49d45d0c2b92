"""The view Now: what needs a person, what is stuck and why, and what was done."""

import re
from collections.abc import Mapping

from playwright.async_api import expect

from tests.client import Client
from tests.page.conftest import Open

_CREATE = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"


async def _tasks(admin: Client, room: str, *tasks: Mapping[str, object]) -> list[str]:
    made = await admin.execute(_CREATE, input={"room": room, "tasks": list(tasks)})
    return [task["id"] for task in made["createTasks"]]


async def _agent(admin: Client, room: str, name: str, **more: object) -> str:
    """Its token."""
    register = "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token } }"
    made = await admin.execute(register, input={"name": f"{room}-{name}", "rooms": [room], **more})
    token: str = made["registerAgent"]["token"]
    return token


async def test_what_needs_a_person_is_one_list_with_what_to_do_about_it(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    await admin.execute("mutation { acknowledge(input: {}) }")
    blocked, handed_in = await _tasks(
        admin, room, *({"task": {"title": title, "criteria": ["So"]}} for title in ("Raise the roof", "Paint it"))
    )
    for task in (blocked, handed_in):
        await worker.execute("mutation($task: ID!) { claimTask(input: {task: $task}) { task { id } } }", task=task)
    block = 'mutation($task: ID!) { blockTask(input: {task: $task, reason: "No ladder."}) { id } }'
    await worker.execute(block, task=blocked)
    asked = await worker.execute("query($id: ID!) { task(id: $id) { criteria { id } } }", id=handed_in)
    met = [{"id": criterion["id"], "met": True} for criterion in asked["task"]["criteria"]]
    submit = "mutation($input: SubmitTaskInput!) { submitTask(input: $input) { id } }"
    await worker.execute(submit, input={"task": handed_in, "summary": "Done.", "criteria": met})
    define = "mutation($input: DefineResourceInput!) { defineResource(input: $input) { id } }"
    await admin.execute(define, input={"room": room, "name": "ci", "failureThreshold": 1})
    report = "mutation($input: ReportHealthInput!) { reportHealth(input: $input) { id } }"
    await worker.execute(report, input={"room": room, "resource": "ci", "ok": False, "detail": "No quota"})
    say = 'mutation { sendMessage(input: {channel: "general", body: "@admin may I?"}) { id } }'
    await worker.execute(say)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/now")
    needs = page.get_by_role("region", name="Needs you")

    await expect(needs.get_by_role("listitem").filter(has_text="Paint it")).to_contain_text("nobody else")
    await expect(needs.get_by_role("link", name="@admin may I?")).to_be_visible()
    await expect(needs.get_by_role("listitem").filter(has_text="Raise the roof")).to_contain_text("No ladder.")
    await needs.get_by_role("button", name=f"Unblock {blocked}").click()
    await expect(needs.get_by_text("No ladder.")).to_have_count(0)
    await needs.get_by_role("button", name="Reset the breaker of ci").click()
    await expect(needs.get_by_text("No quota")).to_have_count(0)
    await needs.get_by_role("button", name=re.compile("^Acknowledge")).click()
    await expect(needs.get_by_text("may I?")).to_have_count(0)

    state = """query($room: ID!, $id: ID!) { task(id: $id) { status } inbox { totalCount }
        room(room: $room) { resources { breaker } } }"""
    after = await admin.execute(state, room=room, id=blocked)
    assert (after["task"]["status"], after["room"]["resources"]) == ("TODO", [{"breaker": "CLOSED"}])


async def test_what_is_stuck_is_summed_up_by_its_cause(visit: Open, admin: Client, room: str) -> None:
    chain = [
        {
            "ref": str(n),
            "dependsOnRefs": [str(n - 1)] if n else [],
            "task": {"title": f"Task {n}", "criteria": ["So"]},
        }
        for n in range(5)
    ]
    first, *_ = await _tasks(admin, room, *chain, *({"task": {"title": f"Bare {n}"}} for n in range(3)))
    await _agent(admin, room, "gone")
    assign = "mutation($input: AssignTaskInput!) { assignTask(input: $input) { id } }"
    await admin.execute(assign, input={"task": first, "assignee": f"{room}-gone"})
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/now")
    stuck = page.get_by_role("region", name="Stuck")

    cause = stuck.get_by_role("listitem").filter(has_text="Task 0")
    await expect(cause).to_contain_text("blocks 4 tasks")
    await expect(cause).to_contain_text(f"with {room}-gone, who is offline")
    await expect(stuck.get_by_role("listitem").filter(has_text="no criteria")).to_contain_text("blocks 3 tasks")
    owner = page.get_by_role("region", name="Needs you").get_by_role("listitem").filter(has_text="owner gone")
    await expect(owner).to_contain_text("owns 1 task")
    await owner.get_by_role("link", name=f"{room}-gone is offline").click()
    await expect(page.get_by_role("region", name="Ready").get_by_text("Task 0")).to_be_visible()


async def test_counters_lead_to_what_they_count(visit: Open, admin: Client, room: str) -> None:
    before, _ = await _tasks(
        admin,
        room,
        {"ref": "a", "task": {"title": "Walls", "criteria": ["So"]}},
        {"ref": "b", "dependsOnRefs": ["a"], "task": {"title": "Roof", "criteria": ["So"]}},
    )
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/now")
    waiting = page.locator("dl.counts > div").filter(has_text="Waiting")
    await waiting.get_by_role("link", name="1").click()

    await expect(page.get_by_role("region", name="Waiting").get_by_text("Roof")).to_be_visible()
    await expect(page.get_by_role("link", name=before)).to_have_count(0)


async def test_a_phone_shows_in_the_navigation_which_view_is_open(visit: Open, admin: Client, room: str) -> None:
    page = await visit(admin.url, admin.token, width=360)

    for view in ("Flow", "Digest"):
        await page.goto(f"/rooms/{room}/{view.lower()}")
        await expect(page.get_by_role("heading", name=view, exact=True)).to_be_visible()
        await expect(page.get_by_role("link", name=view, exact=True)).to_be_in_viewport(ratio=1)


async def test_an_act_is_one_line(visit: Open, admin: Client, room: str, worker: Client) -> None:
    rules = {"requireReview": False, "requireDoneCriteria": False}
    change = "mutation($input: UpdateRoomInput!) { updateRoom(input: $input) { id } }"
    await admin.execute(change, input={"room": room, "settings": rules})
    first, second = await _tasks(
        admin,
        room,
        {"ref": "a", "task": {"title": "Walls"}},
        {"ref": "b", "dependsOnRefs": ["a"], "task": {"title": "Roof"}},
    )
    await worker.execute("mutation($task: ID!) { claimTask(input: {task: $task}) { task { id } } }", task=first)
    complete = 'mutation($task: ID!) { completeTask(input: {task: $task, summary: "They **stand**."}) { id } }'
    await worker.execute(complete, task=first)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/now")
    newest = page.get_by_role("region", name="Newest")

    done = newest.get_by_role("listitem").filter(has_text="finished")
    await expect(done).to_contain_text("They stand.")
    await expect(done.locator("strong")).to_have_text("stand")
    await expect(done).to_contain_text(f"{second} became ready")
    await expect(newest.get_by_role("listitem").filter(has_text=f"created {first}")).to_contain_text("Roof")
    # Created, claimed, finished; and the room's own beginning.
    assert await newest.get_by_role("listitem").filter(has_text=re.compile(f"{first}|{second}")).count() == 3


async def test_an_empty_room_says_what_to_do_and_sees_an_agent_arrive(visit: Open, admin: Client, room: str) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/now")
    steps = page.get_by_role("region", name="Start here")
    await expect(steps.get_by_text("Listening")).to_be_visible()

    await steps.get_by_role("button", name="New objective").click()
    await page.get_by_role("dialog").get_by_label("Title").fill("House")
    await page.get_by_role("dialog").get_by_role("button", name="Create").click()
    # Not before it is saved: who leaves sooner takes the request along.
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.goto(f"/rooms/{room}/now")
    await expect(steps.get_by_role("heading", name=re.compile("Set a goal ?, done"))).to_be_visible()
    async with Client(admin.url, await _agent(admin, room, "first")) as agent:
        await agent.execute("mutation { heartbeat { unacknowledged } }")
        await expect(steps.get_by_text("is online")).to_be_visible()


async def test_a_message_calls_the_person_in_navigation_title_and_on_the_desktop(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    await admin.execute("mutation { acknowledge(input: {}) }")
    page = await visit(admin.url, admin.token)
    await page.context.grant_permissions(["notifications"])
    await page.add_init_script(
        "const Shown = Notification; window.shown = [];"
        "window.Notification = class extends Shown {"
        " constructor(title, options) { super(title, options); window.shown.push([title, options.body]); } };"
        "document.hasFocus = () => false;"
    )
    await page.goto(f"/rooms/{room}/tree")
    switch = page.get_by_role("button", name="Desktop notifications")
    await switch.click()
    await expect(switch).to_have_attribute("aria-pressed", "true")
    await page.wait_for_load_state("networkidle")

    ask = 'mutation { sendMessage(input: {to: ["admin"], body: "The cache is on fire."}) { id } }'
    await worker.execute(ask)

    views = page.get_by_role("navigation", name="Views")
    await expect(views.get_by_role("link", name="Room")).to_contain_text("1")
    await expect(views.get_by_role("link", name="Inbox")).to_contain_text("1")
    await expect(page).to_have_title(re.compile(r"^\(1\)"))
    await page.wait_for_function("() => window.shown.length > 0")
    assert await page.evaluate("() => window.shown") == [[f"{room}-worker, direct", "The cache is on fire."]]
