"""Which dependencies of a file can hold: none that would tie a task to itself or close a cycle."""

from collections import defaultdict
from collections.abc import Collection

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

    def __init__(self, hierarchy: Hierarchy, known: Known, issues: Collection[Issue], complaints: Complaints) -> None:
        self._hierarchy, self._known, self._issues, self._complaints = hierarchy, known, issues, complaints
        self._added: dict[tuple[Ref, Ref, DependencyKind], NewDependency] = {}
        # Of each issue what holds of what it says, and what doesn't.
        self.placed: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.failed: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.removed = self._find_removed()
        gone = {(task, on) for task, on, kind in self.removed if kind is DependencyKind.BLOCKS}
        self._waits = WaitGraph()
        for waiting, on in known.waits:
            if (waiting, on) not in gone:
                self._waits.add(waiting, on)
        for key in hierarchy.new:
            if not hierarchy.is_objective(key) and (parent := hierarchy.parent_task(key)) is not None:
                self._waits.add(parent, key)

    def add(self) -> list[NewDependency]:
        """All that can hold; the others are complaints."""
        dependencies = [(issue, one) for issue in self._issues for one in issue.dependencies if one.kind != PARENT]
        self._waits.expect(
            (task, blocker)
            for issue, dependency in dependencies
            if _KINDS.get(dependency.kind) is DependencyKind.BLOCKS
            and self._hierarchy.is_there(dependency.depends_on_id)
            and not self._overlap(issue.id, dependency.depends_on_id)
            for blocker in self._hierarchy.tasks(dependency.depends_on_id)
            for task in self._hierarchy.tasks(issue.id)
            if self._is_new(issue, dependency, task, blocker)
        )
        for issue, dependency in dependencies:
            why_not = self._add(issue, dependency)
            if why_not is None and self._fails_still(issue.id, _statement(dependency)):
                self.failed[issue.id].add(_statement(dependency))
            elif why_not is None:
                self.placed[issue.id].add(_statement(dependency))
            else:
                self.failed[issue.id].add(_statement(dependency))
                named = f" ({dependency.type or dependency.kind})" if dependency.kind in _KINDS else ""
                text = f"{issue.id} does not depend on {dependency.depends_on_id}{named}: {why_not}."
                self._complaints.add(issue.line, text, Loss.EDGES)
        return list(self._added.values())

    def move(self, key: str, parent: str) -> bool:
        """Let the task wait for this part too, where that closes no cycle."""
        closes = self._waits.reaches(key, parent)
        if not closes:
            self._waits.add(parent, key)
        return not closes

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
        if self._is_new(issue, dependency, issue.id, on):
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
                if not self._is_new(issue, dependency, task, blocker):
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

    def _is_new(self, issue: Issue, dependency: Dependency, task: Ref, on: Ref) -> bool:
        """Of what the file said before, between two that are there already, the room has the last word."""
        new = self._hierarchy.new
        return task in new or on in new or not self._was_said(issue.id, _statement(dependency))

    def _was_said(self, key: str, statement: tuple[str, str]) -> bool:
        if not self._hierarchy.is_known(key):
            return False
        memory = self._known.memory(key)
        # What was imported before anything was remembered is taken to have said the same.
        said = memory is None or not memory.parts or statement in memory.dependencies
        return said or self._fails_still(key, statement)

    def _fails_still(self, key: str, statement: tuple[str, str]) -> bool:
        """What could not hold may do so once the file takes others away, but not because somebody does so here."""
        memory = self._known.memory(key)
        return memory is not None and statement in memory.failed and not self.removed

    def _find_removed(self) -> list[tuple[Ref, Ref, DependencyKind]]:
        """What the file said before, and no issue says now."""
        unsaid = []
        for issue in self._issues:
            memory = self._known.memory(issue.id)
            if memory is not None:
                says = {_statement(one) for one in issue.dependencies if one.kind in _KINDS}
                unsaid += [
                    (issue.id, on, DependencyKind(kind)) for on, kind in memory.dependencies if (on, kind) not in says
                ]
        if not unsaid:
            return []
        said = {
            (task, on, _KINDS[one.kind])
            for issue in self._issues
            for one in issue.dependencies
            if one.kind in _KINDS
            for task in self._hierarchy.tasks(issue.id)
            for on in self._hierarchy.tasks(one.depends_on_id)
        }
        new = self._hierarchy.new
        removed: dict[tuple[Ref, Ref, DependencyKind], None] = {}
        for key, other, kind in unsaid:
            for task in self._hierarchy.tasks(key):
                for on in self._hierarchy.tasks(other) if self._hierarchy.is_there(other) else ():
                    if (task, on, kind) not in said and task not in new and on not in new:
                        removed[task, on, kind] = None
        return list(removed)

    def _keep(self, task: Ref, on: Ref, kind: DependencyKind, dependency: Dependency, issue: Issue) -> None:
        if kind is DependencyKind.BLOCKS:
            self._waits.add(task, on)
        by = dependency.created_by or issue.created_by
        creator = agent_name(by) if by else None
        self._added.setdefault((task, on, kind), NewDependency(task, on, kind, creator, dependency.created_at))


def _statement(dependency: Dependency) -> tuple[str, str]:
    """What the file says, in words that are remembered."""
    return dependency.depends_on_id, _KINDS.get(dependency.kind, dependency.kind)
