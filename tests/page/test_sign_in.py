import pytest
from playwright.async_api import expect

from tests.client import Client
from tests.page.browser import sign_in
from tests.page.conftest import Open


async def test_a_token_lets_a_person_in_and_is_kept_for_the_tab_alone(
    visit: Open, server: tuple[str, str], room: str
) -> None:
    page = await visit(*server)

    await expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    await expect(page.get_by_title("Signed in", exact=True)).to_have_text("admin")
    await page.goto(f"/rooms/{room}/now")
    await expect(page.get_by_role("heading", name="For you")).to_be_visible()
    other = await page.context.new_page()
    await other.goto("/")
    await expect(other.get_by_label("Token")).to_be_visible()


async def test_whoever_signs_out_is_out(visit: Open, server: tuple[str, str]) -> None:
    page = await visit(*server)

    await page.get_by_role("button", name="Sign out").click()

    await expect(page.get_by_label("Token")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Token")).to_be_visible()


async def test_a_wrong_token_is_refused_in_words(visit: Open, server: tuple[str, str]) -> None:
    page = await visit(server[0])
    await page.goto("/")

    await page.get_by_label("Token").fill("gr_not_a_token")
    await page.get_by_role("button", name="Sign in").click()

    await expect(page.get_by_role("alert")).to_contain_text("not valid")
    await expect(page.get_by_label("Token")).to_be_visible()


async def test_a_token_that_is_revoked_ends_what_it_opened(visit: Open, admin: Client, worker: Client) -> None:
    page = await visit(admin.url, worker.token)

    await admin.execute("mutation($token: String!) { revokeTokens(input: {token: $token}) }", token=worker.token)

    await expect(page.get_by_role("alert")).to_contain_text("signed out")
    await expect(page.get_by_label("Token")).to_be_visible()


async def test_who_may_only_read_is_told_so_and_offered_nothing_else(
    visit: Open, admin: Client, worker: Client, room: str
) -> None:
    made = await worker.execute("mutation { createToken(input: {role: OBSERVER}) { token } }")
    page = await visit(admin.url, made["createToken"]["token"])

    await page.goto(f"/rooms/{room}/now")

    await expect(page.get_by_text("read-only")).to_be_visible()
    await expect(page.get_by_role("button", name="Pause room")).to_be_disabled()
    await page.goto(f"/rooms/{room}/room")
    await page.get_by_role("textbox", name="Message #general").fill("May I?")
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()


@pytest.mark.parametrize("address", ["/#ticket=used-up", "/rooms/main/now#ticket=used-up"])
async def test_a_used_ticket_leaves_the_address_and_is_no_way_in(
    visit: Open, server: tuple[str, str], address: str
) -> None:
    page = await visit(server[0])

    await page.goto(address)

    await expect(page.get_by_role("alert")).to_contain_text("used already")
    assert "ticket" not in page.url
    await sign_in(page, server[1])
