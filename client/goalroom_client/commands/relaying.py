"""The Model Context Protocol over standard input and output, relayed to the server's /mcp."""

import http.client
import json
import sys
import threading
from typing import Any

from goalroom_client.call import Answer, Call, Command
from goalroom_client.failures import Failure

# Longer than the server lets a tool wait.
_PATIENCE_S = 70.0
_KINDS = "application/json, text/event-stream"
_PARSE_ERROR, _INVALID_REQUEST, _NO_SERVER = -32700, -32600, -32000


class _Relay:
    """Requests run beside one another, so that one that waits holds up no other."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._turn = threading.Lock()
        self._version = ""

    def run(self) -> None:
        """Until standard input ends, and what was asked is answered."""
        running: list[threading.Thread] = []
        for line in sys.stdin:
            if line.strip():
                running = [one for one in running if one.is_alive()]
                running.append(thread := threading.Thread(target=self._relay, args=(line,)))
                thread.start()
                # A client sends nothing else before it was initialized; what it sends then needs the version.
                if '"initialize"' in line:
                    thread.join()
        for thread in running:
            thread.join()

    def _relay(self, line: str) -> None:
        try:
            message = json.loads(line)
        except ValueError as error:
            self._write(_error(None, _PARSE_ERROR, f"This line is no JSON: {error}"))
            return
        if not isinstance(message, dict) or not message.keys() & {"method", "result", "error"}:
            id_ = message.get("id") if isinstance(message, dict) else None
            self._write(_error(id_, _INVALID_REQUEST, "This line is no request: it has no method."))
            return
        # Notifications, and answers to what the server never asked, get no line.
        asks = "id" in message and "method" in message
        try:
            answer = self._send(line.encode(), message)
        except Failure as failure:
            answer = _error(message.get("id"), _NO_SERVER, f"{failure.code}: {failure.message}") if asks else None
        if answer is None or not asks:
            return
        if message["method"] == "initialize":
            self._version = str((answer.get("result") or {}).get("protocolVersion", ""))
        self._write(answer)

    def _send(self, body: bytes, message: Any) -> dict[str, Any] | None:
        """The answer; None where there is none, as to a notification."""
        from goalroom_client.api import failure_of

        api = self._call.api
        connection = api.connect(_PATIENCE_S)
        try:
            connection.sock.settimeout(_PATIENCE_S)
            api.post(connection, body, _KINDS, "/mcp", **self._headers(message))
            response = connection.getresponse()
            answered = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise api.unreachable(error) from error
        finally:
            connection.close()
        if not answered.strip():
            return None
        try:
            found = json.loads(answered)
        except ValueError:
            return api.answer(response.status, answered)
        if isinstance(found, dict) and "jsonrpc" in found:
            return found
        # Refused before it was looked at, as where the token is wrong.
        if isinstance(found, dict) and found.get("errors"):
            raise failure_of(found["errors"][0])
        return api.answer(response.status, b"")

    def _headers(self, message: Any) -> dict[str, str]:
        """What the protocol wants beside the message, of the version that the message or the handshake names."""
        params = _inner(message, "params")
        own = _inner(params, "_meta").get("io.modelcontextprotocol/protocolVersion")
        version = str(own or self._version)
        headers = {"MCP-Protocol-Version": version} if version else {}
        if own and isinstance(message.get("method"), str):
            headers["Mcp-Method"] = message["method"]
            name = params.get("name") or params.get("uri")
            if isinstance(name, str) and name.isascii():
                headers["Mcp-Name"] = name
        return headers

    def _write(self, message: dict[str, Any]) -> None:
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        with self._turn:
            self._call.line(text)


def relay(call: Call) -> Answer | None:
    # A wrong setting is said now, and not in each answer.
    _ = call.api
    _Relay(call).run()
    return None


def _inner(message: Any, name: str) -> dict[str, Any]:
    found = message.get(name) if isinstance(message, dict) else None
    return found if isinstance(found, dict) else {}


def _error(id_: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": message}}


COMMANDS = {
    "mcp": Command(
        relay,
        (),
        "For clients that start their MCP servers: it ends with its input. Clients that speak HTTP are better off with "
        "URL/mcp itself",
    ),
}
