"""The receiver of docs/webhooks.md, run as it stands there; and what a process imports that sends nothing."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from ipaddress import ip_network
from pathlib import Path

import pytest

from goalroom.webhooks.addresses import Addresses
from goalroom.webhooks.sender import Sender
from tests.patience import PATIENCE_S
from tests.receiver import SECRET

ROOT = Path(__file__).parents[3]
SENDER = Sender(Addresses([ip_network("127.0.0.1/32")]))
OTHER = "whsec_" + "b3RoZXI" * 8


def receiver_of_the_guide() -> str:
    [program, *_] = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "docs" / "webhooks.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return str(program)


@pytest.fixture
def receiver() -> Generator[tuple[str, "subprocess.Popen[str]"]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"SECRET": SECRET, "PORT": str(port)}
    with subprocess.Popen(  # noqa: S603  # our own documentation
        [sys.executable, "-c", receiver_of_the_guide()], env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:  # fmt: skip
        latest = time.monotonic() + PATIENCE_S
        while not _listens(port) and time.monotonic() < latest:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/", running
        running.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_the_guides_receiver_takes_what_is_signed_and_nothing_else(
    receiver: tuple[str, "subprocess.Popen[str]"],
) -> None:
    url, running = receiver
    body = '{"kind":"TASK_DONE","task":{"title":"Grüße"}}'

    taken = await SENDER.post(url, "E9.W1", body, SECRET)
    refused = await SENDER.post(url, "E10.W1", body, OTHER)

    assert (taken.status, refused.status) == (204, 401)
    assert running.stdout is not None
    assert running.stdout.readline().split() == ["E9.W1", "TASK_DONE", "Grüße"]
    lines = [line for line in receiver_of_the_guide().splitlines() if line]
    assert len(lines) <= 15


def test_who_sends_nothing_does_not_import_what_sends() -> None:
    program = (
        "import sys, goalroom.app, goalroom.server; goalroom.app.create_app(goalroom.app.AppConfig('postgresql://x'));"
        "print([name for name in ('httpcore', 'standardwebhooks', 'h11') if name in sys.modules])"
    )

    done = subprocess.run(  # noqa: S603  # our own
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT
    )

    assert done.stdout == "[]\n"
