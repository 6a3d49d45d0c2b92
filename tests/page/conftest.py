"""A real browser on a real server: what a person sees. The page must be built (see CONTRIBUTING.md)."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.client import Client
from tests.e2e.commands import Server
from tests.page.browser import launched, sign_in

# A machine that does much else at the same time is slow, not wrong.
expect.set_options(timeout=30_000)

Open = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    async with launched() as browser:
        yield browser


@pytest.fixture
async def visit(browser: Browser) -> AsyncGenerator[Open]:
    """Opens a page of a server; whatever it asks for, it asks of that server, and nothing goes wrong unseen."""
    contexts: list[BrowserContext] = []
    asked: set[str] = set()
    wrong: list[str] = []

    async def visit(url: str, token: str | None = None, *, width: int = 1280, dark: bool = False) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", base_url=url
        )
        contexts.append(context)
        page = await context.new_page()
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        page.on("websocket", lambda socket: asked.add(urlsplit(socket.url).netloc))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        answer = await context.request.get("/")
        assert "content-security-policy" in answer.headers, "The page is not built: see CONTRIBUTING.md."
        if token is not None:
            await sign_in(page, token)
        return page

    yield visit
    for context in contexts:
        await context.close()
    assert wrong == []
    assert len(asked) <= 1


@pytest.fixture
async def room(admin: Client) -> str:
    """A room of its own, with the rules that a new room has."""
    name = f"page-{secrets.token_hex(4)}"
    await admin.execute("mutation($name: String!) { createRoom(input: {name: $name}) { id } }", name=name)
    return name


@pytest.fixture
async def worker(admin: Client, room: str) -> AsyncGenerator[Client]:
    """An agent of that room."""
    query = "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token } }"
    made = await admin.execute(query, input={"name": f"{room}-worker", "rooms": [room]})
    async with Client(admin.url, made["registerAgent"]["token"]) as client:
        yield client


@pytest.fixture
def own_server(tmp_path: Path) -> Callable[[int], Server]:
    """A server that a test may stop, on a data directory that outlives it."""
    return lambda port: Server("--port", str(port), "--data-dir", tmp_path / "home")


async def end_of_log(client: Client, room: str) -> str:
    """The cursor of its last line."""
    data = await client.execute("query($room: ID!) { events(room: $room, last: 1) { nodes { cursor } } }", room=room)
    cursor: str = data["events"]["nodes"][0]["cursor"]
    return cursor
