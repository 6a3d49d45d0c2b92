import pytest
from playwright.async_api import expect

from tests.client import Client
from tests.page.browser import sign_in
from tests.page.conftest import Open


async def test_a_token_signs_a_person_in_in_all_tabs_of_the_browser(
    visit: Open, server: tuple[str, str], room: str
) -> None:
    page = await visit(*server)

    await expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    await expect(page.get_by_title("Signed in", exact=True)).to_have_text("admin")
    await page.goto(f"/rooms/{room}/now")
    await expect(page.get_by_role("heading", name="Needs you")).to_be_visible()
    other = await page.context.new_page()
    await other.goto(f"/rooms/{room}/board")
    await expect(other.get_by_title("Signed in", exact=True)).to_have_text("admin")


async def test_no_script_can_read_what_keeps_a_person_signed_in(visit: Open, server: tuple[str, str]) -> None:
    page = await visit(*server)

    readable = await page.evaluate("document.cookie")
    stored = await page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    cookies = await page.context.cookies()

    assert readable == ""
    assert "gr_" not in stored
    assert [(one["httpOnly"], one["sameSite"]) for one in cookies] == [(True, "Strict")]


async def test_tabs_sign_in_and_out_together(visit: Open, server: tuple[str, str]) -> None:
    page = await visit(*server)
    other = await page.context.new_page()
    await other.goto("/")
    await expect(other.get_by_title("Signed in", exact=True)).to_have_text("admin")

    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Token")).to_be_visible()
    await expect(other.get_by_label("Token")).to_be_visible()

    await sign_in(other, server[1])
    await expect(page.get_by_title("Signed in", exact=True)).to_have_text("admin")


async def test_signing_out_outlasts_a_reload(visit: Open, server: tuple[str, str]) -> None:
    page = await visit(*server)

    await page.get_by_role("button", name="Sign out").click()

    await expect(page.get_by_label("Token")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Token")).to_be_visible()


async def test_a_wrong_token_is_refused_with_a_message(visit: Open, server: tuple[str, str]) -> None:
    page = await visit(server[0])
    await page.goto("/")

    await page.get_by_label("Token").fill("gr_not_a_token")
    await page.get_by_role("button", name="Sign in").click()

    await expect(page.get_by_role("alert")).to_contain_text("not valid")
    await expect(page.get_by_label("Token")).to_be_visible()


async def test_revoking_a_token_signs_out_its_open_page(visit: Open, admin: Client, worker: Client) -> None:
    page = await visit(admin.url, worker.token)

    await admin.execute("mutation($token: String!) { revokeTokens(input: {token: $token}) }", token=worker.token)

    await expect(page.get_by_role("alert")).to_contain_text("signed out")
    await expect(page.get_by_label("Token")).to_be_visible()


async def test_an_observer_sees_that_the_page_is_read_only(
    visit: Open, admin: Client, worker: Client, room: str
) -> None:
    made = await worker.execute("mutation { createToken(input: {role: OBSERVER}) { token } }")
    page = await visit(admin.url, made["createToken"]["token"])

    await page.goto(f"/rooms/{room}/now")

    await expect(page.get_by_text("read-only")).to_be_visible()
    await expect(page.get_by_role("button", name="Pause room")).to_have_count(0)
    await page.goto(f"/rooms/{room}/room")
    await expect(page.get_by_text("No messages yet")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Message #general")).to_have_count(0)
    await expect(page.get_by_role("button", name="Send")).to_have_count(0)


@pytest.mark.parametrize("address", ["/#ticket=used-up", "/rooms/main/now#ticket=used-up"])
async def test_a_used_ticket_is_removed_from_the_address_and_refused(
    visit: Open, server: tuple[str, str], address: str
) -> None:
    page = await visit(server[0])

    await page.goto(address)

    await expect(page.get_by_role("alert")).to_contain_text("used already")
    assert "ticket" not in page.url
    await sign_in(page, server[1])
