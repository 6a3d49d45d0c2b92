"""A night: a runner with three scripted agents works through an imported room, whatever is killed meanwhile."""

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from goalroom_client.api import Api
from goalroom_client.connection_settings import Connection
from tests.e2e.commands import Server, run
from tests.goalroom_client.night_agent import RUNS
from tests.goalroom_client.terminal import Terminal
from tests.patience import PATIENCE_S
from tests.size import sized

PATROLS = Path(__file__).parents[1] / "data" / "patrols.jsonl"
AGENT = Path(__file__).with_name("night_agent.py")
ROOM, TOKEN = "night", "gr_a-token-for-a-night-in-which-much-is-killed"
# Of five chains of ten tasks each, so many of each: all of them would take CI too long.
CHAINS, LENGTH = sized(2, 4), sized(4, 6)
LONGEST_S = sized(100, 400)
# With it the worker fails thrice in a row early on, and the reviewer hangs early on.
SEED = "7"
ROLES = ("worker", "reviewer", "planner")
KINDS = {
    "worker": ["UNBLOCKED", "CHANGES_REQUESTED", "LEASE_LOST", "DIRECT"],
    "reviewer": ["REVIEW_REQUESTED", "DIRECT"],
    "planner": ["DIRECT"],
}
_NOTE = re.compile(r"Runner of (\w+): woken by ([\w, ]+), ended (after \d+ s|with its runner): (.+)\.")
_EVENTS = """query($room: ID, $after: String, $kinds: [EventKind!]) {
  events(room: $room, after: $after, kinds: $kinds, first: 200) {
    nodes { kind actor { name } task { id } data } pageInfo { hasNextPage endCursor } } }"""
_TASKS = """query($room: ID!) { room(room: $room) { tasks(
  first: 100, filter: {statuses: [TODO, DOING, BLOCKED, VALIDATING, DONE, CANCELLED]}) { nodes { id status } } } }"""
_COMMENTS = "query($id: ID!) { task(id: $id) { comments(kinds: [NOTE], first: 200) { nodes { body } } } }"
_OPS = 'query($room: ID) { room(room: $room) { messages(channel: "ops", last: 200) { nodes { body } } } }'
_CURSOR = "query($room: ID) { briefing(room: $room) { cursor } }"


