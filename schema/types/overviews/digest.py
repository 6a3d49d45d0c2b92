"""Digests as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.overviews import digest, digest_markdown
from schema.types.proposals import proposal as proposal_types
from schema.types.reflections import insight as insight_types
from schema.types.rooms import agent as agent_types
from schema.types.tasks import task as task_types
from schema.types.tasks.task_counts import TaskCounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.types.proposals.proposal import Proposal
    from schema.types.reflections.insight import Insight
    from schema.types.rooms.agent import Agent
    from schema.types.tasks.task import Task


@strawberry.type(
    description="How many tasks there are in all for each list of a digest, of which it holds 200 at most."
)
class DigestTotals:
    completed: int = strawberry.field(description="Done since then.")
    stale: int = strawberry.field(description="Held, and silent for too long.")
    reclaimed: int = strawberry.field(description="Taken back from holders who went away.")
    blocked: int = strawberry.field(description="Waiting.")
    in_review: int = strawberry.field(description="Submitted, and waiting for a verdict.")

    @classmethod
    def of(cls, facts: digest.Digest) -> Self:
        return cls(
            completed=facts.completed.total,
            stale=facts.stale.total,
            reclaimed=facts.reclaimed.total,
            blocked=facts.blocked.total,
            in_review=facts.in_review.total,
        )


@strawberry.type(description="What happened in a room, and what is stuck in it. Lists hold 200 tasks at most.")
class Digest:
    since: datetime = strawberry.field(description="It reports what happened after this moment.")
    until: datetime = strawberry.field(
        description="It reports up to this moment; counts, and what is stuck, are as of then."
    )
    counts: TaskCounts = strawberry.field(description="Counts of tasks by state, over the whole room.")
    totals: DigestTotals = strawberry.field(description="How many tasks there are for each of its lists.")
    record: strawberry.Private[digest.Digest]

    @classmethod
    def of(cls, facts: digest.Digest) -> Self:
        return cls(
            since=facts.since,
            until=facts.until,
            counts=TaskCounts.of(facts.counts),
            totals=DigestTotals.of(facts),
            record=facts,
        )

    @strawberry.field(description="Done since then, oldest first.")
    def completed(self) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return _tasks(self.record.completed.items)

    @strawberry.field(description="Held, and silent for too long.")
    def stale(self) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return _tasks(self.record.stale.items)

    @strawberry.field(description="Taken back from holders who went away.")
    def reclaimed(self) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return _tasks(self.record.reclaimed.items)

    @strawberry.field(description="Waiting, longest first.")
    def blocked(self) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return _tasks(self.record.blocked.items)

    @strawberry.field(description="Submitted, and waiting for a verdict, longest first.")
    def in_review(self) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return _tasks(self.record.in_review.items)

    @strawberry.field(
        description="Open ones first, of these the one for which most work waits, then what was decided since."
    )
    def proposals(self) -> list[Annotated["Proposal", strawberry.lazy("schema.types.proposals.proposal")]]:
        found = [*(one.proposal for one in self.record.undecided.items), *self.record.decided.items]
        return [proposal_types.Proposal.of(proposal) for proposal in found]

    @strawberry.field(description="The agents that were heard of since then, sorted by name.")
    def agents(self) -> list[Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]]:
        return [agent_types.Agent.of(agent, self.record.room_id) for agent in self.record.agents]

    @strawberry.field(description="The insights that were found since then, best first.")
    def insights(self) -> list[Annotated["Insight", strawberry.lazy("schema.types.reflections.insight")]]:
        return [insight_types.Insight.of(insight) for insight in self.record.insights.items]

    @strawberry.field(description="The same, to read or post.")
    def markdown(self) -> str:
        return digest_markdown.markdown(self.record)


def _tasks(entries: "Sequence[digest.Entry]") -> "list[Task]":
    return [task_types.Task.of(entry.task) for entry in entries]
