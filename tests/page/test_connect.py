"""Connecting an agent on the page: its token is shown once, replaced, and revoked."""

import re

from playwright.async_api import expect

from tests.client import Client
from tests.page.conftest import Open


async def test_an_admin_connects_an_agent_and_replaces_and_revokes_its_token(
    visit: Open, admin: Client, room: str
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/agents")
    await page.get_by_role("button", name="Connect an agent").click()
    dialog = page.get_by_role("dialog")
    name = f"{room}-codex"
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_label("Capabilities").fill("python, code review")
    await expect(dialog.get_by_label("Room")).to_have_value(room)
    await dialog.get_by_role("button", name="Create").click()

    line = await dialog.get_by_label("Token").input_value()
    token = line.removeprefix("export GOALROOM_TOKEN=")
    await expect(dialog.get_by_label("Lines for Claude Code")).to_have_value(re.compile(f"goalroom {admin.url}/mcp "))
    await dialog.get_by_label("Client").select_option("Codex")
    await expect(dialog.get_by_label("Lines for Codex")).to_have_value(re.compile(f'url = "{admin.url}/mcp"'))
    async with Client(admin.url, token) as agent:
        me = await agent.execute("{ me { name capabilities rooms { name } } myRole }")
        assert me == {
            "me": {"name": name, "capabilities": ["code review", "python"], "rooms": [{"name": room}]},
            "myRole": "MEMBER",
        }
    await dialog.get_by_role("button", name="Done").click()

    await page.goto(f"/rooms/{room}/agents/{name}")
    tokens = page.get_by_role("region", name="Tokens")
    await expect(tokens.get_by_text("last used")).to_be_visible()
    await tokens.get_by_role("button", name="Rotate").click()
    second = (await dialog.get_by_label("Token").input_value()).removeprefix("export GOALROOM_TOKEN=")
    await dialog.get_by_role("button", name="Done").click()
    await expect(tokens.get_by_text("never used")).to_be_visible()
    await expect(tokens.get_by_role("listitem")).to_have_count(1)
    assert second != token
    await tokens.get_by_role("button", name="Revoke").click()
    await expect(dialog.get_by_text("It is the last one")).to_be_visible()
    await dialog.get_by_role("button", name="Revoke").click()
    await expect(tokens.get_by_text("No live token")).to_be_visible()

    query = "query($name: ID!) { agent(agent: $name) { tokens { id } } }"
    assert (await admin.execute(query, name=name))["agent"] == {"tokens": []}


async def test_nobody_else_is_offered_to_connect_agents_but_has_tokens_of_their_own(
    visit: Open, admin: Client, room: str, worker: Client
) -> None:
    page = await visit(admin.url, worker.token)
    await page.goto(f"/rooms/{room}/agents")
    await expect(page.get_by_role("link", name=f"{room}-worker")).to_be_visible()
    await expect(page.get_by_role("button", name="Connect an agent")).to_have_count(0)

    await page.goto(f"/rooms/{room}/agents/{room}-worker")
    await expect(page.get_by_role("region", name="Tokens").get_by_role("button", name="Rotate")).to_be_visible()
    browsers = page.get_by_role("region", name="Signed-in browsers")
    await expect(browsers.get_by_text("this browser")).to_have_count(1)
    await page.goto(f"/rooms/{room}/agents/admin")
    await expect(page.get_by_role("heading", name="admin")).to_be_visible()
    await expect(page.get_by_role("region", name="Sessions")).to_be_visible()
    await expect(page.get_by_role("region", name="Tokens")).to_have_count(0)


async def test_an_admin_adds_a_person_who_signs_in_and_changes_what_it_is(
    visit: Open, admin: Client, room: str
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/agents")
    await page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    name = f"{room}-pat"
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_role("button", name="Create").click()
    token = await dialog.get_by_label("Token").input_value()
    await dialog.get_by_role("button", name="Done").click()
    await page.goto(f"/rooms/{room}/agents/{name}")
    for label, value in [("description", "Reviews the paint."), ("capabilities", "paint, review")]:
        await page.get_by_role("button", name=f"Edit {label}").click()
        await page.get_by_label(label.capitalize(), exact=True).get_by_role("textbox").fill(value)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("button", name=f"Edit {label}")).to_be_visible()
    await page.get_by_role("button", name="Edit rooms").click()
    await page.get_by_label("main", exact=True).check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Edit rooms")).to_be_visible()

    about = "query($name: ID!) { agent(agent: $name) { kind description capabilities rooms { name } } }"
    assert (await admin.execute(about, name=name))["agent"] == {
        "kind": "HUMAN",
        "description": "Reviews the paint.",
        "capabilities": ["paint", "review"],
        "rooms": [{"name": one} for one in sorted(["main", room])],
    }
    pat = await visit(admin.url, token)
    await expect(pat.get_by_title("Signed in", exact=True)).to_have_text(name)
    await pat.goto(f"/rooms/{room}/agents/{name}")
    await expect(pat.get_by_role("button", name="Edit description")).to_be_visible()
    await expect(pat.get_by_role("button", name="Edit kind")).to_have_count(0)
    await expect(pat.get_by_role("button", name="Edit rooms")).to_have_count(0)
    await expect(pat.get_by_role("region", name="Signed-in browsers").get_by_role("listitem")).to_have_count(1)
