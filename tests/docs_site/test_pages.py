"""What the site is made of, before Zensical makes it: CI builds it, and checks the links of the result."""

import tomllib
from pathlib import Path

import pytest
from graphql import build_schema

from db.core.errors import ErrorCode
from tests.docs_site import links
from tests.docs_site.build import ROOT, Section, assemble, configuration, llms


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def sections(pages: Path) -> list[Section]:
    return assemble(pages)


def test_every_page_stands_in_the_navigation_and_in_llms_txt(pages: Path, sections: list[Section]) -> None:
    written = {path.relative_to(pages).as_posix() for path in pages.rglob("*.md")}

    nav = tomllib.loads(configuration(sections))["project"]["nav"]
    named = {path for entry in nav for listed in entry.values() for path in _paths(listed)}

    assert named == written
    assert [path for path in written if f"]({path})" not in llms(sections)] == []
    assert all(section.pages for section in sections)


def _paths(listed: str | list[dict[str, str]]) -> list[str]:
    return [listed] if isinstance(listed, str) else [path for entry in listed for path in entry.values()]


def test_each_field_of_the_roots_and_each_type_is_in_the_reference(pages: Path, sections: list[Section]) -> None:
    assert sections
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text("utf-8"))
    folder = pages / "reference" / "graphql"
    headings = {line for path in folder.glob("*.md") for line in path.read_text("utf-8").splitlines() if "## " in line}
    roots = [schema.query_type, schema.mutation_type, schema.subscription_type]
    fields = {name for root in roots if root for name in root.fields}
    types = {name for name, kind in schema.type_map.items() if kind.ast_node and kind not in roots}

    assert {f"## {name}" for name in fields | types} <= headings


def test_each_code_of_a_refusal_says_what_to_do(pages: Path, sections: list[Section]) -> None:
    assert sections
    text = (pages / "reference" / "errors.md").read_text("utf-8")
    parts = {part.partition("\n")[0]: part for part in text.split("\n## ")[1:]}

    assert list(parts) == [code.value for code in ErrorCode]
    assert [code for code, part in parts.items() if "What to do: " not in part] == []
    assert "| `{task}` is held by @`{holder}` until `{expiresAt}` UTC. |" in parts["ALREADY_CLAIMED"]


def test_each_command_shows_its_help(pages: Path, sections: list[Section]) -> None:
    assert sections
    text = (pages / "reference" / "cli.md").read_text("utf-8")

    for command in ("serve", "demo", "migrate", "token", "import beads", "export", "restore", "schema", "doctor"):
        assert f"\n## goalroom {command}\n" in text
    assert "--public-url" in text


def test_a_site_with_dead_links_and_another_hosts_script_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<h1 id="top">A</h1><a href="b.html#there">B</a><a href="#top">A</a><a href="https://example.org/">E</a>'
        '<a href="c.html">C</a><a href="b.html#gone">B</a><script src="https://cdn.example/x.js"></script>'
        '<img src="none.png">'
    )
    (tmp_path / "b.html").write_text('<h2 id="there">B</h2>')

    assert links.faults(tmp_path) == [
        "a.html loads https://cdn.example/x.js",
        "a.html links c.html, which is not there",
        "a.html links b.html#gone, which has no such heading",
        "a.html links none.png, which is not there",
    ]
