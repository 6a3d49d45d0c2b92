"""The agents of the night: `night_agent.py ROLE TASK`, each run of which may crash or hang, as the seed has it.

It runs with the client alone on its path, as a program of somebody's own would.
"""

import contextlib
import io
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

from goalroom_client.main import main

# What may happen to a run, and how likely that is: a worker dies, a reviewer says no more.
FATES = {
    "worker": (("dies at once", 0.15), ("dies with its task", 0.2), ("dies before it acknowledges", 0.1)),
    "reviewer": (("hangs", 0.15),),
    "planner": (),
}
RUNS = "runs.jsonl"


class Ended(Exception):  # noqa: N818  # how a run ends
    """The command was refused, or the server is away: the exit status."""


def fate(role: str, number: int, seed: str) -> str:
    """What is to happen to the run of this number."""
    dice = random.Random(f"{seed} {role} {number}").random()  # what happens must happen again
    for what, likely in FATES[role]:
        if dice < likely:
            return what
        dice -= likely
    return ""


def gr(*words: str, refused: bool = False) -> Any:
    """What the command answers; None where it is `refused` and that may be."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        status = main([*words, "--json"])
    # 3, 5 and 6 are what a rule says of somebody else's doing.
    if status and not (refused and status in {3, 5, 6}):
        raise Ended(status)
    return json.loads(output.getvalue()).get("data")


class Run:
    """One run of an agent."""

    def __init__(self, role: str, task: str) -> None:
        self.task = task
        self.wake = os.environ["GOALROOM_WAKE"]
        runs = Path(f"{role}-{RUNS}")
        number = len(runs.read_text().splitlines()) if runs.exists() else 0
        self.fate = fate(role, number, os.environ["NIGHT_SEED"])
        said = {"session": os.environ["GOALROOM_SESSION"], "wake": self.wake, "task": task, "fate": self.fate}
        with runs.open("a") as file:
            file.write(json.dumps(said) + "\n")
        print(self.fate or "well", flush=True)  # noqa: T201  # what its log has

    def at(self, moment: str) -> None:
        """Die or hang where that is to happen now."""
        if self.fate != moment:
            return
        if moment == "hangs":
            time.sleep(600)
        os._exit(9)

    def work(self) -> None:
        self.at("dies at once")
        todo = [self.task] if self.task else [task["id"] for task in gr("mine") if task["ready"]]
        for task in todo:
            claim = gr("claim", task, refused=True)
            self.at("dies with its task")
            if claim is not None:
                gr("submit", task, f"Done in the run for {self.wake}", refused=True)
        self.at("dies before it acknowledges")

    def review(self) -> None:
        self.at("hangs")
        todo = [self.task] if self.task else [task["id"] for task in gr("brief")["reviews"]]
        for task in todo:
            # Some are sent back once.
            if int(task[1:]) % 4 == 0 and not gr("show", task)["reviews"]:
                gr("review", task, "changes", "Once more", refused=True)
            else:
                gr("review", task, "approve", "Good", refused=True)

    def plan(self) -> None:
        """Give out what nobody has, and tell them what is to be gone on with."""
        room = os.environ["GOALROOM_ROOM"]
        query = (
            "query($room: ID) { room(room: $room) { tasks(first: 100) { nodes { id status ready assignee { id } } } } }"
        )
        tasks = gr("gql", query, "-v", f"room={json.dumps(room)}")["room"]["tasks"]["nodes"]
        new = [task["id"] for task in tasks if task["status"] == "TODO" and task["assignee"] is None]
        for task in new:
            # Where its lease was lost, the worker may have taken it up meanwhile.
            gr("assign", task, "worker", "--reviewer", "reviewer", refused=True)
        idle = [task["id"] for task in tasks if task["ready"]]
        submitted = [task["id"] for task in tasks if task["status"] == "VALIDATING"]
        for who, what in (("worker", idle), ("reviewer", submitted)):
            if what:
                gr("send", who, f"{', '.join(what)}: nobody is at it")


def run() -> None:
    role, task = sys.argv[1:]
    this = Run(role, task)
    {"worker": this.work, "reviewer": this.review, "planner": this.plan}[role]()
    gr("ack", this.wake)


if __name__ == "__main__":
    try:
        run()
    except Ended as ended:
        sys.exit(int(ended.args[0]))
