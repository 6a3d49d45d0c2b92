"""What each call costs: its statements, the CPU of the server and of Postgres, its rate, and how long it takes.

    python -m bench.operations [--seconds 3] [--rounds 1] [--only NAME ...] [--checkout PATH ...] [--statements]

The server runs with the code of each checkout that is given, on a Postgres of its own; without one, with the code of
this. Several are measured by turns, call for call, and each is compared with the first. The connections belong to
different agents and send their next request when the last was answered, from a process that does nothing else.
Statements are counted by Postgres, BEGIN, COMMIT and the look-up of the token among them.
"""

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measured_server import HERE, Sample, measured_server, measured_servers
from bench.operation_list import OPERATIONS, Operation, Scene

# The first requests of a document are not like the others: it is parsed, and its statements are prepared.
_UNCOUNTED, _COUNTED = 5, 11
_COLUMNS = ("call", "conns", "code", "stmts", "per s", "p50 ms", "p99 ms", "server ms", "Postgres ms", "rate : first")


@dataclass(frozen=True)
class Row:
    """One call on one server: medians of its rounds."""

    operation: Operation
    connections: int
    label: str
    statements: int
    samples: Sequence[Sample]

    @property
    def rate(self) -> float:
        """Requests a second, or the tasks that they make or claim."""
        return statistics.median(sample.timing.rate for sample in self.samples) * self.operation.tasks

    def line(self, first: float) -> str:
        """As a line of the table; `first` is the rate of the first server."""
        times = (
            statistics.median(values)
            for values in zip(
                *((s.timing.p50_ms, s.timing.p99_ms, s.server_ms, s.postgres_ms) for s in self.samples), strict=True
            )
        )
        cells = [
            *(self.operation.name, f"x{self.connections}", self.label, str(self.statements), f"{self.rate:,.0f}"),
            *(f"{time:.2f}" for time in times),
            f"{self.rate / first:.2f}",
        ]
        return f"| {' | '.join(cells)} |"


def statements(operation: Operation, scene: Scene) -> list[str]:
    """What a request sends to Postgres: of some requests, the one with the fewest, as noise only adds to them."""
    return min(scene.server.statements(operation.load(scene, 1), _UNCOUNTED + _COUNTED)[_UNCOUNTED:], key=len)


def measure(operation: Operation, scenes: Sequence[Scene], counts: Sequence[int], rounds: int) -> list[Row]:
    """Each number of connections on each server, by turns."""
    rows = []
    for connections in operation.connections:
        samples: list[list[Sample]] = [[] for _ in scenes]
        for _ in range(rounds):
            for scene, found in zip(scenes, samples, strict=True):
                found.append(scene.server.measure(operation.load(scene, connections), scene.seconds))
        made = [
            Row(operation, connections, scene.server.label, number, found)
            for scene, number, found in zip(scenes, counts, samples, strict=True)
        ]
        for row in made:
            print(row.line(made[0].rate), flush=True)
        rows += made
    return rows


def main(seconds: float, rounds: int, chosen: Sequence[Operation], checkouts: Sequence[Path], size: int) -> None:
    """Print a row for each call."""
    with measured_servers(checkouts) as servers:
        scenes = [Scene(server, seconds, size) for server in servers]
        counts: list[list[int]] = []
        for scene in scenes:
            with scene.server.logged_statements():
                counts.append([len(statements(operation, scene)) for operation in chosen])
        print(f"| {' | '.join(_COLUMNS)} |\n|{' --- |' * len(_COLUMNS)}")
        rows: list[Row] = []
        for operation, numbers in zip(chosen, zip(*counts, strict=True), strict=True):
            rows += measure(operation, scenes, numbers, rounds)
    rates = {(row.operation.name, row.connections, row.label): row.rate for row in rows}
    for server in servers:
        if floor := rates.get(("me", 32, server.label)):
            beats = rates.get(("heartbeat, one lease", 32, server.label), 0)
            print(f"heartbeats : me, 32 connections, {server.label}: {beats / floor:.2f}")
    sending = max(sample.timing.cpu / sample.timing.seconds for row in rows for sample in row.samples)
    print(f"sending the requests took at most {sending:.0%} of a core")


def list_statements(chosen: Sequence[Operation], checkouts: Sequence[Path], size: int) -> None:
    """Print what each call sends to Postgres, and measure nothing."""
    for checkout in checkouts:
        with measured_server(checkout) as server, server.logged_statements():
            scene = Scene(server, 1, size)
            for operation in chosen:
                found = statements(operation, scene)
                print(f"\n{operation.name}, {server.label}: {len(found)} statements")
                for statement in found:
                    print(f"  {' '.join(statement.split())[:110]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="parts of the names of calls")
    parser.add_argument("--checkout", nargs="*", type=Path, default=[HERE], metavar="PATH")
    parser.add_argument("--size", type=int, default=10_000, help="tasks of the board, objectives of the goal tree")
    parser.add_argument("--statements", action="store_true", help="print each call's statements, and measure nothing")
    given = parser.parse_args()
    wanted = [one for one in OPERATIONS if not given.only or any(name in one.name for name in given.only)]
    if given.statements:
        list_statements(wanted, given.checkout, given.size)
    else:
        main(given.seconds, given.rounds, wanted, given.checkout, given.size)
