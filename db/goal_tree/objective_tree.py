"""The goal tree as it is read: pages of children, subtrees, and progress rolled up over any depth.

Every function reads what many objectives ask for in a fixed number of statements, whatever their number.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

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

_CURSOR = "objective"


@dataclass(frozen=True, slots=True)
class Node:
    """What progress is folded from: an objective, and its own parts."""

    id: int
    parent_id: int | None
    status: ObjectiveStatus
    weight: float
    key_results: Sequence[KeyResult] = ()
    tasks: TaskCounts = NO_TASKS


@dataclass(frozen=True, slots=True)
class Rollup:
    """0..1, and counts over the whole subtree."""

    progress: float
    counts: TaskCounts


def roll_up(nodes: Iterable[Node]) -> dict[int, Rollup]:
    """Fold a forest from its leaves: the nodes hold, with each objective, all that are below it."""
    by_id = {node.id: node for node in nodes}
    children: dict[int | None, list[int]] = defaultdict(list)
    for node in by_id.values():
        children[node.parent_id].append(node.id)
    folded: dict[int, Rollup] = {}
    for key in _leaves_first(by_id, children):
        folded[key] = _fold(by_id[key], [(by_id[child], folded[child]) for child in children[key]])
    return folded


def _fold(node: Node, children: Sequence[tuple[Node, Rollup]]) -> Rollup:
    """Parts are key results, children that are not cancelled and, as one of weight 1, its own tasks. DONE is 1."""
    counts = sum((below.counts for _, below in children), start=node.tasks)
    if node.status is ObjectiveStatus.DONE:
        return Rollup(1.0, counts)
    parts = [(result.weight, key_result_progress(result)) for result in node.key_results]
    parts += [
        (child.weight, below.progress) for child, below in children if child.status is not ObjectiveStatus.CANCELLED
    ]
    own = node.tasks.total - node.tasks.cancelled
    if own:
        parts.append((1.0, node.tasks.done / own))
    return Rollup(weighted_mean(parts), counts)


def _leaves_first(by_id: Mapping[int, Node], children: Mapping[int | None, Sequence[int]]) -> list[int]:
    """Every key behind those of its children; without recursion, for a tree may be deeper than Python's stack."""
    order = [key for key, node in by_id.items() if node.parent_id not in by_id]
    for key in order:
        order.extend(children.get(key, ()))
    return order[::-1]


async def rollups(database: Database, keys: Sequence[int]) -> dict[int, Rollup]:
    """Progress and counts by objective, in three statements."""
    rows = await q.tree_of(database, objective_ids=keys)
    every = [row["id"] for row in rows]
    results: dict[int, list[KeyResult]] = defaultdict(list)
    for row in await q.key_results_of(database, objective_ids=every):
        results[row["objective_id"]].append(KeyResult.of(row))
    counted = {
        row["id"]: TaskCounts.of(row) for row in await q.task_counts_of_objectives(database, objective_ids=every)
    }
    return roll_up(
        Node(
            id=row["id"],
            parent_id=row["parent_id"],
            status=ObjectiveStatus(row["status"]),
            weight=row["weight"],
            key_results=results[row["id"]],
            tasks=counted.get(row["id"], NO_TASKS),
        )
        for row in rows
    )


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
