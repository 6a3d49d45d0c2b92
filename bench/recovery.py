"""How soon an outage of Postgres is noticed, and how soon all goes on after it.

    python -m bench.recovery [--times 3] [--writers 8]

Two server processes, writers that try again until they are answered, a subscriber on one socket, and a balancer that
asks /readyz twenty times a second. Postgres is stopped and started, and then stopped in its tracks (SIGSTOP) and woken.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.e2e.outages.outage_load import Outage, Team, team

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_AWAY_SECONDS = 5.0
_BETWEEN_SECONDS = 3.0


async def measure(times: int, writers: int) -> None:
    """Print each outage, in milliseconds."""
    kinds: dict[str, Callable[[Team], Coroutine[Any, Any, Outage]]] = {
        "restarted": lambda at_work: at_work.restart(_AWAY_SECONDS),
        "frozen": lambda at_work: at_work.freeze(asyncio.sleep(_AWAY_SECONDS)),
    }
    with tempfile.TemporaryDirectory() as folder:
        async with team(Path(folder), writers=writers) as at_work:
            outages: list[tuple[str, Outage]] = []

            async def upset() -> None:
                for _ in range(times):
                    for kind, upset_by in kinds.items():
                        await asyncio.sleep(_BETWEEN_SECONDS)
                        outages.append((kind, await upset_by(at_work)))
                await asyncio.sleep(_BETWEEN_SECONDS)

            await at_work.work(upset())
            for kind, outage in outages:
                at_work.measure(outage)
                print(
                    f"{kind}: /readyz says 503 after {1000 * outage.noticed_s:.0f} ms; back, it says 200 after "
                    f"{1000 * outage.ready_again_s:.0f} ms, and a write is answered after "
                    f"{1000 * outage.written_again_s:.0f} ms"
                )
            assert at_work.seen == await at_work.log()
            print(f"{len(at_work.answers)} comments written, {len(at_work.seen)} events seen, none missed")


def main() -> None:
    """The entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--writers", type=int, default=8)
    options = parser.parse_args()
    asyncio.run(measure(options.times, options.writers))


if __name__ == "__main__":
    main()
