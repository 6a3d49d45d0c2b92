"""GraphQL documents: read, measured and checked once, then remembered by their text."""

import asyncio
import contextvars
from collections import OrderedDict
from concurrent.futures import Executor
from typing import Any

from graphql import (
    FloatValueNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    IntValueNode,
    NoFragmentCyclesRule,
    StringValueNode,
    ValuesOfCorrectTypeRule,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)

from db.core import validation
from db.core.errors import ErrorCode, Refused, TooComplex
from goalroom.execution import errors
from goalroom.execution.document_limits import measure
from goalroom.execution.input_values import NameOf
from goalroom.execution.operation_plans import DocumentPlans
from goalroom.limits import Limits

_REMEMBERED = 1_000
_REMEMBERED_BYTES = 2_000_000
# What is longer is checked aside: the worst takes a tenth of a second, in which nobody else would be answered.
_QUICK = 1_000
# The largest Float has 309 digits.
_LONGEST_NUMBER = 400


class RequestError(Exception):
    """A request that can't be run: the `errors` of its answer, which has no `data`."""

    def __init__(self, found: list[dict[str, Any]]) -> None:
        super().__init__(found)
        self.errors = found

    @classmethod
    def of(cls, refused: Refused) -> "RequestError":
        return cls([errors.described(refused)])


class Documents:
    """Parsing and validating cost ten times what running does, so each text is read once while it is in use."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, aside: Executor, name_of: NameOf) -> None:
        self._schema, self._name_of = schema, name_of
        self._limits = limits
        self._aside = aside
        self._known: OrderedDict[str, DocumentPlans | list[dict[str, Any]]] = OrderedDict()
        self._bytes = 0

    async def read(self, text: str) -> DocumentPlans:
        """The plans of the document; RequestError where it is malformed, invalid or exceeds a limit."""
        found = self._known.get(text)
        if found is None:
            found = await self._checked(text)
            self._remember(text, found)
        else:
            self._known.move_to_end(text)
        if isinstance(found, list):
            raise RequestError(found)
        return found

    async def _checked(self, text: str) -> DocumentPlans | list[dict[str, Any]]:
        size = len(text.encode(errors="replace"))
        if size > self._limits.bytes:
            return [errors.described(TooComplex(self._limits.bytes, "bytes of document", size))]
        if size <= _QUICK:
            return self._check(text)
        check = contextvars.copy_context().run
        return await asyncio.get_running_loop().run_in_executor(self._aside, check, self._check, text)

    def _remember(self, text: str, found: DocumentPlans | list[dict[str, Any]]) -> None:
        if len(text) > self._limits.bytes or text in self._known:
            return
        self._known[text] = found
        self._bytes += len(text)
        while len(self._known) > _REMEMBERED or self._bytes > _REMEMBERED_BYTES:
            forgotten, _ = self._known.popitem(last=False)
            self._bytes -= len(forgotten)

    def _check(self, text: str) -> DocumentPlans | list[dict[str, Any]]:
        try:
            document = parse(text, max_tokens=self._limits.tokens)
            # Of fragments in a circle nothing else is said, for how long saying it takes could not be told.
            rules = _RULES if measure(document, self._limits) else [NoFragmentCyclesRule]
            visit(document, _Literals())
            found = validate(self._schema, document, rules, max_errors=errors.MOST_ERRORS)
        except RecursionError:
            return [errors.described(TooComplex(self._limits.depth, "levels of fields"))]
        except Refused as refused:
            return [errors.described(refused)]
        except GraphQLSyntaxError as error:
            return [errors.of_engine(error, errors.PARSE_FAILED)]
        # What is wrong in the same way at several places is said once, of the first.
        first = {error.message: error for error in reversed(found)}
        if first:
            return [errors.of_engine(error, _code(error)) for error in reversed(first.values())]
        return DocumentPlans(self._schema, document, self._name_of)


class _Values(ValuesOfCorrectTypeRule):
    """Reports a value of the wrong type as BAD_INPUT, in the document as in variables."""

    def report_error(self, error: GraphQLError) -> None:
        error.extensions = {"code": ErrorCode.BAD_INPUT}
        super().report_error(error)


_RULES = [_Values if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules]


def _code(error: GraphQLError) -> str:
    return str((error.extensions or {}).get("code", errors.VALIDATION_FAILED))


class _Literals(Visitor):
    """Refuses texts that Postgres or UTF-8 can't encode, and numbers of more digits than Python reads as one."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        validation.text("A text in the document", node.value, most=len(node.value))

    def enter_int_value(self, node: IntValueNode, *_: object) -> None:
        validation.text("A number in the document", node.value, most=_LONGEST_NUMBER)

    def enter_float_value(self, node: FloatValueNode, *_: object) -> None:
        validation.text("A number in the document", node.value, most=_LONGEST_NUMBER)
