"""The process of one player: `python -m goalroom.demo`, told on standard input whom it plays."""

import io
import logging
import os
import sys
import threading

from goalroom.demo import roles
from goalroom.demo.agent import Player
from goalroom.demo.client import Gone, LockedOut
from goalroom.demo.human import Person
from goalroom.demo.planner import Planner
from goalroom.demo.reviewer import Reviewer
from goalroom.demo.roles import Casting
from goalroom.demo.worker import Helper, Worker
from goalroom.observability import structured_logging

_PLAYERS: dict[str, type[Player]] = {
    roles.PERSON: Person,
    roles.PLANNER: Planner,
    roles.REVIEWER: Reviewer,
    roles.WORKER: Worker,
    roles.HELPER: Helper,
}


def main() -> int:
    """The exit status: 0 where this session is over, and the next may begin."""
    structured_logging.to_stderr(logging.WARNING)
    # Unbuffered: a thread that waits in a buffer holds its lock when the interpreter ends.
    told = io.FileIO(0, closefd=False)
    line = told.readline()
    if not line:
        return 0
    part = Casting.of_line(line)
    threading.Thread(target=_end_with_the_demo, daemon=True).start()
    try:
        _PLAYERS[part.part](part).play()
    except Gone:
        return roles.LOST_SERVER
    except LockedOut:
        return roles.LOCKED_OUT
    return 0


def _end_with_the_demo() -> None:
    """Whoever started this process holds the other end, and lets go of it even when it is killed."""
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
