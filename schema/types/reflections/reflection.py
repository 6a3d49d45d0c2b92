"""Reflections as clients see them, and what they send about them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.core import ids, records
from db.reflections.reflections import NewReflection
from db.rooms import agents
from db.tasks import task_loaders
from schema.context import Info
from schema.types.absent import or_none
from schema.types.node import Node
from schema.types.rooms import agent as agent_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.rooms.agent import Agent
    from schema.types.tasks.task import Task


@strawberry.type(description="What an agent learned from its work.")
class Reflection(Node):
    worked: str = strawberry.field(description="What worked.")
    did_not_work: str = strawberry.field(description="What did not work.")
    change: str = strawberry.field(description="What should change.")
    tags: list[str] = strawberry.field(description="What it is about, in words that others use too.")
    created_at: datetime = strawberry.field(description="When it was added.")
    record: strawberry.Private[records.Reflection]

    @classmethod
    def of(cls, reflection: records.Reflection) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.REFLECTION, reflection.id)),
            worked=reflection.worked,
            did_not_work=reflection.did_not_work,
            change=reflection.change,
            tags=list(reflection.tags),
            created_at=reflection.created_at,
            record=reflection,
        )

    @strawberry.field(description="Whose it is.")
    async def author(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]:
        return agent_types.Agent.of(await info.context.required(agents.by_ids, ids.AGENT, self.record.author_id))

    @strawberry.field(description="The task that it is on.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("schema.types.tasks.task")] | None:
        key = self.record.task_id
        task = None if key is None else await info.context.one(task_loaders.by_ids, key)
        return task_types.Task.of(task) if task else None


@strawberry.input(description="A reflection to add.")
class ReflectInput:
    task: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The task that it is on.")
    worked: str = strawberry.field(description="What worked; may be empty.")
    did_not_work: str = strawberry.field(description="What did not work.")
    change: str = strawberry.field(description="What should change; empty only where `didNotWork` isn't.")
    tags: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Up to 20 words; reflections that share one say the same thing."
    )
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The room's id or name; optional with a task, or if the caller is in exactly one room.",
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same reflection."
    )

    def new(self) -> NewReflection:
        """What db makes one of."""
        return NewReflection(
            task=or_none(self.task),
            room=or_none(self.room),
            worked=self.worked,
            did_not_work=self.did_not_work,
            change=self.change,
            tags=self.tags or (),
        )
