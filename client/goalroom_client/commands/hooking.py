"""What coding tools call at the start of a session, after each use of a tool, and before they stop."""

import json
import os
import select
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from goalroom_client import text_lines
from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.commands.beating import throttled
from goalroom_client.failures import USAGE, Failure
from goalroom_client.hook_state import HookState

# An agent waits for its hooks; the tools that call them cut what is longer.
_PATIENCE_S = 1.0
_INPUT_S = 0.3
_LONGEST_TEXT = 9_900
_BRIEFING_TOKENS = 2_000

_START = """
query($room: ID, $maxTokens: Int) {
  briefing(room: $room, maxTokens: $maxTokens) {
    markdown tasks { id title status priority lease { expiresAt fence } }
  }
}
"""
_STOP = """
query($kinds: [InboxKind!]) {
  inbox(kinds: $kinds, first: 5) { nodes { id kind summary } totalCount }
  me { tasks { id title lastProgressAt lease { claimedAt } } }
}
"""
_URGENT = (
    "DIRECT",
    "MENTION",
    "CHANGES_REQUESTED",
    "LEASE_LOST",
    "REOPENED",
    "REVIEW_REQUESTED",
    "PROPOSAL",
)


def hook(call: Call) -> Answer:
    """What it says, in time; one line where it can't say anything, for an agent is never stopped by us."""
    do = {"start": start, "tool": _tool, "stop": _stop}[call.options.at]
    return in_time(call, lambda: do(call, _event()))


def start(call: Call, event: dict[str, Any]) -> Answer:
    """What is held, then the briefing."""
    state = _state(call, event)
    if not state.number("started"):
        state.keep(started=time.time())
        state.drop_old()
    found = call.ask(_START, room=call.room, maxTokens=_BRIEFING_TOKENS)["briefing"]
    held = [_held(task) for task in found["tasks"] if task["lease"]]
    text = "\n".join([*held, *([""] if held else []), found["markdown"]])
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}\n… cut: gr brief"
    return Answer(found, text)


def in_time(call: Call, do: Callable[[], Answer]) -> Answer:
    """What it answers; else one line on standard error, and 0, before the caller would wait."""
    answers: list[Answer | Exception] = []

    def work() -> None:
        try:
            call.ask_once(_PATIENCE_S)
            answers.append(do())
        except Exception as error:
            answers.append(error)

    # Looking up a name can't be interrupted: what takes too long is left behind.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(_PATIENCE_S)
    answer = answers[0] if answers else Failure("UNAVAILABLE", "the server doesn't answer in time")
    if isinstance(answer, Answer):
        return answer
    said = answer.message if isinstance(answer, Failure) else f"{type(answer).__name__}: {answer}"
    call.warn(f"Goalroom: {text_lines.one_line(said)}")
    return Answer(None, "")


def _tool(call: Call, event: dict[str, Any]) -> Answer:
    pulse = throttled(call, _session(call, event))
    lost = pulse["lost"] if pulse else []
    for task in lost:
        call.warn(f"{task['id']} {text_lines.one_line(task['title'])} is no longer yours: stop working on it.")
    return Answer(pulse, "", USAGE if lost else 0)


def _stop(call: Call, event: dict[str, Any]) -> Answer:
    """Blocks once where something waits that can't, and never twice running."""
    state = _state(call, event)
    if state.number("blocked") or event.get("stop_hook_active") is True:
        state.keep(blocked=0)
        return Answer(None, "")
    found = call.ask(_STOP, kinds=_URGENT)
    lines = [f"{item['id']} {item['kind']}: {text_lines.one_line(item['summary'])}" for item in found["inbox"]["nodes"]]
    if lines:
        lines.append("Deal with it and acknowledge it: gr brief, gr ack IDS")
    silent = [task for task in found["me"]["tasks"] if _is_silent(task, state.number("started"))]
    lines += [
        f"You hold {task['id']} {text_lines.one_line(task['title'])} and said nothing of it: gr say {task['id']} TEXT "
        f"--progress, gr submit {task['id']} SUMMARY, or gr release {task['id']} --done TEXT --pending TEXT"
        for task in silent
    ]
    for line in lines:
        call.warn(line)
    state.keep(blocked=1 if lines else 0)
    return Answer(found, "", USAGE if lines else 0)


def _is_silent(task: dict[str, Any], started: float) -> bool:
    """Whether nothing was said of it since it was claimed, or since this session began."""
    from datetime import datetime

    said, lease = task["lastProgressAt"], task["lease"]
    begun = [started, *([datetime.fromisoformat(lease["claimedAt"]).timestamp()] if lease else [])]
    return said is None or datetime.fromisoformat(said).timestamp() <= max(begun)


def _held(task: dict[str, Any]) -> str:
    lease = task["lease"]
    until = text_lines.minute(lease["expiresAt"])
    return f"You hold {task['id']} {task['priority']} {text_lines.one_line(task['title'])} until {until}."


def _state(call: Call, event: dict[str, Any]) -> HookState:
    settings = call.settings
    return HookState(settings.url, settings.token, _session(call, event), "hook")


def _session(call: Call, event: dict[str, Any]) -> str | None:
    """The session that was named, else the tool's own."""
    given = event.get("session_id")
    return call.session or (given[:64] if isinstance(given, str) and given else None)


def _event() -> dict[str, Any]:
    """What the tool says of the moment, on standard input; nothing where it leaves that open and says nothing."""
    if sys.stdin.isatty():
        return {}
    try:
        found = json.loads(_typed() or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _typed() -> str:
    try:
        descriptor = sys.stdin.fileno()
    except OSError:
        return sys.stdin.read()
    # A thread that waits in `read` could keep the interpreter from ending.
    said, end = b"", time.monotonic() + _INPUT_S
    while select.select([descriptor], [], [], max(end - time.monotonic(), 0))[0]:
        if not (more := os.read(descriptor, 65_536)):
            break
        said += more
    return said.decode("utf-8", "replace")


COMMANDS = {
    "hook": Command(
        hook,
        (arg("at", choices=("start", "tool", "stop"), help="the moment: see the guide to hooks"),),
        "Written by `gr setup`. It ends with 2, and words on standard error, where the tool is to tell the agent "
        "something before it goes on; with 0 in all other cases, also without a server",
    ),
}
