"""The log and news, over drops and restarts: nothing is left out, nothing comes twice."""

import json
import socket
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.goalroom_client.team import Team
from tests.goalroom_client.terminal import Terminal


@contextmanager
def running(terminal: Terminal, *words: str, **environment: str) -> Generator["subprocess.Popen[str]"]:
    """The command, ended when this is left."""
    process = terminal.started(*words, **environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def lines(process: "subprocess.Popen[str]", count: int) -> list[dict[str, object]]:
    assert process.stdout is not None
    return [json.loads(process.stdout.readline()) for _ in range(count)]


def add(terminal: Terminal, title: str) -> str:
    return str(terminal.json("add", title, "--criterion", "So")["id"])


def cursors(terminal: Terminal, *words: str) -> list[str]:
    done = terminal("log", *words)
    assert done.status == 0, done.errors
    return [json.loads(line)["cursor"] for line in done.output.splitlines()]


def test_the_log_is_read_from_the_beginning_or_a_cursor(worker: Terminal) -> None:
    task = add(worker, "Told")

    whole = cursors(worker)
    rest = cursors(worker, "--after", whole[2])
    made = [json.loads(line) for line in worker("log", "--kind", "TASK_CREATED", "--json").output.splitlines()]

    assert [int(cursor.split(".")[1]) for cursor in whole] == [*range(1, len(whole) + 1)]
    assert rest == whole[3:]
    assert {event["kind"] for event in made} == {"TASK_CREATED"}
    assert made[-1]["task"]["id"] == task
    assert worker.refused("log", "--after", "R999999.1")["status"] == 2


def test_news_of_the_inbox_end_it(planner: Terminal, worker: Terminal) -> None:
    worker("ack", "all")
    with running(worker, "watch", "inbox") as process:
        planner("send", worker.name, "Wake up")
        (item,) = lines(process, 1)
        assert process.wait(20) == 0

    assert item["kind"] == "DIRECT"
    assert worker("watch", "inbox").status == 0
    worker("ack", "all")
    nothing = worker("watch", "inbox", "--wait", "1")
    assert (nothing.status, nothing.output) == (3, "")


def test_news_of_a_task_end_it_and_of_others_do_not(planner: Terminal, worker: Terminal) -> None:
    task, other = add(planner, "Watched"), add(planner, "Another")
    with running(worker, "watch", task, "--wait", "30") as process:
        # What is said before it has asked where the log stands is no news to it.
        while process.poll() is None:
            planner("say", other, "Not this")
            planner("say", task, "This")
        (event,) = lines(process, 1)
        assert process.returncode == 0

    assert event["kind"] == "COMMENT_ADDED"
    assert event["task"]["id"] == task  # type: ignore[index]
    assert worker.refused("watch", "T999999")["code"] == "NOT_FOUND"


class Proxy:
    """Between a client and the server, and cuts all connections off when it is told to."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                there = socket.create_connection((self._to.hostname or "", self._to.port or 0))
                self._open += [here, there]
                self.connections += 1
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    @staticmethod
    def _pump(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def test_a_log_that_is_followed_survives_any_drop(planner: Terminal, worker: Terminal) -> None:
    begun = cursors(worker)[-1]
    proxy = Proxy(worker.environment["GOALROOM_URL"])
    with running(worker, "log", "-f", "--after", begun, GOALROOM_URL=proxy.url) as process:
        for number in range(4):
            add(planner, f"Task {number}")
            add(planner, f"And {number}")
            # Some were printed before, others come over the next connection.
            heard = lines(process, 1)
            proxy.cut()
            heard += lines(process, 1)
            assert [event["cursor"] for event in heard] == cursors(worker, "--after", begun)[:2]
            begun = str(heard[-1]["cursor"])
    proxy.close()

    assert proxy.connections >= 4


def test_a_token_that_is_revoked_ends_it(team: Team) -> None:
    guest = team.agent("guest")
    with running(guest, "log", "-f", "--after", cursors(guest)[0]) as process:
        lines(process, 1)
        revoke = "mutation($input: RevokeTokensInput!) { revokeTokens(input: $input) }"
        team.admin.ask(revoke, input={"agent": guest.name})
        assert process.wait(20) == 4
        assert process.stderr is not None
        assert process.stderr.read().startswith("UNAUTHENTICATED: ")


def test_without_a_server_it_is_not_waited_for(worker: Terminal) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        refused = worker.refused("log", "-f", GOALROOM_URL=f"http://127.0.0.1:{nobody.getsockname()[1]}")

    assert refused["status"] == 7
