"""What a room gets from a file: pure, so that the same file always plans the same."""

import re
from collections.abc import Iterator
from datetime import datetime

from db.core import validation
from db.core.enums import FINISHED, DependencyKind, ObjectiveStatus, TaskStatus
from db.operations.import_plan import Known, NewComment, NewDependency, NewObjective, NewTask, Plan, Ref
from goalroom.importers.dependencies import Dependencies
from goalroom.importers.hierarchy import Hierarchy
from goalroom.importers.issues import CANCELLED, DONE, EPIC, LOWEST_PRIORITY, USUAL_PRIORITY, File, Issue
from goalroom.importers.names import agent_name

BACKLOG = "backlog"
OWNER = "owner:"
UNKNOWN_STATUS = "Its status was {status!r} when it was imported."
BLOCKED_WITHOUT_REASON = "Blocked when it was imported; the file names nothing that is still open."

_LABELLED = ("deferred", "pinned")
_PLAIN_KINDS = ("task", EPIC)
_ITEM = re.compile(r"\s*(?:[-*+•]|\d+[.)])\s+(?:\[(?P<box>[ xX])\]\s*)?(?P<text>\S.*)")
_BOX = re.compile(r"\s*\[(?P<box>[ xX])\]\s*(?P<text>\S.*)")
_FIRST_OF_LINE = re.compile(r"(?:.*:\s)?\s*\(?1[.)]\s+")
_HEADING = re.compile(r"\s*(?:#+\s.*|.*:)\s*")


def plan(file: File, known: Known) -> Plan:
    """Everything of the file that is not in the room yet; what can't be placed is added to the file's complaints."""
    hierarchy = Hierarchy(file, known)
    dependencies = Dependencies(hierarchy, known, file.complaints).add(file.issues.values())
    return _Planner(file, known, hierarchy, dependencies).plan()


