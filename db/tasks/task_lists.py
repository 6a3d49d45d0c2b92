"""Lists of tasks: filtered and paged in one of three orders, and what a claim would offer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from db.core import pagination, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import TaskOrder, TaskStatus
from db.core.errors import Refused
from db.core.pagination import Page
from db.core.queries import q
from db.core.records import Task
from db.goal_tree import objectives
from db.rooms import agents, rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """What tasks must be like: every field that is given narrows the list. References are as the client sent them."""

    statuses: tuple[TaskStatus, ...] | None = None
    ready: bool | None = None
    stale: bool | None = None
    objective: str | None = None
    assignee: str | None = None
    reviewer: str | None = None
    labels: tuple[str, ...] | None = None
    priorities: tuple[int, ...] | None = None
    waiting_for_agent: str | None = None
    awaited_by_agent: str | None = None
    search: str | None = None


# What a filter asks of a task's row: column and value, looked up.
Columns: TypeAlias = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class TaskList:
    """A list that can be paged or counted: a room's tasks or, with `within`, those of some of its objectives."""

    room_id: int
    within: tuple[int, ...] | None
    columns: Columns


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page to read of a list: for this agent, whose own come first in the order of claims."""

    found: TaskList
    agent_id: int
    order: TaskOrder
    first: int
    after: str | None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A filter, looked up: what it asks of a task's row, and the objectives that it narrows to, if any."""

    columns: Columns
    below: tuple[int, ...] | None

    def of(self, room_id: int, within: Sequence[int] | None) -> TaskList:
        """The list of a room, or of objectives in it, narrowed."""
        if within is not None and self.below is not None:
            return TaskList(room_id, tuple(sorted(set(within) & set(self.below))), self.columns)
        return TaskList(room_id, self.below if within is None else tuple(within), self.columns)


# A filter to look up: who asks, the room that it is for, and what was said.
FilterKey: TypeAlias = tuple[Caller, int, TaskFilter]


async def narrowings(database: Database, keys: Sequence[FilterKey]) -> dict[FilterKey, Narrowing]:
    """Each filter, looked up; where it names what is not there the refusal stands in its place, and a loader raises it.

    A request holds few filters, however many lists they narrow.
    """
    found: dict[FilterKey, Any] = {}
    for key in keys:
        try:
            found[key] = await narrow(database, *key)
        except Refused as refusal:
            found[key] = refusal
    return found


async def narrow(database: Database, caller: Caller, room_id: int, wanted: TaskFilter) -> Narrowing:
    """The filter, looked up; NOT_FOUND where it names what is not there."""
    below = None
    if wanted.objective is not None:
        objective = await objectives.find(database, caller, wanted.objective)
        validation.same_room("objective", wanted.objective, objective.room_id, room_id)
        below = tuple(await objectives.subtree(database, objective.id))

    async def agent(reference: str | None) -> int | None:
        return None if reference is None else (await agents.find(database, caller, reference)).id

    statuses, priorities = validation.items("statuses", wanted.statuses or ()), wanted.priorities
    columns = {
        "statuses": None if wanted.statuses is None else tuple(status.value for status in statuses),
        "ready": wanted.ready,
        "stale": wanted.stale,
        "assignee_id": await agent(wanted.assignee),
        "reviewer_id": await agent(wanted.reviewer),
        "labels": None if wanted.labels is None else tuple(validation.keys("labels", wanted.labels)),
        "priorities": None if priorities is None else validation.items("priorities", priorities),
        "waiting_for_id": await agent(wanted.waiting_for_agent),
        "awaited_by_id": await agent(wanted.awaited_by_agent),
        "search": None
        if wanted.search is None
        else validation.text("search", wanted.search, most=validation.MAX_TITLE),
    }
    return Narrowing(tuple(columns.items()), below)


def page_of(found: TaskList, caller: Caller, order: TaskOrder, first: int, after: str | None) -> TaskPage:
    """What to ask `pages` for; BAD_INPUT where first or after are out of bounds, or after is of another order."""
    _place(order, after)
    return TaskPage(found, caller.agent_id, order, validation.page("first", first), after)


async def pages(database: Database, keys: Sequence[TaskPage]) -> dict[TaskPage, Page[Task]]:
    """Each page; one statement for all that differ only in where they are."""
    found: dict[TaskPage, Page[Task]] = {}
    for kind in dict.fromkeys(_kind(key) for key in keys):
        found |= await _pages(database, [key for key in keys if _kind(key) == kind])
    return found


