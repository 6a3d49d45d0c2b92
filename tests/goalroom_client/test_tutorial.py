"""docs/two-agents.md, run as it stands there: its commands by a shell, what they print compared with what it shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.e2e.commands import Server
from tests.goalroom_client.terminal import CLIENT

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "two-agents.md"
ANYTHING = "…"


def test_the_tutorial_says_what_happens(home: Path, tmp_path: Path) -> None:
    text = TUTORIAL.read_text("utf-8")
    commands = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    shown = re.findall(r"^```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len(commands) == len(shown)
    place = tmp_path / "place"
    place.mkdir()
    with Server("--data-dir", home) as server:
        script = f"set -eu\n{_program('gr', 'goalroom_client')}{_program('goalroom', 'goalroom')}"
        script += "".join(f"{command}echo =====\n" for command in commands)
        script = script.replace("~/.local/share/goalroom", str(home)).replace("http://127.0.0.1:4280", server.url)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOALROOM_", "XDG_"))}
        path = f"{CLIENT}{os.pathsep}{ROOT}"
        done = subprocess.run(  # noqa: S603  # the tutorial's own commands
            ["sh", "-c", script],  # noqa: S607  # whichever shell is first on the path
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
            cwd=place,
            env=kept | {"HOME": str(tmp_path), "GOALROOM_DATA_DIR": str(home), "PYTHONPATH": path},
        )

    assert done.returncode == 0, done.stderr
    printed = done.stdout.split("=====\n")[:-1]
    for said, got in zip(shown, printed, strict=True):
        assert re.fullmatch(_pattern(said), got, re.DOTALL), got


def _program(name: str, module: str) -> str:
    return f'{name}() {{ {shlex.quote(sys.executable)} -m {module} "$@"; }}\n'


def _pattern(shown: str) -> str:
    """What it shows, with anything in place of what differs from one day to the next."""
    return ".*".join(map(re.escape, shown.split(ANYTHING)))
