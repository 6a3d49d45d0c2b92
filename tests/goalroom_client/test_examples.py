"""The examples of the client, run as their readers would."""

import os
import shlex
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.goalroom_client.machine import until
from tests.goalroom_client.team import Team
from tests.goalroom_client.terminal import CLIENT, Terminal
from tests.patience import PATIENCE_S

SCRIPTED = CLIENT / "examples" / "scripted-agents"
GUIDE = CLIENT.parent / "docs" / "how-to" / "runner.md"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with the commands that the examples call."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, words in (("gr", ["-m", "goalroom_client"]), ("python3", [])):
        path = folder / name
        path.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, *words])} "$@"\n')
        path.chmod(0o755)
    return folder


def command(page: Path, begins: str) -> list[str]:
    """The one command of the page that begins so."""
    (line,) = (line.strip() for line in page.read_text("utf-8").splitlines() if line.strip().startswith(begins))
    return shlex.split(line)[1:]


def test_scripted_agents_do_a_task_and_review_it(team: Team, planner: Terminal, programs: Path, tmp_path: Path) -> None:
    machine = Terminal("machine", tmp_path)
    machine.directory = Path(shutil.copytree(SCRIPTED, tmp_path / "example"))
    agents = {name: team.agent(name) for name in ("ada", "bob")}
    for name, agent in agents.items():
        assert machine("login", team.url, "--profile", name, stdin=agent.token).status == 0
    words = command(SCRIPTED / "README.md", "gr add")
    assert words == command(GUIDE, "gr add")

    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    runner = machine.started(*command(SCRIPTED / "README.md", "gr runner"), PATH=path)
    try:
        named = [agents[word].name if word in agents else word for word in words]
        task = str(planner.json(*named)["id"])
        until(lambda: len(notes(planner, task)) == 2)
    finally:
        runner.send_signal(signal.SIGTERM)
        _, errors = runner.communicate(timeout=PATIENCE_S)

    assert runner.returncode == 0, errors
    shown = planner.json("show", task)
    assert (shown["status"], shown["criteria"][0]["evidence"]) == ("DONE", "A script says so")
    assert all(note.endswith(": ok.") for note in notes(planner, task))
    assert agents["ada"].json("inbox", "--kind", "ASSIGNED") == []


def notes(planner: Terminal, task: str) -> list[str]:
    """What the runner said on the task."""
    comments = planner.json("show", task)["comments"]["nodes"]
    return [one["body"] for one in comments if one["body"].startswith("Runner of ")]
