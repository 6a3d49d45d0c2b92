"""Runs the tests beside it in Node, 22 or newer, on the PATH: `pytest tests/conformance/in_node.py`.

Named so that the everyday test run, which asks for no Node, does not find it.
"""

import os
import subprocess
from pathlib import Path

import pytest

_HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def _packages() -> None:
    """What package-lock.json names, and nothing else."""
    subprocess.run(["npm", "ci"], cwd=_HERE, check=True, timeout=300)  # noqa: S607  # of the PATH, by design


@pytest.mark.usefixtures("_packages")
@pytest.mark.parametrize("protocol", ["http", "ws", "sse"])
def test_others_find_the_protocol_kept(protocol: str, server: tuple[str, str]) -> None:
    url, token = server
    ended = subprocess.run(  # noqa: S603  # our own files
        ["node", "--test", f"{protocol}.test.mjs"],  # noqa: S607  # of the PATH, by design
        cwd=_HERE,
        env=os.environ | {"GOALROOM_TEST_URL": f"{url}/graphql", "GOALROOM_TEST_TOKEN": token},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
