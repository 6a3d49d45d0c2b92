"""Where proposals are seen: in lists, by id, in messages, in the log and in inboxes, and by whom."""

import pytest

from db.core.database import Database
from tests import people
from tests.api.proposals.questions import propose
from tests.api.schema_client import Actor

LISTED = """query ($open: Boolean, $first: Int, $after: String) { room { proposals(open: $open, first: $first,
    after: $after) { nodes { id } totalCount pageInfo { hasNextPage endCursor } edges { cursor } } } }"""


async def listed(actor: Actor, **asked: object) -> tuple[list[str], int, bool, str | None]:
    """Ids, how many in all, whether there are more, and where the page ends."""
    page = (await actor.see(LISTED, **asked))["room"]["proposals"]
    info = page["pageInfo"]
    return [one["id"] for one in page["nodes"]], page["totalCount"], info["hasNextPage"], info["endCursor"]


async def test_a_room_lists_its_open_proposals_newest_first(ann: Actor, hugo: Actor) -> None:
    made = [await propose(ann, title=f"Number {at}") for at in range(5)]
    await hugo.do("vote", proposal=made[3], option="yes")
    await ann.do("withdrawProposal", proposal=made[1])

    first, total, more, end = await listed(ann, first=2)
    rest = await listed(ann, first=2, after=end)

    assert (first, total, more) == ([made[4], made[2]], 3, True)
    assert rest[:3] == ([made[0]], 3, False)
    assert (await listed(ann, open=False))[:2] == (made[::-1], 5)
    assert (await listed(ann, open=True))[0] == [made[4], made[2], made[0]]
    by_default = await ann.see("{ room { proposals { nodes { id } } } }")
    assert [one["id"] for one in by_default["room"]["proposals"]["nodes"]] == [made[4], made[2], made[0]]


@pytest.mark.parametrize("first", [0, 201, -1])
@pytest.mark.usefixtures("hugo")
async def test_pages_have_bounds(ann: Actor, first: int) -> None:
    assert (await ann.unseen(LISTED, first=first))["code"] == "BAD_INPUT"
    assert (await ann.unseen(LISTED, after="nonsense"))["code"] == "BAD_INPUT"


@pytest.mark.usefixtures("hugo")
async def test_a_message_refers_to_a_proposal(ann: Actor) -> None:
    made = await propose(ann)

    sent = await ann.do(
        "sendMessage", "refs { __typename id }", channel="general", body=f"See {made}, and D999999, not `{made}x`."
    )

    assert sent["refs"] == [{"__typename": "Proposal", "id": made}]


async def test_it_is_a_node_and_its_events_and_items_lead_to_it(ann: Actor, hugo: Actor) -> None:
    task = await ann.make()
    made = await propose(ann, tasks=[task])
    await hugo.do("vote", proposal=made, option="yes")

    node = (await ann.see("query ($id: ID!) { node(id: $id) { __typename id } }", id=made))["node"]
    asked = "kinds: [PROPOSAL_OPENED, VOTE_CAST, PROPOSAL_CLOSED]"
    found = await ann.see(f"{{ events({asked}) {{ nodes {{ kind agent {{ name }} proposal {{ id }} }} }} }}")

    assert node == {"__typename": "Proposal", "id": made}
    assert found["events"]["nodes"] == [
        {"kind": "PROPOSAL_OPENED", "agent": None, "proposal": {"id": made}},
        {"kind": "VOTE_CAST", "agent": {"name": "hugo"}, "proposal": {"id": made}},
        {"kind": "PROPOSAL_CLOSED", "agent": None, "proposal": {"id": made}},
    ]


async def test_what_is_in_another_room_is_not_found(database: Database, ann: Actor, hugo: Actor) -> None:
    made = await propose(ann)
    other = await people.room(database, "other")
    eve = Actor(database, await people.caller(database, "eve", other), ann.feed)

    refused = [
        await eve.refused("vote", proposal=made, option="yes"),
        await eve.refused("withdrawProposal", proposal=made),
        await eve.unseen("query ($id: ID!) { node(id: $id) { id } }", id=made),
    ]
    unknown = await eve.refused("vote", proposal="D999999", option="yes")

    assert refused == [{"code": "NOT_FOUND", "id": made}] * 3
    assert unknown == {"code": "NOT_FOUND", "id": "D999999"}
    assert (await hugo.do("vote", "status", proposal=made, option="yes")) == {"status": "DECIDED"}


async def test_tasks_of_another_room_do_not_wait(database: Database, ann: Actor, hugo: Actor) -> None:
    other = await people.room(database, "other", require_done_criteria=False)
    both = Actor(database, await people.caller(database, "both", other), ann.feed)
    elsewhere = await both.make()
    await people.caller(database, "ann", other)

    refused = await ann.refused("propose", kind="APPROVAL", title="?", tasks=[elsewhere])

    assert refused == {"code": "NOT_FOUND", "id": elsewhere}
    assert await database.fetchval("select count(*) from proposal") == 0
    assert hugo.name == "hugo"
