"""The goal tree as it is read: pages of children, subtrees, and progress rolled up over any depth.

Every function reads what many objectives ask for in a fixed number of statements, whatever their number.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from db.core import pagination, validation
from db.core.database import Database
from db.core.enums import ObjectiveStatus
from db.core.grouping import grouped
from db.core.pagination import Page
from db.core.queries import q
from db.core.records import KeyResult, Objective, TaskCounts
from db.core.rules import key_result_progress, weighted_mean

MAX_DEPTH = 100

# A page of children: the room, the parent (None for its roots), whether archived ones count, how many, after what.
ChildrenKey = tuple[int, int | None, bool, int, str | None]
# A list of children without its page, to be counted.
ChildCountKey = tuple[int, int | None, bool]
# A subtree: its root, how deep, whether archived ones count.
SubtreeKey = tuple[int, int, bool]

NO_TASKS = TaskCounts()

_NAMES = [field.name for field in fields(TaskCounts)]
_NO_COUNTS = (0,) * len(_NAMES)
_TOTAL, _DONE, _CANCELLED = map(_NAMES.index, ("total", "done", "cancelled"))
_counts_of: Callable[[Any], tuple[int, ...]] = itemgetter(*_NAMES)
_node_of: Callable[[Any], tuple[int, int | None, str, float]] = itemgetter("id", "parent_id", "status", "weight")
_leaves_of: Callable[[Any], tuple[str, float, int, float | None]] = itemgetter("status", "weight", "number", "progress")
_measure_of: Callable[[Any], tuple[float, float, float, float]] = itemgetter("weight", "start", "target", "current")

_CURSOR = "objective"


class Measure(NamedTuple):
    """What progress needs to know of a key result."""

    weight: float
    start: float
    target: float
    current: float


class Leaves(NamedTuple):
    """So many objectives below one parent, without parts but their own tasks; `progress` is the sum of theirs."""

    status: str
    weight: float
    number: int
    progress: float | None
    tasks: tuple[int, ...] = _NO_COUNTS


class Node(NamedTuple):
    """What progress is folded from: an objective, and its own parts. `tasks` are the fields of TaskCounts."""

    id: int
    parent_id: int | None
    status: str
    weight: float
    key_results: Sequence[Measure | KeyResult] = ()
    tasks: tuple[int, ...] = _NO_COUNTS
    leaves: Sequence[Leaves] = ()


@dataclass(frozen=True, slots=True)
class Rollup:
    """0..1, and counts over the whole subtree."""

    progress: float
    counts: TaskCounts


def roll_up(nodes: Iterable[Node], wanted: Iterable[int] | None = None) -> dict[int, Rollup]:
    """Fold a forest from its leaves: the nodes hold, with each objective, all that are below it. `wanted` None is all.

    There may be thousands: plain tuples take a tenth of the time that our records do.
    """
    by_id = {node.id: node for node in nodes}
    children: dict[int | None, list[Node]] = defaultdict(list)
    for node in by_id.values():
        children[node.parent_id].append(node)
    # Parents before children; without recursion, for a tree may be deeper than Python's stack.
    order = [node for node in by_id.values() if node.parent_id not in by_id]
    for node in order:
        order += children.get(node.id, ())
    progress: dict[int, float] = {}
    for node in reversed(order):
        progress[node.id] = _progress(node, [(child, progress[child.id]) for child in children.get(node.id, ())])
    asked = by_id.keys() if wanted is None else by_id.keys() & set(wanted)
    counts = _counts(order, asked)
    return {key: Rollup(progress[key], TaskCounts(*counts[key])) for key in asked}


def _counts(order: Sequence[Node], asked: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Counts over the subtrees of those asked for: a node's own go to the nearest of them, and from there upwards."""
    nearest: dict[int | None, int | None] = {None: None}
    parts: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for node in order:
        nearest[node.id] = to = node.id if node.id in asked else nearest.get(node.parent_id)
        if to is not None:
            parts[to] += [own for own in (node.tasks, *[one.tasks for one in node.leaves]) if own is not _NO_COUNTS]
    counts: dict[int, tuple[int, ...]] = {}
    for node in reversed(order):
        if node.id in asked:
            found = parts[node.id]
            counts[node.id] = tuple(map(sum, zip(*found, strict=True))) if found else _NO_COUNTS
            if (above := nearest.get(node.parent_id)) is not None:
                parts[above].append(counts[node.id])
    return counts


def _progress(node: Node, children: Sequence[tuple[Node, float]]) -> float:
    """Parts are key results, children that are not cancelled and, as one of weight 1, its own tasks. DONE is 1."""
    if node.status == ObjectiveStatus.DONE:
        return 1.0
    own = node.tasks[_TOTAL] - node.tasks[_CANCELLED]
    parts = [(1.0, node.tasks[_DONE] / own, 1)] if own else []
    parts += [(result.weight, key_result_progress(result), 1) for result in node.key_results]
    parts += [
        (leaves.weight, leaves.progress or 0.0, leaves.number)
        for leaves in node.leaves
        if leaves.status != ObjectiveStatus.CANCELLED
    ]
    parts += [(child.weight, progress, 1) for child, progress in children if child.status != ObjectiveStatus.CANCELLED]
    return weighted_mean(parts)


