"""Screenshots of every view, light and dark, of a running demo: `python -m tests.page.pictures docs/pictures`.

With `--widths 360 1440 3840` all of them in each width, to be looked at.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.client import Client
from tests.e2e.commands import Demo
from tests.page.browser import launch_browser, sign_in

# Long enough for most of the demo's events to have happened.
_DEMO_S = 150
_WIDE, _NARROW = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
_HEIGHTS = {360: 800, 3840: 2160}
_SETTLED_MS = 1_500


async def _addresses(admin: Client) -> dict[str, str]:
    """Paths within the room: every view, and one objective, graph and task."""
    query = """{ room(room: "demo") {
      objectives(first: 50) { nodes { id counts { doing validating } } }
      tasks(filter: {statuses: [VALIDATING, DOING, BLOCKED]}, first: 1) { nodes { id } } } }"""
    found = (await admin.execute(query))["room"]
    goals = sorted(found["objectives"]["nodes"], key=lambda one: -one["counts"]["doing"] - one["counts"]["validating"])
    views = (
        "now", "decisions", "tree", "board", "room", "inbox", "agents", "insights", "flow", "digest", "schedules",
        "resources", "settings", "list",
    )  # fmt: skip
    goal, task = goals[0]["id"], found["tasks"]["nodes"][0]["id"]
    things = {"objective": f"tree/{goal}", "graph": f"graph/{goal}", "task": f"tasks/{task}"}
    return {view: view for view in views} | things


async def _take(page: Page, address: str, file: Path) -> None:
    await page.goto(f"/rooms/demo/{address}")
    await page.get_by_text("Live", exact=True).wait_for()
    if address == "flow":
        await page.get_by_text("1 h", exact=True).click()
    if address.startswith("graph/"):
        await page.get_by_label("Finished tasks too").check()
    await expect(page.get_by_text("Loading…")).to_have_count(0, timeout=30_000)
    await page.wait_for_timeout(_SETTLED_MS)
    await page.screenshot(path=file)


async def _take_all(browser: Browser, admin: Client, folder: Path, width: int | None, *, dark: bool) -> None:
    """In that width, or as docs/pictures has them: wide ones, and one that is narrow."""
    scheme = "dark" if dark else "light"
    size = ViewportSize(width=width, height=_HEIGHTS.get(width, 900)) if width else _WIDE
    context = await browser.new_context(viewport=size, color_scheme="dark" if dark else "light", base_url=admin.url)
    page = await context.new_page()
    await sign_in(page, admin.token)
    for name, address in (await _addresses(admin)).items():
        await _take(page, address, folder / f"{name}-{f'{width}-' if width else ''}{scheme}.png")
    if width is None:
        await page.set_viewport_size(_NARROW)
        await _take(page, "now", folder / f"narrow-{scheme}.png")
    await context.close()


async def main(folder: Path, widths: Sequence[int | None]) -> None:
    """Run the demo for a while, then take the screenshots."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, Demo("--data-dir", home, "--agents", "8", "--speed", "2") as demo:
        await asyncio.sleep(_DEMO_S)
        token = (Path(home) / "admin-token").read_text().strip()
        async with Client(demo.url, token) as admin, launch_browser() as browser:
            for dark in (False, True):
                for width in widths:
                    await _take_all(browser, admin, folder, width, dark=dark)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--widths", type=int, nargs="*", default=[])
    given = parser.parse_args()
    asyncio.run(main(given.folder, given.widths or [None]))
