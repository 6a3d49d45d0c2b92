"""Messages in a room: reading, writing, replying."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Route, expect

from tests.client import Client
from tests.e2e.commands import Server
from tests.page.conftest import Open

_SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"


async def _say(client: Client, room: str, body: str, **where: object) -> str:
    sent = await client.execute(_SEND, input={"room": room, "body": body, **(where or {"channel": "general"})})
    message: str = sent["sendMessage"]["id"]
    return message


async def _last(client: Client, room: str) -> dict[str, object]:
    query = """query($room: ID!) { room(room: $room) { messages(first: null, last: 1) { nodes {
        body replyTo { id } mentions { name } to { name } channel { name } } } } }"""
    message: dict[str, object] = (await client.execute(query, room=room))["room"]["messages"]["nodes"][0]
    return message


async def test_messages_appear_live_and_html_in_them_stays_text(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/room/general")
    await expect(page.get_by_text("No messages yet.")).to_be_visible()
    create = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
    task = (await admin.execute(create, input={"room": room, "title": "Raise the roof"}))["createTask"]["id"]

    await _say(
        worker,
        room,
        f"{task} is `steep`:\n\n- **one**\n- <img src=x onerror=alert(1)>\n\n"
        "[far](https://example.com/far) [bad](javascript:alert(1)) ![picture](https://example.com/p.png)",
    )

    said = page.get_by_role("listitem").filter(has_text="steep")
    await expect(said.locator("code")).to_have_text("steep")
    await expect(said.locator("strong")).to_have_text("one")
    await expect(said.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    await expect(said.get_by_text("[bad](javascript:alert(1))")).to_be_visible()
    await expect(said.get_by_role("link", name="far")).to_have_attribute("href", "https://example.com/far")
    await expect(said.get_by_role("link", name="picture")).to_have_attribute("href", "https://example.com/p.png")
    assert await said.locator("img").count() == 0
    await said.get_by_role("link", name=task).click()
    await expect(page.get_by_role("heading", name="Raise the roof")).to_be_visible()


async def test_a_person_mentions_an_agent_by_keyboard_and_replies_in_a_thread(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, admin.token)
    question = await _say(worker, room, "Which colour?")
    await page.goto(f"/rooms/{room}/room/general")
    box = page.get_by_role("textbox", name="Message #general")

    await box.press_sequentially(f"Ask @{room[:6]}")
    await expect(page.get_by_role("option", name=f"@{room}-worker")).to_be_visible()
    await box.press("Enter")
    await expect(box).to_have_value(f"Ask @{room}-worker ")
    await box.press_sequentially("now")
    await box.press("Enter")

    await expect(page.get_by_role("link", name=f"@{room}-worker", exact=True)).to_be_visible()
    await expect(box).to_have_value("")
    called = {"body": f"Ask @{room}-worker now", "replyTo": None, "mentions": [{"name": f"{room}-worker"}]}
    assert await _last(admin, room) == {**called, "to": [], "channel": {"name": "general"}}

    await page.get_by_role("link", name=f"Reply to {room}-worker").click()
    await page.get_by_role("textbox", name="Reply").fill("Green.")
    await page.get_by_role("textbox", name="Reply").press("Enter")

    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("listitem").get_by_text("Green.")).to_be_visible()
    await expect(page.get_by_role("link", name="1 reply")).to_be_visible()
    assert (await _last(admin, room))["replyTo"] == {"id": question}


async def test_enter_in_a_composition_ends_the_composition_alone(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, admin.token)
    await _say(worker, room, "Which colour?")
    await page.goto(f"/rooms/{room}/room/general")
    box = page.get_by_role("textbox", name="Message #general")
    keyboard = await page.context.new_cdp_session(page)
    await box.press_sequentially("请@")

    await keyboard.send("Input.imeSetComposition", {"text": "page", "selectionStart": 4, "selectionEnd": 4})
    await expect(page.get_by_role("option", name=f"@{room}-worker")).to_be_visible()
    await keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter"})
    await keyboard.send("Input.insertText", {"text": "page"})

    await expect(box).to_have_value("请@page")
    await expect(page.get_by_role("option", name=f"@{room}-worker")).to_be_visible()
    await box.press("Enter")
    await expect(box).to_have_value(f"请@{room}-worker ")
    await expect(page.get_by_role("listitem").filter(has_text="请@")).to_have_count(0)
    await box.press("Enter")
    await expect(page.get_by_role("link", name=f"@{room}-worker", exact=True)).to_be_visible()
    assert (await _last(admin, room))["mentions"] == [{"name": f"{room}-worker"}]


async def test_what_was_typed_is_kept_until_it_is_sent_whole_and_once(visit: Open, admin: Client, room: str) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/room/general")
    box = page.get_by_role("textbox", name="Message #general")
    await expect(page.get_by_text("No messages yet.")).to_be_visible()

    async def is_lost(route: Route) -> None:
        await route.abort()

    async def answer_is_lost(route: Route) -> None:
        if "SendMessage" in (route.request.post_data or ""):
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await box.fill("It rains")
    await page.route("**/graphql", is_lost)
    await box.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(box).to_have_value("It rains")
    await box.press_sequentially(" in @")
    await page.unroute("**/graphql")
    await page.reload()
    await expect(box).to_have_value("It rains in @")
    await box.press("End")
    await box.press_sequentially("here.")
    await page.route("**/graphql", answer_is_lost)
    await box.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.unroute("**/graphql")
    await box.press("Enter")
    await expect(box).to_have_value("")

    query = "query($room: ID!) { room(room: $room) { messages { nodes { body } } } }"
    said = (await admin.execute(query, room=room))["room"]["messages"]["nodes"]
    assert said == [{"body": "It rains in @here."}]


async def test_a_direct_message_is_marked_until_it_is_acknowledged(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/room/general")
    person = page.get_by_role("navigation", name="Channels and people").get_by_role("link", name=f"{room}-worker")
    await expect(person).to_be_visible()

    await _say(worker, room, "May I?", to=["admin"])

    await expect(person).to_contain_text("1 for you")
    await person.click()
    await expect(page.get_by_text("May I?")).to_be_visible()
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(person).not_to_contain_text("for you")
    inbox = await admin.execute("{ inbox { nodes { message { body } } } }")
    assert {"message": {"body": "May I?"}} not in inbox["inbox"]["nodes"]
    await page.get_by_role("textbox", name=f"Message to {room}-worker").fill("You may.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("listitem").get_by_text("You may.")).to_be_visible()
    sent = await _last(admin, room)
    assert (sent["to"], sent["channel"]) == ([{"name": f"{room}-worker"}], None)


async def test_older_messages_load_when_scrolling_up(visit: Open, admin: Client, room: str, worker: Client) -> None:
    page = await visit(admin.url, admin.token)
    for n in range(120):
        await _say(worker, room, f"Line {n}.")
    await page.goto(f"/rooms/{room}/room/general")
    await expect(page.get_by_text("Line 119.")).to_be_in_viewport()
    await expect(page.get_by_text("Line 0.", exact=True)).to_have_count(0)

    area = page.get_by_role("region", name="Messages, general")
    for _ in range(3):
        await area.evaluate("(area) => { area.scrollTop = 0; }")
        await expect(page.get_by_role("button", name="Older messages")).not_to_be_in_viewport()
    await area.evaluate("(area) => { area.scrollTop = 0; }")

    await expect(page.get_by_text("This is the beginning of the conversation.")).to_be_in_viewport()
    await expect(page.get_by_text(re.compile(r"^Line \d+\.$"))).to_have_count(120)
    await _say(worker, room, "And one more.")
    await page.get_by_role("button", name="1 new message").click()
    await expect(page.get_by_text("And one more.")).to_be_in_viewport()


async def test_messages_sent_while_the_page_was_disconnected_appear(
    visit: Open, own_server: Callable[[int], Server], tmp_path: Path
) -> None:
    with own_server(0) as server:
        url, token = server.url, (tmp_path / "home" / "admin-token").read_text().strip()
        page = await visit(url, token)
        await page.goto("/rooms/main/room/general")
        await expect(page.get_by_text("No messages yet.")).to_be_visible()

        server.stop()
        await expect(page.get_by_text("Reconnecting")).to_be_visible()

    with own_server(urlsplit(url).port or 0) as server:
        async with Client(server.url, token) as client:
            for n in range(3):
                await _say(client, "main", f"After {n}.")

            await expect(page.get_by_text("After 2.")).to_be_visible(timeout=20_000)
            await expect(page.get_by_text(re.compile(r"^After \d\.$"))).to_have_count(3)
