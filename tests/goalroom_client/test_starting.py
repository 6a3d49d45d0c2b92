"""How soon `gr` starts, and what it needs for that."""

import ast
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from tests.goalroom_client.terminal import CLIENT, Terminal

# Each takes longer to import than the rest of a command to run.
SLOW = {"asyncio", "dataclasses", "email", "getpass", "http.client", "inspect", "ssl", "subprocess", "tomllib"}


def imported(*words: str, **environment: str) -> set[str]:
    """What a command without a server imports."""
    script = f"import sys; sys.path.insert(0, {str(CLIENT)!r}); from goalroom_client.main import main; "
    script += f"main({[*words]!r}); print(*sys.modules)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment or None)  # noqa: S603  # ours
    return set(done.stdout.splitlines()[-1].split())


def test_help_needs_nothing_slow() -> None:
    assert imported("--help") & SLOW == set()
    assert imported("claim", "--help") & SLOW == set()


def test_a_beat_that_is_not_due_asks_nobody_and_needs_nothing_that_could(worker: Terminal) -> None:
    assert worker("beat", "--throttle").status == 0

    took = []
    for _ in range(5):
        began = time.monotonic()
        again = worker("beat", "--throttle", "--json", GOALROOM_SESSION=None)
        took.append(time.monotonic() - began)
        assert (again.data, again.errors) == (None, "")

    # On a busy machine one may have to wait for its turn.
    assert min(took) < 0.1
    assert {"http.client", "ssl"} & imported("beat", "--throttle", **worker.whole_environment({})) == set()


def test_a_command_takes_little_beside_its_request(worker: Terminal) -> None:
    """What the processor does for it beside starting Python: its time on a machine with nothing else to do."""
    commands = [_processor_s(lambda: worker.started("ready")) for _ in range(5)]
    bare = [_processor_s(lambda: subprocess.Popen([sys.executable, "-c", "pass"])) for _ in range(5)]  # ours

    assert median(commands) - median(bare) < 0.15


def _processor_s(start: Callable[[], "subprocess.Popen[Any]"]) -> float:
    began = _children_s()
    process = start()
    process.communicate()
    assert process.returncode == 0
    return _children_s() - began


def _children_s() -> float:
    used = os.times()
    return used.children_user + used.children_system


def test_the_client_is_made_of_the_standard_library() -> None:
    used = set()
    # But for what the extra is for.
    for path in set(CLIENT.rglob("*.py")) - set((CLIENT / "goalroom_client" / "sdk").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                used |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                used.add((node.module or "").partition(".")[0])

    assert used - sys.stdlib_module_names == {"goalroom_client"}
    assert "dependencies = []" in (CLIENT / "pyproject.toml").read_text("utf-8")


def test_the_version_is_the_servers() -> None:
    server = Path(__file__).parents[2] / "goalroom" / "version.py"

    assert (CLIENT / "goalroom_client" / "version.py").read_text("utf-8") == server.read_text("utf-8")
