"""What the server tells a client to call is there, in that form, and open to it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from graphql import (
    GraphQLSchema,
    GraphQLSyntaxError,
    Lexer,
    Source,
    TokenKind,
    build_schema,
    get_named_type,
    is_composite_type,
    parse,
    validate,
)

from resolvers.build import sdl
from tests.api.access import ADMINISTRATES, MUTATIONS

ROOT = Path(__file__).parent.parent
# Who speaks to clients.
SPEAKERS = ("db", "resolvers", "schema", "goalroom/execution", "goalroom/transport", "goalroom/endpoints")
_CALL = re.compile(r"\b([a-z]\w+)\(")
_SELECTION = re.compile(r"'([^']*\{[^']*\})'")
_CAMEL_CASE = re.compile(r"\b[a-z]+[A-Z]\w*")


@cache
def schema() -> GraphQLSchema:
    return build_schema(sdl())


def said() -> Iterator[tuple[str, str]]:
    """Each text of the code that is no docstring, with its place.

    What is filled in is a task's id, in quotes where a list begins with it.
    """
    for top in SPEAKERS:
        for file in sorted((ROOT / top).rglob("*.py")):
            tree = ast.parse(file.read_text("utf-8"))
            inner = {part for node in ast.walk(tree) for part in _parts(node)}
            for node in ast.walk(tree):
                if node not in inner and (text := _text(node)):
                    yield f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", text


def _parts(node: ast.AST) -> list[ast.AST]:
    """What of the node is no text of its own: docstrings, and the parts of f-strings."""
    if isinstance(node, ast.JoinedStr):
        return [part for part in ast.walk(node) if part is not node]
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
        return [body[0].value]
    return []


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        text = ""
        for part in node.values:
            text += str(part.value) if isinstance(part, ast.Constant) else '"T1"' if text.endswith("[") else "T1"
        return text
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def roots() -> dict[str, str]:
    """Each query and mutation, and the keyword of its operation."""
    assert schema().query_type is not None
    assert schema().mutation_type is not None
    queries = dict.fromkeys(schema().query_type.fields, "query")  # type: ignore[union-attr]  # it is there
    return queries | dict.fromkeys(schema().mutation_type.fields, "mutation")  # type: ignore[union-attr]  # it is there


def documents(text: str) -> Iterator[str]:
    """The calls and selections in a text, as documents."""
    for found in _SELECTION.finditer(text):
        yield f"{{ {found[1]} }}"
    for found in _CALL.finditer(_SELECTION.sub("", text)):
        if found[1] in roots():
            yield _operation(found[1], _arguments(text[text.index(found[0]) + len(found[1]) :]))


def _arguments(text: str) -> str:
    """From the opening parenthesis to the one that closes it, as GraphQL reads them."""
    lexer = Lexer(Source(text))
    depth = 0
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        depth += {TokenKind.PAREN_L: 1, TokenKind.PAREN_R: -1}.get(token.kind, 0)
        if depth == 0:
            return text[: token.end]
    raise AssertionError(text)


def _operation(name: str, arguments: str) -> str:
    kind = roots()[name]
    root = schema().query_type if kind == "query" else schema().mutation_type
    assert root is not None
    selection = " { __typename }" if is_composite_type(get_named_type(root.fields[name].type)) else ""
    return f"{kind} {{ {name}{arguments}{selection} }}"


def faults(document: str) -> list[str]:
    """What is wrong with a document."""
    try:
        return [error.message for error in validate(schema(), parse(document))]
    except GraphQLSyntaxError as error:
        return [str(error)]


CALLS = [(place, document) for place, text in said() for document in documents(text)]


def test_there_are_calls_in_what_is_said() -> None:
    assert len(CALLS) >= 15
    assert any("reviewTask(input: {" in document for _place, document in CALLS)
    assert any(document.startswith("{ room {") for _place, document in CALLS)


@pytest.mark.parametrize(("place", "document"), CALLS, ids=[place for place, _document in CALLS])
def test_each_call_that_is_proposed_can_be_sent(place: str, document: str) -> None:
    assert faults(document) == [], place


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("turn reviews off with updateRoom(settings: {requireReview: false}).", "Unknown argument 'settings'"),
        ("claimTask(criteria:)", "Syntax Error"),
        ("'room { tasks }' lists them", "must have a selection"),
    ],
)
def test_what_can_not_be_sent_is_found(wrong: str, why: str) -> None:
    [document] = documents(wrong)

    [fault, *_] = faults(document)
    assert why in fault


def test_no_hint_sends_a_member_where_only_an_admin_may_go() -> None:
    closed = set(MUTATIONS[ADMINISTRATES].split()) | {"updateRoom", "registerAgent"}

    told = {
        (place, name)
        for place, text in said()
        for name in _CAMEL_CASE.findall(text)
        if name in closed and " " in text and not place.startswith("schema")
        if re.search(r"\b(admin|ADMIN|HUMAN)", text) is None
    }
    assert told == set()
