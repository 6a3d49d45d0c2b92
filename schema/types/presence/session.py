"""Sessions as clients see them, and what a heartbeat says."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import ids, records
from db.presence import presence, sessions
from db.presence.activity import NewActivity
from db.rooms import agents
from schema.context import Info
from schema.types.absent import or_none
from schema.types.enums import ActivityKind, Presence
from schema.types.node import Node
from schema.types.rooms import agent as agent_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.rooms.agent import Agent
    from schema.types.tasks.task import Lease, Task


@strawberry.type(description="One running process of an agent.")
class Session(Node):
    label: str = strawberry.field(description="The agent's name for this process.")
    started_at: datetime = strawberry.field(description="When it was first heard of.")
    last_seen_at: datetime = strawberry.field(description="When it was last heard of.")
    agent_id: strawberry.Private[int]

    @classmethod
    def of(cls, session: records.Session) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.SESSION, session.id)),
            label=session.label,
            started_at=session.started_at,
            last_seen_at=session.last_seen_at,
            agent_id=session.agent_id,
        )

    @strawberry.field(description="The agent that it belongs to.")
    async def agent(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]:
        agent = await info.context.one(agents.by_ids, self.agent_id)
        assert agent is not None  # noqa: S101  # a foreign key says so
        return agent_types.Agent.of(agent)

    @strawberry.field(
        description="By the thresholds of the agent's rooms: the best presence that one of them gives it."
    )
    async def presence(self, info: Info) -> Presence:
        everywhere: tuple[int, int | None] = (self.agent_id, None)
        limits = await info.context.one(presence.thresholds, everywhere)
        return limits.presence(self.last_seen_at) if limits else Presence.OFFLINE


@strawberry.input(description="A sign of life; every field may be left out.")
class HeartbeatInput:
    session: str | None = strawberry.field(
        default=strawberry.UNSET, description="The caller's name for this process; a new name starts a session."
    )
    activity: ActivityKind | None = strawberry.field(
        default=strawberry.UNSET,
        description="What the caller is doing until its next heartbeat is due; null ends its activity. Left "
        "out, the activity stays as it is, or becomes WORKING where `note` or `task` is sent.",
    )
    note: str | None = strawberry.field(default=strawberry.UNSET, description="A note on the activity.")
    task: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The task that the activity is about."
    )
    quiet_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="Leases last, and nothing is stale, at least this much longer."
    )

    def new_activity(self) -> NewActivity | None:
        """What is said of the activity, if anything."""
        note, task = or_none(self.note), or_none(self.task)
        if self.activity is not strawberry.UNSET:
            return NewActivity(kind=self.activity, note=note, task=task)
        # A sign of life is not refused for saying too little: whoever tells of a task works on it.
        return None if note is None and task is None else NewActivity(kind=ActivityKind.WORKING, note=note, task=task)


@strawberry.type(description="What a heartbeat answers.")
class Pulse:
    session: Session = strawberry.field(description="The session that sent the heartbeat.")
    unacknowledged: int = strawberry.field(description="How many items in the caller's inbox are unacknowledged.")
    next_within_seconds: int = strawberry.field(description="Beat again within this.")
    record: strawberry.Private[sessions.Pulse]

    @classmethod
    def of(cls, pulse: sessions.Pulse) -> Self:
        return cls(
            session=Session.of(pulse.session),
            unacknowledged=pulse.unacknowledged,
            next_within_seconds=pulse.next_within_seconds,
            record=pulse,
        )

    @strawberry.field(description="The caller.")
    async def agent(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]:
        agent = await info.context.one(agents.by_ids, self.session.agent_id)
        assert agent is not None  # noqa: S101  # a foreign key says so
        return agent_types.Agent.of(agent)

    @strawberry.field(description="Every lease of the caller's that this renewed.")
    def leases(self) -> list[Annotated["Lease", strawberry.lazy("schema.types.tasks.task")]]:
        leases = [task_types.Lease.of(task) for task in self.record.leases]
        return [lease for lease in leases if lease]

    @strawberry.field(description="Tasks that the caller held and lost since its last heartbeat.")
    def lost(self) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return [task_types.Task.of(task) for task in self.record.lost]

    @strawberry.field(description="Tasks that the caller holds without a word of progress for too long.")
    def stale(self) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return [task_types.Task.of(task) for task in self.record.stale]
