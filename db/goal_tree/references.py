"""What a request about tasks refers to, resolved and checked to be in its room."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from db.core import ids, validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import FINISHED, TaskStatus
from db.core.errors import NotFound, WrongStatus
from db.core.queries import q, required
from db.core.records import Room, Task
from db.core.transaction import Transaction
from db.goal_tree import objectives
from db.resources import resources
from db.rooms import agents

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
    """What one request refers to, in one room, looked up once however often its tasks name it."""

    tx: Transaction
    caller: Caller
    room: Room
    _objectives: dict[str, int] = field(default_factory=dict)
    _agents: dict[str, int] = field(default_factory=dict)
    _tasks: dict[str, Task] = field(default_factory=dict)

    async def objective(self, reference: str) -> int:
        if reference not in self._objectives:
            objective = await objectives.find(self.tx, self.caller, reference)
            self._here("objective", reference, objective.room_id)
            self._objectives[reference] = objective.id
        return self._objectives[reference]

    async def agent(self, reference: str) -> int:
        if reference not in self._agents:
            self._agents[reference] = (await agents.find_member(self.tx, self.room.id, reference)).id
        return self._agents[reference]

    async def task(self, field_name: str, reference: str) -> Task:
        if reference not in self._tasks:
            task = await find_task(self.tx, self.caller, reference)
            self._here(field_name, reference, task.room_id)
            self._tasks[reference] = task
        return self._tasks[reference]

    async def parent(self, reference: str) -> Task:
        parent = await self.task("parent", reference)
        if parent.finished:
            raise WrongStatus(id=reference, status=parent.status.value, allowed=UNFINISHED)
        return parent

    async def key_results(self, references: Sequence[str]) -> list[int]:
        wanted = list(dict.fromkeys(ids.key(ids.KEY_RESULT, ref) for ref in validation.items("keyResults", references)))
        if wanted:
            rows = await q.key_results_of_room(self.tx, room_id=self.room.id, key_result_ids=wanted)
            missing = set(wanted) - {row["id"] for row in rows}
            if missing:
                raise NotFound(ids.of(ids.KEY_RESULT, min(missing)))
        return wanted

    async def requirement(self, capabilities: Sequence[str], needed: Sequence[str]) -> int:
        """The number of what a task asks for: capabilities, and resources by name or id."""
        able = sorted(validation.keys("capabilities", capabilities))
        return await self._interned(able, await resources.named(self.tx, self.room.id, needed))

    async def changed_requirement(
        self, before: int, capabilities: Sequence[str] | None, needed: Sequence[str] | None
    ) -> int:
        """As `requirement`; what isn't said stays as it is in the old one."""
        row = required(await q.requirement_by_id(self.tx, requirement_id=before))
        able = row["capabilities"] if capabilities is None else sorted(validation.keys("capabilities", capabilities))
        keys = row["resources"] if needed is None else await resources.named(self.tx, self.room.id, needed)
        return await self._interned(able, keys)

    async def _interned(self, capabilities: Sequence[str], keys: Sequence[int]) -> int:
        return required(await q.intern_requirement(self.tx, capabilities=capabilities, resources=keys))

    def _here(self, field_name: str, reference: str, room_id: int) -> None:
        validation.same_room(field_name, reference, room_id, self.room.id)
