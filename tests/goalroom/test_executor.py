"""Large answers are completed in stretches: the same answers, and others go on meanwhile."""

import asyncio
import json
from typing import Any, cast

import pytest
from graphql import ExecutionResult, GraphQLInt, build_schema, parse
from hypothesis import given
from hypothesis import strategies as st

from goalroom.execution.executor import Executor
from goalroom.execution.plain_fields import PlainField, PlainFields
from goalroom.execution.scheduling import Scheduler

SCHEMA = build_schema("""
    type Query { rows: [Row] must: [Row!] }
    type Row { number: Int size: Int! words: [String!]! rows: [Row] later: Row }
""")
DOCUMENT = parse("""
    { rows { ...Row rows { ...Row rows { ...Row } } } must { ...Row } }
    fragment Row on Row { number size words later { size number } again: size }
""")


PLAIN = {"Row": {"size": PlainField("size", GraphQLInt.coerce_output_value, nullable=False)}}


class Row(dict[str, Any]):
    """What fails does so when its number, or its size, is asked for."""

    @property
    def size(self) -> int | None:
        """None where it must not be null."""
        return None if self["fails"] == "size" else 7

    def number(self, _info: object) -> int:
        if self["fails"] in ("at once", "later"):
            raise ValueError("no number")
        return 1

    async def later(self, _info: object) -> "Row":
        await asyncio.sleep(0)
        return Row(fails=self["fails"] == "later")


def _resolve(source: Any, info: Any, **_given: object) -> Any:
    found = getattr(source, info.field_name, None)
    if info.field_name == "size":
        return found
    return found(info) if callable(found) else source.get(info.field_name)


async def _answer(
    root: dict[str, Any], scheduler: Scheduler | None, plain_fields: PlainFields | None = None
) -> ExecutionResult:
    executor: Any = Executor.build(SCHEMA, DOCUMENT, root_value=root, field_resolver=_resolve)
    executor.scheduler = scheduler
    executor.plain_fields = plain_fields or {}
    result = executor.execute_operation()
    return cast("ExecutionResult", await result if executor.is_awaitable(result) else result)


def _rows(below: st.SearchStrategy[Any], most: int = 5) -> st.SearchStrategy[Any]:
    row = st.builds(
        Row,
        fails=st.sampled_from([""] * 30 + ["at once", "later", "size"]),
        words=st.just(["some", "words"]),
        rows=below,
    )
    return st.lists(st.one_of(row, row, row, st.none()), max_size=most)


@given(_rows(_rows(_rows(st.none())), 50), _rows(st.none(), 50))
async def test_the_answer_is_the_librarys(rows: list[Any], must: list[Any]) -> None:
    root = {"rows": rows, "must": must}

    expected, found = await _answer(root, None), await _answer(root, Scheduler(), PLAIN)

    # As text: the fields stand in the order in which they were asked for.
    assert json.dumps(found.data) == json.dumps(expected.data)
    assert _places(found) == _places(expected)


def _places(result: ExecutionResult) -> list[str]:
    """Of the errors, but for those below what is null because of another one: which of these are told is open."""
    return sorted(str(error.path) for error in result.errors or () if error.path and error.path[0] != "must")


async def _steps_of_others(root: dict[str, Any], scheduler: Scheduler | None) -> int:
    steps = 0

    async def go_on() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(go_on())
    await asyncio.sleep(0)
    await _answer(root, scheduler)
    others.cancel()
    return steps


@pytest.mark.parametrize("rows", [[4_000], [60, 60], [10, 10, 40]])
async def test_other_operations_run_meanwhile(rows: list[int]) -> None:
    below: list[Any] | None = None
    for count in reversed(rows):
        below = [Row(fails="", words=["some"], rows=below)] * count
    root = {"rows": below, "must": []}

    assert await _steps_of_others(root, Scheduler()) > await _steps_of_others(root, None) + 20
