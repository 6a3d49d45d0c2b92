"""What waits for a decision stands first: in briefings, in their inboxes, and in digests."""

import re

import pytest

from db.core.database import Database
from db.core.enums import Role
from db.proposals import proposal_end
from tests.api.proposals.questions import propose, soon, time_is_over
from tests.api.schema_client import Actor

BRIEFING = "{ briefing(maxTokens: 2000) { proposals { id } inbox { kind proposal { id } } markdown } }"
DIGEST = "{ room { digest { proposals { id status } markdown } } }"


async def briefing(actor: Actor) -> tuple[list[str], list[tuple[str, str | None]], str]:
    found = (await actor.see(BRIEFING))["briefing"]
    items = [(one["kind"], one["proposal"] and one["proposal"]["id"]) for one in found["inbox"]]
    return [one["id"] for one in found["proposals"]], items, found["markdown"]


async def asked_about_work(ann: Actor) -> list[str]:
    """Three questions: nothing waits for the first, one task for the second, and three for the third."""
    small, big = await ann.make("Small"), await ann.make("Big")
    behind = await ann.make("Behind", dependsOn=[big])
    await ann.make("Far behind", dependsOn=[behind])
    done = await ann.make("Done")
    await ann.finish(done)
    return [
        await propose(ann, title="Idle?", tasks=[done]),
        await propose(ann, title="Small?", tasks=[small], body="It is `small`.", closesAt="2100-01-01T00:00:00Z"),
        await propose(ann, title="Big?", tasks=[big]),
    ]


async def test_a_persons_briefing_begins_with_what_most_work_waits_for(ann: Actor, bob: Actor, hugo: Actor) -> None:
    idle, small, big = await asked_about_work(ann)
    await ann.do("sendMessage", to=["hugo"], body="Hello")

    proposals, items, markdown = await briefing(hugo)

    assert proposals == [big, small, idle]
    assert items == [("PROPOSAL", big), ("PROPOSAL", small), ("PROPOSAL", idle), ("DIRECT", None)]
    options = "options\n> yes\n> no"
    assert markdown.split("\n\n")[1:9] == [
        "## To decide (3)",
        f"{big} APPROVAL from @ann, 3 tasks waiting\n> Big?",
        options,
        f"{small} APPROVAL from @ann, until 2100-01-01 00:00 UTC, 1 task waiting\n> Small?",
        options,
        "it says\n> It is `small`.",
        f"{idle} APPROVAL from @ann\n> Idle?",
        options,
    ]
    assert [(await briefing(one))[0] for one in (ann, bob)] == [[], []]
    # An OBSERVER is offered nothing that it may not do.
    assert (await briefing(hugo.as_role(Role.OBSERVER)))[0] == []


async def test_a_briefing_lists_what_the_caller_may_still_vote_on(
    database: Database, ann: Actor, bob: Actor, hugo: Actor, root: Actor
) -> None:
    vote = await propose(ann, "VOTE", electorate=["ann", "bob", "hugo"], quorum=3)
    over = await propose(ann, closesAt=soon())
    await time_is_over(database, over)
    before = [(await briefing(one))[0] for one in (ann, bob, hugo)]

    await bob.do("vote", proposal=vote, option="approve")

    assert before == [[vote], [vote], [vote]]
    assert [(await briefing(one))[0] for one in (ann, bob, hugo)] == [[vote], [], [vote]]
    await root.do("withdrawProposal", proposal=vote)
    assert [(await briefing(one))[0] for one in (ann, bob, hugo)] == [[], [], []]


async def test_an_agent_reads_what_people_say_before_what_it_may_vote_on(ann: Actor, bob: Actor, hugo: Actor) -> None:
    vote = await propose(ann, "VOTE", electorate=["bob", "hugo"], quorum=2)
    await hugo.do("sendMessage", to=["bob"], body="Hello")

    proposals, items, markdown = await briefing(bob)

    assert (proposals, items) == ([vote], [("DIRECT", None), ("PROPOSAL", vote)])
    assert markdown.index("To decide") < markdown.index("From people")


async def test_a_digest_begins_with_what_is_to_be_decided(database: Database, ann: Actor, hugo: Actor) -> None:
    idle, small, big = await asked_about_work(ann)
    decided, withdrawn, expired = [await propose(ann, title=f"Number {at}?", closesAt=soon()) for at in range(3)]
    await hugo.do("vote", proposal=decided, option="no")
    await ann.do("withdrawProposal", proposal=withdrawn)
    await time_is_over(database, expired)
    await proposal_end.close_overdue(database)

    digest = (await ann.see(DIGEST))["room"]["digest"]
    until = (await ann.see("{ room { digest { until } } }"))["room"]["digest"]["until"]
    since = "query ($at: DateTime!) { room { digest(since: $at) { proposals { id } } } }"
    later = (await ann.see(since, at=until))["room"]["digest"]["proposals"]

    assert digest["proposals"] == [
        *({"id": one, "status": "OPEN"} for one in (big, small, idle)),
        {"id": decided, "status": "DECIDED"},
    ]
    assert "### To decide (3)\n\n" in digest["markdown"]
    assert re.search(rf"- {big} `Big\?`: asked by ann, for \d+ s, 3 tasks waiting\n", digest["markdown"])
    assert f"### Decided (1)\n\n- {decided} `Number 0?`: `no`" in digest["markdown"]
    assert digest["markdown"].index("To decide") < digest["markdown"].index("Decided")
    assert [one["id"] for one in later] == [big, small, idle]


@pytest.mark.usefixtures("hugo")
async def test_a_digest_of_a_room_with_nothing_but_a_question_says_so(ann: Actor) -> None:
    made = await propose(ann)

    markdown = (await ann.see(DIGEST))["room"]["digest"]["markdown"]

    assert f"- {made} `Ship it?`: asked by ann, for " in markdown
    assert "Nothing was finished" not in markdown
