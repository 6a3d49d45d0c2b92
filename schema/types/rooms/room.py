"""Rooms as clients see them, and the rules that hold in them."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry

from db.conversation import channels, message_lists
from db.core import ids, records, validation
from db.goal_tree import objective_tree, objectives
from db.overviews import digest, flow
from db.proposals.proposal_lists import ProposalList
from db.reflections import insights
from db.resources import resources
from db.rooms import agents
from db.schedules import schedules
from db.webhooks import webhooks
from schema.caller_dependence import DEPENDS_ON_CALLER
from schema.context import Info
from schema.types.absent import given, or_none
from schema.types.conversation import message as message_types
from schema.types.enums import InsightStatus, Presence, TaskOrder
from schema.types.goals import objective as objective_types
from schema.types.node import Node
from schema.types.overviews import digest as digest_types
from schema.types.overviews import flow as flow_types
from schema.types.proposals import proposal as proposal_types
from schema.types.reflections import insight as insight_types
from schema.types.resources import resource as resource_types
from schema.types.rooms import agent as agent_types
from schema.types.schedules import schedule as schedule_types
from schema.types.tasks import task_list as list_types
from schema.types.tasks.task_counts import TaskCounts
from schema.types.webhooks import webhook as webhook_types

if TYPE_CHECKING:
    from schema.types.conversation.message import Channel, MessageConnection
    from schema.types.goals.objective import ObjectiveConnection
    from schema.types.overviews.digest import Digest
    from schema.types.overviews.flow import FlowStep
    from schema.types.proposals.proposal import ProposalConnection
    from schema.types.reflections.insight import InsightConnection
    from schema.types.resources.resource import Resource
    from schema.types.rooms.agent import Agent
    from schema.types.schedules.schedule import Schedule
    from schema.types.tasks.task_filter import TaskFilter
    from schema.types.tasks.task_list import TaskConnection
    from schema.types.webhooks.webhook import Webhook


_RULES = {
    "require_done_criteria": "A task can't be started before it says what done means.",
    "require_review": "A finished task passes a reviewer who is not its author.",
    "require_handoff": "Work doesn't change hands without a handoff comment.",
    "require_reflection": "A task isn't handed in before its holder reflected on it: the retrospective comes before "
    "the report.",
    "wip_limit": "Tasks that one agent may hold at once; null is no limit.",
    "lease_seconds": "How long a claim lasts without a heartbeat or renewal.",
    "idle_after_seconds": "No heartbeat for this long: IDLE.",
    "offline_after_seconds": "No heartbeat for this long: OFFLINE.",
    "stale_after_seconds": "A held task without a word of progress for this long is stale, and its holder is told.",
    "reclaim_after_seconds": "A stale task is taken back after this much longer; null is never.",
    "max_attempts": "A task whose lease ran out this many times is blocked and escalated instead of being offered "
    "again; null is never.",
    "digest_every_seconds": "A digest is posted to #ops this often; null is never.",
    "digest_at": "A digest is posted at this time of each day, HH:MM in `timezone`, of the time since the last of "
    "these; null is never.",
    "timezone": "A zone of the tz database.",
    "archive_after_seconds": "A finished objective leaves the slim list this long after it finished; null is never.",
    "keep_events_seconds": "Events of the log older than this may be dropped, oldest first, but for the newest 10,000; "
    "null is never.",
    "paused": "Nothing can be claimed while this holds: the stop button. What is held goes on.",
}


@strawberry.type(description="The rules that the server enforces in a room. Every one can be changed with updateRoom.")
class RoomSettings:
    require_done_criteria: bool = strawberry.field(description=_RULES["require_done_criteria"])
    require_review: bool = strawberry.field(description=_RULES["require_review"])
    require_handoff: bool = strawberry.field(description=_RULES["require_handoff"])
    require_reflection: bool = strawberry.field(description=_RULES["require_reflection"])
    wip_limit: int | None = strawberry.field(description=_RULES["wip_limit"])
    lease_seconds: int = strawberry.field(description=_RULES["lease_seconds"])
    idle_after_seconds: int = strawberry.field(description=_RULES["idle_after_seconds"])
    offline_after_seconds: int = strawberry.field(description=_RULES["offline_after_seconds"])
    stale_after_seconds: int = strawberry.field(description=_RULES["stale_after_seconds"])
    reclaim_after_seconds: int | None = strawberry.field(description=_RULES["reclaim_after_seconds"])
    max_attempts: int | None = strawberry.field(description=_RULES["max_attempts"])
    digest_every_seconds: int | None = strawberry.field(description=_RULES["digest_every_seconds"])
    digest_at: str | None = strawberry.field(description=_RULES["digest_at"])
    timezone: str = strawberry.field(description=_RULES["timezone"])
    archive_after_seconds: int | None = strawberry.field(description=_RULES["archive_after_seconds"])
    keep_events_seconds: int | None = strawberry.field(description=_RULES["keep_events_seconds"])
    paused: bool = strawberry.field(description=_RULES["paused"])

    @classmethod
    def of(cls, room: records.Room) -> Self:
        return cls(**{name: getattr(room, name) for name in _RULES})


@strawberry.type(description="Where a team meets. A room holds its members, its goal tree, its tasks and its rules.")
class Room(Node):
    name: str = strawberry.field(description="Unique on the server: lower case letters, digits and hyphens.")
    title: str = strawberry.field(description="What people call it.")
    settings: RoomSettings = strawberry.field(description="The rules of this room.")
    created_at: datetime = strawberry.field(description="When it was created.")
    archived_at: datetime | None = strawberry.field(
        description="When it was archived, if it was: nothing in it can be changed until it is brought back."
    )
    room_id: strawberry.Private[int]

    @classmethod
    def of(cls, room: records.Room) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.ROOM, room.id)),
            name=room.name,
            title=room.title,
            settings=RoomSettings.of(room),
            created_at=room.created_at,
            archived_at=room.archived_at,
            room_id=room.id,
        )

    @strawberry.field(
        description="The members, sorted by name; with `presence`, only those with one of these presences."
    )
    async def agents(
        self, info: Info, presence: list[Presence] | None = strawberry.UNSET
    ) -> list[Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]]:
        return await members(info, self.room_id, or_none(presence))

    @strawberry.field(
        description="The goal tree, slim: the roots, or the children of `parent`; archived ones only when asked for."
    )
    async def objectives(
        self,
        info: Info,
        *,
        parent: strawberry.ID | None = strawberry.UNSET,
        include_archived: bool | None = False,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> Annotated["ObjectiveConnection", strawberry.lazy("schema.types.goals.objective")]:
        below = None
        if asked := or_none(parent):
            found = await objectives.find(info.context.database, info.context.caller, asked)
            validation.same_room("parent", asked, found.room_id, self.room_id)
            below = found.id
        return await objective_types.ObjectiveConnection.below(
            info, self.room_id, below, archived=include_archived, first=first, after=or_none(after)
        )

    @strawberry.field(
        description="Its tasks; by default in the order in which they would be claimed.", metadata=DEPENDS_ON_CALLER
    )
    async def tasks(
        self,
        info: Info,
        filter: Annotated["TaskFilter", strawberry.lazy("schema.types.tasks.task_filter")] | None = strawberry.UNSET,  # noqa: A002  # the contract's name
        order_by: TaskOrder | None = TaskOrder.CLAIM,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> Annotated["TaskConnection", strawberry.lazy("schema.types.tasks.task_list")]:
        return await list_types.TaskConnection.of(
            info, self.room_id, or_none(filter), order_by, first=first, after=or_none(after), within=None
        )

    @strawberry.field(description="Its channels, each for one subject.")
    async def channels(
        self, info: Info
    ) -> list[Annotated["Channel", strawberry.lazy("schema.types.conversation.message")]]:
        found = await info.context.many(channels.of_rooms, self.room_id)
        return [message_types.Channel.of(channel) for channel in found]

    @strawberry.field(
        description="The messages of the channel or, without one, of the whole room, with the direct messages "
        "that the caller sent or got. Cursors are those of the room's log.",
        metadata=DEPENDS_ON_CALLER,
    )
    async def messages(
        self,
        info: Info,
        *,
        channel: str | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Annotated["MessageConnection", strawberry.lazy("schema.types.conversation.message")]:
        database, asked = info.context.database, or_none(channel)
        wanted = await message_lists.requested_page(
            database,
            self.room_id,
            info.context.caller.agent_id,
            channel=(await channels.find(database, self.room_id, asked)).name if asked is not None else None,
            first=first,
            after=or_none(after),
            last=or_none(last),
            before=or_none(before),
        )
        return await message_types.MessageConnection.of(info, wanted)

    @strawberry.field(description="The resources that its tasks share, sorted by name.")
    async def resources(
        self, info: Info
    ) -> list[Annotated["Resource", strawberry.lazy("schema.types.resources.resource")]]:
        found = await info.context.many(resources.of_rooms, self.room_id)
        return [resource_types.Resource.of(resource) for resource in found]

    @strawberry.field(description="What its agents learned alike, best first.")
    async def insights(
        self,
        info: Info,
        status: InsightStatus | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> Annotated["InsightConnection", strawberry.lazy("schema.types.reflections.insight")]:
        asked, most = or_none(status), 50 if first is None else first
        page = await insights.page(info.context.database, self.room_id, status=asked, first=most, after=or_none(after))
        return insight_types.InsightConnection.of(page, self.room_id, asked)

    @strawberry.field(description="Its schedules, in the order in which they were created.")
    async def schedules(
        self, info: Info
    ) -> list[Annotated["Schedule", strawberry.lazy("schema.types.schedules.schedule")]]:
        found = await info.context.many(schedules.of_rooms, self.room_id)
        return [schedule_types.Schedule.of(schedule) for schedule in found]

    @strawberry.field(
        description="Who outside is sent what happens here, in the order in which they were created: for ADMINs, empty "
        "for others.",
        metadata=DEPENDS_ON_CALLER,
    )
    async def webhooks(
        self, info: Info
    ) -> list[Annotated["Webhook", strawberry.lazy("schema.types.webhooks.webhook")]]:
        found = await info.context.many(webhooks.of_rooms, self.room_id)
        return [webhook_types.Webhook.of(webhook) for webhook in found]

    @strawberry.field(description="What the room's people are asked to decide, newest first; `open: false` shows all.")
    async def proposals(
        self,
        info: Info,
        *,
        open: bool | None = True,  # noqa: A002  # the contract's name
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> Annotated["ProposalConnection", strawberry.lazy("schema.types.proposals.proposal")]:
        listed = ProposalList(self.room_id, only_open=open is not False)
        return await proposal_types.ProposalConnection.of(info, listed, first, or_none(after))

    @strawberry.field(description="Counts of tasks by state, over the whole room.")
    async def counts(self, info: Info) -> TaskCounts:
        counts = await info.context.one(objective_tree.counts_of_rooms, self.room_id)
        return TaskCounts.of(counts or records.TaskCounts())

    @strawberry.field(
        description="What happened since `since` (default: the last scheduled digest), and what is stuck now."
    )
    async def digest(
        self, info: Info, since: datetime | None = strawberry.UNSET
    ) -> Annotated["Digest", strawberry.lazy("schema.types.overviews.digest")]:
        facts = await info.context.one(digest.of_rooms, (self.room_id, or_none(since)))
        return digest_types.Digest.of(facts)  # type: ignore[arg-type]  # rooms are never deleted

    @strawberry.field(description="What happened to its tasks in the last `points` steps of time, oldest first.")
    async def flow(
        self, info: Info, points: int | None = 24, step_seconds: int | None = 3600
    ) -> list[Annotated["FlowStep", strawberry.lazy("schema.types.overviews.flow")]]:
        key = flow.flow_key(
            self.room_id, 24 if points is None else points, 3600 if step_seconds is None else step_seconds
        )
        return [flow_types.FlowStep.of(step) for step in await info.context.many(flow.of_rooms, key)]


async def members(info: Info, room_id: int, presence: Collection[Presence] | None) -> "list[Agent]":
    """The members of the room, by name; of these presences, where some are given."""
    found = await info.context.many(agents.of_rooms, room_id)
    if presence is not None:
        present = await asyncio.gather(*(agent_types.presence_of(info, agent, room_id) for agent in found))
        found = [agent for agent, here in zip(found, present, strict=True) if here in presence]
    return [agent_types.Agent.of(agent, room_id) for agent in found]


@strawberry.input(
    description="Settings to change. Those left out stay as they are; null means no limit, or never, for "
    "those that allow it."
)
class RoomSettingsInput:
    paused: bool | None = strawberry.field(default=strawberry.UNSET, description=_RULES["paused"])
    require_done_criteria: bool | None = strawberry.field(
        default=strawberry.UNSET, description=_RULES["require_done_criteria"]
    )
    require_review: bool | None = strawberry.field(default=strawberry.UNSET, description=_RULES["require_review"])
    require_handoff: bool | None = strawberry.field(default=strawberry.UNSET, description=_RULES["require_handoff"])
    require_reflection: bool | None = strawberry.field(
        default=strawberry.UNSET, description=_RULES["require_reflection"]
    )
    wip_limit: int | None = strawberry.field(default=strawberry.UNSET, description=_RULES["wip_limit"])
    lease_seconds: int | None = strawberry.field(default=strawberry.UNSET, description=_RULES["lease_seconds"])
    idle_after_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description=_RULES["idle_after_seconds"]
    )
    offline_after_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description=_RULES["offline_after_seconds"]
    )
    stale_after_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description=_RULES["stale_after_seconds"]
    )
    reclaim_after_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description=_RULES["reclaim_after_seconds"]
    )
    max_attempts: int | None = strawberry.field(default=strawberry.UNSET, description=_RULES["max_attempts"])
    digest_every_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description=_RULES["digest_every_seconds"]
    )
    digest_at: str | None = strawberry.field(default=strawberry.UNSET, description=_RULES["digest_at"])
    timezone: str | None = strawberry.field(default=strawberry.UNSET, description=_RULES["timezone"])
    archive_after_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description=_RULES["archive_after_seconds"]
    )
    keep_events_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description=_RULES["keep_events_seconds"]
    )

    def changes(self) -> dict[str, Any]:
        """Columns and their new values."""
        return given(self, *_RULES)


@strawberry.input(description="A room to create.")
class CreateRoomInput:
    name: str = strawberry.field(
        description="1 to 64 lower case letters, digits and hyphens; it must not look like an id."
    )
    title: str | None = strawberry.field(
        default=strawberry.UNSET, description="What people call it; left out, its name."
    )
    settings: RoomSettingsInput | None = strawberry.field(
        default=strawberry.UNSET, description="Settings that differ from the defaults."
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same room."
    )


@strawberry.input(description="Changes to a room.")
class UpdateRoomInput:
    room: strawberry.ID = strawberry.field(description="The room's id or name.")
    title: str | None = strawberry.field(default=strawberry.UNSET, description="What people call it.")
    settings: RoomSettingsInput | None = strawberry.field(default=strawberry.UNSET, description="Settings to change.")
    archived: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="True archives and pauses it, where no task in it is held; false brings it back, paused as it is.",
    )

    def changes(self) -> dict[str, Any]:
        """Columns and their new values, and whether it is archived."""
        return {**given(self, "title", "archived"), **(self.settings.changes() if self.settings else {})}
