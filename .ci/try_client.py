"""Starts a server, and does with the installed `gr` what an agent does in a day; exit 0 where each ends as told.

It needs nothing but Python's own library: `try_client.py GOALROOM GR`.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

READY = "Goalroom is ready: "
DONE, FAULT, USAGE, NOTHING, NOT_ALLOWED, REFUSED, NOT_YOURS = range(7)


class Shell:
    """One agent's, in a home of its own."""

    def __init__(self, gr: str, home: Path, url: str, token: str) -> None:
        self._gr = gr
        self._home = home
        self._environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "GOALROOM_URL": url, "GOALROOM_TOKEN": token}

    def __call__(self, status: int, *words: str, text: str = "") -> str:
        """What it prints, where it ends as it should."""
        done = subprocess.run(
            [self._gr, *words], check=False, input=text, capture_output=True, text=True, timeout=60,
            env=self._environment, cwd=self._home,
        )  # fmt: skip
        print(f"gr {' '.join(words)}: {done.returncode}", flush=True)
        if done.returncode != status:
            sys.exit(f"it should have ended with {status}: {done.stdout}{done.stderr}")
        return done.stdout

    def data(self, *words: str, text: str = "") -> dict[str, object]:
        return json.loads(self(DONE, *words, "--json", text=text))["data"]


def work(admin: Shell, worker: Shell, reviewer: Shell) -> None:
    """Each command once, and each way to end."""
    admin(DONE, "whoami")
    goal = admin.data("goal", "Ship it", "--kr", "pages=0..10")
    admin(DONE, "measure", goal["keyResults"][0]["id"], "5")
    task = admin.data("add", "Write it", "--under", goal["id"], "--criterion", "It reads well")["id"]
    admin(DONE, "plan", "-", text='{"task": {"title": "More", "criteria": ["So"]}}\n')
    admin(DONE, "send", "#general", f"@worker {task} is yours")
    admin(DONE, "assign", task, "worker")
    for words in (("brief",), ("ready",), ("mine",), ("tree",), ("tree", goal["id"]), ("digest",), ("search", "write")):
        worker(DONE, *words)
    worker(DONE, "inbox")
    worker(DONE, "ack", "all")
    worker(NOTHING, "brief", "--wait", "1")
    worker(NOTHING, "watch", "inbox", "--wait", "1")
    worker(NOTHING, "recall", "me", "nothing")
    worker(DONE, "remember", "me", "where", "here")
    worker(DONE, "recall", "me", "where")
    worker(DONE, "forget", "me", "where")
    claim = worker.data("claim", task)
    criterion = claim["task"]["criteria"][0]["id"]
    worker(DONE, "beat", "--throttle")
    worker(DONE, "say", task, "Half of it", "--progress")
    worker(DONE, "note", task, "It is in a.py")
    worker(DONE, "block", task, "--reason", "No keys")
    worker(DONE, "unblock", task)
    worker(DONE, "claim", task)
    worker(DONE, "release", task, "--done", "Half", "--pending", "Half")
    worker(NOT_YOURS, "note", task, "Late")
    worker(DONE, "claim", task)
    question = worker.data("ask", task, "Drop it?")["id"]
    admin(DONE, "decisions")
    admin(DONE, "decide", question, "no")
    asked = worker.data("propose", "Go on?")["id"]
    worker(NOT_ALLOWED, "decide", asked, "no")
    worker(DONE, "claim", task)
    worker(REFUSED, "submit", task, "All of it")
    worker(DONE, "reflect", task, "--worked", "a", "--did-not-work", "b", "--change", "c")
    worker(DONE, "submit", task, "All of it", "--met", f"{criterion}=Read it")
    reviewer(DONE, "claim", "--review")
    reviewer(DONE, "review", task, "approve", "Good")
    admin(DONE, "reopen", task, "It is wrong")
    admin(DONE, "cancel", task, "Nobody reads it")
    worker(DONE, "show", task)
    worker(USAGE, "show", "T999999")
    worker(DONE, "gql", "{ me { name } }")
    worker(DONE, "log")


def connect_tools(worker: Shell) -> None:
    """What coding tools call, and what is written for them."""
    worker(DONE, "prime")
    worker(DONE, "brief", "--hook")
    worker(DONE, "mcp", text='{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}\n')
    for moment in ("start", "tool", "stop"):
        worker(DONE, "hook", moment, text='{"session_id": "one"}')
    for tool in ("claude", "codex", "gemini", "cursor", "vscode", "agents-md"):
        worker(FAULT, "setup", tool, "--check")
        worker(DONE, "setup", tool)
        worker(DONE, "setup", tool, "--check")
        worker(DONE, "setup", tool, "--remove")


def main(goalroom: str, gr: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = subprocess.Popen(
            [goalroom, "serve", "--port", "0", "--data-dir", folder + "/data"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            line = server.stdout.readline()
            if not line.startswith(READY):
                sys.exit(f"no readiness line, but {line!r}")
            url = line.removeprefix(READY).split()[0]
            admin = Shell(gr, home, url, (home / "data" / "admin-token").read_text().strip())
            register = 'mutation($name: String!) { registerAgent(input: {name: $name, rooms: ["main"]}) { token } }'
            shells = {}
            for name in ("worker", "reviewer"):
                token = admin.data("gql", register, "-v", f'name="{name}"')["registerAgent"]["token"]
                shells[name] = Shell(gr, home, url, token)
            work(admin, **shells)
            connect_tools(shells["worker"])
            token = (home / "data" / "admin-token").read_text()
            admin(DONE, "login", url, text=token)
            kept = Shell(gr, home, "", "")
            kept(DONE, "whoami")
        finally:
            server.send_signal(signal.SIGTERM)
            status = server.wait(40)
        if status:
            sys.exit(f"the server ended with {status}")


if __name__ == "__main__":
    os.umask(0o077)
    main(*sys.argv[1:])
