"""Responses: what an execution answers, with its errors as clients read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import ExecutionResult, GraphQLError

from db.core.errors import TooComplex
from goalroom.execution import errors
from goalroom.execution.query_cost import COUNTED, Budget
from goalroom.observability.metrics import OK

Response = dict[str, Any]


def response_of(budget: Budget, result: ExecutionResult, *, is_mutation: bool) -> Response:
    """What is answered with this result of a run, which had this budget."""
    if budget.is_exhausted:
        # Not what there is so far: with a null here and there it would pass for the answer.
        refused = TooComplex(budget.limit, COUNTED, is_carried_out=is_mutation or None)
        return {"data": None, "errors": [errors.described(refused)]}
    if not result.errors:
        return {"data": result.data}
    return {"data": result.data, "errors": described(result.errors)}


def described(found: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """The first of these errors, as clients are told."""
    return [errors.of_field(error) for error in found[: errors.MOST_ERRORS]]


def code_of(found: Sequence[Mapping[str, Any]] | None) -> str:
    """The outcome that is counted: the code of the first error."""
    return str(found[0]["extensions"]["code"]) if found else OK
