"""How much the tests of crowds play: enough to notice every day, and all of it where GOALROOM_TEST_SIZE is full."""

import os

_FULL = os.environ.get("GOALROOM_TEST_SIZE") == "full"


def sized(everyday: int, full: int) -> int:
    return full if _FULL else everyday
