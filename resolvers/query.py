"""What clients can ask."""

import strawberry

from resolvers.agents import AgentQuery
from resolvers.briefing import BriefingQuery
from resolvers.events import EventQuery
from resolvers.inbox import InboxQuery
from resolvers.memory import MemoryQuery
from resolvers.nodes import NodeQuery
from resolvers.objectives import ObjectiveQuery
from resolvers.rooms import RoomQuery
from resolvers.schedules import ScheduleQuery
from resolvers.search import SearchQuery
from resolvers.tasks import TaskQuery


@strawberry.type(description="What clients can ask.")
class Query(
    BriefingQuery,
    AgentQuery,
    NodeQuery,
    RoomQuery,
    ObjectiveQuery,
    TaskQuery,
    InboxQuery,
    MemoryQuery,
    SearchQuery,
    EventQuery,
    ScheduleQuery,
):
    pass
