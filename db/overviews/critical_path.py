"""The critical path: the longest chain of unfinished tasks that something waits for."""

from collections import defaultdict
from collections.abc import Mapping
from graphlib import TopologicalSorter

from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.queries import q
from db.core.records import Task
from db.goal_tree import objectives
from db.rooms import rooms


async def find(database: Database, caller: Caller, room: str | None, objective: str | None) -> list[Task]:
    """The longest chain of unfinished tasks, first to last, that the objective (or the room) waits for."""
    if objective is None:
        room_id, within = (await rooms.find(database, caller, room)).id, None
    else:
        found = await objectives.find(database, caller, objective)
        if room is not None:
            validation.same_room("objective", objective, found.room_id, (await rooms.find(database, caller, room)).id)
        room_id, within = found.room_id, await objectives.subtree(database, found.id)
    starts = [row["id"] for row in await q.unfinished_tasks(database, room_id=room_id, within=within)]
    edges = [(row["task_id"], row["on_id"]) for row in await q.waits_reached_from(database, task_ids=starts)]
    reached = list({key for edge in edges for key in edge})
    finished = {row["id"] for row in await q.finished_among(database, task_ids=reached)}
    waits: dict[int, set[int]] = defaultdict(set)
    for task, on in edges:
        if on not in finished:
            waits[task].add(on)
    # From task to task over unfinished ones alone: what is finished waits for nothing, whatever it waited for.
    graph: dict[int, set[int]] = {}
    following = starts
    while following:
        graph |= {task: waits.get(task, set()) for task in following}
        following = list({on for task in following for on in graph[task]} - graph.keys())
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
