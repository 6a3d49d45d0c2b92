"""What is run by a plan answers what graphql-core answers, whatever fails where; and others go on meanwhile."""

import asyncio
import json
from collections.abc import Awaitable, Iterator
from random import Random
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
    parse,
)
from graphql.execution import Executor
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema

from goalroom.execution.engine_internals import is_awaitable
from goalroom.execution.operation_plans import DocumentPlans, OperationPlan
from goalroom.execution.plan_run import PlanRun
from goalroom.execution.scheduling import Scheduler
from tests.size import sized

SDL = """
    type Query { rows: [Row] must: [Row!] }
    type Row { number: Int size: Int! words: [String!]! rows: [Row] later: Row }
"""
DOCUMENT = """
    { rows { ...Row rows { ...Row rows { ...Row } } } must { ...Row } }
    fragment Row on Row { number size words later { size number } again: size }
"""


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


def _resolved_by(schema: GraphQLSchema, resolve: Any) -> GraphQLSchema:
    """The schema, with this resolver for all its fields."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for field in kind.fields.values():
                field.resolve = resolve
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            kind.resolve_type = lambda value, _info, _kind: value["kind"]
    return schema


SCHEMA = _resolved_by(build_schema(SDL), _resolve)


def _plan(schema: GraphQLSchema, document: str, name: str | None = None) -> OperationPlan:
    return DocumentPlans(schema, parse(document), lambda field: str(field.name)).of(name)


async def _librarys(plan: OperationPlan, root: Any, given: dict[str, Any] | None = None) -> ExecutionResult:
    variables = plan.variables(given or {})
    assert not isinstance(variables, list)
    result = plan.by_the_library(variables, None, root).execute_operation()
    found: ExecutionResult = await result if is_awaitable(result) else result
    return found


async def _ours(
    plan: OperationPlan, root: Any, given: dict[str, Any] | None = None, scheduler: Scheduler | None = None
) -> ExecutionResult:
    variables = plan.variables(given or {})
    assert not isinstance(variables, list)
    return await PlanRun(plan, variables, None, root, scheduler=scheduler).execute()


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
    root, plan = {"rows": rows, "must": must}, _plan(SCHEMA, DOCUMENT)

    expected, found = await _librarys(plan, root), await _ours(plan, root, scheduler=Scheduler())

    # As text: the fields stand in the order in which they were asked for.
    assert json.dumps(found.data) == json.dumps(expected.data)
    assert _places(found) == _places(expected)


def _places(result: ExecutionResult) -> list[str]:
    """Of the errors, but for those below what is null because of another one: which of these are told is open."""
    return sorted(str(error.path) for error in result.errors or () if error.path and error.path[0] != "must")


async def _steps_of_others(root: dict[str, Any], *, by_plan: bool) -> int:
    steps, plan = 0, _plan(SCHEMA, DOCUMENT)

    async def go_on() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(go_on())
    await asyncio.sleep(0)
    await (_ours(plan, root, scheduler=Scheduler()) if by_plan else _librarys(plan, root))
    others.cancel()
    return steps


@pytest.mark.parametrize("rows", [[4_000], [60, 60], [10, 10, 40]])
async def test_other_operations_run_meanwhile(rows: list[int]) -> None:
    below: list[Any] | None = None
    for count in reversed(rows):
        below = [Row(fails="", words=["some"], rows=below)] * count
    root = {"rows": below, "must": []}

    assert await _steps_of_others(root, by_plan=True) > await _steps_of_others(root, by_plan=False) + 20


# Everything that a type may be, in everything that it may be in.
ANYTHING = """
    interface Named { name: String! twin: Named sound(times: Int, of: String): String }
    union Thing = Cat | Dog
    enum Colour { RED GREEN }
    type Cat implements Named {
        name: String! twin: Named sound(times: Int = 1, of: String): String
        lives: Int! toys: [Thing!]! colour: Colour old: Int @deprecated
    }
    type Dog implements Named { name: String! twin: Named! sound(times: Int = 2, of: String): String
        tricks: [String!] friends: [[Named]!] owner: Cat! }
    type Query {
        thing: Thing things: [Thing!]! named: Named! cats: [Cat] dogs(first: Int = 2, name: String): [Dog!]
        count(of: [Int!]): Int! words: [[String]] colours: [Colour!]!
    }
    type Mutation { first: Cat second: Cat! third(by: Int!): Int }
