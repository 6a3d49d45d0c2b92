"""`gr mcp`: what an MCP client says over standard input and output, relayed to the server."""

import json
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from tests.goalroom_client.terminal import Terminal

OLD, NEW = "2025-06-18", "2026-07-28"
_META = {
    "io.modelcontextprotocol/protocolVersion": NEW,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
_HELLO = {"protocolVersion": OLD, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


class Relay:
    """Lines in, lines out."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, id_: object, method: str, **params: Any) -> None:
        self.say(json.dumps({"jsonrpc": "2.0", "id": id_, "method": method, "params": params}))

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert answer["jsonrpc"] == "2.0"
        return answer

    def call(self, id_: object, method: str, **params: Any) -> Any:
        """The result."""
        self.ask(id_, method, **params)
        answer = self.hear()
        assert answer["id"] == id_
        return answer["result"]


@contextmanager
def relay(terminal: Terminal, **environment: str) -> Generator[Relay]:
    process = terminal.started("mcp", **environment)
    with process:
        try:
            yield Relay(process)
        finally:
            process.kill()


def test_a_client_of_the_old_era_works_through_it(worker: Terminal, planner: Terminal) -> None:
    task = planner.json("add", "By MCP", "--criterion", "So")["id"]
    with relay(worker) as client:
        hello = client.call(1, "initialize", **_HELLO)
        client.say(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        tools = client.call("two", "tools/list")["tools"]
        claimed = client.call(3, "tools/call", name="claim_task", arguments={"task": task})
        refused = client.call(4, "tools/call", name="claim_task", arguments={"task": "T999999"})
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert client.process.wait(20) == 0
        assert client.process.stdout is not None
        assert client.process.stdout.read() == ""

    assert (hello["serverInfo"]["name"], hello["protocolVersion"]) == ("goalroom", OLD)
    assert "claim_task" in {tool["name"] for tool in tools}
    assert claimed["content"][0]["text"].startswith(task)
    assert refused["isError"] is True
    assert worker.json("show", task)["assignee"]["name"] == worker.name


def test_a_client_of_the_new_era_needs_no_handshake(worker: Terminal) -> None:
    with relay(worker) as client:
        found = client.call(1, "server/discover", _meta=_META)
        said = client.call(2, "tools/call", name="check_in", arguments={}, _meta=_META)

    assert found["supportedVersions"] == [NEW]
    assert said["isError"] is False
    # What a person reads at a terminal is what a model is told.
    briefing, cursor = worker("brief").output.rstrip().rsplit("\n\n", 1)
    assert briefing.startswith(f"# {worker.name} in ")
    assert said["content"][0]["text"].startswith(f"{briefing}\nNext: ")
    assert said["content"][0]["text"].endswith(f"\n{cursor}")


def test_one_that_waits_holds_up_no_other(worker: Terminal, planner: Terminal) -> None:
    worker("ack", "all")
    with relay(worker) as client:
        client.call(1, "initialize", **_HELLO)
        client.ask(2, "tools/call", name="check_in", arguments={"waitSeconds": 50})
        assert "tools" in client.call(3, "tools/list")
        planner("send", worker.name, "Wake up")
        woken = client.hear()

    assert woken["id"] == 2
    assert "Wake up" in woken["result"]["content"][0]["text"]


def test_without_a_server_each_request_has_its_error_and_the_next_is_read(worker: Terminal) -> None:
    with relay(worker, GOALROOM_URL="http://127.0.0.1:1") as client:
        client.say("no json")
        assert client.hear()["error"]["code"] == -32700
        client.say(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        for id_ in (7, "eight"):
            client.ask(id_, "tools/list")
            answer = client.hear()
            assert (answer["id"], answer["error"]["code"]) == (id_, -32000)
            assert "UNAVAILABLE" in answer["error"]["message"]
        output, _ = client.process.communicate()

    assert (client.process.returncode, output) == (0, "")


def test_what_is_no_request_gets_an_error_and_what_asks_nothing_gets_no_line(worker: Terminal) -> None:
    with relay(worker) as client:
        for line, id_ in (("[]", None), ("5", None), ('{"jsonrpc": "2.0", "id": 1}', 1)):
            client.say(line)
            answer = client.hear()
            assert (answer["id"], answer["error"]["code"]) == (id_, -32600)
        client.say('{"jsonrpc": "2.0", "method": "notifications/cancelled"}')
        client.say('{"jsonrpc": "2.0", "id": 2, "result": {}}')
        output, _ = client.process.communicate()

    assert (client.process.returncode, output) == (0, "")


def test_a_wrong_token_is_said_in_the_answer(worker: Terminal) -> None:
    with relay(worker, GOALROOM_TOKEN="wrong") as client:
        client.ask(1, "tools/list")
        answer = client.hear()

    assert (answer["id"], answer["error"]["code"]) == (1, -32000)
    assert "UNAUTHENTICATED" in answer["error"]["message"]
