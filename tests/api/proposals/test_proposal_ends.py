"""What follows from the end of a proposal: for the tasks that waited, for who is told, and what stands afterwards."""

from typing import Any

import pytest

from db.core.database import Database
from db.proposals import proposal_end
from tests.api.proposals.questions import (
    decisions,
    end_of,
    log,
    proposal,
    propose,
    soon,
    state,
    summaries,
    time_is_over,
    told,
)
from tests.api.schema_client import Actor


async def expire(database: Database, key: str) -> None:
    await time_is_over(database, key)
    assert await proposal_end.close_overdue(database) == 1


async def test_a_yes_lets_what_waited_go_on(ann: Actor, bob: Actor, hugo: Actor) -> None:
    owned, free = await ann.make("Owned", assignee="bob"), await ann.make("Free")
    made = await propose(ann, tasks=[owned, free])

    await hugo.do("vote", proposal=made, option="yes", note="Good luck, @bob.")

    assert [await state(ann, task) for task in (owned, free)] == [("TODO", True, [])] * 2
    body = f"{made} `Ship it?` was decided: `yes`, by hugo.\n\nhugo: Good luck, @bob."
    assert [await decisions(ann, task) for task in (owned, free)] == [[("hugo", body)]] * 2
    # Each is told once, in words of their own, and the mention in the note is one cause with that.
    assert (await told(ann), await told(bob)) == ([("DECIDED", made)], [("DECIDED", made)])
    assert await summaries(ann, "DECIDED") == [
        f"Your question is answered: {made} 'Ship it?' was decided by @hugo: yes."
    ]
    assert await summaries(bob, "DECIDED") == [
        f"{made} 'Ship it?' was decided by @hugo: yes. Your {owned} 'Owned' waits for it no more."
    ]
    unblocked = [data for _, _, _, data in await log(ann, "TASK_UNBLOCKED")]
    assert unblocked == [{"clearedBy": None, "ready": True}] * 2


async def test_a_mention_in_the_note_tells_once_however_many_waited(ann: Actor, bob: Actor, hugo: Actor) -> None:
    made = await propose(ann, "APPROVAL", "For @bob", tasks=[await ann.make() for _ in range(3)])

    await hugo.do("vote", proposal=made, option="yes", note="Tell @bob.")

    assert [kind for kind, _ in await told(bob)] == ["MENTION"]


@pytest.mark.parametrize("how", ["a person", "the default"])
async def test_a_no_blocks_what_waited(database: Database, ann: Actor, bob: Actor, hugo: Actor, how: str) -> None:
    task = await ann.make("Ship", assignee="bob")
    made = await propose(ann, tasks=[task], closesAt=soon(), defaultOption="no")

    if how == "a person":
        await hugo.do("vote", proposal=made, option="no")
    else:
        await expire(database, made)

    found = await ann.task(task, "status ready assignee { name } waitingOn { kind reason proposal { id } }")
    by = " by @hugo" if how == "a person" else " by default"
    reason = f"{made} 'Ship it?' was decided{by}: no. unblockTask lets it go on."
    assert found == {
        "status": "BLOCKED",
        "ready": False,
        "assignee": {"name": "bob"},
        "waitingOn": [{"kind": "REASON", "reason": reason, "proposal": None}],
    }
    assert (await told(ann), await told(bob)) == ([("DECIDED", made)], [("DECIDED", made)])
    assert len(await decisions(ann, task)) == 1
    said = await ann.see('{ room { messages(channel: "blockers") { nodes { body } } } }')
    assert said["room"]["messages"]["nodes"] == [{"body": f"{task} 'Ship' of bob is blocked.\n{reason}"}]
    assert [data["reason"] for _, _, _, data in await log(ann, "TASK_BLOCKED")] == [reason]
    await ann.do("unblockTask", task=task)
    assert await state(ann, task) == ("TODO", True, [])


async def test_a_no_is_an_answer_of_a_vote_like_any_other(ann: Actor, hugo: Actor) -> None:
    task = await ann.make()
    made = await propose(ann, "VOTE", options=["yes", "no"], electorate=["hugo"], tasks=[task])

    await hugo.do("vote", proposal=made, option="no")

    assert await state(ann, task) == ("TODO", True, [])
    assert await decisions(ann, task) == [("hugo", f"{made} `Ship it?` was decided: `no`, by vote: `yes` 0, `no` 1.")]


