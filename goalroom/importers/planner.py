"""What a room gets from a file: pure, so that the same file always plans the same."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from db.core import validation
from db.core.enums import FINISHED, DependencyKind, ObjectiveStatus, TaskStatus
from db.operations import import_memory
from db.operations.import_memory import Memory
from db.operations.import_plan import Change, Known, KnownObjective, NewComment, NewObjective, NewTask, Plan, Ref
from goalroom.importers import changes
from goalroom.importers.complaints import Loss, shown
from goalroom.importers.criteria import criteria_of
from goalroom.importers.dependencies import Dependencies
from goalroom.importers.hierarchy import Hierarchy
from goalroom.importers.issues import CANCELLED, DONE, EPIC, LOWEST_PRIORITY, USUAL_PRIORITY, File, Issue
from goalroom.importers.names import agent_name
from goalroom.importers.objective_moves import ObjectiveMoves

BACKLOG = "backlog"
OWNER = "owner:"
UNKNOWN_STATUS = "Its status was {status!r} when it was imported."
BLOCKED_WITHOUT_REASON = "Blocked when it was imported; the file names nothing that is still open."

# How many of what was left out are named one by one.
_NAMED = 10
_LABELLED = ("deferred", "pinned")
_PLAIN_KINDS = ("task", EPIC)


def plan(file: File, known: Known, said: Mapping[str, str] | None = None) -> Plan:
    """What of the file is not in the room as it is said; what can't be placed is added to the file's complaints.

    `said` has a digest of what the file says of each issue.
    """
    hierarchy = Hierarchy(file, known)
    dependencies = Dependencies(hierarchy, known, file.issues.values(), file.complaints)
    return _Planner(file, known, hierarchy, dependencies, changes.said(file) if said is None else said).plan()


class _Planner:
    def __init__(
        self, file: File, known: Known, hierarchy: Hierarchy, dependencies: Dependencies, said: Mapping[str, str]
    ) -> None:
        self._file, self._known, self._hierarchy, self._said = file, known, hierarchy, said
        self._complaints = file.complaints
        self._dependencies, self._added = dependencies, dependencies.add()
        still_open: set[Ref] = {key for key, task in known.tasks.items() if task.open}
        still_open |= known.open
        still_open |= {key for key, issue in hierarchy.new.items() if not issue.finished}
        self._explained: set[Ref] = {
            one.task for one in self._added if one.kind is DependencyKind.BLOCKS and one.on in still_open
        }
        self._explained |= {waiting for waiting, on in known.waits if on in still_open}
        self._memories: dict[str, Memory] = {}
        self._all_comments: dict[str, list[NewComment]] = {}

    def plan(self) -> Plan:
        order = self._hierarchy.order
        tasks = [self._task(self._hierarchy.new[key]) for key in order if not self._hierarchy.is_objective(key)]
        made = list(self._objectives(tasks))
        comments = [comment for issue in self._hierarchy.new.values() for comment in self._comments(issue)]
        for task in tasks:
            wanted = changes.task_wanted(task)
            said = changes.task_said(self._hierarchy.new[task.ref], task, wanted, self._hierarchy.said_parent(task.ref))
            self._remember(task.ref, said, {"status": wanted["status"]})
        for objective in made:
            wanted = changes.objective_wanted(objective)
            parent = self._hierarchy.said_parent(objective.ref)
            said = changes.objective_said(self._hierarchy.new[objective.ref], wanted, parent)
            self._remember(objective.ref, said, {"status": wanted["status"]})
        changed_tasks, changed_objectives = list(self._changed_tasks()), list(self._changed_objectives())
        known = [key for key in self._file.issues if self._known.memory(key) is not None]
        comments += [comment for key in known for comment in self._new_comments(self._file.issues[key])]
        return Plan(
            made,
            tasks,
            self._added,
            comments,
            [change for change in changed_objectives if change.parts],
            [change for change in changed_tasks if change.parts],
            self._dependencies.removed,
            {ref: memory for ref, memory in self._memories.items() if memory != self._known.memory(ref)},
        )

    def _changed_tasks(self) -> Iterator[Change[NewTask]]:
        for key, known in self._known.tasks.items():
            if known.memory is None:
                continue
            issue = self._file.issues[key]
            parent = self._hierarchy.said_parent(key)
            objective, above = self._hierarchy.place_below(parent)
            new = replace(self._task(issue), objective=objective, parent=above)
            wanted = changes.task_wanted(new) | {"place": self._place(objective, above)}
            said = changes.task_said(issue, new, wanted, parent)
            found = changes.compare(known.memory, known.now, said, wanted, held=known.held)
            why_not = self._why_not_moved(key, parent, above) if "place" in found.taken else None
            if why_not is not None:
                found.leave(known.memory, "place")
                self._complaints.add(issue.line, f"{key} is not moved below {parent}: {why_not}.", Loss.PARENTS)
            if "place" not in found.taken:
                new = replace(new, objective=known.objective)
            self._say(issue, found)
            self._remember(key, found.parts, found.placed, said=not found.conflicts and why_not is None)
            yield Change(new, found.taken)

    def _place(self, objective: Ref | None, parent: str | None) -> str:
        """As it would be there; what is not there yet is nowhere."""
        known = self._known
        if parent is not None:
            task = known.tasks.get(parent)
            return "" if task is None else import_memory.place(None, task.key)
        if isinstance(objective, str):
            there = known.objectives.get(objective)
            return "" if there is None else import_memory.place(there.key, None)
        return import_memory.place(objective, None)

    def _why_not_moved(self, key: str, parent: str | None, above: str | None) -> str | None:
        why_not = self._hierarchy.why_no_part(parent)
        if why_not is None and above is not None and not self._dependencies.move(key, above):
            return "it would close a cycle"
        return why_not

    def _changed_objectives(self) -> Iterator[Change[NewObjective]]:
        """Those that move come last, in an order in which they can."""
        found = {
            key: self._compare_objective(key, known, known.memory)
            for key, known in self._known.objectives.items()
            if known.memory is not None and key not in self._known.tasks
        }
        moving = {key: self._hierarchy.said_parent(key) for key, (_, one) in found.items() if "place" in one.taken}
        moved, why_not = ObjectiveMoves(self._hierarchy, self._known).move(moving)
        for key in [*(key for key in found if key not in moved), *moved]:
            (new, comparison), issue, memory = found[key], self._file.issues[key], self._known.memory(key)
            if key in why_not and memory is not None:
                comparison.leave(memory, "place")
                text = f"{key} is not moved below {moving[key]}: {why_not[key]}."
                self._complaints.add(issue.line, text, Loss.PARENTS)
            self._say(issue, comparison)
            said = not comparison.conflicts and key not in why_not
            self._remember(key, comparison.parts, comparison.placed, said=said)
            yield Change(new, comparison.taken)

    def _compare_objective(
        self, key: str, known: KnownObjective, memory: Memory
    ) -> tuple[NewObjective, changes.Comparison]:
        issue, parent = self._file.issues[key], self._hierarchy.said_parent(key)
        status = ObjectiveStatus.CANCELLED if issue.status in CANCELLED else ObjectiveStatus.ACTIVE
        if issue.status in DONE:
            status = ObjectiveStatus.DONE
        new = self._objective(issue, parent, status, _finished_at(issue))
        wanted = changes.objective_wanted(new) | {"place": self._place(parent, None)}
        said = changes.objective_said(issue, wanted, parent)
        if known.keeps_status:
            wanted["status"] = known.now["status"]
        return new, changes.compare(memory, known.now, said, wanted)

    def _say(self, issue: Issue, found: changes.Comparison) -> None:
        if found.conflicts:
            text = f"{issue.id} was changed here and in the file: {changes.names(found.conflicts)} left as it is here."
            self._complaints.add(issue.line, text, Loss.CONFLICTS)
        if found.unknown:
            parts = changes.names(found.unknown)
            text = f"{issue.id} came before imports were remembered, and is another here: {parts} left as it is here."
            self._complaints.add(issue.line, text, Loss.CONFLICTS)

    def _remember(self, key: str, parts: Mapping[str, str], placed: Mapping[str, str], *, said: bool = True) -> None:
        """With nothing said, it is looked at again: as long as what the file says can't all be placed."""
        issue, memory = self._file.issues[key], self._known.memory(key)
        comments = [changes.comment_digest(comment) for comment in self._comments(issue)]
        self._memories[key] = Memory(
            self._said[key] if said and key not in self._dependencies.failed else "",
            parts,
            placed,
            sorted(self._dependencies.placed.get(key, ())),
            sorted(self._dependencies.failed.get(key, ())),
            sorted((Counter(comments) | Counter(memory.comments if memory else ())).elements()),
        )

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
        self._say_too_many(issue, "labels", labels)
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

    def _say_too_many(self, issue: Issue, what: str, texts: Sequence[str]) -> None:
        lost = texts[validation.MAX_LIST :]
        for text in lost[:_NAMED]:
            self._complaints.add(issue.line, f"{issue.id} has too many {what}: without {shown(text)}.")
        if len(lost) > _NAMED:
            self._complaints.add(issue.line, f"{issue.id} has too many {what}: without {len(lost) - _NAMED} others.")

    def _criteria(self, issue: Issue) -> tuple[tuple[str, bool], ...]:
        found = criteria_of(issue.acceptance_criteria)
        self._say_too_many(issue, "criteria", [text for text, _ in found])
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
            made.append(self._objective(issue, parent, status, finished_at))
        return reversed(made)

    def _objective(
        self, issue: Issue, parent: str | None, status: ObjectiveStatus, finished_at: datetime | None
    ) -> NewObjective:
        return NewObjective(
            ref=issue.id,
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

    def _comments(self, issue: Issue) -> list[NewComment]:
        made = self._all_comments.get(issue.id)
        if made is None:
            made = self._all_comments[issue.id] = [
                NewComment(issue.id, _name(one.author), self._fit(issue, "a comment", one.text), one.created_at)
                for one in issue.comments
            ]
        return made

    def _new_comments(self, issue: Issue) -> Iterator[NewComment]:
        """Those that were not there before; of what was imported before anything was remembered, none."""
        memory = self._known.memory(issue.id)
        if memory is None or not memory.parts:
            return
        there = Counter(memory.comments)
        for comment in self._comments(issue):
            found = changes.comment_digest(comment)
            if there[found]:
                there[found] -= 1
            else:
                yield comment

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


def _finished_at(issue: Issue) -> datetime | None:
    return (issue.closed_at or issue.updated_at or issue.created_at) if issue.finished else None


def _name(text: str) -> str | None:
    return agent_name(text) if text else None
