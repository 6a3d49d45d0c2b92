"""Reflections and insights as clients meet them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from db.core.database import Database
from db.core.enums import Role
from db.events.feed import Feed
from tests.api.schema_client import Actor
from tests.clock import advance
from tests.factories import World

FIELDS = "id author { name } task { id } worked didNotWork change tags"
INSIGHT = "id title status reason score agents { name } reflections { id } task { id }"
WEEK = 7 * 24 * 3600

# Two words at least, and half of the shorter one's: of `docker`, `layer`, `cach`, `stale` these share three.
CACHE = {"worked": "", "didNotWork": "The Docker layer cache was stale", "change": ""}
AGAIN = {"worked": "x", "didNotWork": "", "change": "Docker caches: no stale ones"}
OTHER = {"worked": "", "didNotWork": "Reviews take days", "change": "Ask two people for each review"}


@pytest.fixture
async def team(database: Database, world: World) -> Mapping[str, Actor]:
    room, feed = await world.room("shop"), Feed(database)
    names = ("ann", "bob", "cat", "dan")
    return {name: Actor(database, await world.agent(name, rooms=[room]), feed) for name in names}


async def insights(actor: Actor, status: str = "") -> list[Any]:
    found: list[Any] = (await actor.see(f"{{ room {{ insights{status} {{ nodes {{ {INSIGHT} }} }} }} }}"))["room"][
        "insights"
    ]["nodes"]
    return found


async def events(actor: Actor, *kinds: str) -> list[Any]:
    query = f"{{ events(kinds: [{', '.join(kinds)}], last: 100) {{ nodes {{ kind actor {{ name }} data }} }} }}"
    found: list[Any] = (await actor.see(query))["events"]["nodes"]
    return found


async def kid_of(parent: Actor, name: str) -> Actor:
    """A subagent of it."""
    task = await parent.make()
    await parent.claim(task)
    made = await parent.do("registerAgent", "agent { id }", name=name, spawnedFor=task)
    key = int(made["agent"]["id"][1:])
    return Actor(parent.database, replace(parent.caller, agent_id=key, name=name), parent.feed)


async def test_a_reflection_is_added_and_read(team: Mapping[str, Actor]) -> None:
    ann = team["ann"]
    task = await ann.make()

    made = await ann.do("reflect", FIELDS, task=task, **CACHE, tags=[" CI ", "ci", "Straße"])

    assert made == {
        "id": made["id"],
        "author": {"name": "ann"},
        "task": {"id": task},
        **CACHE,
        "tags": ["ci", "strasse"],
    }
    assert made["id"].startswith("F")
    assert await team["bob"].task(task, f"reflections {{ {FIELDS} }}") == {"reflections": [made]}
    assert (await ann.see(f'{{ node(id: "{made["id"]}") {{ ... on Reflection {{ {FIELDS} }} }} }}'))["node"] == made
    [added] = await events(ann, "REFLECTION_ADDED")
    assert (added["actor"], added["data"]) == ({"name": "ann"}, {"reflection": made["id"]})
    assert await insights(ann) == []


async def test_the_same_words_within_a_day_are_the_same_reflection(
    database: Database, team: Mapping[str, Actor]
) -> None:
    ann = team["ann"]
    first = await ann.do("reflect", **CACHE)

    assert await ann.do("reflect", **(CACHE | {"didNotWork": "  the DOCKER layer\n cache was  stale "})) == first
    assert await ann.do("reflect", **CACHE, task=await ann.make()) != first
    assert await team["bob"].do("reflect", **OTHER) != first
    await advance(database, 24 * 3600)
    assert await ann.do("reflect", **CACHE) != first
    assert len(await events(ann, "REFLECTION_ADDED")) == 4


async def test_what_says_nothing_or_too_much_is_refused(team: Mapping[str, Actor]) -> None:
    ann = team["ann"]
    nothing = {"worked": "All of it", "didNotWork": " ", "change": "\n"}
    for sent, field in (
        (nothing, "didNotWork"),
        (CACHE | {"tags": [f"t{number}" for number in range(21)]}, "tags"),
        (CACHE | {"tags": [""]}, "tags"),
        (CACHE | {"worked": "x" * 65_537}, "worked"),
    ):
        refused = await ann.refused("reflect", **sent)
        assert (refused["code"], refused["field"]) == ("BAD_INPUT", field)
    assert (await ann.as_role(Role.OBSERVER).refused("reflect", **CACHE))["code"] == "FORBIDDEN"
    assert await events(ann, "REFLECTION_ADDED") == []


async def test_the_same_key_adds_one(team: Mapping[str, Actor]) -> None:
    ann = team["ann"]

    first, again = [await ann.do("reflect", **CACHE, idempotencyKey="k") for _ in range(2)]

    assert first == again
    assert (await ann.refused("reflect", **OTHER, idempotencyKey="k"))["code"] == "IDEMPOTENCY_MISMATCH"


async def test_an_insight_is_found_once_two_who_are_no_relatives_said_it(team: Mapping[str, Actor]) -> None:
    ann, bob, cat = team["ann"], team["bob"], team["cat"]
    kid = await kid_of(ann, "kid")
    mine = await ann.do("reflect", **CACHE)
    hers = await kid.do("reflect", **AGAIN)
    assert await insights(ann) == [], "relatives are one voice"
    await cat.do("reflect", **OTHER)
    assert await insights(ann) == [], "it says another thing"

    his = await bob.do("reflect", **AGAIN)

    [found] = await insights(ann)
    assert found["title"] == CACHE["didNotWork"]
    assert found["reflections"] == [mine, hers, his]
    assert found["agents"] == [{"name": "ann"}, {"name": "kid"}, {"name": "bob"}]
    assert (found["status"], found["task"], found["reason"]) == ("OPEN", None, "")
    await cat.do("reflect", **CACHE)
    [told] = await events(ann, "INSIGHT_FOUND")
    assert (told["actor"], told["data"]["insight"]) == (None, found["id"])
    [after] = await insights(ann)
    assert (after["id"], len(after["reflections"])) == (found["id"], 4)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Docker cache stale", "stale caches of Docker", True),
        # One word is not enough, however short the text.
        ("Docker", "Docker", False),
        # Two of six, of which the shorter one has five.
        ("alpha beta gamma delta epsilon", "alpha beta zeta eta theta iota", False),
        ("alpha beta gamma delta", "alpha beta zeta eta theta iota", True),
        # Stop words and repetitions don't count.
        ("it was the one that is", "it was the one that is", False),
        ("cache cache cache", "cache cache docker", False),
    ],
)
async def test_words_say_the_same_where_enough_are_shared(
    team: Mapping[str, Actor], one: str, other: str, *, same: bool
) -> None:
    await team["ann"].do("reflect", worked="", didNotWork=one, change="")
    await team["bob"].do("reflect", worked="", didNotWork="", change=other)

    assert len(await insights(team["ann"])) == same


async def test_a_shared_tag_says_the_same(team: Mapping[str, Actor]) -> None:
    await team["ann"].do("reflect", **CACHE, tags=["Flaky", "ci"])
    await team["bob"].do("reflect", **OTHER, tags=["flaky"])

    [found] = await insights(team["ann"])
    [told] = await events(team["ann"], "INSIGHT_FOUND")
    assert len(found["reflections"]) == 2
    assert told["data"]["shared"] == ["flaky"]


async def test_scores_grow_with_voices_then_with_reflections_and_halve_each_week(
    database: Database, team: Mapping[str, Actor]
) -> None:
    ann, bob, cat = team["ann"], team["bob"], team["cat"]
    for actor in (ann, bob, cat):
        await actor.do("reflect", **CACHE)
    for actor in (ann, bob):
        await actor.do("reflect", **OTHER)
    before = {one["title"]: one["score"] for one in await insights(ann)}
    cache, reviews = CACHE["didNotWork"], OTHER["change"]
    assert list(before) == [cache, reviews], "best first"
    assert before[cache] > before[reviews]

    await bob.do("reflect", **OTHER, task=await bob.make())
    after = {one["title"]: one["score"] for one in await insights(ann)}
    assert before[reviews] < after[reviews] < after[cache]

    await advance(database, WEEK)
    later = {one["title"]: one["score"] for one in await insights(ann)}
    assert later == {title: pytest.approx(score / 2, rel=0.01) for title, score in after.items()}
    for actor in (ann, bob):
        await actor.do("reflect", **OTHER, task=await actor.make())
    assert [one["title"] for one in await insights(ann)] == [reviews, cache]


async def test_pages_of_insights_are_whole(team: Mapping[str, Actor]) -> None:
    ann, bob = team["ann"], team["bob"]
    for number in range(5):
        for actor in (ann, bob):
            await actor.do("reflect", worked="", didNotWork=f"thing{number}", change="", tags=[f"tag{number}"])
    query = (
        "query ($after: String) { room { insights(first: 2, after: $after) "
        "{ totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage endCursor } } } }"
    )

    found, after = [], None
    while True:
        page = (await ann.see(query, after=after))["room"]["insights"]
        found += [one["id"] for one in page["nodes"]]
        assert page["totalCount"] == 5
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert found == [one["id"] for one in await insights(ann)]
    assert len(set(found)) == 5
    assert (await ann.unseen(query, after="nonsense"))["code"] == "BAD_INPUT"


async def found_insight(team: Mapping[str, Actor]) -> str:
    for name in ("ann", "bob"):
        await team[name].do("reflect", **CACHE)
    [found] = await insights(team["ann"])
    identifier: str = found["id"]
    return identifier


async def test_a_promoted_insight_is_one_task_on_which_later_reflections_are_heard(team: Mapping[str, Actor]) -> None:
    ann, cat = team["ann"], team["cat"]
    insight = await found_insight(team)

    made = await cat.do("promoteInsight", "id title description creator { name }", insight=insight)
    again = await ann.do("promoteInsight", "id", insight=insight, task={"title": "Another"})

    assert (made["title"], made["creator"]) == (CACHE["didNotWork"], {"name": "cat"})
    assert made["description"].count(CACHE["didNotWork"]) == 2
    assert again["id"] == made["id"]
    [after] = await insights(ann, "(status: PROMOTED)")
    assert (after["status"], after["task"]) == ("PROMOTED", {"id": made["id"]})
    [told] = await events(ann, "INSIGHT_CLOSED")
    assert told["data"] == {"insight": insight, "status": "PROMOTED", "task": made["id"], "reason": ""}
    assert (await ann.refused("dismissInsight", insight=insight, reason="x"))["code"] == "WRONG_STATUS"

    late = await cat.do("reflect", **AGAIN)
    [comment] = (await ann.task(made["id"], "comments { nodes { body author { name } } }"))["comments"]["nodes"]
    assert comment["author"] == {"name": "cat"}
    assert AGAIN["change"] in comment["body"]
    assert late["id"] in comment["body"]
    assert len(await events(ann, "INSIGHT_FOUND")) == 1
    assert await insights(ann, "(status: OPEN)") == []


async def test_it_is_promoted_to_the_task_given(team: Mapping[str, Actor]) -> None:
    ann = team["ann"]
    insight = await found_insight(team)

    made = await ann.do(
        "promoteInsight", "title priority", insight=insight, task={"title": "Mend it", "priority": "P0"}
    )

    assert made == {"title": "Mend it", "priority": "P0"}


async def test_a_dismissed_insight_opens_again_for_two_new_voices(team: Mapping[str, Actor]) -> None:
    ann, bob, cat, dan = (team[name] for name in ("ann", "bob", "cat", "dan"))
    insight = await found_insight(team)
    assert (await ann.refused("dismissInsight", insight=insight, reason=" "))["field"] == "reason"

    closed = await ann.do("dismissInsight", INSIGHT, insight=insight, reason="It is the proxy")

    assert (closed["status"], closed["reason"]) == ("DISMISSED", "It is the proxy")
    [told] = await events(ann, "INSIGHT_CLOSED")
    assert told["data"] == {"insight": insight, "status": "DISMISSED", "task": None, "reason": "It is the proxy"}
    assert (await ann.refused("promoteInsight", insight=insight))["code"] == "WRONG_STATUS"
    await bob.do("reflect", **CACHE, task=await bob.make())
    await cat.do("reflect", **CACHE)
    await (await kid_of(cat, "kid")).do("reflect", **CACHE)
    assert [one["status"] for one in await insights(ann)] == ["DISMISSED"], "one had said it, the others are one voice"
    await dan.do("reflect", **AGAIN)

    [opened] = await insights(ann)
    assert (opened["id"], opened["status"], opened["reason"]) == (insight, "OPEN", "")
    assert (await ann.do("promoteInsight", "id", insight=insight))["id"]


async def test_work_is_handed_in_after_its_holder_reflected_on_it(world: World, team: Mapping[str, Actor]) -> None:
    ann, bob = team["ann"], team["bob"]
    room = await world.room("strict", require_reflection=True)
    for actor in (ann, bob):
        actor.caller = await world.agent(actor.name, rooms=[room])
    task = await ann.make(room="strict")
    await ann.claim(task)
    await ann.do("reflect", **CACHE, task=task)
    await ann.do("releaseTask", task=task, handoff={"done": "x", "pending": "y"})
    await ann.claim(task)
    await bob.do("reflect", **CACHE, task=task)

    for mutation in ("completeTask", "submitTask"):
        refused = await ann.refused(mutation, task=task, summary="Done")
        assert (refused["code"], refused["task"]) == ("REFLECTION_REQUIRED", task)
    assert (await ann.task(task, "status"))["status"] == "DOING"

    await ann.do("reflect", **CACHE, task=task)
    assert (await ann.do("completeTask", "status", task=task, summary="Done"))["status"] == "DONE"


async def test_the_digest_names_new_insights(database: Database, team: Mapping[str, Actor]) -> None:
    ann = team["ann"]
    query = "query ($since: DateTime) { room { digest(since: $since) { insights { id } markdown } } }"
    insight = await found_insight(team)

    digest = (await ann.see(query))["room"]["digest"]

    assert digest["insights"] == [{"id": insight}]
    assert f"{insight} `{CACHE['didNotWork']}`" in digest["markdown"]
    await advance(database, 3600)
    since = await database.fetchval("select clock_timestamp() - interval '1 minute'")
    assert (await ann.see(query, since=since.isoformat()))["room"]["digest"]["insights"] == []
