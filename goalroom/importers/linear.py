"""Issues of Linear, as its CSV export and its GraphQL API write them."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from goalroom.importers.complaints import Complaints, shown
from goalroom.importers.issues import EPIC, PARENT_TYPE, USUAL_PRIORITY, File, Issue, Source
from goalroom.importers.parser import Complain, LeftOut, Numbered, checked, clean, collect
from goalroom.importers.source_files import Lines, Member, NotIssues, members, program, program_of_text, text_of, values

LINEAR = Source("linear", "Linear", {"status": "state", "created_by": "creator", "text": "body"})

# Where issues are, in what wraps them.
_WRAPPERS = ("data", "team", "project", "viewer", "issues", "assignedIssues", "nodes", "searchIssues", "issueSearch")
_DEEPEST = 12
_FIRST_COLUMNS = ("ID", "Title")
_COLUMNS = {
    "ID": "identifier",
    "Title": "title",
    "Description": "description",
    "Status": "state",
    "Estimate": "estimate",
    "Priority": "priority",
    "Project": "project",
    "Creator": "creator",
    "Assignee": "assignee",
    "Cycle Name": "cycle",
    "Created": "createdAt",
    "Updated": "updatedAt",
    "Started": "startedAt",
    "Completed": "completedAt",
    "Canceled": "canceledAt",
    "Archived": "archivedAt",
    "Due Date": "dueDate",
    "Milestone": "projectMilestone",
    "Project Milestone": "projectMilestone",
    "Parent issue": "parent",
    "Roadmaps": "roadmaps",
    "Initiatives": "initiatives",
    "Team": "team",
}
_LISTS = {"Labels": "labels", "Related to": "related", "Blocked by": "blockedBy", "Duplicate of": "duplicateOf"}
_PRIORITIES = {"no priority": 0, "urgent": 1, "high": 2, "medium": 3, "low": 4}
# By the type of a state, or by its usual name: our status, and the label that keeps what is lost of it.
_STATES: Mapping[str, tuple[str, str]] = {
    "triage": ("open", "triage"),
    "backlog": ("open", "backlog"),
    "unstarted": ("open", ""),
    "todo": ("open", ""),
    "started": ("in_progress", ""),
    "in progress": ("in_progress", ""),
    "in review": ("in_progress", "in-review"),
    "completed": ("closed", ""),
    "done": ("closed", ""),
    "canceled": ("cancelled", ""),
    "cancelled": ("cancelled", ""),
    "duplicate": ("cancelled", "duplicate"),
}
_RELATIONS = {"blocks": "blocks", "related": "related", "duplicate": "duplicates", "similar": "related"}
# As JavaScript writes times: Tue Aug 23 2022 13:54:01 GMT+0000 (GMT).
_JAVASCRIPT_TIME = re.compile(r"\w{3} (\w{3} \d{1,2} \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})(?: \(.*\))?")


@dataclass(frozen=True, slots=True)
class _Group:
    """A project or a milestone: its id, its name, what it is below, and whether all its issues are finished."""

    id: str
    title: str
    parent: str
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class _BadRow:
    why: str


class LinearIssue(Issue):
    """One issue, or a project or milestone that issues are in."""

    implied: ClassVar[tuple[str, ...]] = (
        *("identifier", "number", "priorityLabel", "branchName", "sortOrder", "team", "boardOrder", "children"),
        *("Cycle Number", "Cycle Start", "Cycle End", "Project ID", "Project Milestone ID", "UUID", "Triaged"),
        *("state", "__typename", "id", "autoClosedAt", "startedTriageAt", "triagedAt", "Time in status (minutes)"),
    )


def read(path: Path) -> File:
    """What the file holds, CSV or JSON; NotIssues says what it is instead."""
    if path.is_dir():
        raise NotIssues("it is a folder; give the file that Linear exported")
    text = text_of(path)
    found = program_of_text(text, LINEAR.name)
    if found is not None:
        raise NotIssues(found)
    items = list(_json_items(text) if text.lstrip()[:1] in ("[", "{") else _rows(text))
    keys = {key: item["identifier"] for _, item in items for key in _keys(item)}
    build = partial(_issue, keys)
    return collect(LINEAR, _with_projects(items), build, Complaints())


def _keys(item: Any) -> list[str]:
    """What others may call the issue by."""
    named = isinstance(item, dict) and isinstance(item.get("identifier"), str)
    return [key for key in (item.get("id"), item["identifier"]) if isinstance(key, str)] if named else []


def _rows(text: str) -> Iterator[Numbered[Any]]:
    """Each row of the CSV export with the line that it begins on."""
    limit = csv.field_size_limit(len(text) + 1)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        names = next(reader, [])
        if not all(name in names for name in _FIRST_COLUMNS):
            raise NotIssues(f"its first line has no columns {' and '.join(_FIRST_COLUMNS)}: {shown(','.join(names))}")
        line = reader.line_num + 1
        for row in reader:
            if len(row) > len(names):
                yield line, _BadRow(f"it has {len(row)} cells, and the first line {len(names)}")
            elif any(row):
                yield line, _of_row(dict(zip(names, row, strict=False)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise NotIssues(f"it is not CSV: {error}, on line {reader.line_num}") from None
    finally:
        csv.field_size_limit(limit)


def _of_row(row: dict[str, str]) -> dict[str, Any]:
    """The row in the words of the API."""
    item: dict[str, Any] = {name: cell for name, cell in row.items() if name not in _COLUMNS | _LISTS and cell}
    item |= {usual: row[name] for name, usual in _COLUMNS.items() if row.get(name)}
    item |= {usual: re.split(r"\s*,\s*", row[name]) for name, usual in _LISTS.items() if row.get(name)}
    priority = item.get("priority", "No priority")
    return item | {"priority": _PRIORITIES.get(priority.lower(), priority)}


def _json_items(text: str) -> Iterator[Numbered[Any]]:
    lines, empty = Lines(text), True
    for value in values(text):
        found = program(value.value, LINEAR.name)
        if found is not None:
            raise NotIssues(found)
        for one in _items(text, value):
            empty = empty and not (isinstance(one.value, dict) and "identifier" in one.value)
            yield lines.at(one.begin), one.value
    if empty:
        raise NotIssues("nothing in it has an identifier such as ABC-1; ask the API for `identifier` too")


def _items(text: str, value: Member, depth: int = 0) -> Iterator[Member]:
    """Each thing in a list that may be an issue, wherever the list is."""
    if isinstance(value.value, dict) and "identifier" not in value.value and depth < _DEEPEST:
        for one in members(text, value.begin):
            if one.name in _WRAPPERS and isinstance(one.value, dict | list):
                yield from _items(text, one, depth + 1)
    elif isinstance(value.value, list) and depth < _DEEPEST:
        for one in members(text, value.begin):
            yield from _items(text, one, depth + 1)
    else:
        yield value


def _with_projects(items: list[Numbered[Any]]) -> Iterator[Numbered[Any]]:
    """Each project, and each milestone below its project, stands before the first of its issues, as an epic."""
    open_groups = {group.id for _, item in items if not _is_over(item) for group in _groups(item)}
    made = set()
    for line, item in items:
        for group in _groups(item):
            if group.id not in made:
                made.add(group.id)
                yield line, replace(group, is_over=group.id not in open_groups)
        yield line, item


def _groups(item: Any) -> list[_Group]:
    """The project and the milestone that an issue is in, by ids, which renaming keeps, where there are such."""
    if not isinstance(item, dict):
        return []
    found, above = [], ""
    for name, word, column in (
        ("project", "project", "Project ID"),
        ("projectMilestone", "milestone", "Project Milestone ID"),
    ):
        said = item.get(name)
        title, key = _text(said), said.get("id") if isinstance(said, dict) else item.get(column)
        if isinstance(title, str) and title.strip():
            if isinstance(key, str) and key.strip():
                key = LINEAR.issue_id(f"{word}/{key.strip()}")
            else:
                key = LINEAR.issue_id(f"{above}/{word}/{title}" if above else f"{word}/{title}")
            found.append(_Group(key, title, above))
            above = key
    return found


def _is_over(item: Any) -> bool:
    return isinstance(item, dict) and _status(item)[0] in ("closed", "cancelled")


def _issue(keys: Mapping[str, str], line: int, item: Any, complain: Complain) -> LinearIssue:
    """`keys` are the identifiers in the file, by themselves and by the ids of the API."""
    if isinstance(item, _Group):
        group = {"id": item.id, "title": item.title, "parent": item.parent, "issue_type": EPIC, "line": line}
        group |= {"status": "closed" if item.is_over else "open"}
        return checked(LinearIssue, clean(complain, group.items()), LINEAR, complain)
    if isinstance(item, _BadRow):
        raise LeftOut(f"{item.why}.")
    if not isinstance(item, dict):
        raise LeftOut(f"it is not an object: {shown(item)}.")
    said = item.get("identifier", "")
    key = LINEAR.issue_id(said) if isinstance(said, str) else ""
    if not key:
        raise LeftOut(f"it has no identifier such as ABC-1: {shown(said)}.")
    fields = clean(complain, item.items())
    take = fields.pop
    status, kept = _status(fields)
    groups, parent = _groups(item), _reference(keys, take("parent", ""))
    labels = _each(take("labels", []), _text)
    cycle, estimate = _text(take("cycle", "")), take("estimate", "")
    if isinstance(labels, list):
        labels = [
            *labels,
            *([kept] if kept else []),
            *([f"cycle:{cycle}"[:100]] if cycle else []),
            *([f"estimate:{estimate}"[:100]] if estimate not in ("", 0) else []),
        ]
    for name in ("project", "projectMilestone"):
        if isinstance(_text(fields.get(name)), str):
            take(name)
    # The project counts where the issue that it is a part of is not in the file.
    parents = [parent] if parent else []
    if groups and not (isinstance(parent, str) and parent in keys):
        parents.append(groups[-1].id)
    relations = _relations(keys, take("relations", []), "relatedIssue")
    made = {
        "id": key,
        "line": line,
        "status": status,
        "priority": _priority(take("priority", 0)),
        "labels": labels,
        "assignee": _person(take("assignee", "")),
        "created_by": _person(take("creator", "")),
        "created_at": _time(take("createdAt", "")),
        "updated_at": _time(take("updatedAt", "")),
        "started_at": _time(take("startedAt", "")),
        "closed_at": _time(take("completedAt", "") or fields.get("canceledAt", "")),
        "due_at": _time(take("dueDate", "")),
        "comments": _each(take("comments", []), partial(_comment, complain)),
        "under_headings": [
            ("Link", _shown(take("url", ""))),
            ("Archived", _shown(take("archivedAt", ""))),
            ("Roadmaps", _shown(take("roadmaps", ""))),
            ("Initiatives", _shown(take("initiatives", ""))),
        ],
        "dependencies": [
            *({"depends_on_id": above, "type": PARENT_TYPE} for above in parents),
            *_dependencies(keys, take("blockedBy", []), "blocks"),
            *_dependencies(keys, take("related", []), "related"),
            *_dependencies(keys, take("duplicateOf", []), "duplicates"),
            *(one for one in _relations(keys, take("inverseRelations", []), "issue") if _holds_back(one)),
            *(one for one in relations if not _holds_back(one)),
        ],
        "from_other_end": [one for one in relations if _holds_back(one)],
    }
    take("canceledAt", None)
    return checked(LinearIssue, fields | made, LINEAR, complain)


def _status(item: Mapping[str, Any]) -> tuple[str, str]:
    """Times of its end say it, then the type of its state, then the state's usual name."""
    if item.get("completedAt"):
        return "closed", ""
    if item.get("canceledAt"):
        return "cancelled", ""
    state = item.get("state", "")
    kind = state.get("type") if isinstance(state, dict) else None
    name = _text(state)
    usual = _STATES.get(name.strip().lower()) if isinstance(name, str) else None
    found = usual or _STATES.get(str(kind))
    if found is not None:
        return found
    if isinstance(name, str) and name.strip():
        # A state of the team's own, that was begun.
        return ("in_progress", name.strip()[:100]) if item.get("startedAt") else (name, "")
    return "open", ""


