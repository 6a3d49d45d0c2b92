"""How a command ends that wasn't done: the status, the words, and what a program reads."""

import json
import socket
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Self

import pytest

from goalroom_client.main import main
from goalroom_client.version import __version__
from tests.goalroom_client.terminal import Terminal


def test_an_error_is_said_on_standard_error_with_what_to_do(worker: Terminal) -> None:
    done = worker("show", "T999999")

    assert (done.status, done.output) == (2, "")
    code, hint = done.errors.splitlines()
    assert code == "NOT_FOUND: T999999 was not found, or is not visible to you."
    assert hint.startswith("Next: ")


def test_a_program_reads_code_message_hint_and_facts(worker: Terminal) -> None:
    refused = worker.refused("show", "T999999")

    assert refused["code"] == "NOT_FOUND"
    assert refused["retryable"] is False
    assert refused["status"] == 2
    assert set(refused) >= {"code", "message", "hint", "retryable"}


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("fly",),
        ("show",),
        ("ready", "--colour"),
        ("ready", "--first", "many"),
        ("claim", "--wait", "soon"),
        ("release", "T1", "--done", "all"),
        ("review", "T1", "maybe", "so"),
        ("measure", "K1", "much"),
        ("measure", "K1", "nan"),
        ("measure", "K1", "inf"),
        ("gql", "{ me { id } }", "-v", "x=NaN"),
        ("gql", "{ me { id } }", "-v", "x"),
        ("gql", "{ me { id } }", "-v", "x=y"),
        ("gql", "{ me { id }"),
        ("gql", "{ nothing }"),
        ("gql", "@missing-file"),
        ("watch",),
    ],
)
def test_what_is_typed_wrongly_ends_with_2(worker: Terminal, words: tuple[str, ...]) -> None:
    done = worker(*words)

    assert (done.status, done.output) == (2, "")
    assert "Next: " in done.errors
    assert worker(*words, "--json").error["retryable"] is False


def test_without_a_server_it_ends_with_7_in_time(worker: Terminal) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        began = time.monotonic()
        refused = worker.refused("ready", GOALROOM_URL=f"http://127.0.0.1:{nobody.getsockname()[1]}")

    assert (refused["code"], refused["retryable"], refused["status"]) == ("UNAVAILABLE", True, 7)
    assert time.monotonic() - began < 10


def test_a_server_that_never_answers_is_given_up_in_time(worker: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        refused = worker.refused("ready", GOALROOM_URL=f"http://127.0.0.1:{silent.getsockname()[1]}")

    assert (refused["code"], refused["status"]) == ("UNAVAILABLE", 7)
    assert time.monotonic() - began < 10


class Answers:
    """A server that answers as it is told, one answer after the other, and keeps what it was sent."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.sent: list[bytes] = []
        left = list(answers)
        kept = self.sent

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                kept.append(self.rfile.read(int(self.headers["Content-Length"])))
                status, body = left.pop(0)
                if not status:
                    self.connection.close()
                    return
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def refusal(code: str, **facts: object) -> str:
    return json.dumps({"errors": [{"message": "No.", "extensions": {"code": code, "hint": "Do so.", **facts}}]})


LOST = (0, "")
SENT = json.dumps({"data": {"addComment": {"id": "C1", "kind": "NOTE"}}})


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("BAD_INPUT", 2),
        ("NOT_FOUND", 2),
        ("TOO_COMPLEX", 2),
        ("UNAUTHENTICATED", 4),
        ("FORBIDDEN", 4),
        ("NOT_READY", 5),
        ("WRONG_STATUS", 5),
        ("CURSOR_EXPIRED", 5),
        ("STALE_LEASE", 6),
        ("NOT_HOLDER", 6),
        ("RATE_LIMITED", 7),
        ("INTERNAL", 1),
    ],
)
def test_each_code_has_its_exit_status(worker: Terminal, code: str, status: int) -> None:
    with Answers((200, refusal(code, holder="somebody"))) as server:
        refused = worker.refused("ready", GOALROOM_URL=server.url)

    assert refused == {
        "code": code,
        "message": "No.",
        "hint": "Do so.",
        "retryable": status == 7,
        "holder": "somebody",
        "status": status,
    }


def test_what_makes_something_is_sent_again_with_its_key(worker: Terminal) -> None:
    with Answers(LOST, (503, "<html>"), (200, refusal("UNAVAILABLE")), (200, SENT)) as server:
        done = worker("say", "T1", "hello", GOALROOM_URL=server.url)

    assert done.status == 0, done.errors
    assert len(server.sent) == 4
    assert len(set(server.sent)) == 1
    assert json.loads(server.sent[0])["variables"]["input"]["idempotencyKey"]


def test_it_is_sent_four_times_at_most(worker: Terminal) -> None:
    with Answers(*[LOST] * 5) as server:
        done = worker("say", "T1", "hello", GOALROOM_URL=server.url)

    assert (done.status, len(server.sent)) == (7, 4)


def test_each_run_has_a_key_of_its_own_unless_one_is_given(worker: Terminal) -> None:
    with Answers(*[(200, SENT)] * 4) as server:
        for words in ((), (), ("--key", "mine"), ("--key", "mine")):
            assert worker("say", "T1", "hello", *words, GOALROOM_URL=server.url).status == 0

    keys = [json.loads(sent)["variables"]["input"]["idempotencyKey"] for sent in server.sent]
    assert len(set(keys[:2])) == 2
    assert keys[2:] == ["mine", "mine"]


def test_what_must_happen_once_is_not_sent_again_after_a_lost_answer(worker: Terminal) -> None:
    with Answers(LOST, LOST) as server:
        refused = worker.refused("cancel", "T1", "moot", GOALROOM_URL=server.url)

    assert (refused["code"], refused["status"], refused["answerLost"]) == ("UNAVAILABLE", 7, True)
    assert len(server.sent) == 1


def test_what_is_no_goalroom_is_a_fault(worker: Terminal) -> None:
    with Answers((404, "<html>Not here</html>"), (200, "[]"), (301, "")) as server:
        for _ in range(3):
            refused = worker.refused("ready", GOALROOM_URL=server.url)
            assert (refused["code"], refused["status"]) == ("INTERNAL", 1)


def test_what_others_wrote_cannot_steer_a_terminal(worker: Terminal) -> None:
    task = {"id": "T1", "title": "\x1b[2Jx", "status": "TODO", "priority": "P2", "ready": True}
    with Answers((200, json.dumps({"data": {"readyTasks": [task]}}))) as server:
        done = worker("ready", GOALROOM_URL=server.url)

    assert done.output == "T1 P2 TODO \N{REPLACEMENT CHARACTER}[2Jx (ready)\n"


def test_help_and_version_are_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{__version__}\n"
    assert main(["--help"]) == 0
    assert "\n  ready " in capsys.readouterr().out
    assert main(["claim", "--help"]) == 0
    assert "--criterion" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_fault(worker: Terminal) -> None:
    process = worker.started("gql", "{ __schema { types { name description fields { name description } } } }")
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.close()
    process.stdout.read(1)
    process.stdout.close()

    assert process.wait(20) == 0
    assert process.stderr.read() == ""
    process.stderr.close()
