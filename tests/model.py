"""The rules of work once more, in plain Python and from the contract: what may be done, and what it changes.

Every act has a method that answers the codes with which it may be refused. Where several rules are broken at once each
of their codes may be the answer; where none is, the act happens. The clock is a number of seconds that the test moves.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

FINISHED = ("DONE", "CANCELLED")
STARTED = ("DOING", "BLOCKED", "VALIDATING")
LEASE, STALE_AFTER, RECLAIM_AFTER, COOLDOWN, THRESHOLD = 650, 1030, 430, 250, 2

Codes = set[str]


@dataclass
class Agent:
    key: int
    parent: int | None = None
    capabilities: frozenset[str] = frozenset()


@dataclass
class Resource:
    capacity: int | None
    breaker: str = "CLOSED"
    failures: int = 0
    opened_at: int = 0
    probe: int | None = None


@dataclass
class Task:
    key: int
    born: int
    priority: int = 2
    parent: int | None = None
    drafted: bool = False
    track: str | None = None
    order: int | None = None
    criteria: bool = False
    capabilities: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    not_before: int | None = None
    depends: set[int] = field(default_factory=set)
    status: str = "TODO"
    assignee: int | None = None
    reviewer: int | None = None
    volunteered: bool = False
    author: int | None = None
    submitted: int = 0
    taken: bool = False
    verdicts: list[tuple[str, int, int]] = field(default_factory=list)
    begun: bool = False
    fence: int = 0
    # All who ever claimed it.
    holders: set[int] = field(default_factory=set)
    attempts: int = 0
    reason: str | None = None
    # The tasks with whose end the reason ends; None where it stands until it is taken back.
    reason_on: set[int] | None = None
    lease_ends: int = 0
    spoke: int = 0
    quiet_until: int = 0
    stale_since: int | None = None
    comments: list[str] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        return self.status in FINISHED


@dataclass
class Rules:
    """The settings of the room that the acts meet."""

    criteria: bool = True
    review: bool = True
    handoff: bool = True
    wip: int | None = None
    max_attempts: int | None = 2
    paused: bool = False


@dataclass
class Model:
    """One room."""

    agents: dict[int, Agent]
    rules: Rules
    tasks: dict[int, Task] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    draft: bool = False
    now: int = 0
    submissions: int = 0

    # What follows from what

    def open_dependencies(self, task: Task) -> list[Task]:
        return [self.tasks[key] for key in task.depends if not self.tasks[key].finished]

    def ahead(self, task: Task) -> list[Task]:
        """Unfinished tasks before it on its track."""
        line = [
            other
            for other in self.tasks.values()
            if task.track is not None
            and (other.track, other.drafted) == (task.track, task.drafted)
            and not other.finished
            and other.key != task.key
        ]
        return [other for other in line if _place(other) < _place(task)]

    def open_parts(self, task: Task) -> list[Task]:
        return [other for other in self.tasks.values() if other.parent == task.key and not other.finished]

    def holders(self, name: str) -> list[Task]:
        return [task for task in self.tasks.values() if task.status == "DOING" and name in task.needs]

    def available(self, name: str) -> bool:
        resource = self.resources[name]
        full = resource.capacity is not None and len(self.holders(name)) >= resource.capacity
        return not full and (
            resource.breaker == "CLOSED" or (resource.breaker == "HALF_OPEN" and resource.probe is None)
        )

    def waits(self, task: Task) -> bool:
        """Whether anything but missing criteria and the pause keeps it from starting."""
        return bool(
            self.open_dependencies(task)
            or self.ahead(task)
            or (task.drafted and self.draft)
            or (task.not_before is not None and task.not_before > self.now)
            or not all(self.available(name) for name in task.needs)
        )

    def lacks_criteria(self, task: Task) -> bool:
        return self.rules.criteria and not task.criteria

    def ready(self, task: Task) -> bool:
        return (
            task.status == "TODO" and not self.waits(task) and not self.lacks_criteria(task) and not self.rules.paused
        )

    def related(self, one: int, other: int) -> bool:
        return self.family(one) == self.family(other)

    def family(self, agent: int) -> int:
        """The first of its ancestors."""
        parent = self.agents[agent].parent
        return agent if parent is None else self.family(parent)

    def lapsed(self, task: Task) -> bool:
        return task.status == "DOING" and task.lease_ends <= self.now

    def stale_at(self, task: Task) -> int:
        return max(task.spoke, task.quiet_until) + STALE_AFTER

    def held(self, agent: int) -> int:
        return sum(task.status == "DOING" and task.assignee == agent for task in self.tasks.values())

    def waited_by(self, task: Task) -> int:
        return sum(task.key in other.depends and not other.finished for other in self.tasks.values())

    # Who may write

    def write(self, agent: int, task: Task, words: str = "") -> Codes:
        """The write of a holder whose lease has ended is late; its words stay."""
        if task.assignee == agent and self.lapsed(task):
            if words:
                task.comments.append(words)
            return {"STALE_LEASE"}
        return set()

    def hold(self, agent: int, task: Task, words: str = "") -> Codes:
        """What its holder alone may do."""
        if late := self.write(agent, task, words):
            return late
        if task.status == "DOING" and task.assignee == agent:
            return set()
        return self._refuse_stranger(agent, task, ("BLOCKED", "VALIDATING"), words)

    def _refuse_stranger(self, agent: int, task: Task, idle: tuple[str, ...], words: str) -> Codes:
        """Who holds it no more is refused, and its words stay; who owns it has no reason to say them yet."""
        mine = task.assignee == agent
        if words and agent in task.holders and not (mine and task.status in ("DONE", *idle)):
            task.comments.append(words)
        return {"WRONG_STATUS"} if task.finished or (mine and task.status in idle) else {"NOT_HOLDER"}

    # Acts

    def claim(self, agent: int, task: Task) -> Codes:
        with self._undone_if_refused() as refused:
            if task.status == "DOING" and not self.lapsed(task):
                if task.assignee != agent:
                    refused.add("ALREADY_CLAIMED")
                else:
                    self._renew(task)
                return refused
            if self.lapsed(task):
                self._take_back(task)
            refused.update(self._claim_codes(agent, task))
            if not refused:
                self._start(agent, task)
        return refused

    def _claim_codes(self, agent: int, task: Task) -> Codes:
        if task.status != "TODO":
            return {"WRONG_STATUS"}
        rules = {
            "ASSIGNED_TO_OTHER": task.assignee not in (None, agent),
            "PAUSED": self.rules.paused,
            "MISSING_CAPABILITIES": not task.capabilities <= self.agents[agent].capabilities,
            "NOT_READY": self.waits(task),
            "CRITERIA_REQUIRED": self.lacks_criteria(task),
            "WIP_LIMIT": self.rules.wip is not None and self.held(agent) >= self.rules.wip,
        }
        return {code for code, broken in rules.items() if broken}

    def claim_next(self, agent: int) -> Task | None:
        """The task that the agent gets."""
        offered = [task for task in self.tasks.values() if task.status == "TODO" and not self._claim_codes(agent, task)]
        if not offered:
            return None
        best = min(
            offered,
            key=lambda task: (
                (not task.begun) if task.assignee == agent else 2,
                task.priority,
                -self.waited_by(task),
                task.born,
            ),
        )
        self._start(agent, best)
        return best

    def _start(self, agent: int, task: Task) -> None:
        for name in task.needs:
            if self.resources[name].breaker == "HALF_OPEN":
                self.resources[name].probe = task.key
        task.status, task.assignee, task.begun = "DOING", agent, True
        task.fence += 1
        task.holders = task.holders | {agent}
        task.lease_ends, task.spoke = self.now + LEASE, self.now
        task.quiet_until, task.stale_since = 0, None

    def _stop(self, task: Task, status: str, *, worked: bool) -> None:
        """It is held no more, and what it held is free."""
        was_held = task.status == "DOING"
        task.status, task.stale_since = status, None
        for name in task.needs if was_held else ():
            resource = self.resources[name]
            if resource.probe == task.key:
                self._report(resource, ok=worked)

    def _renew(self, task: Task) -> None:
        task.lease_ends = max(task.lease_ends, self.now + LEASE)

    def _take_back(self, task: Task) -> None:
        task.attempts += 1
        task.fence += 1
        gives_up = self.rules.max_attempts is not None and task.attempts >= self.rules.max_attempts
        self._stop(task, "BLOCKED" if gives_up else "TODO", worked=False)
        task.assignee = None
        task.reason = "lost too often" if gives_up else None

    def sweep(self) -> None:
        """Leases that ended, and silence that lasted too long, then silence that is noticed."""
        for task in self.tasks.values():
            too_long = task.stale_since is not None and task.stale_since + RECLAIM_AFTER <= self.now
            if self.lapsed(task) or (task.status == "DOING" and too_long):
                self._take_back(task)
        for task in self.tasks.values():
            if task.status == "DOING" and task.stale_since is None and self.stale_at(task) <= self.now:
                task.stale_since = self.now

    def heartbeat(self, agent: int, quiet: int | None) -> None:
        for task in self.tasks.values():
            if task.status == "DOING" and task.assignee == agent and not self.lapsed(task):
                self._renew(task)
                if quiet is not None:
                    self._announce(task, quiet)

    def _announce(self, task: Task, quiet: int) -> None:
        task.quiet_until = max(task.quiet_until, self.now + quiet)
        task.lease_ends = max(task.lease_ends, task.quiet_until)
        task.stale_since = None

    def say(self, agent: int, task: Task, body: str, *, progress: bool) -> Codes:
        if late := self.write(agent, task, body):
            return late
        task.comments.append(body)
        if task.status == "DOING" and task.assignee == agent:
            self._renew(task)
            if progress:
                task.spoke, task.stale_since = self.now, None
        return set()

    def complete(self, agent: int, task: Task, words: str, *, met: bool) -> Codes:
        refused = self._hand_in_codes(agent, task, words, met=met)
        if "NOT_HOLDER" not in refused and "WRONG_STATUS" not in refused and "STALE_LEASE" not in refused:
            refused.update({"REVIEW_REQUIRED"} if self.rules.review else set())
        if not refused:
            task.comments.append(words)
            self._end(task, "DONE", worked=True)
        return refused

    def submit(self, agent: int, task: Task, words: str, *, met: bool) -> Codes:
        refused = self._hand_in_codes(agent, task, words, met=met)
        if not refused:
            task.comments.append(words)
            self._stop(task, "VALIDATING", worked=True)
            self.submissions += 1
            task.author, task.submitted, task.taken = agent, self.submissions, False
            if task.reviewer is not None and self.related(task.reviewer, agent):
                task.reviewer, task.volunteered = None, False
        return refused

    def _hand_in_codes(self, agent: int, task: Task, words: str, *, met: bool) -> Codes:
        if refused := self.hold(agent, task, words):
            return refused
        rules = {"NOT_READY": bool(self.open_parts(task)), "CRITERIA_UNMET": task.criteria and not met}
        return {code for code, broken in rules.items() if broken}

    def claim_next_review(self, agent: int) -> Task | None:
        waiting = [
            task
            for task in self.tasks.values()
            if task.status == "VALIDATING"
            and task.reviewer in (None, agent)
            and not self.related(task.author or agent, agent)
        ]
        if not waiting:
            return None
        task = min(waiting, key=lambda one: (one.taken, one.submitted))
        task.volunteered = task.volunteered or task.reviewer is None
        task.reviewer, task.taken = agent, True
        return task

    def review(self, agent: int, task: Task, words: str, *, approves: bool, accepts: bool) -> Codes:
        if late := self.write(agent, task):
            return late
        if task.status != "VALIDATING":
            return {"WRONG_STATUS"}
        rules = {
            "SELF_REVIEW": self.related(task.author or agent, agent),
            "FORBIDDEN": task.reviewer not in (None, agent),
            "CRITERIA_UNMET": approves and task.criteria and not accepts,
            "NOT_READY": approves and bool(self.open_parts(task)),
        }
        refused = {code for code, broken in rules.items() if broken}
        if not refused:
            task.comments.append(words)
            task.volunteered = task.volunteered or task.reviewer is None
            task.reviewer = agent
            task.verdicts.append(("APPROVED" if approves else "CHANGES_REQUESTED", agent, task.author or 0))
            if approves:
                self._end(task, "DONE", worked=True)
            else:
                task.status = "TODO"
        return refused

    def release(self, agent: int, task: Task, words: str | None) -> Codes:
        if late := self.write(agent, task, words or ""):
            return late
        if task.assignee != agent or task.status not in ("DOING", "BLOCKED"):
            return self._refuse_stranger(agent, task, ("VALIDATING",), words or "")
        if self.rules.handoff and words is None:
            return {"HANDOFF_REQUIRED"}
        if words is not None:
            task.comments.append(words)
        self._stop(task, "TODO", worked=False)
        task.assignee, task.reason, task.reason_on = None, None, None
        return set()

    def block(self, agent: int, task: Task, words: str | None, on: list[Task]) -> Codes:
        if refused := self.hold(agent, task, words or ""):
            return refused
        with self._undone_if_refused() as refused:
            task.depends |= {other.key for other in on}
            refused.update(self._circle_codes())
            if not refused:
                self._stop(task, "BLOCKED", worked=False)
                task.reason, task.reason_on = words, {other.key for other in on} or None
                self._resume(task)
        return refused

    def unblock(self, agent: int, task: Task) -> Codes:
        if late := self.write(agent, task):
            return late
        if task.status != "BLOCKED":
            return {"WRONG_STATUS"}
        task.reason, task.reason_on, task.attempts = None, None, 0
        if not self.open_dependencies(task):
            task.status = "TODO"
        return set()

    def depend(self, agent: int, task: Task, on: Task) -> Codes:
        if late := self.write(agent, task):
            return late
        with self._undone_if_refused() as refused:
            task.depends.add(on.key)
            refused.update(self._circle_codes())
        return refused

    def undepend(self, agent: int, task: Task, on: Task) -> Codes:
        if late := self.write(agent, task):
            return late
        task.depends.discard(on.key)
        task.reason_on = None if task.reason_on is None else task.reason_on - {on.key}
        self._resume(task)
        return set()

    def _resume(self, task: Task) -> None:
        """The words of a block end with the waits they came with; where nothing is left, it goes on."""
        if task.status == "BLOCKED":
            on = task.reason_on
            if on is not None and not any(other.key in on for other in self.open_dependencies(task)):
                task.reason, task.reason_on = None, None
            if task.reason is None and not self.open_dependencies(task):
                task.status = "TODO"

    def _end(self, task: Task, status: str, *, worked: bool) -> None:
        self._stop(task, status, worked=worked)
        task.reason = None if status == "CANCELLED" else task.reason
        for other in self.tasks.values():
            if task.key in other.depends:
                self._resume(other)

    def cancel(self, agent: int, task: Task, words: str) -> Codes:
        if late := self.write(agent, task, words):
            return late
        if task.finished:
            return {"WRONG_STATUS"}
        self._end(task, "CANCELLED", worked=False)
        task.comments.append(words)
        return set()

    def reopen(self, agent: int, task: Task, words: str) -> Codes:
        if late := self.write(agent, task):
            return late
        if not task.finished:
            return {"WRONG_STATUS"}
        with self._undone_if_refused() as refused:
            task.status, task.assignee, task.attempts = "TODO", None, 0
            if task.volunteered:
                task.reviewer, task.volunteered = None, False
            refused.update(self._circle_codes())
        if not refused:
            task.comments.append(words)
        return refused

    def assign(
        self, agent: int, task: Task, words: str | None, *, assignee: int | None = None, reviewer: int | None = None
    ) -> Codes:
        """Name an owner, or a reviewer, or both."""
        if late := self.write(agent, task, words or ""):
            return late
        if task.finished:
            return {"WRONG_STATUS"}
        moves = assignee is not None and assignee != task.assignee
        leaves = moves and task.assignee is not None and task.status in STARTED
        judges = reviewer is not None and reviewer != task.reviewer and task.status == "VALIDATING"
        rules = {
            "HANDOFF_REQUIRED": leaves and self.rules.handoff and words is None,
            "SELF_REVIEW": judges and self.related(task.author or 0, reviewer or 0),
        }
        refused = {code for code, broken in rules.items() if broken}
        if not refused:
            if words is not None:
                task.comments.append(words)
            if reviewer is not None:
                task.reviewer, task.volunteered, task.taken = reviewer, False, False
            if moves:
                if task.status == "DOING":
                    task.fence += 1
                    self._stop(task, "TODO", worked=False)
                task.assignee = assignee
        return refused

    def set_criteria(self, agent: int, task: Task, creator: int, words: str) -> Codes:
        if late := self.write(agent, task, words):
            return late
        if task.finished:
            return {"WRONG_STATUS"}
        amends = agent in (creator, task.reviewer) and agent != task.assignee
        if task.status in STARTED and not amends:
            return {"CRITERIA_FROZEN"}
        task.criteria = True
        return set()

    def create(self, task: Task) -> Codes:
        with self._undone_if_refused() as refused:
            if task.parent is not None and self.tasks[task.parent].finished:
                refused.add("WRONG_STATUS")
            self.tasks[task.key] = task
            refused.update(self._circle_codes())
        return refused

    def report(self, name: str, *, ok: bool) -> None:
        self._report(self.resources[name], ok=ok)

    def _report(self, resource: Resource, *, ok: bool) -> None:
        resource.failures = 0 if ok else resource.failures + 1
        if resource.breaker == "OPEN":
            return
        trips = resource.breaker == "HALF_OPEN" or resource.failures >= THRESHOLD
        resource.breaker = "CLOSED" if ok else ("OPEN" if trips else resource.breaker)
        resource.probe = None
        if resource.breaker == "OPEN":
            resource.opened_at = self.now

    def cool(self) -> None:
        for resource in self.resources.values():
            if resource.breaker == "OPEN" and resource.opened_at + COOLDOWN <= self.now:
                resource.breaker = "HALF_OPEN"

    # Circles

    def _circle_codes(self) -> Codes:
        """Dependencies, tracks and parts together never run in a circle."""
        try:
            TopologicalSorter({task.key: set(self._waits_for(task)) for task in self.tasks.values()}).prepare()
        except CycleError:
            return {"DEPENDENCY_CYCLE"}
        return set()

    def _waits_for(self, task: Task) -> Iterable[int]:
        yield from task.depends
        yield from (other.key for other in self.tasks.values() if other.parent == task.key)
        if not task.finished:
            yield from (other.key for other in self.ahead(task))

    @contextmanager
    def _undone_if_refused(self) -> Iterator[Codes]:
        """A refused act changes nothing."""
        refused: Codes = set()
        before = deepcopy((self.tasks, self.resources))
        yield refused
        if refused:
            tasks, resources = before
            for key, task in list(self.tasks.items()):
                if key in tasks:
                    task.__dict__.update(tasks[key].__dict__)
                else:
                    del self.tasks[key]
            for name, resource in self.resources.items():
                resource.__dict__.update(resources[name].__dict__)


def _place(task: Task) -> tuple[bool, int, int]:
    return task.order is None, task.order or 0, task.born
