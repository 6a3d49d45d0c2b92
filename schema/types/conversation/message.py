"""Messages as clients see them: what is said in channels, and between agents."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from db.conversation import channels, message_lists
from db.conversation.message_lists import MessagePage
from db.conversation.message_send import NewMessage
from db.core import ids, records
from db.core.pagination import Page
from db.goal_tree import objectives
from db.goals import key_results
from db.rooms import agents, rooms
from db.tasks import task_loaders
from schema.caller_dependence import DEPENDS_ON_CALLER, MAY_SHOW_DIRECT_MESSAGES
from schema.context import Info
from schema.types.absent import or_none
from schema.types.goals import key_result as key_result_types
from schema.types.goals import objective as objective_types
from schema.types.node import Node
from schema.types.pagination import PageInfo, edges_of
from schema.types.proposals import proposal as proposal_types
from schema.types.rooms import agent as agent_types
from schema.types.rooms import room as room_types
from schema.types.tasks import task as task_types

if TYPE_CHECKING:
    from schema.types.rooms.agent import Agent
    from schema.types.rooms.room import Room


@strawberry.type(description="A place in a room to talk about one subject.")
class Channel:
    name: str = strawberry.field(description="Unique in its room: lower case letters, digits and hyphens.")
    topic: str = strawberry.field(description="What it is for.")
    room_id: strawberry.Private[int]

    @classmethod
    def of(cls, channel: records.Channel) -> Self:
        return cls(name=channel.name, topic=channel.topic, room_id=channel.room_id)

    @strawberry.field(description="The room that it is in.")
    async def room(self, info: Info) -> Annotated["Room", strawberry.lazy("schema.types.rooms.room")]:
        return await _room(info, self.room_id)


@strawberry.type(
    description="Direct messages are seen by their sender and recipients alone, wherever they are read; in the log "
    "their event keeps its number, and nothing else, for others."
)
class Message(Node):
    body: str = strawberry.field(description="The text.")
    unknown_mentions: list[str] = strawberry.field(description="@words in the body that name nobody here.")
    created_at: datetime = strawberry.field(description="When it was sent.")
    record: strawberry.Private[records.Message]

    @classmethod
    def of(cls, message: records.Message) -> Self:
        return cls(
            id=strawberry.ID(ids.of(ids.MESSAGE, message.id)),
            body=message.body,
            unknown_mentions=list(message.unknown_mentions),
            created_at=message.created_at,
            record=message,
        )

    @strawberry.field(description="The room that it was sent in.")
    async def room(self, info: Info) -> Annotated["Room", strawberry.lazy("schema.types.rooms.room")]:
        return await _room(info, self.record.room_id)

    @strawberry.field(name="from", description="Who sent it; null for the server.")
    async def sender(self, info: Info) -> Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")] | None:
        found = await _agents(info, self.record, [self.record.author_id] if self.record.author_id else [])
        return found[0] if found else None

    @strawberry.field(description="Null on a direct message.")
    async def channel(self, info: Info) -> Channel | None:
        key = self.record.channel_id
        channel = await info.context.one(channels.by_ids, key) if key is not None else None
        return Channel.of(channel) if channel else None

    @strawberry.field(description="Empty on a channel message.")
    async def to(self, info: Info) -> list[Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]]:
        return await _agents(info, self.record, self.record.to_ids)

    @strawberry.field(description="The agents whose @name is in the body.")
    async def mentions(self, info: Info) -> list[Annotated["Agent", strawberry.lazy("schema.types.rooms.agent")]]:
        return await _agents(info, self.record, self.record.mentions)

    @strawberry.field(
        description="Tasks, objectives and other things that the body names by id.", metadata=MAY_SHOW_DIRECT_MESSAGES
    )
    async def refs(self, info: Info) -> list[Node]:
        found = await asyncio.gather(*(_REFS[letter](info, key) for letter, key in map(ids.split, self.record.refs)))
        return [node for node in found if node is not None]

    @strawberry.field(description="The message that it answers.")
    async def reply_to(
        self, info: Info
    ) -> Annotated["Message", strawberry.lazy("schema.types.conversation.message")] | None:
        return await message_of(info, self.record.reply_to_id)

    @strawberry.field(description="The replies to it, oldest first.", metadata=DEPENDS_ON_CALLER)
    async def replies(
        self, info: Info, first: int | None = 50, after: str | None = strawberry.UNSET
    ) -> Annotated["MessageConnection", strawberry.lazy("schema.types.conversation.message")]:
        wanted = await message_lists.requested_page(
            info.context.database,
            self.record.room_id,
            info.context.caller.agent_id,
            thread=self.id,
            first=first,
            after=or_none(after),
        )
        return await MessageConnection.of(info, wanted)

    @strawberry.field(
        description="The later message that took this one's place: nobody needs to act on this one any more.",
        metadata=MAY_SHOW_DIRECT_MESSAGES,
    )
    async def superseded_by(
        self, info: Info
    ) -> Annotated["Message", strawberry.lazy("schema.types.conversation.message")] | None:
        message = await info.context.one(message_lists.superseding, self.record.id)
        return Message.of(message) if message else None


async def message_of(info: Info, message_id: int | None) -> Message | None:
    """The message of this key, where the caller may see it."""
    message = await info.context.one(message_lists.by_ids, message_id) if message_id is not None else None
    return Message.of(message) if message else None


async def _room(info: Info, room_id: int) -> "Room":
    return room_types.Room.of(await info.context.required(rooms.by_ids, ids.ROOM, room_id))


async def _agents(info: Info, message: records.Message, keys: Collection[int]) -> "list[Agent]":
    """As the message's room sees them."""
    found = await asyncio.gather(*(info.context.one(agents.by_ids, key) for key in keys))
    return [agent_types.Agent.of(agent, message.room_id) for agent in found if agent]


