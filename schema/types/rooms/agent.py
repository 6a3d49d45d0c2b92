"""Agents as clients see them: who works here, programs and people alike."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import ids, records
from db.presence import activity, presence, sessions
from db.rooms import agents, tokens
from db.tasks import task_loaders
from schema.caller_dependence import DEPENDS_ON_CALLER
from schema.context import Info
from schema.types.enums import AgentKind, Presence, Role
from schema.types.node import Node
from schema.types.presence import activity as activity_types
from schema.types.presence import session as session_types
from schema.types.rooms import room as room_types
from schema.types.rooms import token as token_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.presence.activity import Activity
    from schema.types.presence.session import Session
    from schema.types.rooms.room import Room
    from schema.types.rooms.token import Token
    from schema.types.tasks.task import Task


@strawberry.type(description="Who works here. Programs and people alike; one identity may run several sessions.")
class Agent(Node):
    name: str = strawberry.field(
        description="Unique on the server, and mentioned as @name: lower case letters, digits, hyphens and "
        "underscores, starting with a letter."
    )
    kind: AgentKind = strawberry.field(description="A program or a person.")
    description: str = strawberry.field(description="What it says about itself.")
    capabilities: list[str] = strawberry.field(
        description="What it can do, matched against Task.capabilities when it claims."
    )
    last_seen_at: datetime | None = strawberry.field(description="Its last sign of life.")
    created_at: datetime = strawberry.field(description="When it was registered.")
    record: strawberry.Private[records.Agent]
    # Inside a room its presence is told by that room's thresholds.
    room_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, agent: records.Agent, room_id: int | None = None) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.AGENT, agent.id)),
            name=agent.name,
            kind=agent.kind,
            description=agent.description,
            capabilities=list(agent.capabilities),
            last_seen_at=agent.last_seen_at,
            created_at=agent.created_at,
            record=agent,
            room_id=room_id,
        )

    @strawberry.field(description="The agent that spawned this one, if any. Relatives don't review each other's work.")
    def parent(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")] | None:
        return info.context.has_one(agents.by_ids, self.record, lambda agent: agent.parent_id, Agent.of)

    @strawberry.field(description="The task that this one was spawned for, if any.")
    def spawned_for(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")] | None:
        shown = task_types.Task.of
        return info.context.has_one(task_loaders.by_ids, self.record, lambda agent: agent.spawned_for_id, shown)

    @strawberry.field(
        description="Read through a room, by that room's thresholds; elsewhere the best over all its rooms."
    )
    def presence(self, info: Info) -> Presence:
        def key(agent: records.Agent) -> tuple[int, int | None]:
            return agent.id, self.room_id

        def shown(limits: presence.Thresholds | None) -> Presence:
            return limits.presence(self.record.last_seen_at) if limits else Presence.OFFLINE

        return info.context.related(presence.thresholds, self.record, key, shown)

    @strawberry.field(description="What it says that it is doing right now; null once that has faded.")
    def activity(self, info: Info) -> Annotated["Activity", strawberry.lazy("schema.types.presence.activity")] | None:
        return info.context.has_one(activity.of_agents, self.record, _id, activity_types.Activity.of)

    @strawberry.field(description="Its running processes, the most recently seen first.")
    def sessions(self, info: Info) -> list[Annotated["Session", strawberry.lazy("schema.types.presence.session")]]:
        return info.context.has_many(sessions.of_agents, self.record, _id, session_types.Session.of)

    @strawberry.field(description="Those of its rooms that the caller may see.")
    def rooms(self, info: Info) -> list[Annotated["Room", strawberry.lazy("schema.types.rooms.room")]]:
        return info.context.has_many(agents.rooms_of, self.record, _id, room_types.Room.of)

    @strawberry.field(description="What it holds now.")
    def tasks(self, info: Info) -> list[Annotated["Task", strawberry.lazy("schema.types.tasks.task")]]:
        return info.context.has_many(task_loaders.held_by, self.record, _id, task_types.Task.of)

    @strawberry.field(
        description="Its live tokens, without their texts: for itself and ADMINs, null for others.",
        metadata=DEPENDS_ON_CALLER,
    )
    def tokens(self, info: Info) -> list[Annotated["Token", strawberry.lazy("schema.types.rooms.token")]] | None:
        if not info.context.caller.sees_tokens_of(self.record.id):
            return None
        return info.context.has_many(tokens.of_agents, self.record, _id, token_types.Token.of)


async def presence_of(info: Info, agent: records.Agent, room_id: int | None) -> Presence:
    """By the thresholds of the room, or of all its rooms."""
    limits = await info.context.one(presence.thresholds, (agent.id, room_id))
    return limits.presence(agent.last_seen_at) if limits else Presence.OFFLINE


def _id(agent: records.Agent) -> int:
    return agent.id


@strawberry.type(description="A token, and the agent that it belongs to.")
class Registration:
    agent: Agent = strawberry.field(description="The agent that the token belongs to.")
    token: str = strawberry.field(description="Shown this once, stored only as a hash.")

    @classmethod
    def of(cls, made: tuple[records.Agent, str]) -> Self:
        agent, token = made
        return cls(agent=Agent.of(agent), token=token)


@strawberry.input(description="An agent to register.")
class RegisterAgentInput:
    name: str = strawberry.field(
        description="Up to 64 lower case letters, digits, hyphens and underscores, starting with a letter; it "
        "must not look like an id."
    )
    kind: AgentKind | None = strawberry.field(default=AgentKind.AGENT, description="A program or a person.")
    role: Role | None = strawberry.field(default=Role.MEMBER, description="The role of its first token.")
    rooms: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The rooms that it joins; left out, the room of `spawnedFor`, or the caller's only room.",
    )
    description: str | None = strawberry.field(default=strawberry.UNSET, description="What it says about itself.")
    capabilities: list[str] | None = strawberry.field(default=strawberry.UNSET, description="What it can do.")
    spawned_for: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="A task: the new agent is a subagent of the caller, made for it. Its tokens end with the task.",
    )


@strawberry.input(description="Changes to the caller, or to the named agent.")
class UpdateAgentInput:
    agent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The agent's id or name; left out, the caller."
    )
    description: str | None = strawberry.field(default=strawberry.UNSET, description="What it says about itself.")
    capabilities: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="All its capabilities; they replace the earlier ones."
    )
    rooms: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="All rooms that it is a member of; only an ADMIN can change them."
    )
    kind: AgentKind | None = strawberry.field(
        default=strawberry.UNSET, description="A program or a person; only an ADMIN can change it."
    )


@strawberry.input(description="A token to create, for the caller or the named agent.")
class CreateTokenInput:
    agent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The agent's id or name; left out, the caller."
    )
    role: Role | None = strawberry.field(
        default=strawberry.UNSET,
        description="What it lets its bearer do; left out, the caller's own role, or MEMBER for another agent.",
    )
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="When it expires; left out, when the token that makes it does, which may be never.",
    )
    label: str | None = strawberry.field(default=strawberry.UNSET, description="What it is for.")


@strawberry.input(description="All tokens of the caller or of the named agent, or one given token.")
class RevokeTokensInput:
    agent: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The agent's id or name; left out, the caller."
    )
    token: str | None = strawberry.field(default=strawberry.UNSET, description="The text of one token.")
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The id of one token.")
