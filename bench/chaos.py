"""Whether a team is told the truth while everything below it fails: kill -9, SIGSTOP, crashes of Postgres, cut lines.

    python -m bench.chaos [--minutes 6] [--seed N]

Three servers, each with a way of its own to one Postgres; a planner, workers, talkers and followers. What they were
told is checked at the end: each task and message is there once, no claim was given to two, what was completed is done,
each follower saw every event once and in order, and the doctor finds nothing. It prints the seed, what was done, and
the faults.
"""

import argparse
import asyncio
import random
import tempfile
from pathlib import Path

from tests.e2e.chaos.day import play


def main() -> None:
    """The entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        print(asyncio.run(play(Path(folder), options.seed, 60 * options.minutes)))


if __name__ == "__main__":
    main()
