"""A command in a process group of its own, whose output is a file, and which ends with all that it started."""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

# What a group has between TERM and KILL; less of it once its first process has ended.
_GRACE_S, _REST_S = 20.0, 2.0
_LOOK_S = 0.1


class ChildProcess:
    """One run of a command."""

    def __init__(
        self, arguments: Sequence[str], directory: Path, environment: Mapping[str, str], log: BinaryIO
    ) -> None:
        self._log = log
        self._process = subprocess.Popen(  # noqa: S603  # what the user's own file says
            arguments,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Signals reach all that it starts.
            start_new_session=True,
        )
        self.group = self._process.pid
        self.began = time.monotonic()

    def wait(self, silence: float, deadline: Callable[[], float | None]) -> tuple[int, str | None]:
        """The exit status, once the whole group has ended, and why it was ended: `silent`, `killed`, or None.

        It is `silent` when it put nothing out for so long, `killed` when the deadline passed, which may come later.
        """
        why, said, size, killed_at = None, time.monotonic(), -1, None
        while self._process.poll() is None:
            now = time.monotonic()
            if (grown := os.fstat(self._log.fileno()).st_size) != size:
                size, said = grown, now
            ends_at = deadline()
            if why is None and (now - said >= silence or (ends_at is not None and now >= ends_at)):
                why, killed_at = ("silent" if now - said >= silence else "killed"), now + _GRACE_S
                end_group(self.group, signal.SIGTERM)
            elif killed_at is not None and now >= killed_at:
                end_group(self.group, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK_S)
        end_rest(self.group)
        return self._process.returncode, why


def end_rest(group: int) -> None:
    """End what is left of a group: asked first, then killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not end_group(group, number):
            return
        end = time.monotonic() + _REST_S
        while end_group(group, 0) and time.monotonic() < end:
            time.sleep(0.02)


def end_group(group: int, number: int) -> bool:
    """Send the group this signal; False where there is nobody in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def locked(file: BinaryIO) -> bool:
    """Lock the file, which all that inherit it then hold; False where others do."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
