"""The disk of the database is full: whoever asks is told so, reads go on, and so do writes once there is room."""

import os
import secrets
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from goalroom.postgres.embedded import Cluster
from tests.e2e.commands import Server, run

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root may mount a small file system"
)
SEND = 'mutation ($body: String!) { sendMessage(input: {room: "main", channel: "general", body: $body}) { id } }'
# So random that it can't be stored in less.
LONG = secrets.token_urlsafe(7_000)


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Generator[Path]:
    """A file system of its own with so many megabytes."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "none", str(path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:  # noqa: S603  # a tool of the system
        pytest.skip("a container without the right to mount")
    try:
        yield path
        if (path / "home" / "postgres").exists():
            with Cluster(path / "home"):
                pass
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)  # noqa: S603, S607  # likewise


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


@pytest.mark.parametrize("small_disk", [100], indirect=True)
def test_a_full_disk_is_told_as_full_and_can_be_read(small_disk: Path) -> None:
    home = small_disk / "home"
    with Server("--data-dir", home) as server:
        token = (home / "admin-token").read_text().strip()

        def ask(document: str, **variables: str) -> dict[str, Any]:
            sent = {"query": document, "variables": variables}
            answer = httpx.post(
                server.url + "/graphql", json=sent, headers={"authorization": f"Bearer {token}"}, timeout=20
            )
            found: dict[str, Any] = answer.json()
            return found

        assert "errors" not in ask(SEND, body=LONG)
        fill(small_disk / "filling")
        refusals = [found for _ in range(20) if "errors" in (found := ask(SEND, body=LONG))]
        ready, read = httpx.get(server.url + "/readyz", timeout=20), ask("{ rooms { name } }")
        looked = run("doctor", "--data-dir", home)

        (small_disk / "filling").unlink()
        again, ready_again = ask(SEND, body=LONG), httpx.get(server.url + "/readyz", timeout=20)
        assert server.stop() == 0

    [error] = refusals[-1]["errors"]
    assert error["message"].startswith("The database's disk is full")
    assert (error["extensions"]["code"], error["extensions"]["retryAfterSeconds"]) == ("UNAVAILABLE", 10)
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert ready.json()["reason"].startswith("The database's disk is full")
    assert read == {"data": {"rooms": [{"name": "main"}]}}
    assert (looked.returncode, "WRONG disk: 0.0 GB free" in looked.stdout) == (1, True), looked.stdout
    assert "errors" not in again
    assert ready_again.status_code == 200


@pytest.mark.parametrize("small_disk", [2, 30], indirect=True)
def test_at_the_first_start_the_reason_is_shown(small_disk: Path) -> None:
    refused = run("migrate", "--data-dir", small_disk / "home")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.endswith("No space left on device\n")
    assert [path.name for path in (small_disk / "home").iterdir() if path.is_dir()] == []
