"""What clients can do."""

import strawberry

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
