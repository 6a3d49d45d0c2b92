"""What clients can do."""

import strawberry

from resolvers.agents import AgentMutation
from resolvers.objectives import ObjectiveMutation
from resolvers.rooms import RoomMutation
from resolvers.tasks import TaskMutation


@strawberry.type(description="What clients can do, a field for each act.")
class Mutation(RoomMutation, AgentMutation, ObjectiveMutation, TaskMutation):
    pass