async def _objective(info: Info, key: int) -> Node | None:
    objective = await info.context.one(objectives.by_ids, key)
    return objective_types.Objective.of(objective) if objective else None


async def _key_result(info: Info, key: int) -> Node | None:
    key_result = await info.context.one(key_results.by_ids, key)
    return key_result_types.KeyResult.of(key_result) if key_result else None


async def _task(info: Info, key: int) -> Node | None:
    task = await info.context.one(task_loaders.by_ids, key)
    return task_types.Task.of(task) if task else None


# What a message names is in its own room, so whoever sees the message sees it, but for the direct messages of others.
_REFS: Mapping[str, Callable[[Info, int], Awaitable[Node | None]]] = {
    ids.OBJECTIVE: _objective,
    ids.KEY_RESULT: _key_result,
    ids.TASK: _task,
    ids.MESSAGE: message_of,
    ids.PROPOSAL: proposal_types.proposal_of,
}


@strawberry.type(description="A message at its place in the room's log.")
class MessageEdge:
    cursor: str = strawberry.field(
        description="A cursor of the room's log, which can be used wherever such a cursor is accepted."
    )
    node: Message = strawberry.field(description="The message.")


@strawberry.type(description="A page of messages, oldest first.")
class MessageConnection:
    nodes: list[Message] = strawberry.field(description="The messages.")
    edges: list[MessageEdge] = strawberry.field(description="The messages, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where this page is in its list.")
    wanted: strawberry.Private[MessagePage]

    @classmethod
    async def of(cls, info: Info, wanted: MessagePage) -> Self:
        page = await info.context.one(message_lists.pages, wanted) or Page([], [])
        nodes = [Message.of(message) for message in page.items]
        edges = edges_of(MessageEdge, page, nodes)
        return cls(nodes=nodes, edges=edges, page_info=PageInfo.of(page), wanted=wanted)

    @strawberry.field(description="How many there are in all.")
    async def total_count(self, info: Info) -> int:
        return await info.context.one(message_lists.counts, self.wanted) or 0


@strawberry.input(description="A channel to create.")
class CreateChannelInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    name: str = strawberry.field(
        description="1 to 64 lower case letters, digits and hyphens; it must not look like an id."
    )
    topic: str | None = strawberry.field(default=strawberry.UNSET, description="What it is for.")


@strawberry.input(description="To a channel, or directly to agents: exactly one of the two.")
class SendMessageInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The room's id or name; left out, the room of `replyTo`, or the caller's only room.",
    )
    channel: str | None = strawberry.field(default=strawberry.UNSET, description="The name of the channel.")
    to: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Members of the room. It may name the caller, so that its other sessions get the message.",
    )
    body: str = strawberry.field(
        description="The text; @name mentions the agent of this name. `unknownMentions` of the answer says which "
        "@words name nobody."
    )
    reply_to: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The message that it answers. Without `channel` and `to`, the reply goes where that message is.",
    )
    supersedes: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The caller's own earlier message that this one replaces: it leaves every inbox where it is still "
        "unacknowledged.",
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same key again answers with the same message."
    )

    def new(self) -> NewMessage:
        """What db makes one of."""
        return NewMessage(
            body=self.body,
            room=or_none(self.room),
            channel=or_none(self.channel),
            to=or_none(self.to),
            reply_to=or_none(self.reply_to),
            supersedes=or_none(self.supersedes),
        )
