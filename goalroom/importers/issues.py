"""The lines of a beads file as pydantic models, in the file's own words."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from db.core import validation
from db.core.errors import BadInput
from goalroom.importers.names import LABEL, issue_id

TOMBSTONE = "tombstone"
DONE = ("closed", "done", "complete", "completed", "resolved")
CANCELLED = ("cancelled", "canceled", "wontfix", "wont_fix")
UNFINISHED = ("open", "in_progress", "blocked", "deferred", "hooked", "pinned")
LOWEST_PRIORITY = 4
USUAL_PRIORITY = 2
# Types of issues that are no work.
NO_WORK = ("event", "agent", "role", "message", "convoy", "slot", "wisp")
PARENT = "parentchild"

_MAX_SHOWN = 60
_NOTHING: tuple[Any, ...] = ("", [], {}, "{}")
# Counts of what the file says anyway, and the ids of comments and dependencies.
_IMPLIED = ("comment_count", "dependency_count", "dependent_count", "id", "issue_id")


def shown(value: object) -> str:
    """Enough to recognise it by, on one line."""
    try:
        text = ascii(value)
    except RecursionError:
        text = type(value).__name__
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."


def storable(text: str) -> str:
    """Without the characters that Postgres can't hold."""
    return "".join(sign for sign in text if sign != "\0" and not "\ud800" <= sign <= "\udfff")


def _must(hold: Callable[[str], bool], otherwise: str) -> AfterValidator:
    """A condition, and the complaint where it doesn't hold; the context is the id of the issue."""

    def validate(value: str, info: ValidationInfo) -> str:
        if not hold(value):
            raise ValueError(otherwise.format(shown=shown(value), issue=info.context))
        return value

    return AfterValidator(validate)


def _label(value: Any, info: ValidationInfo) -> str:
    try:
        label = validation.key("label", value)
    except (AttributeError, BadInput):
        raise ValueError(f"a label is text of 1 to {validation.MAX_KEY} characters: {shown(value)}.") from None
    if label.startswith(LABEL) and label != f"{LABEL}{info.context}":
        # The other issue would be taken for one that is in the room already.
        raise ValueError(f"a label says that {info.context} is another issue: {shown(label)}.")
    return label


def _status(text: str) -> str:
    """`In progress` is in_progress, `won't fix` is wont_fix."""
    return re.sub(r"[\s-]+", "_", text.strip().lower().replace("'", "")) or "open"


def _json(value: object) -> str:
    """As text, which it may be already."""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    except RecursionError:
        raise ValueError("metadata is nested too deeply.") from None
    return "" if value in _NOTHING or text == "{}" else storable(text)


def _time(value: Any, info: ValidationInfo) -> datetime | None:
    try:
        return validation.time("time", datetime.fromisoformat(value)) if value != "" else None
    except (TypeError, ValueError, OverflowError, BadInput):
        raise ValueError(f"{info.field_name} is not a time in the years 1970 to 9998: {shown(value)}.") from None


def _whole(most: int) -> BeforeValidator:
    def validate(value: object, info: ValidationInfo) -> object:
        if type(value) is not int or not 0 <= value <= most:
            raise ValueError(f"{info.field_name} is not a whole number from 0 to {most}: {shown(value)}.")
        return value

    return BeforeValidator(validate)


