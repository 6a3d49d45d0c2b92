"""What `gr setup` writes for each tool, and that it leaves everything else as it was.

`PYTHONPATH=client python -m tests.goalroom_client.test_setup` writes the golden files anew, for a reader to compare.
"""

import json
import tempfile
import tomllib
from pathlib import Path

import pytest

from goalroom_client.tool_files.tools import TOOLS
from tests.goalroom_client.terminal import Ended, Terminal

URL = "https://goalroom.example"
GOLDEN = Path(__file__).parent / "golden"
SCOPES = [(tool, scope) for tool in TOOLS for scope in ("project", "user") if (tool, scope) != ("agents-md", "user")]

JSON = {
    "claude": ".mcp.json",
    "gemini": ".gemini/settings.json",
    "cursor": ".cursor/mcp.json",
    "vscode": ".vscode/mcp.json",
}
OTHERS: dict[str, dict[str, object]] = {
    "claude": {"mcpServers": {"other": {"command": "x"}}, "unknown": [1]},
    "gemini": {
        "theme": "dark",
        "hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "other"}]}]},
        "mcpServers": {},
    },
    "cursor": {},
    "vscode": {"inputs": [], "servers": {"other": {"url": "x"}}},
}


class Desk(Terminal):
    """A repository in a home, and what is written there."""

    def __init__(self, home: Path) -> None:
        super().__init__("somebody", home, GOALROOM_URL=URL)
        self.directory = home / "repository" / "inner"
        self.directory.mkdir(parents=True)
        self.root = home / "repository"
        (self.root / ".git").mkdir()

    def files(self) -> dict[str, str]:
        paths = [path for path in self.home.rglob("*") if path.is_file()]
        return {path.relative_to(self.home).as_posix(): path.read_text("utf-8") for path in paths}

    def folders(self) -> set[Path]:
        return {path for path in self.home.rglob("*") if path.is_dir()}

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def setup(self, *words: str) -> Ended:
        return self("setup", *words)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def written(desk: Desk, tool: str, scope: str) -> str:
    """All files that it makes, one after the other."""
    assert desk.setup(tool, f"--{scope}").status == 0
    return "".join(f"== {name}\n{text}" for name, text in sorted(desk.files().items()))


@pytest.mark.parametrize(("tool", "scope"), SCOPES)
def test_it_writes_what_the_golden_file_shows(desk: Desk, tool: str, scope: str) -> None:
    assert written(desk, tool, scope) == (GOLDEN / f"{tool}-{scope}.txt").read_text("utf-8")


@pytest.mark.parametrize(("tool", "scope"), SCOPES)
def test_it_is_idempotent_checks_itself_and_leaves_no_trace(desk: Desk, tool: str, scope: str) -> None:
    before, folders = desk.files(), desk.folders()
    printed = desk.setup(tool, f"--{scope}", "--print")
    assert desk.setup(tool, f"--{scope}", "--check").status == 1
    assert desk.files() == before

    assert desk.setup(tool, f"--{scope}").status == 0
    after = desk.files()
    assert all(text.rstrip() in printed.output for text in after.values())
    again = desk.json("setup", tool, f"--{scope}")
    assert [one["changed"] for one in again] == [False] * len(again)
    assert desk.setup(tool, f"--{scope}", "--check").status == 0
    assert desk.files() == after

    assert desk.setup(tool, f"--{scope}", "--remove").status == 0
    assert desk.files() == before
    # But for those in which a tool has its own files, too.
    assert {path.name for path in desk.folders() - folders} <= {".config", "Code"}
    assert desk.setup(tool, f"--{scope}", "--remove").status == 0


@pytest.mark.parametrize("tool", JSON)
@pytest.mark.parametrize("indent", [2, 4, "\t", None])
def test_what_others_wrote_stays_to_the_letter(desk: Desk, tool: str, indent: int | str | None) -> None:
    path = desk.write(JSON[tool], text := json.dumps(OTHERS[tool], indent=indent))

    assert desk.setup(tool).status == 0
    found = json.loads(path.read_text())
    copy = path.with_name(path.name + ".before-goalroom")
    assert copy.read_text() == text
    for key, value in OTHERS[tool].items():
        assert _holds(found[key], value)
    if indent == 4:
        assert "\n    " in path.read_text()

    assert desk.setup(tool, "--url", "https://elsewhere.example").status == 0
    assert "elsewhere" in path.read_text()
    assert copy.read_text() == text
    assert desk.setup(tool, "--remove").status == 0
    assert path.read_text() == text
    assert not copy.exists()


@pytest.mark.parametrize("tool", ["gemini", "cursor", "vscode"])
def test_comments_stay_where_the_tool_takes_them(desk: Desk, tool: str) -> None:
    servers = "servers" if tool == "vscode" else "mcpServers"
    text = (
        f'// Ours\n{{\n    "{servers}": {{\n        /* local */ "other": {{ "args": ["a", "b"] }}, // why\n    }}\n}}\n'
    )
    path = desk.write(JSON[tool], text)

    assert desk.setup(tool).status == 0
    written_ = path.read_text()
    for part in (
        "// Ours\n",
        '/* local */ "other": { "args": ["a", "b"] }, // why\n        "goalroom": {\n            "',
    ):
        assert part in written_
    assert desk.setup(tool, "--check").status == 0
    path.with_name(path.name + ".before-goalroom").unlink()
    assert desk.setup(tool, "--remove").status == 0

    assert path.read_text() == text


