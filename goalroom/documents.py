"""GraphQL documents: read, measured and checked once, then remembered by their text."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValuesOfCorrectTypeRule,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)

from db import bounds
from db.refusals import ErrorCode, Refused, TooComplex
from goalroom import errors

_REMEMBERED = 1_000
_REMEMBERED_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may hold. Depth and fields count what fragments stand for, at each place that they stand in."""

    bytes: int = 20_000
    tokens: int = 8_000
    operations: int = 20
    depth: int = 20
    aliases: int = 500
    root_fields: int = 100
    fields: int = 5_000


class Rejected(Exception):  # noqa: N818  # as a refusal, it is an answer
    """A request that can't be run: the `errors` of its answer, which has no `data`."""

    def __init__(self, found: list[dict[str, Any]]) -> None:
        super().__init__(found)
        self.errors = found

    @classmethod
    def of(cls, refused: Refused) -> "Rejected":
        return cls([errors.described(refused)])


class Documents:
    """Parsing and validating cost ten times what running does, so each text is read once while it is in use."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._known: OrderedDict[str, DocumentNode | list[dict[str, Any]]] = OrderedDict()
        self._bytes = 0

    def read(self, text: str) -> DocumentNode:
        """The document, or Rejected where it isn't one, is wrong, or asks for too much."""
        found = self._known.get(text)
        if found is None:
            found = self._check(text)
            self._remember(text, found)
        else:
            self._known.move_to_end(text)
        if isinstance(found, list):
            raise Rejected(found)
        return found

    def _remember(self, text: str, found: DocumentNode | list[dict[str, Any]]) -> None:
        if len(text) > self._limits.bytes:
            return
        self._known[text] = found
        self._bytes += len(text)
        while len(self._known) > _REMEMBERED or self._bytes > _REMEMBERED_BYTES:
            forgotten, _ = self._known.popitem(last=False)
            self._bytes -= len(forgotten)

    def _check(self, text: str) -> DocumentNode | list[dict[str, Any]]:
        try:
            if len(text.encode(errors="replace")) > self._limits.bytes:
                raise TooComplex(self._limits.bytes, "bytes of document")
            document = parse(text, max_tokens=self._limits.tokens)
            _Measure(self._limits, document).check()
            visit(document, _Texts())
            found = validate(self._schema, document, _RULES, max_errors=errors.MOST_ERRORS)
        except RecursionError:
            return [errors.described(TooComplex(self._limits.depth, "levels of fields"))]
        except Refused as refused:
            return [errors.described(refused)]
        except GraphQLSyntaxError as error:
            return [errors.of_engine(error, errors.PARSE_FAILED)]
        return [errors.of_engine(error, _code(error)) for error in found] or document


class _Values(ValuesOfCorrectTypeRule):
    """A value that doesn't fit is BAD_INPUT, whether it stands in the document or in a variable."""

    def report_error(self, error: GraphQLError) -> None:
        error.extensions = {"code": ErrorCode.BAD_INPUT}
        super().report_error(error)


_RULES = [_Values if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules]


def _code(error: GraphQLError) -> str:
    return str((error.extensions or {}).get("code", errors.VALIDATION_FAILED))


class _Texts(Visitor):
    """Postgres can't hold NUL, nor UTF-8 half a surrogate pair, so no text in a document may."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        bounds.text("A text in the document", node.value, most=len(node.value))


@dataclass(frozen=True, slots=True)
class _Size:
    depth: int = 0
    fields: int = 0
    aliases: int = 0
    roots: int = 0


class _Measure:
    """Measures each fragment once, however often it is used: walking it at every use takes exponential time."""

    def __init__(self, limits: Limits, document: DocumentNode) -> None:
        self._limits = limits
        found = document.definitions
        self._operations = [one for one in found if isinstance(one, OperationDefinitionNode)]
        self._fragments = {one.name.value: one for one in found if isinstance(one, FragmentDefinitionNode)}
        self._sizes: dict[str, _Size] = {}

    def check(self) -> None:
        """TOO_COMPLEX where a limit is passed."""
        limits = self._limits
        _hold(len(self._operations), limits.operations, "operations")
        sizes = [self._of(operation.selection_set) for operation in self._operations]
        # Fragments that nobody uses cost their validation.
        sizes += [self._of_fragment(name) for name in self._fragments]
        for size in sizes:
            _hold(size.depth, limits.depth, "levels of fields")
            _hold(size.aliases, limits.aliases, "aliases")
            _hold(size.fields, limits.fields, "fields")
        for size in sizes[: len(self._operations)]:
            _hold(size.roots, limits.root_fields, "fields at the root")

    def _of(self, selections: SelectionSetNode) -> _Size:
        depth = fields = aliases = roots = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                below = self._of(node.selection_set) if node.selection_set else _Size()
                size = _Size(below.depth + 1, below.fields + 1, below.aliases + (node.alias is not None), 1)
            elif isinstance(node, FragmentSpreadNode):
                size = self._of_fragment(node.name.value)
            else:
                size = self._of(node.selection_set)  # type: ignore[attr-defined]  # an inline fragment
            depth = max(depth, size.depth)
            fields, aliases, roots = fields + size.fields, aliases + size.aliases, roots + size.roots
        return _Size(depth, fields, aliases, roots)

    def _of_fragment(self, name: str) -> _Size:
        if name not in self._sizes:
            # What a fragment that runs in a circle counts doesn't matter: validation refuses it.
            self._sizes[name] = _Size()
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._sizes[name] = self._of(fragment.selection_set)
        return self._sizes[name]


def _hold(size: int, limit: int, what: str) -> None:
    if size > limit:
        raise TooComplex(limit, what)
