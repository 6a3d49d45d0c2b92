"""What a scenario is made of: a goal, its parts, their jobs, and the steps in which somebody does a job.

A step leaves a trace on the task, by which whoever goes on with it knows that it was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Say:
    """A word of progress."""

    text: str


@dataclass(frozen=True)
class Note:
    """What the next session must know."""

    text: str


@dataclass(frozen=True)
class Remember:
    """A fact under a key, for everybody who works on the same objective."""

    key: str
    value: object


@dataclass(frozen=True)
class Ask:
    """A question in #general, and what is answered."""

    whom: str
    text: str
    answer: str


@dataclass(frozen=True)
class Block:
    """It can't go on until the human did something; `answer` is what the human says then."""

    reason: str
    answer: str


@dataclass(frozen=True)
class Escalate:
    """A question that a person answers, or, where nobody does in time, the default."""

    question: str
    options: Sequence[str]
    default: str


@dataclass(frozen=True)
class PutToVote:
    """A question to the workers, who each vote; the work goes on meanwhile."""

    question: str
    options: Sequence[str]


@dataclass(frozen=True)
class Reflect:
    """What was learned; where another agent learned the same, which has one of its tags, it becomes an insight."""

    worked: str
    did_not_work: str
    change: str
    tags: Sequence[str]


@dataclass(frozen=True)
class Discover:
    """It can't go on until another job is done, which nobody had thought of: the one of this ref."""

    ref: str
    reason: str


@dataclass(frozen=True)
class Crash:
    """The process dies here, the first time that somebody comes so far."""


@dataclass(frozen=True)
class NewSession:
    """The context is full: the process ends after this note, and the next one reads its briefing and goes on."""

    text: str


@dataclass(frozen=True)
class HandOver:
    """It goes back with what the next holder must know."""

    done: str
    pending: str
    gotchas: str


@dataclass(frozen=True)
class Outage:
    """The resource fails, until its breaker opens; then the job goes back and waits for it."""

    resource: str
    failures: Sequence[str]
    hand_over: HandOver


@dataclass(frozen=True)
class Quiet:
    """Something that takes long, announced beforehand."""

    text: str


@dataclass(frozen=True)
class Spawn:
    """A subagent of its own does a part of it."""

    purpose: str
    job: "Job"


def trace(step: "Step") -> str | None:
    """The text that stands on a task once this was done, where it is a text."""
    match step:
        case Say(text) | Note(text) | NewSession(text) | Quiet(text) | Ask(text=text) | Block(reason=text):
            return text
        case Escalate(question=question) | PutToVote(question=question):
            return question
        case HandOver(done=done) | Outage(hand_over=HandOver(done=done)):
            return done
        case _:
            return None


Step = (
    Say
    | Note
    | Remember
    | Ask
    | Block
    | Escalate
    | PutToVote
    | Reflect
    | Discover
    | Crash
    | NewSession
    | HandOver
    | Outage
    | Quiet
    | Spawn
)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A task: what is asked, how it is done, and what its reviewer says of it."""

    ref: str
    title: str
    description: str
    criteria: Sequence[tuple[str, str]]
    steps: Sequence[Step]
    summary: str
    artifact: str = "Pull request"
    priority: str = "P2"
    labels: Sequence[str] = ()
    capabilities: Sequence[str] = ("code",)
    after: Sequence[str] = ()
    resources: Sequence[str] = ()
    minutes: int = 30
    moves: Sequence[int] = ()
    objection: str | None = None
    rework: str = ""
    verdict: str = ""
    reviewer: str | None = None


@dataclass(frozen=True, kw_only=True)
class KeyResult:
    """A key result."""

    title: str
    unit: str
    start: float
    target: float


@dataclass(frozen=True, kw_only=True)
class Part:
    """An objective below the goal."""

    title: str
    description: str
    jobs: Sequence[Job]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A goal, and all that leads there. `found` are jobs that nobody thinks of until somebody needs them."""

    title: str
    description: str
    request: str
    approval: str
    closing: str
    key_results: Sequence[KeyResult]
    parts: Sequence[Part]
    found: Sequence[Job] = ()

    def jobs(self) -> list[Job]:
        """Every job of it, those for subagents as well."""
        planned = [*(job for part in self.parts for job in part.jobs), *self.found]
        return planned + [step.job for job in planned for step in job.steps if isinstance(step, Spawn)]
