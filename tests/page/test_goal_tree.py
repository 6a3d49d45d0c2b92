import asyncpg
import pytest
from playwright.async_api import expect

from tests.client import Client
from tests.conftest import Site
from tests.page.conftest import Open

MANY = 9_950


async def _objective(client: Client, room: str, title: str, parent: str | None = None) -> str:
    query = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"
    made = await client.execute(query, input={"room": room, "title": title, "parent": parent})
    objective: str = made["createObjective"]["id"]
    return objective


async def test_the_tree_expands_and_updates_live(visit: Open, admin: Client, room: str) -> None:
    root = await _objective(admin, room, "House")
    await _objective(admin, room, "Roof", root)
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tree")
    tree = page.get_by_role("tree", name="Objectives")

    await tree.focus()
    await page.keyboard.press("ArrowRight")
    await expect(tree.get_by_role("treeitem", name="Roof")).to_have_attribute("aria-level", "2")
    await _objective(admin, room, "Walls", root)
    await expect(tree.get_by_role("treeitem", name="Walls")).to_be_visible()
    query = "mutation($input: CreateKeyResultInput!) { createKeyResult(input: $input) { id } }"
    measured = {"title": "Rooms", "target": 4, "current": 1}
    await admin.execute(query, input={"objective": root, "keyResult": measured})

    await expect(tree.get_by_role("treeitem", name="House")).to_contain_text("8 %")


async def test_objectives_are_found_by_their_words_and_rows_tell_owner_due_and_key_results(
    visit: Open, admin: Client, room: str
) -> None:
    house = await _objective(admin, room, "House")
    await _objective(admin, room, "Slate roof", house)
    query = "mutation($input: UpdateObjectiveInput!) { updateObjective(input: $input) { id } }"
    await admin.execute(query, input={"id": house, "owner": "admin", "dueAt": "2020-03-01T12:00:00Z"})
    query = "mutation($input: CreateKeyResultInput!) { createKeyResult(input: $input) { id } }"
    await admin.execute(query, input={"objective": house, "keyResult": {"title": "Rooms", "target": 4}})
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tree")

    row = page.get_by_role("treeitem", name="House")
    await expect(row).to_contain_text("admin")
    await expect(row).to_contain_text("due 1 Mar")
    await expect(row).to_contain_text("0 of 1 key result")
    await page.get_by_label("Find an objective").fill("sla")
    found = page.get_by_role("list", name="Objectives found").get_by_role("listitem")
    await expect(found).to_contain_text("House")
    await found.get_by_role("link", name="Slate roof").click()
    await expect(page.get_by_role("heading", name="Slate roof")).to_be_visible()


async def test_an_objective_is_moved_by_keyboard(visit: Open, admin: Client, room: str) -> None:
    house, shed = await _objective(admin, room, "House"), await _objective(admin, room, "Shed")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tree")
    await page.get_by_role("tree").focus()

    await page.keyboard.press("End")
    await page.keyboard.press("m")
    await expect(page.get_by_text("choose its new parent")).to_be_visible()
    await page.keyboard.press("Home")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("treeitem", name="Shed")).to_have_count(0)
    moved = await admin.execute("query($id: ID!) { objective(id: $id) { parent { id } } }", id=shed)
    assert moved["objective"]["parent"] == {"id": house}


async def test_an_objective_is_moved_by_dragging(visit: Open, admin: Client, room: str) -> None:
    house, shed = await _objective(admin, room, "House"), await _objective(admin, room, "Shed")
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{room}/tree")

    await page.get_by_role("treeitem", name="Shed").drag_to(page.get_by_role("treeitem", name="House"))

    await expect(page.get_by_text(f"{shed} was moved into {house}.")).to_be_visible()
    await expect(page.get_by_role("treeitem", name="Shed")).to_have_count(0)
    moved = await admin.execute("query($id: ID!) { objective(id: $id) { parent { id } } }", id=shed)
    assert moved["objective"]["parent"] == {"id": house}


@pytest.fixture
async def large_tree(admin: Client, room: str, site: Site) -> str:
    """A room with 10,000 objectives, all but 50 of them in one."""
    root = await _objective(admin, room, "All")
    connection = await asyncpg.connect(site.database_url)
    # Ten thousand acts would take longer than all other tests of the page.
    await connection.execute(
        """
        insert into objective (room_id, parent_id, title)
        select room_id, id, 'Part ' || n from objective, generate_series(0, $2 - 1) n where id = $1
        """,
        int(root[1:]),
        MANY,
    )
    await connection.close()
    for n in range(49):
        await _objective(admin, room, f"Other {n}")
    return room


async def test_only_visible_rows_of_ten_thousand_objectives_are_drawn(
    visit: Open, admin: Client, large_tree: str
) -> None:
    page = await visit(admin.url, admin.token)
    await page.goto(f"/rooms/{large_tree}/tree")
    tree = page.get_by_role("tree", name="Objectives")
    await tree.focus()

    await page.keyboard.press("ArrowRight")
    await expect(tree.get_by_role("treeitem", name="Part 0 ")).to_be_visible()
    await page.keyboard.press("End")
    await expect(tree.get_by_role("treeitem", name="Other 48")).to_be_visible()
    await page.evaluate(
        "() => { const tree = document.querySelector('[role=tree]'); tree.scrollTo(0, tree.scrollHeight / 2) }"
    )
    await expect(tree.get_by_role("treeitem").nth(10)).to_contain_text("Part")
    # Rows outside the viewport are not drawn, so that scrolling stays smooth.
    assert await tree.get_by_role("treeitem").count() < 100
