"""A robot presses every control of every view once: nothing throws, no page is white, and there is always a way on."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.client import Client
from tests.e2e.commands import Server
from tests.page.conftest import Open
from tests.page.example_room import ExampleRoom, fill
from tests.page.robot import Robot
from tests.size import FULL, sized

ROLES = ("ADMIN", "MEMBER", "OBSERVER")
# Each day another role has each view, and there is an end to it.
_SECONDS = sized(20, 80)
_INDEX = Path(__file__).parents[2] / "dashboard" / "src" / "views" / "index.ts"
# The scripts of all views, in the order in which they are loaded ahead; the last one is of no view in the navigation.
_VIEW_SCRIPTS = re.findall(r'import\("\./\w+/(\w+)"\)', _INDEX.read_text("utf-8"))
_NAVIGATION = "() => [...document.querySelectorAll('nav[aria-label=Views] a')].map((one) => one.getAttribute('href'))"


@dataclass(frozen=True)
class Scene:
    room: ExampleRoom
    # By role.
    tokens: dict[str, str]


@pytest.fixture
async def scene(admin: Client, room: str, worker: Client) -> AsyncGenerator[Scene]:
    """A room with something in every view, and a person of each role."""
    example = await fill(admin, room, worker)
    register = "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token } }"
    person = {"name": f"{room}-person", "kind": "HUMAN", "rooms": [room]}
    member = (await admin.execute(register, input=person))["registerAgent"]["token"]
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(Client(admin.url, member))
        made = await client.execute("mutation { createToken(input: {role: OBSERVER}) { token } }")
        say = 'mutation($name: String!) { sendMessage(input: {channel: "general", body: $name}) { id } }'
        await worker.execute(say, name=f"@{room}-person may I?")
        yield Scene(example, {"ADMIN": admin.token, "MEMBER": member, "OBSERVER": made["createToken"]["token"]})


async def _views(page: Page, room: ExampleRoom) -> list[str]:
    """Whatever the navigation offers, and a page of each thing."""
    offered: list[str] = await page.evaluate(_NAVIGATION)
    at = f"/rooms/{room.name}"
    things = (
        f"decisions/{room.proposal}", f"tree/{room.objective}", f"tasks/{room.task}", f"graph/{room.objective}",
        f"room/@{room.name}-worker", f"agents/{room.name}-worker",
    )  # fmt: skip
    return [*offered, *(f"{at}/{thing}" for thing in things)]


async def _robot(page: Page, token: str, seconds: float) -> Robot:
    robot = Robot(page, token, seconds, thorough=FULL)
    await robot.start()
    return robot


@pytest.mark.parametrize("role", ROLES)
async def test_every_control_can_be_pressed(visit: Open, admin: Client, scene: Scene, role: str) -> None:
    page = await visit(admin.url, scene.tokens[role])
    await page.goto(f"/rooms/{scene.room.name}/now")
    await page.get_by_text("Live", exact=True).wait_for()
    views = await _views(page, scene.room)
    mine = views if FULL else views[ROLES.index(role) :: len(ROLES)]
    robot = await _robot(page, scene.tokens[role], _SECONDS / len(views))

    for number, view in enumerate(mine):
        await robot.press_all(view, whole=number == 0)

    assert robot.problems == []
    # Of each view something, however slow the machine is.
    assert len(robot.pressed) >= len(mine)


async def test_every_control_can_be_pressed_while_the_server_answers_nothing(
    visit: Open, admin: Client, scene: Scene
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{scene.room.name}/now")
    await page.get_by_text("Live", exact=True).wait_for()
    views = await _views(page, scene.room)
    robot = await _robot(page, admin.token, _SECONDS / len(views))

    for view in views if FULL else views[::4]:
        await robot.press_all_unanswered(view)

    assert robot.problems == []
    assert robot.pressed


async def test_every_view_can_be_opened_after_the_server_is_gone(
    visit: Open, own_server: Callable[[int], Server], tmp_path: Path
) -> None:
    with own_server(0) as server:
        token = (tmp_path / "home" / "admin-token").read_text().strip()
        page = await visit(server.url, token)
        robot = await _robot(page, token, _SECONDS)
        views: list[str] = await page.evaluate(_NAVIGATION)
        await robot.scripts_are_loaded(_VIEW_SCRIPTS)
        server.stop()

        robot.served = False
        await robot.walk(views)

        assert robot.problems == []
