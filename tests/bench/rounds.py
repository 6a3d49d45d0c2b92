"""Tiny rounds of the benchmarks, as whoever measures starts them."""

import subprocess
import sys
import tempfile

from tests.e2e.commands import environment_with


def run_bench(name: str, *options: str) -> str:
    """What it prints; it must end well."""
    ended = subprocess.run(  # noqa: S603  # our own
        [sys.executable, "-m", f"bench.{name}", *options],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment_with({}),
        cwd=tempfile.gettempdir(),
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def table(printed: str, columns: int) -> list[list[str]]:
    """The cells of the lines that have so many."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.splitlines() if "|" in line]
    return [line for line in lines if len(line) == columns and not line[1].startswith("---")][1:]