@pytest.mark.parametrize("kind", ["APPROVAL", "VOTE"])
async def test_an_expiry_fails_closed(database: Database, ann: Actor, bob: Actor, hugo: Actor, kind: str) -> None:
    owned, free, doing = await ann.make("Owned", assignee="bob"), await ann.make("Free"), await ann.make("Doing")
    await bob.claim(doing)
    made = await propose(ann, kind, tasks=[owned, free, doing], closesAt=soon(), electorate=["hugo"])

    await expire(database, made)

    assert await end_of(ann, made) == ("EXPIRED", None, False)
    assert [await state(ann, task) for task in (owned, free)] == [("BLOCKED", False, [("REASON", None)])] * 2
    # What was begun keeps its status.
    assert await state(ann, doing) == ("DOING", False, [])
    assert made in (await ann.task(owned, "waitingOn { reason }"))["waitingOn"][0]["reason"]
    # The comment comes with a decision alone.
    assert [await decisions(ann, task) for task in (owned, free, doing)] == [[]] * 3
    assert (await told(ann), await told(bob), await told(hugo)) == ([("DECIDED", made)], [("DECIDED", made)], [])
    assert await summaries(ann, "DECIDED") == [
        f"Your question has ended: {made} 'Ship it?' expired without a decision."
    ]


async def test_withdrawing_takes_the_waits_away(ann: Actor, bob: Actor, hugo: Actor) -> None:
    owned = await ann.make("Owned", assignee="bob")
    made = await propose(ann, tasks=[owned])

    await ann.do("withdrawProposal", proposal=made)

    assert await state(ann, owned) == ("TODO", True, [])
    assert (await told(ann), await told(bob), await told(hugo)) == ([], [("DECIDED", made)], [])
    assert await decisions(ann, owned) == []
    assert (await proposal(ann, made, "tasks { id }"))["tasks"] == [{"id": owned}]


async def test_work_that_has_begun_or_ended_keeps_its_status_and_gets_the_comment(
    ann: Actor, bob: Actor, hugo: Actor
) -> None:
    doing, validating, done = await ann.make("Doing"), await ann.make("Validating"), await ann.make("Done")
    for task in (doing, validating, done):
        await bob.claim(task)
    made = await propose(ann, tasks=[doing, validating, done])
    await bob.do("submitTask", task=validating, summary="Made")
    await bob.do("completeTask", task=done, summary="Made")

    await hugo.do("vote", proposal=made, option="no")

    statuses = [(await state(ann, task))[0] for task in (doing, validating, done)]
    assert statuses == ["DOING", "VALIDATING", "DONE"]
    assert [len(await decisions(ann, task)) for task in (doing, validating, done)] == [1, 1, 1]
    assert await told(bob) == [("DECIDED", made)]


async def test_a_blocked_task_keeps_the_reason_that_it_had(ann: Actor, bob: Actor, hugo: Actor) -> None:
    task = await ann.make()
    await bob.claim(task)
    refused, granted = await propose(ann, tasks=[task]), await propose(ann, tasks=[task])
    await bob.do("blockTask", task=task, reason="The key is lost.")

    await hugo.do("vote", proposal=granted, option="yes")
    between = await state(ann, task)
    await hugo.do("vote", proposal=refused, option="no")

    assert between == ("BLOCKED", False, [("PROPOSAL", refused), ("REASON", None)])
    reason = (await ann.task(task, "waitingOn { reason }"))["waitingOn"][0]["reason"]
    assert reason.startswith("The key is lost.\n")
    assert refused in reason
    assert (await log(ann, "TASK_UPDATED"))[-1][3] == {"changes": {"reason": reason}}


@pytest.mark.parametrize("how", ["its owner gives it back", "its owner leaves"])
async def test_a_no_stands_whoever_owned_what_waited(
    ann: Actor, bob: Actor, hugo: Actor, root: Actor, how: str
) -> None:
    task = await ann.make(assignee="bob")
    made = await propose(ann, tasks=[task])
    await hugo.do("vote", proposal=made, option="no")

    if how == "its owner leaves":
        await root.do("updateAgent", agent="bob", rooms=[])
    else:
        await bob.do("releaseTask", task=task)

    assert (await ann.task(task, "assignee { name }"))["assignee"] is None
    assert await state(ann, task) == ("BLOCKED", False, [("REASON", None)])
    await ann.do("unblockTask", task=task)
    assert await state(ann, task) == ("TODO", True, [])


