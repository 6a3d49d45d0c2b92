"""Every command of ours that the documentation shows is one that `goalroom` and `gr` take."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from goalroom.commands.cli import app
from goalroom_client import command_line
from tests.docs_site.build import ROOT

_BLOCK = re.compile(r"^```(?:sh|bash|shell)\n(.*?)^```|((?:^    \S.*\n)+)", re.DOTALL | re.MULTILINE)
_OURS = re.compile(r"(?:^|&& |\|\| |\$\()\s*(?:[A-Z_]+=\S+ )*(?:\S*/bin/)?(goalroom|gr) (.*)$", re.MULTILINE)
# What ends a command in a shell.
_ENDS = {"&&", "||", "|", ">", "<", "<<", ";", "&", ")", "#"}


def _commands() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "client").glob("*.md")]
    for page in sorted(pages):
        for fenced, indented in _BLOCK.findall(page.read_text("utf-8")):
            text = (fenced or indented).replace("\\\n", " ")
            for program, rest in _OURS.findall(text):
                yield page.relative_to(ROOT).as_posix(), program, tuple(_words(rest))


def _words(rest: str) -> Iterator[str]:
    words = shlex.shlex(rest, posix=True, punctuation_chars="&|<>;()")
    words.whitespace_split = True
    words.commenters = "#"
    for word in words:
        if word in _ENDS:
            return
        yield word


@pytest.mark.parametrize(("page", "program", "words"), sorted(set(_commands())), ids=lambda given: str(given)[:60])
def test_it_takes_what_the_page_shows(
    page: str, program: str, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page
    # Files that must be there for it.
    monkeypatch.chdir(tmp_path)
    for word in words:
        if re.fullmatch(r"[\w./-]+\.(?:jsonl?|csv|toml)", word):
            (tmp_path / word).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / word).touch()

    if program == "gr":
        command_line.parse(words)
    else:
        command: Any = typer.main.get_command(app)
        rest = list(words)
        while rest and rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest.pop(0)]
        assert command.make_context(program, rest).command is command


def test_what_no_command_takes_is_found_out() -> None:
    command: Any = typer.main.get_command(app)

    with pytest.raises(Exception, match="No such option"):
        command.commands["serve"].make_context("goalroom", ["--nothing"])
