"""The attacks of `bench.attack` on the schema's lists: there is one for each, and the server lets it in."""

import pytest
from graphql import parse, validate

from bench.attack_lists import attack_on, list_fields
from goalroom.execution.engine_internals import graphql_schema
from goalroom.limits import DEFAULTS
from resolvers.build import schema
from tests.goalroom.test_query_cost import price

GRAPHQL = graphql_schema(schema)
ROOTS = {
    "Query": "",
    "Agent": "{ me",
    "Briefing": "{ briefing",
    "Room": "{ room",
    "Task": '{ task(id: "T1")',
    "Objective": '{ objective(id: "O1")',
    "Pulse": "mutation { heartbeat",
}


def test_the_lists_of_the_reported_attacks_are_among_them() -> None:
    found = set(list_fields(GRAPHQL))

    assert {("Task", "subtasks"), ("Agent", "sessions"), ("Query", "rooms"), ("Room", "messages")} <= found
    assert len(found) > 40


@pytest.mark.parametrize(("kind", "field"), sorted(list_fields(GRAPHQL)))
def test_each_list_has_an_attack_that_is_let_in(kind: str, field: str) -> None:
    document = attack_on(GRAPHQL, kind, field, ROOTS)

    assert validate(GRAPHQL, parse(document)) == []
    assert price(document).total <= DEFAULTS.cost


def test_a_list_is_nested_in_itself() -> None:
    document = attack_on(GRAPHQL, "Task", "subtasks", ROOTS)

    assert document.count("subtasks { parent {") == 6
