"""Lists cost what they really hold: whatever is nested in one another, it ends, and others go on meanwhile."""

import asyncio
from typing import Any

import pytest

from goalroom.limits import DEFAULTS
from tests.api.server_fixture import Live

COUNT = 60
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


async def answered_meanwhile(live: Live, attack: str, token: str, **variables: str) -> tuple[int, dict[str, Any]]:
    """How many small requests of somebody else were answered until the attack was, and what that was."""
    count = 0
    other = await live.newcomer("bystander")

    async def others() -> None:
        nonlocal count
        while True:
            response = await live.post("{ me { name } }", authorization=f"Bearer {other}")
            assert response.json() == {"data": {"me": {"name": "bystander"}}}
            count += 1

    others_task = asyncio.create_task(others())
    answer = (await live.post(attack, variables, authorization=f"Bearer {token}")).json()
    others_task.cancel()
    return count, answer


def assert_refused(answer: dict[str, Any]) -> None:
    assert answer["data"] is None
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "TOO_COMPLEX"
    assert error["extensions"]["limit"] == DEFAULTS.cost


async def test_subtasks_and_their_parents_end_with_the_budget(live: Live, parent: str) -> None:
    count, answer = await answered_meanwhile(live, SUBTASKS, live.token, id=parent)

    assert_refused(answer)
    assert count > COUNT / 10


async def test_sessions_and_their_agents_end_with_the_budget(live: Live) -> None:
    token = await live.newcomer("busy")
    for n in range(COUNT):
        heartbeat = HEARTBEAT % f"session-{n}"
        assert "errors" not in (await live.post(heartbeat, authorization=f"Bearer {token}")).json()

    count, answer = await answered_meanwhile(live, SESSIONS, token)

    assert_refused(answer)
    assert count > COUNT / 10


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
