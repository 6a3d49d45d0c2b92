"""What the log says of tasks: no more than what happened, and causes before what follows from them."""

from typing import Any

import pytest

from tests.api.schema_client import Actor

LOG = "{ events(last: 20) { nodes { kind task { id } data } } }"


async def log(actor: Actor) -> list[tuple[str, str | None, dict[str, Any]]]:
    events = (await actor.see(LOG))["events"]["nodes"]
    return [(event["kind"], event["task"] and event["task"]["id"], event["data"]) for event in events]


async def test_of_notes_only_what_is_new_is_logged(ann: Actor) -> None:
    task = await ann.make()
    await ann.claim(task)
    page = "x" * 60_000

    await ann.do("writeNotes", task=task, text=page, append=False)
    appended = await ann.do("writeNotes", "notes", task=task, text="y")

    assert appended["notes"] == f"{page}\n\ny"
    assert [data for kind, _, data in await log(ann) if kind == "TASK_UPDATED"] == [
        {"changes": {"notes": page}},
        {"changes": {"notes": "y"}, "append": True},
    ]


async def test_what_changed_is_logged_with_what_it_was(ann: Actor) -> None:
    goal = await ann.do("createObjective", title="House")
    task = await ann.make("Roof", priority="P2", criteria=["x"])

    await ann.do("updateTask", id=task, priority="P0", objective=goal["id"], description="High up")
    await ann.do("updateTask", id=task, objective=None, instructions="Bring a ladder")
    for assignee in ("ann", None):
        await ann.do("assignTask", task=task, assignee=assignee)

    said = [data for kind, about, data in await log(ann) if about == task and kind in {"TASK_UPDATED", "TASK_ASSIGNED"}]
    assert said == [
        {
            "changes": {"priority": "P0", "objective": goal["id"], "description": "High up"},
            "previous": {"priority": "P2", "objective": None},
        },
        {"changes": {"objective": None, "instructions": "Bring a ladder"}, "previous": {"objective": goal["id"]}},
        {"assignee": "ann", "reviewer": None, "previous": {"assignee": None, "reviewer": None}},
        {"assignee": None, "reviewer": None, "previous": {"assignee": "ann", "reviewer": None}},
    ]


@pytest.mark.parametrize("end", ["releaseTask", "blockTask", "submitTask", "completeTask", "cancelTask", "assignTask"])
async def test_what_is_unblocked_stands_behind_its_cause(ann: Actor, bob: Actor, end: str) -> None:
    await ann.do("defineResource", name="repo", capacity=1)
    held, waiting = (
        await ann.make(resources=["repo"]),
        await ann.make(resources=["repo"], assignee="bob", priority="P0"),
    )
    await ann.claim(held)
    causes: dict[str, tuple[dict[str, Any], str]] = {
        "releaseTask": ({}, "TASK_RELEASED"),
        "blockTask": ({"reason": "w"}, "TASK_BLOCKED"),
        "submitTask": ({"summary": "Done"}, "TASK_SUBMITTED"),
        "completeTask": ({"summary": "Done"}, "TASK_DONE"),
        "cancelTask": ({"reason": "No need"}, "TASK_CANCELLED"),
        "assignTask": ({"assignee": "bob"}, "TASK_ASSIGNED"),
    }

    sent, cause = causes[end]
    await (bob if end == "cancelTask" else ann).do(end, task=held, **sent)

    order = [(kind, task) for kind, task, _ in await log(ann)]
    assert order.index((cause, held)) < order.index(("TASK_UNBLOCKED", waiting))
