"""Issues of any source as pydantic models: what the planner places."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from db.core import validation
from db.core.errors import BadInput
from goalroom.importers.complaints import Complaints, shown
from goalroom.importers.names import issue_id

TOMBSTONE = "tombstone"
DONE = ("closed", "done", "complete", "completed", "resolved")
CANCELLED = ("cancelled", "canceled", "wontfix", "wont_fix")
UNFINISHED = ("open", "in_progress", "blocked", "deferred", "hooked", "pinned")
LOWEST_PRIORITY = 4
USUAL_PRIORITY = 2
PARENT = "parentchild"
PARENT_TYPE = "parent-child"
EPIC = "epic"

_NOTHING: tuple[Any, ...] = ("", [], {}, "{}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where issues come from: its name stands before their ids, and `names` are its own words for our fields."""

    name: str
    title: str
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.name}:"

    def called(self, name: str) -> str:
        """The field by the name that it has there."""
        return self.names.get(name, name)

    def issue_id(self, text: str) -> str:
        """As it stands behind the name, in a label or on the last line of a description."""
        return issue_id(text, validation.MAX_KEY - len(self.label))


@dataclass(frozen=True, slots=True)
class Context:
    """What the checks of an issue's fields need to know: whose it is, and its id there."""

    source: Source
    id: str


def _context(info: ValidationInfo) -> Context:
    assert isinstance(info.context, Context)  # noqa: S101  # pydantic can't say it
    return info.context


def _called(info: ValidationInfo) -> str:
    return _context(info).source.called(info.field_name or "")


def _label(value: Any, info: ValidationInfo) -> str:
    context = _context(info)
    try:
        label = validation.key("label", value)
    except (AttributeError, BadInput):
        raise ValueError(f"a label is text of 1 to {validation.MAX_KEY} characters: {shown(value)}.") from None
    if label.startswith(context.source.label) and label != f"{context.source.label}{context.id}":
        # The other issue would be taken for one that is in the room already.
        raise ValueError(f"a label says that {context.id} is another issue: {shown(label)}.")
    return label


def _kind(value: str, info: ValidationInfo) -> str:
    kind = value.strip().lower() or "task"
    if len(kind) > validation.MAX_KEY:
        raise ValueError(f"{_called(info)} is longer than {validation.MAX_KEY} characters: {shown(kind)}.")
    if kind.startswith(_context(info).source.label):
        raise ValueError(f"{_called(info)} looks like the label of an id: {shown(kind)}.")
    return kind


def _status(text: str) -> str:
    """`In progress` is in_progress, `won't fix` is wont_fix."""
    return re.sub(r"[\s-]+", "_", text.strip().lower().replace("'", "")) or "open"


def _time(value: Any, info: ValidationInfo) -> datetime | None:
    if value == "":
        return None
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        # Without a zone it is taken as UTC.
        return validation.time("time", at.replace(tzinfo=at.tzinfo or UTC))
    except (TypeError, ValueError, OverflowError, BadInput):
        raise ValueError(f"{_called(info)} is not a time in the years 1970 to 9998: {shown(value)}.") from None


def whole(most: int) -> BeforeValidator:
    """A number from 0 to `most`."""

    def validate(value: object, info: ValidationInfo) -> object:
        if type(value) is not int or not 0 <= value <= most:
            raise ValueError(f"{_called(info)} is not a whole number from 0 to {most}: {shown(value)}.")
        return value

    return BeforeValidator(validate)


def _id(text: str, info: ValidationInfo) -> str:
    return _context(info).source.issue_id(text)


Stripped = Annotated[str, AfterValidator(str.strip)]
Filled = Annotated[Stripped, Field(min_length=1)]
Id = Annotated[str, AfterValidator(_id)]
Time = Annotated[datetime | None, BeforeValidator(_time)]
Label = Annotated[str, BeforeValidator(_label)]
# A heading, and what stands below it.
Section = tuple[str, str]


class Part(BaseModel):
    """What it says beyond its fields is kept, to be named."""

    model_config = ConfigDict(strict=True, extra="allow")


class Dependency(Part):
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


class Comment(Part):
    text: Filled
    author: Stripped = ""
    created_at: Time = None


def _own(dependency: Dependency, info: ValidationInfo) -> Dependency:
    if dependency.issue_id not in ("", _context(info).id):
        on, other = shown(dependency.depends_on_id), shown(dependency.issue_id)
        raise ValueError(f"a dependency on {on} is another issue's: {other}.")
    return dependency


class Issue(Part):
    """One issue, its fields of the types that they should have."""

    # What needs no place, for it is said elsewhere.
    implied: ClassVar[tuple[str, ...]] = ()

    line: int
    id: str
    title: Filled
    description: str = ""
    status: Annotated[str, AfterValidator(_status)] = "open"
    issue_type: Annotated[str, AfterValidator(_kind)] = "task"
    priority: Annotated[int, whole(LOWEST_PRIORITY)] = USUAL_PRIORITY
    notes: str = ""
    acceptance_criteria: str = ""
    close_reason: str = ""
    # What the source has a field for and we have none.
    under_headings: list[Section] = []
    labels: list[Label] = []
    assignee: Stripped = ""
    owner: Stripped = ""
    created_by: Stripped = ""
    estimated_minutes: Annotated[int | None, whole(validation.MAX_INT)] = None
    created_at: Time = None
    updated_at: Time = None
    started_at: Time = None
    closed_at: Time = None
    defer_until: Time = None
    due_at: Time = None
    comments: list[Comment] = []
    dependencies: list[Annotated[Dependency, AfterValidator(_own)]] = []
    # What depends on this one, or is below it: said from the other end.
    from_other_end: list[Dependency] = []
    parent: Id = ""

    @property
    def is_tombstone(self) -> bool:
        return self.status == TOMBSTONE

    @property
    def is_no_work(self) -> bool:
        return False

    @property
    def finished(self) -> bool:
        return self.status in (*DONE, *CANCELLED)

    @property
    def has_known_status(self) -> bool:
        return self.finished or self.status in (*UNFINISHED, TOMBSTONE)

    @property
    def parents(self) -> list[str]:
        return [one.depends_on_id for one in self.dependencies if one.kind == PARENT]

    def sections_first(self) -> list[Section]:
        """What stands right below the description."""
        return []

    def sections_last(self) -> list[Section]:
        """What stands at its end."""
        return self.under_headings

    def fields_without_place(self) -> list[str]:
        """What the issue says beyond the fields above."""
        parts: list[tuple[str, Part]] = [("", self), *(("comment.", one) for one in self.comments)]
        parts += [("dependency.", one) for one in self.dependencies]
        names = [
            f"{prefix}{name}"
            for prefix, part in parts
            for name, value in (part.model_extra or {}).items()
            if value not in _NOTHING and name not in self.implied
        ]
        return list(dict.fromkeys(names))


@dataclass(slots=True)
class File:
    """What a source holds: tombstones by their lines, what is no work by its type, and dependencies from or on that."""

    source: Source
    issues: dict[str, Issue] = field(default_factory=dict)
    tombstones: dict[str, int] = field(default_factory=dict)
    no_work: dict[str, str] = field(default_factory=dict)
    no_work_dependencies: Counter[str] = field(default_factory=Counter)
    complaints: Complaints = field(default_factory=Complaints)

    def known(self) -> Iterator[str]:
        """The ids of all of it, placed or not."""
        yield from self.issues
        yield from self.tombstones
        yield from self.no_work
