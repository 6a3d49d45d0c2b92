"""The page in one tab: minutes of a demo at high speed, and a large room. It must be built: see CONTRIBUTING.md."""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.async_api import Browser, CDPSession, Page

from bench import seeds
from bench.measured_server import HERE, measured_server
from tests.client import Client
from tests.e2e.commands import Demo
from tests.page.browser import launch_browser, sign_in

_FIRST_PAINTS = 7
_PATIENCE_S = 30
_OPENED = 9
_AIMED_MS = 200
# Until the scripts of all views are loaded.
_IDLE_MS = 4_000
_TYPED = "Task number one"
_KEY_EVERY_MS = 60
_LONG_FRAME_MS = 50
# An odd number: each sends messages and comments.
_SENDERS = 9
# What the browser writes down of each task of each thread, CPU included.
_TASKS_OF_THREADS = ["disabled-by-default-devtools.timeline", "__metadata"]
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
# Answers that must be there before anything can be painted: the page itself, and what it says must come first.
_AWAITED = """() => 1 + performance.getEntriesByType('resource')
    .filter(({renderBlockingStatus}) => renderBlockingStatus === 'blocking').length"""
# From each key to the picture that shows it, as the browser measures it, in steps of 8 ms.
_WATCH_KEYS = """() => {
    window.keys = [];
    new PerformanceObserver((list) => {
        for (const {name, duration} of list.getEntries()) if (name === 'keydown') window.keys.push(duration);
    }).observe({type: 'event', durationThreshold: 16});
}"""
_TAKE_KEYS = "() => window.keys.splice(0)"
# From the click on a link to the picture with the task's title.
_OPEN_TASK = """(link) => new Promise((resolve) => {
    const began = performance.now();
    new MutationObserver((_, observer) => {
        if (!document.querySelector('article.task h1')) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - began));
    }).observe(document.body, {childList: true, subtree: true});
    link.click();
})"""
_TASK_LINKS = 'main a[href*="/tasks/"]'
GOAL = 'mutation { createObjective(input: {room: "demo", title: "What is said of it"}) { id } }'
COMMENT = "mutation($on: ID!, $body: String!) { addComment(input: {on: $on, body: $body}) { id } }"
MESSAGE = 'mutation($body: String!) { sendMessage(input: {room: "demo", channel: "general", body: $body}) { id } }'
ANOTHER = "mutation { createToken(input: {}) { token } }"
LAST = 'query { events(room: "demo", last: 1) { nodes { cursor } } }'
STOP = 'mutation { updateRoom(input: {room: "demo", settings: {paused: true}}) { id } }'


def _tell(what: str) -> None:
    """A line, with the load that may have moved its figures."""
    print(f"{what} [load {os.getloadavg()[0]:.1f}]", flush=True)


async def _first_paint(page: Page) -> None:
    """What it takes until something is seen, and until the view stands, with nothing in the browser's cache."""
    session = await page.context.new_cdp_session(page)
    # Of the thread, which other programs do not move as they move the clock.
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    painted, stood, busy = [], [], []
    for _ in range(_FIRST_PAINTS):
        await session.send("Network.clearBrowserCache")
        await page.reload()
        painted.append(float(await page.evaluate(_PAINTED)))
        await page.get_by_role("heading", name="Needs you").wait_for()
        stood.append(float(await page.evaluate("performance.now()")))
        metrics = {one["name"]: one["value"] for one in (await session.send("Performance.getMetrics"))["metrics"]}
        busy.append(metrics["TaskDuration"] * 1e3)
    await session.detach()
    awaited = await page.evaluate(_AWAITED)
    _tell(
        f"first paint after {statistics.median(painted):.0f} ms and {awaited} answer(s); the view stands after "
        f"{statistics.median(stood):.0f} ms, {statistics.median(busy):.0f} of them CPU: medians of {_FIRST_PAINTS}"
    )


async def _large_room(browser: Browser, size: int) -> None:
    """How long keys and the opening of a task take in a room of so many tasks."""
    with measured_server(HERE) as server:
        team = server.team("large", 1)
        seeds.board(server, team, server.team("holder", 8), size)
        context = await browser.new_context(viewport={"width": 1440, "height": 900}, base_url=server.url)
        page = await context.new_page()
        await sign_in(page, server.admin.token)
        await page.goto("/rooms/large-0/board")
        await page.locator(_TASK_LINKS).nth(2 * _OPENED).wait_for()
        await page.wait_for_timeout(_IDLE_MS)
        for aimed in (True, False):
            opened = [await _open_task(page, 2 * number + aimed, aimed=aimed) for number in range(_OPENED)]
            how = f"{_AIMED_MS} ms after the pointer came to it" if aimed else "by a script, without a pointer"
            _tell(f"of {size}, a task that is opened {how} is seen after {_quantiles(opened)}")
        await _keys(page, "the board's filter", "Filter")
        await page.locator(_TASK_LINKS).first.click()
        await _keys(page, "a comment", "Comment")
        await context.close()


