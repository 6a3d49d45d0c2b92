"""Who waits for whom, and where that could run in a circle."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from db.operations.import_plan import Ref


class WaitGraph:
    """Over dependencies and subtasks together, as far as they are placed."""

    def __init__(self) -> None:
        self._on: dict[Ref, set[Ref]] = defaultdict(set)
        self._components: dict[Ref, Ref] = {}

    def add(self, waiting: Ref, on: Ref) -> None:
        self._on[waiting].add(on)

    def expect(self, pairs: Iterable[tuple[Ref, Ref]]) -> None:
        """Look where all of these together would run in a circle: only there does each have to be looked at."""
        graph = {task: set(on) for task, on in self._on.items()}
        for waiting, on in pairs:
            graph.setdefault(waiting, set()).add(on)
        self._components = _cyclic_components(graph)

    def reaches(self, start: Ref, end: Ref) -> bool:
        """Whether it waits for the other, directly or through others."""
        seen, ahead = {start}, [start]
        while ahead and end not in seen:
            new = self._on.get(ahead.pop(), set()) - seen
            seen |= new
            ahead += new
        return end in seen

    def reached_from(self, start: Ref) -> set[Ref]:
        """The task, and of what it waits for, directly or through others, all that a circle could lead through."""
        seen, ahead = {start}, [start]
        component = self._components.get(start)
        while component is not None and ahead:
            new = {on for on in self._on.get(ahead.pop(), ()) if self._components.get(on) == component} - seen
            seen |= new
            ahead += new
        return seen


def _cyclic_components(graph: Mapping[Ref, Iterable[Ref]]) -> dict[Ref, Ref]:
    """Of every node on a circle, the same node of all that share one with it (Kosaraju's, without recursion)."""
    backward: dict[Ref, list[Ref]] = defaultdict(list)
    for task, ons in graph.items():
        for on in ons:
            backward[on].append(task)
    components: dict[Ref, Ref] = {}
    seen: set[Ref] = set()
    for root in reversed(list(_postorder(graph, list(graph), set()))):
        component = list(_postorder(backward, [root], seen))
        if len(component) > 1:
            components.update(dict.fromkeys(component, root))
    return components


def _postorder(graph: Mapping[Ref, Iterable[Ref]], roots: Iterable[Ref], seen: set[Ref]) -> Iterator[Ref]:
    """What can be reached and was not seen, each node after all that it leads to."""
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        path = [(root, iter(graph.get(root, ())))]
        while path:
            node, ahead = path[-1]
            other = next((one for one in ahead if one not in seen), None)
            if other is None:
                path.pop()
                yield node
            else:
                seen.add(other)
                path.append((other, iter(graph.get(other, ()))))
