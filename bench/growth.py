"""Whether a call costs more in a room that has grown: among many finished tasks, and behind many that wait.

    python -m bench.growth [--tasks 1000000] [--waiting 20000] [--seconds 1] [--rounds 5] [--only NAME ...]

Three rooms side by side in one database, each with a board of 1,000 tasks, asked by turns, so that a noisy machine is
noisy for all of them: one with nothing else, one with so many finished tasks beside them, one with so many that stand
first in the order of claims and wait. Prints the milliseconds of CPU that a request took of the server and of Postgres,
medians of the rounds, and what both together are of those in the first room.
"""

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import replace

from bench.measured_server import HERE, MeasuredServer, Sample, measured_server
from bench.operation_list import OPERATIONS, PAGE, Operation, Scene, each_member, in_room
from bench.seeds import board, finished_tasks, held_tasks, waiting_tasks

_BOARD = 1_000
_MOST = 1.2
# What reads comes first: after that the agents hold many tasks.
_CALLS = (
    *("room counts", "readyTasks(20)", "page of 50 tasks", "briefing", "heartbeat, one lease", "sendMessage, one room"),
    *("createTask", "createTasks of 100", "completeTask", "claimNextTask", "claimNextTasks(50)"),
)
_PAGE_ALONE = PAGE.replace("counts { total ready doing blocked done }", "")


class GrownRoom(Scene):
    """One room, for every call, in which eight agents work; each of fifty others holds some of its tasks."""

    def __init__(self, server: MeasuredServer, seconds: float, name: str, finished: int = 0, waiting: int = 0) -> None:
        super().__init__(server, seconds, _BOARD)
        self.name = name
        team = server.team(name.replace(" ", "-"), 8)
        self.talk = self.beats = self.new_tasks = self.finishers = self.claimers = self.dispatchers = team
        self.readers = self.planners = team
        board(server, team, server.team(f"{name.replace(' ', '-')}-workers", 50), _BOARD)
        held_tasks(server, team, 1)
        if finished:
            finished_tasks(server, team, finished)
        if waiting:
            waiting_tasks(server, team, waiting)


def calls(only: Sequence[str]) -> list[Operation]:
    """The calls whose cost is compared, from one connection each."""
    known = {operation.name: operation for operation in OPERATIONS}
    known["page of 50 tasks"] = replace(known["page of 50 tasks"], document=_PAGE_ALONE)
    for name in ("room counts", "readyTasks(20)"):
        known[name] = replace(known[name], lanes=lambda scene, most: each_member(scene.readers, most, in_room))
    every = [known[name] for name in _CALLS]
    return [one for one in every if not only or any(name in one.name for name in only)]


def main(finished: int, waiting: int, seconds: float, rounds: int, only: Sequence[str]) -> None:
    """Print a line for each call and room."""
    with measured_server(HERE) as server:
        rooms = [
            GrownRoom(server, seconds, "alone"),
            GrownRoom(server, seconds, f"among {finished} finished", finished=finished),
            GrownRoom(server, seconds, f"behind {waiting} waiting", waiting=waiting),
        ]
        print("| call | room | server ms | Postgres ms | p50 ms | cost : alone | |\n|" + " --- |" * 7)
        for call in calls(only):
            samples: list[list[Sample]] = [[] for _ in rooms]
            for _ in range(rounds):
                for room, found in zip(rooms, samples, strict=True):
                    found.append(server.measure(call.load(room, 1), seconds))
            costs = [statistics.median(one.server_ms + one.postgres_ms for one in found) for found in samples]
            for room, found, cost in zip(rooms, samples, costs, strict=True):
                cells = [
                    *(
                        statistics.median(one.server_ms for one in found),
                        statistics.median(one.postgres_ms for one in found),
                    ),
                    *(statistics.median(one.timing.p50_ms for one in found), cost / costs[0]),
                ]
                above = f"above {_MOST}" if cost / costs[0] > _MOST else ""
                print(
                    f"| {call.name} | {room.name} | {' | '.join(f'{one:.2f}' for one in cells)} | {above} |", flush=True
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=1_000_000, help="finished ones, in the second room")
    parser.add_argument("--waiting", type=int, default=20_000, help="in the third room")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="parts of the names of calls")
    given = parser.parse_args()
    main(given.tasks, given.waiting, given.seconds, given.rounds, given.only)
