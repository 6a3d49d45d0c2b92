"""What operations cost: the formula of docs/limits.md, and that what is reasonable passes."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, get_introspection_query, parse, validate
from graphql.execution.values import VariableValues, get_variable_values

from goalroom.execution.engine_internals import graphql_schema
from goalroom.execution.query_cost import Price, Pricing, depends_on_variables
from goalroom.limits import DEFAULTS, Limits
from resolvers.build import schema

_GRAPHQL = graphql_schema(schema)
_DOCS = (Path(__file__).parents[2] / "docs" / "limits.md").read_text("utf-8")


def price(text: str, **variables: object) -> Price:
    document = parse(text)
    assert validate(_GRAPHQL, document, max_errors=1) == []
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    values = get_variable_values(_GRAPHQL, operation.variable_definitions or (), variables)
    assert isinstance(values, VariableValues)
    return Pricing(_GRAPHQL).of(operation, fragments, values)


# Names are the rows of docs/limits.md.
REASONABLE = {
    "`claimNextTask` with the task, its lease, criteria and dependencies": """mutation {
      claimNextTask(input: {room: "main"}) {
        task { id title description status priority labels criteria { id text }
          dependencies { task { id title result } } }
        lease { fence expiresAt } nothing { reason } } }""",
    "200 tasks with eight fields, the assignee and the lease each, as a board shows them": """{
      room { tasks(first: 200) { nodes { id title status priority ready labels updatedAt dueAt
      assignee { name } lease { fence expiresAt } }
      pageInfo { hasNextPage endCursor } } } }""",
    "50 tasks with fifteen fields, assignee, lease, criteria, dependencies and waits each": """{ room { tasks { nodes {
      id title description status priority ready labels capabilities estimateMinutes dueAt notBefore attempts result
      createdAt updatedAt assignee { id name presence } lease { fence expiresAt } criteria { id text }
      dependencies { task { id title status } } waitingOn { kind reason } } } } }""",
    "100 objectives with their counts, key results and the titles of 10 tasks each": """{
      room { objectives(first: 100) { nodes { id title status progress counts { total ready done }
      keyResults { title progress }
        tasks(first: 10) { nodes { id title } } } } } }""",
}
TOO_MUCH = {
    "200 tasks with 200 comments each": """{ room { tasks(first: 200) { nodes {
      comments(first: 200) { nodes { id } } } } } }""",
    "200 tasks with 200 comments each, and 200 tasks each of theirs": """{ room { tasks(first: 200) { nodes {
      room { tasks(first: 200) { nodes { comments(first: 200) { nodes { id } } } } } } } } }""",
}


@pytest.mark.parametrize("what", REASONABLE)
def test_what_is_reasonable_passes(what: str) -> None:
    cost = price(REASONABLE[what]).total

    assert cost <= DEFAULTS.cost
    assert f"| {what} | {cost} |" in _DOCS


@pytest.mark.parametrize("what", TOO_MUCH)
def test_nested_pages_are_refused(what: str) -> None:
    assert price(TOO_MUCH[what]).total > DEFAULTS.cost
    assert f"| {what} | refused" in _DOCS


COSTS: list[tuple[str, dict[str, Any], int]] = [
    ("{ __typename }", {}, 1),
    ("{ me { name } }", {}, 10 + 1),
    ("{ me { ...F } } fragment F on Agent { name kind }", {}, 10 + 2),
    ("{ ... on Query { me { ... { name } } } }", {}, 10 + 1),
    ("{ readyTasks(first: 7) { id } }", {}, 10 + 7),
    ("{ readyTasks { id } }", {}, 10 + 20),
    ("{ readyTasks(first: 200) { id } }", {}, 10 + 200),
    # Out of bounds: refused where it is used.
    ("{ readyTasks(first: 2147483647) { id } }", {}, 10),
    ("{ readyTasks(first: -1) { id } }", {}, 10),
    ("query ($n: Int) { readyTasks(first: $n) { id } }", {"n": 7}, 10 + 7),
    ("query ($n: Int = 9) { readyTasks(first: $n) { id } }", {}, 10 + 9),
    ("query ($n: Int) { readyTasks(first: $n) { id } }", {}, 10 + 20),
    ("{ events { nodes { id } } }", {}, 10 + 100 * (1 + 1)),
    ("{ events(last: 3) { edges { node { id } } } }", {}, 10 + 3 * (1 + 1 + 1)),
    ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["T1", "T2", "T3"]}, 10 + 3),
    ("{ rooms { name } }", {}, 10 + 3),
    ("{ rooms { agents { name } } }", {}, 10 + 3 * (10 + 3)),
    ("{ room { flow(points: 7) { done } } }", {}, 10 + 10 + 7),
    ("mutation { claimNextTasks(limit: 4) { task { id } } }", {}, 10 + 4 * (10 + 1)),
    (
        'mutation { createTasks(input: {room: "r", tasks: [{task: {title: "a"}}, {task: {title: "b"}}]}) { id } }',
        {},
        10 + 2,
    ),
    ("subscription { events { kind } }", {}, 10 + 1),
]


@pytest.mark.parametrize(("text", "variables", "cost"), COSTS)
def test_the_formula(text: str, variables: dict[str, Any], cost: int) -> None:
    assert price(text, **variables).total == cost


def test_a_fragment_is_priced_once_and_counted_at_each_use() -> None:
    doubling = " ".join(f"fragment F{n} on Agent {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))

    assert price("{ me { ...F0 } } fragment F60 on Agent { name } " + doubling).total == 10 + 2**60


def test_the_standard_introspection_costs_far_less_than_its_limit() -> None:
    standard = price(get_introspection_query(input_value_deprecation=True))

    assert standard.is_of_the_schema
    assert standard.introspection < DEFAULTS.introspection / 3


def test_what_waits_says_for_how_long() -> None:
    claim = "mutation ($n: Int) { a: claimNextTask(input: {waitSeconds: $n}) { task { id } } "
    both = claim + "b: claimNextTask(input: {waitSeconds: 5}) { task { id } } }"

    assert price(both, n=20).waits == 25
    assert price("{ inbox(waitSeconds: 7) { totalCount } }").waits == 7
    assert price("{ me { name } }").waits == 0


def test_the_docs_name_every_limit_and_its_default() -> None:
    rows = {tuple(cell.strip() for cell in line.split("|")[1:3]) for line in _DOCS.splitlines() if line[:3] == "| `"}

    assert {(f"`{one.name}`", str(one.default)) for one in fields(Limits)} <= rows


def test_the_names_of_an_earlier_version_still_set_limits() -> None:
    old = Limits.of("repeats=1 head_bytes=2 head_seconds=3 strangers=4")

    assert old == Limits(merged_fields=1, header_bytes=2, header_seconds=3, unauthenticated_sockets=4)


def test_an_operator_sets_some_of_them() -> None:
    assert Limits.of("depth=30, cost=50000") == Limits(depth=30, cost=50_000)
    for wrong in ("nothing=1", "depth", "depth=", "depth=0", "depth=-1", "depth=x", "depth=99999999999"):
        with pytest.raises(ValueError, match=r"unknown limit|a whole number"):
            Limits.of(wrong)


# With one variable of each: whether the price may be another with another value, and two values.
VARIABLES = {
    "query ($v: ID) { room(room: $v) { name } }": (False, "main", None),
    "query ($v: String) { room { tasks(after: $v, first: 3) { nodes { id } } } }": (False, "x", None),
    "query ($v: Boolean!) { room { tasks(filter: {ready: $v}) { nodes { id } } } }": (False, True, False),
    "query ($v: Int) { room { ...R } } fragment R on Room { tasks(first: $v) { nodes { id } } }": (True, 3, 90),
    "query ($v: [ID!]!) { nodes(ids: $v) { id } }": (True, ["T1"], ["T1", "T2"]),
    "query ($v: ID!) { nodes(ids: [$v]) { id } }": (True, "T1", "T2"),
    "mutation ($v: ClaimNextTaskInput) { claimNextTask(input: $v) { task { id } } }": (
        True, {"waitSeconds": 9}, None,
    ),
    "mutation ($v: Int) { claimNextTask(input: {waitSeconds: $v}) { task { id } } }": (True, 9, 1),
}  # fmt: skip


@pytest.mark.parametrize("text", VARIABLES)
def test_a_price_that_does_not_depend_on_variables_is_the_same_with_all(text: str) -> None:
    document = parse(text)
    [operation] = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    depends, one, other = VARIABLES[text]

    assert depends_on_variables(operation, fragments) is depends
    assert depends or price(text, v=one) == price(text, v=other)
