"""A machine with a runner for one agent, whose command is a script that does as it is told."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.goalroom_client.team import Team
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
if todo == "hang":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    open("child", "w").write(str(child.pid))
    time.sleep(600)
elif todo in ("ack", "slow"):
    time.sleep(2 if todo == "slow" else 0)
    subprocess.run([sys.executable, "-m", "goalroom_client", "ack", os.environ["GOALROOM_WAKE"]], check=True)
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

    def notes_on(self, task: str) -> list[str]:
        """What it said on a task."""
        query = "query($id: ID!) { task(id: $id) { comments(first: 50) { nodes { kind body } } } }"
        nodes = self.team.admin.ask(query, id=task)["task"]["comments"]["nodes"]
        return [node["body"] for node in nodes if node["kind"] == "NOTE" and "Runner of" in node["body"]]

    def until_noted(self, count: int) -> None:
        until(lambda: len(self.notes()) == count)

    def breaker(self) -> str | None:
        query = "query($room: ID) { room(room: $room) { resources { name breaker } } }"
        found = self.team.admin.ask(query, room=self.team.room)["room"]["resources"]
        return next((one["breaker"] for one in found if one["name"] == f"runner:{self.agent.name}"), None)

    @property
    def logs(self) -> Path:
        """The files of its runs."""
        return self.agent.home / ".local/state/goalroom/runner" / self.agent.name

    def environment(self) -> dict[str, str]:
        """What the runner runs in."""
        path = os.pathsep.join([str(CLIENT), os.environ.get("PYTHONPATH", "")])
        return {"GOALROOM_TOKEN_FILE": str(self.agent.home / "token"), "PYTHONPATH": path}

    @contextmanager
    def running(self, config: Path) -> Generator["subprocess.Popen[str]"]:
        process = self.agent.started("runner", str(config), **self.environment())
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
