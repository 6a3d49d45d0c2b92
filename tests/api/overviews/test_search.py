"""Search as clients meet it: nodes of several types in one list."""

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
