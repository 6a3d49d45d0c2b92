"""What a request about tasks refers to, resolved and checked to be in its room."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import FINISHED, TaskStatus
from db.core.errors import NotFound, WrongStatus
from db.core.queries import q, required
from db.core.records import Objective, Room, Task
from db.core.transaction import Requirement, Transaction
from db.resources import resources

# Capabilities are free words: what the process remembers of them has an end.
_MOST_KNOWN = 10_000

UNFINISHED = [status.value for status in TaskStatus if status not in FINISHED]


async def find_task(on: Database | Transaction, caller: Caller, reference: str) -> Task:
    """The task of this id; NOT_FOUND where the caller may not see its room."""
    row = await q.task_by_id(on, task_id=ids.key(ids.TASK, reference))
    if row is None:
        raise NotFound(reference)
    caller.must_see(row["room_id"], reference)
    return Task.of(row)


@dataclass(slots=True)
class Lookups:
    """What requests refer to, in one room: each `load` looks up all at once, and nothing twice.

    What was loaded is checked against who asks, so others who ask for things of the room share it: see `of_caller`.
    """

    tx: Transaction
    caller: Caller
    room: Room
    _tasks: dict[int, Task | None] = field(default_factory=dict)
    _objectives: dict[int, Objective | None] = field(default_factory=dict)
    _members: dict[int | str, int | None] = field(default_factory=dict)
    _resources: dict[str, int | None] = field(default_factory=dict)
    _key_results: dict[int, bool] = field(default_factory=dict)

    def of_caller(self, caller: Caller) -> Self:
        """The same for somebody else."""
        return replace(self, caller=caller)

    async def load_tasks(self, references: Iterable[str]) -> None:
        wanted = {ids.key(ids.TASK, reference) for reference in references} - self._tasks.keys()
        if wanted:
            rows = await q.tasks_by_keys(self.tx, task_ids=sorted(wanted))
            self._tasks |= dict.fromkeys(wanted) | {row["id"]: Task.of(row) for row in rows}

    async def load_objectives(self, references: Iterable[str]) -> None:
        """With those above them."""
        await self.load_objectives_of({ids.key(ids.OBJECTIVE, reference) for reference in references})

    async def load_objectives_of(self, keys: Iterable[int]) -> None:
        wanted = set(keys) - self._objectives.keys()
        if wanted:
            rows = await q.objectives_with_those_above(self.tx, objective_ids=sorted(wanted))
            self._objectives |= dict.fromkeys(wanted) | {row["id"]: Objective.of(row) for row in rows}

    async def load_agents(self, references: Iterable[str]) -> None:
        """Those that are members of the room, and stay so until the transaction ends."""
        wanted = {_agent_key(reference) for reference in references} - self._members.keys()
        if wanted:
            rows = await q.members_to_name(
                self.tx,
                room_id=self.room.id,
                agent_ids=[key for key in wanted if isinstance(key, int)],
                names=[key for key in wanted if isinstance(key, str)],
            )
            self._members |= dict.fromkeys(wanted)
            self._members |= {key: row["id"] for row in rows for key in (row["id"], row["name"])}

    async def load_resources(self, references: Iterable[str]) -> None:
        wanted = set(references) - self._resources.keys()
        if wanted:
            self._resources |= await resources.find(self.tx, self.room.id, sorted(wanted))

    async def load_key_results(self, references: Iterable[str]) -> None:
        wanted = {ids.key(ids.KEY_RESULT, reference) for reference in references} - self._key_results.keys()
        if wanted:
            rows = await q.key_results_of_room(self.tx, room_id=self.room.id, key_result_ids=sorted(wanted))
            self._key_results |= dict.fromkeys(wanted, False) | {row["id"]: True for row in rows}

    async def objective(self, reference: str) -> int:
        await self.load_objectives([reference])
        objective = self._objectives[ids.key(ids.OBJECTIVE, reference)]
        if objective is None:
            raise NotFound(reference)
        self.caller.must_see(objective.room_id, reference)
        self._here("objective", reference, objective.room_id)
        return objective.id

    async def with_those_above(self, objective_id: int) -> list[Objective]:
        """From this one up to its root."""
        await self.load_objectives_of([objective_id])
        line, at = [], self._objectives[objective_id]
        while at is not None:
            line.append(at)
            at = None if at.parent_id is None else self._objectives[at.parent_id]
        return line

    async def agent(self, reference: str) -> int:
        await self.load_agents([reference])
        member = self._members[_agent_key(reference)]
        if member is None:
            raise NotFound(reference)
        return member

    async def task(self, field_name: str, reference: str) -> Task:
        await self.load_tasks([reference])
        task = self._tasks[ids.key(ids.TASK, reference)]
        if task is None:
            raise NotFound(reference)
        self.caller.must_see(task.room_id, reference)
        self._here(field_name, reference, task.room_id)
        return task

    async def parent(self, reference: str) -> Task:
        parent = await self.task("parent", reference)
        if parent.finished:
            raise WrongStatus(id=reference, status=parent.status.value, allowed=UNFINISHED)
        return parent

    async def key_results(self, references: Sequence[str]) -> list[int]:
        wanted = list(dict.fromkeys(ids.key(ids.KEY_RESULT, ref) for ref in validation.items("keyResults", references)))
        await self.load_key_results(references)
        missing = [key for key in wanted if not self._key_results[key]]
        if missing:
            raise NotFound(ids.of(ids.KEY_RESULT, min(missing)))
        return wanted

    async def requirement(self, capabilities: Sequence[str], needed: Sequence[str]) -> Requirement:
        """What a task asks for: capabilities, and resources by name or id."""
        able = tuple(sorted(validation.keys("capabilities", capabilities)))
        return able, await self._resource_keys(needed)

    async def changed_requirement(
        self, before: int, capabilities: Sequence[str] | None, needed: Sequence[str] | None
    ) -> int:
        """The number of what a task asks for now; what isn't said stays as it is in the old one."""
        row = required(await q.requirement_by_id(self.tx, requirement_id=before))
        able = row["capabilities"] if capabilities is None else sorted(validation.keys("capabilities", capabilities))
        keys = tuple(row["resources"]) if needed is None else await self._resource_keys(needed)
        wanted = (tuple(able), keys)
        return (await interned(self.tx, [wanted]))[wanted]

    async def _resource_keys(self, needed: Sequence[str]) -> tuple[int, ...]:
        references = validation.keys("resources", needed)
        await self.load_resources(references)
        return resources.known(self._resources, references)

    def _here(self, field_name: str, reference: str, room_id: int) -> None:
        validation.same_room(field_name, reference, room_id, self.room.id)


def _agent_key(reference: str) -> int | str:
    return ids.key_or_name(ids.AGENT, validation.text("agent", reference))


async def interned(tx: Transaction, wanted: Iterable[Requirement]) -> Mapping[Requirement, int]:
    """The number of each requirement. The process knows those that it has seen, for they never change."""
    new = sorted(set(wanted) - tx.known_requirements.keys())
    if not new:
        return tx.known_requirements
    plain = [{"capabilities": capabilities, "resources": needed} for capabilities, needed in new]
    rows = await q.intern_requirements(tx, requirements=plain)
    numbers = {requirement: row["id"] for requirement, row in zip(new, rows, strict=True)}
    # What this transaction made is certain only once it is committed.
    certain = {requirement: row["id"] for requirement, row in zip(new, rows, strict=True) if not row["new"]}
    if len(tx.known_requirements) + len(certain) <= _MOST_KNOWN:
        tx.known_requirements.update(certain)
    return {**tx.known_requirements, **numbers}
