"""Tasks of Backlog.md: a folder with a Markdown file for each task and each milestone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import yaml

from goalroom.importers.complaints import Complaints, shown
from goalroom.importers.issues import EPIC, PARENT_TYPE, File, Issue, Source
from goalroom.importers.names import agent_name
from goalroom.importers.parser import Complain, LeftOut, Numbered, checked, clean, collect
from goalroom.importers.source_files import NotIssues, text_of

BACKLOG = Source(
    "backlog",
    "Backlog.md",
    {
        "created_at": "created_date",
        "updated_at": "updated_date",
        "created_by": "reporter",
        "issue_type": "type",
        "close_reason": "Final Summary",
        "acceptance_criteria": "Acceptance Criteria",
        "notes": "Implementation Notes",
    },
)
# The folder itself, below a project.
_FOLDERS = (".", "backlog", ".backlog")
_TASKS = ("tasks", "completed")
_LEFT_OUT = {"drafts": "draft", "archive/tasks": "archived task"}

# Scalars stay text: by YAML 1.1 `no` would be false, and an id such as 1.10 a number.
_Loader: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MARKER = re.compile(r"<!--\s*((?:SECTION:)?\w+):BEGIN\s*-->")
_NUMBERED_ITEM = re.compile(r"^(\s*[-*]\s+\[[ xX]\]\s+)#\d+\s+", re.MULTILINE)

# Our status, and the label that keeps what is lost of it.
_STATUSES: Mapping[str, tuple[str, str]] = {
    "": ("open", ""),
    "draft": ("open", ""),
    "to do": ("open", ""),
    "todo": ("open", ""),
    "in progress": ("in_progress", ""),
    "doing": ("in_progress", ""),
    "blocked": ("blocked", ""),
    "done": ("done", ""),
    "completed": ("done", ""),
    "closed": ("done", ""),
    "cancelled": ("cancelled", ""),
    "canceled": ("cancelled", ""),
}
_PRIORITIES = {"critical": 0, "high": 1, "medium": 2, "low": 3}


class BacklogTask(Issue):
    """A task, or a milestone."""

    implied: ClassVar[tuple[str, ...]] = ("subtasks", "id", "status_history")

    @property
    def is_no_work(self) -> bool:
        return self.issue_type in _LEFT_OUT.values()


@dataclass(slots=True)
class _Page:
    """A file: its front matter, and its sections by their headings, in lower case."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, tuple[str, str]] = field(default_factory=dict)
    # Of a milestone: all its tasks are finished.
    is_over: bool = False
    # Why there is no issue in it.
    fault: str = ""


@dataclass(slots=True)
class _Board:
    """What is known of the whole folder when a task is read."""

    statuses: Mapping[str, tuple[str, str]]
    prefix: str
    ids: Mapping[str, str]
    milestones: Mapping[str, str] = field(default_factory=dict)

    def reference(self, said: str) -> str:
        """The id of a task that is written in another case, with zeros, or with the prefix that it had once."""
        for text in (said, f"{self.prefix}-{said.rpartition('-')[2]}" if said.upper().startswith("TASK-") else said):
            if (found := self.ids.get(_plain(text))) is not None:
                return found
        return said.strip().upper()

    def milestone(self, said: Any) -> str:
        """The id of a milestone by its id or its title, or one made of that."""
        name = said.strip() if isinstance(said, str) else ""
        return self.milestones.get(name.lower(), f"milestone/{name}" if name else "")


def read(path: Path) -> File:
    """What the folder holds; NotIssues says what it is instead."""
    if not path.is_dir():
        raise NotIssues("it is a file; give the folder of Backlog.md")
    folders = [path / name for name in _FOLDERS if any((path / name / tasks).is_dir() for tasks in _TASKS)]
    if not folders:
        raise NotIssues("neither it nor a folder `backlog` in it has a folder `tasks`")
    folder, complaints = folders[0], Complaints()
    pages = list(_pages(folder))
    complaints.files = {number: name for number, (name, _) in enumerate(pages, start=1)}
    numbered = [(number, page) for number, (_, page) in enumerate(pages, start=1)]
    board = _board(folder, [page for _, page in numbered], complaints)
    return collect(BACKLOG, _with_milestones(board, numbered), partial(_issue, board), complaints)


def _pages(folder: Path) -> Iterator[tuple[str, _Page]]:
    """Milestones first; then each folder in the order of its numbers."""
    kinds = {"milestones": "milestone", **dict.fromkeys(_TASKS, "task"), **_LEFT_OUT}
    for name, kind in kinds.items():
        files = sorted((folder / name).glob("*.md"), key=lambda file: _natural(file.name))
        for file in files:
            if file.name.lower() != "readme.md" and file.is_file():
                yield f"{name}/{file.name}", _page(file, kind)