async def test_a_dependency_that_ends_does_not_lift_a_no(ann: Actor, bob: Actor, hugo: Actor) -> None:
    other, task = await ann.make(), await ann.make()
    await bob.claim(task)
    made = await propose(ann, tasks=[task])
    await bob.do("blockTask", task=task, reason="Until then", dependsOn=[other])
    await hugo.do("vote", proposal=made, option="no")

    await ann.finish(other)

    assert await state(ann, task) == ("BLOCKED", False, [("REASON", None)])


async def test_what_ends_an_open_proposal_waits_for_nothing_else(ann: Actor, bob: Actor, hugo: Actor) -> None:
    """A block without words, on a dependency and a proposal, ends with the last of them."""
    other, task = await ann.make("Other"), await ann.make("Mine")
    await bob.claim(task)
    made = await propose(ann, tasks=[task])
    await bob.do("blockTask", task=task, dependsOn=[other])

    await ann.finish(other)
    between = await state(ann, task)
    await hugo.do("vote", proposal=made, option="yes")

    assert between == ("BLOCKED", False, [("PROPOSAL", made)])
    assert await state(ann, task) == ("TODO", True, [])
    assert await told(bob) == [("DECIDED", made)]


async def test_a_task_that_is_cancelled_and_opened_again_still_waits(ann: Actor, hugo: Actor) -> None:
    task = await ann.make()
    made = await propose(ann, tasks=[task])

    await ann.do("cancelTask", task=task, reason="Not needed")
    cancelled = await state(ann, task)
    await ann.do("reopenTask", task=task, reason="Needed")
    again = await state(ann, task)
    await hugo.do("vote", proposal=made, option="yes")

    assert cancelled == ("CANCELLED", False, [])
    assert again == ("TODO", False, [("PROPOSAL", made)])
    assert await state(ann, task) == ("TODO", True, [])


async def test_what_a_resource_or_the_pause_holds_back_is_told_when_it_is_free(
    ann: Actor, bob: Actor, hugo: Actor, root: Actor
) -> None:
    task = await ann.make(assignee="bob")
    made = await propose(ann, tasks=[task])
    await root.do("updateRoom", room="web", settings={"paused": True})

    await hugo.do("vote", proposal=made, option="yes")
    between = await told(bob)
    await root.do("updateRoom", room="web", settings={"paused": False})

    assert between == [("DECIDED", made)]
    assert [kind for kind, _ in await told(bob)] == ["DECIDED", "UNBLOCKED"]


@pytest.mark.usefixtures("bob")
@pytest.mark.parametrize("what", ["description", "criteria", "assignee", "status", "nothing", "notes", "title"])
async def test_it_says_whether_what_it_is_about_was_changed(ann: Actor, hugo: Actor, what: str) -> None:
    task = await ann.make("Ship", description="All of it", criteria=["It runs"])
    made = await propose(ann, tasks=[task])
    assert (await proposal(ann, made, "changedSinceAsked"))["changedSinceAsked"] is False

    changes: dict[str, tuple[str, dict[str, Any]]] = {
        "description": ("updateTask", {"id": task, "description": "Half of it"}),
        "criteria": ("setCriteria", {"task": task, "criteria": ["It runs", "It is fast"]}),
        "assignee": ("assignTask", {"task": task, "assignee": "bob"}),
        "status": ("cancelTask", {"task": task, "reason": "No"}),
        "title": ("updateTask", {"id": task, "title": "Ship it"}),
        "notes": ("addComment", {"on": task, "body": "Hm"}),
    }
    if what in changes:
        mutation, sent = changes[what]
        await ann.do(mutation, **sent)
    changed = what in {"description", "criteria", "assignee", "status"}

    assert (await proposal(ann, made, "changedSinceAsked"))["changedSinceAsked"] is changed
    await hugo.do("vote", proposal=made, option="yes")
    # Frozen at the end.
    if what != "status":
        await ann.do("updateTask", id=task, description="Other")
    assert (await proposal(ann, made, "changedSinceAsked"))["changedSinceAsked"] is changed
