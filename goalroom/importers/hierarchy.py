"""Where the issues of a file go in the goal tree: what they are said to be below, as far as that can hold."""

from collections.abc import Iterator

from db.operations.import_plan import Known, Ref
from goalroom.importers.complaints import Loss
from goalroom.importers.issues import CANCELLED, EPIC, File, Issue


class Hierarchy:
    """What is an objective and what a task, and what each is below. What the room holds already stays where it is."""

    def __init__(self, file: File, known: Known) -> None:
        self._file, self._known = file, known
        self._complaints = file.complaints
        self.new = {key: issue for key, issue in file.issues.items() if not self.is_known(key)}
        self._parents: dict[str, str] = {}
        for issue in file.issues.values():
            self._choose_parent(issue)
        # Parents before what is below them, otherwise as in the file.
        self.order = sorted(self.new, key=lambda key: len(self._above(key)))
        self._objectives: set[str] = set()
        for key in self.order:
            parent = self._parents.get(key)
            if self.new[key].issue_type == EPIC and (parent is None or self.is_objective(parent)):
                self._objectives.add(key)
        self._within: dict[str, list[Ref]] = {key: list(one.tasks) for key, one in known.objectives.items()}
        for key in self.new:
            self._put_within(key)

    def is_known(self, key: str) -> bool:
        return key in self._known.tasks or key in self._known.objectives

    def is_objective(self, key: str) -> bool:
        return key in self._objectives or (key in self._known.objectives and key not in self._known.tasks)

    def is_there(self, key: str) -> bool:
        return key in self._file.issues or self.is_known(key)

    def said_parent(self, key: str) -> str | None:
        """The parent that the file gives it, wherever it is in the room."""
        parents = self._file.issues[key].parents
        return next((parent for parent in parents if parent != key and self.is_there(parent)), None)

    def place_below(self, parent: str | None) -> tuple[Ref | None, str | None]:
        """The objective and the parent of a task that is below this, or below nothing."""
        if parent is None or self.is_objective(parent):
            return parent, None
        known = self._known.tasks.get(parent)
        return known.objective if known is not None else self.objective(parent), parent

    def is_cancelled(self, parent: str | None) -> bool:
        """An objective that was given up in the room takes no more parts."""
        known = self._known.objectives.get(parent or "")
        return known is not None and known.cancelled

    def why_no_part(self, parent: str | None) -> str | None:
        """Of what is in the room already, and would move below this."""
        if self.is_cancelled(parent):
            return "that was cancelled in the room"
        return "that is cancelled" if parent in self.new and self.new[parent].status in CANCELLED else None

    def parent_objective(self, key: str) -> str | None:
        """Of a new objective."""
        return self._parents.get(key)

    def parent_task(self, key: str) -> str | None:
        """Of a new task."""
        parent = self._parents.get(key)
        return None if parent is None or self.is_objective(parent) else parent

    def objective(self, key: str) -> Ref | None:
        """The one that a new task belongs to, perhaps through the task that it is a part of."""
        for parent in self._above(key):
            if self.is_objective(parent):
                return parent
            if parent in self._known.tasks:
                return self._known.tasks[parent].objective
        return None

    def tasks(self, key: str) -> list[Ref]:
        """The task itself, or all that are in the objective and below it."""
        return self._within.get(key, []) if self.is_objective(key) else [key]

    def why_missing(self, key: str) -> str:
        """Of an issue that is not there."""
        return f"{key} is a tombstone" if key in self._file.tombstones else f"{key} is not in the file"

    def _choose_parent(self, issue: Issue) -> None:
        """The first that is there and not below the issue itself; whatever else is said to be one is a complaint."""
        for parent in issue.parents:
            why_not = self._why_no_parent(issue, parent)
            if why_not is not None:
                self._complaints.add(issue.line, f"{issue.id} is not below {parent}: {why_not}.", Loss.PARENTS)
            elif not self.is_known(issue.id):
                self._parents[issue.id] = parent
            # What is in the room already may have been moved there.

    def _why_no_parent(self, issue: Issue, parent: str) -> str | None:
        first = self._parents.get(issue.id)
        if not self.is_there(parent):
            return self.why_missing(parent)
        if parent == issue.id or issue.id in self._above(parent):
            return "that would put it below itself"
        if first is not None and parent != first:
            return f"{first} is its parent already, and it can have one"
        if self.is_cancelled(parent):
            return "that was cancelled in the room"
        return None

    def _above(self, key: str) -> list[str]:
        """From the parent up, as far as the file says."""
        return list(self._climb(key))

    def _climb(self, key: str) -> Iterator[str]:
        at = self._parents.get(key)
        while at is not None:
            yield at
            at = self._parents.get(at)

    def _put_within(self, key: str) -> None:
        if self.is_objective(key):
            self._within.setdefault(key, [])
            return
        for parent in self._above(key):
            if self.is_objective(parent):
                self._within.setdefault(parent, []).append(key)
