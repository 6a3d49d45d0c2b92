"""What clients can do."""

from typing import Any

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from resolvers.agents import AgentMutation
from resolvers.inbox import InboxMutation
from resolvers.memory import MemoryMutation
from resolvers.messages import MessageMutation
from resolvers.objectives import ObjectiveMutation
from resolvers.proposals import ProposalMutation
from resolvers.reflections import ReflectionMutation
from resolvers.resources import ResourceMutation
from resolvers.reviews import ReviewMutation
from resolvers.rooms import RoomMutation
from resolvers.schedules import ScheduleMutation
from resolvers.tasks import TaskMutation
from resolvers.webhooks import WebhookMutation
from schema.context import Info


class ReadAgain(FieldExtension):
    """Mutations of one document run one after the other: what was read for the last is old when the next has acted."""

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **arguments: Any) -> Any:
        info.context.forget()
        return await next_(source, info, **arguments)


@strawberry.type(description="What clients can do, one field for each action.")
class Mutation(
    RoomMutation,
    AgentMutation,
    ObjectiveMutation,
    TaskMutation,
    ReviewMutation,
    ProposalMutation,
    ResourceMutation,
    MessageMutation,
    InboxMutation,
    MemoryMutation,
    ScheduleMutation,
    ReflectionMutation,
    WebhookMutation,
):
    pass


for _field in strawberry.types.get_object_definition(Mutation, strict=True).fields:
    _field.extensions.append(ReadAgain())
