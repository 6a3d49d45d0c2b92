"""The README's tour, run as it stands there: its commands by a shell, its answers compared with what comes."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.commands import Server

README = Path(__file__).parents[2] / "README.md"
LISTEN = "curl -sN"


def test_the_tour_says_what_happens(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.fail("The tour is made of curl commands: install curl to test it.")
    tour = README.read_text("utf-8").split("## A tour")[1].split("## Commands")[0]
    commands = re.findall(r"```sh\n(.*?)```", tour, re.DOTALL)
    printed = re.findall(r"```json\n(.*?)```", tour, re.DOTALL)
    with Server("--data-dir", tmp_path / "data") as server:
        heard = tmp_path / "heard"
        script = "set -eu\n" + "".join(_as_script(command, heard) for command in commands) + "wait || true\n"
        script = script.replace("~/.local/share/goalroom", str(tmp_path / "data"))
        script = script.replace("http://127.0.0.1:4280", server.url)
        done = subprocess.run(  # noqa: S603  # the README's own commands
            ["bash", "-c", script],  # noqa: S607  # whichever shell is first on the path
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines() + [
        line.removeprefix("data: ") for line in heard.read_text().splitlines() if line.startswith('data: {"data"')
    ]
    assert sorted(said) == sorted(line for block in printed for line in block.splitlines())


def _as_script(command: str, heard: Path) -> str:
    """The listener runs beside the others, long enough to hear what they do."""
    if command.startswith(LISTEN):
        return f"timeout 8 {command.rstrip()} > {heard} &\nsleep 2\n"
    return command
