"""The runner as a process: what arrives in an inbox starts a command, and every run is accounted for."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.goalroom_client.conftest import Team
from tests.goalroom_client.terminal import CLIENT, Terminal
from tests.patience import PATIENCE_S

# Says what it was started with; acknowledges what woke it, unless it is told to do something else.
_AGENT = """
import json, os, subprocess, sys, time
facts = {name: value for name, value in os.environ.items() if name.startswith("GOALROOM_")}
with open("runs.jsonl", "a") as runs:
    runs.write(json.dumps({"arguments": sys.argv[1:], "environment": facts}) + "\\n")
print("working", flush=True)
todo = open("todo").read() if os.path.exists("todo") else "ack"
if todo == "ack":
    subprocess.run([sys.executable, "-m", "goalroom_client", "ack", os.environ["GOALROOM_WAKE"]], check=True)
elif todo == "hang":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    open("child", "w").write(str(child.pid))
    time.sleep(600)
elif todo == "fail":
    sys.exit(3)
"""


class Machine:
    """Where a runner runs for one agent."""

    def __init__(self, team: Team, agent: Terminal, sender: Terminal) -> None:
        self.team, self.agent, self.sender = team, agent, sender
        (agent.home / "agent.py").write_text(_AGENT)
        (agent.home / "token").write_text(agent.token)
        (agent.home / "token").chmod(0o600)

    def configure(self, **more: Any) -> Path:
        command = [sys.executable, "agent.py", "{item}", "{task}", "{session}", "{prompt}; $HOME"]
        given = {"command": command, "directory": str(self.agent.home), "settle_seconds": 0.3} | more
        path = self.agent.home / "runner.toml"
        path.write_text("[[agent]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in given.items()))
        return path

    def todo(self, what: str) -> None:
        (self.agent.home / "todo").write_text(what)

    def send(self, text: str) -> None:
        assert self.sender("send", self.agent.name, text).status == 0

    def runs(self) -> list[dict[str, Any]]:
        path = self.agent.home / "runs.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def notes(self) -> list[str]:
        """What the runner said of this agent in #ops, the oldest first."""
        query = 'query($room: ID) { room(room: $room) { messages(channel: "ops", last: 50) { nodes { body } } } }'
        nodes = self.team.admin.ask(query, room=self.team.room)["room"]["messages"]["nodes"]
        return [node["body"] for node in nodes if f"Runner of {self.agent.name}:" in node["body"]]

    def until_noted(self, count: int) -> None:
        until(lambda: len(self.notes()) == count)

    def breaker(self) -> str | None:
        query = "query($room: ID) { room(room: $room) { resources { name breaker } } }"
        found = self.team.admin.ask(query, room=self.team.room)["room"]["resources"]
        return next((one["breaker"] for one in found if one["name"] == f"runner:{self.agent.name}"), None)

    @contextmanager
    def running(self, config: Path) -> Generator["subprocess.Popen[str]"]:
        path = os.pathsep.join([str(CLIENT), os.environ.get("PYTHONPATH", "")])
        process = self.agent.started(
            "runner", str(config), GOALROOM_TOKEN_FILE=str(self.agent.home / "token"), PYTHONPATH=path
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE_S)


