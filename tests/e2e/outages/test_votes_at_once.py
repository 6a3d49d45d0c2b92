"""40 voters, two server processes, one of them killed: one outcome, equal to the votes that are stored."""

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from goalroom.postgres.embedded import Cluster
from tests.e2e.commands import Server
from tests.e2e.team import Agent, codes, hire, make_room, read_log

VOTERS = 40
OPTIONS = ["apples", "pears"]

PROPOSE = "mutation ($input: ProposeInput!) { propose(input: $input) { id } }"
VOTE = "mutation ($input: VoteInput!) { vote(input: $input) { status } }"
CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }"
FOUND = """query ($id: ID!) { node(id: $id) { ... on Proposal { status outcome votes { agent { name } option }
    tasks { status ready waitingOn { kind } comments(kinds: [DECISION]) { totalCount } } } } }"""
TOLD = "{ inbox(kinds: [DECIDED]) { nodes { proposal { id } } } }"


async def all_vote(voters: Sequence[Agent], proposal: str, doomed: Server | None) -> list[list[str]]:
    """Every voter votes, three in five for the first option; the codes of what each was refused with."""
    answered = 0

    async def vote(at: int) -> list[str]:
        nonlocal answered
        option = OPTIONS[0] if at % 5 < 3 else OPTIONS[1]
        answer = await voters[at].send(VOTE, input={"proposal": proposal, "option": option})
        answered += 1
        if doomed is not None and answered == VOTERS // 4:
            doomed.stop(signal.SIGKILL)
        return codes(answer)

    return await asyncio.gather(*map(vote, range(len(voters))))


def check(found: dict[str, Any], closed: Sequence[dict[str, Any]]) -> None:
    """It ended once, as its votes say, and nothing waits for it."""
    votes = Counter(vote["option"] for vote in found["votes"])
    assert (found["status"], found["outcome"]) == ("DECIDED", votes.most_common(1)[0][0])
    assert len({vote["agent"]["name"] for vote in found["votes"]}) == len(found["votes"])
    counts = {option: votes[option] for option in OPTIONS}
    data = {"status": "DECIDED", "outcome": found["outcome"], "byDefault": False, "counts": counts}
    assert [event["data"] for event in closed] == [data]
    assert found["tasks"] == [{"status": "TODO", "ready": True, "waitingOn": [], "comments": {"totalCount": 1}}]


@pytest.mark.parametrize("quorum", [VOTERS // 2 + 1, VOTERS])
async def test_votes_at_once_have_one_outcome(shared_postgres: Cluster, tmp_path: Path, quorum: int) -> None:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(Server("--database-url", shared_postgres.url, "--data-dir", tmp_path / f"server-{at}"))
            for at in range(2)
        ]
        urls = [server.url for server in servers]
        token = next(tmp_path.glob("server-*/admin-token")).read_text().strip()
        limits = httpx.Limits(max_connections=VOTERS + 8)
        async with httpx.AsyncClient(limits=limits) as http:
            admin = Agent(token, urls[::-1], http)
            await make_room(admin, "ballots")
            author = await hire(admin, "author", "ballots", urls[::-1])
            voters = [
                await hire(admin, f"voter-{at}", "ballots", urls[at % 2 :] + urls[: at % 2]) for at in range(VOTERS)
            ]
            names = [f"voter-{at}" for at in range(VOTERS)]
            made = []
            for doomed in (None, servers[0]):
                task = (await author.ask(CREATE, input={"title": "Wait"}))["createTask"]["id"]
                sent = {"kind": "VOTE", "title": "Which?", "options": OPTIONS, "electorate": names, "tasks": [task]}
                proposal = (await author.ask(PROPOSE, input=sent | {"quorum": quorum}))["propose"]["id"]
                made.append(proposal)

                refused = await all_vote(voters, proposal, doomed)

                assert {code for one in refused for code in one} <= {"WRONG_STATUS"}
                found = (await author.ask(FOUND, id=proposal))["node"]
                log = await read_log(admin, "ballots", "PROPOSAL_CLOSED")
                check(found, log[len(made) - 1 :])
                # Whose vote came late was refused, and nobody else was, but who asked again after its answer was lost.
                unanswered = VOTERS - sum(one == [] for one in refused)
                assert len(found["votes"]) >= max(quorum, VOTERS - unanswered)
                if quorum == VOTERS:
                    assert len(found["votes"]) == VOTERS
            told = [one["proposal"]["id"] for one in (await author.ask(TOLD))["inbox"]["nodes"]]
            assert told == made
