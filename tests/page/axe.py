"""Asks axe what of a page some people can't use."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_RUN = """async (rules) => (await axe.run(document, {runOnly: rules})).violations
    .map(({id, nodes}) => [id, nodes.map((node) => node.html)])"""


async def axe_violations(page: Page) -> Any:
    # Through the debugger, because the content security policy forbids other scripts.
    session = await page.context.new_cdp_session(page)
    await session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    return await page.evaluate(AXE_RUN, RULES)
