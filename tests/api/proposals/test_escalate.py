"""escalate: who may ask, what is blocked, and how the task goes on."""

from typing import Any

import pytest

from db.core.database import Database
from db.proposals import proposal_end
from tests.api.proposals.questions import (
    decisions,
    end_of,
    everything,
    log,
    proposal,
    soon,
    state,
    summaries,
    time_is_over,
    told,
)
from tests.api.schema_client import Actor

LOST = {
    "expired": "update task set lease_expires_at = now() - interval '1 second' where id = $1",
    "taken back": "update task set status = 'TODO', assignee_id = null, fence = fence + 1, session_id = null, "
    "claimed_at = null, lease_seconds = null, lease_expires_at = null where id = $1",
}


async def held(actor: Actor, title: str = "Deploy") -> str:
    task = await actor.make(title)
    await actor.claim(task)
    return task


async def escalate(actor: Actor, task: str, question: str = "Shall I?", **more: Any) -> str:
    asked: str = (await actor.do("escalate", task=task, question=question, **more))["id"]
    return asked


async def test_a_holder_asks_people_and_its_task_is_blocked(ann: Actor, bob: Actor, hugo: Actor) -> None:
    await ann.do("defineResource", name="repo", capacity=1)
    task = await ann.make("Deploy", resources=["repo"])
    await bob.claim(task)

    asked = await escalate(bob, task, "Shall I drop\nthe table?")

    found = await proposal(bob, asked)
    assert {name: found[name] for name in ("kind", "title", "body", "options", "quorum", "changedSinceAsked")} == {
        "kind": "APPROVAL",
        "title": "Shall I drop the table?",
        "body": "Shall I drop\nthe table?",
        "options": ["yes", "no"],
        "quorum": 1,
        "changedSinceAsked": False,
    }
    assert (found["escalates"], found["tasks"]) == ({"id": task}, [{"id": task}])
    assert (found["author"], found["electorate"]) == ({"name": "bob"}, [{"name": "hugo"}])
    shown = await bob.task(task, "status assignee { name } lease { fence } waitingOn { kind proposal { id } }")
    assert shown == {
        "status": "BLOCKED",
        "assignee": {"name": "bob"},
        "lease": None,
        "waitingOn": [{"kind": "PROPOSAL", "proposal": {"id": asked}}],
    }
    assert (await ann.see("{ room { resources { inUse } } }"))["room"]["resources"] == [{"inUse": 0}]
    assert await told(hugo) == [("PROPOSAL", asked)]
    assert [one[0] for one in (await log(ann))[-3:]] == ["PROPOSAL_OPENED", "TASK_BLOCKED", "MESSAGE_SENT"]
    said = await ann.see('{ room { messages(channel: "blockers") { nodes { body refs { id } } } } }')
    assert said["room"]["messages"]["nodes"] == [
        {
            "body": f"{task} 'Deploy' of bob is blocked.\nWaits for {asked} 'Shall I drop the table?'.",
            "refs": [{"id": task}, {"id": asked}],
        }
    ]


@pytest.mark.parametrize("answer", ["yes", "no"])
async def test_whatever_the_answer_the_task_is_its_owners_again(
    ann: Actor, bob: Actor, hugo: Actor, answer: str
) -> None:
    task = await held(bob)
    asked = await escalate(bob, task)

    await hugo.do("vote", proposal=asked, option=answer, note="Because.")

    assert await state(ann, task) == ("TODO", True, [])
    assert (await ann.task(task, "assignee { name }"))["assignee"] == {"name": "bob"}
    # Its author owns the task, and hears of it once.
    assert await told(bob) == [("DECIDED", asked)]
    assert f"{task} 'Deploy'" in (await summaries(bob, "DECIDED"))[0]
    assert await told(hugo) == []
    assert await decisions(ann, task) == [
        ("hugo", f"{asked} `Shall I?` was decided: `{answer}`, by hugo.\n\nhugo: Because.")
    ]
    assert (await bob.do("claimNextTask", "task { id }"))["task"] == {"id": task}


