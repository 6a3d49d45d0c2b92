"""The list of MCP's tools speaks of things by the words of the glossary, and every document is one of the schema."""

import importlib
import pkgutil
import re
from pathlib import Path

from graphql import build_schema, parse, validate

import goalroom.mcp
from goalroom.mcp.tool_list import TOOLS, listed
from resolvers.build import sdl

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text("utf-8").lower()
# What others call what has a name here.
_OTHER_WORDS = {
    "assignment", "blackboard", "board", "bot", "bug", "card", "checklist", "claimant", "dashboard", "epic", "goal",
    "issue", "item of work", "job", "lock", "milestone", "notification", "owner", "project", "queue", "sprint", "story",
    "thread", "ticket", "todo", "user", "worker", "workspace",
}  # fmt: skip
_OURS = (
    "task",
    "objective",
    "criteria",
    "handoff",
    "inbox",
    "review",
    "submission",
    "agent",
    "channel",
    "room",
    "cursor",
)


def test_things_have_the_names_of_the_glossary() -> None:
    tools = listed(is_observer=False)
    said = [tool["description"] for tool in tools]
    said += [one["description"] for tool in tools for one in tool["inputSchema"]["properties"].values()]
    words = set(re.findall(r"[a-z]+", " ".join(said).lower()))

    assert {"task", "inbox", "session"} <= words
    assert words & _OTHER_WORDS == set()
    for word in _OURS:
        assert re.search(rf"^\| {word}s? \|", GLOSSARY, re.MULTILINE), word


def test_a_tool_is_called_as_what_it_does() -> None:
    assert all(re.fullmatch(r"[a-z]+_[a-z]+|remember|recall", tool.name) for tool in TOOLS)


def test_every_document_is_one_of_the_public_schema() -> None:
    schema, found = build_schema(sdl()), 0
    for module in pkgutil.walk_packages(goalroom.mcp.__path__, "goalroom.mcp."):
        if module.name == "goalroom.mcp.protocol":
            # It imports the SDK, and asks for nothing.
            continue
        for name, text in vars(importlib.import_module(module.name)).items():
            if isinstance(text, str) and name.isupper() and re.match(r"\s*(query|mutation|\{ )", text):
                assert validate(schema, parse(text)) == [], f"{module.name}.{name}"
                found += 1

    assert found > 40