def _natural(name: str) -> list[tuple[int, str]]:
    """So that 9 stands before 10."""
    return [(int(part[:18]), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _page(file: Path, kind: str) -> _Page:
    try:
        text = text_of(file).replace("\r\n", "\n")
    except NotIssues as why:
        return _Page(kind, fault=f"{why}.")
    front, body = _front_matter(text)
    if not front:
        return _Page(kind, fault="it does not begin with front matter between two lines of ---.")
    try:
        fields = yaml.load(front, _Loader)  # noqa: S506  # it makes texts, lists and mappings alone
    except yaml.YAMLError as error:
        return _Page(kind, fault=f"its front matter is not YAML: {' '.join(str(error).split())[:200]}.")
    except RecursionError:
        return _Page(kind, fault="its front matter is nested too deeply.")
    if not isinstance(fields, dict):
        return _Page(kind, fault="its front matter has no fields.")
    return _Page(kind, {name: value for name, value in fields.items() if isinstance(name, str)}, _sections(body))


def _front_matter(text: str) -> tuple[str, str]:
    """It, and what stands below it."""
    if not text.startswith("---\n"):
        return "", text
    front, closed, body = text[4:].partition("\n---\n")
    return (front, body) if closed else (text[4:].removesuffix("\n---"), "")


def _sections(body: str) -> dict[str, tuple[str, str]]:
    """By their headings in lower case; what stands between markers has headings of its own."""
    found: dict[str, tuple[str, list[str]]] = {}
    heading, marker = "", ""
    for line in body.split("\n"):
        begins = None if marker else _MARKER.fullmatch(line.strip())
        if begins is not None:
            marker = begins[1]
        elif marker and line.strip() == f"<!-- {marker}:END -->":
            marker = ""
        elif not marker and line.startswith("## "):
            heading = line[3:].strip()
        else:
            found.setdefault(heading.lower(), (heading, []))[1].append(line)
    return {name: (title, "\n".join(lines).strip()) for name, (title, lines) in found.items()}


def _board(folder: Path, pages: Sequence[_Page], complaints: Complaints) -> _Board:
    config: dict[str, Any] = {}
    file = folder / "config.yml"
    if file.is_file():
        try:
            found = yaml.load(text_of(file), _Loader)  # noqa: S506  # as above
            config = found if isinstance(found, dict) else {}
        except (NotIssues, yaml.YAMLError, RecursionError) as error:
            complaints.add_beside("config.yml", f"it can't be read: {' '.join(str(error).split())[:200]}.")
    statuses = dict(_STATUSES)
    named = [one.strip() for one in _list(config.get("statuses")) if isinstance(one, str) and one.strip()]
    for place, name in enumerate(named):
        # The last one is where work is finished, and the first where it begins.
        ours = "done" if place == len(named) - 1 else "in_progress" if place else "open"
        statuses.setdefault(name.lower(), (ours, "" if place == len(named) - 1 else name))
    prefix = config.get("task_prefix")
    ids = {_plain(key): key for page in pages if page.kind != "milestone" and (key := _id(page))}
    milestones: dict[str, str] = {}
    for page in pages:
        said = page.fields.get("id")
        if page.kind == "milestone" and isinstance(said, str) and said.strip():
            for called in (said, page.fields.get("title")):
                if isinstance(called, str):
                    milestones.setdefault(called.strip().lower(), BACKLOG.issue_id(f"milestone/{said.strip()}"))
    return _Board(statuses, prefix if isinstance(prefix, str) else "task", ids, milestones)


def _plain(text: str) -> str:
    """An id in one case, its numbers without zeros before them."""
    return re.sub(r"\d+", lambda number: number[0].lstrip("0") or "0", text.strip().upper())


def _id(page: _Page) -> str:
    said = page.fields.get("id")
    return BACKLOG.issue_id(said.upper()) if isinstance(said, str) else ""


def _with_milestones(board: _Board, pages: Sequence[Numbered[_Page]]) -> Iterator[Numbered[_Page]]:
    """A milestone that has no file stands before the first of its tasks; each says whether all of it is finished."""
    open_ones = {
        board.milestone(page.fields.get("milestone"))
        for _, page in pages
        if page.kind == "task" and _status(board, page)[0] not in ("done", "cancelled")
    }
    made = set(board.milestones.values())
    for number, page in pages:
        said = page.fields.get("milestone") if page.kind == "task" else None
        key = board.milestone(said)
        if key and key not in made:
            made.add(key)
            yield number, _Page("milestone", {"id": said, "title": said}, is_over=key not in open_ones)
        if page.kind == "milestone" and not page.fault:
            page.is_over = board.milestone(page.fields.get("id")) not in open_ones
        yield number, page


def _status(board: _Board, page: _Page) -> tuple[Any, str]:
    said = page.fields.get("status", "")
    return board.statuses.get(said.strip().lower(), (said, "")) if isinstance(said, str) else (said, "")


def _issue(board: _Board, number: int, page: _Page, complain: Complain) -> BacklogTask:
    if page.fault:
        raise LeftOut(page.fault)
    if page.kind == "milestone":
        return _milestone(board, number, page, complain)
    key = _id(page)
    if not key:
        raise LeftOut("it has no id.")
    fields = clean(complain, _flat(page.fields, complain))
    take, sections = fields.pop, dict(page.sections)
    status, kept = _status(board, page)
    take("status", None)
    people, labels = _list(take("assignee", [])), _list(take("labels", []))
    said = take("milestone", "")
    milestone = board.milestone(said)
    parent = board.reference(said_parent) if isinstance(said_parent := take("parent_task_id", ""), str) else ""
    if not parent and "." in key and (above := board.ids.get(_plain(key.rpartition(".")[0]))) is not None:
        parent = above
    is_part = _plain(parent) in board.ids if parent else False
    priority = take("priority", "medium")
    made = {
        "id": key,
        "line": number,
        "status": status,
        "issue_type": take("type", "task") if page.kind == "task" else page.kind,
        "priority": _PRIORITIES.get(priority.strip().lower(), priority) if isinstance(priority, str) else priority,
        "labels": [
            *labels,
            *([kept] if kept else []),
            *([f"milestone:{said}"[:100]] if milestone and is_part else []),
            *(f"assignee:{agent_name(one)}" for one in people[1:] if isinstance(one, str) and one.strip()),
        ],
        "assignee": people[0] if people else "",
        "created_by": take("reporter", ""),
        "created_at": take("created_date", ""),
        "updated_at": take("updated_date", ""),
        "dependencies": [
            *([{"depends_on_id": parent, "type": PARENT_TYPE}] if parent else []),
            *([{"depends_on_id": milestone, "type": PARENT_TYPE}] if milestone and not is_part else []),
            *(
                {"depends_on_id": board.reference(one), "type": "blocks"} if isinstance(one, str) else one
                for one in _list(take("dependencies", []))
            ),
        ],
        "description": _text(sections, "description"),
        "acceptance_criteria": _NUMBERED_ITEM.sub(r"\1", _text(sections, "acceptance criteria")),
        "notes": _text(sections, "implementation notes"),
        "close_reason": _text(sections, "final summary"),
    }
    comments, rest = _comments(_text(sections, "comments"))
    made["comments"] = comments
    done = _NUMBERED_ITEM.sub(r"\1", _text(sections, "definition of done"))
    made["under_headings"] = [
        ("Implementation plan", _text(sections, "implementation plan")),
        ("Definition of done", done),
        ("Comments", rest),
        *((title or "Preface", text) for title, text in sections.values()),
        *((name.capitalize().replace("_", " "), _listed(take(name, []))) for name in _REFERENCES),
    ]
    return checked(BacklogTask, clean(complain, (fields | made).items()), BACKLOG, complain)


def _flat(fields: Mapping[str, Any], complain: Complain) -> Iterator[tuple[str, Any]]:
    """Without what is nested: an alias in YAML can make a page of what fills no memory, until it is written out."""
    for name, value in fields.items():
        if isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            yield name, value
        else:
            complain(f"{shown(name)} is neither text nor a list of texts.")


_REFERENCES = ("references", "documentation", "modified_files")


def _milestone(board: _Board, number: int, page: _Page, complain: Complain) -> BacklogTask:
    key = board.milestone(page.fields.get("id"))
    if not key:
        raise LeftOut("it has no id.")
    made = {
        "id": BACKLOG.issue_id(key),
        "line": number,
        "title": dict(_flat(page.fields, complain)).get("title", ""),
        "issue_type": EPIC,
        "status": "done" if page.is_over else "open",
        "description": _text(dict(page.sections), "description"),
    }
    return checked(BacklogTask, clean(complain, made.items()), BACKLOG, complain)


def _text(sections: dict[str, tuple[str, str]], name: str) -> str:
    """Of the section, which is then done with."""
    return sections.pop(name, ("", ""))[1]


def _list(value: Any) -> list[Any]:
    """One stands for itself."""
    if isinstance(value, list):
        return value
    return [value] if value not in (None, "") else []


def _listed(value: Any) -> str:
    return "\n".join(f"- {one}" for one in _list(value) if isinstance(one, str))


def _comments(text: str) -> tuple[list[dict[str, str]], str]:
    """Each begins with its author, its time and a line of ---, and ends with another such line."""
    lines = text.split("\n")
    starts = [
        at
        for at in range(len(lines) - 2)
        if lines[at].startswith("author:") and lines[at + 1].startswith("created:") and lines[at + 2].strip() == "---"
    ]
    comments = []
    for start, end in pairwise([*starts, len(lines)]):
        author, created = (lines[start + n].partition(":")[2].strip() for n in range(2))
        body = "\n".join(lines[start + 3 : end]).strip().removesuffix("---").strip()
        comments.append({"text": body, "author": author, "created_at": created})
    before = "\n".join(lines[: starts[0]] if starts else lines).strip()
    return comments, before
