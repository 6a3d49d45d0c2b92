"""Tasks of task-master: its `tasks.json`, with tags at the top, subtasks and dependencies."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from goalroom.importers.complaints import Complaints, shown
from goalroom.importers.issues import EPIC, PARENT_TYPE, File, Issue, Source
from goalroom.importers.parser import Complain, LeftOut, checked, clean, collect
from goalroom.importers.source_files import Lines, Member, NotIssues, members, program, program_of_text, text_of, values

TASKMASTER = Source("taskmaster", "task-master", {"depends_on_id": "id", "updated_at": "updatedAt"})
# The tag of files that have none.
MASTER = "master"
# Where it keeps its file, below a project or in its own folder.
_PLACES = ("tasks.json", "tasks/tasks.json", ".taskmaster/tasks/tasks.json")

# Our status, and the label that keeps what is lost of it.
_STATUSES = {
    "pending": ("open", ""),
    "todo": ("open", ""),
    "in-progress": ("in_progress", ""),
    "review": ("in_progress", "in-review"),
    "done": ("done", ""),
    "completed": ("done", ""),
    "deferred": ("deferred", ""),
    "blocked": ("blocked", ""),
    "cancelled": ("cancelled", ""),
}
_PRIORITIES = {"critical": 0, "high": 1, "medium": 2, "low": 3}


class TaskmasterTask(Issue):
    """A task, a subtask, or a tag."""

    implied: ClassVar[tuple[str, ...]] = ("subtasks", "parentId", "parentTaskId")


@dataclass(frozen=True, slots=True)
class _Item:
    """What stands in the file: a task, a subtask with the id of its task, or a tag with what it says of itself."""

    tag: str
    value: Any
    parent: str = ""
    is_tag: bool = False


def read(path: Path) -> File:
    """What the file holds; NotIssues says what it is instead."""
    if path.is_dir():
        found = [path / place for place in _PLACES if (path / place).is_file()]
        if not found:
            raise NotIssues(f"the folder has no {' and no '.join(_PLACES)}")
        path = found[0]
    text = text_of(path)
    start = next(iter(values(text)))
    other = program(start.value, TASKMASTER.name) or program_of_text(text, TASKMASTER.name)
    if other is not None:
        raise NotIssues(other)
    if not isinstance(start.value, dict):
        raise NotIssues("it is JSON, but not an object with tags or tasks")
    if start.end < len(text.rstrip()):
        raise NotIssues("it has more than one JSON value")
    lines = Lines(text)
    items = [(lines.at(place), item) for place, item in _items(text, start)]
    if all(item.is_tag for _, item in items):
        raise NotIssues("none of its tags has tasks")
    ids = {_id(item) for _, item in items}
    return collect(TASKMASTER, items, partial(_task, ids), Complaints())


def _items(text: str, whole: Member) -> Iterator[tuple[int, _Item]]:
    tags = [(MASTER, whole)]
    if "tasks" not in whole.value:
        tags = [(str(one.name), one) for one in members(text, whole.begin) if isinstance(one.value, dict)]
    for tag, one in tags:
        inside = {member.name: member for member in members(text, one.begin)}
        if "tasks" not in inside:
            continue
        status = "done" if _is_over(one.value["tasks"]) else "open"
        yield one.begin, _Item(tag, {"metadata": one.value.get("metadata"), "status": status}, is_tag=True)
        for task in _in(text, inside["tasks"]):
            yield task.begin, _Item(tag, task.value)
            if isinstance(task.value, dict) and task.value.get("subtasks"):
                parts = next(part for part in members(text, task.begin) if part.name == "subtasks")
                for subtask in _in(text, parts):
                    yield subtask.begin, _Item(tag, subtask.value, str(task.value.get("id", "")))


def _in(text: str, listed: Member) -> Iterator[Member]:
    """The members of a list; what is none stands for itself, to be said."""
    return members(text, listed.begin) if isinstance(listed.value, list) else iter([listed])


def _task(ids: Collection[str], line: int, item: _Item, complain: Complain) -> TaskmasterTask:
    """`ids` are those of the file."""
    if item.is_tag:
        return _tag(line, item, complain)
    if not isinstance(item.value, dict):
        raise LeftOut(f"it is not an object: {shown(item.value)}.")
    key = _id(item)
    if not key:
        raise LeftOut("it has no id.")
    fields = clean(complain, item.value.items())
    take = fields.pop
    said = take("status", "pending")
    status, kept = _STATUSES.get(said.strip().lower(), (said, "")) if isinstance(said, str) else (said, "")
    labels = take("labels", take("tags", []))
    priority = take("priority", "medium")
    above = f"{item.tag}/{item.parent}" if item.parent else item.tag
    needed = take("dependencies", [])
    made = {
        "id": key,
        "line": line,
        "status": status,
        "priority": _PRIORITIES.get(priority.strip().lower(), priority) if isinstance(priority, str) else priority,
        "labels": [*labels, *([kept] if kept else [])] if isinstance(labels, list) else labels,
        "acceptance_criteria": _text(take("acceptanceCriteria", "")),
        "under_headings": [
            ("Details", _text(take("details", ""))),
            ("Test strategy", _text(take("testStrategy", ""))),
        ],
        "created_at": take("createdAt", ""),
        "updated_at": take("updatedAt", ""),
        "dependencies": [
            {"depends_on_id": TASKMASTER.issue_id(above), "type": PARENT_TYPE},
            *(_dependency(ids, item, one) for one in (needed if isinstance(needed, list) else [needed])),
        ],
    }
    return checked(TaskmasterTask, fields | made, TASKMASTER, complain)


def _tag(line: int, item: _Item, complain: Complain) -> TaskmasterTask:
    metadata = item.value.get("metadata")
    said = metadata if isinstance(metadata, dict) else {}
    fields = {
        "id": TASKMASTER.issue_id(item.tag),
        "line": line,
        "title": item.tag,
        "issue_type": EPIC,
        "status": item.value["status"],
        "description": said.get("description", ""),
        "created_at": said.get("created", ""),
        "updated_at": said.get("updated", ""),
    }
    return checked(TaskmasterTask, clean(complain, fields.items()), TASKMASTER, complain)


def _is_over(tasks: Any) -> bool:
    """Whether all of a tag's tasks are finished."""
    states = [task.get("status") for task in tasks if isinstance(task, dict)] if isinstance(tasks, list) else []
    return bool(states) and all(_STATUSES.get(str(state), ("", ""))[0] in ("done", "cancelled") for state in states)


def _dependency(ids: Collection[str], item: _Item, said: Any) -> Any:
    """A number is a subtask's sibling where there is such a one, and else a task of the same tag."""
    if type(said) is not int and not isinstance(said, str):
        return said
    sibling = TASKMASTER.issue_id(f"{item.tag}/{item.parent}.{said}")
    task = TASKMASTER.issue_id(f"{item.tag}/{said}")
    return {"depends_on_id": sibling if item.parent and sibling in ids else task, "type": "blocks"}


def _id(item: _Item) -> str:
    """Of tags by their names, of tasks behind them: master/1, master/1.2."""
    if item.is_tag:
        return TASKMASTER.issue_id(item.tag)
    said = item.value.get("id") if isinstance(item.value, dict) else None
    if type(said) is not int and not (isinstance(said, str) and said.strip()):
        return ""
    whole = f"{item.parent}.{said}" if item.parent and not str(said).startswith(f"{item.parent}.") else str(said)
    return TASKMASTER.issue_id(f"{item.tag}/{whole}")


def _text(value: Any) -> str:
    """Lists of lines are written too."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(f"- {one}" for one in value)
    return value if isinstance(value, str) else shown(value)
