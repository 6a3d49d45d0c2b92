"""The tutorial, run as it stands there: its commands by a shell, its answers compared with what comes."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e import curl
from tests.e2e.commands import Server
from tests.size import long

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
LISTEN = "curl -sN"


# The tutorial must hold with the reader's own curl; the tests must pass on a machine that has none.
_CURLS = ["the machine's", pytest.param("ours", marks=long)] if shutil.which("curl") else ["ours"]


@pytest.mark.parametrize("name", _CURLS)
def test_the_tutorial_says_what_happens(home: Path, tmp_path: Path, name: str) -> None:
    text = TUTORIAL.read_text("utf-8")
    commands = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    printed = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    heard = tmp_path / "heard"
    path = os.environ["PATH"]
    if name == "ours":
        path = f"{_folder_with_curl(tmp_path)}{os.pathsep}{path}"
    with Server("--data-dir", home) as server:
        script = "set -eu\n" + "".join(_as_script(command, heard) for command in commands) + _hang_up(heard)
        script = script.replace("~/.local/share/goalroom", str(home))
        script = script.replace("http://127.0.0.1:4280", server.url)
        done = subprocess.run(  # noqa: S603  # the tutorial's own commands
            ["sh", "-c", script],  # noqa: S607  # whichever shell is first on the path
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | {"PATH": path},
        )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines() + [
        line.removeprefix("data: ") for line in heard.read_text().splitlines() if line.startswith('data: {"data"')
    ]
    assert sorted(said) == sorted(line for block in printed for line in block.splitlines())


def _folder_with_curl(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "curl"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(curl.__file__)} "$@"\n', "utf-8")
    program.chmod(0o755)
    return folder


def _as_script(command: str, heard: Path) -> str:
    """The listener runs beside the others; they begin once it is connected, and a moment later it listens."""
    if command.startswith(LISTEN):
        return f"{command.rstrip()} > {heard} &\n{_until(f'test -s {heard}')}sleep 1\n"
    return command


def _hang_up(heard: Path) -> str:
    return _until(f"grep -q 'data: {{' {heard}") + "kill $!\n"


def _until(condition: str) -> str:
    """Wait for it, 20 seconds at most."""
    return f"for _ in $(seq 200); do {condition} && break; sleep 0.1; done\n"
