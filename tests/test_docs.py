"""Whatever the documentation points at is there."""

import re
from pathlib import Path

import pytest

from goalroom.version import __version__
from goalroom_client.version import __version__ as client_version

ROOT = Path(__file__).parents[1]

_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
_FOLDERS = ("goalroom", "resolvers", "schema", "db", "sql", "client", "dashboard", "bench", "tests", "docs", "deploy")
_PATH = re.compile(rf"`((?:{'|'.join(_FOLDERS)})/[\w./-]+)(?::\w+)?`")
# What stands for any name, as in `db/NOUN/`, and what a build or an installation makes.
_PLACEHOLDER = re.compile(r"/(?:NAME|NOUN)\b")
_MADE = {"dashboard/dist", "dashboard/node_modules"}
_STATUS = re.compile(r"Status: (?:accepted|superseded by \d{4}), \d{4}-\d\d-\d\d")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def _pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")])


def _prose(page: Path) -> str:
    """Without its examples."""
    return re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def _anchors(page: Path) -> set[str]:
    """As GitHub makes them from headings."""
    headings = (heading.strip().lower() for heading in _HEADING.findall(_prose(page)))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", _pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_path_leads_somewhere(page: Path) -> None:
    prose = _prose(page)
    paths = [path for path in _PATH.findall(prose) if path not in _MADE and not _PLACEHOLDER.search(path)]
    wrong = [f"`{path}`" for path in paths if not (ROOT / path).exists()]
    for target, anchor in _LINK.findall(prose):
        if "://" in target:
            continue
        to = page.parent / target if target else page
        if not to.exists() or (anchor and to.suffix == ".md" and anchor not in _anchors(to)):
            wrong.append(f"{target}#{anchor}")

    assert wrong == []


def test_every_page_is_in_an_index() -> None:
    indexes = [ROOT / "README.md", ROOT / "docs" / "README.md", ROOT / "docs" / "decisions" / "README.md"]
    listed = {(index.parent / target).resolve() for index in indexes for target, _ in _LINK.findall(_prose(index))}

    assert [page.name for page in (ROOT / "docs").rglob("*.md") if page not in listed and page not in indexes] == []


def test_the_readme_is_short_and_begins_with_a_picture_and_two_lines_to_copy() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    first = "\n".join(lines[:25])

    assert len(lines) <= 130
    assert first.index("![") < first.index("goalroom serve") < first.index("(docs/agents.md)") < first.index("mcp add")


def test_each_decision_has_a_status_and_stands_in_the_index_by_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    wrong = []
    for page in sorted(folder.glob("[0-9]*.md")):
        title, _, status, *_ = page.read_text("utf-8").splitlines()
        row = f"| [{page.name[:4]}]({page.name}) | {title.removeprefix('# ')} |"
        if row not in index or not _STATUS.fullmatch(status):
            wrong.append(page.name)

    assert wrong == []


def test_the_changelog_has_the_version_of_server_and_client() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)

    assert released[0] == __version__ == client_version
