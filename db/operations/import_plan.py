"""What a file of another tool becomes: new things by the ids that they have in it, and what is there already."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from db.core.enums import DependencyKind, ObjectiveStatus, TaskStatus
from db.operations.import_memory import Memory

T = TypeVar("T")

# The id in the file, or the key of what came otherwise.
Ref: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class KnownObjective:
    """`tasks` are those in it and below it; `now` is of those whose issue is said otherwise than before."""

    key: int
    in_draft: bool
    cancelled: bool
    tasks: tuple[Ref, ...]
    memory: Memory | None = None
    now: Mapping[str, str] = field(default_factory=dict)
    # It follows from its parts, or the objective stands.
    keeps_status: bool = True


@dataclass(frozen=True, slots=True)
class KnownTask:
    """`memory` and `now`, its parts in the room, are of those whose issue is said otherwise than before."""

    key: int
    objective: int | None
    open: bool
    memory: Memory | None = None
    now: Mapping[str, str] = field(default_factory=dict)
    status: str = TaskStatus.TODO

    @property
    def held(self) -> bool:
        """Somebody works on it, reviews it, or blocked it."""
        placed = None if self.memory is None else self.memory.placed.get("status")
        blocked_here = self.status == TaskStatus.BLOCKED and self.now.get("status") != placed
        return blocked_here or self.status in (TaskStatus.DOING, TaskStatus.VALIDATING)


@dataclass(frozen=True, slots=True)
class Known:
    """What of the file is in the room already, and which tasks of the room wait for which."""

    objectives: Mapping[str, KnownObjective] = field(default_factory=dict)
    tasks: Mapping[str, KnownTask] = field(default_factory=dict)
    waits: Sequence[tuple[Ref, Ref]] = ()
    # Of what came otherwise, and is in one of the objectives.
    open: AbstractSet[Ref] = frozenset()
    # Of each objective of the room that is below another, which.
    above: Mapping[int, int] = field(default_factory=dict)

    def memory(self, ref: str) -> Memory | None:
        """What is remembered of it, where it is said otherwise than before."""
        known = self.tasks.get(ref) or self.objectives.get(ref)
        return None if known is None else known.memory


@dataclass(frozen=True, slots=True, kw_only=True)
class NewObjective:
    ref: str
    parent: str | None
    title: str
    description: str
    status: ObjectiveStatus
    owner: str | None
    due_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """`objective` is a key where it did not come from a file. A criterion is its text, and whether it is met."""

    ref: str
    objective: Ref | None
    parent: str | None
    title: str
    description: str
    status: TaskStatus
    priority: int
    labels: tuple[str, ...]
    criteria: tuple[tuple[str, bool], ...]
    creator: str | None
    assignee: str | None
    notes: str
    result: str
    blocked_reason: str | None
    estimate_minutes: int | None
    not_before: datetime | None
    due_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewDependency:
    task: Ref
    on: Ref
    kind: DependencyKind
    creator: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewComment:
    on: str
    author: str | None
    body: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """What the file says of something that is in the room, and the parts of it in which the room follows."""

    new: T
    parts: AbstractSet[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make, each thing once, and what to change; parents come before what is below them."""

    objectives: Sequence[NewObjective] = ()
    tasks: Sequence[NewTask] = ()
    dependencies: Sequence[NewDependency] = ()
    comments: Sequence[NewComment] = ()
    changed_objectives: Sequence[Change[NewObjective]] = ()
    changed_tasks: Sequence[Change[NewTask]] = ()
    removed_dependencies: Sequence[tuple[Ref, Ref, DependencyKind]] = ()
    # What to remember, by the ids in the file.
    memories: Mapping[str, Memory] = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        made = (self.objectives, self.tasks, self.dependencies, self.comments)
        return not any((*made, self.changed_objectives, self.changed_tasks, self.removed_dependencies, self.memories))

    def agents(self) -> set[str]:
        """The names of all that have a hand in it."""
        names = {objective.owner for objective in self.objectives}
        names |= {change.new.owner for change in self.changed_objectives if "owner" in change.parts}
        names |= {name for task in self.tasks for name in (task.creator, task.assignee)}
        names |= {change.new.assignee for change in self.changed_tasks if "assignee" in change.parts}
        names |= {dependency.creator for dependency in self.dependencies}
        names |= {comment.author for comment in self.comments}
        return {name for name in names if name is not None}
