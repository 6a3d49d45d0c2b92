"""Presses every control of a view once, by keyboard, and says what came of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.page.axe import axe_violations
from tests.page.browser import sign_in

_SCRIPT = Path(__file__).with_name("robot.js").read_text("utf-8")


@dataclass
class Robot:
    """Drives one page that is signed in with `token`; what is wrong is in `problems`."""

    page: Page
    token: str
    # How long it stays in one view.
    seconds: float
    # Also asks axe about each dialog.
    thorough: bool = False
    served: bool = True
    pressed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    async def start(self) -> None:
        """Put its script into the page, through the debugger: the content security policy forbids other ways."""
        await self._put_script()
        self.page.on("pageerror", lambda error: self._wrong(str(error)))

    async def press_all(self, path: str, *, whole: bool = False) -> None:
        """Each control of the view, or of the whole page, in the view as it was just opened, and at least one."""
        end, before = time.monotonic() + self.seconds, len(self.pressed)
        for key in await self._open(path, whole=whole):
            if time.monotonic() > end and len(self.pressed) > before:
                return
            after = await self._press(path, key, whole=whole)
            if after.get("signedOut"):
                await sign_in(self.page, self.token)
                await self._put_script()

    async def press_all_unanswered(self, path: str) -> None:
        """Each control of the view as it stands when no request is answered any more."""
        end = time.monotonic() + self.seconds
        keys = await self._open(path, whole=False)
        await self._go_unanswered()
        for key in keys:
            if time.monotonic() > end:
                break
            after = await self._press("", key, whole=False)
            if after.get("path", path) != path:
                await self._be_answered()
                await self._open(path, whole=False)
                await self._go_unanswered()
        await self._be_answered()

    async def walk(self, paths: Sequence[str]) -> None:
        """Open each view in turn."""
        for path in paths:
            self.pressed.append(path)
            await self._open(path, whole=False)

    async def scripts_are_loaded(self, names: Sequence[str]) -> None:
        """Wait until these scripts are there. They are loaded in turn, so those before the last one are whole then."""
        await self.page.wait_for_function("(names) => robot.have(names)", arg=names, polling=200)

    async def _put_script(self) -> None:
        session = await self.page.context.new_cdp_session(self.page)
        await session.send("Runtime.evaluate", {"expression": _SCRIPT})

    async def _open(self, path: str, *, whole: bool) -> list[str]:
        opened = await self._ask("open", [path, whole, self.served])
        keys: list[str] = opened["keys"]
        return keys

    async def _press(self, path: str, key: str, *, whole: bool) -> dict[str, Any]:
        """Nothing where the control is not there any more; the page is as it was before, but for what was pressed."""
        aimed = await self._ask("aim", [path, key, whole, self.served])
        kind = aimed["kind"]
        if kind is None:
            return {}
        self.pressed.append(f"{path or self.page.url} {key}")
        keyboard = self.page.keyboard
        if kind.startswith("select "):
            await self.page.locator(":focus").select_option(kind.removeprefix("select "))
        elif kind == "text":
            await keyboard.type("x")
            await keyboard.press("Enter")
        else:
            await keyboard.press("Space" if kind == "space" else "Enter")
        after = await self._ask("outcome", self.served)
        if after["dialog"]:
            await self._close_dialog()
        return after

    async def _close_dialog(self) -> None:
        # Behind a dialog, what waits for an answer is dimmed, which axe takes for the dialog.
        if self.thorough and self.served and (found := await axe_violations(self.page)):
            self._wrong(f"axe says {found}")
        # The first one may close a list that is open in it.
        for _ in range(2):
            await self.page.keyboard.press("Escape")
            if not (await self._ask("outcome", False))["dialog"]:
                return
        self._wrong("its dialog can't be closed")
        await self.page.reload()
        await self._put_script()

    async def _ask(self, name: str, given: object) -> dict[str, Any]:
        answer: dict[str, Any] = await self.page.evaluate(f"(given) => robot.{name}(given)", given)
        if answer["problem"]:
            self._wrong(answer["problem"])
        return answer

    async def _go_unanswered(self) -> None:
        await self.page.route("**/graphql", lambda route: route.abort())
        self.served = False

    async def _be_answered(self) -> None:
        await self.page.unroute("**/graphql")
        self.served = True

    def _wrong(self, what: str) -> None:
        self.problems.append(f"{self.pressed[-1] if self.pressed else 'at first'}: {what}")
