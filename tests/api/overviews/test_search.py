"""Search as clients meet it: nodes of several types in one list."""

import pytest

from db.core.database import Database
from db.events.feed import Feed
from tests import people
from tests.api.schema_client import Actor

SEARCH = """query ($text: String!, $room: ID) { search(query: $text, room: $room) {
  __typename id ... on Task { title } ... on Objective { title } ... on Comment { body task { id } } } }"""


async def test_search_answers_nodes(database: Database) -> None:
    room = await people.room(database, require_done_criteria=False)
    ann = Actor(database, await people.caller(database, "ann", room), Feed(database))
    task = await ann.make("Rotate the certificates")
    objective = (await ann.do("createObjective", title="Certificates that never expire and are always there"))["id"]
    comment = (await ann.do("addComment", on=task, body="Certificates are in the vault"))["id"]

    nodes = (await ann.see(SEARCH, text="certificates", room="web"))["search"]

    assert {node["id"]: node["__typename"] for node in nodes} == {
        task: "Task", objective: "Objective", comment: "Comment",
    }  # fmt: skip
    assert {
        "__typename": "Comment",
        "id": comment,
        "body": "Certificates are in the vault",
        "task": {"id": task},
    } in nodes
    assert (await ann.see(SEARCH, text=comment))["search"] == [
        {"__typename": "Comment", "id": comment, "body": "Certificates are in the vault", "task": {"id": task}}
    ]
    assert (await ann.unseen('{ search(query: " ") { id } }')) == {"code": "BAD_INPUT", "field": "query"}


# A word, and a text that it must be found in.
FOUND = {
    "登录": "登录页面打不开",
    "登录页面": "请看登录页面,谢谢",
    "エラー": "画面にエラーが出る",
    "ｴﾗｰ": "画面にエラーが出る",
    "เข้าสู่ระบบ": "ผู้ใช้เข้าสู่ระบบไม่ได้",
    "로그인": "사용자가 로그인을 못 함",
    "猫": "这只是一只猫",
    "embedded.py": "Look into db/embedded.py first",
    "embedded": "Look into db/embedded.py first",
    "db/embedded": "Look into db/embedded.py:12 first",
    "8871": "See https://tracker.example/issues?id=8871&sort=up",
    "tracker": "See https://tracker.example/issues?id=8871&sort=up",
    "cafe": "The café is closed",
    "CAFÉ": "The cafe is closed",
    "Škoda": "skoda",
    "snake": "rename snake_case_name",
}


@pytest.mark.parametrize("text", FOUND)
async def test_words_of_all_scripts_and_parts_of_paths_are_found_in_every_noun(database: Database, text: str) -> None:
    room = await people.room(database, require_done_criteria=False)
    ann = Actor(database, await people.caller(database, "ann", room), Feed(database))
    said = FOUND[text]
    titled = await ann.make(said)
    described = await ann.make(description=said)
    other = await ann.make("Something else", description="登 录 ラ エ cat/embed.xy")
    goal = (await ann.do("createObjective", title=said))["id"]
    described_goal = (await ann.do("createObjective", title="G", description=said))["id"]
    comment = (await ann.do("addComment", on=other, body=said))["id"]
    message = (await ann.do("sendMessage", channel="general", body=said))["id"]
    await ann.do("remember", "key", scope="web", key="note", value={"deep": [said]})
    await ann.do("remember", "key", scope="web", key="else", value="else")

    nodes = (await ann.see(SEARCH, text=text, room="web"))["search"]

    assert {node["id"] for node in nodes} == {titled, described, goal, described_goal, comment, message}
    assert {node["id"] for node in nodes[:2]} == {titled, goal} or not text.isascii()
    asked = "query ($text: String) { room { tasks(filter: {search: $text}, orderBy: CREATED) { nodes { id } } } }"
    assert (await ann.see(asked, text=text))["room"]["tasks"]["nodes"] == [
        {"id": titled}, {"id": described}, {"id": other},
    ]  # fmt: skip
    asked = 'query ($text: String) { memories(scope: "web", search: $text) { key } }'
    assert (await ann.see(asked, text=text))["memories"] == [{"key": "note"}]


async def test_what_was_rewritten_is_found_by_its_new_words(database: Database) -> None:
    room = await people.room(database, require_done_criteria=False)
    ann = Actor(database, await people.caller(database, "ann", room), Feed(database))
    task = await ann.make("Rotate the certificates")

    await ann.do("updateTask", id=task, title="登录页面")

    assert (await ann.see(SEARCH, text="certificates"))["search"] == []
    assert [node["id"] for node in (await ann.see(SEARCH, text="登录"))["search"]] == [task]
