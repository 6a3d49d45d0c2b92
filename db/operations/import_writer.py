"""Writes what an import planned, a few statements for all of it."""

from dataclasses import replace
from typing import Any

from db.core import ids
from db.core.enums import AgentKind, CommentKind, DependencyKind, EventKind, ObjectiveStatus, TaskStatus
from db.core.queries import q
from db.core.records import Room
from db.core.transaction import Transaction
from db.goal_tree import objectives, references
from db.operations import import_changes, import_memory
from db.operations.import_batches import BATCH_OF_TEXTS, batches
from db.operations.import_memory import Memory
from db.operations.import_plan import Known, Plan, Ref
from db.tasks import readiness


class Writer:
    """Turns names and ids of the file into keys, as far as they are known."""

    def __init__(self, tx: Transaction, room: Room, admin: int, source: str, known: Known) -> None:
        self._tx, self._room, self._admin, self._source, self._known = tx, room, admin, source, known
        self._agents: dict[str, int] = {}
        self._objectives: dict[str, int] = {ref: objective.key for ref, objective in known.objectives.items()}
        self._tasks: dict[Ref, int] = {ref: task.key for ref, task in known.tasks.items()}
        self._places: dict[str, str] = {}
        self._objective_of: dict[int, int | None] = {task.key: task.objective for task in known.tasks.values()}

    async def bring_agents(self, names: set[str]) -> int:
        """Those that are named, as members of the room; answers how many are new."""
        made = await q.import_agents(self._tx, names=sorted(names), kind=AgentKind.AGENT)
        found = {row["id"]: row for row in await q.agents_by_names(self._tx, names=sorted(names))}
        self._agents = {row["name"]: key for key, row in found.items()}
        for row in await q.import_members(self._tx, room_id=self._room.id, agent_ids=sorted(found)):
            agent = found[row["agent_id"]]
            self._record(EventKind.AGENT_JOINED, agent=agent["id"], data={"name": agent["name"], "kind": agent["kind"]})
        return len(made)

    async def write(self, plan: Plan) -> int:
        """Everything, with what follows for what waits and for the goal tree; how many dependencies were taken away."""
        before = [row["id"] for row in await q.room_task_ids(self._tx, room_id=self._room.id)]
        parents = [*(new.parent for new in plan.objectives), *(new.objective for new in plan.tasks)]
        parents += [change.new.objective for change in plan.changed_tasks if change.parts & {"status", "place"}]
        grown = sorted({self._objective(ref) for ref in parents if isinstance(ref, int) or ref in self._objectives})
        for key in grown:
            await objectives.part_added(self._tx, key, None)
        removed = await self._remove_dependencies(plan)
        await self._write_objectives(plan)
        await self._write_tasks(plan)
        moved = [change.new for change in plan.changed_tasks if "place" in change.parts]
        places = {new.ref: (self._objective_key(new.objective), self._task_key(new.parent)) for new in moved}
        self._places |= {ref: import_memory.place(*place) for ref, place in places.items()}
        parents_of_moved = {
            change.new.ref: self._objective_key(change.new.parent)
            for change in plan.changed_objectives
            if "place" in change.parts
        }
        self._places |= {ref: import_memory.place(parent, None) for ref, parent in parents_of_moved.items()}
        changed = await import_changes.change_tasks(self._tx, self._known, self._agents, places, plan.changed_tasks)
        waiting = await self._write_dependencies(plan)
        await self._write_comments(plan)
        await self._remember(plan)
        await q.analyze_imported(self._tx)
        if changed or removed or moved or waiting.intersection(before):
            # Who waits in the room hears of what it needn't wait for any more; new tasks are not told of.
            await readiness.recount(self._tx, before, None)
        await readiness.recompute(self._tx, self._room.id)
        for track in {(task.objective_id, task.track) for task in changed if task.track is not None}:
            await readiness.settle_track(self._tx, self._room.id, *track, None)
        again = {task.id for task in changed if not task.finished}
        again |= {self._tasks[new.ref] for new in moved}
        await readiness.refuse_cycles(self._tx, sorted(again | waiting.intersection(before)))
        await import_changes.change_objectives(
            self._tx, self._room.id, self._known, self._agents, parents_of_moved, plan.changed_objectives
        )
        left = {self._known.tasks[new.ref].objective for new in moved} | {task.objective_id for task in changed}
        for key in sorted({*grown, *(key for key in left if key is not None)}):
            await objectives.parts_changed(self._tx, key, None)
        return removed

    async def _remove_dependencies(self, plan: Plan) -> int:
        """Those that there are."""
        edges = plan.removed_dependencies
        rows = await q.remove_dependencies(
            self._tx,
            task_ids=[self._task(task) for task, _, _ in edges],
            depends_on_ids=[self._task(on) for _, on, _ in edges],
            kinds=[kind for _, _, kind in edges],
        )
        for row in sorted(rows, key=lambda row: (row["task_id"], row["depends_on_id"], row["kind"])):
            data = {"dependsOn": ids.of(ids.TASK, row["depends_on_id"]), "kind": row["kind"]}
            self._record_task(EventKind.DEPENDENCY_REMOVED, row["task_id"], data)
        return len(rows)

    async def _write_objectives(self, plan: Plan) -> None:
        reserved = await q.reserve_objective_ids(self._tx, most=len(plan.objectives))
        self._objectives |= {new.ref: row["id"] for new, row in zip(plan.objectives, reserved, strict=True)}
        in_draft = {ref: objective.in_draft for ref, objective in self._known.objectives.items()}
        rows = []
        for new in plan.objectives:
            in_draft[new.ref] = new.parent is not None and in_draft[new.parent]
            row: dict[str, Any] = {
                "id": self._objectives[new.ref],
                "parent_id": None if new.parent is None else self._objective(new.parent),
                "title": new.title,
                "description": new.description,
                "status": new.status,
                "in_draft": in_draft[new.ref],
                "owner_id": self._agent(new.owner),
                "due_at": new.due_at,
                "created_at": new.created_at,
                "updated_at": new.updated_at,
                "finished_at": new.finished_at,
            }
            rows.append(row)
            self._places[new.ref] = import_memory.place(row["parent_id"], None)
            parent = None if row["parent_id"] is None else ids.of(ids.OBJECTIVE, row["parent_id"])
            data = {"title": new.title, "parent": parent}
            self._record(EventKind.OBJECTIVE_CREATED, objective=row["id"], data=data)
        for batch in batches(rows, BATCH_OF_TEXTS):
            await q.import_objectives(self._tx, room_id=self._room.id, objectives=batch)
        for row in rows:
            if row["status"] is ObjectiveStatus.DONE:
                self._record(EventKind.OBJECTIVE_FINISHED, objective=row["id"])
            elif row["status"] is ObjectiveStatus.CANCELLED:
                changes = {"status": ObjectiveStatus.CANCELLED.value}
                self._record(EventKind.OBJECTIVE_UPDATED, objective=row["id"], data={"changes": changes})

    async def _write_tasks(self, plan: Plan) -> None:
        reserved = await q.reserve_task_ids(self._tx, most=len(plan.tasks))
        self._tasks |= {new.ref: row["id"] for new, row in zip(plan.tasks, reserved, strict=True)}
        rows = []
        for new in plan.tasks:
            row: dict[str, Any] = {
                "id": self._tasks[new.ref],
                "objective_id": None if new.objective is None else self._objective(new.objective),
                "parent_id": None if new.parent is None else self._tasks[new.parent],
                "title": new.title,
                "description": new.description,
                "status": new.status,
                "priority": new.priority,
                "labels": new.labels,
                "creator_id": self._agent(new.creator) or self._admin,
                "assignee_id": self._agent(new.assignee),
                "notes": new.notes,
                "result": new.result,
                "blocked_reason": new.blocked_reason,
                "estimate_minutes": new.estimate_minutes,
                "not_before": new.not_before,
                "due_at": new.due_at,
                "created_at": new.created_at,
                "updated_at": new.updated_at,
                "started_at": new.started_at,
                "finished_at": new.finished_at,
            }
            rows.append(row)
            self._objective_of[row["id"]] = row["objective_id"]
            self._places[new.ref] = import_memory.place(row["objective_id"], row["parent_id"])
        requirement_id = (await references.interned(self._tx, [((), ())]))[(), ()]
        for batch in batches(rows, BATCH_OF_TEXTS):
            await q.import_tasks(self._tx, room_id=self._room.id, requirement_id=requirement_id, tasks=batch)
        await self._write_criteria(plan)
        on: dict[Ref, list[str]] = {}
        for edge in plan.dependencies:
            if edge.kind is DependencyKind.BLOCKS:
                on.setdefault(edge.task, []).append(ids.of(ids.TASK, self._task(edge.on)))
        for new in plan.tasks:
            data = {"title": new.title, "priority": f"P{new.priority}", "dependsOn": on.get(new.ref, [])}
            self._record_task(EventKind.TASK_CREATED, self._tasks[new.ref], data)
        for new in plan.tasks:
            self._tx.count_move(self._room.id, None, new.status)
            if new.status is TaskStatus.DONE:
                self._record_task(EventKind.TASK_DONE, self._tasks[new.ref], {"result": new.result, "fence": 0})
            elif new.status is TaskStatus.CANCELLED:
                data = {"reason": new.result, "from": TaskStatus.TODO.value}
                self._record_task(EventKind.TASK_CANCELLED, self._tasks[new.ref], data)
            elif new.status is TaskStatus.BLOCKED:
                reason = {"reason": new.blocked_reason, "dependsOn": on.get(new.ref, [])}
                self._record_task(EventKind.TASK_BLOCKED, self._tasks[new.ref], reason)

    async def _write_criteria(self, plan: Plan) -> None:
        rows = [
            (self._tasks[new.ref], position, text, met)
            for new in plan.tasks
            for position, (text, met) in enumerate(new.criteria, start=1)
        ]
        for batch in batches(rows, BATCH_OF_TEXTS):
            task_ids, positions, texts, met = zip(*batch, strict=True)
            await q.import_criteria(self._tx, task_ids=task_ids, positions=positions, texts=texts, met=met)

    async def _write_dependencies(self, plan: Plan) -> set[int]:
        """Those that are not there yet; answers the tasks that depend on more than before."""
        waiting = set()
        for batch in batches(plan.dependencies):
            rows = await q.import_dependencies(
                self._tx,
                task_ids=[self._task(edge.task) for edge in batch],
                depends_on_ids=[self._task(edge.on) for edge in batch],
                kinds=[edge.kind for edge in batch],
                created_by_ids=[self._agent(edge.creator) or self._admin for edge in batch],
                created_at=[edge.created_at for edge in batch],
            )
            new = {(row["task_id"], row["depends_on_id"], row["kind"]) for row in rows}
            for edge in batch:
                task, on = self._task(edge.task), self._task(edge.on)
                if (task, on, edge.kind) in new:
                    data = {"dependsOn": ids.of(ids.TASK, on), "kind": edge.kind.value}
                    self._record_task(EventKind.DEPENDENCY_ADDED, task, data)
                    waiting.add(task)
        return waiting

    async def _write_comments(self, plan: Plan) -> None:
        rows = [
            {
                "task_id": self._tasks.get(new.on),
                "objective_id": None if new.on in self._tasks else self._objectives[new.on],
                "author_id": self._agent(new.author) or self._admin,
                "body": new.body,
                "created_at": new.created_at,
            }
            for new in plan.comments
        ]
        for batch in batches(rows, BATCH_OF_TEXTS):
            for row in await q.import_comments(self._tx, room_id=self._room.id, kind=CommentKind.NOTE, comments=batch):
                data = {"comment": ids.of(ids.COMMENT, row["id"]), "kind": CommentKind.NOTE.value}
                self._record(EventKind.COMMENT_ADDED, task=row["task_id"], objective=row["objective_id"], data=data)

    async def _remember(self, plan: Plan) -> None:
        rows: list[dict[str, Any]] = [
            {
                "ref": ref,
                "task_id": self._tasks.get(ref),
                "objective_id": None if ref in self._tasks else self._objectives[ref],
                "placed": self._with_place(ref, memory).stored(),
            }
            for ref, memory in plan.memories.items()
        ]
        for batch in batches(rows):
            await q.remember_imported(self._tx, room_id=self._room.id, source=self._source, rows=batch)

    def _with_place(self, ref: str, memory: Memory) -> Memory:
        place = self._places.get(ref)
        return memory if place is None else replace(memory, placed={**memory.placed, "place": place})

    def _agent(self, name: str | None) -> int | None:
        return None if name is None else self._agents[name]

    def _objective(self, ref: Ref) -> int:
        return ref if isinstance(ref, int) else self._objectives[ref]

    def _objective_key(self, ref: Ref | None) -> int | None:
        return None if ref is None else self._objective(ref)

    def _task_key(self, ref: Ref | None) -> int | None:
        return None if ref is None else self._task(ref)

    def _task(self, ref: Ref) -> int:
        return ref if isinstance(ref, int) else self._tasks[ref]

    def _record(self, kind: EventKind, **what: Any) -> None:
        """In the name of the server: who did it, and when, is for the file to say."""
        self._tx.append_event(self._room.id, kind, **what)

    def _record_task(self, kind: EventKind, task: int, data: dict[str, Any]) -> None:
        self._record(kind, task=task, objective=self._objective_of.get(task), data=data)
