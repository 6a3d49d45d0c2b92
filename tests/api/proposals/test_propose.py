"""propose: what is frozen, who may vote, who is asked, and what is refused."""

import asyncio
from typing import Any

import pytest

from db.core.enums import AgentKind, Role
from db.core.records import Room
from tests.api.proposals.conftest import NewActor
from tests.api.proposals.questions import everything, log, proposal, propose, soon, state, told
from tests.api.schema_client import Actor


async def test_an_approval_asks_the_people_of_the_room_yes_or_no(
    ann: Actor, bob: Actor, hugo: Actor, ida: Actor
) -> None:
    made = await ann.do("propose", "id", kind="APPROVAL", title="Ship it?", body="On Friday.")

    assert await proposal(bob, made["id"]) == {
        "id": made["id"],
        "kind": "APPROVAL",
        "title": "Ship it?",
        "body": "On Friday.",
        "options": ["yes", "no"],
        "quorum": 1,
        "status": "OPEN",
        "outcome": None,
        "byDefault": False,
        "defaultOption": None,
        "closesAt": None,
        "decidedAt": None,
        "changedSinceAsked": False,
        "author": {"name": "ann"},
        "electorate": [{"name": "hugo"}, {"name": "ida"}],
        "escalates": None,
        "votes": [],
        "tasks": [],
    }
    assert [await told(one) for one in (ann, bob)] == [[], []]
    assert [await told(one) for one in (hugo, ida)] == [[("PROPOSAL", made["id"])]] * 2
    assert (await log(ann))[-1] == (
        "PROPOSAL_OPENED",
        "ann",
        made["id"],
        {"kind": "APPROVAL", "options": ["yes", "no"]},
    )


async def test_a_vote_asks_all_who_may_work_in_the_room(
    ann: Actor, bob: Actor, hugo: Actor, root: Actor, actor: NewActor
) -> None:
    await actor("reader", role=Role.OBSERVER)
    await actor("gone")
    await root.see('mutation { revokeTokens(input: {agent: "gone"}) }')

    made = await propose(ann, "VOTE")

    assert await proposal(ann, made, "options quorum electorate { name }") == {
        "options": ["approve", "reject"],
        "quorum": 2,
        "electorate": [{"name": "ann"}, {"name": "bob"}, {"name": "hugo"}],
    }
    # Its author may vote, and need not be told.
    assert [await told(one) for one in (ann, bob, hugo)] == [[], [("PROPOSAL", made)], [("PROPOSAL", made)]]


