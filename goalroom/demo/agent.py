"""What every player does: beat, pause, talk, read its inbox and answer."""

import logging
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goalroom.demo import documents, scenario_list
from goalroom.demo import roles as casting
from goalroom.demo.client import PASSING, Client, Refused, Watch
from goalroom.demo.roles import Casting

# A player that waits for nothing in particular looks round this often, in seconds of the play.
_LOOK_ROUND_S = 12.0
_LONGEST_SLEEP_S = 5.0
_BREATH_S = 0.05

_log = logging.getLogger("goalroom.demo")

Facts = Mapping[str, Any]


class LostTask(Exception):  # noqa: N818  # something that happens to workers
    """The task that was being worked on is held no more."""


class Player:
    """One agent in one process. What it does next follows from what the API answers."""

    def __init__(self, casting: Casting) -> None:
        self.me = casting
        self.client = Client(casting.url, casting.token)
        self.dice = random.Random(f"{casting.seed} {casting.name} {casting.session}")  # noqa: S311  # for a play
        self.holds: str | None = None
        self._is_reading = False

    def play(self) -> None:
        """Go on until the process ends."""
        self.resume()
        while True:
            try:
                self.read_inbox()
                self.act()
            except LostTask as lost:
                _log.info("%s", lost)
            except Refused as refused:
                self.complain(refused)
                self.pause(5)

    def resume(self) -> None:
        """What comes first in a session that remembers nothing."""
        self.client.ask(documents.BRIEFING, room=casting.ROOM)

    def act(self) -> None:
        """One round of what this player is for."""
        raise LookupError(f"{self.me.part} is no part that can be played")

    def complain(self, refused: Refused) -> None:
        """Say on standard error that the API said no where the play doesn't expect it."""
        _log.warning("@%s: %s", self.me.name, refused, extra={"code": refused.code, "facts": refused.facts})

    def pause(self, seconds: float, kind: str | None = None, note: str | None = None, quiet: float = 0) -> None:
        """Let so many seconds of the play pass, alive and open to questions; LostTask where the task was lost."""
        seconds *= self.dice.uniform(0.75, 1.25) / self.me.speed
        until = time.monotonic() + seconds
        quiet_seconds = casting.in_seconds(quiet, self.me.speed, 5) if quiet else None
        while True:
            next_beat = self._beat(kind, note, quiet_seconds)
            sleep = min(until - time.monotonic(), next_beat / 2, _LONGEST_SLEEP_S)
            if sleep <= 0:
                return
            time.sleep(max(sleep, _BREATH_S))

    def _beat(self, kind: str | None, note: str | None, quiet_seconds: int | None) -> float:
        saying = {"activity": kind, "note": note, "task": self.holds if kind else None, "quietSeconds": quiet_seconds}
        given = {name: value for name, value in saying.items() if value is not None}
        pulse = self.client.ask(documents.BEAT, input={"session": self.me.session, **given})["heartbeat"]
        if self.holds in {task["id"] for task in pulse["lost"]}:
            lost, self.holds = self.holds, None
            raise LostTask(f"@{self.me.name} lost {lost}")
        if pulse["unacknowledged"]:
            self.read_inbox()
        return float(pulse["nextWithinSeconds"])

    def look_round(self, watch: Watch) -> list[Facts]:
        """All that the watch has by now, or, where that is nothing, the next that it gets."""
        seen: list[Facts] = []
        found = watch.next(max(1.0, _LOOK_ROUND_S / self.me.speed))
        while found is not None:
            seen.append(found[1])
            found = watch.next(_BREATH_S)
        return seen

    def say(self, channel: str, text: str, *, key: str | None = None) -> str:
        """Type it, and send it; the id of the new message."""
        self.pause(2, "TYPING")
        return self.send(channel, text, key=key)

    def send(self, channel: str, text: str, *, key: str | None = None) -> str:
        """Send what was typed already."""
        sent = {"room": casting.ROOM, "channel": channel, "body": text, "idempotencyKey": key}
        return str(self.client.ask(documents.SEND, input=sent)["sendMessage"]["id"])

    def reply(self, message: Facts, text: str) -> None:
        """Answer in the thread, and so that its author hears of it."""
        self.pause(4, "TYPING")
        name = message["from"]["name"] if message["from"] else None
        body = f"@{name} {text}" if name else text
        self.client.ask(documents.SEND, input={"replyTo": message["id"], "body": body})

    def name_of(self, part: str) -> str:
        """Somebody else who plays this part; a peer is another worker."""
        names = self.me.cast[casting.WORKER if part == "peer" else part]
        return self.dice.choice([name for name in names if name != self.me.name] or list(names))

    def read_inbox(self) -> None:
        """Deal with what is new, oldest first, and acknowledge it."""
        if self._is_reading:
            return
        self._is_reading = True
        try:
            for item in self.client.ask(documents.INBOX)["inbox"]["nodes"]:
                try:
                    self.deal_with(item)
                except Refused as refused:
                    self.complain(refused)
                    if refused.code in PASSING:
                        # It stays in the inbox, and is dealt with the next time.
                        continue
                self.client.ask(documents.ACKNOWLEDGE, items=[item["id"]])
        finally:
            self._is_reading = False

    def deal_with(self, item: Facts) -> None:
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
                " Make a task, and one of us will play it through.",
            )

    def is_simulated(self, name: str) -> bool:
        """Whether this is one of the players of today, or a subagent of one."""
        known: Iterable[Sequence[str]] = self.me.cast.values()
        return any(name in names for names in known) or name.partition("-t")[0] in self.me.cast[casting.WORKER]