def _kind(key: TaskPage) -> tuple[bool, int, TaskOrder, int, Columns]:
    return key.found.within is None, key.agent_id, key.order, key.first, key.found.columns


async def _pages(database: Database, alike: Sequence[TaskPage]) -> dict[TaskPage, Page[Task]]:
    of_rooms, agent_id, order, first, columns = _kind(alike[0])
    places = [_place(order, key.after) for key in alike]
    after: dict[str, Any] = {name: [place[at] for place in places] for at, name in enumerate(_PLACE)}
    rows = await (q.list_tasks_of_rooms if of_rooms else q.list_tasks_of_objectives)(
        database,
        **_where([key.found for key in alike]),
        **after,
        agent_id=agent_id,
        **dict(columns),
        task_order=order.value,
        most=first + 1,
    )
    grouped: dict[int, list[Task]] = defaultdict(list)
    for row in rows:
        grouped[row["position"]].append(Task.of(row))
    found = {}
    for position, key in enumerate(alike, start=1):
        tasks = in_order(grouped[position], order, agent_id)[: first + 1]
        resumed = key.after is not None
        found[key] = Page.of(tasks, first, lambda task: _cursor(task, order, agent_id), resumed=resumed)
    return found


async def counts(database: Database, keys: Sequence[TaskList]) -> dict[TaskList, int]:
    """How many there are in all in each list; one statement for all that are narrowed alike."""
    found: dict[TaskList, int] = {}
    for of_rooms, columns in dict.fromkeys((key.within is None, key.columns) for key in keys):
        alike = [key for key in keys if (key.within is None, key.columns) == (of_rooms, columns)]
        count = q.count_tasks_of_rooms if of_rooms else q.count_tasks_of_objectives
        for row in await count(database, **_where(alike), **dict(columns)):
            found[alike[row["position"] - 1]] = row["tasks"]
    return found


def _where(alike: Sequence[TaskList]) -> dict[str, Any]:
    """Their rooms, and objectives if any: arrays in an array must be of one length, so each goes as its text."""
    rooms_of = {"room_ids": [one.room_id for one in alike]}
    withins = ["{" + ",".join(map(str, one.within)) + "}" for one in alike if one.within is not None]
    return rooms_of | {"withins": withins} if withins else rooms_of


async def offered(database: Database, caller: Caller, room: str | None, first: int) -> list[Task]:
    """What claimNextTask would offer the caller, best first."""
    validation.page("first", first)
    found = await rooms.find(database, caller, room)
    rows = await q.offered_tasks(database, room_id=found.id, agent_id=caller.agent_id, most=first)
    return [Task.of(row) for row in rows]


def _turn(task: Task, agent_id: int) -> int:
    """0 for the agent's TODO tasks that were started before, 1 for its other unfinished tasks, 2 for all others."""
    if task.assignee_id != agent_id or task.finished:
        return 2
    return 0 if task.status is TaskStatus.TODO and task.started_at is not None else 1


def _key(task: Task, order: TaskOrder, agent_id: int) -> tuple[Any, ...]:
    """What a list in this order is sorted by, and what a cursor into it holds."""
    match order:
        case TaskOrder.CLAIM:
            return _turn(task, agent_id), task.priority, task.waited_by, task.created_at, task.id
        case TaskOrder.CREATED:
            return task.created_at, task.id
        case TaskOrder.UPDATED:
            return task.updated_at, task.id


def in_order(tasks: Iterable[Task], order: TaskOrder, agent_id: int) -> list[Task]:
    """These tasks as this agent's list in this order has them; the statements sort alike, see claim_order.sql."""

    def key(task: Task) -> tuple[Any, ...]:
        if order is not TaskOrder.CLAIM:
            return _key(task, order, agent_id)
        turn, priority, waited_by, *age = _key(task, order, agent_id)
        return turn, priority, -waited_by, *age

    return sorted(tasks, key=key, reverse=order is TaskOrder.UPDATED)


def _cursor(task: Task, order: TaskOrder, agent_id: int) -> str:
    return pagination.encode(order, *_key(task, order, agent_id))


_PLACE = ("after_turns", "after_priorities", "after_waited_bys", "after_times", "after_ids")


def _place(order: TaskOrder, after: str | None) -> tuple[Any, ...]:
    """The sort key that a cursor holds, as what _PLACE names."""
    if after is None:
        return (None,) * len(_PLACE)
    if order is TaskOrder.CLAIM:
        return pagination.decode(order, after, int, int, int, datetime, int)
    return None, None, None, *pagination.decode(order, after, datetime, int)
