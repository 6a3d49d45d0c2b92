"""What a file of another tool becomes: new things by the ids that they have in it, and what is there already."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from db.core.enums import DependencyKind, ObjectiveStatus, TaskStatus

# The id in the file, or the key of what came otherwise.
Ref: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class KnownObjective:
    """`tasks` are those in it and below it."""

    key: int
    in_draft: bool
    cancelled: bool
    tasks: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class KnownTask:
    key: int
    objective: int | None
    open: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What of the file is in the room already, and which tasks of the room wait for which."""

    objectives: Mapping[str, KnownObjective] = field(default_factory=dict)
    tasks: Mapping[str, KnownTask] = field(default_factory=dict)
    waits: Sequence[tuple[Ref, Ref]] = ()
    # Of what came otherwise, and is in one of the objectives.
    open: AbstractSet[Ref] = frozenset()


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
class Plan:
    """What to make, each thing once; parents come before what is below them."""

    objectives: Sequence[NewObjective] = ()
    tasks: Sequence[NewTask] = ()
    dependencies: Sequence[NewDependency] = ()
    comments: Sequence[NewComment] = ()

    def agents(self) -> set[str]:
        """The names of all that have a hand in it."""
        names = {objective.owner for objective in self.objectives}
        names |= {name for task in self.tasks for name in (task.creator, task.assignee)}
        names |= {dependency.creator for dependency in self.dependencies}
        names |= {comment.author for comment in self.comments}
        return {name for name in names if name is not None}
