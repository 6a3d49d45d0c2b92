"""Limits on a document's size and depth, measured on its text before anything runs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from db.core.errors import TooComplex
from goalroom.limits import Limits


def measure(document: DocumentNode, limits: Limits) -> bool:
    """TOO_COMPLEX where a limit is passed. False where fragments run in a circle, which has no measure."""
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    _enforce(len(operations), limits.operations, "operations")
    _enforce(len(fragments), limits.fragments, "fragments")
    sizes = _Sizes(fragments)
    # Fragments that nobody uses cost their validation all the same.
    everything: list[OperationDefinitionNode | FragmentDefinitionNode] = [*operations, *fragments.values()]
    for definition in everything:
        size = sizes.of(definition.selection_set)
        _enforce(size.depth, limits.depth, "levels of fields")
        _enforce(size.aliases, limits.aliases, "aliases")
        _enforce(size.fields, limits.fields, "fields")
        if isinstance(definition, OperationDefinitionNode):
            _enforce(size.roots, limits.root_fields, "fields at the root")
    for definition in everything:
        _enforce(
            _merged_fields([definition.selection_set], fragments), limits.merged_fields, "fields that repeat others"
        )
    return True


@dataclass(frozen=True, slots=True)
class _Size:
    depth: int = 0
    fields: int = 0
    aliases: int = 0
    roots: int = 0


class _Sizes:
    """Measures each fragment once, however often it is used: walking it at every use takes exponential time."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, _Size] = {}
        self._begun: set[str] = set()
        self.circular = False

    def of(self, selections: SelectionSetNode) -> _Size:
        depth = fields = aliases = roots = 0
        for node in selections.selections:
            size = self._of_node(node)
            depth = max(depth, size.depth)
            fields, aliases, roots = fields + size.fields, aliases + size.aliases, roots + size.roots
        return _Size(depth, fields, aliases, roots)

    def _of_node(self, node: SelectionNode) -> _Size:
        if isinstance(node, FieldNode):
            below = self.of(node.selection_set) if node.selection_set else _Size()
            return _Size(below.depth + 1, below.fields + 1, below.aliases + (node.alias is not None), 1)
        if isinstance(node, FragmentSpreadNode):
            size = self._of_fragment(node.name.value)
            # The spread counts too, so that fragments of nothing but spreads are no way round.
            return _Size(size.depth, size.fields + 1, size.aliases, size.roots)
        return self.of(node.selection_set)  # type: ignore[attr-defined]  # an inline fragment

    def _of_fragment(self, name: str) -> _Size:
        if name in self._begun:
            self.circular = True
            return _Size()
        if name not in self._known:
            self._begun.add(name)
            fragment = self._fragments.get(name)
            self._known[name] = self.of(fragment.selection_set) if fragment else _Size()
            self._begun.discard(name)
        return self._known[name]


def _merged_fields(selections: Sequence[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode]) -> int:
    """The sum of the squares of how many fields answer under one name at one place."""
    fields: defaultdict[str, list[FieldNode]] = defaultdict(list)
    for one in selections:
        for field in _flat(one, fragments):
            fields[(field.alias or field.name).value].append(field)
    total = 0
    for same in fields.values():
        below = [field.selection_set for field in same if field.selection_set]
        total += len(same) ** 2 + (_merged_fields(below, fragments) if below else 0)
    return total


def _flat(selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
        elif not isinstance(node, FragmentSpreadNode):
            yield from _flat(node.selection_set, fragments)  # type: ignore[attr-defined]  # as above
        elif (name := node.name.value) in fragments:
            yield from _flat(fragments[name].selection_set, fragments)


def _enforce(size: int, limit: int, what: str) -> None:
    if size > limit:
        raise TooComplex(limit, what)
