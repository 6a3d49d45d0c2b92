"""Which objectives of a room can move as a file says: below no task, and none below itself."""

from collections.abc import Mapping

from db.operations.import_plan import Known, Ref
from goalroom.importers.hierarchy import Hierarchy


class ObjectiveMoves:
    """What each objective is below, of the room and of those that the file brings, while one after the other moves."""

    def __init__(self, hierarchy: Hierarchy, known: Known) -> None:
        self._hierarchy = hierarchy
        ref_of: dict[int, Ref] = {objective.key: ref for ref, objective in known.objectives.items()}
        self._above = {ref_of.get(key, key): ref_of.get(parent, parent) for key, parent in known.above.items()}
        for key in hierarchy.new:
            parent = hierarchy.parent_objective(key)
            if parent is not None and hierarchy.is_objective(key):
                self._above[key] = parent

    def move(self, parents: Mapping[str, str | None]) -> tuple[list[str], dict[str, str]]:
        """Those that moved, in the order in which they can; and of the others, why not.

        A later one may make room for an earlier one.
        """
        waiting, moved = dict(parents), list[str]()
        while waiting:
            before = len(moved)
            for key, parent in tuple(waiting.items()):
                if self._why_not(key, parent) is None:
                    moved.append(key)
                    del waiting[key]
                    self._put(key, parent)
            if len(moved) == before:
                break
        return moved, {key: why for key, parent in waiting.items() if (why := self._why_not(key, parent)) is not None}

    def _put(self, key: str, parent: str | None) -> None:
        self._above.pop(key, None)
        if parent is not None:
            self._above[key] = parent

    def _why_not(self, key: str, parent: str | None) -> str | None:
        if parent is None:
            return None
        if not self._hierarchy.is_objective(parent):
            return "that is a task"
        if (why_not := self._hierarchy.why_no_part(parent)) is not None:
            return why_not
        at: Ref | None = parent
        while at is not None:
            if at == key:
                return "that would put it below itself"
            at = self._above.get(at)
        return None
