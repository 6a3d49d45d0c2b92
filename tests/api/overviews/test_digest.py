"""Digests as clients ask for them, and as a running server posts them."""

import asyncio
from typing import Any

import pytest

from db.core.database import Database
from db.events.feed import Feed
from tests import people
from tests.api.asking import ask
from tests.api.schema_client import Actor
from tests.api.server_fixture import Live
from tests.patience import PATIENCE_S

DIGEST = """query ($since: DateTime) { room { digest(since: $since) {
    since until counts { total todo doing blocked validating done stale }
    totals { completed stale reclaimed blocked inReview }
    completed { id } stale { id } reclaimed { id } blocked { id } inReview { id } agents { name } markdown } } }"""
POSTED = """{ events(kinds: [DIGEST_POSTED], first: 200) { nodes {
    kind actor { name } task { id } data } } }"""


@pytest.fixture
async def ann(database: Database) -> Actor:
    room = await people.room(database, require_done_criteria=False, require_review=False, require_handoff=False)
    return Actor(database, await people.caller(database, "ann", room), Feed(database))


async def told(ann: Actor, since: str | None = None) -> Any:
    return (await ann.see(DIGEST, since=since))["room"]["digest"]


def ids(tasks: list[dict[str, str]]) -> list[str]:
    return [task["id"] for task in tasks]


async def test_a_digest_tells_what_happened_and_what_is_stuck(ann: Actor) -> None:
    done, stuck, held = await ann.make("Build"), await ann.make("Deploy"), await ann.make()
    await ann.finish(done)
    await ann.claim(stuck)
    await ann.do("blockTask", task=stuck, reason="No `key`\n# yet")
    await ann.claim(held)

    whole = await told(ann)
    rest = await told(ann, whole["until"])

    made = (await ann.see("{ room { createdAt } }"))["room"]["createdAt"]
    assert (whole["since"], rest["since"]) == (made, whole["until"])
    counts = {"total": 3, "todo": 0, "doing": 1, "blocked": 1, "validating": 0, "done": 1, "stale": 0}
    assert whole["counts"] == rest["counts"] == counts
    assert (ids(whole["completed"]), ids(rest["completed"])) == ([done], [])
    assert ids(whole["blocked"]) == ids(rest["blocked"]) == [stuck]
    assert (whole["stale"], whole["reclaimed"], whole["inReview"]) == ([], [], [])
    one_of_each = {"completed": 1, "stale": 0, "reclaimed": 0, "blocked": 1, "inReview": 0}
    assert (whole["totals"], rest["totals"]) == (one_of_each, one_of_each | {"completed": 0})
    lines = whole["markdown"].splitlines()
    assert f"- {done} `Build`: by ann" in lines
    assert any(line.startswith(f"- {stuck} `Deploy`: `No 'key' # yet` (ann, for ") for line in lines)


async def test_totals_count_what_the_lists_leave_out(ann: Actor) -> None:
    for _ in range(2):
        await ann.do("createTasks", tasks=[{"task": {"title": "Part"}} for _ in range(102)])
    await ann.database.execute("update task set status = 'BLOCKED', blocked_reason = 'No key'")

    digest = await told(ann)

    assert (len(digest["blocked"]), digest["totals"]["blocked"], digest["counts"]["blocked"]) == (200, 204, 204)


async def test_work_in_review_is_told_and_then_whose_it_was(database: Database) -> None:
    room = await people.room(database, "gate", require_done_criteria=False)
    ann, bob, eve = [
        Actor(database, await people.caller(database, name, room), Feed(database)) for name in ("ann", "bob", "eve")
    ]
    first, second = await ann.make("Build"), await ann.make("Test", reviewer="ann")
    for task in (first, second):
        await bob.claim(task)
        await bob.do("submitTask", task=task, summary="Built")

    waiting = await told(ann)
    await eve.do("reviewTask", task=first, verdict="APPROVED")
    await ann.do("reviewTask", task=second, verdict="CHANGES_REQUESTED", comment="No")
    judged = await told(ann)

    assert (ids(waiting["inReview"]), ids(waiting["completed"])) == ([first, second], [])
    lines = waiting["markdown"].splitlines()
    assert any(line.startswith(f"- {first} `Build`: by bob, waits for a reviewer, for ") for line in lines)
    assert any(line.startswith(f"- {second} `Test`: by bob, waits for ann, for ") for line in lines)
    assert (ids(judged["inReview"]), ids(judged["completed"])) == ([], [first])
    assert f"- {first} `Build`: by bob" in judged["markdown"].splitlines()


async def test_what_is_taken_back_is_told_until_the_next_digest(database: Database, ann: Actor) -> None:
    task = await ann.make()
    await ann.claim(task)
    await database.execute("update task set lease_expires_at = now() - interval '1 second'")
    await ann.do("heartbeat", "lost { id }")
    await ann.claim(task)

    assert ids((await told(ann))["reclaimed"]) == [task]
    await database.execute("update room set digested_at = clock_timestamp()")
    assert (await told(ann))["reclaimed"] == []


async def test_there_is_no_digest_of_the_future(ann: Actor) -> None:
    future = await ann.database.fetchval("select to_char(now() + interval '1 hour', 'YYYY-MM-DD\"T\"HH24:MI:SSOF:00')")

    refusal = await ann.unseen(DIGEST, since=future)

    assert (refusal["code"], refusal["field"]) == ("BAD_INPUT", "since")


async def test_a_refused_digest_leaves_the_others_of_its_document_standing(ann: Actor) -> None:
    document = '{ here: room { digest { since } } later: room { digest(since: "2999-01-01T00:00:00Z") { since } } }'

    answer = await ask(ann.database, ann.caller, document)

    assert answer.codes == ["BAD_INPUT"]
    assert answer.data is not None
    assert answer.data["here"]["digest"]["since"]
    assert answer.data["later"] is None


async def test_a_running_server_posts_digests_without_a_gap(live: Live) -> None:
    await live.ask('mutation { updateRoom(input: {room: "main", settings: {digestEverySeconds: 1}}) { id } }')
    await live.ask('mutation { createTask(input: {title: "Task"}) { id } }')

    posted: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(posted) < 3:
            await asyncio.sleep(0.1)
            posted = (await live.ask(POSTED))["events"]["nodes"]

    room = (await live.ask("{ room { createdAt digest { since } } }"))["room"]
    spans = [(one["data"]["since"], one["data"]["until"]) for one in posted]
    assert [(one["kind"], one["actor"], one["task"]) for one in posted] == [("DIGEST_POSTED", None, None)] * len(posted)
    assert [since for since, _ in spans[1:]] == [until for _, until in spans[:-1]]
    assert all(since < until for since, until in spans)
    assert len({one["data"]["message"] for one in posted}) == len(posted)
    assert posted[-1]["data"]["counts"]["total"] == 1
    assert room["digest"]["since"] >= room["createdAt"]
