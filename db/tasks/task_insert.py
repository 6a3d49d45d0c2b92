"""Inserting new tasks with all that belongs to them: of one request or several, in a few statements."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.core import ids, validation
from db.core.callers import Caller
from db.core.enums import DependencyKind, EventKind, InboxKind, ObjectiveStatus
from db.core.errors import DependencyCycle, Refused
from db.core.queries import q
from db.core.records import Room, Task
from db.core.transaction import Requirement, Transaction
from db.goal_tree import objectives
from db.goal_tree.references import Lookups, interned
from db.tasks import criteria, readiness

if TYPE_CHECKING:
    from db.tasks.task_create import BatchTask, NewTask

# In none of these states does more work change anything of an objective.
_OPEN = frozenset({ObjectiveStatus.ACTIVE, ObjectiveStatus.DRAFT})


@dataclass(slots=True)
class _Row:
    """A task to insert: its columns, and what it refers to."""

    caller: Caller
    columns: dict[str, Any]
    requirement: Requirement
    # What it depends on: keys of tasks, and places in what is inserted.
    blockers: Sequence[int]
    blockers_here: Sequence[int]
    discovered_from: int | None


async def insert(tx: Transaction, room: Room, caller: Caller, batch: Sequence["BatchTask"]) -> list[Task]:
    """The tasks. The room is locked; what they wait for and what waits for them is counted."""
    [made] = await insert_each(tx, room, [(caller, batch)])
    if isinstance(made, Refused):
        raise made
    return made


async def insert_each(
    tx: Transaction, room: Room, requests: Sequence[tuple[Caller, Sequence["BatchTask"]]]
) -> list[list[Task] | Refused]:
    """As `insert`, the tasks of each request or, where it can't be meant, its refusal: the others go on.

    What is found wrong only when all are in their place is raised.
    """
    lookups = Lookups(tx, requests[0][0], room)
    with suppress(Refused):
        # What is wrong with one is found again in its turn.
        await _load(lookups, [item.task for _, batch in requests for item in batch])
    rows: list[_Row] = []
    answers: list[Refused | range] = []
    for caller, batch in requests:
        try:
            of_request = await _rows(lookups.of_caller(caller), batch, len(rows))
        except Refused as refusal:
            answers.append(refusal)
        else:
            answers.append(range(len(rows), len(rows) + len(batch)))
            rows += of_request
    made = await _insert(tx, lookups, rows) if rows else []
    return [[made[place] for place in answer] if isinstance(answer, range) else answer for answer in answers]


async def _insert(tx: Transaction, lookups: Lookups, rows: Sequence[_Row]) -> list[Task]:
    room = lookups.room
    await _settle_numbers(tx, rows)
    changing = await _objectives_that_change(lookups, rows)
    for objective, actor in changing:
        await objectives.part_added(tx, objective, actor)
    # Most columns are null, as they are where they are left out.
    given = [{name: value for name, value in row.columns.items() if value is not None} for row in rows]
    made = [Task.of(row) for row in await q.insert_tasks(tx, room_id=room.id, tasks=given)]
    await _insert_edges(tx, rows, made)
    made = await _settle_order(tx, room, rows, made)
    for row, task in zip(rows, made, strict=True):
        _append_event(tx, row, task, [*row.blockers, *(made[place].id for place in row.blockers_here)])
    for objective, actor in changing:
        await objectives.parts_changed(tx, objective, actor)
    return made


async def check(tx: Transaction, caller: Caller, room: Room, new: "NewTask") -> None:
    """Refuse what could not be inserted in this room, and insert nothing."""
    lookups = Lookups(tx, caller, room)
    await _load(lookups, [new])
    row = await _row(lookups, new, ())
    if (objective := row.columns["objective_id"]) is not None:
        await objectives.must_take_parts(tx, objective)


async def _load(lookups: Lookups, tasks: Sequence["NewTask"]) -> None:
    """Look up what these tasks refer to, each kind of thing in one statement."""
    await lookups.load_tasks(
        reference
        for task in tasks
        for reference in (*_given(task.parent, task.discovered_from), *validation.items("dependsOn", task.depends_on))
    )
    await lookups.load_objectives(reference for task in tasks for reference in _given(task.objective))
    await lookups.load_agents(reference for task in tasks for reference in _given(task.assignee, task.reviewer))
    await lookups.load_resources(
        reference for task in tasks for reference in validation.keys("resources", task.resources)
    )
    await lookups.load_key_results(
        reference for task in tasks for reference in validation.items("keyResults", task.key_results)
    )


def _given(*references: str | None) -> Iterator[str]:
    return (reference for reference in references if reference is not None)


async def _rows(lookups: Lookups, batch: Sequence["BatchTask"], first: int) -> list[_Row]:
    """The rows of one request, of which the first has this place among all that are inserted."""
    places = {item.ref: place for place, item in enumerate(batch, start=first) if item.ref is not None}
    return [await _row(lookups, item.task, _places(places, item)) for item in batch]


def _places(places: Mapping[str, int], item: "BatchTask") -> list[int]:
    return list(dict.fromkeys(places[ref] for ref in item.depends_on_refs))


async def _row(lookups: Lookups, new: "NewTask", blockers_here: Sequence[int]) -> _Row:
    """What is stored of a new task, within its bounds."""
    parent = await lookups.parent(new.parent) if new.parent is not None else None
    source = await lookups.task("discoveredFrom", new.discovered_from) if new.discovered_from is not None else None
    blockers = {blocker.id: blocker for one in new.depends_on for blocker in [await lookups.task("dependsOn", one)]}
    columns = {
        "creator_id": lookups.caller.agent_id,
        "objective_id": await _objective(lookups, new, parent, source),
        "parent_id": parent.id if parent else None,
        "title": validation.title("title", new.title),
        "description": validation.text("description", new.description),
        "priority": new.priority,
        "labels": validation.keys("labels", new.labels),
        "track": validation.key("track", new.track) if new.track is not None else None,
        "track_order": new.track_order,
        "assignee_id": await lookups.agent(new.assignee) if new.assignee is not None else None,
        "reviewer_id": await lookups.agent(new.reviewer) if new.reviewer is not None else None,
        "role": validation.text("role", new.role, most=validation.MAX_KEY),
        "instructions": validation.text("instructions", new.instructions),
        "not_before": validation.time("notBefore", new.not_before) if new.not_before else None,
        "due_at": validation.time("dueAt", new.due_at) if new.due_at else None,
        "estimate_minutes": validation.integer("estimateMinutes", new.estimate_minutes, 0)
        if new.estimate_minutes is not None
        else None,
        "open_dependencies": len(blockers_here) + sum(not blocker.finished for blocker in blockers.values()),
        "criteria": criteria.checked(new.criteria),
        "key_results": await lookups.key_results(new.key_results),
    }
    return _Row(
        caller=lookups.caller,
        columns=columns,
        requirement=await lookups.requirement(new.capabilities, new.resources),
        blockers=list(blockers),
        blockers_here=blockers_here,
        discovered_from=source.id if source else None,
    )


async def _objective(lookups: Lookups, new: "NewTask", parent: Task | None, source: Task | None) -> int | None:
    """The one given, or that of the parent, or that of the task that led to this one, unless that is cancelled."""
    if new.objective is not None:
        return await lookups.objective(new.objective)
    if parent is not None:
        return parent.objective_id
    if source is None or source.objective_id is None:
        return None
    found = (await lookups.with_those_above(source.objective_id))[0]
    return None if found.status is ObjectiveStatus.CANCELLED else found.id


async def _settle_numbers(tx: Transaction, rows: Sequence[_Row]) -> None:
    """Set the columns that follow from others: requirements, and how many unfinished tasks wait for what."""
    numbers = await interned(tx, [row.requirement for row in rows])
    waited_by = Counter(place for row in rows for place in row.blockers_here)
    for place, row in enumerate(rows):
        row.columns["requirement_id"] = numbers[row.requirement]
        row.columns["waited_by"] = waited_by[place]


async def _objectives_that_change(lookups: Lookups, rows: Sequence[_Row]) -> list[tuple[int, int]]:
    """Those that refuse the work, or come back because of it, they or one above; each with who adds to it first."""
    actors: dict[int, int] = {}
    for row in rows:
        if (objective := row.columns["objective_id"]) is not None:
            actors.setdefault(objective, row.caller.agent_id)
    await lookups.load_objectives_of(actors)
    return [
        (objective, actor)
        for objective, actor in actors.items()
        if any(
            one.status not in _OPEN or one.archived_at is not None for one in await lookups.with_those_above(objective)
        )
    ]


async def _insert_edges(tx: Transaction, rows: Sequence[_Row], made: Sequence[Task]) -> None:
    """Insert what the tasks depend on, and where they were found, and count them at what was there before."""
    edges: list[tuple[int, int, DependencyKind, int]] = []
    for row, task in zip(rows, made, strict=True):
        here = [made[place].id for place in row.blockers_here]
        if task.id in here:
            raise DependencyCycle(path=[ids.of(ids.TASK, task.id)] * 2)
        blocks = [(blocker, DependencyKind.BLOCKS) for blocker in (*row.blockers, *here)]
        found = [] if row.discovered_from is None else [(row.discovered_from, DependencyKind.DISCOVERED_FROM)]
        edges += [(task.id, on, kind, row.caller.agent_id) for on, kind in (*blocks, *found)]
    if not edges:
        return
    task_ids, depends_on_ids, kinds, authors = zip(*edges, strict=True)
    blocked = Counter(blocker for row in rows for blocker in row.blockers)
    await q.insert_new_dependencies(
        tx,
        task_ids=task_ids,
        depends_on_ids=depends_on_ids,
        kinds=kinds,
        created_by_ids=authors,
        blocker_ids=list(blocked),
        blocks=list(blocked.values()),
    )


async def _settle_order(tx: Transaction, room: Room, rows: Sequence[_Row], made: list[Task]) -> list[Task]:
    """Settle the tracks, and refuse circles. A new task is in none where nothing that was there waits for it."""
    tracks = {
        (row.columns["objective_id"], row.columns["track"]): row.caller.agent_id
        for row in reversed(rows)
        if row.columns["track"] is not None
    }
    for objective, track in sorted(tracks, key=str):
        await readiness.settle_track(tx, room.id, objective, track, tracks[objective, track])
    keys = [task.id for task in made]
    if tracks or any(row.columns["parent_id"] is not None or row.blockers_here for row in rows):
        await readiness.refuse_cycles(tx, keys)
    return [Task.of(row) for row in await q.tasks_by_keys(tx, task_ids=keys)] if tracks else made


def _append_event(tx: Transaction, row: _Row, task: Task, blockers: Sequence[int]) -> None:
    data = {
        "title": task.title,
        "priority": f"P{task.priority}",
        "dependsOn": [ids.of(ids.TASK, blocker) for blocker in blockers],
    }
    tx.append_task_event(EventKind.TASK_CREATED, task, row.caller.agent_id, data)
    tx.count_move(task.room_id, None, task.status)
    summary = f"{ids.of(ids.TASK, task.id)} '{task.title}' is assigned to you."
    tx.notify(task.assignee_id, task.room_id, InboxKind.ASSIGNED, summary, by=row.caller.agent_id, task=task.id)