class Night:
    """A server that may be killed, and a machine with the profiles of three agents and a runner that may be, too."""

    def __init__(self, home: Path, machine: Path) -> None:
        self._home, self.machine = home, machine
        self.server = Server("--data-dir", home, "--rate-limit", "0", GOALROOM_ADMIN_TOKEN=TOKEN)
        self.server.__enter__()
        self._port = str(urlsplit(self.server.url).port)
        self.admin = Api(Connection(self.server.url, TOKEN, ROOM, None))
        self._terminal = Terminal("night", machine)
        self._import()
        self.human = Terminal(
            "human", machine, GOALROOM_URL=self.server.url, GOALROOM_TOKEN=self._hire("human", "HUMAN")
        )
        for role in ROLES:
            login = self._terminal("login", self.server.url, "--profile", role, stdin=self._hire(role, "AGENT"))
            assert login.status == 0, login.errors
        self.runner = self._start_runner()

    def _import(self) -> None:
        lines = PATROLS.read_text("utf-8").splitlines()
        chains = [lines[at : at + LENGTH + 1] for at in range(0, len(lines), 11)][:CHAINS]
        path = self.machine / "issues.jsonl"
        path.write_text("\n".join(line for chain in chains for line in chain) + "\n", "utf-8")
        done = run("import", "beads", path, "--room", ROOM, "--data-dir", self._home)
        assert done.returncode == 0, done.stderr
        # A lease that is lost with its agent is soon noticed.
        settings = {"requireReview": True, "leaseSeconds": 4, "maxAttempts": 100}
        update = "mutation($input: UpdateRoomInput!) { updateRoom(input: $input) { id } }"
        self.admin.ask(update, input={"room": ROOM, "settings": settings})

    def _hire(self, name: str, kind: str) -> str:
        register = "mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token } }"
        return str(
            self.admin.ask(register, input={"name": name, "kind": kind, "rooms": [ROOM]})["registerAgent"]["token"]
        )

    def _start_runner(self) -> "subprocess.Popen[str]":
        config = self.machine / "runner.toml"
        agents = [
            {
                "profile": role,
                "command": [sys.executable, str(AGENT), role, "{task}"],
                "directory": str(self.machine),
                "kinds": KINDS[role],
                "concurrency": 2 if role == "reviewer" else 1,
                "settle_seconds": 0.1,
                "silence_seconds": 3,
                "max_per_hour": 10_000,
                "cooldown_seconds": 1,
            }
            for role in ROLES
        ]
        tables = ("".join(f"{key} = {json.dumps(value)}\n" for key, value in agent.items()) for agent in agents)
        config.write_text("".join(f"[[agent]]\n{table}\n" for table in tables), "utf-8")
        return self._terminal.started("runner", str(config), NIGHT_SEED=SEED, GOALROOM_ROOM=ROOM)

    def kill_server(self) -> None:
        self.server.process.kill()
        self.server.process.wait()
        self.server.__exit__(None, None, None)
        again = Server("--data-dir", self._home, "--port", self._port, "--rate-limit", "0", GOALROOM_ADMIN_TOKEN=TOKEN)
        self.server = again.__enter__()

    def kill_runner(self) -> None:
        self.runner.kill()
        self.runner.communicate()
        self.runner = self._start_runner()

    def end(self) -> int:
        """The exit status of the runner, which is asked to end."""
        self.runner.terminate()
        _, said = self.runner.communicate(timeout=PATIENCE_S)
        print(said)  # noqa: T201  # what it said of each run, where the test fails
        return self.runner.returncode

    def close(self) -> None:
        if self.runner.poll() is None:
            self.runner.kill()
            self.runner.communicate()
        self.server.__exit__(None, None, None)

    def tasks(self) -> dict[str, str]:
        """Their statuses by id."""
        return {task["id"]: task["status"] for task in self.admin.ask(_TASKS, room=ROOM)["room"]["tasks"]["nodes"]}

    def cursor(self) -> str:
        return str(self.admin.ask(_CURSOR, room=ROOM)["briefing"]["cursor"])

    def log(self, *kinds: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        after, more = None, True
        while more:
            page = self.admin.ask(_EVENTS, room=ROOM, after=after, kinds=list(kinds))["events"]
            events += page["nodes"]
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        return events

    def notes(self) -> list[Sequence[str]]:
        """What the runner said of its runs: the agent, what woke it, when it ended, and how."""
        bodies = [message["body"] for message in self.admin.ask(_OPS, room=ROOM)["room"]["messages"]["nodes"]]
        for task in self.tasks():
            bodies += [one["body"] for one in self.admin.ask(_COMMENTS, id=task)["task"]["comments"]["nodes"]]
        found = [_NOTE.fullmatch(body) for body in bodies if body.startswith("Runner of ")]
        assert None not in found, bodies
        return [match.groups() for match in found if match is not None]

    def logs(self, role: str) -> Path:
        return self.machine / ".local/state/goalroom/runner" / role

    def runs(self, role: str) -> list[dict[str, str]]:
        path = self.machine / f"{role}-{RUNS}"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def is_running(self) -> bool:
        """Whether a run goes on, or waits to be accounted for."""
        return any(path for role in ROLES for path in self.logs(role).glob("*.run"))

    def pass_by(self) -> None:
        """Until all is done; somebody who sleeps badly looks in where nothing happens."""
        end = time.monotonic() + LONGEST_S
        whole = len(self.tasks())
        assert whole == CHAINS * LENGTH
        self.human("send", "planner", "Plan it, please")
        seen, changed, kills = "", time.monotonic(), [self.kill_server, self.kill_runner]
        while (done := list(self.tasks().values()).count("DONE")) < whole:
            assert time.monotonic() < end, self.tasks()
            if kills and done >= whole // 3 * (3 - len(kills)) and self.is_running():
                kills.pop(0)()
            if (now := self.cursor()) != seen:
                seen, changed = now, time.monotonic()
            elif time.monotonic() - changed > 3:
                self.human("send", "planner", "Nothing happens")
                changed = time.monotonic()
            time.sleep(0.2)
        assert kills == []


def test_a_night_is_worked_through(home: Path, tmp_path: Path) -> None:
    machine = tmp_path / "machine"
    machine.mkdir()
    night = Night(home, machine)
    try:
        began = time.monotonic()
        night.pass_by()
        until_quiet(night)
        assert night.end() == 0
        print(f"{len(night.tasks())} tasks in {time.monotonic() - began:.0f} s")  # noqa: T201  # asked for

        check_each_task_was_done_once(night)
        check_each_run_is_accounted_for(night)
        for role in ROLES:
            check_the_breaker_did_as_it_was_told(night, role)
    finally:
        night.close()


def until_quiet(night: Night) -> None:
    """Until what was started is accounted for."""
    end = time.monotonic() + PATIENCE_S
    while night.is_running():
        assert time.monotonic() < end
        time.sleep(0.1)


def check_each_task_was_done_once(night: Night) -> None:
    """No task has two holders at a time, none is given out again once it is done, and all are."""
    assert set(night.tasks().values()) == {"DONE"}
    held: dict[str, bool] = {}
    done: Counter[str] = Counter()
    kinds = ("TASK_CLAIMED", "TASK_SUBMITTED", "TASK_RECLAIMED", "TASK_RELEASED", "TASK_DONE")
    for event in night.log(*kinds):
        task = event["task"]["id"]
        if event["kind"] == "TASK_CLAIMED":
            assert not held.get(task), event
            assert not done[task], event
        held[task] = event["kind"] == "TASK_CLAIMED"
        done[task] += event["kind"] == "TASK_DONE"
    assert set(done.values()) == {1}


def check_each_run_is_accounted_for(night: Night) -> None:
    """One note a run, which says what woke it and how it ended."""
    notes = night.notes()
    for role in ROLES:
        said = [note for note in notes if note[0] == role]
        files = {path.stem for path in night.logs(role).glob("*.log")}
        runs = night.runs(role)
        assert len(said) == len(files), role
        assert {run["session"].removeprefix("runner-") for run in runs} <= files
        woken = Counter(note[1].replace(", ", ",") for note in said)
        missing = Counter(run["wake"] for run in runs) - woken
        assert missing == Counter(), role
        # Who was killed with the runner may not have come to say that it ran.
        assert (woken - Counter(run["wake"] for run in runs)).total() <= 2
        fates = Counter(run["fate"] for run in runs if run["fate"])
        ends = Counter(note[3] for note in said)
        assert set(ends) <= {"ok", "failed 9", "failed 7", "silent", "killed", "nothing done"}, ends
        died, hung = sum(count for what, count in fates.items() if what.startswith("dies")), fates["hangs"]
        # Some that were to die or hang did not get so far; who waits for the server is silent, too.
        assert ends["failed 9"] <= died <= ends.total() - ends["nothing done"], ends
        assert hung <= ends["silent"] + ends["killed"], ends
    assert [note for note in notes if note[0] == "worker" and note[3] == "failed 9"]
    assert [note for note in notes if note[0] == "reviewer" and note[3] == "silent"]


def check_the_breaker_did_as_it_was_told(night: Night, role: str) -> None:
    """It opens with the third failure in a row or a probe that fails, and closes with a probe that ends well.

    While it is open nothing starts.
    """
    state, failures, detail = "CLOSED", 0, ""
    opened = 0
    for event in night.log("RESOURCE_CHANGED", "TASK_CLAIMED"):
        if event["kind"] == "TASK_CLAIMED":
            assert role != "worker" or state != "OPEN", event
            continue
        now = event["data"]
        if now["name"] != f"runner:{role}" or (now["breaker"], now["failures"], now["detail"]) == (
            state,
            failures,
            detail,
        ):
            continue
        if event["actor"] is None:
            assert (state, now["breaker"]) == ("OPEN", "HALF_OPEN")
        else:
            ok = now["detail"].startswith("ok:")
            assert now["failures"] == (0 if ok else failures + 1)
            opens = not ok and (state == "HALF_OPEN" or failures + 1 >= 3)
            # One that had begun before it opened changes nothing.
            assert now["breaker"] == ("OPEN" if opens or state == "OPEN" else "CLOSED"), event
        state, failures, detail = now["breaker"], now["failures"], now["detail"]
        opened += event["actor"] is not None and state == "OPEN"
    if role == "worker":
        assert opened
        assert state == "CLOSED"
