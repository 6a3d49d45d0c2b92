"""What a process needs of its machine: file descriptors, a umask that closes what it makes, and room on the disk."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from db.operations.doctor import Look

try:
    import resource
except ImportError:
    # Windows, which has no such limit.
    resource = None  # type: ignore[assignment]

# Postgres wants some hundred, and each connection of a client is one.
_FEW_DESCRIPTORS = 1_024
_LITTLE_ROOM = 500_000_000


def prepare_process() -> None:
    """Use as many file descriptors as the system allows, and leave nothing that we make open to others.

    What we start inherits both, so that the embedded Postgres has them whichever command starts it.
    """
    os.umask(0o077)
    if resource is not None:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a name's letters is no reason to fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def examine(data_dir: Path | None) -> "Iterator[Look]":
    """Look at the limits of this process, and at the disk that the embedded Postgres is on."""
    # Every command prepares its process, and some need no database.
    from db.operations.doctor import Finding, Look  # noqa: PLC0415

    if resource is not None:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        few = Finding("A server here is out of them soon.", "Raise it: `ulimit -Hn`, or LimitNOFILE of systemd.")
        yield Look("file descriptors", f"at most {most}", [few] if 0 <= most < _FEW_DESCRIPTORS else [])
    if data_dir is not None:
        free = shutil.disk_usage(data_dir).free
        little = Finding(f"Little is left of the disk of {data_dir}.", "Make room, or move the data directory.")
        yield Look("disk", f"{free / 1e9:.1f} GB free", [little] if free < _LITTLE_ROOM else [])