@pytest.mark.parametrize(("voters", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
async def test_a_quorum_is_more_than_half_by_default(actor: NewActor, voters: int, quorum: int) -> None:
    names = [f"voter-{at}" for at in range(voters)]
    asking = await actor(names[0])
    for name in names[1:]:
        await actor(name)

    made = await propose(asking, "VOTE", electorate=names)

    assert (await proposal(asking, made, "quorum"))["quorum"] == quorum


@pytest.mark.usefixtures("bob")
async def test_its_electorate_can_be_named_by_ids_and_names(ann: Actor, hugo: Actor, ida: Actor) -> None:
    vote = await propose(ann, "VOTE", electorate=["bob", f"A{hugo.caller.agent_id}", "@bob"], quorum=1)
    approval = await propose(ann, electorate=["ida"])

    assert (await proposal(ann, vote, "electorate { name }"))["electorate"] == [{"name": "bob"}, {"name": "hugo"}]
    assert (await proposal(ann, approval, "electorate { name }"))["electorate"] == [{"name": "ida"}]
    assert await told(hugo) == [("PROPOSAL", vote)]
    assert await told(ida) == [("PROPOSAL", approval)]


async def test_tasks_wait_for_it_while_it_is_open(ann: Actor, bob: Actor, hugo: Actor) -> None:
    todo, doing = await ann.make("Todo"), await ann.make("Doing")
    await bob.claim(doing)

    made = await propose(ann, tasks=[todo, doing, todo])

    assert await state(ann, todo) == ("TODO", False, [("PROPOSAL", made)])
    assert await state(ann, doing) == ("DOING", False, [("PROPOSAL", made)])
    refused = await bob.refused("claimTask", task=todo)
    assert refused["code"] == "NOT_READY"
    assert [wait["kind"] for wait in refused["waitingOn"]] == ["PROPOSAL"]
    assert (await bob.do("claimNextTask", "task { id } nothing { todo waiting }")) == {
        "task": None,
        "nothing": {"todo": 1, "waiting": 1},
    }
    # Started work goes on, to its end.
    await bob.do("completeTask", task=doing, summary="Done")
    assert await state(ann, doing) == ("DONE", False, [])
    assert (await proposal(ann, made, "tasks { id }"))["tasks"] == [{"id": todo}, {"id": doing}]
    assert (await ann.task(todo, "proposals { id }"))["proposals"] == [{"id": made}]
    await hugo.do("vote", proposal=made, option="yes")


async def test_it_waits_for_each_of_several(ann: Actor, hugo: Actor) -> None:
    task = await ann.make()
    first, second = await propose(ann, tasks=[task]), await propose(ann, tasks=[task])

    await hugo.do("vote", proposal=first, option="yes")
    between = await state(ann, task)
    await hugo.do("vote", proposal=second, option="yes")

    assert between == ("TODO", False, [("PROPOSAL", second)])
    assert await state(ann, task) == ("TODO", True, [])
    assert (await ann.task(task, "proposals { id status }"))["proposals"] == [
        {"id": first, "status": "DECIDED"},
        {"id": second, "status": "DECIDED"},
    ]


FAR = "2100-01-01T00:00:00Z"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "APPROVAL", "options": ["yes", "no"]}, "options"),
    ({"kind": "APPROVAL", "options": []}, "options"),
    ({"kind": "APPROVAL", "quorum": 1}, "quorum"),
    ({"kind": "APPROVAL", "electorate": ["bob"]}, "electorate"),
    ({"kind": "APPROVAL", "electorate": ["hugo", "bob"]}, "electorate"),
    ({"kind": "APPROVAL", "electorate": []}, "electorate"),
    ({"kind": "APPROVAL", "title": " "}, "title"),
    ({"kind": "APPROVAL", "title": "x" * 301}, "title"),
    ({"kind": "APPROVAL", "body": "x" * 65_537}, "body"),
    ({"kind": "APPROVAL", "defaultOption": "yes"}, "defaultOption"),
    ({"kind": "APPROVAL", "defaultOption": "maybe", "closesAt": FAR}, "defaultOption"),
    ({"kind": "APPROVAL", "defaultOption": "Yes", "closesAt": FAR}, "defaultOption"),
    ({"kind": "APPROVAL", "closesAt": "2020-01-01T00:00:00Z"}, "closesAt"),
    ({"kind": "VOTE", "options": ["one"]}, "options"),
    ({"kind": "VOTE", "options": [str(at) for at in range(11)]}, "options"),
    ({"kind": "VOTE", "options": ["one", "one"]}, "options"),
    ({"kind": "VOTE", "options": ["one", " "]}, "options"),
    ({"kind": "VOTE", "options": ["one", "x" * 101]}, "options"),
    ({"kind": "VOTE", "options": ["one", "abstain"]}, "options"),
    ({"kind": "VOTE", "electorate": []}, "electorate"),
    ({"kind": "VOTE", "electorate": ["bob"] * 101}, "electorate"),
    ({"kind": "VOTE", "electorate": ["bob"], "quorum": 2}, "quorum"),
    ({"kind": "VOTE", "quorum": 0}, "quorum"),
    ({"kind": "VOTE", "defaultOption": "abstain", "closesAt": FAR}, "defaultOption"),
    ({"kind": "VOTE", "tasks": ["O1"]}, "id"),
    ({"kind": "VOTE", "tasks": ["T1"] * 101}, "tasks"),
]


@pytest.mark.usefixtures("bob", "hugo")
@pytest.mark.parametrize(("sent", "field"), WRONG)
async def test_what_is_out_of_bounds_is_refused(ann: Actor, sent: dict[str, Any], field: str) -> None:
    before = await everything(ann.database)

    refused = await ann.refused("propose", **{"title": "Ship it?", **sent})

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", field)
    assert await everything(ann.database) == before


