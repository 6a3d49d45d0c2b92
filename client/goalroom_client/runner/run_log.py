"""The files of a run: what it put out, which is kept, and beside it what it is, until it is accounted for."""

import calendar
import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from goalroom_client.runner.child_process import end_rest, locked
from goalroom_client.user_files import write_private

_KEPT_S, _HOUR_S = 14 * 86_400, 3600
_TIME = "%Y%m%dT%H%M%SZ"


class RunLog:
    """The files of one run. Whoever inherits `file` holds its lock, until the last of them has ended."""

    def __init__(self, directory: Path, facts: dict[str, Any]) -> None:
        self.name = f"{time.strftime(_TIME, time.gmtime())}-{secrets.token_hex(4)}"
        self._facts, self._state = facts, directory / f"{self.name}.run"
        write_private(self._state, json.dumps(facts))
        path = directory / f"{self.name}.log"
        self.file: BinaryIO = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", 0)
        locked(self.file)

    def write_group(self, group: int) -> None:
        """Whom another runner ends if this one can't."""
        write_private(self._state, json.dumps(self._facts | {"group": group}))

    def close(self) -> None:
        """The run is accounted for."""
        self.file.close()
        self._state.unlink(missing_ok=True)


def started_within_an_hour(directory: Path) -> list[float]:
    """When the runs of the last hour began, the oldest first."""
    began = sorted(calendar.timegm(time.strptime(path.stem.split("-")[0], _TIME)) for path in directory.glob("*.log"))
    return [at for at in began if at > time.time() - _HOUR_S]


def delete_old(directory: Path) -> None:
    """Those of more than 14 days ago."""
    for path in directory.glob("*.log"):
        if path.stat().st_mtime < time.time() - _KEPT_S:
            path.unlink(missing_ok=True)


def left_behind(directory: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The runs of a runner that was killed, each once its group has ended; they count as accounted for afterwards."""
    for state in sorted(directory.glob("*.run")):
        facts = json.loads(state.read_text("utf-8"))
        with state.with_suffix(".log").open("ab") as file:
            # Locked by others: some of the group are still there, and its number is still theirs.
            if not locked(file) and "group" in facts:
                end_rest(int(facts["group"]))
        yield state.stem, facts
        state.unlink()
