"""Whatever fails below it, the team is told the truth: nothing is lost, nothing happens twice."""

import random
from pathlib import Path

from tests.e2e.chaos.day import play
from tests.size import sized

SECONDS = sized(12, 30)


async def test_a_day_on_which_everything_fails(tmp_path: Path) -> None:
    # To play the same faults again: python -m bench.chaos --seed N
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201  # pytest shows it where the test fails

    print(await play(tmp_path, seed, SECONDS))  # noqa: T201