@pytest.mark.parametrize(
    ("tool", "name", "text"),
    [
        ("claude", ".mcp.json", '{\n  "mcpServers": {\n    "other": {}\n  }\n}\n'),
        ("codex", ".codex/config.toml", "# mine\nmodel = 'o'\n"),
        ("agents-md", "AGENTS.md", "# Orders\n\nBe kind.\n"),
    ],
)
def test_the_ends_of_lines_and_the_mark_of_some_editors_stay(desk: Desk, tool: str, name: str, text: str) -> None:
    path = desk.write(name, "")
    path.write_bytes(before := b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert desk.setup(tool).status == 0
    after = path.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\n") == after.count(b"\r\n") > before.count(b"\n")
    assert desk.setup(tool, "--check").status == 0
    assert desk.setup(tool, "--remove").status == 0
    assert path.read_bytes() == before


def _holds(found: object, value: object) -> bool:
    if isinstance(value, dict):
        assert isinstance(found, dict)
        return all(_holds(found[key], inner) for key, inner in value.items())
    if isinstance(value, list):
        assert isinstance(found, list)
        return found[: len(value)] == value
    return found == value


def test_what_was_changed_meanwhile_stays_when_ours_goes(desk: Desk) -> None:
    path = desk.write(".gemini/settings.json", '{"theme": "dark"}')
    desk.setup("gemini")
    found = json.loads(path.read_text())
    found["theme"] = "light"
    found["hooks"]["AfterTool"].append({"hooks": [{"type": "command", "command": "other"}]})
    path.write_text(json.dumps(found))

    assert desk.setup("gemini", "--remove").status == 0

    other = {"hooks": [{"type": "command", "command": "other"}]}
    assert json.loads(path.read_text()) == {"theme": "light", "hooks": {"AfterTool": [other]}}


def test_a_config_of_codex_keeps_its_comments(desk: Desk) -> None:
    text = '# mine\nmodel = "o"  # good\n\n[mcp_servers.other]\ncommand = "x"\n'
    path = desk.write(".codex/config.toml", text)

    assert desk.setup("codex").status == 0
    assert path.read_text().startswith(text)
    assert tomllib.loads(path.read_text())["mcp_servers"]["goalroom"]["bearer_token_env_var"] == "GOALROOM_TOKEN"
    path.write_text(path.read_text() + "\n[features]\nnew = true\n")
    assert desk.setup("codex", "--remove").status == 0

    assert path.read_text() == text + "\n[features]\nnew = true\n"


def test_agents_md_keeps_what_people_wrote(desk: Desk) -> None:
    text = "# Orders\n\nBe kind.\n"
    path = desk.write("AGENTS.md", text)

    assert desk.setup("agents-md").status == 0
    assert path.read_text().startswith(text)
    path.write_text(path.read_text().replace("Be kind.", "Be quick.") + "\nMore.\n")
    assert desk.setup("agents-md").status == 0
    assert desk.setup("agents-md", "--remove").status == 0

    assert path.read_text() == "# Orders\n\nBe quick.\n\nMore.\n"


@pytest.mark.parametrize(
    ("tool", "name", "text", "said"),
    [
        ("claude", ".mcp.json", "{", "is no JSON"),
        ("claude", ".claude/settings.json", '{"hooks": []}', "hooks is no object"),
        ("claude", ".claude/settings.json", '{"hooks": {"Stop": {}}}', "Stop is no list"),
        ("cursor", ".cursor/mcp.json", "[]", "is no object"),
        ("vscode", ".vscode/mcp.json", '{"servers": 3} // why', "servers is no object"),
        ("vscode", ".vscode/mcp.json", '{"servers": {} /* why', "is no JSON"),
        ("claude", ".mcp.json", '{"mcpServers": {}} // why', "is no JSON"),
        ("claude", ".claude/settings.json", '{"hooks": {},}', "is no JSON"),
        ("codex", ".codex/hooks.json", "// why\n", "is no JSON"),
        ("codex", ".codex/config.toml", "model = ", "is no TOML"),
        ("codex", ".codex/config.toml", 'mcp_servers = {goalroom = {url = "x"}}', "in a form that is not ours"),
        ("agents-md", "AGENTS.md", "<!-- goalroom: begin -->\n", "marks of our section"),
    ],
)
def test_a_broken_file_is_refused_and_nothing_is_written(
    desk: Desk, tool: str, name: str, text: str, said: str
) -> None:
    path = desk.write(name, text)
    before = desk.files()

    for words in ((), ("--check",)):
        refused = desk.refused("setup", tool, *words)
        assert (refused["code"], refused["status"]) == ("BAD_INPUT", 2)
        assert said in refused["message"]
        assert str(path) in refused["message"]
    assert desk.files() == before


def test_no_file_has_the_token_and_a_strangers_url_is_not_written(desk: Desk) -> None:
    for tool in TOOLS:
        assert desk("setup", tool, GOALROOM_TOKEN="gr_secret").status == 0
    assert not any("gr_secret" in text for text in desk.files().values())
    before = desk.files()

    desk.write(".goalroom.toml", 'url = "https://stranger.example"\n')

    assert desk.refused("setup", "claude", GOALROOM_URL=None)["status"] == 4
    (desk.root / ".goalroom.toml").unlink()
    assert desk.files() == before


def test_options_that_exclude_one_another_are_refused(desk: Desk) -> None:
    for words in (
        ("claude", "--user", "--project"),
        ("claude", "--check", "--remove"),
        ("emacs",),
        ("agents-md", "--user"),
    ):
        assert desk.setup(*words).status == 2
    assert desk.files() == {}


if __name__ == "__main__":
    for one, where in SCOPES:
        with tempfile.TemporaryDirectory() as folder:
            (GOLDEN / f"{one}-{where}.txt").write_text(written(Desk(Path(folder)), one, where), "utf-8")
