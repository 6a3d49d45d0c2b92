"""The page in one tab, through minutes of a demo at high speed. It must be built: see the README."""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from playwright.async_api import CDPSession, Page

from tests.client import Client
from tests.e2e.commands import Demo
from tests.page.browser import launched, sign_in

_FIRST_PAINTS = 5
_PATIENCE_S = 30
# Resolves once something was seen, however long ago that was.
_PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list) => {
    const seen = list.getEntriesByName('first-contentful-paint')[0];
    if (seen) resolve(seen.startTime);
}).observe({type: 'paint', buffered: true}))"""
LAST = 'query { events(room: "demo", last: 1) { nodes { cursor } } }'
STOP = 'mutation { updateRoom(input: {room: "demo", settings: {paused: true}}) { id } }'


async def _first_paint(page: Page) -> float:
    """Milliseconds until something is seen, the median of some visits with nothing in the browser's cache."""
    session = await page.context.new_cdp_session(page)
    taken = []
    for _ in range(_FIRST_PAINTS):
        await session.send("Network.clearBrowserCache")
        await page.reload()
        taken.append(float(await page.evaluate(_PAINTED)))
    return statistics.median(taken)


async def _heap(session: CDPSession) -> float:
    """Megabytes that are in use once the rest was thrown away."""
    await session.send("HeapProfiler.collectGarbage")
    used = await session.send("Runtime.getHeapUsage")
    return float(used["usedSize"]) / 1e6


def _number(cursor: str | None) -> int:
    return int((cursor or "0").rpartition(".")[2])


async def _shown(page: Page) -> str | None:
    cursor: str | None = await page.locator("[data-cursor]").first.get_attribute("data-cursor")
    return cursor


async def _end_of_log(admin: Client) -> str:
    return str((await admin.execute(LAST))["events"]["nodes"][0]["cursor"])


async def _follow(page: Page, admin: Client, minutes: int) -> None:
    session = await page.context.new_cdp_session(page)
    began = _number(await _end_of_log(admin))
    for minute in range(minutes + 1):
        number = _number(await _end_of_log(admin))
        print(f"minute {minute:2}: {number - began:6} events, heap {await _heap(session):5.1f} MB", flush=True)
        if minute < minutes:
            await asyncio.sleep(60)


async def _catches_up(page: Page, admin: Client) -> bool:
    """Whether the page comes to show the log's last line, however long others go on writing."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if await _shown(page) == await _end_of_log(admin):
            return True
        await asyncio.sleep(0.2)
    return False


async def main(minutes: int, speed: float, view: str) -> None:
    """Follow it in one tab, and say what that took."""
    with (
        tempfile.TemporaryDirectory() as home,
        Demo("--data-dir", home, "--agents", "16", "--speed", str(speed)) as demo,
    ):
        token = (Path(home) / "admin-token").read_text().strip()
        async with Client(demo.url, token) as admin, launched() as browser:
            context = await browser.new_context(viewport={"width": 1440, "height": 900}, base_url=demo.url)
            page = await context.new_page()
            await sign_in(page, token)
            print(f"first paint after {await _first_paint(page):.0f} ms, the median of {_FIRST_PAINTS}")
            await page.goto(f"/rooms/demo/{view}")
            await page.get_by_text("Live", exact=True).wait_for()
            await _follow(page, admin, minutes)
            await admin.execute(STOP)
            shown = await _catches_up(page, admin)
            print(f"the page's last cursor {'equals' if shown else 'is NOT'} the log's end")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--view", default="now")
    given = parser.parse_args()
    asyncio.run(main(given.minutes, given.speed, given.view))
