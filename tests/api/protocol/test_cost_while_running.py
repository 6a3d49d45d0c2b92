"""Lists cost what they really hold: whatever is nested in one another, it ends, and others go on meanwhile."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from goalroom.limits import DEFAULTS, Limits
from tests.api.protocol.test_reference_cycles import without_collector
from tests.api.server_fixture import Live, serving

COUNT = 60
# The whole of each takes two to four times as long.
SOON = 0.03
SUBTASKS = """query ($id: ID!) { task(id: $id) { subtasks { parent { subtasks { parent { subtasks { parent {
    room { name } } } } } } } } }"""
SESSIONS = "{ me { sessions { agent { sessions { agent { sessions { agent { name } } } } } } } }"
NESTED = "subtasks { parent { subtasks { parent { subtasks { parent { title } } } } } }"
UPDATE = 'mutation ($id: ID!) { updateTask(input: {id: $id, title: "New"}) { title %s } }'
HEARTBEAT = 'mutation { heartbeat(input: {session: "%s"}) { session { id } } }'


@pytest.fixture
async def parent(live: Live) -> str:
    """A task with many subtasks."""
    parent = (await live.ask('mutation { createTask(input: {title: "All"}) { id } }'))["createTask"]["id"]
    create = "mutation ($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
    tasks = [{"task": {"title": f"Part {n}", "parent": parent}} for n in range(COUNT)]
    await live.ask(create, {"input": {"tasks": tasks}})
    return str(parent)


async def longest_step(live: Live, attack: str, token: str, **variables: str) -> tuple[float, dict[str, Any]]:
    """For how many seconds of the processor nobody else had a turn until the attack was answered; and the answer."""
    longest = 0.0
    other = await live.newcomer("bystander")

    async def steps() -> None:
        nonlocal longest
        while True:
            began = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - began)

    async def others() -> None:
        while True:
            response = await live.post("{ me { name } }", authorization=f"Bearer {other}")
            assert response.json() == {"data": {"me": {"name": "bystander"}}}

    tasks = [asyncio.create_task(one) for one in (steps(), others())]
    # What other tests left in this process isn't looked through meanwhile.
    with without_collector():
        answer = (await live.post(attack, variables, authorization=f"Bearer {token}")).json()
    for task in tasks:
        assert not task.done()
        task.cancel()
    return longest, answer


def assert_refused(answer: dict[str, Any]) -> None:
    assert answer["data"] is None
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "TOO_COMPLEX"
    assert error["extensions"]["limit"] == DEFAULTS.cost


async def test_subtasks_and_their_parents_end_with_the_budget(live: Live, parent: str) -> None:
    longest, answer = await longest_step(live, SUBTASKS, live.token, id=parent)

    assert_refused(answer)
    assert longest < SOON


async def test_sessions_and_their_agents_end_with_the_budget(live: Live) -> None:
    token = await live.newcomer("busy")
    for n in range(COUNT):
        heartbeat = HEARTBEAT % f"session-{n}"
        assert "errors" not in (await live.post(heartbeat, authorization=f"Bearer {token}")).json()

    longest, answer = await longest_step(live, SESSIONS, token)

    assert_refused(answer)
    assert longest < SOON


async def test_what_the_budget_is_enough_for_is_answered(live: Live, parent: str) -> None:
    answer = await live.ask(
        "query ($id: ID!) { task(id: $id) { subtasks { id parent { id subtasks { id } } } } }", {"id": parent}
    )

    subtasks = answer["task"]["subtasks"]
    assert len(subtasks) == COUNT
    assert all(one["parent"]["subtasks"] == [{"id": other["id"]} for other in subtasks] for one in subtasks)


async def test_a_mutation_whose_answer_is_too_large_says_that_it_was_carried_out(live: Live, parent: str) -> None:
    answer = (await live.post(UPDATE % NESTED, {"id": parent})).json()

    assert_refused(answer)
    assert "carried out" in answer["errors"][0]["extensions"]["hint"]
    assert await live.ask("query ($id: ID!) { task(id: $id) { title } }", {"id": parent}) == {"task": {"title": "New"}}


async def test_an_event_whose_answer_is_too_large_is_told_and_the_next_one_comes(live: Live, parent: str) -> None:
    small_task = 'mutation { createTask(input: {title: "Small"}) { id } }'
    async with live.socket() as socket:
        await socket.subscribe("1", f"subscription {{ taskChanged {{ task {{ title {NESTED} }} }} }}")
        await socket.subscribe("2", "subscription { events { kind } }")
        await asyncio.sleep(0.3)
        await live.ask(UPDATE % "", {"id": parent})
        await live.ask(small_task)
        heard = [await socket.hear(20) for _ in range(4)]

    large, small = (one["payload"] for one in heard if one["id"] == "1")
    assert_refused(large)
    assert small["data"]["taskChanged"]["task"]["title"] == "Small"


@pytest.mark.usefixtures("parent")
async def test_a_full_page_of_tasks_with_what_belongs_to_them_is_answered(live: Live) -> None:
    page = """{ room { tasks(first: 200) { nodes {
        id title description status priority ready labels capabilities attempts createdAt updatedAt
        assignee { id name presence } creator { id name presence } reviewer { id name presence }
        lease { fence expiresAt } criteria { id text met } waitingOn { kind reason task { id title status } }
        dependencies { task { id title status } } objective { id title status } parent { id title status }
        } pageInfo { endCursor } } } }"""

    answer = (await live.ask(page))["room"]

    assert len(answer["tasks"]["nodes"]) == COUNT + 1


async def test_bounds_are_judged_before_prices(live: Live) -> None:
    fields = " ".join(f"a{n}: creator {{ name }}" for n in range(100))

    answer = (await live.post(f"{{ room {{ tasks(first: 10000) {{ nodes {{ {fields} }} }} }} }}")).json()

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_INPUT"]


# It is estimated at 193 and is 60 times 60.
DEAR = "query ($id: ID!) { task(id: $id) { subtasks { parent { subtasks { title } } } } }"
DEAR_EVENTS = "subscription { taskChanged { task { subtasks { parent { subtasks { title } } } } } }"


@pytest.fixture
async def slow(database_url: str) -> AsyncGenerator[tuple[Live, str]]:
    """A server that takes ten requests a second, twenty at once, and a task with many subtasks on it."""
    async with serving(database_url, rate_limit=10, limits=Limits.of("subscriptions=5")) as live:
        all_ = (await live.ask('mutation { createTask(input: {title: "All"}) { id } }'))["createTask"]["id"]
        create = "mutation ($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
        await live.ask(create, {"input": {"tasks": [{"task": {"title": f"{n}", "parent": all_}} for n in range(60)]}})
        yield live, all_


@pytest.mark.parametrize("over_socket", [False, True])
async def test_what_was_dearer_than_it_looked_uses_up_the_rate(slow: tuple[Live, str], *, over_socket: bool) -> None:
    live, parent = slow
    token, other = await live.newcomer("dear"), await live.newcomer("other")

    async def ask(query: str) -> tuple[int, dict[str, Any]]:
        response = await live.post(query, {"id": parent}, authorization=f"Bearer {token}")
        return response.status_code, response.json()

    before = [(await ask("{ me { name } }"))[0] for _ in range(3)]
    if over_socket:
        async with live.socket(token) as socket:
            await socket.subscribe("1", DEAR, variables={"id": parent})
            answer = (await socket.hear(20))["payload"]
    else:
        _, answer = await ask(DEAR)
    status, refused = await ask("{ me { name } }")
    bystander = await live.post("{ me { name } }", authorization=f"Bearer {other}")

    assert before == [200] * 3
    assert len(answer["data"]["task"]["subtasks"]) == 60
    assert (status, refused["errors"][0]["extensions"]["code"]) == (429, "RATE_LIMITED")
    # 3,600 of cost are eighteen requests, and each takes a tenth of a second to come back.
    assert 0 < refused["errors"][0]["extensions"]["retryAfterSeconds"] < 3
    assert bystander.status_code == 200


async def test_a_dear_event_of_a_subscription_counts(slow: tuple[Live, str]) -> None:
    live, parent = slow
    token = await live.newcomer("dear")
    changed = 'mutation ($id: ID!) { updateTask(input: {id: $id, title: "New"}) { id } }'
    async with live.socket(token) as socket:
        await socket.subscribe("1", "subscription { events { kind } }")
        await socket.subscribe("2", DEAR_EVENTS)
        await asyncio.sleep(0.3)
        for _ in range(2):
            await live.ask(changed, {"id": parent})
        heard = [await socket.hear(20) for _ in range(4)]
        await socket.subscribe("3", "subscription { events { kind } }")
        refused = await socket.hear(20)

    assert sorted((one["id"], one["type"]) for one in heard) == [("1", "next")] * 2 + [("2", "next")] * 2
    assert (refused["id"], refused["payload"][0]["extensions"]["code"]) == ("3", "RATE_LIMITED")