def _priority(value: Any) -> Any:
    """0 is none, 1 urgent, 4 low."""
    if type(value) is int and 0 <= value <= max(_PRIORITIES.values()):
        return value - 1 if value else USUAL_PRIORITY
    return value


def _time(value: Any) -> Any:
    found = _JAVASCRIPT_TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    try:
        return datetime.strptime(f"{found[1]} {found[2]}", "%b %d %Y %H:%M:%S %z")
    except ValueError:
        return value


def _each(value: Any, pick: Any) -> Any:
    """Of a list, or of what GraphQL wraps one in; whatever else it is stays, to be said."""
    if isinstance(value, dict) and "nodes" in value:
        value = value["nodes"]
    return [pick(one) for one in value] if isinstance(value, list) else value


def _text(value: Any) -> Any:
    return (value.get("name") or value.get("title") or "") if isinstance(value, dict) else value


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


def _person(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return value.get("email") or value.get("displayName") or value.get("name") or ""


def _comment(complain: Complain, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    said = clean(complain, value.items())
    author = _person(said.get("user", ""))
    return {"text": said.get("body", ""), "author": author, "created_at": said.get("createdAt", "")}


def _reference(keys: Mapping[str, str], value: Any) -> Any:
    """Another issue, by its identifier or the API's id."""
    if isinstance(value, dict):
        value = value.get("identifier") or value.get("id") or ""
    return keys.get(value, value) if isinstance(value, str) else value


def _dependencies(keys: Mapping[str, str], value: Any, kind: str) -> list[Any]:
    found = _each(value, lambda one: {"depends_on_id": _reference(keys, one), "type": kind})
    return found if isinstance(found, list) else [found]


def _relations(keys: Mapping[str, str], value: Any, end: str) -> list[Any]:
    """Those of the API: `relations` lead away from an issue, `inverseRelations` to it."""

    def relation(one: Any) -> Any:
        if not isinstance(one, dict):
            return one
        kind = one.get("type", "")
        usual = _RELATIONS.get(kind, kind) if isinstance(kind, str) else kind
        return {"depends_on_id": _reference(keys, one.get(end, "")), "type": usual}

    found = _each(value, relation)
    return found if isinstance(found, list) else [found]


def _holds_back(relation: Any) -> bool:
    return isinstance(relation, dict) and relation.get("type") == "blocks"