"""
_OF_LEAVES: dict[str, Any] = {"String": "text", "Int": 3, "Colour": "RED"}
_MOST_DEPTH = 6


class _Whim:
    """Makes of each field, by its place and a seed, a value, null, an error, or one of them later."""

    def __init__(self, seed: int, failing: float, waiting: float) -> None:
        self._seed, self._failing, self._waiting = seed, failing, waiting
        self.order: list[str] = []

    def resolve(self, info: Any, given: dict[str, Any]) -> Any:
        place = info.path.as_list()
        random = Random(f"{self._seed} {place} {sorted(given.items())}")
        self.order.append(str(place))
        if random.random() < self._waiting:
            return self._later(random, info.return_type, len(place))
        return self._value(random, info.return_type, len(place))

    async def _later(self, random: Random, kind: Any, depth: int) -> Any:
        await asyncio.sleep(0)
        return self._value(random, kind, depth)

    def _value(self, random: Random, kind: Any, depth: int) -> Any:
        if random.random() < self._failing:
            if random.random() < 0.5:
                return None
            if random.random() < 0.3:
                return ValueError("an error for a value")
            raise ValueError("it fails")
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if isinstance(kind, GraphQLList):
            if is_leaf_type(get_named_type(kind)) and random.random() < self._failing:
                return 7
            count = random.choice([0, 1, 2, 3]) if depth < _MOST_DEPTH else 0
            return [self._item(random, kind.of_type, depth) for _ in range(count)]
        if is_leaf_type(kind):
            return object() if random.random() < self._failing else _OF_LEAVES[kind.name]
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            kind = random.choice(_ANYTHING.get_possible_types(kind))
        return {"kind": kind.name if random.random() >= self._failing else "Colour"}

    def _item(self, random: Random, kind: Any, depth: int) -> Any:
        try:
            return self._value(random, kind, depth)
        except ValueError as error:
            return error


_ANYTHING = _resolved_by(build_schema(ANYTHING), lambda _source, info, **given: info.root_value.resolve(info, given))
_EXAMPLES = sized(60, 400)


async def _asked(whim: _Whim, run: Awaitable[ExecutionResult]) -> tuple[ExecutionResult, list[str]]:
    """What is answered, and what was asked for, in which order."""
    whim.order.clear()
    return await run, [*whim.order]


async def _assert_the_same(plan: OperationPlan, whim: _Whim, given: dict[str, Any] | None = None) -> None:
    expected = await _asked(whim, _librarys(plan, whim, given))
    found = await _asked(whim, _ours(plan, whim, given))
    assert json.dumps(found[0].data) == json.dumps(expected[0].data)
    assert [*_told(found[0])] == [*_told(expected[0])]
    assert found[1] == expected[1]


@settings(max_examples=_EXAMPLES, deadline=None)
@given(from_schema(_ANYTHING), st.integers(0, 1_000), st.sampled_from([0.0, 0.05, 0.3]))
async def test_without_waiting_everything_is_the_librarys(document: str, seed: int, failing: float) -> None:
    await _assert_the_same(_plan(_ANYTHING, document), _Whim(seed, failing, 0.0))


def _told(result: ExecutionResult) -> Iterator[tuple[Any, ...]]:
    for error in result.errors or ():
        yield error.formatted, type(error.original_error), error.nodes


@settings(max_examples=_EXAMPLES, deadline=None)
@given(from_schema(_ANYTHING), st.integers(0, 1_000), st.sampled_from([0.0, 0.05, 0.3]))
async def test_with_waiting_everything_is_the_librarys_but_which_error_comes_first(
    document: str, seed: int, failing: float
) -> None:
    plan, whim = _plan(_ANYTHING, document), _Whim(seed, failing, 0.4)
    # The library's runs before may have left some.
    before = asyncio.all_tasks()

    found, sliced = await _ours(plan, whim), await _ours(plan, whim, scheduler=Scheduler())
    assert asyncio.all_tasks() <= before
    expected = await _librarys(plan, whim)

    assert json.dumps(found.data) == json.dumps(expected.data) == json.dumps(sliced.data)
    assert _nulls(found) == _nulls(expected) == _nulls(sliced)


def _nulls(result: ExecutionResult) -> set[str]:
    """Where an error has put null: of several that would, one is told."""
    found = set()
    for error in result.errors or ():
        place, at = result.data, list[str | int]()
        for key in error.path or ():
            if place is None:
                break
            place = place[key]  # type: ignore[index]
            at.append(key)
        assert place is None
        found.add(str(at))
    return found


CASES = {
    "aliases and fragments of an interface": (
        "{ a: named { __typename name ... on Cat { lives twin { n: name } } ...D } b: named { name } }"
        " fragment D on Dog { tricks owner { lives } }"
    ),
    "a union": "{ things { __typename ... on Cat { lives } ... on Dog { tricks } ... on Named { name } } }",
    "fields of one name": "{ cats { name } cats { lives twin { name } } ... { cats { twin { n: name } } } }",
    "introspection beside data": '{ __typename cats { lives } __type(name: "Cat") { fields { name } } }',
    "arguments": '{ dogs { name } none: dogs(first: null, name: "x") { name } count(of: 3) }',
    "what is deprecated": "{ cats { old } }",
    "lists of lists": "{ words dogs { friends { name } } colours }",
    "mutations in series": "mutation { second { name } first { lives } third(by: 3) again: first { lives } }",
}


@pytest.mark.parametrize("document", CASES.values(), ids=CASES)
async def test_a_document_of_each_kind_is_answered_as_by_the_library(document: str) -> None:
    plan = _plan(_ANYTHING, document)
    for seed in range(20):
        for failing in (0.0, 0.1):
            await _assert_the_same(plan, _Whim(seed, failing, 0.0))


async def test_what_is_left_out_depends_on_the_variables_of_the_request() -> None:
    plan = _plan(
        _ANYTHING,
        """query ($a: Boolean!, $b: Boolean = true, $first: Int) {
            cats @include(if: $a) { lives name @skip(if: $b) ... @include(if: $b) { colour } }
            dogs(first: $first) { ...D @skip(if: $a) name } }
            fragment D on Dog { tricks owner { name } }""",
    )

    for _ in range(2):
        for given_ in ({"a": True}, {"a": False}, {"a": True, "b": False}, {"a": False, "b": True, "first": 1}):
            await _assert_the_same(plan, _Whim(1, 0.0, 0.0), given_)
            found = (await _ours(plan, _Whim(1, 0.0, 0.0), given_)).data
            assert found is not None
            assert ("cats" in found) is given_["a"]


async def test_the_same_field_of_other_types_has_their_defaults() -> None:
    def resolve(_source: Any, info: Any, **given: Any) -> Any:
        return str(given) if info.field_name == "sound" else [{"kind": "Cat"}, {"kind": "Dog"}]

    schema = _resolved_by(build_schema(ANYTHING), resolve)
    plan = _plan(schema, "query ($of: String) { things { ... on Named { sound(of: $of) } } }")

    expected, found = await _librarys(plan, {}, {"of": "x"}), await _ours(plan, {}, {"of": "x"})

    assert found.data == expected.data
    assert found.data == {"things": [{"sound": "{'times': 1, 'of': 'x'}"}, {"sound": "{'times': 2, 'of': 'x'}"}]}


async def test_mutations_wait_for_one_another() -> None:
    running, seen = 0, []

    async def resolve(_source: Any, info: Any, **_given: Any) -> Any:
        nonlocal running
        running += 1
        seen.append((info.field_name, running))
        await asyncio.sleep(0)
        running -= 1
        if info.field_name == "third":
            raise ValueError("it fails")
        return {"kind": "Cat"} if info.parent_type.name == "Mutation" else 9

    schema = _resolved_by(build_schema(ANYTHING), resolve)
    plan = _plan(schema, "mutation { first { lives } third(by: 1) second { lives } }")

    found = await _ours(plan, {})

    assert found.data == {"first": {"lives": 9}, "third": None, "second": {"lives": 9}}
    assert [error.path for error in found.errors or ()] == [["third"]]
    assert seen == [("first", 1), ("lives", 1), ("third", 1), ("second", 1), ("lives", 1)]


async def test_what_has_no_place_in_the_answer_any_more_is_not_waited_for() -> None:
    cancelled = []

    async def resolve(_source: Any, info: Any, **_given: Any) -> Any:
        await asyncio.sleep(0)
        if info.field_name == "name":
            raise ValueError("it must not be null")
        if info.field_name == "twin":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(info.path.as_list())
                raise
        return [{"kind": "Cat"}]

    schema = _resolved_by(build_schema(ANYTHING), resolve)
    plan = _plan(schema, "{ cats { name twin { name } } }")

    async with asyncio.timeout(5):
        found = await _ours(plan, {})

    assert found.data == {"cats": [None]}
    assert [error.path for error in found.errors or ()] == [["cats", 0, "name"]]
    assert cancelled == [["cats", 0, "twin"]]


async def test_who_gives_up_ends_what_is_running() -> None:
    ended = []

    async def resolve(_source: Any, info: Any, **_given: Any) -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(info.field_name)

    schema = _resolved_by(build_schema(ANYTHING), resolve)
    plan = _plan(schema, "{ cats { name } named { name } }")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await _ours(plan, {})

    assert sorted(ended) == ["cats", "named"]


async def test_plans_of_many_combinations_are_not_all_kept() -> None:
    names = "abcdef"
    fields = " ".join(f"{name}: count @include(if: ${name})" for name in names)
    plan = _plan(_ANYTHING, f"query ({' '.join(f'${name}: Boolean!' for name in names)}) {{ {fields} __typename }}")

    for number in range(2 ** len(names)):
        given_ = {name: bool(number >> at & 1) for at, name in enumerate(names)}
        found = await _ours(plan, _Whim(1, 0.0, 0.0), given_)
        assert list(found.data or ()) == [*(name for name in names if given_[name]), "__typename"]

    assert len(vars(plan)["_steps"]) == 16


@pytest.mark.parametrize(
    ("document", "name"), [("{ count } query B { count }", None), ("query A { count }", "B"), ("query A { count }", "")]
)
def test_an_operation_that_is_not_there_is_refused_in_the_librarys_words(document: str, name: str | None) -> None:
    [expected] = Executor.build(_ANYTHING, parse(document), operation_name=name)  # type: ignore[misc]

    with pytest.raises(GraphQLError) as refused:
        _plan(_ANYTHING, document, name)

    assert refused.value.message == expected.message
