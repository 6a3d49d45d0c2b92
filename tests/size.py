"""How much the long tests play: enough to notice every day, and all of it where GOALROOM_TEST_SIZE is full."""

import os

import pytest

FULL = os.environ.get("GOALROOM_TEST_SIZE") == "full"


def sized(everyday: int, full: int) -> int:
    return full if FULL else everyday


long = pytest.mark.skipif(not FULL, reason="long: played in CI, and where GOALROOM_TEST_SIZE is full")
