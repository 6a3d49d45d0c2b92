"""Variables are what graphql-core makes of them, and what is wrong with them is what it says."""

from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    build_schema,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    parse,
)
from graphql.execution.values import VariableValues, get_variable_values
from hypothesis import given, settings
from hypothesis import strategies as st

from goalroom.execution import variable_values
from goalroom.execution.engine_internals import graphql_schema
from goalroom.execution.errors import MOST_ERRORS
from goalroom.execution.variable_values import Variables
from resolvers.build import schema
from tests.size import sized

SCHEMA = graphql_schema(schema)
INPUTS = sorted(name for name, one in SCHEMA.type_map.items() if isinstance(one, GraphQLInputObjectType))
JUNK = st.sampled_from([None, "", "x", "P1", "2026-01-01T00:00:00Z", 0, -1, 2**40, 1.5, True, [], ["x"], {}, {"a": 1}])
# As types have them: what fits is far more likely than what does not, or nothing as large as an input would fit.
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "String": st.text(max_size=3),
    "ID": st.sampled_from(["T1", 7]),
    "Int": st.integers(-3, 3),
    "Float": st.floats(0, 1),
    "Boolean": st.booleans(),
    "DateTime": st.just("2026-01-01T00:00:00Z"),
    "JSON": st.just({"any": ["thing", 1]}),
}


def values(kind: Any, *, wrong: bool) -> st.SearchStrategy[Any]:
    """JSON for this type; where it may be wrong, it is now and then."""
    if is_non_null_type(kind):
        return values(kind.of_type, wrong=wrong)
    if is_list_type(kind):
        made: st.SearchStrategy[Any] = st.lists(values(kind.of_type, wrong=wrong), max_size=2)
    elif is_input_object_type(kind):
        given = {name: values(field.type, wrong=wrong) for name, field in kind.fields.items()}
        needed = {name: one for name, one in given.items() if is_non_null_type(kind.fields[name].type)}
        rest = {name: one for name, one in given.items() if name not in needed}
        made = st.fixed_dictionaries(needed, optional=rest)
    elif is_enum_type(kind):
        made = st.sampled_from(list(kind.values))
    else:
        made = PLAIN[kind.name]
    return st.integers(0, 19).flatmap(lambda dice: JUNK if wrong and not dice else made)


def by_the_library(document: str, sent: dict[str, Any]) -> Any:
    [operation] = parse(document).definitions
    return get_variable_values(SCHEMA, operation.variable_definitions, sent, max_errors=MOST_ERRORS)  # type: ignore[attr-defined]


def by_plan(document: str, sent: dict[str, Any]) -> Any:
    [operation] = parse(document).definitions
    return Variables(SCHEMA, operation).of(sent)  # type: ignore[arg-type]


def told(found: Any) -> Any:
    if isinstance(found, VariableValues):
        return {name: one.value for name, one in found.sources.items()}, found.coerced
    return [error.formatted for error in found]


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize("name", INPUTS)
def test_inputs_are_coerced_as_the_library_coerces_them(name: str, *, wrong: bool) -> None:
    document = f"query ($one: {name}!, $many: [{name}!], $none: {name}) {{ __typename }}"

    @settings(max_examples=sized(5, 100))
    @given(one=values(SCHEMA.type_map[name], wrong=wrong), many=JUNK)
    def check(one: Any, many: Any) -> None:
        sent = {"one": one, "many": many if wrong else [one], "unknown": 1}
        assert told(by_plan(document, sent)) == told(by_the_library(document, sent))

    check()


@pytest.mark.parametrize("name", INPUTS)
def test_what_fits_is_not_left_to_the_library(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(variable_values, "get_variable_values")

    @settings(max_examples=sized(2, 20))
    @given(one=values(SCHEMA.type_map[name], wrong=False))
    def check(one: Any) -> None:
        found = by_plan(f"query ($one: {name}!, $none: Int) {{ __typename }}", {"one": one})
        assert [*found.coerced] == ["one"]

    check()


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ("$a: Int = 3", {}),
        ("$a: Int = 3", {"a": None}),
        ("$a: Int! = 3", {"a": None}),
        ("$a: Int!", {}),
        ("$a: [[Int!]!]", {"a": [1, [2]]}),
        ("$a: [[Int!]!]", {"a": 1}),
        ("$a: [Int!]", {"a": [1, None]}),
        ("$a: [String]", {"a": {"b": 1}}),
        ("$a: Nothing", {"a": 1}),
        ("$a: Task", {"a": 1}),
        ("$a: CreateTaskInput", {"a": {"title": "x", "tilte": "y"}}),
        ("$a: Int, $b: Int!, $c: Int!", {"a": "x", "b": "y"}),
    ],
)
def test_the_odd_ones_are_as_with_the_library(declared: str, sent: dict[str, Any]) -> None:
    document = f"query ({declared}) {{ __typename }}"

    assert told(by_plan(document, sent)) == told(by_the_library(document, sent))


def test_documents_leave_nothing_behind() -> None:
    sizes = set()
    for n in range(10):
        by_plan(f"query ($a{n}: [[CreateTaskInput!]!]!, $b: [ID!]) {{ __typename }}", {f"a{n}": [[{"title": "x"}]]})
        sizes.add(variable_values.coercion_of_named.cache_info().currsize)

    assert len(sizes) == 1


def test_kinds_of_input_that_have_no_plan_are_left_to_the_library() -> None:
    odd = build_schema(
        "input Either @oneOf { a: Int b: Int } input Tree { tree: Tree } type Query { q(e: Either, t: Tree): Int }"
    )
    for kind, value in (("Either", {"a": 1}), ("Either", {"a": 1, "b": 2}), ("Tree", {"tree": {"tree": None}})):
        [operation] = parse(f"query ($a: {kind}) {{ q }}").definitions
        found = Variables(odd, operation).of({"a": value})  # type: ignore[arg-type]
        assert told(found) == told(get_variable_values(odd, operation.variable_definitions, {"a": value}))  # type: ignore[attr-defined]
