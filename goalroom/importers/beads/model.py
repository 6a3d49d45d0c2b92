"""What a beads file holds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

LABEL = "beads:"
STATUSES = ("open", "in_progress", "blocked", "closed", "deferred", "hooked", "pinned", "tombstone")
LOWEST_PRIORITY = 4
USUAL_PRIORITY = 2


@dataclass(frozen=True, slots=True)
class Edge:
    """`on` is what the issue depends on, or its parent."""

    kind: str
    on: str
    line: int
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment."""

    author: str | None
    text: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One line, its fields of the types that they should have."""

    line: int
    id: str
    title: str
    kind: str = "task"
    status: str = "open"
    priority: int = USUAL_PRIORITY
    description: str = ""
    design: str = ""
    notes: str = ""
    acceptance_criteria: str = ""
    close_reason: str = ""
    labels: tuple[str, ...] = ()
    assignee: str | None = None
    owner: str | None = None
    created_by: str | None = None
    estimated_minutes: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    comments: tuple[Remark, ...] = ()
    edges: tuple[Edge, ...] = ()

    @property
    def closed(self) -> bool:
        return self.status == "closed"


@dataclass(slots=True)
class Complaints:
    """What was not placed, and why, by line."""

    said: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        self.said.append((line, text))

    def lines(self) -> Iterator[str]:
        """For people, in the order of the file."""
        for line, text in sorted(self.said, key=lambda one: one[0]):
            yield f"line {line}: {text}"


@dataclass(slots=True)
class File:
    """What a file holds."""

    issues: dict[str, Issue] = field(default_factory=dict)
    tombstones: dict[str, int] = field(default_factory=dict)
    complaints: Complaints = field(default_factory=Complaints)
