"""What every agent does: heartbeats, pauses, messages, reading its inbox and answering."""

import logging
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goalroom.demo import documents, roles, scenario_list
from goalroom.demo.client import TRANSIENT, Client, Refused, Watch
from goalroom.demo.mcp_client import MCPClient
from goalroom.demo.roles import AgentConfig

# How often an agent looks at the API again when nothing wakes it, in seconds of the demo.
_POLL_S = 12.0
_LONGEST_SLEEP_S = 5.0
_SHORTEST_SLEEP_S = 0.05

_log = logging.getLogger("goalroom.demo")

Facts = Mapping[str, Any]


class TaskLeft(Exception):  # noqa: N818  # something that happens to tasks
    """The task can't go on for now, and is held no more."""


class LostTask(Exception):  # noqa: N818  # something that happens to workers
    """The task that was being worked on is held no more."""


class Agent:
    """One agent in one process. What it does next follows from what the API answers."""

    def __init__(self, config: AgentConfig) -> None:
        self.me = config
        self.client = (MCPClient if config.speaks_mcp else Client)(config.url, config.token)
        self.rng = random.Random(f"{config.seed} {config.name} {config.session}")  # noqa: S311  # for a simulation
        self.holds: str | None = None
        self._is_reading = False

    def run(self) -> None:
        """Go on until the process ends."""
        self.resume()
        while True:
            try:
                self.read_inbox()
                self.run_once()
            except LostTask as lost:
                _log.info("%s", lost)
            except Refused as refused:
                self.log_refusal(refused)
                self.pause(5)

    def resume(self) -> None:
        """What comes first in a session that remembers nothing."""
        self.client.ask(documents.BRIEFING, room=roles.ROOM)

    def run_once(self) -> None:
        """One round of what this agent is for."""
        raise LookupError(f"{self.me.kind} is no kind of agent")

    def log_refusal(self, refused: Refused) -> None:
        """Say on standard error that the API said no where the demo doesn't expect it."""
        _log.warning("@%s: %s", self.me.name, refused, extra={"code": refused.code, "facts": refused.facts})

    def pause(self, seconds: float, kind: str | None = None, note: str | None = None, quiet: float = 0) -> None:
        """Let so many seconds of the demo pass, alive and open to questions; LostTask where the task was lost."""
        seconds *= self.rng.uniform(0.75, 1.25) / self.me.speed
        until = time.monotonic() + seconds
        quiet_seconds = roles.in_seconds(quiet, self.me.speed, 5) if quiet else None
        while True:
            next_beat = self._heartbeat(kind, note, quiet_seconds)
            sleep = min(until - time.monotonic(), next_beat / 2, _LONGEST_SLEEP_S)
            if sleep <= 0:
                return
            time.sleep(max(sleep, _SHORTEST_SLEEP_S))

    def _heartbeat(self, kind: str | None, note: str | None, quiet_seconds: int | None) -> float:
        saying = {"activity": kind, "note": note, "task": self.holds if kind else None, "quietSeconds": quiet_seconds}
        given = {name: value for name, value in saying.items() if value is not None}
        pulse = self.client.ask(documents.HEARTBEAT, input={"session": self.me.session, **given})["heartbeat"]
        if self.holds in {task["id"] for task in pulse["lost"]}:
            lost, self.holds = self.holds, None
            raise LostTask(f"@{self.me.name} lost {lost}")
        if pulse["unacknowledged"]:
            self.read_inbox()
        return float(pulse["nextWithinSeconds"])

    def poll(self, watch: Watch) -> list[Facts]:
        """All that the subscriptions have sent by now, or, where that is nothing, the next thing."""
        seen: list[Facts] = []
        found = watch.next(max(1.0, _POLL_S / self.me.speed))
        while found is not None:
            seen.append(found[1])
            found = watch.next(_SHORTEST_SLEEP_S)
        return seen

    def say(self, channel: str, text: str, *, key: str | None = None) -> str:
        """Type it, and send it; the id of the new message."""
        self.pause(2, "TYPING")
        return self.send(channel, text, key=key)

    def send(self, channel: str, text: str, *, key: str | None = None) -> str:
        """Send what was typed already."""
        sent = {"room": roles.ROOM, "channel": channel, "body": text, "idempotencyKey": key}
        return str(self.client.ask(documents.SEND, input=sent)["sendMessage"]["id"])

    def reply(self, message: Facts, text: str) -> None:
        """Answer in the thread, and so that its author hears of it."""
        self.pause(4, "TYPING")
        name = message["from"]["name"] if message["from"] else None
        body = f"@{name} {text}" if name else text
        self.client.ask(documents.SEND, input={"replyTo": message["id"], "body": body})

    def name_of(self, kind: str) -> str:
        """Another agent of this kind; a peer is another worker."""
        names = self.me.names[roles.WORKER if kind == "peer" else kind]
        return self.rng.choice([name for name in names if name != self.me.name] or list(names))

    def read_inbox(self) -> None:
        """Deal with what is new, oldest first, and acknowledge it."""
        if self._is_reading:
            return
        self._is_reading = True
        try:
            for item in self.client.ask(documents.INBOX)["inbox"]["nodes"]:
                try:
                    self.handle(item)
                except Refused as refused:
                    self.log_refusal(refused)
                    if refused.code in TRANSIENT:
                        # It stays in the inbox, and is dealt with the next time.
                        continue
                self.client.ask(documents.ACKNOWLEDGE, items=[item["id"]])
        finally:
            self._is_reading = False

    def handle(self, item: Facts) -> None:
        """Answer a question; what is only good to know is known by now."""
        message = item["message"]
        if message is None or message["from"] is None:
            return
        answer = scenario_list.answer_to(message["body"])
        if answer is not None:
            self.reply(message, answer)
        elif not self.is_simulated(message["from"]["name"]):
            self.reply(
                message,
                "thanks for writing. I'm simulated: this room is a demo, and nobody reads here."
                " Make a task, and one of us will work on it.",
            )

    def is_simulated(self, name: str) -> bool:
        """Whether this is an agent of the demo, or a subagent of one."""
        known: Iterable[Sequence[str]] = self.me.names.values()
        return any(name in names for names in known) or name.partition("-t")[0] in self.me.names[roles.WORKER]

    def comment(self, on: str, text: str, kind: str = "PROGRESS") -> None:
        self.client.ask(documents.COMMENT, input={"on": on, "body": text, "kind": kind})

    def leave(self) -> None:
        """Leave the task, which somebody else or something else now decides on."""
        self.holds = None
        raise TaskLeft
