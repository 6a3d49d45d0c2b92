"""The process of one agent: `python -m goalroom.demo`, which reads its AgentConfig from standard input."""

import io
import logging
import os
import sys
import threading

from goalroom.demo import roles
from goalroom.demo.agent import Agent
from goalroom.demo.client import ServerLost, TokenRefused
from goalroom.demo.human import Human
from goalroom.demo.planner import Planner
from goalroom.demo.reviewer import Reviewer
from goalroom.demo.roles import AgentConfig
from goalroom.demo.worker import Subagent, Worker
from goalroom.observability import structured_logging

_AGENTS: dict[str, type[Agent]] = {
    roles.HUMAN: Human,
    roles.PLANNER: Planner,
    roles.REVIEWER: Reviewer,
    roles.WORKER: Worker,
    roles.SUBAGENT: Subagent,
}


def main() -> int:
    """The exit status: 0 where this session is over, and the next may begin."""
    structured_logging.to_stderr(logging.WARNING)
    # Unbuffered: a thread that waits in a buffer holds its lock when the interpreter ends.
    stdin = io.FileIO(0, closefd=False)
    line = stdin.readline()
    if not line:
        return 0
    config = AgentConfig.from_line(line)
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        _AGENTS[config.kind](config).run()
    except ServerLost:
        return roles.SERVER_LOST
    except TokenRefused:
        return roles.TOKEN_REFUSED
    return 0


def _exit_with_parent() -> None:
    """Whoever started this process holds the other end, and lets go of it even when it is killed."""
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
