"""What `gr` asks is in the schema, whether a test asks it or not."""

import importlib
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from goalroom_client import documents
from goalroom_client.command_line import GLOBAL
from goalroom_client.commands.command_list import COMMANDS, MODULES
from resolvers.build import sdl
from tests.goalroom_client import reference

SCHEMA = build_schema(sdl())
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "gr.md"


@pytest.mark.parametrize("module", sorted(set(MODULES.values())))
def test_the_documents_of_a_module_are_valid(module: str) -> None:
    found = vars(importlib.import_module(f"goalroom_client.commands.{module}"))
    texts = {
        name: text
        for name, text in found.items()
        if isinstance(text, str) and text.lstrip().startswith(("query", "mutation", "subscription", "{ "))
    }

    assert {name: errors for name, text in texts.items() if (errors := validate(SCHEMA, parse(text)))} == {}


def test_what_is_shown_of_a_thing_is_valid_alone_and_beside_others() -> None:
    letters = list(documents.NODES)
    texts = [documents.nodes(letters), documents.nodes(["Q"]), *(documents.nodes([letter]) for letter in letters)]

    assert [errors for text in texts if (errors := validate(SCHEMA, parse(text)))] == []


def test_the_reference_has_every_command_and_the_options_of_all() -> None:
    page = PAGE.read_text("utf-8")

    assert [name for name in COMMANDS if f"\n## `gr {name}`\n" not in reference.text()] == []
    assert [name for name, metavar, _ in GLOBAL if f"| `{name} {metavar}` |" not in page] == []


def test_every_command_says_in_a_line_what_it_does() -> None:
    assert [name for name, what in COMMANDS.items() if not what[0].isupper() or what.endswith(".")] == []