async def test_an_escalation_has_options_of_its_own(ann: Actor, bob: Actor, hugo: Actor) -> None:
    task = await held(bob)
    asked = await escalate(bob, task, options=["Postgres", "SQLite", "no"], closesAt=soon(), defaultOption="SQLite")

    found = await proposal(ann, asked, "options defaultOption closesAt")
    await hugo.do("vote", proposal=asked, option="no")

    assert (found["options"], found["defaultOption"]) == (["Postgres", "SQLite", "no"], "SQLite")
    assert await end_of(ann, asked) == ("DECIDED", "no", False)
    assert (await state(ann, task))[0] == "TODO"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"question": " "}, "question"),
        ({"question": "x" * 65_537}, "question"),
        ({"options": []}, "options"),
        ({"options": ["yes"]}, "options"),
        ({"options": ["yes", "yes"]}, "options"),
        ({"options": ["yes", "abstain"]}, "options"),
        ({"options": [str(at) for at in range(11)]}, "options"),
        ({"defaultOption": "yes"}, "defaultOption"),
        ({"closesAt": "2020-01-01T00:00:00Z"}, "closesAt"),
        ({"fence": 7}, "fence"),
    ],
)
@pytest.mark.usefixtures("hugo")
async def test_what_is_out_of_bounds_is_refused(ann: Actor, sent: dict[str, Any], field: str) -> None:
    task = await held(ann)
    before = await everything(ann.database)

    refused = await ann.refused("escalate", **{"task": task, "question": "Shall I?", **sent})

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", field)
    assert await everything(ann.database) == before


@pytest.mark.usefixtures("hugo")
async def test_nobody_but_the_holder_escalates(ann: Actor, bob: Actor) -> None:
    todo, theirs = await ann.make(), await held(bob)
    before = await everything(ann.database)

    refused = [await ann.refused("escalate", task=task, question="?") for task in (todo, theirs)]

    assert refused == [
        {"code": "NOT_HOLDER", "task": todo, "holder": None},
        {"code": "NOT_HOLDER", "task": theirs, "holder": "bob"},
    ]
    assert await everything(ann.database) == before


@pytest.mark.usefixtures("hugo")
async def test_what_is_blocked_or_in_review_or_asked_is_not_escalated(ann: Actor, bob: Actor) -> None:
    blocked, submitted, asked = await held(bob), await held(bob), await held(bob)
    await bob.do("blockTask", task=blocked, reason="w")
    await bob.do("submitTask", task=submitted, summary="Made")
    await escalate(bob, asked)
    released = await held(bob)
    await escalate(bob, released)
    await bob.do("releaseTask", task=released)
    before = await everything(ann.database)

    refused = [await bob.refused("escalate", task=one, question="?") for one in (blocked, submitted, asked, released)]

    statuses = [(one["code"], one["status"], one["allowed"]) for one in refused]
    assert statuses == [("WRONG_STATUS", status, ["DOING"]) for status in ("BLOCKED", "VALIDATING", "BLOCKED", "TODO")]
    after = await everything(ann.database)
    # The late question of a former holder is kept.
    assert [after[at] for at in (0, 1, 2, 3, 4)] == [before[at] for at in (0, 1, 2, 3, 4)]


@pytest.mark.parametrize("how", list(LOST))
@pytest.mark.parametrize("with_fence", [True, False])
@pytest.mark.usefixtures("hugo")
async def test_a_late_question_is_kept_as_a_note(
    database: Database, ann: Actor, bob: Actor, how: str, *, with_fence: bool
) -> None:
    task = await ann.make()
    fence = await bob.claim(task)
    await database.execute(LOST[how], int(task[1:]))

    fenced = {"fence": fence} if with_fence else {}
    refused = await bob.refused("escalate", task=task, question="Shall I?", **fenced)

    late = "STALE_LEASE" if with_fence or how == "expired" else "NOT_HOLDER"
    assert refused["code"] == late
    notes = (await ann.task(task, "comments(kinds: [NOTE]) { nodes { body author { name } } }"))["comments"]["nodes"]
    assert [(one["author"]["name"], "Shall I?" in one["body"]) for one in notes] == [("bob", True)]
    assert await database.fetchval("select count(*) from proposal") == 0


@pytest.mark.usefixtures("hugo")
async def test_the_same_key_is_the_same_question(ann: Actor, bob: Actor) -> None:
    task = await held(bob)
    sent = {"task": task, "question": "Shall I?", "idempotencyKey": "k"}

    first, again = [await bob.do("escalate", **sent) for _ in range(2)]

    assert first == again
    assert len(await log(ann, "PROPOSAL_OPENED")) == 1
    assert (await bob.refused("escalate", **{**sent, "question": "!"}))["code"] == "IDEMPOTENCY_MISMATCH"


