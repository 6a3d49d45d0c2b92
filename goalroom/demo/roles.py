"""Which agents the demo has, and what the process of each is told when it begins."""

import itertools
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

# How the demo's room is known, to the page and to the demo itself when it comes back.
ROOM = "demo"
TITLE = "Demo: a simulated team at work"
# How its agents are known: nobody else's description begins like this.
SIMULATED = "Simulated."

HUMAN, PLANNER, REVIEWER, WORKER, SUBAGENT = "human", "planner", "reviewer", "worker", "subagent"

# Not from the current directory, where anything may be called like one of our modules.
COMMAND = (sys.executable, "-P", "-m", "goalroom.demo")
# How an agent's process ends, but for 0: this session is over, and the next may begin.
SERVER_LOST, TOKEN_REFUSED = 4, 5

_WORKERS = (
    *("juno", "otto", "vera", "finn", "nova", "hugo", "iris", "remy", "tess", "ravi", "mina"),
    *("kofi", "elif", "bram", "suri", "dara", "lena", "omar", "yuki", "paul", "noor", "ines"),
)
_REVIEWERS = ("lyra", "cleo")
_WORKERS_OF_A_REVIEWER = 10
_SKILLS = (("code", "infra"), ("code", "frontend"))
_OVER_MCP = (True, True, False, False)


@dataclass(frozen=True, kw_only=True)
class Role:
    """An agent of the demo, as it is registered."""

    kind: str
    name: str
    description: str
    capabilities: Sequence[str] = ()
    speaks_mcp: bool = False


@dataclass(frozen=True, kw_only=True)
class AgentConfig:
    """What the process of one agent is told: its token, and the names of all agents by their kind."""

    url: str
    token: str
    kind: str
    name: str
    session: str
    speed: float
    seed: int
    names: Mapping[str, Sequence[str]]
    task: str | None = None
    speaks_mcp: bool = False

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "AgentConfig":
        return cls(**json.loads(line))


def team(agents: int) -> list[Role]:
    """A human, and so many agents: one plans, one or two review, the others work."""
    reviewers = _REVIEWERS[: 1 + agents // (_WORKERS_OF_A_REVIEWER + 2)]
    workers = _WORKERS[: agents - 1 - len(reviewers)]
    return [
        Role(kind=HUMAN, name="mara", description=f"{SIMULATED} Sets the goals, answers questions, signs."),
        Role(kind=PLANNER, name="atlas", description=f"{SIMULATED} Turns goals into plans, and keeps the numbers."),
        *(Role(kind=REVIEWER, name=name, description=f"{SIMULATED} Reads what others did.") for name in reviewers),
        *(
            Role(
                kind=WORKER,
                name=name,
                description=f"{SIMULATED} Works: {', '.join(skills)}{', over MCP' if speaks_mcp else ''}.",
                capabilities=skills,
                speaks_mcp=speaks_mcp,
            )
            # Half of each kind, so that whatever comes to them comes both ways.
            for name, skills, speaks_mcp in zip(workers, itertools.cycle(_SKILLS), itertools.cycle(_OVER_MCP))
        ),
    ]


def in_seconds(seconds: float, speed: float, least: int = 1) -> int:
    """So many seconds of the demo, in whole ones of the clock."""
    return max(least, round(seconds / speed))
