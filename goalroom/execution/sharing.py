"""Which subscriptions say the same: those with one key are run once, for all who follow them."""

import re
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    visit,
)

from goalroom import json_codec
from schema import caller_dependence
from schema.caller_dependence import CallerDependence

_REMEMBERED = 1_000
# Where a subscription begins, which is all that may differ between two that say the same.
_BEGIN = "after"


@dataclass(frozen=True, slots=True)
class _Form:
    """An operation without its beginning; `begin` is the variable that holds that, where it holds nothing else."""

    text: str
    begin: str | None


class Sharing:
    """Reads each document once while it is in use."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[tuple[str, str | None], _Form | None] = OrderedDict()

    def key(
        self,
        text: str,
        operation_name: str | None,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> Hashable | None:
        """The same for subscriptions that say the same, wherever they begin; None where that depends on who asks."""
        known = (text, operation_name)
        if known not in self._known:
            self._known[known] = None if self._depends_on_caller(document) else _form(text, operation)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        form = self._known[known]
        if form is None:
            return None
        given = sorted((name, value) for name, value in variables.items() if name != form.begin)
        return form.text, operation_name, json_codec.write(given)

    def _depends_on_caller(self, document: DocumentNode) -> bool:
        seen = _Dependence(TypeInfo(self._schema))
        visit(document, TypeInfoVisitor(seen.types, seen))
        return seen.found


class _Dependence(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types, self.found = types, False

    def enter_field(self, *_: object) -> None:
        field = self.types.get_field_def()
        if field is not None and caller_dependence.of(field) is CallerDependence.ALWAYS:
            self.found = True


def _form(text: str, operation: OperationDefinitionNode) -> _Form:
    root = operation.selection_set.selections[0]
    given = root.arguments if isinstance(root, FieldNode) else ()
    begin = next((argument for argument in given or () if argument.name.value == _BEGIN), None)
    if begin is None or begin.loc is None:
        return _Form(text, None)
    if isinstance(begin.value, VariableNode):
        name = begin.value.name.value
        # Declared, and used here.
        is_used_once = len(re.findall(rf"\${name}\b", text)) == 2  # noqa: PLR2004
        return _Form(text, name if is_used_once else None)
    return _Form(text[: begin.loc.start] + text[begin.loc.end :], None)
