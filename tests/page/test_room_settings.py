"""A room on the page: its rules, its members, and making another."""

import secrets

from playwright.async_api import expect

from tests.client import Client
from tests.page.conftest import Open

_ROOM = """query($room: ID!) { room(room: $room) { title agents { name }
  settings { requireReview wipLimit leaseSeconds reclaimAfterSeconds digestAt timezone maxAttempts } } }"""


async def test_rules_say_what_they_do_and_are_changed_together(visit: Open, admin: Client, room: str) -> None:
    before = (await admin.execute(_ROOM, room=room))["room"]["settings"]
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/settings")
    rules = page.get_by_role("region", name="Rules")
    await expect(rules.get_by_text("A finished task passes a reviewer who is not its author.")).to_be_visible()
    await expect(rules.get_by_role("button", name="Save")).to_be_disabled()

    await rules.get_by_label("Title").fill("The yard")
    await rules.get_by_label("Review").uncheck()
    await rules.get_by_label("Work in progress").fill("3")
    await rules.get_by_label("Lease", exact=True).fill("45")
    await rules.get_by_label("Reclaimed after", exact=True).fill("")
    await rules.get_by_label("Daily digest at").fill("07:30")
    await rules.get_by_label("Time zone").fill("Asia/Kathmandu")
    # Somebody else's change meanwhile stays, for only what was changed here is sent.
    update = "mutation($room: ID!) { updateRoom(input: {room: $room, settings: {maxAttempts: 9}}) { id } }"
    await admin.execute(update, room=room)
    await expect(rules.get_by_label("Attempts")).to_have_value("9")
    await rules.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()

    after = (await admin.execute(_ROOM, room=room))["room"]
    assert after["title"] == "The yard"
    assert after["settings"] == before | {
        "requireReview": False,
        "wipLimit": 3,
        "leaseSeconds": 45 * 60,
        "reclaimAfterSeconds": None,
        "digestAt": "07:30",
        "timezone": "Asia/Kathmandu",
        "maxAttempts": 9,
    }
    await rules.get_by_label("Time zone").fill("Nowhere")
    await rules.get_by_role("button", name="Save").click()
    # The refusal stands at the button, and leaves it to be pressed again.
    await expect(page.get_by_role("alert")).to_be_visible()
    said = await page.get_by_role("alert").bounding_box()
    save = await rules.get_by_role("button", name="Save").bounding_box()
    assert said is not None
    assert save is not None
    assert 0 < save["y"] - (said["y"] + said["height"]) < 20
    assert said["x"] <= save["x"] + save["width"] <= said["x"] + said["width"] + 20
    await expect(rules.get_by_label("Time zone")).to_have_value("Nowhere")
    await rules.get_by_role("button", name="Undo changes").click()
    await expect(rules.get_by_label("Time zone")).to_have_value("Asia/Kathmandu")


async def test_an_admin_lets_members_in_and_takes_them_out(visit: Open, admin: Client, room: str) -> None:
    register = "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token } }"
    await admin.execute(register, input={"name": f"{room}-pat", "kind": "HUMAN", "rooms": ["main"]})
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/settings")
    members = page.get_by_role("region", name="Members")

    await members.get_by_label("Let in").fill("nobody-of-this-name")
    await members.get_by_role("button", name="Let in").click()
    await expect(page.get_by_role("alert")).to_contain_text("nobody-of-this-name")
    await members.get_by_label("Let in").fill(f"@{room}-pat")
    await members.get_by_role("button", name="Let in").click()
    await expect(members.get_by_role("link", name=f"{room}-pat")).to_be_visible()
    rooms = "query($agent: ID!) { agent(agent: $agent) { rooms { name } } }"
    assert (await admin.execute(rooms, agent=f"{room}-pat"))["agent"] == {
        "rooms": [{"name": name} for name in sorted(["main", room])]
    }

    await members.get_by_role("button", name=f"Take out {room}-pat").click()
    await page.get_by_role("dialog").get_by_role("button", name="Take out").click()
    await expect(members.get_by_role("link", name=f"{room}-pat")).to_have_count(0)
    assert (await admin.execute(rooms, agent=f"{room}-pat"))["agent"] == {"rooms": [{"name": "main"}]}


async def test_an_admin_makes_a_room_and_is_in_it(visit: Open, admin: Client, room: str) -> None:
    name = f"new-{secrets.token_hex(4)}"
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/settings")
    await page.get_by_role("button", name="New room").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_label("Title").fill("A new one")
    await dialog.get_by_role("button", name="Create").click()

    await page.wait_for_url(f"**/rooms/{name}/settings")
    await expect(page.get_by_role("heading", name="Settings of A new one")).to_be_visible()
    await expect(page.get_by_role("combobox", name="Room")).to_have_value(name)
    assert (await admin.execute(_ROOM, room=name))["room"]["agents"] == [{"name": "admin"}]


async def test_an_admin_archives_a_room_undoes_it_and_brings_it_back(visit: Open, admin: Client, room: str) -> None:
    query = "query($room: ID!) { room(room: $room) { archivedAt settings { paused } } }"
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/settings")
    archived = page.get_by_role("region", name="Room", exact=True).get_by_text("Archived")

    await page.get_by_role("button", name="Archive room").click()
    await page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    await page.get_by_role("button", name="Archive room").click()
    await page.get_by_role("dialog").get_by_role("button", name="Archive room").click()
    await expect(archived).to_be_visible()
    # Nothing that would be refused is offered.
    await expect(page.get_by_role("region", name="Rules").get_by_label("Title")).to_be_disabled()
    await page.keyboard.press("c")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    # What is no part of the room goes on.
    await page.get_by_role("link", name="Agents").click()
    await page.get_by_role("link", name="admin", exact=True).click()
    await expect(page.get_by_role("button", name="New token")).to_be_enabled()
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("button", name="Undo").click()
    await expect(archived).to_have_count(0)
    assert (await admin.execute(query, room=room))["room"] == {"archivedAt": None, "settings": {"paused": False}}

    await admin.execute("mutation($r: ID!) { updateRoom(input: {room: $r, archived: true}) { id } }", r=room)
    await expect(archived).to_be_visible()
    await page.goto("/rooms/main/settings")
    await expect(page.get_by_role("combobox", name="Room").locator(f"option[value={room}]")).to_have_count(0)
    gone = page.get_by_role("region", name="Archived rooms")
    await gone.get_by_role("button", name=f"Bring back {room}").click()
    await expect(gone.get_by_text(room)).to_have_count(0)
    assert (await admin.execute(query, room=room))["room"] == {"archivedAt": None, "settings": {"paused": True}}


async def test_a_program_reads_the_rules_and_changes_nothing(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, worker.token)
    await page.goto(f"/rooms/{room}/settings")

    await expect(page.get_by_role("region", name="Rules").get_by_label("Title")).to_be_disabled()
    await expect(page.get_by_role("region", name="Members").get_by_text(f"{room}-worker")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
