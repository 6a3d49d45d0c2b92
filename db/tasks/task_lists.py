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


# Of a search so many texts are looked up by their words. Where more fit, the tasks that are next in the order of the
# list are tested for them, so many at most: where that many have the words, a page is soon full.
_LOOKED_UP = 4_000
_REACH = 6_000


@dataclass(frozen=True, slots=True)
class Search:
    """Words that are searched for, and the tasks that have them; None where they are too many to be looked up first."""

    words: str
    found: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class TaskList:
    """A list that can be paged or counted: a room's tasks or, with `within`, those of some of its objectives."""

    room_id: int
    within: tuple[int, ...] | None
    columns: Columns
    search: Search | None = None


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
    """A filter, looked up: what it asks of a task's row, and the objectives and words that it narrows to, if any."""

    columns: Columns
    below: tuple[int, ...] | None
    search: Search | None

    def of(self, room_id: int, within: Sequence[int] | None) -> TaskList:
        """The list of a room, or of objectives in it, narrowed."""
        if within is None:
            objectives_in_it = self.below
        else:
            objectives_in_it = tuple(within if self.below is None else sorted(set(within) & set(self.below)))
        return TaskList(room_id, objectives_in_it, self.columns, self.search)


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
    }
    columns["filtered"] = any(value is not None for value in columns.values())
    search = None if wanted.search is None else await _look_up(database, room_id, wanted.search)
    return Narrowing(tuple(columns.items()), below, search)


async def _look_up(database: Database, room_id: int, text: str) -> Search:
    words = validation.text("search", text, most=validation.MAX_TITLE)
    row = (await q.look_up_tasks_with_words(database, room_ids=[room_id], words=words, documents=_LOOKED_UP + 1))[0]
    if row["documents"] > _LOOKED_UP:
        return Search(words, None)
    return Search(words, tuple(task_id for task_id in row["task_ids"] or () if task_id is not None))


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


def _kind(key: TaskPage) -> tuple[bool, int, TaskOrder, int, Columns, tuple[str, bool] | None]:
    search = key.found.search
    words = None if search is None else (search.words, search.found is None)
    return key.found.within is None, key.agent_id, key.order, key.first, key.found.columns, words


async def _pages(database: Database, alike: Sequence[TaskPage]) -> dict[TaskPage, Page[Task]]:
    one = alike[0]
    search, order, agent_id, first = one.found.search, one.order, one.agent_id, one.first
    if one.found.within is None and search is not None and search.found is None:
        found = await _tested(database, alike, search.words)
    else:
        found = await _read(database, alike)
    pages = {}
    for key, tasks in found.items():
        items = in_order(tasks, order, agent_id)[: first + 1]
        resumed = key.after is not None
        pages[key] = Page.of(items, first, lambda task: _cursor(task, order, agent_id), resumed=resumed)
    return pages


async def _tested(database: Database, alike: Sequence[TaskPage], words: str) -> dict[TaskPage, list[Task]]:
    """What comes next in each list and has the words: where that is far away, it is looked up after all."""
    found = await _read(database, alike, tested_for=words)
    short = [key for key in alike if len(found[key]) <= key.first]
    if not short:
        return found
    columns = dict(short[0].found.columns)
    lengths = await q.count_tasks_of_rooms(database, **_where([key.found for key in short]), **columns, most=_REACH + 1)
    far_away = [short[row["position"] - 1] for row in lengths if row["tasks"] > _REACH]
    return found | (await _read(database, far_away) if far_away else {})


async def _read(
    database: Database, alike: Sequence[TaskPage], *, tested_for: str | None = None
) -> dict[TaskPage, list[Task]]:
    """The tasks of each page, in no order, and one more if there is one."""
    one = alike[0]
    places = [_place(one.order, key.after) for key in alike]
    after: dict[str, Any] = {name: [place[at] for place in places] for at, name in enumerate(_PLACE)}
    page = {
        **after,
        **dict(one.found.columns),
        "agent_id": one.agent_id,
        "by_claims": one.order is TaskOrder.CLAIM,
        "by_update": one.order is TaskOrder.UPDATED,
        "most": one.first + 1,
        "search": tested_for,
        "reach": None if tested_for is None else _REACH,
    }
    lists = [key.found for key in alike]
    rows: Sequence[Any]
    if tested_for is None and one.found.search is not None:
        rows = await q.list_tasks_with_words(database, **_where_words(lists), **page)
    elif one.found.within is None:
        rows = await q.list_tasks_of_rooms(database, **_where(lists), **page)
    else:
        rows = await q.list_tasks_of_objectives(database, **_where(lists), **page)
    found: dict[TaskPage, list[Task]] = {key: [] for key in alike}
    for row in rows:
        found[alike[row["position"] - 1]].append(Task.of(row))
    return found


async def counts(database: Database, keys: Sequence[TaskList]) -> dict[TaskList, int]:
    """How many there are in all in each list; one statement for all that are narrowed alike."""
    found: dict[TaskList, int] = {}
    by_kind: dict[Any, list[TaskList]] = defaultdict(list)
    for key in keys:
        by_kind[key.within is None, key.columns, key.search and key.search.words].append(key)
    for (of_rooms, columns, words), alike in by_kind.items():
        rows: Sequence[Any]
        if words is not None:
            rows = await q.count_tasks_with_words(database, **_where_words(alike), **dict(columns))
        elif of_rooms:
            rows = await q.count_tasks_of_rooms(database, **_where(alike), **dict(columns), most=None)
        else:
            rows = await q.count_tasks_of_objectives(database, **_where(alike), **dict(columns))
        for row in rows:
            found[alike[row["position"] - 1]] = row["tasks"]
    return found


def _where(alike: Sequence[TaskList]) -> dict[str, Any]:
    """Their rooms, and objectives if any."""
    withins = [_as_text(one.within) for one in alike if one.within is not None]
    return {"room_ids": [one.room_id for one in alike]} | ({"withins": withins} if withins else {})


def _where_words(alike: Sequence[TaskList]) -> dict[str, Any]:
    """Their rooms, objectives if any, and the tasks that have been looked up."""
    searches = [one.search for one in alike if one.search is not None]
    return {
        "room_ids": [one.room_id for one in alike],
        "withins": [_as_text(one.within) for one in alike],
        "words": searches[0].words,
        "founds": [_as_text(search.found) for search in searches],
        "documents": None,
    }


def _as_text(keys: Sequence[int] | None) -> str | None:
    """Keys as Postgres writes an array: arrays in an array must be of one length, so each goes as its text."""
    return None if keys is None else "{" + ",".join(map(str, keys)) + "}"


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
