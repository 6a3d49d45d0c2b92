"""Asks axe what of a page some people can't use."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A colour on its way to another one is not judged: what moves is at its end first, or where it began if it has none.
AXE_RUN = """async ([rules, colorsOfOthers]) => {
    for (const moving of document.getAnimations()) {
        moving.effect.getComputedTiming().endTime === Infinity ? moving.cancel() : moving.finish();
    }
    const isOfOthers = (id, element) => id === "color-contrast" && colorsOfOthers && element.closest(colorsOfOthers);
    return (await axe.run(document, {runOnly: rules, elementRef: true})).violations
        .map(({id, nodes}) => [id, nodes.filter(({element}) => !isOfOthers(id, element)).map(({html}) => html)])
        .filter(([_, found]) => found.length);
}"""


async def axe_violations(page: Page, *, colors_of_others: str = "") -> Any:
    """Each rule that is broken, with the HTML of what breaks it; but for colours below what this selector finds."""
    # Through the debugger, because the content security policy forbids other scripts.
    session = await page.context.new_cdp_session(page)
    await session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    return await page.evaluate(AXE_RUN, [RULES, colors_of_others])
