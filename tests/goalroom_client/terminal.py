"""A terminal of somebody's: what they type, in their home and with their environment."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goalroom_client.main import main

CLIENT = Path(__file__).parents[2] / "client"


@dataclass(frozen=True)
class Ended:
    status: int
    output: str
    errors: str

    @property
    def data(self) -> Any:
        """What `--json` answered, where it was done."""
        assert self.status in {0, 3}, self.errors
        envelope = json.loads(self.output)
        assert set(envelope) == {"v", "data"}
        assert envelope["v"] == 1
        return envelope["data"]

    @property
    def error(self) -> dict[str, Any]:
        """What `--json` answered, where it was refused."""
        envelope = json.loads(self.output)
        assert set(envelope) == {"v", "error"}
        assert self.errors.startswith(f"{envelope['error']['code']}: {envelope['error']['message']}\n")
        error: dict[str, Any] = envelope["error"]
        return error


class Terminal:
    """Each call is one command, in this process: what only a process has is tested with `started`."""

    def __init__(self, name: str, home: Path, **environment: str) -> None:
        self.name, self.home, self.directory = name, home, home
        self.environment = environment
        self.token = environment.get("GOALROOM_TOKEN", "")

    def __call__(self, *words: str, stdin: str = "", **environment: str | None) -> Ended:
        output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with (
            self._at_home(environment),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
            _typed(stdin),
        ):
            status = main(words)
        return Ended(status, *(stream.buffer.getvalue().decode() for stream in (output, errors)))

    def json(self, *words: str, **given: Any) -> Any:
        """The data that the command answers."""
        return self(*words, "--json", **given).data

    def refused(self, *words: str, **given: Any) -> dict[str, Any]:
        """The error, and with which status it ended."""
        ended = self(*words, "--json", **given)
        return ended.error | {"status": ended.status}

    def started(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        """The command as a process of its own."""
        return subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-m", "goalroom_client", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.directory,
            env=self.whole_environment(environment) | {"PYTHONPATH": str(CLIENT)},
        )

    def whole_environment(self, more: dict[str, Any]) -> dict[str, str]:
        """The environment of a login, and what is Goalroom's in it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOALROOM_", "XDG_"))}
        given = kept | {"HOME": str(self.home)} | self.environment | more
        return {name: value for name, value in given.items() if value is not None}

    @contextlib.contextmanager
    def _at_home(self, more: dict[str, Any]) -> Generator[None]:
        before, here = dict(os.environ), Path.cwd()
        os.environ.clear()
        os.environ.update(self.whole_environment(more))
        os.chdir(self.directory)
        try:
            yield
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)


@contextlib.contextmanager
def _typed(text: str) -> Generator[None]:
    before, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before
