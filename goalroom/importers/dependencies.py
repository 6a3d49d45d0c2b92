"""Which dependencies of a file can hold: none that would tie a task to itself or close a cycle."""

from collections.abc import Iterable

from db.core.enums import DependencyKind
from db.operations.import_plan import Known, NewDependency, Ref
from goalroom.importers.complaints import Complaints, Loss
from goalroom.importers.cycles import WaitGraph
from goalroom.importers.hierarchy import Hierarchy
from goalroom.importers.issues import PARENT, Dependency, Issue
from goalroom.importers.names import agent_name

_KINDS = {
    "block": DependencyKind.BLOCKS,
    "blocks": DependencyKind.BLOCKS,
    "blockedby": DependencyKind.BLOCKS,
    "conditionalblocks": DependencyKind.BLOCKS,
    "depends": DependencyKind.BLOCKS,
    "dependson": DependencyKind.BLOCKS,
    "waitsfor": DependencyKind.BLOCKS,
    "related": DependencyKind.RELATED,
    "relates": DependencyKind.RELATED,
    "relatesto": DependencyKind.RELATED,
    "tracks": DependencyKind.RELATED,
    "discoveredfrom": DependencyKind.DISCOVERED_FROM,
    "duplicates": DependencyKind.DUPLICATES,
    "duplicateof": DependencyKind.DUPLICATES,
}


class Dependencies:
    """Adds them one by one, in the order of the file; an earlier one wins over a later that contradicts it."""

    def __init__(self, hierarchy: Hierarchy, known: Known, complaints: Complaints) -> None:
        self._hierarchy, self._complaints = hierarchy, complaints
        self._added: dict[tuple[Ref, Ref, DependencyKind], NewDependency] = {}
        self._waits = WaitGraph()
        for waiting, on in known.waits:
            self._waits.add(waiting, on)
        for key in hierarchy.new:
            if not hierarchy.is_objective(key) and (parent := hierarchy.parent_task(key)) is not None:
                self._waits.add(parent, key)

    def add(self, issues: Iterable[Issue]) -> list[NewDependency]:
        """All that can hold; the others are complaints."""
        dependencies = [(issue, one) for issue in issues for one in issue.dependencies if one.kind != PARENT]
        self._waits.expect(
            (task, blocker)
            for issue, dependency in dependencies
            if _KINDS.get(dependency.kind) is DependencyKind.BLOCKS
            and self._hierarchy.is_there(dependency.depends_on_id)
            and not self._overlap(issue.id, dependency.depends_on_id)
            for blocker in self._hierarchy.tasks(dependency.depends_on_id)
            for task in self._hierarchy.tasks(issue.id)
            if self._is_new(task, blocker)
        )
        for issue, dependency in dependencies:
            why_not = self._add(issue, dependency)
            if why_not is not None:
                named = f" ({dependency.type or dependency.kind})" if dependency.kind in _KINDS else ""
                text = f"{issue.id} does not depend on {dependency.depends_on_id}{named}: {why_not}."
                self._complaints.add(issue.line, text, Loss.EDGES)
        return list(self._added.values())

    def _add(self, issue: Issue, dependency: Dependency) -> str | None:
        kind, on = _KINDS.get(dependency.kind), dependency.depends_on_id
        if kind is None:
            return f"{dependency.type!a} is not a known kind of dependency"
        if not self._hierarchy.is_there(on):
            return self._hierarchy.why_missing(on)
        if on == issue.id:
            return "a task can't depend on itself"
        if kind is DependencyKind.BLOCKS:
            return self._add_blocks(issue, dependency)
        for end in (issue.id, on):
            if self._hierarchy.is_objective(end):
                return f"{end} is an objective, which has no such dependencies"
        if self._is_new(issue.id, on):
            self._keep(issue.id, on, kind, dependency, issue)
        return None

    def _add_blocks(self, issue: Issue, dependency: Dependency) -> str | None:
        """An objective stands for the tasks now in it."""
        on = dependency.depends_on_id
        waiting, blockers = self._hierarchy.tasks(issue.id), self._hierarchy.tasks(on)
        for end, tasks in ((issue.id, waiting), (on, blockers)):
            if not tasks:
                return f"{end} is an objective without tasks"
        if self._overlap(issue.id, on):
            return "one is a part of the other"
        skipped = 0
        for blocker in blockers:
            # Nothing that is tied to this blocker here can be reached from it, so one look is enough for all.
            reached = self._waits.reached_from(blocker)
            for task in waiting:
                if not self._is_new(task, blocker):
                    continue
                if task in reached:
                    skipped += 1
                else:
                    self._keep(task, blocker, DependencyKind.BLOCKS, dependency, issue)
        if not skipped:
            return None
        pairs = len(waiting) * len(blockers)
        if pairs == 1:
            return "it would close a cycle"
        return f"{skipped} of its {pairs} pairs of tasks would close a cycle"

    def _overlap(self, key: str, on: str) -> bool:
        """Whether a task is in both: between the whole and its part, pairs of tasks would say what nobody meant."""
        return not set(self._hierarchy.tasks(key)).isdisjoint(self._hierarchy.tasks(on))

    def _is_new(self, task: Ref, on: Ref) -> bool:
        """Between two that are there already the room has the last word."""
        new = self._hierarchy.new
        return task in new or on in new

    def _keep(self, task: Ref, on: Ref, kind: DependencyKind, dependency: Dependency, issue: Issue) -> None:
        if kind is DependencyKind.BLOCKS:
            self._waits.add(task, on)
        by = dependency.created_by or issue.created_by
        creator = agent_name(by) if by else None
        self._added.setdefault((task, on, kind), NewDependency(task, on, kind, creator, dependency.created_at))