class _Planner:
    def __init__(self, file: File, known: Known, hierarchy: Hierarchy, dependencies: list[NewDependency]) -> None:
        self._file, self._hierarchy, self._dependencies = file, hierarchy, dependencies
        self._complaints = file.complaints
        still_open: set[Ref] = {key for key, task in known.tasks.items() if task.open}
        still_open |= known.open
        still_open |= {key for key, issue in hierarchy.new.items() if not issue.finished}
        self._explained = {
            one.task for one in dependencies if one.kind is DependencyKind.BLOCKS and one.on in still_open
        }

    def plan(self) -> Plan:
        tasks = [
            self._task(self._hierarchy.new[key])
            for key in self._hierarchy.order
            if not self._hierarchy.is_objective(key)
        ]
        return Plan(list(self._objectives(tasks)), tasks, self._dependencies, list(self._comments()))

    def _task(self, issue: Issue) -> NewTask:
        labels = [self._reference(issue), *issue.labels]
        if issue.status in _LABELLED:
            labels.append(issue.status)
        if issue.priority == LOWEST_PRIORITY:
            labels.append(BACKLOG)
        if issue.issue_type not in _PLAIN_KINDS:
            labels.append(issue.issue_type)
        creator, assignee, owner = _name(issue.created_by or issue.owner), _name(issue.assignee), _name(issue.owner)
        if owner not in (None, creator, assignee):
            # A task has nobody else, and to be assigned to its owner would keep it from everybody.
            labels.append(f"{OWNER}{owner}")
        labels = list(dict.fromkeys(labels))
        for label in labels[validation.MAX_LIST :]:
            self._complaints.add(issue.line, f"{issue.id} has too many labels: without {label!a}.")
        finished_at = _finished_at(issue)
        # A task can't have been started after it was finished.
        started_at = None if issue.started_at and finished_at and issue.started_at > finished_at else issue.started_at
        description = _with_sections(
            issue.description,
            *issue.sections_first(),
            ("Close reason", "" if issue.finished else issue.close_reason),
            ("Started", "" if started_at else _time(issue.started_at)),
            *issue.sections_last(),
        )
        return NewTask(
            ref=issue.id,
            objective=self._hierarchy.objective(issue.id),
            parent=self._hierarchy.parent_task(issue.id),
            title=issue.title,
            description=self._fit(issue, "description", description),
            status=self._status(issue),
            priority=min(issue.priority, LOWEST_PRIORITY - 1),
            labels=tuple(labels[: validation.MAX_LIST]),
            criteria=self._criteria(issue),
            creator=creator,
            assignee=assignee,
            notes=self._fit(issue, "notes", issue.notes),
            result=self._fit(issue, "close_reason", issue.close_reason) if issue.finished else "",
            blocked_reason=self._blocked_reason(issue),
            estimate_minutes=issue.estimated_minutes,
            not_before=issue.defer_until,
            due_at=issue.due_at,
            created_at=issue.created_at,
            updated_at=issue.updated_at,
            started_at=started_at,
            finished_at=finished_at,
        )

    def _reference(self, issue: Issue) -> str:
        """How it is found again."""
        return f"{self._file.source.label}{issue.id}"

    def _status(self, issue: Issue) -> TaskStatus:
        if issue.status in DONE:
            return TaskStatus.DONE
        if issue.status in CANCELLED:
            return TaskStatus.CANCELLED
        return TaskStatus.TODO if self._blocked_reason(issue) is None else TaskStatus.BLOCKED

    def _blocked_reason(self, issue: Issue) -> str | None:
        if not issue.has_known_status:
            return UNKNOWN_STATUS.format(status=issue.status[: validation.MAX_KEY])
        return BLOCKED_WITHOUT_REASON if issue.status == "blocked" and issue.id not in self._explained else None

    def _criteria(self, issue: Issue) -> tuple[tuple[str, bool], ...]:
        found = criteria_of(issue.acceptance_criteria)
        for text, _ in found[validation.MAX_LIST :]:
            self._complaints.add(issue.line, f"{issue.id} has too many criteria: without {text[:60]!a}.")
        # What was done counts as shown.
        return tuple(
            (self._fit(issue, "acceptance_criteria", text), met or issue.status in DONE)
            for text, met in found[: validation.MAX_LIST]
        )

    def _objectives(self, tasks: list[NewTask]) -> Iterator[NewObjective]:
        """Their status follows from their parts, as it does in the room."""
        parts: dict[str, list[tuple[bool, datetime | None]]] = {}
        for task in tasks:
            if isinstance(task.objective, str):
                part = (task.status in FINISHED, task.finished_at)
                parts.setdefault(task.objective, []).append(part)
        made = []
        for key in reversed(self._hierarchy.order):
            if not self._hierarchy.is_objective(key):
                continue
            issue, inside = self._hierarchy.new[key], parts.get(key, [])
            finished = all(one for one, _ in inside) if inside else issue.finished
            if finished is not issue.finished:
                why = "all its parts are finished: DONE" if finished else "parts of it are open: ACTIVE"
                self._complaints.add(issue.line, f"{key} is {issue.status}, but {why}.")
            status = ObjectiveStatus.DONE if finished else ObjectiveStatus.ACTIVE
            if issue.status in CANCELLED and not inside:
                status = ObjectiveStatus.CANCELLED
            last = max((at for _, at in inside if at is not None), default=None)
            finished_at = (_finished_at(issue) or last or issue.updated_at or issue.created_at) if finished else None
            parent = self._hierarchy.parent_objective(key)
            if parent is not None:
                parts.setdefault(parent, []).append((finished, finished_at))
            made.append(
                NewObjective(
                    ref=key,
                    parent=parent,
                    title=issue.title,
                    description=self._objective_text(issue),
                    status=status,
                    owner=_name(issue.assignee or issue.owner),
                    due_at=issue.due_at,
                    created_at=issue.created_at,
                    updated_at=issue.updated_at,
                    finished_at=finished_at,
                )
            )
        return reversed(made)

    def _objective_text(self, issue: Issue) -> str:
        """An objective has no fields for these, and its id stands on the last line."""
        labels = dict.fromkeys([*issue.labels, *([issue.status] if issue.status in _LABELLED else ())])
        owner, other, creator = _name(issue.assignee or issue.owner), _name(issue.owner), _name(issue.created_by)
        text = _with_sections(
            issue.description.strip(),
            *issue.sections_first(),
            ("Acceptance criteria", issue.acceptance_criteria),
            ("Notes", issue.notes),
            ("Status", "" if issue.has_known_status else issue.status),
            ("Result" if issue.finished else "Close reason", issue.close_reason),
            ("Labels", ", ".join(labels)),
            ("Owner", other if other and other != owner else ""),
            ("Created by", creator if creator and creator not in (owner, other) else ""),
            ("Priority", "" if issue.priority == USUAL_PRIORITY else str(issue.priority)),
            ("Estimate", "" if issue.estimated_minutes is None else f"{issue.estimated_minutes} minutes"),
            ("Not before", _time(issue.defer_until)),
            ("Started", _time(issue.started_at)),
            *issue.sections_last(),
        )
        last = self._reference(issue)
        room = validation.MAX_TEXT - len(last) - 2
        above = self._fit(issue, "description", text, most=room)
        return f"{above}\n\n{last}" if above else last

    def _comments(self) -> Iterator[NewComment]:
        for issue in self._hierarchy.new.values():
            for comment in issue.comments:
                text = self._fit(issue, "a comment", comment.text)
                yield NewComment(issue.id, _name(comment.author), text, comment.created_at)

    def _fit(self, issue: Issue, name: str, text: str, most: int = validation.MAX_TEXT) -> str:
        if len(text) <= most:
            return text
        self._complaints.add(issue.line, f"{name} of {issue.id} has {len(text)} characters: cut to {most}.")
        return text[:most]


