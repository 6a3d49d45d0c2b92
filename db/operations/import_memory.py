"""What an import remembers of what it placed, so that the next one can tell whose change a difference is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

# The parts of a task and of an objective that are compared one by one. What is finished, and with which result, is one.
TASK_PARTS = (
    *("title", "description", "status", "priority", "labels", "criteria", "assignee", "notes", "estimate"),
    *("not_before", "due_at", "place"),
)
OBJECTIVE_PARTS = ("title", "description", "status", "owner", "due_at", "place")


def digest(*values: object) -> str:
    """A short text that is another one for other values."""
    text = json.dumps(values, ensure_ascii=False, default=_plain, separators=(",", ":"))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one issue: a digest of all that the file said of it, of each part, and of each part as the room then had it.

    The two of a part differ where it is said in other words than it is kept: a status, a place in the tree.
    """

    said: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    placed: Mapping[str, str] = field(default_factory=dict)
    # What it depends on there, and how; and of that what could not hold here.
    dependencies: Sequence[tuple[str, str]] = ()
    failed: Sequence[tuple[str, str]] = ()
    comments: Sequence[str] = ()

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Memory":
        """As it was stored; of what was imported before anything was remembered, nothing."""
        return cls(
            stored.get("said", ""),
            stored.get("parts", {}),
            stored.get("placed", {}),
            [(on, kind) for on, kind in stored.get("dependencies", ())],
            [(on, kind) for on, kind in stored.get("failed", ())],
            stored.get("comments", []),
        )

    def stored(self) -> dict[str, Any]:
        """For the table."""
        return {
            "said": self.said,
            "parts": dict(self.parts),
            "placed": dict(self.placed),
            "dependencies": [list(one) for one in self.dependencies],
            "failed": [list(one) for one in self.failed],
            "comments": list(self.comments),
        }


def task_parts(
    *,
    title: str,
    description: str,
    status: str,
    result: str,
    blocked_reason: str | None,
    priority: int,
    labels: Sequence[str],
    criteria: Sequence[tuple[str, bool]],
    assignee: str | None,
    notes: str,
    estimate_minutes: int | None,
    not_before: datetime | None,
    due_at: datetime | None,
) -> dict[str, str]:
    """A digest of each part of a task, but for its place."""
    return {
        "title": digest(title),
        "description": digest(description),
        "status": digest(status, result, blocked_reason),
        "priority": digest(priority),
        "labels": digest(*labels),
        "criteria": digest(*((text, met) for text, met in criteria)),
        "assignee": digest(assignee),
        "notes": digest(notes),
        "estimate": digest(estimate_minutes),
        "not_before": digest(not_before),
        "due_at": digest(due_at),
    }


def objective_parts(
    *, title: str, description: str, status: str, owner: str | None, due_at: datetime | None
) -> dict[str, str]:
    """A digest of each part of an objective, but for its place."""
    return {
        "title": digest(title),
        "description": digest(description),
        "status": digest(status),
        "owner": digest(owner),
        "due_at": digest(due_at),
    }


def place(objective: int | None, parent: int | None) -> str:
    """A digest of where it is in the tree: a part is where the whole is."""
    return digest("task", parent) if parent is not None else digest("objective", objective)
