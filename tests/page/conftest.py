"""Fixtures for tests with a real browser on a real server. The page must be built (see CONTRIBUTING.md)."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.client import Client
from tests.e2e.commands import Server
from tests.page.browser import launch_browser, sign_in

# Long enough for a machine under load.
expect.set_options(timeout=30_000)

Open = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    async with launch_browser() as browser:
        yield browser


@pytest.fixture
async def visit(browser: Browser) -> AsyncGenerator[Open]:
    """Opens a page of a server, and fails if it raises an error or makes requests to another host."""
    contexts: list[BrowserContext] = []
    hosts: set[str] = set()
    page_errors: list[str] = []

    async def visit(url: str, token: str | None = None, *, width: int = 1280, dark: bool = False) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", base_url=url
        )
        contexts.append(context)
        page = await context.new_page()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).netloc))
        page.on("pageerror", lambda error: page_errors.append(str(error)))
        answer = await context.request.get("/")
        assert "content-security-policy" in answer.headers, "The page is not built: see CONTRIBUTING.md."
        if token is not None:
            await sign_in(page, token)
        return page

    yield visit
    for context in contexts:
        await context.close()
    assert page_errors == []
    assert len(hosts) <= 1


@pytest.fixture
async def room(admin: Client) -> str:
    """A new room with the default settings."""
    name = f"page-{secrets.token_hex(4)}"
    await admin.execute("mutation($name: String!) { createRoom(input: {name: $name}) { id } }", name=name)
    return name


@pytest.fixture
async def worker(admin: Client, room: str) -> AsyncGenerator[Client]:
    """An agent in that room."""
    query = "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token } }"
    created = await admin.execute(query, input={"name": f"{room}-worker", "rooms": [room]})
    async with Client(admin.url, created["registerAgent"]["token"]) as client:
        yield client


@pytest.fixture
def own_server(tmp_path: Path) -> Callable[[int], Server]:
    """Starts servers that a test may stop, all on one data directory."""
    return lambda port: Server("--port", str(port), "--data-dir", tmp_path / "home")


async def end_of_log(client: Client, room: str) -> str:
    """The cursor of the last event in the room's log."""
    data = await client.execute("query($room: ID!) { events(room: $room, last: 1) { nodes { cursor } } }", room=room)
    cursor: str = data["events"]["nodes"][0]["cursor"]
    return cursor
