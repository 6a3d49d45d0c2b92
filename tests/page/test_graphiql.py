"""GraphiQL in a browser: signed in as the tab is, with workers and subscriptions, under a policy that holds."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.client import Client
from tests.page.axe import axe_violations
from tests.page.browser import sign_in
from tests.page.conftest import Open

WATCH = "addEventListener('securitypolicyviolation', (event) => (window.broken ??= []).push(event.violatedDirective))"
BROKEN = "() => window.broken ?? []"
# What axe finds in GraphiQL itself, and in whose HTML: its tabs hold buttons. Its editors are of another project, and
# draw as they go: what axe finds of their colours differs from one look to the next.
OF_GRAPHIQL = {"nested-interactive": "graphiql-tab", "target-size": "graphiql-tab"}
EDITORS = ".monaco-editor"
CREATE = 'mutation($title: String!) { createTask(input: {room: "main", title: $title, criteria: ["So"]}) { id } }'


async def _open(visit: Open, admin: Client, address: str, *, dark: bool = False) -> Page:
    page = await visit(admin.url, admin.token, dark=dark)
    await page.add_init_script(WATCH)
    await page.goto(address)
    # Before its editors are there, nothing can be run.
    await expect(page.locator("[aria-label='Result Window'][data-mode-id='json']")).to_be_visible()
    await expect(page.locator(".graphiql-query-editor .view-line").first).to_be_visible()
    return page


async def _run(page: Page, example: str) -> None:
    await page.get_by_role("button", name=example, exact=True).click()
    # GraphiQL sends the name of the tab before until it has read the new document, a tenth of a second later.
    named = re.compile(rf"(query|mutation|subscription)\s{example}\b")
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text(named)
    await page.wait_for_timeout(1_000)
    await page.get_by_role("button", name="Execute query").click()


async def test_the_examples_run_as_whoever_is_signed_in_and_events_come_live(visit: Open, admin: Client) -> None:
    page = await _open(visit, admin, "/graphiql")
    response = page.get_by_role("region", name="Result Window")

    await _run(page, "Rooms")
    await expect(response).to_contain_text('"myRole": "ADMIN"')
    await _run(page, "CreateTask")
    await expect(response).to_contain_text("Read what GraphiQL shows")
    await _run(page, "Log")
    await expect(response).to_contain_text('"kind"')
    await admin.execute(CREATE, title="Seen at once")
    await expect(response).to_contain_text("Seen at once")
    await page.get_by_role("button", name="Stop query").click()
    await admin.execute(CREATE, title="Not listened to")
    await _run(page, "Rooms")

    await expect(response).to_contain_text('"myRole": "ADMIN"')
    assert await page.evaluate(BROKEN) == []


async def test_the_address_of_the_api_leads_there_with_what_was_asked_and_the_schema_is_known(
    visit: Open, admin: Client
) -> None:
    page = await _open(visit, admin, "/graphql?query=%7B%20me%20%7B%20name%20nothing%20%7D%20%7D")

    assert urlsplit(page.url).path == "/graphiql"
    # The worker that knows the schema found what it lacks.
    await expect(page.locator(".graphiql-query-editor .squiggly-error")).to_be_visible()
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.get_by_role("region", name="Result Window")).to_contain_text("GRAPHQL_VALIDATION_FAILED")
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await expect(page.get_by_text("Everything that a session which remembers nothing needs")).to_have_count(0)
    await page.get_by_role("link", name="Query", exact=True).click()
    await expect(page.get_by_text("Everything that a session which remembers nothing needs")).to_be_visible()
    assert await page.evaluate(BROKEN) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_it_has_no_accessibility_violations_of_ours(visit: Open, admin: Client, *, dark: bool) -> None:
    page = await _open(visit, admin, "/graphiql", dark=dark)
    await _run(page, "Rooms")
    await expect(page.get_by_role("region", name="Result Window")).to_contain_text('"myRole": "ADMIN"')

    assert [
        (rule, html)
        for rule, found in await axe_violations(page, colors_of_others=EDITORS)
        for html in found
        if OF_GRAPHIQL.get(rule, "of ours") not in html
    ] == []


async def test_who_is_not_signed_in_is_asked_first_and_the_other_page_loads_none_of_it(
    visit: Open, admin: Client
) -> None:
    page = await visit(admin.url)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(urlsplit(request.url).path))

    await page.goto("/graphiql")
    await expect(page.get_by_label("Token")).to_be_visible()
    await expect(page.locator(".graphiql-container")).to_have_count(0)
    loaded.clear()
    await sign_in(page, admin.token)

    assert [path for path in loaded if "graphiql" in path] == []