async def _open_task(page: Page, number: int, *, aimed: bool) -> float:
    """Open this one of the board's tasks, and come back."""
    link = page.locator(_TASK_LINKS).nth(number)
    await link.scroll_into_view_if_needed()
    if aimed:
        await link.hover()
        await page.wait_for_timeout(_AIMED_MS)
    took = float(await link.evaluate(_OPEN_TASK))
    await page.mouse.move(0, 0)
    await page.go_back()
    await page.locator(_TASK_LINKS).nth(2 * _OPENED).wait_for()
    return took


async def _keys(page: Page, name: str, label: str) -> None:
    """How long the answers to keys take in this box."""
    await page.get_by_label(label).first.click()
    await page.evaluate(_WATCH_KEYS)
    await page.keyboard.type(_TYPED, delay=_KEY_EVERY_MS)
    await page.wait_for_timeout(500)
    # What took less than two pictures is not told.
    slow = await page.evaluate(_TAKE_KEYS)
    _tell(f"  a key in {name} is answered after {_quantiles([16.0] * (len(_TYPED) - len(slow)) + slow)}")


def _quantiles(taken: list[float]) -> str:
    return f"{statistics.median(taken):.0f} ms, at worst {max(taken):.0f}, of {len(taken)}"


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


def _longest_tasks(trace: bytes) -> str:
    """What the page's own thread worked without a pause: CPU, which other programs do not move as they move frames."""
    events = json.loads(trace)["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        one.get("tdur", 0) / 1e3 for one in events if one["name"] == "RunTask" and (one["pid"], one["tid"]) in mains
    ]
    long = sum(task > _LONG_FRAME_MS for task in tasks)
    return f"longest task {max(tasks):.0f} ms of CPU; {long} of {len(tasks)} above {_LONG_FRAME_MS} ms"


async def _follow(browser: Browser, page: Page, admin: Client, minutes: int) -> None:
    session = await page.context.new_cdp_session(page)
    began = _number(await _end_of_log(admin))
    await page.evaluate(_WATCH_FRAMES)
    for minute in range(minutes + 1):
        number = _number(await _end_of_log(admin))
        _tell(f"minute {minute:2}: {number - began:6} events, heap {await _heap(session):5.1f} MB")
        if minute < minutes:
            await browser.start_tracing(page=page, categories=_TASKS_OF_THREADS)
            await page.evaluate(_TAKE_FRAMES)
            await asyncio.sleep(60)
            stood = await page.evaluate(_TAKE_FRAMES)
            trace = await browser.stop_tracing()
            often = statistics.quantiles(stood, n=100)
            long = sum(frame > _LONG_FRAME_MS for frame in stood)
            _tell(
                f"  frames: {often[49]:.0f} ms, p99 {often[98]:.0f} ms, worst {max(stood):.0f} ms; "
                f"{long} of {len(stood)} above {_LONG_FRAME_MS} ms"
            )
            _tell(f"  {_longest_tasks(trace)}")


async def _say(admin: Client, each_second: int) -> None:
    """Messages and comments in turn at a steady rate, beside all that the demo does; several senders keep it up."""
    loop = asyncio.get_running_loop()
    # Of its own: the page has what one token may ask for to itself, as people have.
    token = (await admin.execute(ANOTHER))["createToken"]["token"]
    async with Client(admin.url, token) as client:
        goal = (await client.execute(GOAL))["createObjective"]["id"]
        began = loop.time()

        async def send(first: int) -> None:
            for number in itertools.count(first, _SENDERS):
                await asyncio.sleep(began + number / each_second - loop.time())
                if number % 2:
                    await client.execute(COMMENT, on=goal, body=f"Comment number {number}")
                else:
                    await client.execute(MESSAGE, body=f"Message number {number}")

        await asyncio.gather(*map(send, range(_SENDERS)))


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
    async with launch_browser() as browser:
        if tasks:
            await _large_room(browser, tasks)
        await _demo(browser, minutes, speed, view, said)


async def _demo(browser: Browser, minutes: int, speed: float, view: str, said: int) -> None:
    with (
        tempfile.TemporaryDirectory() as home,
        Demo("--data-dir", home, "--agents", "16", "--speed", str(speed)) as demo,
    ):
        token = (Path(home) / "admin-token").read_text().strip()
        async with Client(demo.url, token) as admin:
            context = await browser.new_context(viewport={"width": 1440, "height": 900}, base_url=demo.url)
            page = await context.new_page()
            await sign_in(page, token)
            script = float(await page.evaluate(_SCRIPT_BYTES)) / 1e3
            print(f"script of the first view: {script:.0f} kB compressed")
            await _first_paint(page)
            await page.goto(f"/rooms/demo/{view}")
            await page.get_by_text("Live", exact=True).wait_for()
            saying = asyncio.create_task(_say(admin, said)) if said else None
            await _follow(browser, page, admin, minutes)
            if saying is not None:
                saying.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await saying
            await admin.execute(STOP)
            shown = await _catches_up(page, admin)
            print(f"the page's last cursor {'equals' if shown else 'is NOT'} the log's end")
            await context.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--view", default="now")
    parser.add_argument("--said", type=int, default=0, help="messages and comments a second, beside the demo")
    parser.add_argument("--tasks", type=int, default=0, help="measure keys and opening a task in a room of so many")
    given = parser.parse_args()
    asyncio.run(main(given.minutes, given.speed, given.view, given.said, given.tasks))
