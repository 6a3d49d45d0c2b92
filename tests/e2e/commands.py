"""The real commands, as processes in a directory of their own."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psutil
import pytest

from tests import forked
from tests.e2e.pooled import pooler

PATIENCE = 40
READY = "Goalroom is ready: "

_ROOT = Path(__file__).parents[2]
# Whether commands are forked from a process that has imported them, or each gets an interpreter of its own.
_FORK = os.environ.get("GOALROOM_TEST_FORK") != "no"


def run(*arguments: str | Path, prefix: Sequence[str] = (), **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, by way of the command that the prefix begins."""
    if not prefix and _may_fork(environment):
        return forked.run([*map(str, arguments)], environment_with(environment), PATIENCE)
    return subprocess.run(  # noqa: S603  # our own command
        [*prefix, *_command(*arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environment_with(environment),
        cwd=tempfile.gettempdir(),
    )


class Server:
    """`goalroom serve` on a free port, taking requests from the moment that this is entered."""

    command = "serve"
    # Begins a command that runs this one.
    prefix: Sequence[str] = ()

    def __init__(self, *arguments: str | Path, **environment: str) -> None:
        self._arguments, self._environment = pooler.servers_options(arguments), environment
        self.url = ""

    def __enter__(self) -> Self:
        self.errors: IO[bytes] = tempfile.TemporaryFile()
        self.process = self._start()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith(READY):
            said = self.said()
            self.__exit__(None, None, None)
            pytest.fail(f"no readiness line, but {line!r} and {said}")
        self.url = line.removeprefix(READY).strip()
        return self

    def _start(self) -> "forked.Forked | subprocess.Popen[str]":
        arguments, environment = (self.command, "--port", "0", *self._arguments), environment_with(self._environment)
        if not self.prefix and _may_fork(self._environment):
            return forked.Forked([*map(str, arguments)], self.errors, environment)
        return subprocess.Popen(  # noqa: S603  # our own command
            [*self.prefix, *_command(*arguments)],
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment,
            cwd=tempfile.gettempdir(),
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.errors.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, and answer the exit status."""
        self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def said(self) -> str:
        """What stands on standard error so far."""
        self.errors.seek(0)
        return self.errors.read().decode()


class Demo(Server):
    """`goalroom demo`, likewise."""

    command = "demo"

    def agents(self) -> list[psutil.Process]:
        """Every process that it started, and those that they did."""
        return psutil.Process(self.process.pid).children(recursive=True)


def _may_fork(environment: dict[str, str]) -> bool:
    """Not where an interpreter reads its environment as it starts."""
    return _FORK and all(name.startswith(("GOALROOM_", "OTEL_", "COLUMNS")) for name in environment)


def _command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "goalroom", *map(str, arguments)]


def environment_with(more: dict[str, str]) -> dict[str, str]:
    """What a command of ours runs in: nothing of Goalroom's but what is given."""
    # Modules that each command compiles anew take a server half a second more.
    dropped = ("GOALROOM_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(_ROOT)]))
    return kept | {"PYTHONPATH": path} | more
