"""The page in one tab, through minutes of a demo at high speed. It must be built: see CONTRIBUTING.md."""

import argparse
import asyncio
import contextlib
import itertools
import statistics
import tempfile
import time
from pathlib import Path

from playwright.async_api import CDPSession, Page

from tests.client import Client
from tests.e2e.commands import Demo
from tests.page.browser import launch_browser, sign_in

_FIRST_PAINTS = 5
_PATIENCE_S = 30
_AT_ONCE = 500
_OPENED = 5
# Until the scripts of all views are loaded.
_IDLE_MS = 4_000
# Resolves once something was seen, however long ago that was.
_PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list) => {
    const seen = list.getEntriesByName('first-contentful-paint')[0];
    if (seen) resolve(seen.startTime);
}).observe({type: 'paint', buffered: true}))"""
# How long each picture stood until the next one: what keeps the page from drawing keeps it from answering keys too.
_WATCH_FRAMES = """() => {
    const stood = window.stood = [];
    let last = performance.now();
    const next = (now) => { stood.push(now - last); last = now; requestAnimationFrame(next); };
    requestAnimationFrame(next);
}"""
_TAKE_FRAMES = "() => window.stood.splice(0)"
# What had come over the network, compressed, when the first view stood.
_SCRIPT_BYTES = """() => performance.getEntriesByType('resource').filter(({name}) => name.endsWith('.js'))
    .reduce((sum, {encodedBodySize}) => sum + encodedBodySize, 0)"""
# From each key to the picture that shows it, as the browser measures it, in steps of 8 ms.
_WATCH_KEYS = """() => {
    window.keys = [];
    new PerformanceObserver((list) => {
        for (const {name, duration} of list.getEntries()) if (name === 'keydown') window.keys.push(duration);
    }).observe({type: 'event', durationThreshold: 16});
}"""
_TAKE_KEYS = "() => window.keys.splice(0)"
# From the click on a task of the board to the picture with its title.
_OPEN_TASK = """(number) => new Promise((resolve) => {
    const began = performance.now();
    new MutationObserver((_, observer) => {
        if (!document.querySelector('#task-title')) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - began));
    }).observe(document.body, {childList: true, subtree: true});
    document.querySelectorAll('main a[href*="/tasks/"]')[number].click();
})"""
GOAL = 'mutation { createObjective(input: {room: "demo", title: "What is said of it"}) { id } }'
COMMENT = "mutation($on: ID!, $body: String!) { addComment(input: {on: $on, body: $body}) { id } }"
MESSAGE = 'mutation($body: String!) { sendMessage(input: {room: "demo", channel: "general", body: $body}) { id } }'
ANOTHER = "mutation { createToken(input: {}) { token } }"
LAST = 'query { events(room: "demo", last: 1) { nodes { cursor } } }'
MANY = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
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


async def _large_room(page: Page, admin: Client, size: int) -> None:
    """How long keys and the opening of a task take in a room of so many tasks."""
    await admin.execute('mutation { createRoom(input: {name: "large"}) { id } }')
    for begin in range(0, size, _AT_ONCE):
        made = range(begin, min(size, begin + _AT_ONCE))
        tasks = [{"task": {"title": f"Task {number}", "criteria": ["So"]}} for number in made]
        await admin.execute(MANY, input={"room": "large", "tasks": tasks})
    opened = []
    for number in range(_OPENED):
        await page.goto("/rooms/large/board")
        await page.locator('main a[href*="/tasks/"]').nth(_OPENED).wait_for()
        await page.wait_for_timeout(_IDLE_MS)
        opened.append(float(await page.evaluate(_OPEN_TASK, number)))
    print(f"a task of {size} opens after {statistics.median(opened):.0f} ms, the median of {_OPENED}")
    for name, box in (("a comment", page.get_by_label("Comment")), ("the board's search", page.get_by_label("Search"))):
        if name != "a comment":
            await page.goto("/rooms/large/board")
        await box.first.click()
        await page.evaluate(_WATCH_KEYS)
        await page.keyboard.type("Task number one", delay=60)
        await page.wait_for_timeout(500)
        slow = await page.evaluate(_TAKE_KEYS)
        # What took less than two pictures is not told.
        print(f"  a key in {name}: {max(slow, default=16):.0f} ms at worst")


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
    await page.evaluate(_WATCH_FRAMES)
    for minute in range(minutes + 1):
        number = _number(await _end_of_log(admin))
        print(f"minute {minute:2}: {number - began:6} events, heap {await _heap(session):5.1f} MB", flush=True)
        if minute < minutes:
            await page.evaluate(_TAKE_FRAMES)
            await asyncio.sleep(60)
            stood = await page.evaluate(_TAKE_FRAMES)
            often = statistics.quantiles(stood, n=100)
            print(f"  frames: {often[49]:.0f} ms, p99 {often[98]:.0f} ms, worst {max(stood):.0f} ms", flush=True)


async def _say(admin: Client, each_second: int) -> None:
    """Messages and comments in turn at a steady rate, beside all that the demo does. Late ones are made up for."""
    loop = asyncio.get_running_loop()
    # Of its own: the page has what one token may ask for to itself, as people have.
    token = (await admin.execute(ANOTHER))["createToken"]["token"]
    async with Client(admin.url, token) as client:
        goal = (await client.execute(GOAL))["createObjective"]["id"]
        began = loop.time()
        for number in itertools.count():
            await asyncio.sleep(began + number / each_second - loop.time())
            if number % 2:
                await client.execute(COMMENT, on=goal, body=f"Comment number {number}")
            else:
                await client.execute(MESSAGE, body=f"Message number {number}")


async def _catches_up(page: Page, admin: Client) -> bool:
    """Whether the page comes to show the log's last line, however long others go on writing."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if await _shown(page) == await _end_of_log(admin):
            return True
        await asyncio.sleep(0.2)
    return False


async def main(minutes: int, speed: float, view: str, said: int, tasks: int) -> None:
    """Follow it in one tab, and say what that took."""
    with (
        tempfile.TemporaryDirectory() as home,
        Demo("--data-dir", home, "--agents", "16", "--speed", str(speed)) as demo,
    ):
        token = (Path(home) / "admin-token").read_text().strip()
        async with Client(demo.url, token) as admin, launch_browser() as browser:
            context = await browser.new_context(viewport={"width": 1440, "height": 900}, base_url=demo.url)
            page = await context.new_page()
            await sign_in(page, token)
            script = float(await page.evaluate(_SCRIPT_BYTES)) / 1e3
            print(f"first paint after {await _first_paint(page):.0f} ms, the median of {_FIRST_PAINTS}")
            print(f"script of the first view: {script:.0f} kB compressed")
            if tasks:
                await _large_room(page, admin, tasks)
            await page.goto(f"/rooms/demo/{view}")
            await page.get_by_text("Live", exact=True).wait_for()
            saying = asyncio.create_task(_say(admin, said)) if said else None
            await _follow(page, admin, minutes)
            if saying is not None:
                saying.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await saying
            await admin.execute(STOP)
            shown = await _catches_up(page, admin)
            print(f"the page's last cursor {'equals' if shown else 'is NOT'} the log's end")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--view", default="now")
    parser.add_argument("--said", type=int, default=0, help="messages and comments a second, beside the demo")
    parser.add_argument("--tasks", type=int, default=0, help="measure keys and opening a task in a room of so many")
    given = parser.parse_args()
    asyncio.run(main(given.minutes, given.speed, given.view, given.said, given.tasks))
