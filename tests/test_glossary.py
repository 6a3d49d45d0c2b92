"""Every term of the glossary is where it says, and a search for the usual word finds its module or function."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"

_ROW = re.compile(r"^\| (?!term |---)([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_PLACE = re.compile(r"`([^`:]+)(?::([^`]+))?`")
_ROWS = {term: (meaning, where) for term, meaning, where in _ROW.findall(GLOSSARY.read_text("utf-8"))}

_SEARCHED = (
    "authentication",
    "circuit breaker",
    "doctor",
    "event log",
    "login link",
    "mention",
    "query cost",
    "rate limit",
    "redact",
    "retry",
    "toast",
    "transaction",
    "unread",
)
# What is defined: in Python, TypeScript and SQL.
_DEFINED = re.compile(r"\b(?:def|class|function|interface|type|const|-- name:)\s+(\w+)")


@pytest.mark.parametrize("term", _ROWS)
def test_a_term_is_where_the_glossary_says(term: str) -> None:
    meaning, where = _ROWS[term]
    places = _PLACE.findall(where)

    assert places
    assert meaning.endswith(".")
    for path, name in places:
        assert (ROOT / path).is_file(), path
        assert not name or re.search(rf"\b{re.escape(name)}\b", (ROOT / path).read_text("utf-8")), f"{path}:{name}"


@pytest.mark.parametrize("term", _SEARCHED)
def test_a_search_for_the_usual_word_finds_a_module_or_function(term: str) -> None:
    word = term.replace(" ", "")
    files = [
        path
        for folder in ("goalroom", "resolvers", "schema", "db", "dashboard/src")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".ts", ".tsx"}
    ]
    found = [
        name
        for path in files
        for name in (path.stem, *_DEFINED.findall(path.read_text("utf-8")))
        if word in re.sub(r"[_-]", "", name).lower()
    ]

    assert found
    assert term in _ROWS
