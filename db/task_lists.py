"""Lists of tasks: filtered and paged in one of three orders, what a claim would offer, and the critical path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import Any

from db import agents, bounds, objectives, paging, rooms
from db.callers import Caller
from db.database import Database
from db.paging import Page
from db.queries import q
from db.records import Task, TaskOrder, TaskStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """What tasks must be like: every field that is given narrows the list. References are as the client sent them."""

    statuses: Sequence[TaskStatus] | None = None
    ready: bool | None = None
    stale: bool | None = None
    objective: str | None = None
    assignee: str | None = None
    reviewer: str | None = None
    labels: Sequence[str] | None = None
    priorities: Sequence[int] | None = None
    waiting_for_agent: str | None = None
    awaited_by_agent: str | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class TaskList:
    """A list that is looked up and can be paged or counted: the filter's columns, within one room."""

    room_id: int
    agent_id: int
    columns: Mapping[str, Any]


async def find(
    database: Database, caller: Caller, room_id: int, wanted: TaskFilter, *, within: Sequence[int] | None = None
) -> TaskList:
    """Look up what the filter refers to, NOT_FOUND where there is no such thing; `within` are objectives."""
    if wanted.objective is not None:
        objective = await objectives.find(database, caller, wanted.objective)
        below = await objectives.subtree(database, objective.id)
        within = below if within is None else sorted(set(below) & set(within))

    async def agent(reference: str | None) -> int | None:
        return None if reference is None else (await agents.find(database, caller, reference)).id

    return TaskList(
        room_id,
        caller.agent_id,
        {
            "within": within,
            "statuses": None if wanted.statuses is None else [status.value for status in wanted.statuses],
            "ready": wanted.ready,
            "stale": wanted.stale,
            "assignee_id": await agent(wanted.assignee),
            "reviewer_id": await agent(wanted.reviewer),
            "labels": None if wanted.labels is None else bounds.keys("labels", wanted.labels),
            "priorities": wanted.priorities,
            "waiting_for_id": await agent(wanted.waiting_for_agent),
            "awaited_by_id": await agent(wanted.awaited_by_agent),
            "search": None if wanted.search is None else bounds.text("search", wanted.search, most=bounds.MAX_TITLE),
        },
    )


async def page(database: Database, found: TaskList, order: TaskOrder, *, first: int, after: str | None) -> Page[Task]:
    """A page in this order, after a cursor of the same order."""
    bounds.page("first", first)
    rows = await q.list_tasks(
        database,
        room_id=found.room_id,
        agent_id=found.agent_id,
        **found.columns,
        task_order=order.value,
        **_place(order, after),
        most=first + 1,
    )
    tasks = sorted((Task.of(row) for row in rows), key=lambda task: _sort_key(task, order, found.agent_id))
    return Page.of(
        tasks[: first + 1], first, lambda task: _cursor(task, order, found.agent_id), resumed=after is not None
    )


async def count(database: Database, found: TaskList) -> int:
    """How many there are in all."""
    total: int = await q.count_tasks(database, room_id=found.room_id, **found.columns)
    return total


async def offered(database: Database, caller: Caller, room: str | None, first: int) -> list[Task]:
    """What claimNextTask would offer the caller, best first."""
    bounds.page("first", first)
    found = await rooms.find(database, caller, room)
    rows = await q.offered_tasks(database, room_id=found.id, agent_id=caller.agent_id, most=first)
    return [Task.of(row) for row in rows]


async def critical_path(database: Database, caller: Caller, room: str | None, objective: str | None) -> list[Task]:
    """The longest chain of unfinished tasks, first to last, that the objective (or the room) waits for."""
    if objective is None:
        room_id, within = (await rooms.find(database, caller, room)).id, None
    else:
        found = await objectives.find(database, caller, objective)
        if room is not None:
            await rooms.find(database, caller, room)
        room_id, within = found.room_id, await objectives.subtree(database, found.id)
    starts = [row["id"] for row in await q.unfinished_tasks(database, room_id=room_id, within=within)]
    edges = [(row["task_id"], row["on_id"]) for row in await q.waits_reached_from(database, task_ids=starts)]
    reached = list({key for edge in edges for key in edge})
    finished = {row["id"] for row in await q.finished_among(database, task_ids=reached)}
    graph: dict[int, set[int]] = {start: set() for start in starts}
    for task, on in edges:
        if task not in finished and on not in finished:
            graph.setdefault(task, set()).add(on)
    chain = longest_chain(graph)
    return [Task.of(row) for row in await q.tasks_by_keys(database, task_ids=chain)]


def longest_chain(graph: Mapping[int, set[int]]) -> list[int]:
    """The longest chain in an acyclic graph that says of each task what it waits for; of equals, the smaller keys."""
    length: dict[int, int] = {}
    before: dict[int, int | None] = {}
    for key in TopologicalSorter(graph).static_order():
        ahead = min(graph.get(key, ()), key=lambda other: (-length[other], other), default=None)
        before[key] = ahead
        length[key] = 1 + (length[ahead] if ahead is not None else 0)
    chain: list[int] = []
    at = min(length, key=lambda key: (-length[key], key), default=None)
    while at is not None:
        chain.append(at)
        at = before[at]
    return chain[::-1]


_NEWEST = datetime.max.replace(tzinfo=UTC)


def _turn(task: Task, agent_id: int) -> int:
    return 0 if task.assignee_id == agent_id else 1


def _sort_key(task: Task, order: TaskOrder, agent_id: int) -> tuple[Any, ...]:
    match order:
        case TaskOrder.CLAIM:
            return _turn(task, agent_id), task.priority, -task.waited_by, task.created_at, task.id
        case TaskOrder.CREATED:
            return task.created_at, task.id
        case TaskOrder.UPDATED:
            return _NEWEST - task.updated_at, -task.id


def _cursor(task: Task, order: TaskOrder, agent_id: int) -> str:
    match order:
        case TaskOrder.CLAIM:
            return paging.encode(order, _turn(task, agent_id), task.priority, task.waited_by, task.created_at, task.id)
        case TaskOrder.CREATED:
            return paging.encode(order, task.created_at, task.id)
        case TaskOrder.UPDATED:
            return paging.encode(order, task.updated_at, task.id)


def _place(order: TaskOrder, after: str | None) -> dict[str, Any]:
    """The sort key that a cursor holds, as parameters."""
    names = ("after_turn", "after_priority", "after_waited_by", "after_time", "after_id")
    if after is None:
        return dict.fromkeys(names)
    if order is TaskOrder.CLAIM:
        return dict(zip(names, paging.decode(order, after, int, int, int, datetime, int), strict=True))
    time, key = paging.decode(order, after, datetime, int)
    return dict.fromkeys(names) | {"after_time": time, "after_id": key}
