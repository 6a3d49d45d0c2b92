"""vote and withdrawProposal: who may, when a proposal is decided, and what a late vote is told."""

import asyncio
from typing import Any

import pytest

from db.core.database import Database
from db.proposals import proposal_end
from tests.api.proposals.conftest import NewActor
from tests.api.proposals.questions import (
    end_of,
    everything,
    log,
    proposal,
    propose,
    soon,
    time_is_over,
    told,
)
from tests.api.schema_client import Actor
from tests.people import caller

OPEN = ("OPEN", None, False)


async def ballot(asking: Actor, voters: list[Actor], *options: str, **more: Any) -> str:
    return await propose(asking, "VOTE", electorate=[one.name for one in voters], options=list(options), **more)


async def test_the_first_vote_decides_an_approval(ann: Actor, hugo: Actor, ida: Actor) -> None:
    made = await propose(ann)

    fields = "status outcome byDefault votes { agent { name } option note } decidedAt"
    voted = await hugo.do("vote", fields, proposal=made, option="yes", note="Go.")
    late = await ida.refused("vote", proposal=made, option="no")

    assert voted.pop("decidedAt") is not None
    assert voted == {
        "status": "DECIDED",
        "outcome": "yes",
        "byDefault": False,
        "votes": [{"agent": {"name": "hugo"}, "option": "yes", "note": "Go."}],
    }
    assert late == {"code": "WRONG_STATUS", "id": made, "status": "DECIDED", "allowed": ["OPEN"], "outcome": "yes"}
    assert (await log(ann))[-2:] == [
        ("VOTE_CAST", "hugo", made, {"option": "yes", "agent": "hugo"}),
        ("PROPOSAL_CLOSED", "hugo", made,
         {"status": "DECIDED", "outcome": "yes", "byDefault": False, "counts": {"yes": 1, "no": 0}}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("votes", "end"),
    [
        # Three voters, a quorum of two.
        ("a", OPEN),
        ("aa", ("DECIDED", "a", False)),
        ("ab", OPEN),
        ("aba", ("DECIDED", "a", False)),
        ("abc", ("EXPIRED", None, False)),
        # An abstention counts for the quorum, and decides nothing.
        ("a-", OPEN),
        ("a--", ("DECIDED", "a", False)),
        ("--", OPEN),
        ("---", ("EXPIRED", None, False)),
        ("ab-", ("EXPIRED", None, False)),
    ],
)
async def test_a_vote_is_decided_when_nothing_could_change_it(
    ann: Actor, bob: Actor, hugo: Actor, votes: str, end: tuple[str, str | None, bool]
) -> None:
    voters = [ann, bob, hugo]
    made = await ballot(ann, voters, "a", "b", "c")

    for voter, option in zip(voters, votes, strict=False):
        await voter.do("vote", proposal=made, option="abstain" if option == "-" else option)

    assert await end_of(ann, made) == end


async def test_a_vote_that_is_out_holds_it_open_while_it_could_make_a_tie(actor: NewActor) -> None:
    voters = [await actor(f"voter-{at}") for at in range(5)]
    made = await ballot(voters[0], voters, "a", "b", quorum=1)

    ends = []
    for voter, option in zip(voters, "aaba", strict=False):
        await voter.do("vote", proposal=made, option=option)
        ends.append((await end_of(voter, made))[0])

    # 1:0 with four out, 2:0 with three, 2:1 with two, 3:1 with one.
    assert ends == ["OPEN", "OPEN", "OPEN", "DECIDED"]


async def test_voting_again_replaces_ones_vote(ann: Actor, bob: Actor, hugo: Actor) -> None:
    made = await ballot(ann, [ann, bob, hugo], "a", "b")

    await ann.do("vote", proposal=made, option="a", note="First")
    await bob.do("vote", proposal=made, option="b")
    await ann.do("vote", proposal=made, option="b", note="Second")

    assert await end_of(ann, made) == ("DECIDED", "b", False)
    votes = (await proposal(ann, made, "votes { agent { name } option note }"))["votes"]
    assert votes == [
        {"agent": {"name": "bob"}, "option": "b", "note": ""},
        {"agent": {"name": "ann"}, "option": "b", "note": "Second"},
    ]
    cast = [(actor, data["option"]) for _, actor, _, data in await log(ann, "VOTE_CAST")]
    assert cast == [("ann", "a"), ("bob", "b"), ("ann", "b")]


async def test_voting_acknowledges_ones_own_item(ann: Actor, bob: Actor, hugo: Actor) -> None:
    made = await ballot(ann, [ann, bob, hugo], "a", "b", quorum=3)

    await bob.do("vote", proposal=made, option="abstain")
    between = [await told(one) for one in (bob, hugo)]
    await ann.do("withdrawProposal", proposal=made)

    assert between == [[], [("PROPOSAL", made)]]
    # At the end those of the others are acknowledged too.
    assert await told(hugo) == []
    assert await told(hugo, everything=True) == [("PROPOSAL", made)]


async def test_only_the_electorate_votes(ann: Actor, bob: Actor, hugo: Actor, ida: Actor, root: Actor) -> None:
    vote, approval = await ballot(ann, [ann, hugo], "a", "b", quorum=2), await propose(ann, electorate=["hugo"])
    before = await everything(ann.database)

    refused = [
        await bob.refused("vote", proposal=vote, option="a"),
        await root.refused("vote", proposal=vote, option="a"),
        await ida.refused("vote", proposal=approval, option="yes"),
        await ann.refused("vote", proposal=approval, option="yes"),
    ]

    assert refused == [{"code": "FORBIDDEN"}] * 4
    assert await everything(ann.database) == before


@pytest.mark.parametrize("option", ["Yes", "", "maybe", " yes", "Abstain"])
async def test_an_unknown_option_is_told_the_options(ann: Actor, hugo: Actor, option: str) -> None:
    made = await propose(ann)
    before = await everything(ann.database)

    refused = await hugo.refused("vote", proposal=made, option=option)

    assert refused == {"code": "BAD_INPUT", "field": "option", "options": ["yes", "no"]}
    assert await everything(ann.database) == before


async def test_a_note_has_bounds(ann: Actor, hugo: Actor) -> None:
    made = await propose(ann)

    refused = await hugo.refused("vote", proposal=made, option="yes", note="x" * 65_537)

    assert (refused["code"], refused["field"]) == ("BAD_INPUT", "note")
    assert await end_of(ann, made) == OPEN


async def test_all_abstained_is_no_decision(ann: Actor, hugo: Actor, ida: Actor) -> None:
    made = await propose(ann)

    await hugo.do("vote", proposal=made, option="abstain")
    between = await end_of(ann, made)
    await ida.do("vote", proposal=made, option="abstain")

    assert (between, await end_of(ann, made)) == (OPEN, ("EXPIRED", None, False))


async def test_the_author_of_an_approval_is_not_waited_for(hugo: Actor, ida: Actor) -> None:
    made = await propose(hugo)

    await ida.do("vote", proposal=made, option="abstain")

    assert await end_of(hugo, made) == ("EXPIRED", None, False)


async def test_a_tie_with_a_default_stays_open_until_it_closes(database: Database, ann: Actor, bob: Actor) -> None:
    made = await ballot(ann, [ann, bob], "a", "b", quorum=2, closesAt=soon(), defaultOption="b")

    await ann.do("vote", proposal=made, option="a")
    await bob.do("vote", proposal=made, option="b")
    between = await end_of(ann, made)
    await time_is_over(database, made)
    await proposal_end.close_overdue(database)

    assert (between, await end_of(ann, made)) == (OPEN, ("DECIDED", "b", True))


@pytest.mark.parametrize(
    ("votes", "quorum", "default", "end"),
    [
        ("", 1, "b", ("DECIDED", "b", True)),
        ("", 1, None, ("EXPIRED", None, False)),
        # The quorum is in, and one option has most votes.
        ("a", 1, "b", ("DECIDED", "a", False)),
        ("a", 1, None, ("DECIDED", "a", False)),
        ("a", 2, "b", ("DECIDED", "b", True)),
        ("a", 2, None, ("EXPIRED", None, False)),
        ("a-", 2, "b", ("DECIDED", "a", False)),
        ("ab", 2, "b", ("DECIDED", "b", True)),
        ("ab", 2, None, ("EXPIRED", None, False)),
        ("--", 2, "a", ("DECIDED", "a", True)),
    ],
)
async def test_when_its_time_is_over_the_votes_decide_or_the_default_or_nothing(
    database: Database,
    ann: Actor,
    bob: Actor,
    hugo: Actor,
    votes: str,
    quorum: int,
    default: str | None,
    end: tuple[str, str | None, bool],
) -> None:
    voters = [ann, bob, hugo]
    made = await ballot(ann, voters, "a", "b", quorum=quorum, closesAt=soon(), defaultOption=default)
    for voter, option in zip(voters, votes, strict=False):
        await voter.do("vote", proposal=made, option="abstain" if option == "-" else option)
    assert await end_of(ann, made) == OPEN

    await time_is_over(database, made)
    closed = [await proposal_end.close_overdue(database) for _ in range(2)]

    assert (await end_of(ann, made), closed) == (end, [1, 0])
    (_, by, _, data) = (await log(ann, "PROPOSAL_CLOSED"))[0]
    assert (by, data["outcome"], data["byDefault"]) == (None, *end[1:])


@pytest.mark.parametrize(("default", "status"), [("no", "DECIDED"), (None, "EXPIRED")])
@pytest.mark.parametrize("mutation", ["vote", "withdrawProposal"])
async def test_the_clock_rules_and_not_the_sweeper(
    database: Database, ann: Actor, hugo: Actor, default: str | None, status: str, mutation: str
) -> None:
    made = await propose(ann, closesAt=soon(), defaultOption=default)
    await time_is_over(database, made)

    sent = {"option": "yes"} if mutation == "vote" else {}
    late = await (hugo if mutation == "vote" else ann).refused(mutation, proposal=made, **sent)

    assert late == {"code": "WRONG_STATUS", "id": made, "status": status, "allowed": ["OPEN"], "outcome": default}
    assert await end_of(ann, made) == (status, default, default is not None)
    assert (await proposal(ann, made, "votes { option }"))["votes"] == []


async def test_its_author_or_an_admin_withdraws_it(ann: Actor, bob: Actor, hugo: Actor, root: Actor) -> None:
    first, second = await propose(ann), await propose(ann)

    refused = [await one.refused("withdrawProposal", proposal=first) for one in (bob, hugo)]
    await ann.do("withdrawProposal", proposal=first)
    withdrawn = await root.do("withdrawProposal", "status outcome decidedAt", proposal=second)
    again = await root.refused("withdrawProposal", proposal=second)

    assert refused == [{"code": "FORBIDDEN"}] * 2
    assert withdrawn == {"status": "WITHDRAWN", "outcome": None, "decidedAt": None}
    assert (again["code"], again["status"], again["outcome"]) == ("WRONG_STATUS", "WITHDRAWN", None)
    # Who ends it by their own act isn't told.
    assert await told(ann) == [("DECIDED", second)]
    assert (await log(ann))[-1] == (
        "PROPOSAL_CLOSED",
        "root",
        second,
        {"status": "WITHDRAWN", "outcome": None, "byDefault": False, "counts": {"yes": 0, "no": 0}},
    )


async def test_two_last_votes_at_once_close_it_once(ann: Actor, actor: NewActor) -> None:
    voters = [await actor(f"voter-{at}") for at in range(6)]
    for _ in range(10):
        made = await ballot(ann, voters, "a", "b", quorum=4)

        answers = await asyncio.gather(
            *(one.do("vote", proposal=made, option="a") for one in voters), return_exceptions=True
        )

        closed = [data for _, _, of, data in await log(ann, "PROPOSAL_CLOSED") if of == made]
        votes = (await proposal(ann, made, "votes { option }"))["votes"]
        assert len(closed) == 1
        assert closed[0] == {
            "status": "DECIDED",
            "outcome": "a",
            "byDefault": False,
            "counts": {"a": len(votes), "b": 0},
        }
        assert len(votes) == sum(not isinstance(one, BaseException) for one in answers) == 4


async def test_who_left_can_not_vote_and_is_not_waited_for(ann: Actor, bob: Actor, hugo: Actor, root: Actor) -> None:
    made = await ballot(ann, [ann, bob, hugo], "a", "b", quorum=2)
    await ann.do("vote", proposal=made, option="a")
    await bob.do("vote", proposal=made, option="b")

    await root.do("updateAgent", agent="hugo", rooms=[])
    closed = await end_of(ann, made)
    gone = Actor(hugo.database, await caller(hugo.database, "hugo"), hugo.feed)

    assert closed == ("EXPIRED", None, False)
    assert (await gone.refused("vote", proposal=made, option="a")) == {"code": "NOT_FOUND", "id": made}


@pytest.mark.parametrize("how", ["leaves", "loses its last token", "its last token ends"])
async def test_the_quorum_stays_when_somebody_is_gone(
    ann: Actor, bob: Actor, hugo: Actor, root: Actor, how: str
) -> None:
    short = await ballot(ann, [ann, bob, hugo], "a", "b", quorum=3)
    enough = await ballot(ann, [ann, bob, hugo], "a", "b", quorum=1)
    for made in (short, enough):
        await ann.do("vote", proposal=made, option="a")
    await bob.do("vote", proposal=short, option="a")
    assert [await end_of(ann, made) for made in (short, enough)] == [OPEN, OPEN]

    if how == "leaves":
        await root.do("updateAgent", agent="hugo", rooms=[])
    elif how == "loses its last token":
        await root.see('mutation { revokeTokens(input: {agent: "hugo"}) }')
    else:
        await ann.database.execute("update token set expires_at = now() where agent_id = $1", hugo.caller.agent_id)
        await proposal_end.close_settled(ann.database)

    # Nobody can bring the quorum in any more; and of the other, bob's vote could still make a tie.
    assert await end_of(ann, short) == ("EXPIRED", None, False)
    assert await end_of(ann, enough) == OPEN


async def test_an_unanswered_question_stays_open_when_those_who_could_answer_are_gone(
    ann: Actor, hugo: Actor, root: Actor
) -> None:
    made = await propose(ann)

    await root.do("updateAgent", agent="hugo", rooms=[])
    between = await end_of(ann, made)
    await root.do("updateAgent", agent="hugo", rooms=["web"])
    await hugo.do("vote", proposal=made, option="yes")

    assert (between, await end_of(ann, made)) == (OPEN, ("DECIDED", "yes", False))


async def test_those_who_did_not_vote_are_reminded_once(
    database: Database, ann: Actor, bob: Actor, hugo: Actor, ida: Actor
) -> None:
    made = await ballot(ann, [ann, bob, hugo, ida], "a", "b", closesAt=soon(4000), quorum=4)
    await bob.do("vote", proposal=made, option="a")
    await hugo.do("acknowledge")
    early = [await proposal_end.remind_voters(database), await told(hugo)]

    await database.execute("update proposal set remind_at = now()")
    did = [await proposal_end.remind_voters(database) for _ in range(2)]

    assert early == [0, []]
    assert did == [1, 0]
    # Ida's first item still stands, bob has voted, and ann asked.
    assert [await told(one) for one in (ann, bob, hugo, ida)] == [[], [], [("PROPOSAL", made)], [("PROPOSAL", made)]]
    at = await database.fetchrow("select created_at, closes_at from proposal")
    again = await propose(ann, closesAt=at["closes_at"].isoformat())
    asked = await database.fetchrow(
        "select remind_at - created_at as until, closes_at - created_at as all from proposal where id = $1",
        int(again[1:]),
    )
    assert abs(asked["until"] / asked["all"] - 0.75) < 0.001
