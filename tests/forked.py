"""Commands in processes that are forked from one which has imported us: what takes a server longest is done once."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from typing import IO

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["goalroom.commands.cli", "goalroom.server", "goalroom.app"])
# multiprocessing looks after all of its processes whenever one is started or asked, whichever thread does so.
_TURN = threading.RLock()


class Forked:
    """What our tests use of a `subprocess.Popen`, with its standard output as a pipe."""

    def __init__(self, arguments: Sequence[str], errors: IO[bytes], environment: dict[str, str]) -> None:
        self.args = arguments
        reading, writing = os.pipe()
        self.stdout = os.fdopen(reading, encoding="utf-8")
        with Connection(writing, readable=False) as output, Connection(os.dup(errors.fileno()), readable=False) as said:
            self._process = _FORKS.Process(target=_become, args=(arguments, output, said, environment))
            with _TURN:
                self._process.start()
        self.pid = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        with _TURN:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        if not wait([self._process.sentinel], timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        with _TURN:
            self._process.join()
            return self._process.exitcode or 0

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(arguments: Sequence[str], environment: dict[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run` with what it prints."""
    with tempfile.TemporaryFile() as errors:
        process = Forked(arguments, errors, environment)
        timer = threading.Timer(timeout, process.kill)
        timer.start()
        with process.stdout:
            printed = process.stdout.read()
        status = process.wait(timeout)
        timer.cancel()
        if status == -signal.SIGKILL:
            raise subprocess.TimeoutExpired(arguments, timeout)
        errors.seek(0)
        return subprocess.CompletedProcess(arguments, status, printed, errors.read().decode())


def _become(arguments: Sequence[str], output: Connection, errors: Connection, environment: dict[str, str]) -> None:
    os.dup2(output.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    output.close()
    errors.close()
    # As an interpreter opens them: those that it has were opened for other files.
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  # a descriptor, for as long as it lives
    sys.stderr = open(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(tempfile.gettempdir())
    sys.argv = ["goalroom", *arguments]
    from goalroom.commands import cli  # noqa: PLC0415  # of the commands' process alone

    cli.main()
