"""Which dependencies of a beads file can hold: none that would tie a task to itself or close a cycle."""

from collections.abc import Iterable

from db.core.enums import DependencyKind
from db.operations.import_plan import Known, NewDependency, Ref
from goalroom.importers.beads.cycles import Waits
from goalroom.importers.beads.hierarchy import PARENT, Places
from goalroom.importers.beads.model import Complaints, Edge, Issue
from goalroom.importers.beads.names import agent_name

_KINDS = {
    "blocks": DependencyKind.BLOCKS,
    "related": DependencyKind.RELATED,
    "relates-to": DependencyKind.RELATED,
    "tracks": DependencyKind.RELATED,
    "discovered-from": DependencyKind.DISCOVERED_FROM,
    "duplicates": DependencyKind.DUPLICATES,
}


class Edges:
    """Places edges one by one, in the order of the file; an earlier one wins over a later that contradicts it."""

    def __init__(self, places: Places, known: Known, complaints: Complaints) -> None:
        self._places, self._complaints = places, complaints
        self._placed: dict[tuple[Ref, Ref, DependencyKind], NewDependency] = {}
        self._waits = Waits()
        for waiting, on in known.waits:
            self._waits.add(waiting, on)
        for key in places.new:
            if not places.is_objective(key) and (parent := places.parent_task(key)) is not None:
                self._waits.add(parent, key)

    def place(self, issues: Iterable[Issue]) -> list[NewDependency]:
        """All that can hold; the others are complaints."""
        edges = [(issue, edge) for issue in issues for edge in issue.edges if edge.kind != PARENT]
        self._waits.expect(
            (task, blocker)
            for issue, edge in edges
            if _KINDS.get(edge.kind) is DependencyKind.BLOCKS
            and self._places.is_there(edge.on)
            and not self._overlap(issue.id, edge.on)
            for blocker in self._places.tasks(edge.on)
            for task in self._places.tasks(issue.id)
            if self._is_new(task, blocker)
        )
        for issue, edge in edges:
            why_not = self._place(issue, edge)
            if why_not is not None:
                named = f" ({edge.kind})" if edge.kind in _KINDS else ""
                text = f"{issue.id} does not depend on {edge.on}{named}: {why_not}."
                self._complaints.add(edge.line, text)
        return list(self._placed.values())

    def _place(self, issue: Issue, edge: Edge) -> str | None:
        kind = _KINDS.get(edge.kind)
        if kind is None:
            return f"{edge.kind!a} is no kind of dependency"
        if not self._places.is_there(edge.on):
            return self._places.why_missing(edge.on)
        if edge.on == issue.id:
            return "nothing depends on itself"
        if kind is DependencyKind.BLOCKS:
            return self._place_blocks(issue, edge)
        for end in (issue.id, edge.on):
            if self._places.is_objective(end):
                return f"{end} is an objective, which has no such dependencies"
        if self._is_new(issue.id, edge.on):
            self._add(issue.id, edge.on, kind, edge, issue)
        return None

    def _place_blocks(self, issue: Issue, edge: Edge) -> str | None:
        """An objective stands for the tasks now in it."""
        waiting, blockers = self._places.tasks(issue.id), self._places.tasks(edge.on)
        for end, tasks in ((issue.id, waiting), (edge.on, blockers)):
            if not tasks:
                return f"{end} is an objective without tasks"
        if self._overlap(issue.id, edge.on):
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
                    self._add(task, blocker, DependencyKind.BLOCKS, edge, issue)
        if not skipped:
            return None
        pairs = len(waiting) * len(blockers)
        if pairs == 1:
            return "it would close a cycle"
        return f"{skipped} of its {pairs} pairs of tasks would close a cycle"

    def _overlap(self, key: str, on: str) -> bool:
        """Whether a task is in both: between the whole and its part, pairs of tasks would say what nobody meant."""
        return not set(self._places.tasks(key)).isdisjoint(self._places.tasks(on))

    def _is_new(self, task: Ref, on: Ref) -> bool:
        """Between two that are there already the room has the last word."""
        new = self._places.new
        return task in new or on in new

    def _add(self, task: Ref, on: Ref, kind: DependencyKind, edge: Edge, issue: Issue) -> None:
        if kind is DependencyKind.BLOCKS:
            self._waits.add(task, on)
        creator = agent_name(issue.created_by) if issue.created_by else None
        self._placed.setdefault((task, on, kind), NewDependency(task, on, kind, creator, edge.created_at))