async def rollups(database: Database, keys: Sequence[int]) -> dict[int, Rollup]:
    """Progress and counts by objective, in one statement."""
    objectives = []
    leaves: dict[int | None, list[Leaves]] = defaultdict(list)
    measures: dict[int | None, list[Measure]] = defaultdict(list)
    for row in await q.parts_of_trees(database, objective_ids=keys):
        if row["number"] is None:
            measures[row["id"]].append(Measure(*_measure_of(row)))
        elif row["id"] is None:
            leaves[row["parent_id"]].append(Leaves(*_leaves_of(row), _own_tasks(row)))
        else:
            objectives.append(row)
    nodes = (
        Node(*_node_of(row), measures.get(row["id"], ()), _own_tasks(row), leaves.get(row["id"], ()))
        for row in objectives
    )
    return roll_up(nodes, keys)


def _own_tasks(row: Any) -> tuple[int, ...]:
    return _NO_COUNTS if row["total"] is None else _counts_of(row)


async def counts_of_rooms(database: Database, keys: Sequence[int]) -> dict[int, TaskCounts]:
    """Counts of tasks by room."""
    rows = await q.task_counts_of_rooms(database, room_ids=keys)
    return {row["id"]: TaskCounts.of(row) for row in rows}


async def key_results_of(database: Database, keys: Sequence[int]) -> dict[int, list[KeyResult]]:
    """The key results of each objective, oldest first."""
    return grouped(await q.key_results_of(database, objective_ids=keys), "objective_id", KeyResult.of)


async def ancestors(database: Database, keys: Sequence[int]) -> dict[int, list[Objective]]:
    """What is above each objective, from the root down."""
    return grouped(await q.ancestors_of(database, objective_ids=keys), "asked", Objective.of)


async def subtrees(database: Database, keys: Sequence[SubtreeKey]) -> dict[SubtreeKey, list[Objective]]:
    """Every descendant down to a depth, parents before children."""
    found: dict[SubtreeKey, list[Objective]] = {}
    for depth, archived in dict.fromkeys((depth, archived) for _, depth, archived in keys):
        asked = [root for root, *rest in keys if tuple(rest) == (depth, archived)]
        rows = await q.subtree_rows(database, objective_ids=asked, depth=depth, archived=archived)
        for root, below in grouped(rows, "asked", Objective.of).items():
            found[root, depth, archived] = below
    return found


async def subtree_keys(database: Database, keys: Sequence[int]) -> dict[int, list[int]]:
    """The keys of each objective and of all below it."""
    return grouped(await q.subtree_keys(database, objective_ids=keys), "asked", lambda row: row["id"])


def children_key(room: int, parent: int | None, *, archived: bool, first: int, after: str | None) -> ChildrenKey:
    """What to ask `children` for; BAD_INPUT where first or after are out of bounds."""
    if after is not None:
        pagination.decode(_CURSOR, after, datetime, int)
    return room, parent, archived, validation.page("first", first), after


async def children(database: Database, keys: Sequence[ChildrenKey]) -> dict[ChildrenKey, Page[Objective]]:
    """Pages of children, oldest first."""
    found: dict[ChildrenKey, Page[Objective]] = {}
    for archived, first in dict.fromkeys((key[2], key[3]) for key in keys):
        asked = [key for key in keys if key[2:4] == (archived, first)]
        afters = [
            pagination.decode(_CURSOR, key[4], datetime, int) if key[4] is not None else (None, None) for key in asked
        ]
        rows = await q.child_objectives(
            database,
            room_ids=[key[0] for key in asked],
            parent_ids=[key[1] for key in asked],
            archived=archived,
            most=first + 1,
            after_times=[time for time, _ in afters],
            after_ids=[number for _, number in afters],
        )
        by_position = grouped(rows, "position", Objective.of)
        for position, key in enumerate(asked, start=1):
            found[key] = Page.of(by_position.get(position, []), first, _cursor, resumed=key[4] is not None)
    return found


async def child_counts(database: Database, keys: Sequence[ChildCountKey]) -> dict[ChildCountKey, int]:
    """How many children there are in all."""
    found: dict[ChildCountKey, int] = {}
    for archived in dict.fromkeys(key[2] for key in keys):
        asked = [key for key in keys if key[2] == archived]
        rows = await q.count_child_objectives(
            database, room_ids=[key[0] for key in asked], parent_ids=[key[1] for key in asked], archived=archived
        )
        found |= {asked[row["position"] - 1]: row["children"] for row in rows}
    return found


def _cursor(objective: Objective) -> str:
    return pagination.encode(_CURSOR, objective.created_at, objective.id)
