"""docs/reference/events.md names each kind of event, and the keys that its data has."""

import ast
import re
from pathlib import Path

from db.core.database import Database
from db.core.enums import EventKind
from tests.api.schema_client import Actor
from tests.db.operations.test_exports import furnish

ROOT = Path(__file__).parents[3]
_ROW = re.compile(r"^\| ([A-Z_]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
_ALWAYS, _SOMETIMES = re.compile(r"(?<!\[)`(\w+)`"), re.compile(r"\[`(\w+)`")

# What time alone brings about: of these the code is read.
TIMED = {
    EventKind.TASK_STALE: "db/tasks/staleness.py",
    EventKind.TASK_RECLAIMED: "db/tasks/lease_expiry.py",
    EventKind.DIGEST_POSTED: "db/overviews/digest_posting.py",
}


def _documented() -> dict[str, tuple[set[str], set[str]]]:
    """Each kind with the keys that are always there, and those that may be."""
    rows = _ROW.findall((ROOT / "docs" / "reference" / "events.md").read_text("utf-8"))
    return {kind: (set(_ALWAYS.findall(data)), set(_SOMETIMES.findall(data))) for kind, data in rows}


async def _do_the_rest(ann: Actor) -> None:
    """What a furnished room has not seen."""
    web = {"room": "web"}
    await ann.do("updateRoom", **web, title="Web", settings={"wipLimit": 9, "requireHandoff": False})
    await ann.do("createChannel", "name", **web, name="design")
    goal = await ann.do("createObjective", "id keyResults { id }", title="G", keyResults=[{"title": "K", "target": 2}])
    await ann.do("updateKeyResult", id=goal["keyResults"][0]["id"], current=2, note="Half")
    await ann.do("updateObjective", id=goal["id"], weight=2)
    first, second, third = [await ann.make(objective=goal["id"], criteria=["So"]) for _ in range(3)]
    await ann.do("addDependency", "kind", task=second, dependsOn=first, kind="RELATED")
    await ann.do("removeDependency", task=second, dependsOn=first, kind="RELATED")
    await ann.do("assignTask", task=third, assignee="bob")
    await ann.claim(first)
    await ann.do("writeNotes", task=first, text="One")
    await ann.do("releaseTask", task=first)
    await ann.claim(first)
    await ann.do("blockTask", task=first, reason="No keys")
    await ann.do("unblockTask", task=first)
    for task in (first, second, third):
        await ann.do("cancelTask", task=task, reason="No")
    await ann.do("reopenTask", task=first, reason="Yes")
    await ann.do("cancelTask", task=first, reason="No")
    await ann.do("updateObjective", id=goal["id"], status="CANCELLED")
    await ann.do("updateObjective", id=goal["id"], archived=True)
    await ann.do("createObjective", title="Of nothing", keyResults=[{"title": "K", "target": 1, "current": 1}])
    done = await ann.do("createObjective", "id keyResults { id }", title="D", keyResults=[{"title": "K", "target": 1}])
    await ann.do("updateKeyResult", id=done["keyResults"][0]["id"], current=1)
    asked = await ann.do("propose", **web, kind="VOTE", title="Q", options=["yes", "no"])
    await ann.do("withdrawProposal", proposal=asked["id"])
    [insight] = (await ann.see('{ room(room: "web") { insights { nodes { id } } } }'))["room"]["insights"]["nodes"]
    await ann.do("dismissInsight", insight=insight["id"], reason="Known")
    said = await ann.do("sendMessage", channel="design", body="Said")
    await ann.do("sendMessage", channel="design", body="Answered", replyTo=said["id"])


def _written(kind: EventKind, path: str) -> set[str]:
    """The keys of the one literal that is written as data of this kind."""
    calls = [node for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))) if isinstance(node, ast.Call)]
    (keys,) = [
        {str(key.value) for key in keyword.value.keys if isinstance(key, ast.Constant)}
        for call in calls
        if any(ast.unparse(argument) == f"EventKind.{kind.value}" for argument in call.args)
        for keyword in call.keywords
        if keyword.arg == "data" and isinstance(keyword.value, ast.Dict)
    ]
    return keys


async def test_each_kind_has_the_keys_that_the_reference_names(database: Database) -> None:
    documented = _documented()
    assert set(documented) == {kind.value for kind in EventKind}
    await _do_the_rest(await furnish(database))

    rows = await database.pool.fetch("select kind::text, array(select jsonb_object_keys(data)) as keys from event")

    seen = {row["kind"] for row in rows}
    assert {kind.value for kind in EventKind} - seen == {kind.value for kind in TIMED}
    wrong = {
        (row["kind"], *sorted(row["keys"]))
        for row in rows
        if not documented[row["kind"]][0] <= set(row["keys"]) <= set().union(*documented[row["kind"]])
    }
    assert wrong == set()
    assert {kind: _written(kind, path) for kind, path in TIMED.items()} == {kind: documented[kind][0] for kind in TIMED}