def _with_sections(description: str, *sections: tuple[str, str]) -> str:
    """What has no field of its own stands under a heading."""
    under = [f"## {heading}\n\n{text.strip()}" for heading, text in sections if text.strip()]
    return "\n\n".join([description, *under] if description.strip() else under or [description])


def _time(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()


def criteria_of(text: str) -> list[tuple[str, bool]]:
    """Each item of a list in markdown, with whether its box is ticked; text that is not a list is one criterion."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = _numbered_items(lines[0]) or lines
    if not any(_ITEM.match(line) for line in lines):
        return [(text.strip(), False)] if text.strip() else []
    found: list[tuple[str, bool]] = []
    for line in lines:
        item = _ITEM.fullmatch(line) or _BOX.fullmatch(line)
        if item is not None:
            found.append((item["text"].strip(), (item["box"] or "").lower() == "x"))
        elif _HEADING.fullmatch(line) and not line.startswith(" "):
            # It says of what the list is, not what must hold.
            continue
        elif found and line.startswith((" ", "\t")):
            # The item goes on.
            found[-1] = (f"{found[-1][0]}\n{line.strip()}", found[-1][1])
        else:
            found.append((line.strip(), False))
    return found


def _numbered_items(line: str) -> list[str]:
    """The items of a numbered list on one line, such as `1. It builds. 2. It is fast.`, if it is one."""
    first = _FIRST_OF_LINE.match(line)
    items: list[str] = []
    while first is not None:
        following = re.compile(rf"\s\(?{len(items) + 2}[.)]\s+").search(line, first.end())
        items.append(f"- {line[first.end() : following.start() if following else len(line)].strip()}")
        first = following
    return items if len(items) > 1 else []


def _finished_at(issue: Issue) -> datetime | None:
    return (issue.closed_at or issue.updated_at or issue.created_at) if issue.finished else None


def _name(text: str) -> str | None:
    return agent_name(text) if text else None