@pytest.mark.usefixtures("hugo")
async def test_a_wrong_default_is_told_the_options(ann: Actor) -> None:
    refused = await ann.refused("propose", kind="APPROVAL", title="?", defaultOption="maybe", closesAt=soon())

    assert refused == {"code": "BAD_INPUT", "field": "defaultOption", "options": ["yes", "no"]}


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("unable", ["nobody", "the author", "a reader"])
async def test_without_a_person_who_could_decide_nobody_is_asked(ann: Actor, actor: NewActor, unable: str) -> None:
    asking = ann
    if unable == "the author":
        asking = await actor("hugo", kind=AgentKind.HUMAN)
    elif unable == "a reader":
        await actor("hugo", kind=AgentKind.HUMAN, role=Role.OBSERVER)
    task = await asking.make()
    await asking.claim(task)
    before = await everything(ann.database)

    for mutation, sent in (
        ("propose", {"kind": "APPROVAL", "title": "?"}),
        ("escalate", {"task": task, "question": "?"}),
    ):
        complaint = await asking.complaint(mutation, **sent)
        assert complaint["extensions"]["code"] == "BAD_INPUT"
        assert "registerAgent" in complaint["extensions"]["hint"]
        assert "HUMAN" in complaint["extensions"]["hint"]
    assert await everything(ann.database) == before


async def test_an_approval_needs_another_than_its_author(hugo: Actor, ida: Actor) -> None:
    refused = await hugo.refused("propose", kind="APPROVAL", title="?", electorate=["hugo"])
    made = await propose(hugo)

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", "electorate")
    # Who asked is not told, and never decides.
    assert (await told(hugo), await told(ida)) == ([], [("PROPOSAL", made)])
    assert (await hugo.refused("vote", proposal=made, option="yes"))["code"] == "FORBIDDEN"
    await ida.do("vote", proposal=made, option="yes")


@pytest.mark.usefixtures("hugo", "root")
async def test_only_members_are_named(ann: Actor) -> None:
    for name in ("root", "nobody", "A999999"):
        refused = await ann.refused("propose", kind="VOTE", title="?", electorate=[name])
        assert refused == {"code": "NOT_FOUND", "id": name}


async def test_observers_ask_nothing_and_answer_nothing(ann: Actor, hugo: Actor) -> None:
    task, made = await ann.make(), await propose(ann)
    fence = await ann.claim(task)
    reader, person = ann.as_role(Role.OBSERVER), hugo.as_role(Role.OBSERVER)
    before = await everything(ann.database)

    refused = [
        await reader.refused("propose", kind="VOTE", title="?"),
        await reader.refused("escalate", task=task, question="?", fence=fence),
        await person.refused("vote", proposal=made, option="yes"),
        await reader.refused("withdrawProposal", proposal=made),
    ]

    assert refused == [{"code": "FORBIDDEN"}] * 4
    assert await everything(ann.database) == before


async def test_the_same_key_is_the_same_proposal(ann: Actor, hugo: Actor) -> None:
    task = await ann.make()
    sent: dict[str, Any] = {"kind": "APPROVAL", "title": "?", "tasks": [task], "idempotencyKey": "k"}

    both = await asyncio.gather(*(ann.do("propose", **sent) for _ in range(2)))
    await hugo.do("vote", proposal=both[0]["id"], option="yes")
    again = await ann.do("propose", "id status", **sent)

    assert both[0] == both[1]
    assert again == {"id": both[0]["id"], "status": "DECIDED"}
    assert (await ann.refused("propose", **{**sent, "title": "!"}))["code"] == "IDEMPOTENCY_MISMATCH"
    assert len(await log(ann, "PROPOSAL_OPENED")) == 1


async def test_an_admin_asks_a_room_that_it_is_not_in(root: Actor, hugo: Actor, room: Room) -> None:
    made = await propose(root, room=room.name)

    await hugo.do("vote", proposal=made, option="no")

    assert await told(root) == [("DECIDED", made)]