@pytest.mark.usefixtures("hugo")
async def test_unblocking_does_not_end_the_wait(ann: Actor, bob: Actor) -> None:
    task = await held(bob)
    asked = await escalate(bob, task)

    unblocked = await ann.do("unblockTask", "status waitingOn { kind }", task=task)

    assert unblocked == {"status": "BLOCKED", "waitingOn": [{"kind": "PROPOSAL"}]}
    assert await end_of(ann, asked) == ("OPEN", None, False)


async def test_an_escalation_that_expired_stays_blocked_until_it_is_unblocked(
    database: Database, ann: Actor, bob: Actor, hugo: Actor
) -> None:
    task = await held(bob)
    asked = await escalate(bob, task, closesAt=soon())

    await time_is_over(database, asked)
    await proposal_end.close_overdue(database)
    found = await ann.task(task, "status waitingOn { kind reason } assignee { name }")

    assert (found["status"], found["assignee"]) == ("BLOCKED", {"name": "bob"})
    assert [wait["kind"] for wait in found["waitingOn"]] == ["REASON"]
    assert f"{asked} 'Shall I?' expired" in found["waitingOn"][0]["reason"]
    assert await told(bob) == [("DECIDED", asked)]
    assert await told(hugo) == []
    assert await decisions(ann, task) == []
    assert len(await log(ann, "TASK_BLOCKED")) == 1
    await ann.do("unblockTask", task=task)
    assert await state(ann, task) == ("TODO", True, [])


async def test_the_default_answers_an_escalation(database: Database, ann: Actor, bob: Actor, hugo: Actor) -> None:
    task = await held(bob)
    asked = await escalate(bob, task, closesAt=soon(), defaultOption="no")

    await time_is_over(database, asked)
    await proposal_end.close_overdue(database)

    assert await end_of(ann, asked) == ("DECIDED", "no", True)
    assert await state(ann, task) == ("TODO", True, [])
    assert await decisions(ann, task) == [
        (None, f"{asked} `Shall I?` was decided: `no`, by default, for nobody decided in time.")
    ]
    assert await told(hugo) == []


async def test_a_withdrawn_escalation_lets_its_task_go_on(ann: Actor, bob: Actor, hugo: Actor) -> None:
    task = await held(bob)
    asked = await escalate(bob, task)

    await bob.do("withdrawProposal", proposal=asked)

    assert await state(ann, task) == ("TODO", True, [])
    assert (await told(bob), await told(hugo), await decisions(ann, task)) == ([], [], [])


async def test_the_question_of_who_left_is_answered_all_the_same(
    ann: Actor, bob: Actor, hugo: Actor, root: Actor
) -> None:
    task = await held(bob)
    asked = await escalate(bob, task)

    await root.do("updateAgent", agent="bob", rooms=[])
    between = await ann.task(task, "status assignee { name } waitingOn { kind }")
    released = [data for kind, _, _, data in await log(ann, "TASK_RELEASED") if kind == "TASK_RELEASED"]
    await hugo.do("vote", proposal=asked, option="yes")

    assert between == {"status": "BLOCKED", "assignee": None, "waitingOn": [{"kind": "PROPOSAL"}]}
    assert released == [{"reason": "left"}]
    assert await state(ann, task) == ("TODO", True, [])
    assert [author for author, _ in await decisions(ann, task)] == ["hugo"]
    assert (await ann.do("claimNextTask", "task { id }"))["task"] == {"id": task}


async def test_a_dependency_that_came_meanwhile_holds_it_back_from_its_start(
    ann: Actor, bob: Actor, hugo: Actor
) -> None:
    task, other = await held(bob), await ann.make("Other")
    asked = await escalate(bob, task)
    await ann.do("addDependency", "kind", task=task, dependsOn=other)

    await hugo.do("vote", proposal=asked, option="yes")
    between = await state(ann, task)
    await ann.finish(other)

    assert between == ("TODO", False, [("DEPENDENCY", None)])
    assert await state(ann, task) == ("TODO", True, [])
    assert [kind for kind, _ in await told(bob)] == ["DECIDED", "UNBLOCKED"]
