"""A client that speaks MCP: what has a tool is a call of it, and all else goes through goalroom_graphql."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from goalroom.demo import documents
from goalroom.demo.client import Client, Refused, data_of

Input = Mapping[str, Any]
# The tool, and its arguments; None where the document asks for what no tool does.
Call = tuple[str, dict[str, Any]]

_KINDS = {"PROGRESS": "progress", "NOTE": "comment", "DECISION": "decision"}


class MCPClient(Client):
    """As an agent of another vendor would connect. Its answers are texts, of which a program needs the ids alone."""

    def _ask(self, document: str, variables: Mapping[str, object]) -> dict[str, Any]:
        call = _TOOLS[document](variables) if document in _TOOLS else None
        if call is None:
            sent = {"query": document, "variables": dict(variables)}
            return data_of(json.loads(self._call("goalroom_graphql", sent)))
        text = self._call(*call)
        if document == documents.SEND:
            return {"sendMessage": {"id": _first_id(text)}}
        if document in {documents.CLAIM, documents.CLAIM_NEXT}:
            return self._claimed(document, text)
        return {}

    def _claimed(self, document: str, text: str) -> dict[str, Any]:
        """A claim, as GraphQL answers it: its task with all that the demo looks at."""
        if text.startswith("Nothing to claim"):
            return {"claimNextTask": {"task": None, "nothing": {"reason": text.splitlines()[0]}}}
        task = self._ask(documents.TASK, {"id": _first_id(text)})["task"]
        return {"claimTask" if document == documents.CLAIM else "claimNextTask": {"task": task, "nothing": None}}

    def _call(self, tool: str, arguments: Mapping[str, Any]) -> str:
        params = {"name": tool, "arguments": dict(arguments)}
        answer = self._post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
        if "errors" in answer:
            data_of(answer)
        result = answer["result"]
        text: str = result["content"][0]["text"]
        # What GraphQL answers says by itself what was refused.
        if result["isError"] and not text.startswith("{"):
            raise _refused(text)
        return text


def _refused(text: str) -> Refused:
    """From `CODE: message. Next: hint`, and the facts on the next line."""
    first, _, rest = text.partition("\n")
    code, _, said = first.partition(": ")
    message, _, hint = said.partition(" Next: ")
    facts = json.loads(rest.splitlines()[0]) if rest.startswith("{") else {}
    return Refused({"message": message, "extensions": {"code": code, "hint": hint, **facts}})


def _first_id(text: str) -> str:
    return text.split(" ", 1)[0]


def _given(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _comment(sent: Input) -> Call:
    said = sent["input"]
    return "update_task", {"task": said["on"], _KINDS[said["kind"]]: said["body"]}


def _notes(sent: Input) -> Call:
    return "update_task", {"task": sent["input"]["task"], "notes": sent["input"]["text"]}


def _remember(sent: Input) -> Call:
    return "remember", dict(sent["input"])


def _send(sent: Input) -> Call | None:
    said = sent["input"]
    if said.get("channel") is None:
        return None
    to = [f"#{said['channel']}"]
    return "send_message", _given(to=to, body=said["body"], room=said.get("room"), key=said.get("idempotencyKey"))


def _claim(sent: Input) -> Call:
    return "claim_task", {"task": sent["input"]["task"]}


def _claim_next(sent: Input) -> Call:
    said = sent["input"]
    return "claim_task", {"room": said["room"], "waitSeconds": said["waitSeconds"], "key": said["idempotencyKey"]}


def _block(sent: Input) -> Call:
    said = sent["input"]
    return "block_task", _given(task=said["task"], reason=said.get("reason"), on=said.get("dependsOn"))


def _release(sent: Input) -> Call:
    return "release_task", {"task": sent["input"]["task"], **sent["input"]["handoff"]}


def _submit(sent: Input) -> Call:
    names = ("task", "summary", "criteria", "artifacts")
    return "submit_task", {name: sent["input"][name] for name in names}


def _acknowledge(sent: Input) -> Call:
    return "check_in", {"ack": sent["items"]}


_TOOLS: Mapping[str, Callable[[Input], Call | None]] = {
    documents.COMMENT: _comment,
    documents.NOTES: _notes,
    documents.REMEMBER: _remember,
    documents.SEND: _send,
    documents.CLAIM: _claim,
    documents.CLAIM_NEXT: _claim_next,
    documents.BLOCK: _block,
    documents.RELEASE: _release,
    documents.SUBMIT: _submit,
    documents.ACKNOWLEDGE: _acknowledge,
}