Stripped = Annotated[str, AfterValidator(str.strip)]
Filled = Annotated[Stripped, Field(min_length=1)]
Id = Annotated[str, AfterValidator(issue_id)]
Time = Annotated[datetime | None, BeforeValidator(_time)]
Label = Annotated[str, BeforeValidator(_label)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class Dependency(_Part):
    """`depends_on_id` is what the issue depends on, or its parent."""

    depends_on_id: Annotated[Id, Field(min_length=1)]
    issue_id: Id = ""
    type: Stripped = ""
    created_by: Stripped = ""
    created_at: Time = None

    @property
    def kind(self) -> str:
        """The type by its letters: `parent-child`, `parent_child` and `ParentChild` are one."""
        return "".join(filter(str.isalpha, self.type.lower())) or "blocks"


class Comment(_Part):
    text: Filled
    author: Stripped = ""
    created_at: Time = None


def _own(dependency: Dependency, info: ValidationInfo) -> Dependency:
    if dependency.issue_id not in ("", info.context):
        on, other = shown(dependency.depends_on_id), shown(dependency.issue_id)
        raise ValueError(f"a dependency on {on} is another issue's: {other}.")
    return dependency


class Issue(_Part):
    """One line, its fields of the types that they should have."""

    line: int
    id: str
    title: Filled
    description: str = ""
    status: Annotated[str, AfterValidator(_status)] = "open"
    issue_type: Annotated[
        Stripped,
        AfterValidator(lambda kind: kind.lower() or "task"),
        _must(
            lambda kind: len(kind) <= validation.MAX_KEY,
            f"issue_type is longer than {validation.MAX_KEY} characters: {{shown}}.",
        ),
        _must(lambda kind: not kind.startswith(LABEL), "issue_type looks like the label of an id: {shown}."),
    ] = "task"
    priority: Annotated[int, _whole(LOWEST_PRIORITY)] = USUAL_PRIORITY
    design: str = ""
    notes: str = ""
    acceptance_criteria: str = ""
    close_reason: str = ""
    external_ref: Stripped = ""
    spec_id: Stripped = ""
    metadata: Annotated[str, BeforeValidator(_json)] = ""
    labels: list[Label] = []
    assignee: Stripped = ""
    owner: Stripped = ""
    created_by: Stripped = ""
    estimated_minutes: Annotated[int | None, _whole(validation.MAX_INT)] = None
    created_at: Time = None
    updated_at: Time = None
    started_at: Time = None
    closed_at: Time = None
    defer_until: Time = None
    due_at: Time = None
    comments: list[Comment] = []
    dependencies: list[Annotated[Dependency, AfterValidator(_own)]] = []
    parent: Id = ""

    @property
    def is_tombstone(self) -> bool:
        return self.status == TOMBSTONE

    @property
    def finished(self) -> bool:
        return self.status in (*DONE, *CANCELLED)

    def fields_without_place(self) -> list[str]:
        """What the line says beyond the fields above."""
        parts = [("", self), *(("comment.", one) for one in self.comments)]
        parts += [("dependency.", one) for one in self.dependencies]
        names = [
            f"{prefix}{name}"
            for prefix, part in parts
            for name, value in (part.model_extra or {}).items()
            if value not in _NOTHING and name not in _IMPLIED
        ]
        return list(dict.fromkeys(names))

    @property
    def has_known_status(self) -> bool:
        return self.finished or self.status in (*UNFINISHED, TOMBSTONE)

    @property
    def parents(self) -> list[str]:
        return [one.depends_on_id for one in self.dependencies if one.kind == PARENT]


@dataclass(slots=True)
class Complaints:
    """What was not placed, and why, by line."""

    said: list[tuple[int, str]] = field(default_factory=list)
    said_beside: list[str] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        # On one line, and nothing in it that a terminal would obey.
        self.said.append((line, text if text.isprintable() else ascii(text)[1:-1]))

    def add_beside(self, where: str, text: str) -> None:
        """Of a file beside it."""
        self.said_beside.append(f"{where}: {text}")

    def lines(self) -> Iterator[str]:
        """For people, in the order of the file."""
        for line, text in sorted(self.said, key=lambda one: one[0]):
            yield f"line {line}: {text}"
        yield from self.said_beside


@dataclass(slots=True)
class File:
    """What a file holds: tombstones by their lines, what is no work by its type, and dependencies from or on that."""

    issues: dict[str, Issue] = field(default_factory=dict)
    tombstones: dict[str, int] = field(default_factory=dict)
    no_work: dict[str, str] = field(default_factory=dict)
    no_work_dependencies: Counter[str] = field(default_factory=Counter)
    complaints: Complaints = field(default_factory=Complaints)
