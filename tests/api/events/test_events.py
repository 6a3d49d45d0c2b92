"""The room's log over the API: read in pages, and watched as it is written."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError

from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import EventKind, Role
from db.core.queries import q
from db.core.records import Room
from db.events import event_log
from db.events.feed import Feed
from resolvers.events import EventQuery, EventSubscription
from schema.context import Context
from tests import people
from tests.patience import PATIENCE_S
from tests.processes import process

SCHEMA = strawberry.Schema(query=EventQuery, subscription=EventSubscription)

EVENTS = """
subscription($room: ID, $after: String, $kinds: [EventKind!]) {
  events(room: $room, after: $after, kinds: $kinds) { cursor kind }
}
"""
CHANGES = """
subscription($room: ID, $task: ID, $objective: ID, $after: String) {
  taskChanged(room: $room, task: $task, objective: $objective, after: $after) {
    cursor kind task { id title } actor { name } at
  }
}
"""
UNBLOCKED = """
subscription($room: ID, $assignee: ID, $objective: ID, $after: String) {
  taskUnblocked(room: $room, assignee: $assignee, objective: $objective, after: $after) {
    cursor task { id } clearedBy { id } at
  }
}
"""
PRESENCE = "subscription($after: String) { presenceChanged(after: $after) { cursor agent { name } presence previous } }"
PAGE = """
{
  events(last: 1) {
    nodes {
      id cursor kind data room { name } actor { name } task { title } objective { title } agent { name }
    }
    edges { cursor node { cursor } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


@dataclass
class Scene:
    """A room with one who works in it, an objective above another, and a task in each and in neither."""

    database: Database
    feed: Feed
    caller: Caller
    room: Room
    top: str
    below: str
    tasks: dict[str, str]

    def context(self, caller: Caller | None = None) -> Context:
        return Context(database=self.database, feed=self.feed, caller=caller or self.caller)

    async def write(self, kind: EventKind, **facts: Any) -> str:
        """Log it; the cursor behind it."""
        async with self.database.transaction() as tx:
            tx.append_event(self.room.id, kind, **facts)
        return event_log.cursor(self.room.id, await event_log.start(self.database, self.room.id, None))

    async def about(self, kind: EventKind, task: str, **facts: Any) -> str:
        """As acts do: the event names the task and the objective it is in."""
        key = ids.key(ids.TASK, self.tasks[task])
        return await self.write(kind, task=key, objective=await self.objective_of(key), **facts)

    async def objective_of(self, key: int) -> int | None:
        found: int | None = await self.database.fetchval("select objective_id from task where id = $1", key)
        return found

    async def subscribe(self, document: str, context: Context | None = None, **variables: Any) -> Any:
        return await SCHEMA.subscribe(document, variable_values=variables, context_value=context or self.context())


@pytest.fixture
async def scene(database: Database, database_url: str) -> AsyncGenerator[Scene]:
    """What is logged here is watched at another server process."""
    room = await people.room(database)
    caller = await people.caller(database, "ada", room)

    async def objective(title: str, parent: int | None) -> int:
        statement = "insert into objective (room_id, parent_id, title) values ($1, $2, $3) returning id"
        key: int = await database.fetchval(statement, room.id, parent, title)
        return key

    top = await objective("top", None)
    below = await objective("below", top)
    number = (await q.intern_requirements(database, requirements=[{"capabilities": [], "resources": []}]))[0]["id"]
    tasks = {}
    for title, place in (("in top", top), ("in below", below), ("in none", None)):
        key = await database.fetchval(
            "insert into task (room_id, objective_id, title, creator_id, requirement_id)"
            " values ($1, $2, $3, $4, $5) returning id",
            *(room.id, place, title, caller.agent_id, number),
        )
        tasks[title] = ids.of(ids.TASK, key)
    async with process(database_url) as here, process(database_url) as there:
        top_id, below_id = ids.of(ids.OBJECTIVE, top), ids.of(ids.OBJECTIVE, below)
        yield Scene(here.database, there.feed, caller, room, top_id, below_id, tasks)


@asynccontextmanager
async def watching(scene: Scene, document: str, **variables: Any) -> AsyncGenerator[Any]:
    async with aclosing(await scene.subscribe(document, **variables)) as stream:
        yield stream


async def following(stream: Any, count: int) -> list[dict[str, Any]]:
    """The next payloads."""
    payloads = []
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(count):
            result = await anext(stream)
            assert result.errors is None, result.errors
            payloads.append(next(iter(result.data.values())))
    return payloads


def codes(errors: list[GraphQLError] | None) -> list[str]:
    return [getattr(error.original_error, "code", error.message) for error in errors or ()]


async def refused(scene: Scene, document: str, context: Context | None = None, **variables: Any) -> list[str]:
    stream = await scene.subscribe(document, context, **variables)
    async with aclosing(stream):
        return codes((await anext(stream)).errors)


async def test_a_page_has_events_with_all_that_they_name(scene: Scene) -> None:
    cursor = await scene.about(EventKind.TASK_CLAIMED, "in top", actor=scene.caller.agent_id, data={"fence": 1})

    result = await SCHEMA.execute(PAGE, context_value=scene.context())

    assert result.errors is None
    assert result.data is not None
    page = result.data["events"]
    node = page["nodes"][0]
    assert node.pop("id").startswith("E")
    assert node == {
        "cursor": cursor,
        "kind": "TASK_CLAIMED",
        "data": {"fence": 1},
        "room": {"name": "web"},
        "actor": {"name": "ada"},
        "task": {"title": "in top"},
        "objective": {"title": "top"},
        "agent": None,
    }
    assert page["edges"] == [{"cursor": cursor, "node": {"cursor": cursor}}]
    assert page["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": cursor,
        "endCursor": cursor,
    }


async def test_a_subscription_with_a_cursor_replays_and_goes_on(scene: Scene) -> None:
    begin = await scene.write(EventKind.ROOM_UPDATED)
    missed = [await scene.about(EventKind.TASK_UPDATED, "in top") for _ in range(2)]

    async with watching(scene, EVENTS, after=begin) as stream:
        assert [event["cursor"] for event in await following(stream, 2)] == missed
        live = await scene.about(EventKind.TASK_DONE, "in top")
        assert await following(stream, 1) == [{"cursor": live, "kind": "TASK_DONE"}]

    async with watching(scene, EVENTS, after=missed[1]) as stream:
        assert [event["cursor"] for event in await following(stream, 1)] == [live]
    assert not scene.feed.watched


async def test_a_subscription_without_a_cursor_starts_when_it_is_accepted(scene: Scene) -> None:
    await scene.write(EventKind.ROOM_UPDATED)

    async with watching(scene, EVENTS) as stream:
        # Accepted, and nothing asked for yet.
        await asyncio.sleep(0)
        waiting = asyncio.create_task(following(stream, 1))
        await asyncio.sleep(0.05)
        cursor = await scene.write(EventKind.ROOM_UPDATED)

        assert [event["cursor"] for event in await waiting] == [cursor]


async def test_kinds_are_picked_from_the_log(scene: Scene) -> None:
    begin = await scene.write(EventKind.ROOM_UPDATED)
    await scene.about(EventKind.TASK_UPDATED, "in top")
    done = await scene.about(EventKind.TASK_DONE, "in top")

    async with watching(scene, EVENTS, after=begin, kinds=["TASK_DONE"]) as stream:
        assert [event["cursor"] for event in await following(stream, 1)] == [done]


async def test_changes_of_tasks_are_those_of_tasks_dependencies_and_comments_on_them(scene: Scene) -> None:
    begin = await scene.write(EventKind.ROOM_UPDATED)
    key = ids.key(ids.TASK, scene.tasks["in top"])
    await scene.write(EventKind.OBJECTIVE_UPDATED, objective=ids.key(ids.OBJECTIVE, scene.top))
    await scene.write(EventKind.COMMENT_ADDED, objective=ids.key(ids.OBJECTIVE, scene.top))
    await scene.about(EventKind.TASK_RECLAIMED, "in top")
    await scene.about(EventKind.DEPENDENCY_ADDED, "in none", actor=scene.caller.agent_id)
    await scene.write(EventKind.COMMENT_ADDED, task=key, actor=scene.caller.agent_id)

    async with watching(scene, CHANGES, after=begin) as stream:
        changes = await following(stream, 3)

    assert [(change["kind"], change["task"]["title"], change["actor"]) for change in changes] == [
        ("TASK_RECLAIMED", "in top", None),
        ("DEPENDENCY_ADDED", "in none", {"name": "ada"}),
        ("COMMENT_ADDED", "in top", {"name": "ada"}),
    ]


async def test_changes_of_one_task(scene: Scene) -> None:
    begin = await scene.write(EventKind.ROOM_UPDATED)
    await scene.about(EventKind.TASK_UPDATED, "in below")
    mine = await scene.about(EventKind.TASK_UPDATED, "in top")

    async with watching(scene, CHANGES, after=begin, task=scene.tasks["in top"]) as stream:
        assert [change["cursor"] for change in await following(stream, 1)] == [mine]


async def test_changes_of_a_subtree_follow_the_tree_as_it_grows(scene: Scene) -> None:
    begin = await scene.write(EventKind.ROOM_UPDATED)
    await scene.about(EventKind.TASK_UPDATED, "in none")
    expected = [await scene.about(EventKind.TASK_UPDATED, title) for title in ("in top", "in below")]
    comment = await scene.write(EventKind.COMMENT_ADDED, task=ids.key(ids.TASK, scene.tasks["in below"]))
    await scene.write(EventKind.COMMENT_ADDED, task=ids.key(ids.TASK, scene.tasks["in none"]))

    async with watching(scene, CHANGES, after=begin, objective=scene.top) as stream:
        assert [change["cursor"] for change in await following(stream, 3)] == [*expected, comment]

        new = await scene.database.fetchval(
            "insert into objective (room_id, parent_id, title) values ($1, $2, 'new') returning id",
            *(scene.room.id, ids.key(ids.OBJECTIVE, scene.below)),
        )
        await scene.write(EventKind.OBJECTIVE_CREATED, objective=new)
        moved = ids.key(ids.TASK, scene.tasks["in none"])
        await scene.database.execute("update task set objective_id = $1 where id = $2", new, moved)
        came = await scene.about(EventKind.TASK_UPDATED, "in none", data={"changes": {"objective": f"O{new}"}})
        assert [change["cursor"] for change in await following(stream, 1)] == [came]

        await scene.database.execute("update task set objective_id = null where id = $1", moved)
        left = await scene.about(EventKind.TASK_UPDATED, "in none", data={"changes": {"objective": None}})
        await scene.about(EventKind.TASK_UPDATED, "in none", data={"changes": {"title": "x"}})
        last = await scene.about(EventKind.TASK_UPDATED, "in top")
        assert [change["cursor"] for change in await following(stream, 2)] == [left, last]


async def test_a_payload_shows_the_task_as_it_is_now(scene: Scene) -> None:
    key = ids.key(ids.TASK, scene.tasks["in top"])
    begin = await scene.write(EventKind.ROOM_UPDATED)
    async with watching(scene, CHANGES, after=begin) as stream:
        for title in ("one", "two"):
            await scene.database.execute("update task set title = $1 where id = $2", title, key)
            await scene.about(EventKind.TASK_UPDATED, "in top")
            assert [change["task"]["title"] for change in await following(stream, 1)] == [title]


async def test_unblocked_tasks_come_with_what_cleared_them(scene: Scene) -> None:
    begin = await scene.write(EventKind.ROOM_UPDATED)
    top, below = scene.tasks["in top"], scene.tasks["in below"]
    by_task = await scene.about(EventKind.TASK_UNBLOCKED, "in top", data={"clearedBy": below, "ready": True})
    await scene.about(EventKind.TASK_UNBLOCKED, "in below", data={"clearedBy": None, "ready": False})
    by_clock = await scene.about(EventKind.TASK_UNBLOCKED, "in below", data={"clearedBy": None, "ready": True})

    async with watching(scene, UNBLOCKED, after=begin) as stream:
        payloads = await following(stream, 2)

    assert [(one["cursor"], one["task"], one["clearedBy"]) for one in payloads] == [
        (by_task, {"id": top}, {"id": below}),
        (by_clock, {"id": below}, None),
    ]


async def test_unblocked_tasks_of_one_agent_or_one_subtree(scene: Scene) -> None:
    begin = await scene.write(EventKind.ROOM_UPDATED)
    mine = ids.key(ids.TASK, scene.tasks["in none"])
    await scene.database.execute("update task set assignee_id = $1 where id = $2", scene.caller.agent_id, mine)
    cursors = {
        title: await scene.about(EventKind.TASK_UNBLOCKED, title, data={"clearedBy": None, "ready": True})
        for title in ("in top", "in below", "in none")
    }

    async with watching(scene, UNBLOCKED, after=begin, assignee="ada") as stream:
        assert [one["cursor"] for one in await following(stream, 1)] == [cursors["in none"]]
    async with watching(scene, UNBLOCKED, after=begin, objective=scene.below) as stream:
        assert [one["cursor"] for one in await following(stream, 1)] == [cursors["in below"]]


async def test_presence_changes_say_what_was_and_what_is(scene: Scene) -> None:
    begin = await scene.write(EventKind.ROOM_UPDATED)
    data = {"presence": "IDLE", "previous": "ONLINE"}
    cursor = await scene.write(EventKind.PRESENCE_CHANGED, agent=scene.caller.agent_id, data=data)

    async with watching(scene, PRESENCE, after=begin) as stream:
        assert await following(stream, 1) == [{"cursor": cursor, "agent": {"name": "ada"}, **data}]


@pytest.mark.parametrize("after", ["", "nonsense", "R999999.1", "T1.1", "R0.0", "\0"])
async def test_a_cursor_that_is_none_is_refused(scene: Scene, after: str) -> None:
    assert await refused(scene, EVENTS, after=after) == ["BAD_INPUT"]


async def test_a_cursor_beyond_the_end_is_refused(scene: Scene) -> None:
    beyond = event_log.cursor(scene.room.id, await event_log.start(scene.database, scene.room.id, None) + 1)

    assert await refused(scene, EVENTS, after=beyond) == ["BAD_INPUT"]


async def test_what_the_caller_may_not_see_is_not_found(scene: Scene) -> None:
    stranger = scene.context(await people.caller(scene.database, "stranger", await people.room(scene.database, "ops")))
    asked: list[tuple[str, dict[str, Any]]] = [
        (EVENTS, {"room": "web"}),
        (EVENTS, {"room": "nowhere"}),
        (CHANGES, {"task": scene.tasks["in top"]}),
        (CHANGES, {"objective": scene.top}),
        (UNBLOCKED, {"room": "web"}),
        (UNBLOCKED, {"objective": scene.top}),
    ]
    for document, variables in asked:
        assert await refused(scene, document, stranger, **variables) == ["NOT_FOUND"], (document, variables)


@pytest.mark.parametrize(
    ("document", "variables", "code"),
    [
        (CHANGES, {"task": "T999999999"}, "NOT_FOUND"),
        (CHANGES, {"task": "O1"}, "BAD_INPUT"),
        (CHANGES, {"objective": "O999999999"}, "NOT_FOUND"),
        (UNBLOCKED, {"objective": "O999999999"}, "NOT_FOUND"),
        (UNBLOCKED, {"assignee": "nobody"}, "NOT_FOUND"),
        (UNBLOCKED, {"assignee": "T1"}, "BAD_INPUT"),
        (EVENTS, {"kinds": ["TASK_DONE"] * 101}, "BAD_INPUT"),
    ],
)
async def test_filters_that_name_nothing_are_refused(
    scene: Scene, document: str, variables: dict[str, Any], code: str
) -> None:
    assert await refused(scene, document, **variables) == [code]


async def test_filters_that_exclude_one_another_are_refused(scene: Scene) -> None:
    await people.room(scene.database, "ops")
    admin = scene.context(await people.admin(scene.database))

    task = scene.tasks["in top"]
    assert await refused(scene, CHANGES, task=task, objective=scene.top) == ["BAD_INPUT"]
    assert await refused(scene, CHANGES, admin, task=task, room="ops") == ["BAD_INPUT"]
    assert await refused(scene, UNBLOCKED, admin, objective=scene.top, room="ops") == ["BAD_INPUT"]


async def test_one_who_leaves_the_room_sees_nothing_more_of_it(scene: Scene) -> None:
    begin = await scene.write(EventKind.ROOM_UPDATED)
    context = scene.context()
    async with aclosing(await scene.subscribe(EVENTS, context, after=begin)) as stream:
        await scene.write(EventKind.ROOM_UPDATED)
        assert (await anext(stream)).errors is None

        context.caller = replace(scene.caller, rooms=frozenset())
        await scene.write(EventKind.ROOM_UPDATED)

        assert codes((await anext(stream)).errors) == ["NOT_FOUND"]
    assert not scene.feed.watched


async def test_an_observer_may_watch(scene: Scene) -> None:
    observer = scene.context(await people.caller(scene.database, "eye", scene.room, role=Role.OBSERVER))
    begin = await scene.write(EventKind.ROOM_UPDATED)
    cursor = await scene.write(EventKind.ROOM_UPDATED)

    async with aclosing(await scene.subscribe(EVENTS, observer, after=begin)) as stream:
        assert [event["cursor"] for event in await following(stream, 1)] == [cursor]
