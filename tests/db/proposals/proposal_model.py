"""The rules of proposals, in the plainest way: what the machine compares with."""

from collections import Counter
from dataclasses import dataclass, field

ABSTAIN = "abstain"
FINISHED = ("DONE", "CANCELLED")


@dataclass(eq=False)
class Task:
    id: int
    status: str = "TODO"
    owner: str | None = None
    has_reason: bool = False
    # Only unblockTask takes the reason back.
    stands: bool = False


@dataclass(eq=False)
class Proposal:
    id: int
    kind: str
    author: str
    options: list[str]
    electorate: list[str]
    quorum: int
    default: str | None
    closes: bool
    tasks: list[Task]
    escalates: Task | None = None
    votes: dict[str, str] = field(default_factory=dict)
    status: str = "OPEN"
    outcome: str | None = None
    by_default: bool = False


@dataclass
class Model:
    """Who is here, of whom which are people, and all that was asked."""

    people: set[str]
    here: set[str]
    tasks: list[Task] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    # Who was told of which end.
    told: Counter[tuple[str, int]] = field(default_factory=Counter)

    def open_on(self, task: Task) -> list[Proposal]:
        return [one for one in self.proposals if one.status == "OPEN" and task in one.tasks]

    def is_escalated(self, task: Task) -> bool:
        return any(one.escalates is task for one in self.open_on(task))

    def may_decide(self, author: str) -> list[str]:
        return sorted(self.people & self.here - {author})

    def may_vote(self, name: str, proposal: Proposal) -> bool:
        is_own = proposal.kind == "APPROVAL" and name == proposal.author
        return name in proposal.electorate and name in self.here and not is_own

    def settle(self, proposal: Proposal, actor: str | None, *, is_over: bool = False) -> None:
        """End it, if it is time."""
        if proposal.status != "OPEN":
            return
        out = [one for one in proposal.electorate if one not in proposal.votes and self.may_vote(one, proposal)]
        counts = Counter(option for option in proposal.votes.values() if option != ABSTAIN)
        ranked = [*counts.most_common(), ("", 0), ("", 0)]
        ahead = ranked[0][1] - ranked[1][1]
        could_come = 0 if is_over or proposal.kind == "APPROVAL" else len(out)
        if len(proposal.votes) >= proposal.quorum and ahead > could_come:
            self._end(proposal, "DECIDED", ranked[0][0], actor)
        elif is_over and proposal.default is not None:
            proposal.by_default = True
            self._end(proposal, "DECIDED", proposal.default, actor)
        elif is_over or (proposal.votes and not out and proposal.default is None):
            self._end(proposal, "EXPIRED", None, actor)

    def withdraw(self, proposal: Proposal, actor: str) -> None:
        self._end(proposal, "WITHDRAWN", None, actor)

    def leave(self, name: str) -> None:
        self.here.discard(name)
        for task in self.tasks:
            if task.owner == name and task.status not in FINISHED:
                task.owner = None
                if not (task.status == "BLOCKED" and (task.stands or self.is_escalated(task))):
                    task.status, task.has_reason = "TODO", False
        for proposal in self.proposals:
            if name in proposal.electorate:
                self.settle(proposal, None)

    def _end(self, proposal: Proposal, status: str, outcome: str | None, actor: str | None) -> None:
        proposal.status, proposal.outcome = status, outcome
        is_no = proposal.kind == "APPROVAL" and proposal.escalates is None and outcome == "no"
        for task in proposal.tasks:
            if task.status in ("TODO", "BLOCKED") and (is_no or status == "EXPIRED"):
                task.status, task.has_reason, task.stands = "BLOCKED", True, True
            elif task.status == "BLOCKED" and not task.has_reason:
                is_answered = proposal.escalates is task and status == "DECIDED"
                if is_answered or not self.open_on(task):
                    task.status = "TODO"
        owners = {task.owner for task in proposal.tasks if task.owner and task.status not in FINISHED}
        for name in (owners | {proposal.author}) - {actor}:
            self.told[name, proposal.id] += 1