def until(done: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture
def machine(team: Team, planner: Terminal) -> Machine:
    agent = team.agent(f"r{secrets.token_hex(3)}")
    agent.environment.pop("GOALROOM_TOKEN")
    return Machine(team, agent, planner)


def test_what_settled_starts_one_run_which_is_noted(machine: Machine) -> None:
    with machine.running(machine.configure(kinds=["DIRECT"], settle_seconds=1.5)):
        machine.send("One")
        machine.send("Two")
        until(machine.notes)

        [run] = machine.runs()
        wake = run["environment"]["GOALROOM_WAKE"].split(",")
        assert len(wake) == 2
        item, task, session, prompt = run["arguments"]
        assert (item, task, session) == (wake[0], "", run["environment"]["GOALROOM_SESSION"])
        assert prompt.endswith("; $HOME")
        assert run["environment"]["GOALROOM_ROOM"] == machine.team.room
        assert "GOALROOM_TOKEN" not in run["environment"]
        [note] = machine.notes()
        assert f"woken by {', '.join(wake)}, ended after" in note
        assert note.endswith(": ok.")
        assert machine.breaker() == "CLOSED"
    [log] = (machine.agent.home / ".local/state/goalroom/runner" / machine.agent.name).glob("*.log")
    assert log.read_text().startswith("working\n")


def test_a_run_for_a_task_is_noted_there_and_what_is_moot_starts_none(machine: Machine) -> None:
    machine.todo("nothing")
    with machine.running(machine.configure(kinds=["ASSIGNED"], settle_seconds=1.5)):
        moot = machine.sender.json("add", "Moot", "--assignee", machine.agent.name)["id"]
        assert machine.sender("cancel", moot, "No longer wanted").status == 0
        task = machine.sender.json("add", "Look at it", "--assignee", machine.agent.name)["id"]

        def comments(of: str) -> list[str]:
            query = "query($id: ID!) { task(id: $id) { comments(first: 50) { nodes { kind body } } } }"
            nodes = machine.team.admin.ask(query, id=of)["task"]["comments"]["nodes"]
            return [node["body"] for node in nodes if node["kind"] == "NOTE" and "Runner of" in node["body"]]

        until(lambda: comments(task))

        assert comments(task)[0].endswith(": nothing done.")
        assert [run["arguments"][1] for run in machine.runs()] == [task]
        assert comments(moot) == machine.notes() == []


def test_three_failures_open_the_breaker_and_a_good_run_closes_it(machine: Machine) -> None:
    machine.todo("fail")
    with machine.running(machine.configure(cooldown_seconds=4)):
        for count in range(1, 4):
            machine.send(f"Number {count}")
            machine.until_noted(count)
        assert all(note.endswith(": failed 3.") for note in machine.notes())
        until(lambda: machine.breaker() == "OPEN")
        machine.todo("ack")
        machine.send("One more")
        time.sleep(1)
        assert len(machine.runs()) == 3

        until(lambda: len(machine.notes()) == 4)
        assert machine.notes()[-1].endswith(": ok.")
        until(lambda: machine.breaker() == "CLOSED")
        # All that was still unacknowledged came with it.
        assert len(machine.runs()[-1]["environment"]["GOALROOM_WAKE"].split(",")) == 4


def test_a_silent_run_ends_with_all_that_it_started(machine: Machine) -> None:
    machine.todo("hang")
    with machine.running(machine.configure(silence_seconds=1)):
        machine.send("Hello")
        until(machine.notes)

        assert machine.notes()[0].endswith(": silent.")
        child = int((machine.agent.home / "child").read_text())
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_what_was_not_acknowledged_wakes_again_after_the_runner_was_killed(machine: Machine) -> None:
    machine.todo("hang")
    config = machine.configure()
    with machine.running(config) as first:
        machine.send("Hello")
        until((machine.agent.home / "child").exists)
        first.kill()
    machine.todo("ack")
    with machine.running(config):
        until(lambda: len(machine.notes()) == 2)

        assert [note.rsplit(" ", 1)[1] for note in machine.notes()] == ["killed.", "ok."]
        child = int((machine.agent.home / "child").read_text())
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)
        assert len({run["environment"]["GOALROOM_WAKE"] for run in machine.runs()}) == 1


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"kinds": ["LUNCH"]}, "LUNCH"),
        ({"profile": "nobody"}, "nobody"),
        ({"command": []}, "command"),
        ({"concurrency": 0}, "concurrency"),
    ],
)
def test_a_file_that_can_not_be_meant_so_is_named(machine: Machine, more: dict[str, Any], named: str) -> None:
    ended = machine.agent("runner", str(machine.configure(**more)))

    assert ended.status == 2
    assert named in ended.errors
