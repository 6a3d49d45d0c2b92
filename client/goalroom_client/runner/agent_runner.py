"""Follows the inbox of one agent, and starts its command for what wakes it."""

import contextlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from goalroom_client.api import Api
from goalroom_client.event_stream import follow
from goalroom_client.failures import Failure
from goalroom_client.runner import run_log
from goalroom_client.runner.child_process import ChildProcess, locked
from goalroom_client.runner.room_reports import FOLLOW, RoomReports
from goalroom_client.runner.run_log import RunLog
from goalroom_client.runner.runner_settings import WatchedAgent
from goalroom_client.runner.wakes import Wake, Wakes, is_moot
from goalroom_client.user_files import state_directory, write_private

_LOOK_S, _LONGEST_PAUSE_S = 0.1, 5.0
# How long runs may go on once the runner was asked to end.
PATIENCE_S = 30.0
_PROMPT = (
    "You were woken by {items} in the Goalroom. Run `gr brief`, deal with what waits for you, "
    "and acknowledge it with `gr ack`."
)
_HIDDEN = ("GOALROOM_TOKEN", "GOALROOM_PROFILE")


class AgentRunner:
    """One agent. `stopping` is set when nothing more may start; runs end `patience` seconds later."""

    def __init__(self, agent: WatchedAgent, stopping: threading.Event, patience: float = PATIENCE_S) -> None:
        self._agent, self._settings, self._stopping, self._patience = agent, agent.settings, stopping, patience
        self._api = Api(agent.connection)
        self._wakes = Wakes(self._settings.settle_seconds)
        self._stopped_at: float | None = None
        self._failure: Failure | None = None
        self._breakers: set[str | None] = set()
        self._threads: list[threading.Thread] = []

    def run(self) -> None:
        """Until it is to stop and its runs have ended; Failure where it may not follow the inbox."""
        self._reports = self._asked(lambda: RoomReports(self._api))
        if self._stopping.is_set():
            return
        self._directory = state_directory() / "runner" / self._reports.agent
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._directory / "lock").open("ab") as lock:
            said = False
            while not locked(lock):
                if not said:
                    self._say("another runner of this agent is running here: waiting for it to end")
                said = True
                if self._stopping.wait(_LOOK_S):
                    return
            self._account_for_what_was_left()
            threading.Thread(target=self._listen, daemon=True).start()
            self._say("following its inbox")
            while not self._stopping.wait(_LOOK_S) and self._failure is None:
                self._start_what_is_due()
            self._stopped_at = time.monotonic()
            for thread in self._threads:
                thread.join()
        if self._failure is not None:
            raise self._failure

    def _listen(self) -> None:
        pause = 0.2
        while not self._stopping.is_set():
            try:
                for item in follow(self._api, FOLLOW, kinds=list(self._settings.kinds)):
                    pause = 0.2
                    labels = item["task"]["labels"] if item["task"] else []
                    if not self._settings.labels or set(self._settings.labels) & set(labels):
                        self._wakes.hear(item, time.monotonic())
            except Failure as failure:
                if not failure.retryable:
                    self._failure = failure
                    return
            self._stopping.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _start_what_is_due(self) -> None:
        if self._wakes.running >= self._settings.concurrency:
            return
        if len(run_log.started_within_an_hour(self._directory)) >= self._settings.max_per_hour:
            return
        wake = self._wakes.take(time.monotonic())
        if wake is None:
            return
        thread = threading.Thread(target=self._answer, args=(wake,))
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def _answer(self, wake: Wake) -> None:
        """Look again, and run the command if there still is a reason to."""
        started = False
        try:
            found = self._asked(lambda: self._reports.items(wake.items))
            items = [item for item in found if not is_moot(item, self._reports.agent)]
            room = self._reports.room_of(items)
            if not items:
                self._wakes.end(wake, ())
            elif not self._asked(lambda: self._may_start(room)) or self._stopping.is_set():
                self._wakes.put_back(wake, time.monotonic() + min(self._settings.cooldown_seconds / 4, 5))
            else:
                started = True
                self._run(wake, [str(item["id"]) for item in items], room)
        except Exception as error:  # whatever it was, the others go on
            self._say(f"{', '.join(wake.items)}: {type(error).__name__}: {error}")
            if started:
                self._wakes.end(wake, wake.items)
            else:
                self._wakes.put_back(wake, time.monotonic() + _LONGEST_PAUSE_S)

    def _may_start(self, room: str | None) -> bool:
        """Whether the breaker is closed, or lets this one run try."""
        if room not in self._breakers:
            self._reports.define_breaker(room, self._settings.cooldown_seconds)
            self._breakers.add(room)
        breaker = self._reports.breaker(room)
        return breaker == "CLOSED" or (breaker == "HALF_OPEN" and self._wakes.running == 1)

    def _run(self, wake: Wake, items: list[str], room: str | None) -> None:
        after = self._asked(lambda: self._reports.end_of_log(room))
        run_log.delete_old(self._directory)
        log = RunLog(self._directory, {"items": items, "task": wake.task, "room": room})
        began = time.monotonic()
        outcome = self._outcome(wake, items, room, log)
        acted = self._asked(lambda: self._reports.has_acted(room, after))
        still = [
            str(item["id"]) for item in self._asked(lambda: self._reports.items(items)) if not item["acknowledgedAt"]
        ]
        if outcome == "ok" and not acted and len(still) == len(items):
            outcome = "nothing done"
        self._say(f"{', '.join(items)}: {outcome}")
        self._account(log.name, wake.task, room, items, outcome, time.monotonic() - began)
        if self._stopped_at is None or outcome != "killed":
            self._asked(lambda: self._reports.report_health(room, f"{outcome}: {', '.join(items)}", ok=outcome == "ok"))
        log.close()
        self._wakes.end(wake, still)

    def _outcome(self, wake: Wake, items: list[str], room: str | None, log: RunLog) -> str:
        session = f"runner-{log.name}"
        prompt = _PROMPT.format(items=", ".join(items))
        words = self._settings.arguments(prompt=prompt, item=items[0], task=wake.task or "", session=session)
        try:
            child = ChildProcess(words, self._settings.directory, self._environment(items, room, session), log.file)
        except OSError as error:
            log.file.write(f"{error}\n".encode())
            return "failed 127"
        log.write_group(child.group)
        status, why = child.wait(self._settings.silence_seconds, self._deadline)
        return why or ("ok" if status == 0 else "killed" if status < 0 else f"failed {status}")

    def _deadline(self) -> float | None:
        return None if self._stopped_at is None else self._stopped_at + self._patience

    def _environment(self, items: list[str], room: str | None, session: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
        given = {
            "GOALROOM_URL": self._agent.connection.url,
            "GOALROOM_TOKEN_FILE": str(self._token_file()),
            "GOALROOM_SESSION": session,
            "GOALROOM_WAKE": ",".join(items),
        }
        return kept | given | ({"GOALROOM_ROOM": room} if room else {})

    def _token_file(self) -> Path:
        if self._agent.token_file is not None:
            return self._agent.token_file
        path: Path = self._directory / "token"
        write_private(path, self._agent.connection.token)
        return path

    def _account_for_what_was_left(self) -> None:
        for name, facts in run_log.left_behind(self._directory):
            self._account(name, facts["task"], facts["room"], facts["items"], "killed", None)

    def _account(
        self, run: str, task: str | None, room: str | None, items: list[str], outcome: str, seconds: float | None
    ) -> None:
        lasted = "with its runner" if seconds is None else f"after {seconds:.0f} s"
        text = f"Runner of {self._reports.agent}: woken by {', '.join(items)}, ended {lasted}: {outcome}."
        # A task that it may no longer see, a room that it left: what can't be said there is said here.
        try:
            self._asked(lambda: self._reports.note(room, task, text, f"runner-{run}"))
        except Failure as failure:
            # It was noted already: its runner was killed just afterwards.
            if failure.code != "IDEMPOTENCY_MISMATCH":
                self._say(f"{text} It could not be noted: {failure.message}")

    def _asked(self, ask: Any) -> Any:
        """What the server answers, however long it is away; while it stops, not much longer."""
        pause = 0.2
        while True:
            try:
                return ask()
            except Failure as failure:
                if not failure.retryable or self._stopping.is_set():
                    raise
            self._stopping.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _say(self, text: str) -> None:
        with contextlib.suppress(OSError):
            name = self._reports.agent if hasattr(self, "_reports") else self._settings.profile
            sys.stderr.write(f"{name}: {text}\n")
            sys.stderr.flush()
